/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Reads heads as the sweep met them, then shapes, of many arrays in few steps. */
#include "arrays/python/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_ARRAYS 8192u /* 16 MiB of shapes if all have the maximum number of dimensions */

struct entry {
	uint64_t object;
	struct ndarray_head head;
	size_t words; /* where its dims begin: lengths, then strides */
	bool read;
};

struct batch {
	struct batch_reader *reader;
	struct entry *entries;
	size_t count;
	int64_t *words; /* of all entries */
	size_t word_count;
	struct memsrc_span *spans;
	struct ndarray_dtype dtype; /* most arrays have the dtype of the previous one */
};

/* The heads as they were when the sweep met them. */
static void take_heads(struct batch *batch, const uint64_t *objects, size_t count)
{
	size_t i;

	batch->count = 0;
	batch->word_count = 0;
	for (i = 0; i < count; i++) {
		struct entry *entry = &batch->entries[batch->count];

		if (ndarray_head_read(batch->reader->py, objects[i], &entry->head))
			continue;
		entry->object = objects[i];
		entry->words = batch->word_count;
		entry->read = true;
		batch->word_count += 2 * (size_t)entry->head.ndim;
		batch->count++;
	}
}

static int gather_spans(struct batch *batch, size_t spans)
{
	int err = memsrc__gather(batch->reader->py->memsrc, batch->spans, spans);

	return err == -ESRCH || err == -ENOMEM ? err : 0;
}

/* numpy allocates lengths and strides together, so they are of one moment. */
static int gather_dims(struct batch *batch, int64_t *words)
{
	size_t i, spans = 0;

	for (i = 0; i < batch->count; i++) {
		struct entry *entry = &batch->entries[i];
		size_t bytes = (size_t)entry->head.ndim * sizeof(*words);
		bool joined = entry->head.strides == entry->head.dims + bytes;
		uint8_t *to = (uint8_t *)(words + entry->words);

		if (!bytes)
			continue;
		batch->spans[spans++] = (struct memsrc_span){ entry->head.dims,
							      joined ? 2 * bytes : bytes, to,
							      &entry->read };
		if (!joined)
			batch->spans[spans++] = (struct memsrc_span){ entry->head.strides, bytes,
								      to + bytes, &entry->read };
	}
	return gather_spans(batch, spans);
}

/* Drops what is too small; keeps what could not be read, to retry it. */
static void drop_small(struct batch *batch)
{
	const struct batch_reader *reader = batch->reader;
	size_t i, kept = 0;

	for (i = 0; i < batch->count; i++) {
		struct entry *entry = &batch->entries[i];

		if (entry->read &&
		    ndarray_span(reader->py, &entry->head, batch->words + entry->words,
				 reader->numpy_major) < reader->min_bytes)
			continue;
		batch->entries[kept++] = *entry;
	}
	batch->count = kept;
}

static int add_entry(struct batch *batch, const struct entry *entry)
{
	struct batch_reader *reader = batch->reader;
	struct array_desc array = { 0 };
	int err = -EAGAIN;

	if (entry->read)
		err = ndarray_describe(reader->py, entry->object, &entry->head,
				       batch->words + entry->words, reader->numpy_major,
				       &batch->dtype, &array);
	if (err && err != -ENOMEM)
		err = ndarray_read(reader->py, entry->object, reader->numpy_major, &array);
	if (err == -ENOMEM || err == -ESRCH)
		return err;
	if (!err && array.end - array.start >= reader->min_bytes)
		return reader->add(reader->ctx, &array);
	if (err)
		reader->changing++;
	array_desc__deinit(&array);
	return 0;
}

static int read_batch(struct batch *batch, const uint64_t *objects, size_t count)
{
	int64_t *words;
	size_t i;
	int err;

	take_heads(batch, objects, count);
	words = reallocarray(batch->words, batch->word_count + 1, sizeof(*words));
	if (!words)
		return -ENOMEM;
	batch->words = words;
	err = gather_dims(batch, words);
	drop_small(batch);
	for (i = 0; !err && i < batch->count && py_in_time(batch->reader->py); i++)
		err = add_entry(batch, &batch->entries[i]);
	return err;
}

int batch_read(struct batch_reader *reader, const uint64_t *objects, size_t count)
{
	size_t most = count < BATCH_ARRAYS ? count : BATCH_ARRAYS, i;
	struct batch batch = { .reader = reader };
	int err = 0;

	if (!count)
		return 0;
	batch.entries = calloc(most, sizeof(*batch.entries));
	batch.spans = calloc(2 * most, sizeof(*batch.spans));
	if (!batch.entries || !batch.spans)
		err = -ENOMEM;
	for (i = 0; !err && i < count && py_in_time(reader->py); i += most)
		err = read_batch(&batch, objects + i, count - i < most ? count - i : most);
	free(batch.entries);
	free(batch.spans);
	free(batch.words);
	return err;
}
