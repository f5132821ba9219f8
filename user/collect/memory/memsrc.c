/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The page cache: a hash of page numbers. */
#include "collect/memory/memsrc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SLAB_PAGES MEMSRC_LOAD_PAGES /* not more: populating what is never used costs as much */

/* One page that was requested. */
struct slot {
	uint64_t number; /* address / page_bytes + 1; 0 is a free slot */
	uint8_t *data;	 /* NULL: it was absent; the scratch page: loading it failed */
};

/* Memory for pages, populated at once: faulting it in page by page costs more than filling it. */
struct slab {
	struct slab *next;
	uint8_t *data;
	size_t used;
};

struct memsrc {
	struct memsrc_backend backend;
	uint64_t page_bytes;	 /* a power of two: */
	unsigned int page_shift; /* dividing costs more than finding a page */
	size_t max_pages;
	size_t pages;
	uint64_t swapped;
	struct slot *slots; /* open addressing, a power of two of them */
	size_t slot_count;
	size_t used;
	struct slot last;     /* most reads are close to the previous one */
	uint64_t next_number; /* the page after the last load */
	size_t ahead;	      /* pages of that load */
	struct slab *slabs;   /* the newest first */
	uint8_t *scratch;     /* one page */
};

struct memsrc *memsrc__new(const struct memsrc_backend *backend, uint64_t page_bytes,
			   size_t max_pages)
{
	struct memsrc *memsrc = calloc(1, sizeof(*memsrc));

	if (!memsrc)
		return NULL;
	memsrc->backend = *backend;
	memsrc->page_bytes = page_bytes;
	memsrc->page_shift = (unsigned int)__builtin_ctzll(page_bytes);
	memsrc->max_pages = max_pages;
	memsrc->slot_count = 1024;
	memsrc->slots = calloc(memsrc->slot_count, sizeof(*memsrc->slots));
	memsrc->scratch = malloc(page_bytes);
	if (!memsrc->slots || !memsrc->scratch) {
		free(memsrc->slots);
		free(memsrc->scratch);
		free(memsrc);
		return NULL;
	}
	return memsrc;
}

void memsrc__close(struct memsrc *memsrc)
{
	struct slab *slab, *next;

	if (!memsrc)
		return;
	for (slab = memsrc->slabs; slab; slab = next) {
		next = slab->next;
		munmap(slab->data, SLAB_PAGES * memsrc->page_bytes);
		free(slab);
	}
	free(memsrc->slots);
	free(memsrc->scratch);
	if (memsrc->backend.close)
		memsrc->backend.close(memsrc->backend.ctx);
	free(memsrc);
}

static uint64_t number_of(const struct memsrc *memsrc, uint64_t address)
{
	return (address >> memsrc->page_shift) + 1;
}

static uint64_t offset_in_page(const struct memsrc *memsrc, uint64_t address)
{
	return address & (memsrc->page_bytes - 1);
}

static struct slot *find_slot(struct slot *slots, size_t count, uint64_t number)
{
	size_t i = (size_t)((number * 0x9e3779b97f4a7c15ull) >> 32) & (count - 1);

	while (slots[i].number && slots[i].number != number)
		i = (i + 1) & (count - 1);
	return &slots[i];
}

/* Makes room for a load. */
static int grow_slots(struct memsrc *memsrc)
{
	size_t count = memsrc->slot_count * 2, i;
	struct slot *slots;

	if ((memsrc->used + MEMSRC_LOAD_PAGES) * 2 < memsrc->slot_count)
		return 0;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (i = 0; i < memsrc->slot_count; i++) {
		if (memsrc->slots[i].number)
			*find_slot(slots, count, memsrc->slots[i].number) = memsrc->slots[i];
	}
	free(memsrc->slots);
	memsrc->slots = slots;
	memsrc->slot_count = count;
	return 0;
}

void memsrc__forget(struct memsrc *memsrc)
{
	memset(memsrc->slots, 0, memsrc->slot_count * sizeof(*memsrc->slots));
	memset(&memsrc->last, 0, sizeof(memsrc->last));
	memsrc->used = 0;
}

