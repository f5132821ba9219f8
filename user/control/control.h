/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Starts, stops, holds and releases processes: all of pagewatch's ptrace. A process that stands
 * still for us goes on when we release it, when its time is over, or when we die.
 */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "collect/proc/procfs.h"
#include "control/last_stop.h"
#include "facts/array.h"
#include "facts/stop_probes.h"
#include "facts/vma.h"

struct control;

struct control_options {
	struct procfs *procfs;		  /* borrowed, as all pointers */
	const char *proc_root;		  /* where it was opened */
	const struct stop_probes *probes; /* for control__attach; NULL: none */
	bool follow_children;
	const char *stop_at;	    /* BINARY:SYMBOL or SYMBOL where a command is stopped; NULL: the
			      * default */
	bool wants_looks;	    /* call look before the command's own code can allocate */
	uint64_t hold_ns;	    /* longest hold of a process; 0: no limit */
	const sigset_t *mask;	    /* signal mask of a command */
	const struct rlimit *files; /* its RLIMIT_NOFILE; NULL: ours */
	void *ctx;
	/* The process stands still. Returns whether an allocator was found in it. */
	bool (*look)(void *ctx, pid_t pid);
	/* The command is held before its exec. 0 or -errno. */
	int (*prepare)(void *ctx, pid_t pid);
	/* control__serve must be called when fd is readable. 0 or -errno. */
	int (*watch_fd)(void *ctx, int fd);
};

/* 0 or -errno. */
int control__new(const struct control_options *options, struct control **ret);
/* Releases every process. */
void control__free(struct control *control);

struct launch_options {
	char *const *argv; /* NULL-terminated */
	const char *user;  /* NULL: our own */
	bool stdout_to_stderr;
};

/*
 * Starts a command, held until it is watched. 0, or -errno of its exec (-ENOENT, -EACCES, ...) or
 * of our own failure: *exec_failed says which.
 */
int control__launch(struct control *control, const struct launch_options *options,
		    bool *exec_failed);
/* 0: none was started. */
pid_t control__command(const struct control *control);
/* Whether the command has ended, and how. */
bool control__command_ended(const struct control *control, int *wait_status);
/* How it was held for its last snapshot; valid after its release. */
enum last_stop control__last_stop(const struct control *control);

/*
 * Waits for checkpoints of a running process; vmas: what it has mapped. 0, -ENOENT: it has no
 * libpagewatch, -EPERM: somebody else traces it, -EACCES: we may not, or another -errno.
 */
int control__attach(struct control *control, const struct proc *proc, const struct vma_list *vmas);

/* Handles pending events without waiting. 0 or -errno. */
int control__serve(struct control *control);
/* The same, after SIGCHLD. */
int control__reap(struct control *control);
/* Around waiting for events: between the two calls we have nothing to do. */
void control__idle(struct control *control);
void control__busy(struct control *control);

/* The process held at its end for its last snapshot; 0: none. */
pid_t control__held(const struct control *control);
int control__release(struct control *control);
/* Processes that were released before we were finished with them. */
uint64_t control__overdue(const struct control *control);

/*
 * The process stands still until control__thaw, which must be called in either case. 0, -EACCES: we
 * may not, -EPERM: not possible, -ETIMEDOUT: a thread does not stop (*why: in words), or another
 * -errno.
 */
int control__freeze(struct control *control, const struct proc *proc, const char **why);
void control__thaw(struct control *control, pid_t pid);

/*
 * The name of the checkpoint at which a process waits (untrusted, valid until the answer), or NULL.
 * After the answer it goes on; taken: whether a snapshot was taken.
 */
const char *control__checkpoint(struct control *control, pid_t *pid);
/* Its marks; false: it sent none. The caller owns the list. */
bool control__take_marks(struct control *control, struct array_list *ret);
void control__answer(struct control *control, bool taken);

#endif
