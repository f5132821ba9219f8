/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Items are compared as bytes, and then what they point to: a field that is added later is
 * compared without a word here. The gaps between fields are cleared first.
 */
#include "model/moment_kinds.h"

#include <string.h>

#include "facts/array.h"
#include "facts/cached.h"
#include "facts/frame.h"
#include "facts/vma.h"
#include "model/page_state.h"

/* The gap between a field and the one behind it, or the end of the item. */
#define CLEAR_GAP(item, field, next)                                                               \
	clear_bytes((item), offsetof(__typeof__(*(item)), field) + sizeof((item)->field), (next))

static void clear_bytes(void *item, size_t from, size_t until)
{
	memset((char *)item + from, 0, until - from);
}

/* The address, which comes first in all items but arrays. */
static uint64_t start_of(const void *item)
{
	uint64_t start;

	memcpy(&start, item, sizeof(start));
	return start;
}

_Static_assert(!offsetof(struct vma, start) && !offsetof(struct page_run, start) &&
		       !offsetof(struct frame_run, start) &&
		       !offsetof(struct packed_chunk, start) && !offsetof(struct interval, start) &&
		       !offsetof(struct cached_run, start),
	       "start_of");

/* Without its padding the struct would be as large: then there is none. */
_Static_assert(sizeof(struct vma) == 4 * 8 + 3 * 4 + 4 + sizeof(char *), "a VMA has no gaps");
_Static_assert(sizeof(struct interval) == 3 * 8, "an interval has no gaps");

static bool same_vma(const void *left, const void *right)
{
	struct vma a = *(const struct vma *)left, b = *(const struct vma *)right;

	if (strcmp(a.path, b.path))
		return false;
	a.path = b.path = NULL;
	return !memcmp(&a, &b, sizeof(a));
}

static size_t vma_outside(const void *item)
{
	const struct vma *vma = item;

	return strlen(vma->path) + 1;
}

static void pack_vma(void *item, char *outside)
{
	struct vma *vma = item;

	vma->path = strcpy(outside, vma->path);
}

static void pack_run(void *item, char *outside)
{
	struct page_run *run = item;

	(void)outside;
	CLEAR_GAP(run, maybe_huge, sizeof(*run));
}

static void pack_frame_run(void *item, char *outside)
{
	struct frame_run *run = item;

	(void)outside;
	CLEAR_GAP(run, exclusive, sizeof(*run));
}

static void pack_cached(void *item, char *outside)
{
	struct cached_run *run = item;

	(void)outside;
	CLEAR_GAP(run, tells_swapped, sizeof(*run));
}

static size_t chunk_outside(const void *item)
{
	const struct packed_chunk *chunk = item;

	return packed_words__stored(&chunk->words) * sizeof(*chunk->words.stored);
}

static bool same_chunk(const void *left, const void *right)
{
	struct packed_chunk a, b;
	size_t bytes = chunk_outside(left);

	memcpy(&a, left, sizeof(a));
	memcpy(&b, right, sizeof(b));
	if (bytes != chunk_outside(right) ||
	    (bytes && memcmp(a.words.stored, b.words.stored, bytes)))
		return false;
	a.words.stored = b.words.stored = NULL;
	return !memcmp(&a, &b, sizeof(a));
}

/* A copy of bytes at *outside, which moves on. */
static void *pack_bytes(const void *bytes, size_t count, char **outside)
{
	char *to = *outside;

	*outside += count;
	return count ? memcpy(to, bytes, count) : NULL;
}

static void pack_chunk(void *item, char *outside)
{
	struct packed_chunk *chunk = item;

	chunk->words.stored = pack_bytes(chunk->words.stored, chunk_outside(item), &outside);
	CLEAR_GAP(&chunk->words, kinds, offsetof(struct packed_words, stored));
}

static uint64_t id_of(const void *item)
{
	const struct array_desc *array = item;

	return array->id;
}

static size_t dims_bytes(const struct array_shape *shape)
{
	return 2 * (size_t)shape->ndim * sizeof(*shape->dims);
}

static bool same_shape(const struct array_shape *left, const struct array_shape *right)
{
	struct array_shape a, b;

	if (!left || !right)
		return left == right;
	if (left->ndim != right->ndim ||
	    (left->ndim && memcmp(left->dims, right->dims, dims_bytes(left))))
		return false;
	memcpy(&a, left, sizeof(a));
	memcpy(&b, right, sizeof(b));
	a.dims = b.dims = NULL;
	return !memcmp(&a, &b, sizeof(a));
}

