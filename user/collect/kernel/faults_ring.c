/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Reading the ring: only up to its end at the time of the call, so that a busy target cannot keep
 * us.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "collect/kernel/faults_priv.h"

/* A record that is being written delays those after it; its program cannot be preempted. */
#define WRITING_MAX_NS 100000000u

#define CLOCK_EVERY 64u /* records */

struct held_record {	/* in faults->held, followed by the record's bytes */
	uint64_t bytes; /* rounded up to a multiple of 8 */
};

/* kernel/bpf/ringbuf.c: one page with the consumer's position, one with the producer's. */
static const volatile uint64_t *map_position(int fd, off_t offset)
{
	void *page = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED, fd, offset);

	return page == MAP_FAILED ? NULL : page;
}

int faults_open_ring(struct faults *faults)
{
	int fd = bpf_map__fd(faults->skel->maps.ring);

	faults->ring = ring_buffer__new(fd, faults_on_record, faults, NULL);
	if (!faults->ring)
		return -errno;
	faults->consumed = map_position(fd, 0);
	faults->produced = map_position(fd, (off_t)sysconf(_SC_PAGESIZE));
	return faults->consumed && faults->produced ? 0 : -errno;
}

void faults_close_ring(struct faults *faults)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (faults->consumed)
		munmap((void *)(uintptr_t)faults->consumed, page);
	if (faults->produced)
		munmap((void *)(uintptr_t)faults->produced, page);
	ring_buffer__free(faults->ring);
	free(faults->held);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int hold_record(struct faults *faults, const void *data, size_t bytes)
{
	size_t rounded = (bytes + 7) & ~(size_t)7;
	struct held_record *record;

	if (array_reserve((void **)&faults->held, &faults->held_capacity,
			  faults->held_bytes + sizeof(*record) + rounded, 1))
		return -ENOMEM;
	record = (void *)(faults->held + faults->held_bytes);
	record->bytes = rounded;
	memcpy(record + 1, data, bytes);
	faults->held_bytes += sizeof(*record) + rounded;
	return 0;
}

static int handle_record(struct faults *faults, const void *data, size_t bytes)
{
	struct touch_chunk chunk;
	struct map_event event;
	int err = faults_decode(data, bytes, &event, &chunk);

	if (!err && faults_note_slots(faults, &event))
		faults->handle(faults->handle_ctx, &event);
	return err;
}

/* Of one that is handled later. */
static int show_record(struct faults *faults, const void *data, size_t bytes)
{
	struct touch_chunk chunk;
	struct map_event event;
	int err = faults_decode(data, bytes, &event, &chunk);

	if (!err)
		faults->handle(faults->handle_ctx, &event);
	return err;
}

/* Called by libbpf's consumer, which advances its position after each call, even after an error. */
int faults_on_record(void *ctx, void *data, size_t bytes)
{
	struct faults *faults = ctx;
	int err = faults->holding ? hold_record(faults, data, bytes)
				  : handle_record(faults, data, bytes);

	if (err)
		return err;
	if (*faults->consumed + BPF_RINGBUF_HDR_SZ + bytes >= faults->read_until)
		return -ECANCELED;
	if (faults->deadline_ns && ++faults->records % CLOCK_EVERY == 0 &&
	    now_ns() >= faults->deadline_ns)
		return -ECANCELED;
	return 0;
}

/* 0: everything up to the ring's end at the call; 1: some is left. */
static int read_ring(struct faults *faults, uint64_t budget_ns)
{
	uint64_t start = now_ns();
	int got;

	faults->read_until = __atomic_load_n(faults->produced, __ATOMIC_ACQUIRE);
	faults->deadline_ns = budget_ns ? start + budget_ns : 0;
	while (*faults->consumed < faults->read_until) {
		got = ring_buffer__consume(faults->ring);
		if (got < 0 && got != -ECANCELED)
			return got;
		if (*faults->consumed >= faults->read_until)
			break;
		if (now_ns() >= (budget_ns ? faults->deadline_ns : start + WRITING_MAX_NS))
			return 1;
		sched_yield();
	}
	return 0;
}

static int each_held(struct faults *faults,
		     int (*handle)(struct faults *faults, const void *data, size_t bytes))
{
	size_t at = 0;
	int err = 0;

	while (!err && at < faults->held_bytes) {
		const struct held_record *record = (const void *)(faults->held + at);

		err = handle(faults, record + 1, record->bytes);
		at += sizeof(*record) + record->bytes;
	}
	return err;
}

int faults__poll_fd(const struct faults *faults)
{
	return ring_buffer__epoll_fd(faults->ring);
}

int faults__drain(struct faults *faults, uint64_t budget_ns,
		  void (*handle)(void *ctx, const struct map_event *event), void *ctx)
{
	int err, left;

	faults_find_ended(faults);
	faults->handle = handle;
	faults->handle_ctx = ctx;
	err = each_held(faults, handle_record);
	faults->held_bytes = 0;
	if (err)
		return err;
	left = read_ring(faults, budget_ns);
	if (!left)
		faults_release_ended(faults);
	return left;
}

int faults__hold(struct faults *faults, void (*visit)(void *ctx, const struct map_event *event),
		 void *ctx)
{
	int left, err;

	faults->holding = true;
	left = read_ring(faults, 0);
	faults->holding = false;
	if (left < 0)
		return left;
	faults->handle = visit;
	faults->handle_ctx = ctx;
	err = each_held(faults, show_record);
	return err ? err : left;
}
