/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Drives the flow: one thread, one epoll loop, the order of a snapshot, the life of targets.
 * Commands ask it for the next event.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect/kernel/faults.h"
#include "collect/pages/pagemap.h"
#include "control/control.h"
#include "facts/array.h"
#include "facts/symbol.h"
#include "model/moment.h"

#define ENGINE_ENDED_MAX 100u

struct engine_options {
	enum faults_backend backend; /* FAULTS_NONE: scan tier only */
	bool backend_required;	     /* a backend was named: no fallback */
	enum page_reader reader;
	bool follow_children;
	uint32_t chunk_slots; /* see faults_options; 0: default */
	uint32_t processes;
	uint32_t ring_bytes;
	const struct array_list *marks;	   /* borrowed; searched for in every target */
	const struct symbol_list *symbols; /* the same */
	bool want_frames;		   /* report where resident pages are in physical memory */
	bool want_python;		   /* search for the arrays of a Python */
	bool freeze;			   /* targets stand still during a snapshot */
	uint64_t hold_ns;		   /* longest hold of a target; 0: no limit */
	uint64_t static_min_bytes;	   /* for static arrays; 0: array_min_bytes */
	uint64_t array_min_bytes;	   /* for arrays that are found, not for marks */
	uint64_t heap_min_bytes;	   /* heap blocks from this size on; 0: none */
	uint32_t heap_blocks;		   /* see faults_options; 0: default */
	bool want_mappings;		   /* each mmap call of at least array_min_bytes */
	bool reuse_still;    /* a process in which nothing happens is not scanned each time */
	uint32_t ended_max;  /* ended processes kept until a report: the largest; the others are
			      * summed; 0: ENGINE_ENDED_MAX */
	const char *stop_at; /* BINARY:SYMBOL or SYMBOL where a launched command is stopped;
			      * NULL: Py_FinalizeEx, exit; borrowed */
};

enum engine_event {
	ENGINE_TICK,	    /* the interval is over */
	ENGINE_POLLED,	    /* RSS was read: see engine__polls() */
	ENGINE_ASKED,	    /* SIGUSR1: a snapshot is wanted now */
	ENGINE_LAST_CHANCE, /* a launched target is held with its memory complete: take a
			     * snapshot, then engine__resume() */
	ENGINE_CHECKPOINT,  /* a launched target waits at one: see engine__checkpoint() */
	ENGINE_RESIZED,	    /* SIGWINCH */
	ENGINE_INPUT,	    /* there is something to read, see engine__watch_input() */
	ENGINE_INTERRUPTED, /* SIGINT, SIGTERM or SIGHUP */
	ENGINE_ENDED,	    /* no target is left */
};

struct engine;

/*
 * Opens the backend, or falls back to the scan tier with one warning unless it was named. 0 or
 * -errno; logs errors. Blocks the signals it handles in this thread until engine__free.
 */
int engine__new(const struct engine_options *options, struct engine **ret);
void engine__free(struct engine *engine);

/* Watches a running process, beginning with the baseline scan. 0 or -errno, logged. */
int engine__attach(struct engine *engine, uint32_t pid);

/*
 * Reports the checkpoints of an attached process, by libpagewatch's static probe: traces all its
 * threads from now on. Needs the faults tier. 0, -ENOENT: it has no libpagewatch, -EACCES, -EPERM: a
 * debugger holds it, -EOPNOTSUPP; logged.
 */
int engine__attach_checkpoints(struct engine *engine, uint32_t pid);

/*
 * The same for those who can do without: nothing is logged and nothing is traced if the process has
 * no libpagewatch, has ended, or the tier cannot see its checkpoints. Other errors are one line.
 */
void engine__try_checkpoints(struct engine *engine, uint32_t pid);

/*
 * Starts a command, held until it is watched. 0, or -errno of its exec (-ENOENT, -EACCES, ...) or
 * of our own failure: *exec_failed says which.
 */
int engine__launch(struct engine *engine, const struct launch_options *options, bool *exec_failed);

/* The binary of the launched command; "" if unknown. */
const char *engine__launched_exe(struct engine *engine);

/* Sends the launched command a signal if it is alive. */
void engine__kill_launched(struct engine *engine, int number);

/* Ticks every interval_ns from now on; 0: none. */
int engine__set_interval(struct engine *engine, uint64_t interval_ns);

/* What polling RSS has seen since it began, and what it cost. */
struct engine_polls {
	uint64_t count;
	uint64_t cpu_ns;	/* of all of them */
	uint64_t period_ns;	/* from one to the next, now */
	uint64_t rss_pages;	/* the live targets together, at the last poll */
	uint64_t highest_pages; /* the most that a poll saw */
	uint64_t highest_ns;	/* CLOCK_MONOTONIC of that poll */
};

/*
 * Reads the RSS of all live targets every period_ns from now on, or less often where that would
 * cost more than a hundredth of a CPU. Polls that fall into a snapshot are left out. 0 or -errno.
 */
int engine__poll_rss(struct engine *engine, uint64_t period_ns);

/* Valid until the next call. */
const struct engine_polls *engine__polls(const struct engine *engine);

/*
 * Has ENGINE_INPUT happen, from now on, as long as the caller's descriptor can be read or is at its
 * end. 0 or -errno.
 */
int engine__watch_input(struct engine *engine, int fd);

/* Waits for the next event. 0 and *ret, or -errno. */
int engine__next(struct engine *engine, enum engine_event *ret);

/*
 * The signal of ENGINE_INTERRUPTED, the last if there were several; 0: none. Reading it clears the
 * event.
 */
int engine__take_signal(struct engine *engine);

/* Lets the target that is held at its end go on. */
int engine__resume(struct engine *engine);

/*
 * After ENGINE_CHECKPOINT: the checkpoint's name (untrusted, valid until the answer) and its
 * process. After the answer it goes on; taken: whether a snapshot was taken.
 */
const char *engine__checkpoint(struct engine *engine, uint32_t *pid);
void engine__answer_checkpoint(struct engine *engine, bool taken);

/*
 * Takes the final snapshot of the process that is held at its end. Reports show it as it is now,
 * even if it goes on or executes another program. The first one of a process counts. 0 or -errno,
 * logged.
 */
int engine__keep_last(struct engine *engine);

/* Whether the launched command has a final snapshot. */
bool engine__kept_last(const struct engine *engine);

/*
 * All targets: final snapshots, or their present state. Hands over what ended since the last report
 * (processes and lives): the next report does not have it. The caller calls moment__deinit on *ret,
 * even on failure. 0 or -errno, logged.
 */
int engine__report(struct engine *engine, struct moment *ret);

/*
 * All live targets, now; takes nothing from reports, and the targets are not stopped but for
 * engine_options.freeze. One that ends meanwhile is left out. The caller calls moment__deinit on
 * *ret, even on failure. 0 or -errno, logged.
 */
int engine__look(struct engine *engine, struct moment *ret);

/* Whether a process has ended that no report has shown as ended. */
bool engine__ended_since_report(const struct engine *engine);

/*
 * One process, now; takes nothing from reports. *ret has no processes if there is no such target.
 */
int engine__snapshot(struct engine *engine, uint32_t pid, struct moment *ret);

/* How the launched command ended: a wait status. Valid after ENGINE_ENDED. */
int engine__wait_status(const struct engine *engine);

/*
 * Why the last snapshot of the launched command came too late for its arrays: a sentence, a
 * literal. NULL: it did not.
 */
const char *engine__why_late(const struct engine *engine);

#endif
