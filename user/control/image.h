/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Where in the code of a process it can be stopped: its entry point, and functions by name. */
#ifndef CONTROL_IMAGE_H
#define CONTROL_IMAGE_H

#include "collect/proc/maps.h"
#include "collect/proc/procfs.h"
#include "control/stopper.h"

/* The program that a process runs, and what it has mapped. */
struct image {
	struct proc *proc;
	struct process_facts facts;
	struct vma_list vmas;
};

/* Calls with a place; what it returns is returned. place->fd is closed afterwards. */
typedef int (*image_visit)(void *ctx, const struct stop_place *place);

/* 0 or -errno; image__close is due in either case. */
int image__open(struct procfs *procfs, pid_t pid, struct image *ret);
void image__close(struct image *image);

/* Each: the visit's value, -ENOENT where there is no such place, or another -errno. */
int image__entry(const struct image *image, image_visit visit, void *ctx);
/*
 * ld.so calls this empty function before and after it maps libraries, for debuggers (struct
 * r_debug of link.h): their constructors, and what these allocate, come later.
 */
int image__loader(const struct image *image, image_visit visit, void *ctx);
/* CPython's Py_FinalizeEx, else libc's exit. One at which visit says -EBUSY is the last. */
int image__end(const struct image *image, image_visit visit, void *ctx);
/* BINARY:SYMBOL, or SYMBOL of the program itself. */
int image__named(const struct image *image, const char *asked, image_visit visit, void *ctx);

#endif
