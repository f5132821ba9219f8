/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Where in the code of a process it can be stopped: at its entry point, and at functions by name.
 */
#ifndef CONTROL_IMAGE_H
#define CONTROL_IMAGE_H

#include <limits.h>

#include "collect/proc/maps.h"
#include "collect/proc/procfs.h"
#include "control/stopper.h"

/* The program of a process, and what it has mapped. */
struct image {
	struct proc *proc;
	char exe[PATH_MAX]; /* path of its program; "" if it cannot be read */
	struct vma_list vmas;
};

/* Called with a place; its result is returned. place->fd is closed afterwards. */
typedef int (*image_visit)(void *ctx, const struct stop_place *place);

/* 0 or -errno; image__close must be called in either case. */
int image__open(struct procfs *procfs, pid_t pid, struct image *ret);
void image__close(struct image *image);

/* Each returns the visit's value, -ENOENT if there is no such place, or another -errno. */
int image__entry(const struct image *image, image_visit visit, void *ctx);
/*
 * For debuggers, ld.so calls this empty function before and after it maps libraries (struct r_debug
 * in link.h). The constructors of the libraries, and their allocations, come later.
 */
int image__loader(const struct image *image, image_visit visit, void *ctx);
/*
 * CPython's Py_FinalizeEx, else libc's exit. The first one at which visit returns -EBUSY is the
 * last.
 */
int image__end(const struct image *image, image_visit visit, void *ctx);
/* BINARY:SYMBOL, or SYMBOL of the program itself. */
int image__named(const struct image *image, const char *asked, image_visit visit, void *ctx);

#endif