static bool same_text(const char *left, const char *right)
{
	return left && right ? !strcmp(left, right) : left == right;
}

static bool same_aliases(const struct array_desc *a, const struct array_desc *b)
{
	size_t i;

	if (a->alias_count != b->alias_count)
		return false;
	for (i = 0; i < a->alias_count; i++) {
		if (strcmp(a->aliases[i], b->aliases[i]))
			return false;
	}
	return true;
}

static bool same_array(const void *left, const void *right)
{
	struct array_desc a, b;

	memcpy(&a, left, sizeof(a));
	memcpy(&b, right, sizeof(b));
	if (!same_text(a.name, b.name) || !same_text(a.origin.call, b.origin.call) ||
	    !same_shape(a.shape, b.shape) || !same_aliases(&a, &b))
		return false;
	a.name = b.name = NULL;
	a.origin.call = b.origin.call = NULL;
	a.shape = b.shape = NULL;
	a.aliases = b.aliases = NULL;
	return !memcmp(&a, &b, sizeof(a));
}

static size_t array_outside(const void *item)
{
	const struct array_desc *array = item;
	size_t bytes = strlen(array->name) + 1, i;

	if (array->shape)
		bytes += sizeof(*array->shape) + dims_bytes(array->shape);
	if (array->origin.call)
		bytes += strlen(array->origin.call) + 1;
	for (i = 0; i < array->alias_count; i++)
		bytes += sizeof(*array->aliases) + strlen(array->aliases[i]) + 1;
	return bytes;
}

static char *pack_text(const char *text, char **outside)
{
	return text ? pack_bytes(text, strlen(text) + 1, outside) : NULL;
}

static struct array_shape *pack_shape(const struct array_shape *shape, char **outside)
{
	struct array_shape *copy = pack_bytes(shape, sizeof(*shape), outside);

	copy->dims = pack_bytes(copy->dims, dims_bytes(copy), outside);
	CLEAR_GAP(copy, ndim, offsetof(struct array_shape, dims));
	CLEAR_GAP(copy, writeable, sizeof(*copy));
	clear_bytes(copy->dtype, strlen(copy->dtype), sizeof(copy->dtype));
	return copy;
}

/* Numbers and pointers first: strings leave what follows them unaligned. */
static void pack_array(void *item, char *outside)
{
	struct array_desc *array = item;
	size_t i;

	if (array->shape)
		array->shape = pack_shape(array->shape, &outside);
	array->aliases =
		pack_bytes(array->aliases, array->alias_count * sizeof(*array->aliases), &outside);
	array->name = pack_text(array->name, &outside);
	for (i = 0; i < array->alias_count; i++)
		array->aliases[i] = pack_text(array->aliases[i], &outside);
	array->origin.call = pack_text(array->origin.call, &outside);
	CLEAR_GAP(array, asked_for, offsetof(struct array_desc, origin));
	CLEAR_GAP(&array->origin, freed, sizeof(array->origin));
}

static const struct shared_kind vmas = { sizeof(struct vma), start_of, same_vma, vma_outside,
					 pack_vma };
static const struct shared_kind runs = { sizeof(struct page_run), start_of, NULL, NULL, pack_run };
static const struct shared_kind frames = { sizeof(struct frame_run), start_of, NULL, NULL,
					   pack_frame_run };
static const struct shared_kind arrays = { sizeof(struct array_desc), id_of, same_array,
					   array_outside, pack_array };
static const struct shared_kind chunks = { sizeof(struct packed_chunk), start_of, same_chunk,
					   chunk_outside, pack_chunk };
static const struct shared_kind cached = { sizeof(struct cached_run), start_of, NULL, NULL,
					   pack_cached };
static const struct shared_kind pages = { sizeof(struct interval), start_of, NULL, NULL, NULL };

const struct shared_kind *moment_kind(enum moment_list which)
{
	static const struct shared_kind *const kinds[MOMENT_LISTS] = {
		[MOMENT_VMAS] = &vmas,	     [MOMENT_RUNS] = &runs,
		[MOMENT_FRAMES] = &frames,   [MOMENT_ARRAYS] = &arrays,
		[MOMENT_TOUCHED] = &chunks,  [MOMENT_BEFORE] = &pages,
		[MOMENT_HUGE_SEEN] = &pages, [MOMENT_HUGE_MAYBE] = &pages,
		[MOMENT_CACHED] = &cached,
	};

	return kinds[which];
}
