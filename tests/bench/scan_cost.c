/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * scan_cost ROUNDS: what pagewatch's own scan and count of a process cost, in
 * process, against bare loops over the same ranges. One JSON object a layout.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bare.h"
#include "collect/proc/maps.h"
#include "collect/pages/pagemap.h"
#include "collect/proc/procfs.h"
#include "model/page_state.h"
#include "model/rows/tally.h"

#define HEAT_CELLS 64
#define GIB (UINT64_C(1) << 30)
#define TIB (UINT64_C(1) << 40)

/* step 0: every page; CHUNK_STEP: one page in each chunk. */
#define CHUNK_STEP 1

static const struct layout {
	const char *name;
	uint64_t bytes;
	uint64_t step;
} layouts[] = {
	{ "sparse_64gib", 64 * GIB, CHUNK_STEP },
	{ "sparse_1tib", TIB, GIB },
	{ "single_1tib", TIB, TIB },
	{ "dense_4gib", 4 * GIB, 0 },
};

/* The process that holds the mapping; it lives until release is closed. */
struct holder {
	pid_t pid;
	int release;
	struct bare_range range;
	uint64_t pages;
};

struct subject {
	struct procfs *procfs;
	struct proc *proc;
	struct holder holder;
	uint64_t page_bytes;
	struct bare_range *ranges; /* all VMAs */
	size_t range_count;
};

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static uint64_t step_bytes(const struct layout *layout, uint64_t page_bytes)
{
	if (!layout->step)
		return page_bytes;
	return layout->step == CHUNK_STEP ? page_bytes * CHUNK_PAGES : layout->step;
}

