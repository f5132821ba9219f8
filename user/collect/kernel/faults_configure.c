/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Between open and load: sizes of the tables, and the constants of the programs. */
#include <sys/sysinfo.h>
#include <time.h>

#include "collect/kernel/faults_priv.h"
#include "collect/kernel/kernel_limits.h"
#include "collect/proc/proc_self.h"

#define DEFAULT_RING_BYTES (1u << 20)
/* A block takes two records or more, and they arrive while a snapshot is taken. */
#define HEAP_RING_BYTES (1u << 24)
#define MIN_CHUNK_SLOTS 4096u
#define MAX_CHUNK_SLOTS (1u << 20)
#define DEFAULT_PROCESSES 4096u
#define DEFAULT_OVERFLOW_CHUNKS (1u << 18)
/* A touch takes nanoseconds, but a virtual machine can lose its CPU meanwhile. */
#define REST_NS 100000000u

/* Twice the chunks that fit in memory: the table is at most half full if all memory is touched. */
static uint32_t default_slots(uint64_t page_bytes)
{
	uint64_t wanted = MIN_CHUNK_SLOTS, slots = MIN_CHUNK_SLOTS;
	struct sysinfo info;

	if (!sysinfo(&info))
		wanted = 2 * ((uint64_t)info.totalram * info.mem_unit / (CHUNK_PAGES * page_bytes));
	while (slots < wanted && slots < MAX_CHUNK_SLOTS)
		slots *= 2;
	return (uint32_t)slots;
}

/* The coarse clocks advance once a jiffy (kernel/time/posix-timers.c). */
static uint64_t tick_ns(void)
{
	struct timespec tick = { 0 };

	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	return (uint64_t)tick.tv_nsec;
}

static uint32_t pool_shift(void)
{
	uint64_t bytes = proc_self_pool_page_bytes();

	return bytes ? (uint32_t)__builtin_ctzll(bytes) : 0;
}

/*
 * At most a quarter of the places is taken, so a lookup of an absent key takes few steps. Three
 * times as many as may live can have ended and wait for us.
 */
static int configure_slots(struct faults *faults)
{
	struct pagewatch_bpf *skel = faults->skel;
	uint32_t processes = faults->options.processes ? faults->options.processes
						       : DEFAULT_PROCESSES;
	uint32_t slots = 4 * processes, bits = 5;
	int cpus = libbpf_num_possible_cpus(), err;

	if (cpus < 0)
		return cpus;
	while (1u << bits < 4 * processes)
		bits++;
	faults->slot_count = slots < PW_MAX_SLOTS ? slots : PW_MAX_SLOTS;
	faults->cpu_count = (uint32_t)cpus;
	skel->rodata->place_bits = bits;
	skel->rodata->slot_count = faults->slot_count;
	skel->rodata->cpu_count = faults->cpu_count;
	skel->rodata->max_processes = processes;
	err = bpf_map__set_max_entries(skel->maps.mms, 1u << bits);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.slots, faults->slot_count);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.touched,
					       faults->slot_count * faults->cpu_count);
	return err ? err : bpf_map__set_max_entries(skel->maps.free_slots, faults->slot_count);
}

static int configure_limits(struct pagewatch_bpf *skel)
{
	unsigned int i;
	int err;

	for (i = 0; i < PW_LIMITS; i++)
		skel->rodata->limits[i] = kernel_limit(i);
	err = bpf_map__set_max_entries(skel->maps.sets, skel->rodata->limits[PW_LIMIT_SETS]);
	if (err)
		return err;
	return bpf_map__set_max_entries(skel->maps.late, skel->rodata->limits[PW_LIMIT_LATE]);
}

int faults_configure(struct faults *faults)
{
	struct pagewatch_bpf *skel = faults->skel;
	const struct faults_options *options = &faults->options;
	uint32_t ring = options->heap_min_bytes ? HEAP_RING_BYTES : DEFAULT_RING_BYTES;
	uint32_t overflow = options->overflow_chunks ? options->overflow_chunks
						     : DEFAULT_OVERFLOW_CHUNKS;
	int err;

	if (options->ring_bytes)
		ring = options->ring_bytes;
	faults->tick_ns = tick_ns();
	faults->page_shift = (uint32_t)__builtin_ctzll(options->page_bytes);
	faults->places.chunk_slots = options->chunk_slots ? options->chunk_slots
							  : default_slots(options->page_bytes);
	/* If a test asks for a tiny table, its overflow must not make up for it. */
	if (options->chunk_slots && !options->overflow_chunks)
		overflow = 1;
	skel->rodata->page_shift = faults->page_shift;
	skel->rodata->chunk_mask = faults->places.chunk_slots - 1;
	skel->rodata->rest_jiffies = 1 + REST_NS / faults->tick_ns;
	skel->rodata->follow_children = options->follow_children;
	skel->rodata->pid_namespace = proc_self_pid_namespace();
	skel->rodata->ring_mark = ring / 8;
	skel->rodata->tick_ns = faults->tick_ns;
	skel->rodata->pool_shift = pool_shift();
	err = configure_limits(skel);
	if (!err)
		err = configure_slots(faults);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.chunks, faults->places.chunk_slots);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.overflow, overflow);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.ring, ring);
	return err;
}
