/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Converts a chunk of the kernel's table to a fact. */
#include "collect/kernel/faults_priv.h"

uint64_t faults_chunk_start(const struct faults *faults, uint64_t key)
{
	return (key & ((1ull << PW_SLOT_SHIFT) - 1)) * faults_chunk_bytes(faults);
}

uint64_t faults_chunk_last_ns(const struct faults *faults, const struct pw_chunk *chunk)
{
	return chunk->first_ns + (chunk->last_jiffies - chunk->first_jiffies) * faults->tick_ns;
}

/* Returns whether any bit is set. */
bool faults_copy_chunk(const struct faults *faults, const struct pw_chunk *chunk, uint64_t key,
		       struct touch_chunk *ret)
{
	bool tells_writes = faults->backend == FAULTS_TP_BTF;
	uint64_t any = 0;
	unsigned int i;

	ret->start = faults_chunk_start(faults, key);
	ret->first_ns = chunk->first_ns;
	ret->last_ns = faults_chunk_last_ns(faults, chunk);
	ret->first_tid = chunk->first_tid;
	ret->first_cpu = chunk->first_cpu;
	for (i = 0; i < PW_WORDS; i++) {
		uint64_t low = __atomic_load_n(&chunk->pairs[2 * i], __ATOMIC_RELAXED);
		uint64_t high = __atomic_load_n(&chunk->pairs[2 * i + 1], __ATOMIC_RELAXED);
		uint64_t read = pairs_read(low, high), written = pairs_written(low, high);

		ret->read[i] = tells_writes ? read : 0;
		ret->written[i] = tells_writes ? written : read | written;
		any |= read | written;
	}
	return any;
}
