// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* The kernel side, in the order in which a touch meets its parts. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "pagewatch.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#include "config.bpf.h"
#include "features.bpf.h"
#include "locks.bpf.h"
#include "targets.bpf.h"
#include "records.bpf.h"
#include "sets.bpf.h"
#include "touched.bpf.h"
#include "places.bpf.h"
#include "chunks.bpf.h"
#include "faults.bpf.h"
#include "walk.bpf.h"
#include "pool.bpf.h"
#include "unclosed.bpf.h"
#include "registers.bpf.h"
#include "refusal.bpf.h"
#include "entries.bpf.h"
#include "holes.bpf.h"
#include "calls.bpf.h"
#include "hooks.bpf.h"
#include "processes.bpf.h"
#include "stop.bpf.h"
#include "heap.bpf.h"
