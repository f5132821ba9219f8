/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the files of collect/kernel/faults* share. */
#ifndef COLLECT_FAULTS_PRIV_H
#define COLLECT_FAULTS_PRIV_H

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdbool.h>

#include "bpf/pagewatch.h"
#include "collect/kernel/chunk_places.h"
#include "collect/kernel/faults.h"
#include "collect/kernel/kernel_features.h"
#include "pagewatch.skel.h"

struct stop {
	struct bpf_link *link; /* NULL: fd is the link */
	int fd;
};

/* The tracepoints of a mapping call: ids, or -errno. */
struct call_ends {
	int enter;
	int exit;
};

enum slot_state {
	SLOT_UNKNOWN,  /* free, or its first record was not read yet */
	SLOT_TOLD,     /* our caller has it, and will release it */
	SLOT_ENDED,    /* the same, and the record of the end was read */
	SLOT_DUE,      /* released or never told; the record of the end may still be in the ring */
	SLOT_OVERDUE,  /* the same, since before the ring was read: to be released after it */
	SLOT_RELEASED, /* nobody counts in it, and no record is left: to be freed */
};

struct slot_states {
	unsigned char *of;  /* by slot, enum slot_state */
	uint32_t *released; /* the slots that are to be freed */
	uint32_t released_count;
	bool any_due;	      /* some slot is due or overdue */
	uint64_t lost_events; /* when we last looked for ends without a record */
};

/* Of the last slot whose chunks behind the table were searched. */
struct overflown_keys {
	uint32_t slot;
	uint64_t *keys;
	size_t count;
	size_t capacity;
};

struct faults {
	struct faults_options options;
	enum faults_backend backend;
	enum faults_hooks hooks;
	int events; /* tracefs' folder of events */
	struct kernel_features missing;
	struct call_ends ends[PW_CALLS];
	struct pagewatch_bpf *skel;
	struct bpf_link **links;
	size_t link_count;
	size_t link_capacity;
	int *sessions; /* descriptors of links that libbpf does not know */
	size_t session_count;
	size_t session_capacity;
	struct bpf_link *seed; /* the iterator, attached once */
	struct ring_buffer *ring;
	const volatile uint64_t *consumed; /* positions in the ring, mapped */
	const volatile uint64_t *produced;
	uint64_t read_until; /* for this read: where to stop, and when to stop before (0: never) */
	uint64_t deadline_ns;
	uint64_t records; /* read so far */
	bool holding;
	unsigned char *held; /* records that were read ahead, each behind its size */
	size_t held_bytes;
	size_t held_capacity;
	struct pw_slot *slots;	    /* mapped */
	struct pw_touched *touched; /* mapped: of each CPU, by slot */
	uint32_t slot_count;
	uint32_t cpu_count;
	struct slot_states states;
	struct chunk_places places;
	struct overflown_keys overflown;
	struct pw_chunk *taken; /* mapped */
	uint32_t page_shift;
	uint64_t tick_ns; /* of the kernel's jiffies */
	struct stop *stops;
	size_t stop_count;
	size_t stop_capacity;
	void (*handle)(void *ctx, const struct map_event *event);
	void *handle_ctx;
};

/* faults_attach.c */
int faults_attach(struct faults *faults, char *reason, size_t reason_size);

/* faults_links.c: a link of 0 is an error of libbpf, in errno. */
int faults_keep_link(struct faults *faults, struct bpf_link *link);
struct perf_event_attr;
int faults_attach_event(struct faults *faults, struct bpf_program *program,
			struct perf_event_attr *attr, int cpu);
int faults_attach_tracepoint(struct faults *faults, struct bpf_program *program, int id);

/* faults_hooks.c: chooses before the features are found; configures between open and load. */
void faults_choose_hooks(struct faults *faults);
void faults_configure_hooks(struct faults *faults);
int faults_attach_hooks(struct faults *faults);

/* faults_configure.c: between open and load. 0 or -errno. */
int faults_configure(struct faults *faults);

