/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Drives the flow: one thread, one epoll loop, the order of a snapshot, the
 * life of the targets. Commands ask it for the next thing that happened.
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
	bool backend_required;	     /* a backend was asked for by name: no fallback */
	enum page_reader reader;
	bool follow_children;
	uint32_t chunk_slots; /* see faults_options; 0: default */
	uint32_t processes;
	uint32_t ring_bytes;
	const struct array_list *marks;	   /* borrowed; looked for in every target */
	const struct symbol_list *symbols; /* the same */
	bool want_frames;		   /* where resident pages lie in physical memory */
	bool want_python;		   /* the arrays of a Python are looked for */
	bool freeze;			   /* targets stand still while they are looked at */
	uint64_t hold_ns;		   /* none stands for longer; 0: as long as it takes */
	uint64_t static_min_bytes;	   /* of static arrays; 0: as array_min_bytes */
	uint64_t array_min_bytes;	   /* of those that are found, not of marks */
	uint64_t heap_min_bytes;	   /* heap blocks from this size on; 0: none */
	uint32_t heap_blocks;		   /* see faults_options; 0: default */
	bool want_mappings;		   /* each mmap call of array_min_bytes and more */
	uint32_t ended_max;  /* followed processes that are kept after their end until a report:
				the largest, the rest is summed; 0: ENGINE_ENDED_MAX */
	const char *stop_at; /* BINARY:SYMBOL or SYMBOL where a launched command is stopped
				instead; NULL: Py_FinalizeEx, exit; borrowed */
};

enum engine_event {
	ENGINE_TICK,	    /* the interval is over */
	ENGINE_ASKED,	    /* SIGUSR1: somebody wants a snapshot now */
	ENGINE_LAST_CHANCE, /* a launched target stands still, its memory whole: snapshot, then
				   engine__resume() */
	ENGINE_CHECKPOINT,  /* a launched target stands at one: see engine__checkpoint() */
	ENGINE_RESIZED,	    /* SIGWINCH */
	ENGINE_INTERRUPTED, /* SIGINT, SIGTERM or SIGHUP */
	ENGINE_ENDED,	    /* no target is left */
};

struct engine;

/*
 * Opens the backend (or falls back to the scan tier with one warning, unless it was
 * asked for by name). 0 or -errno; errors are logged. Blocks the signals it
 * handles in this thread until engine__free.
 */
int engine__new(const struct engine_options *options, struct engine **ret);
void engine__free(struct engine *engine);

/* Watches a living process; the baseline scan is part of it. 0 or -errno, logged. */
int engine__attach(struct engine *engine, uint32_t pid);

/*
 * Has the checkpoints of a process that is attached reported, by libpagewatch's static probe:
 * all its threads are traced from now on. Needs the faults tier. 0, -ENOENT: it has no
 * libpagewatch, -EPERM: a debugger holds it, -EOPNOTSUPP; logged.
 */
int engine__attach_checkpoints(struct engine *engine, uint32_t pid);

/*
 * Starts a command, held until it is watched. 0, or -errno of its exec (-ENOENT,
 * -EACCES, ...) or of our own failure: *exec_failed tells which.
 */
int engine__launch(struct engine *engine, const struct launch_options *options, bool *exec_failed);

/* The binary that the launched command turned out to be; "" when not known. */
const char *engine__launched_exe(struct engine *engine);

/* Sends the launched command a signal, as long as it lives. */
void engine__kill_launched(struct engine *engine, int number);

/* Ticks every interval_ns from now on; 0: none. */
int engine__set_interval(struct engine *engine, uint64_t interval_ns);

/* Waits for the next thing. 0 and *ret, or -errno. */
int engine__next(struct engine *engine, enum engine_event *ret);

/*
 * The signal behind ENGINE_INTERRUPTED, or the last of several that came until now; asking for
 * it ends the event. 0: none.
 */
int engine__take_signal(struct engine *engine);

/* Lets the target that stands at its last chance go on. */
int engine__resume(struct engine *engine);

/*
 * Where ENGINE_CHECKPOINT happened: the checkpoint's name (untrusted, valid until the answer)
 * and its process. With the answer it goes on; taken: a snapshot was.
 */
const char *engine__checkpoint(struct engine *engine, uint32_t *pid);
void engine__answer_checkpoint(struct engine *engine, bool taken);

/*
 * The process that stands at its last chance is looked at; reports show it as it stands now,
 * whatever becomes of it or it executes. The first last chance of a process counts. 0 or -errno, logged.
 */
int engine__keep_last(struct engine *engine);

/* Whether the launched command was looked at at its last chance. */
bool engine__kept_last(const struct engine *engine);

/*
 * Every target: as it was kept, else as it is now. What ended since the last report (processes
 * and lives) is handed over: the next report does not have it. *ret is the caller's to
 * moment__deinit, also on failure. 0 or -errno, logged.
 */
int engine__report(struct engine *engine, struct moment *ret);

/* One process, now; reports miss nothing by it. No such target: no processes in *ret. */
int engine__snapshot(struct engine *engine, uint32_t pid, struct moment *ret);

/* How the launched command ended: a wait status. Valid after ENGINE_ENDED. */
int engine__wait_status(const struct engine *engine);

/*
 * Why the last snapshot of the launched command came too late for its arrays: a sentence, a
 * literal. NULL: it did not.
 */
const char *engine__why_late(const struct engine *engine);

#endif
