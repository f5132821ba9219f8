/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Checkpoints of a process that we did not start. libpagewatch has a static probe in
 * pagewatch_checkpoint(). All threads are traced, and the kernel stops the one that reaches it.
 */
#ifndef CONTROL_ATTACHED_H
#define CONTROL_ATTACHED_H

#include <stdbool.h>

#include "collect/elf/elf_usdt.h"
#include "control/tracer.h"
#include "facts/vma.h"

struct attached;

/* For the owner of the tracer, whose stopper uses probes; borrowed. 0 or -ENOMEM. */
int attached__new(struct tracer *tracer, struct attached **ret);
void attached__free(struct attached *attached);

struct attached_place {
	int fd; /* of a mapped file with the probe; the caller closes it */
	struct elf_usdt probe;
};

/*
 * Looks for libpagewatch in what a process has mapped; the process does not notice. 0, -ENOENT: it
 * has none, or -ESRCH; then there is nothing to close.
 */
int attached_find(const struct proc *proc, const struct vma_list *vmas, struct attached_place *ret);

/* Waits for checkpoints of one process from now on. 0 or -errno: then it is released. */
int attached__watch(struct attached *attached, const struct proc *proc,
		    const struct attached_place *place);

/*
 * The name of the checkpoint at which a thread waits for us (untrusted, valid until the answer), or
 * NULL. After the answer it goes on, and the next one is returned.
 */
const char *attached__pending(struct attached *attached, pid_t *pid);
void attached__answer(struct attached *attached);

#endif
