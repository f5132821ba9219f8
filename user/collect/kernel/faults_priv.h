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
#include "pagewatch.skel.h"

struct stop {
	struct bpf_link *link;
};

struct faults {
	struct faults_options options;
	enum faults_backend backend;
	int events; /* tracefs' folder of events */
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
	struct pw_mm *mms;	  /* mapped */
	struct pw_totals *totals; /* mapped */
	struct chunk_places places;
	uint32_t slots;		/* of the target table */
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
int faults_keep_link(struct faults *faults, struct bpf_link *link);
int faults_attach_tracepoint(struct faults *faults, struct bpf_program *program, int id);

/* faults_heap.c: between open and load */
int faults_configure_heap(struct faults *faults);

/* faults_detach.c: releases all programs without waiting for the kernel to finish. */
void faults_detach(struct faults *faults);

/* faults_events.c: *ret may borrow *chunk. -EPROTO if the bytes are not a record. */
int faults_decode(const void *data, size_t bytes, struct map_event *ret, struct touch_chunk *chunk);

/* faults_ring.c */
int faults_open_ring(struct faults *faults);
void faults_close_ring(struct faults *faults);
/* The ring buffer's callback; ctx is the faults. */
int faults_on_record(void *ctx, void *data, size_t bytes);

/* faults_table.c */
int faults_map_tables(struct faults *faults);
void faults_unmap_tables(struct faults *faults);

/* faults_chunk.c: converts a chunk to a fact; returns whether any bit is set. */
bool faults_copy_chunk(const struct faults *faults, const struct pw_chunk *chunk, uint64_t key,
		       struct touch_chunk *ret);

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

/* Runs a program that is attached to nothing. 0 or -errno. */
static inline int faults_run(const struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);

	return bpf_prog_test_run_opts(bpf_program__fd(program), &run);
}

static inline uint64_t faults_chunk_bytes(const struct faults *faults)
{
	return 1ull << (faults->page_shift + PW_CHUNK_SHIFT);
}

#endif
