/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/pages/cached_runs.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/sorted.h"
#include "collect/pages/cached_file.h"
#include "collect/pages/page_cache.h"

/* Pages of one question: some 5 ms of shared memory, 20 us of a file of large folios. */
#define PIECE_PAGES 16384u

/* The file that was opened last: its mappings mostly lie side by side. */
struct reading {
	const struct cached_question *question;
	struct cached_list *ret;
	const struct vma *vma; /* its last mapping; NULL: none was opened yet */
	struct page_cache cache;
	int err; /* of opening it */
	uint64_t until_ns;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool cached_runs_concern(const struct vma *vma)
{
	return vma->kind == VMA_FILE || vma->kind == VMA_SHMEM || vma->kind == VMA_HUGETLB;
}

static void close_file(struct reading *reading)
{
	if (reading->vma && !reading->err)
		close(reading->cache.fd);
	reading->vma = NULL;
}

static bool is_same_file(const struct vma *a, const struct vma *b)
{
	return a->inode == b->inode && a->dev_major == b->dev_major &&
	       a->dev_minor == b->dev_minor && !strcmp(a->path, b->path);
}

static void open_file(struct reading *reading, const struct vma *vma)
{
	int fd;

	if (reading->vma && is_same_file(reading->vma, vma))
		return;
	close_file(reading);
	fd = cached_file_open(reading->question->proc, vma);
	reading->err = fd < 0 ? fd : page_cache__init(&reading->cache, fd);
	if (fd >= 0 && reading->err)
		close(fd);
	reading->vma = vma;
}

/* Without an answer. */
static void leave_run(struct cached_run *run, const struct vma *vma, enum cached_answer answer)
{
	*run = (struct cached_run){
		.start = run->start,
		.end = run->end,
		.answer = answer,
		.tells_swapped = vma->kind != VMA_SHMEM,
	};
}

/* A page is counted once, but a folio that is split meanwhile may be met twice. */
static void bound_counts(struct cached_run *run, uint64_t pages)
{
	if (run->cached > pages)
		run->cached = pages;
	if (run->dirty > run->cached)
		run->dirty = run->cached;
	if (run->swapped > pages - run->cached)
		run->swapped = pages - run->cached;
	run->dirty = run->tells_dirty ? run->dirty : 0;
	run->swapped = run->tells_swapped ? run->swapped : 0;
}

static void ask_run(struct reading *reading, const struct vma *vma, struct cached_run *run)
{
	const uint64_t page_bytes = reading->question->page_bytes;
	uint64_t at = run->start, piece = PIECE_PAGES * page_bytes;

	open_file(reading, vma);
	if (reading->err) {
		leave_run(run, vma, reading->err == -ENODEV ? CACHED_UNTOLD : CACHED_CLOSED);
		return;
	}
	run->tells_dirty = run->tells_swapped = true;
	for (; at < run->end && run->answer == CACHED_KNOWN; at += piece) {
		if (now_ns() >= reading->until_ns)
			run->answer = CACHED_LATE;
		else
			page_cache__add(&reading->cache, vma->offset + (at - vma->start),
					run->end - at < piece ? run->end - at : piece, page_bytes,
					run);
	}
	if (run->answer != CACHED_KNOWN)
		leave_run(run, vma, run->answer);
	bound_counts(run, (run->end - run->start) / page_bytes);
}

/* The answer to the same question, or NULL. */
static const struct cached_run *known_run(const struct cached_list *known,
					  const struct cached_run *run)
{
	size_t at;

	if (!known)
		return NULL;
	at = sorted_at_least(known->runs, known->count, sizeof(*known->runs),
			     offsetof(struct cached_run, start), run->start);
	if (at == known->count || known->runs[at].start != run->start ||
	    known->runs[at].end != run->end || known->runs[at].answer == CACHED_LATE)
		return NULL;
	return &known->runs[at];
}

static int add_run(struct reading *reading, const struct vma *vma, uint64_t start, uint64_t end)
{
	struct cached_list *list = reading->ret;
	struct cached_run run = { .start = start, .end = end };
	const struct cached_run *known = known_run(reading->question->known, &run);

	if (array_reserve((void **)&list->runs, &list->capacity, list->count + 1,
			  sizeof(*list->runs)))
		return -ENOMEM;
	if (known)
		run = *known;
	else if (vma->kind == VMA_HUGETLB)
		leave_run(&run, vma, CACHED_UNTOLD);
	else
		ask_run(reading, vma, &run);
	list->runs[list->count++] = run;
	return 0;
}

static int add_mapping(struct reading *reading, const struct vma *vma)
{
	const struct cached_question *question = reading->question;
	size_t at = sorted_above(question->cuts, question->cut_count, sizeof(*question->cuts), 0,
				 vma->start);
	uint64_t start = vma->start, end;
	int err = 0;

	for (; !err && start < vma->end; start = end) {
		end = vma->end;
		if (at < question->cut_count && question->cuts[at] < end)
			end = question->cuts[at++];
		err = add_run(reading, vma, start, end);
	}
	return err;
}

int cached_runs_read(const struct cached_question *question, struct cached_list *ret)
{
	uint64_t began_ns = now_ns(), taken_ns;
	struct reading reading = {
		.question = question,
		.ret = ret,
		.until_ns = began_ns + *question->left_ns,
	};
	size_t i;
	int err = 0;

	for (i = 0; !err && i < question->vmas->count; i++) {
		if (cached_runs_concern(&question->vmas->vmas[i]))
			err = add_mapping(&reading, &question->vmas->vmas[i]);
	}
	close_file(&reading);
	taken_ns = now_ns() - began_ns;
	*question->left_ns -= taken_ns < *question->left_ns ? taken_ns : *question->left_ns;
	return err;
}
