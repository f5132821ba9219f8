/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Ranges whose lives ended, with more chunks than the kernel side closes in one call. */
#include <errno.h>

#include "collect/kernel/faults_priv.h"

/* The program takes a limited number of chunks, each under its lock. */
static int take_some(struct faults *faults)
{
	return faults_run(faults->skel->progs.take_unclosed);
}

static void begin_taking(struct faults *faults, uint32_t slot, uint64_t start, uint64_t end,
			 uint32_t serial)
{
	faults->skel->bss->taking = (struct pw_taking){
		.start = start,
		.end = end,
		.cursor = start / faults_chunk_bytes(faults),
		.slot = slot,
		.serial = serial,
	};
}

int faults_drop_chunks(struct faults *faults, uint32_t slot, uint64_t start, uint64_t end)
{
	const struct pw_taking *taking = &faults->skel->bss->taking;
	int err = 0;

	begin_taking(faults, slot, start, end, UINT32_MAX);
	while (!err && !taking->done)
		err = take_some(faults);
	return err;
}

static int take_range(struct faults *faults, const struct map_event *range,
		      void (*visit)(void *ctx, const struct touch_chunk *chunk), void *ctx)
{
	const struct pw_taking *taking = &faults->skel->bss->taking;
	struct touch_chunk chunk;
	uint32_t i;
	int err = 0;

	begin_taking(faults, range->slot, range->unclosed.start, range->unclosed.end,
		     range->unclosed.serial);
	while (!err && !taking->done) {
		err = take_some(faults);
		for (i = 0; !err && i < taking->count; i++) {
			faults_copy_chunk(faults, &faults->taken[i], faults->taken[i].key, &chunk);
			visit(ctx, &chunk);
		}
	}
	return err;
}

/* Collects what touches of new lives have put aside so far. */
static int take_late(struct faults *faults, uint64_t serial,
		     void (*visit)(void *ctx, const struct touch_chunk *chunk), void *ctx)
{
	int fd = bpf_map__fd(faults->skel->maps.late);
	struct pw_late_key key, next, *previous = NULL;
	struct touch_chunk chunk;
	struct pw_chunk late;

	while (!bpf_map_get_next_key(fd, previous, &next)) {
		/* Deletes behind us, so that the walk continues from a key that exists. */
		if (previous && key.serial == serial)
			bpf_map_delete_elem(fd, &key);
		key = next;
		previous = &key;
		if (key.serial != serial || bpf_map_lookup_elem(fd, &key, &late))
			continue;
		if (faults_copy_chunk(faults, &late, key.chunk, &chunk))
			visit(ctx, &chunk);
	}
	if (previous && key.serial == serial)
		bpf_map_delete_elem(fd, &key);
	return 0;
}

/* From then on a touch finds nothing to do for it. */
static int forget_range(struct faults *faults, struct pw_unclosed *range)
{
	int err = faults_run_for(faults, faults->skel->progs.forget_unclosed, range->slot);

	__atomic_store_n(&range->serial, 0, __ATOMIC_RELEASE);
	return err;
}

int faults__take_unclosed(struct faults *faults, const struct map_event *unclosed,
			  void (*visit)(void *ctx, const struct touch_chunk *chunk), void *ctx)
{
	uint32_t serial = unclosed->unclosed.serial;
	uint32_t ranges = faults->skel->rodata->limits[PW_LIMIT_UNCLOSED_RANGES];
	struct pw_unclosed *range = &faults->skel->bss->unclosed[serial % ranges];
	int err, forgotten = 0;

	err = take_range(faults, unclosed, visit, ctx);
	if (!err)
		err = take_late(faults, serial, visit, ctx);
	if (__atomic_load_n(&range->serial, __ATOMIC_ACQUIRE) == serial)
		forgotten = forget_range(faults, range);
	return err ? err : forgotten;
}

static void drop_chunk(void *ctx, const struct touch_chunk *chunk)
{
	(void)ctx;
	(void)chunk;
}

void faults_forget_unclosed(struct faults *faults, uint32_t slot)
{
	unsigned int i;

	for (i = 0; i < PW_UNCLOSED_RANGES; i++) {
		struct pw_unclosed *range = &faults->skel->bss->unclosed[i];
		uint32_t serial = __atomic_load_n(&range->serial, __ATOMIC_ACQUIRE);

		if (!serial || serial == PW_UNCLOSED_BUSY || range->slot != slot)
			continue;
		take_late(faults, serial, drop_chunk, NULL);
		forget_range(faults, range);
	}
}