/*
 * faults_features.c: sets faults->missing. try: helpers and map types are tried too, which takes
 * milliseconds. Whether more is missing than before.
 */
bool faults_find_missing(struct faults *faults, bool try);
/* Between open and load: switches off what is missing. 0 or -errno. */
int faults_configure_features(struct faults *faults);

/* faults_heap.c: between open and load */
int faults_configure_heap(struct faults *faults);

/* faults_stop.c: between open and load; then closes all. */
void faults_configure_stops(struct faults *faults);
void faults_close_stops(struct faults *faults);

/* faults_detach.c: releases all programs without waiting for the kernel to finish. */
void faults_detach(struct faults *faults);

/* faults_events.c: *ret may borrow *chunk. -EPROTO if the bytes are not a record. */
int faults_decode(const void *data, size_t bytes, struct map_event *ret, struct touch_chunk *chunk);

/* faults_ring.c */
int faults_open_ring(struct faults *faults);
void faults_close_ring(struct faults *faults);
/* The ring buffer's callback; ctx is the faults. */
int faults_on_record(void *ctx, void *data, size_t bytes);

/* faults_slots.c */
int faults_open_slots(struct faults *faults);
void faults_close_slots(struct faults *faults);
/* The caller has the slot now, and will release it. */
void faults_hand_out(struct faults *faults, uint32_t slot);
/* Notes what an event says about slots. Returns whether the caller is to see it. */
bool faults_note_slots(struct faults *faults, const struct map_event *event);
/* Before the ring is read. */
void faults_find_ended(struct faults *faults);
/* After the ring was read to the end that it had. */
void faults_release_ended(struct faults *faults);

/* faults_free.c: nobody counts in the slot any more. 0 or -errno. */
int faults_free_slot(struct faults *faults, uint32_t slot);

/* faults_table.c */
int faults_map_tables(struct faults *faults);
void faults_unmap_tables(struct faults *faults);

/* faults_chunk.c: converts a chunk to a fact; returns whether any bit is set. */
bool faults_copy_chunk(const struct faults *faults, const struct pw_chunk *chunk, uint64_t key,
		       struct touch_chunk *ret);

/* Its first address, bytes. */
uint64_t faults_chunk_start(const struct faults *faults, uint64_t key);

/* CLOCK_MONOTONIC of its last touch, at most one tick late. */
uint64_t faults_chunk_last_ns(const struct faults *faults, const struct pw_chunk *chunk);

/*
 * faults_each.c: calls visit for each live chunk of a slot until it returns nonzero, which is
 * returned. The chunk is the kernel's own or a copy. 0 or -errno.
 */
int faults_each_chunk(struct faults *faults, uint32_t slot,
		      int (*visit)(void *ctx, struct pw_chunk *chunk, uint64_t key), void *ctx);

/* faults_unclosed.c: ends all chunks of a range (bytes, of whole chunks). 0 or -errno. */
int faults_drop_chunks(struct faults *faults, uint32_t slot, uint64_t start, uint64_t end);
/* Forgets the ranges of a slot that still wait for us. */
void faults_forget_unclosed(struct faults *faults, uint32_t slot);

/* faults_skipped.c */
uint64_t faults_skipped(const struct faults *faults);

/* faults_run.c: runs a program that is attached to nothing. Its return value, or -errno. */
int faults_run(const struct bpf_program *program);
/* The same for a program that reads asked_slot. */
int faults_run_for(struct faults *faults, const struct bpf_program *program, uint32_t slot);

/* The bits of 64 pages from their two pairs. */
static inline uint64_t pairs_read(uint64_t low, uint64_t high)
{
	return (uint32_t)low | high << 32;
}

static inline uint64_t pairs_written(uint64_t low, uint64_t high)
{
	return low >> 32 | (high & ~(uint64_t)UINT32_MAX);
}

static inline uint64_t faults_chunk_bytes(const struct faults *faults)
{
	return 1ull << (faults->page_shift + PW_CHUNK_SHIFT);
}

#endif
