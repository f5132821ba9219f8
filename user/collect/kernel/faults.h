/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The only user of libbpf: loads the kernel side, tells it which address spaces to watch, and
 * returns what it saw. An address space ("slot") is what the kernel calls an mm: a process with its
 * threads and vfork children.
 */
#ifndef COLLECT_FAULTS_H
#define COLLECT_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/intervals.h"
#include "facts/heap_point.h"
#include "facts/map_event.h"
#include "facts/stop_probes.h"
#include "facts/touch.h"

enum faults_backend { FAULTS_AUTO, FAULTS_TP_BTF, FAULTS_PERF, FAULTS_NONE };

/* Where mapping calls are seen: TRACEPOINT, those of each call; TP_BTF, that of all system calls. */
enum faults_hooks { HOOKS_NONE, HOOKS_TRACEPOINT, HOOKS_TP_BTF };

struct faults_options {
	enum faults_backend backend;
	enum faults_hooks hooks; /* NONE: the cheapest that works */
	bool follow_children;	 /* forked address spaces are watched too */
	uint64_t page_bytes;
	uint32_t chunk_slots;	  /* of the main table, a power of two; 0: by the RAM size */
	uint32_t overflow_chunks; /* 0: default */
	uint32_t processes;	  /* live address spaces at a time; 0: default */
	uint32_t ring_bytes;	  /* a power of two of pages; 0: default */
	uint64_t heap_min_bytes;  /* heap blocks from this size on; 0: none */
	uint32_t heap_blocks;	  /* live ones at a time; 0: default */
};

struct faults_losses {
	uint64_t chunks;      /* touches that found no room in the tables */
	uint64_t sets;	      /* touches without room in the sets above the chunks */
	uint64_t strays;      /* touches whose chunk ended or began meanwhile, or took too long */
	uint64_t events;      /* records that found no room in the ring */
	uint64_t slots;	      /* address spaces that found no room */
	uint64_t children;    /* whose fork or exec found no room in the ring */
	uint64_t heap_blocks; /* that found no room, or whose address could not be read */
	uint64_t calls;	      /* mapping calls that this kernel does not trace */
	uint64_t skipped;     /* runs of our programs that the kernel left out */
};

struct faults;

/*
 * Loads and attaches; nothing is watched yet. -EPERM: not enough privilege; -EOPNOTSUPP: this
 * kernel lacks what the backend needs. reason (of reason_size bytes) then holds one line for the
 * user.
 */
int faults__open(const struct faults_options *options, struct faults **ret, char *reason,
		 size_t reason_size);
void faults__close(struct faults *faults);

/* TP_BTF or PERF */
enum faults_backend faults__backend(const struct faults *faults);
const char *faults_backend_name(enum faults_backend backend);

enum faults_hooks faults__hooks(const struct faults *faults);
const char *faults_hooks_name(enum faults_hooks hooks);

/* Watches the address space of a living process (pid in our namespace). 0 or -errno. */
int faults__add_process(struct faults *faults, uint32_t pid, uint32_t *slot);

/*
 * Watches the image that process pid will exec next (once), from its first instruction. An EXEC
 * event gives the slot.
 */
int faults__add_next_exec(struct faults *faults, uint32_t pid);

/*
 * Stops watching a slot that was handed out (by add_process, a FORK or an EXEC event). The caller
 * may not use it again. 0 or -errno.
 */
int faults__release(struct faults *faults, uint32_t slot);

/*
 * Makes room for other address spaces: forgets what was counted in released slots, which costs about
 * a microsecond per touched chunk. 0 or -errno.
 */
int faults__free_released(struct faults *faults);

/* Readable when events wait. */
int faults__poll_fd(const struct faults *faults);

/*
 * Passes on what was held, then what is in the ring at the call, in order; with a nonzero budget
 * for at most about that long. Returns 1 if some is left, 0, or -errno.
 */
int faults__drain(struct faults *faults, uint64_t budget_ns,
		  void (*handle)(void *ctx, const struct map_event *event), void *ctx);

/*
 * Reads ahead: shows to visit what is in the ring at the call, and holds it back for the next
 * drain. It includes all bits that a call has taken out of the table before, because a record is
 * reserved before its bits are taken. Holds at most as much as the ring has room for. Returns 1 if
 * a record did not arrive in time, 0, or -errno.
 */
int faults__hold(struct faults *faults, void (*visit)(void *ctx, const struct map_event *event),
		 void *ctx);

/*
 * Copies all touched chunks of the slot and its counts into *ret, replacing its content. The caller
 * frees ret->chunks in every case. 0 or -errno.
 */
int faults__copy_touches(struct faults *faults, uint32_t slot, struct touch_map *ret);

/* What the touched chunks of a slot show without their bits. */
struct fault_activity {
	struct fault_counts
		faults;	  /* each fault that was counted so far, also those without a chunk */
	uint64_t last_ns; /* CLOCK_MONOTONIC of the last one in a chunk, within one tick */
};

/*
 * A fault is counted before the kernel handles it: its page may change later. *ret is set even on
 * failure. 0 or -errno.
 */
int faults__activity(struct faults *faults, uint32_t slot, struct fault_activity *ret);

/*
 * Adds the ranges of the slot's chunks that were touched at or after a time (CLOCK_MONOTONIC), within
 * one tick. 0 or -errno.
 */
int faults__touched_since(struct faults *faults, uint32_t slot, uint64_t since_ns,
			  struct intervals *ret);

/*
 * Takes the bits of an UNCLOSED range out of the kernel's table, chunk by chunk: those set at the
 * event, not those touched since. 0 or -errno.
 */
int faults__take_unclosed(struct faults *faults, const struct map_event *unclosed,
			  void (*visit)(void *ctx, const struct touch_chunk *chunk), void *ctx);

int faults__losses(struct faults *faults, struct faults_losses *ret);

#define FAULTS_MISSING_MAX 32

/*
 * What this kernel lacks and this watch would use: one sentence each, literals. Returns how many.
 */
size_t faults__missing(const struct faults *faults, const char *ret[FAULTS_MISSING_MAX]);
/* Whether COLLAPSE events come. */
bool faults__counts_collapses(const struct faults *faults);

/* Bytes that the kernel holds for our maps and programs, according to fdinfo. */
uint64_t faults__kernel_bytes(const struct faults *faults);

/*
 * Probes that stop a thread of a watched process, and of no other: a probe in every process that
 * maps the file would cost each of them a page. They are removed with the faults, or by our death.
 */
struct stop_probes faults__stop_probes(struct faults *faults);

/*
 * Reports the heap blocks that the functions at these points of a file allocate for process pid, or
 * with pid 0 for every watched process (then every call by any process that maps the file costs a
 * probe). Needs heap_min_bytes. 0 or -errno. The probes are removed with the faults, or by our
 * death.
 */
int faults__attach_heap(struct faults *faults, int fd, uint32_t pid,
			const struct heap_point *points, size_t count);

/* One feature of the kernel side that `pagewatch probe` lists. */
struct faults_feature {
	const char *name;
	int error; /* 0 or -errno */
	const char *needed_for;
};

#define FAULTS_FEATURES_MAX 16

/*
 * Loads, attaches, and sees whether a touch of ours is counted. uprobe: the same for a probe that a
 * thread of ours passes. 0 or -errno.
 */
int faults_try(enum faults_backend backend, int *uprobe);

/* Tries each feature (load, attach, one hit). Returns how many results were written. */
size_t faults_probe(struct faults_feature features[FAULTS_FEATURES_MAX]);

#endif