static int add_slab(struct memsrc *memsrc)
{
	struct slab *slab = calloc(1, sizeof(*slab));
	void *data;

	if (!slab)
		return -ENOMEM;
	data = mmap(NULL, SLAB_PAGES * memsrc->page_bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (data == MAP_FAILED) {
		free(slab);
		return -ENOMEM;
	}
	slab->data = data;
	slab->next = memsrc->slabs;
	memsrc->slabs = slab;
	return 0;
}

/* Appends what a load has read to the slab's used pages. */
static void keep_pages(struct memsrc *memsrc, uint64_t number, size_t count, const bool *present)
{
	struct slab *slab = memsrc->slabs;
	const uint8_t *from = slab->data + slab->used * memsrc->page_bytes;
	size_t i;

	for (i = 0; i < count; i++, from += memsrc->page_bytes) {
		struct slot *slot = find_slot(memsrc->slots, memsrc->slot_count, number + i);
		uint8_t *to = slab->data + slab->used * memsrc->page_bytes;

		if (slot->number)
			continue;
		if (present[i]) {
			if (to != from)
				memcpy(to, from, memsrc->page_bytes);
			slot->data = to;
			slab->used++;
			memsrc->pages++;
		}
		slot->number = number + i;
		memsrc->used++;
	}
}

static int load_pages(struct memsrc *memsrc, uint64_t number, size_t count)
{
	bool present[MEMSRC_LOAD_PAGES] = { false };
	int err;

	if (memsrc->pages + count > memsrc->max_pages || memsrc->used > 4 * memsrc->max_pages)
		return -ENOSPC;
	err = grow_slots(memsrc);
	if (!err && (!memsrc->slabs || SLAB_PAGES - memsrc->slabs->used < count))
		err = add_slab(memsrc);
	if (!err)
		err = memsrc->backend.load(
			memsrc->backend.ctx, (number - 1) * memsrc->page_bytes, count,
			memsrc->slabs->data + memsrc->slabs->used * memsrc->page_bytes, present);
	if (!err)
		keep_pages(memsrc, number, count, present);
	memsrc->next_number = number + count;
	memsrc->ahead = count;
	return err;
}

/* One page, unless it follows the previous load: then that many again, and more each time. */
static size_t pages_to_load(const struct memsrc *memsrc, uint64_t number)
{
	if (number != memsrc->next_number)
		return 1;
	return memsrc->ahead * 2 < MEMSRC_LOAD_PAGES ? memsrc->ahead * 2 : MEMSRC_LOAD_PAGES;
}

void memsrc__prefetch(struct memsrc *memsrc, uint64_t address, size_t bytes)
{
	uint64_t number = number_of(memsrc, address);
	uint64_t end = number_of(memsrc, address + bytes - 1) + 1;

	for (; bytes && number < end; number += MEMSRC_LOAD_PAGES) {
		size_t count = end - number < MEMSRC_LOAD_PAGES ? end - number : MEMSRC_LOAD_PAGES;

		if (load_pages(memsrc, number, count))
			return;
	}
}

/* Counts a swapped page once, however often it is requested, while there is room to remember it. */
static void count_miss(struct memsrc *memsrc, uint64_t address)
{
	uint64_t number = number_of(memsrc, address);
	struct slot *slot;

	if (!memsrc->backend.swapped)
		return;
	slot = find_slot(memsrc->slots, memsrc->slot_count, number);
	if (slot->data == memsrc->scratch || !memsrc->backend.swapped(memsrc->backend.ctx, address))
		return;
	memsrc->swapped++;
	/* The rest of the table is for pages that will be read. */
	if (!slot->number && memsrc->used < memsrc->max_pages && !grow_slots(memsrc)) {
		slot = find_slot(memsrc->slots, memsrc->slot_count, number);
		slot->number = number;
		memsrc->used++;
	}
	if (slot->number && !slot->data)
		slot->data = memsrc->scratch;
}

/* The part of the range that lies in one page. */
static int read_page(struct memsrc *memsrc, uint64_t address, uint8_t *buffer, size_t bytes)
{
	uint64_t number = number_of(memsrc, address);
	struct slot *slot = &memsrc->last;
	int err;

	if (slot->number != number) {
		slot = find_slot(memsrc->slots, memsrc->slot_count, number);
		if (!slot->number) {
			err = load_pages(memsrc, number, pages_to_load(memsrc, number));
			if (err)
				return err;
			slot = find_slot(memsrc->slots, memsrc->slot_count, number);
		}
		memsrc->last = *slot;
	}
	if (!slot->data || slot->data == memsrc->scratch) {
		count_miss(memsrc, address);
		return -EFAULT;
	}
	memcpy(buffer, slot->data + offset_in_page(memsrc, address), bytes);
	return 0;
}

static int read_page_again(struct memsrc *memsrc, uint64_t address, uint8_t *buffer, size_t bytes)
{
	uint64_t offset = offset_in_page(memsrc, address);
	bool present = false;
	int err;

	err = memsrc->backend.load(memsrc->backend.ctx, address - offset, 1, memsrc->scratch,
				   &present);
	if (err)
		return err;
	if (!present)
		return -EFAULT;
	memcpy(buffer, memsrc->scratch + offset, bytes);
	return 0;
}

static int read_by_pages(struct memsrc *memsrc, uint64_t address, uint8_t *buffer, size_t bytes,
			 int (*read)(struct memsrc *, uint64_t, uint8_t *, size_t))
{
	if (address + bytes < address)
		return -EFAULT;
	while (bytes) {
		size_t part = memsrc->page_bytes - offset_in_page(memsrc, address);
		int err;

		if (part > bytes)
			part = bytes;
		err = read(memsrc, address, buffer, part);
		if (err)
			return err;
		address += part;
		buffer += part;
		bytes -= part;
	}
	return 0;
}

int memsrc__read(struct memsrc *memsrc, uint64_t address, void *buffer, size_t bytes)
{
	return read_by_pages(memsrc, address, buffer, bytes, read_page);
}

int memsrc__read_again(struct memsrc *memsrc, uint64_t address, void *buffer, size_t bytes)
{
	return read_by_pages(memsrc, address, buffer, bytes, read_page_again);
}

int memsrc__load(struct memsrc *memsrc, uint64_t address, size_t count, uint8_t *buffer,
		 bool *present)
{
	size_t i;
	int err;

	memset(present, 0, count * sizeof(*present));
	err = memsrc->backend.load(memsrc->backend.ctx, address, count, buffer, present);
	for (i = 0; !err && i < count; i++) {
		if (!present[i])
			count_miss(memsrc, address + i * memsrc->page_bytes);
	}
	return err;
}

int memsrc__sample(struct memsrc *memsrc, const struct memsrc_samples *samples, uint8_t *buffer,
		   bool *present)
{
	size_t i;
	int err = 0;

	memset(present, 0, samples->count * sizeof(*present));
	if (memsrc->backend.sample) {
		err = memsrc->backend.sample(memsrc->backend.ctx, samples, buffer, present);
	} else {
		for (i = 0; i < samples->count && err != -ESRCH; i++) {
			err = memsrc__read_again(memsrc, samples->address + i * samples->stride,
						 buffer + i * samples->bytes, samples->bytes);
			present[i] = !err;
		}
		err = err == -ESRCH ? err : 0;
	}
	for (i = 0; !err && i < samples->count; i++) {
		if (!present[i])
			count_miss(memsrc, samples->address + i * samples->stride);
	}
	return err;
}

uint64_t memsrc__swapped(const struct memsrc *memsrc)
{
	return memsrc->swapped;
}

uint64_t memsrc__page_bytes(const struct memsrc *memsrc)
{
	return memsrc->page_bytes;
}

size_t memsrc__pages(const struct memsrc *memsrc)
{
	return memsrc->pages;
}