static _Noreturn void hold(const struct layout *layout, uint64_t step, int report, int release)
{
	struct bare_range range;
	uint64_t at;
	char *start, byte;

	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		_exit(1);
	start = mmap(NULL, layout->bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (start == MAP_FAILED)
		_exit(1);
	for (at = 0; at < layout->bytes; at += step)
		((volatile char *)start)[at] = 1;
	range.start = (uintptr_t)start;
	range.end = range.start + layout->bytes;
	if (write(report, &range, sizeof(range)) != sizeof(range))
		_exit(1);
	_exit(read(release, &byte, 1) != 0);
}

static int start_holder(const struct layout *layout, uint64_t page_bytes, struct holder *ret)
{
	uint64_t step = step_bytes(layout, page_bytes);
	int report[2], release[2], err = 0;

	if (pipe(report))
		return -errno;
	if (pipe(release)) {
		err = -errno;
		close(report[0]);
		close(report[1]);
		return err;
	}
	fflush(stdout);
	ret->pid = fork();
	if (!ret->pid) {
		close(report[0]);
		close(release[1]);
		hold(layout, step, report[1], release[0]);
	}
	if (ret->pid < 0)
		err = -errno;
	close(report[1]);
	close(release[0]);
	ret->release = release[1];
	ret->pages = (layout->bytes + step - 1) / step;
	if (!err && read(report[0], &ret->range, sizeof(ret->range)) != sizeof(ret->range))
		err = -EIO;
	close(report[0]);
	return err;
}

static void end_holder(struct holder *holder)
{
	close(holder->release);
	if (holder->pid > 0)
		waitpid(holder->pid, NULL, 0);
}

static int count_regions(const struct vma_list *vmas, const struct page_runs *runs,
			 uint64_t page_bytes, const struct bare_range *wanted, uint64_t *pages)
{
	struct tally_input input = {
		.page_bytes = page_bytes,
		.pmd_bytes = page_bytes * CHUNK_PAGES,
		.runs = runs,
	};
	size_t i;
	int err = 0;

	for (i = 0; !err && i < vmas->count; i++) {
		const struct vma *vma = &vmas->vmas[i];
		struct tally tally;
		struct heat heat;

		err = tally_range(&input, vma->start, vma->end, &tally);
		if (err)
			break;
		err = tally_heat(&input, vma->start, vma->end, HEAT_CELLS, &heat);
		if (err)
			break;
		heat__deinit(&heat);
		if (vma->start >= wanted->start && vma->end <= wanted->end)
			*pages += tally.resident;
	}
	return err;
}

/* A whole scan and count as the engine does it in the scan tier, nothing kept from the last. */
static int pagewatch_scan(const struct subject *subject, uint64_t *pages)
{
	struct extent_list extents = { 0 };
	struct page_runs runs = { 0 };
	struct vma_list vmas = { 0 };
	struct pagemap *pagemap = NULL;
	uint64_t unreadable = 0;
	size_t i;
	int err;

	*pages = 0;
	err = pagemap__open(subject->proc, PAGE_READER_SCAN, &pagemap);
	if (!err)
		err = maps_read(subject->proc, &vmas);
	for (i = 0; !err && i < vmas.count; i++) {
		const struct vma *vma = &vmas.vmas[i];

		extents.count = 0;
		err = pagemap__scan(pagemap, vma, vma->start, vma->end, &extents, &unreadable);
		if (!err)
			err = page_runs__replace(&runs, vma->start, vma->end, vma, extents.extents,
						 extents.count);
	}
	if (!err)
		err = count_regions(&vmas, &runs, subject->page_bytes, &subject->holder.range,
				    pages);
	if (!err && unreadable)
		err = -EIO;
	page_runs__deinit(&runs);
	extent_list__deinit(&extents);
	vma_list__deinit(&vmas);
	pagemap__close(pagemap);
	return err;
}

static int list_ranges(struct subject *subject)
{
	struct vma_list vmas = { 0 };
	size_t i;
	int err;

	err = maps_read(subject->proc, &vmas);
	if (err)
		return err;
	subject->ranges = calloc(vmas.count + 1, sizeof(*subject->ranges));
	if (!subject->ranges)
		err = -ENOMEM;
	for (i = 0; !err && i < vmas.count; i++)
		subject->ranges[i] = (struct bare_range){ vmas.vmas[i].start, vmas.vmas[i].end };
	subject->range_count = err ? 0 : vmas.count;
	vma_list__deinit(&vmas);
	return err;
}

/* All must count the same pages of the mapping, or there is nothing to compare. */
static int verify(const struct subject *subject)
{
	const struct holder *holder = &subject->holder;
	uint64_t by_scan, by_pread, by_pagewatch;
	int err;

	err = bare_scan(holder->pid, &holder->range, 1, &by_scan);
	if (!err)
		err = bare_pread(holder->pid, &holder->range, 1, &by_pread);
	if (!err)
		err = pagewatch_scan(subject, &by_pagewatch);
	if (err)
		return err;
	if (by_scan == holder->pages && by_pread == holder->pages && by_pagewatch == holder->pages)
		return 0;
	fprintf(stderr, "scan_cost: %llu pages written; scan %llu, pread %llu, pagewatch %llu\n",
		(unsigned long long)holder->pages, (unsigned long long)by_scan,
		(unsigned long long)by_pread, (unsigned long long)by_pagewatch);
	return -EPROTO;
}

static int one_round(const struct subject *subject, bool first)
{
	pid_t pid = subject->holder.pid;
	double at[5];
	uint64_t pages;
	int err;

	at[0] = now_ms();
	err = bare_scan(pid, subject->ranges, subject->range_count, &pages);
	at[1] = now_ms();
	if (!err)
		err = pagewatch_scan(subject, &pages);
	at[2] = now_ms();
	if (!err)
		err = bare_pread(pid, subject->ranges, subject->range_count, &pages);
	at[3] = now_ms();
	if (!err)
		err = bare_cat(pid, "smaps");
	at[4] = now_ms();
	if (!err)
		printf("%s{\"bare_scan\":%.6f,\"pagewatch\":%.6f,\"pread\":%.6f,\"smaps\":%.6f}",
		       first ? "" : ",", at[1] - at[0], at[2] - at[1], at[3] - at[2],
		       at[4] - at[3]);
	return err;
}

static int measure(const struct layout *layout, unsigned int rounds)
{
	struct subject subject = { .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE) };
	unsigned int i;
	int err;

	err = start_holder(layout, subject.page_bytes, &subject.holder);
	if (!err)
		err = procfs__open("/proc", &subject.procfs);
	if (!err)
		err = proc__open(subject.procfs, (uint32_t)subject.holder.pid, &subject.proc);
	if (!err)
		err = list_ranges(&subject);
	if (!err)
		err = verify(&subject);
	if (err)
		goto out;
	printf("{\"layout\":\"%s\",\"bytes\":%llu,\"pages\":%llu,\"ms\":[", layout->name,
	       (unsigned long long)layout->bytes, (unsigned long long)subject.holder.pages);
	for (i = 0; !err && i < rounds; i++)
		err = one_round(&subject, !i);
	printf("]}\n");
out:
	end_holder(&subject.holder);
	proc__close(subject.proc);
	procfs__close(subject.procfs);
	free(subject.ranges);
	if (err)
		fprintf(stderr, "scan_cost: %s: %s\n", layout->name, strerror(-err));
	return err;
}

int main(int argc, char **argv)
{
	unsigned int rounds = argc == 2 ? (unsigned int)strtoul(argv[1], NULL, 10) : 0;
	size_t i;

	if (!rounds) {
		fprintf(stderr, "usage: scan_cost ROUNDS\n");
		return 2;
	}
	for (i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		if (measure(&layouts[i], rounds))
			return 1;
	}
	return 0;
}
