/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The USDT probes of provider "pagewatch": each is a nop and an ELF note. Without <sys/sdt.h>
 * (systemtap-sdt-dev) the library has none.
 */
#ifndef LIB_PROBES_H
#define LIB_PROBES_H

#if __has_include(<sys/sdt.h>)
#include <sys/sdt.h>

#define PROBE_CHECKPOINT(name) DTRACE_PROBE1(pagewatch, checkpoint, name)
#define PROBE_MARK(name, ptr, bytes) DTRACE_PROBE3(pagewatch, mark, name, ptr, bytes)
#define PROBE_UNMARK(name) DTRACE_PROBE1(pagewatch, unmark, name)
#else
#define PROBE_CHECKPOINT(name) ((void)(name))
#define PROBE_MARK(name, ptr, bytes) ((void)(name), (void)(ptr), (void)(bytes))
#define PROBE_UNMARK(name) ((void)(name))
#endif

#endif
