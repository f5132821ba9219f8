/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Probes in files that stop a thread with SIGSTOP, offered by the kernel side. */
#ifndef FACTS_STOP_PROBES_H
#define FACTS_STOP_PROBES_H

#include <stdint.h>

struct stop_probes {
	void *ctx;
	/*
	 * Stops each thread of process pid that reaches file_offset (bytes) of the file at path.
	 * Its tracer swallows the signal. 0 or -errno.
	 */
	int (*arm)(void *ctx, uint32_t pid, const char *path, uint64_t file_offset);
	/* Sends no more signals from now on; the probes themselves are removed with their owner. */
	void (*mute)(void *ctx);
};

#endif
