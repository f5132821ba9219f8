/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/file_gather.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arrays/files/file_look.h"
#include "base/log.h"
#include "collect/pages/file_extents.h"
#include "collect/proc/file_mappers.h"
#include "commands/usage.h"

/* Its time of access stays, if it is ours. A descriptor or -errno. */
static int open_regular(const char *path, struct stat *ret)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	int fd;

	/* A device may do something when it is opened. */
	if (stat(path, ret))
		return -errno;
	if (!S_ISREG(ret->st_mode))
		return S_ISDIR(ret->st_mode) ? -EISDIR : -ENODEV;
	fd = open(path, flags | O_NOATIME);
	if (fd < 0 && errno == EPERM)
		fd = open(path, flags);
	if (fd < 0)
		return -errno;
	if (!fstat(fd, ret) && S_ISREG(ret->st_mode))
		return fd;
	close(fd);
	return -ENODEV;
}

static struct file_pages pages_between(uint64_t from, uint64_t to, uint64_t page_bytes)
{
	uint64_t start = from - from % page_bytes;
	uint64_t end = to + (page_bytes - to % page_bytes) % page_bytes;

	if (from == to)
		end = start;
	return (struct file_pages){
		.pages = (end - start) / page_bytes,
		.cached = { .start = start,
			    .end = end,
			    .answer = CACHED_KNOWN,
			    .tells_dirty = true,
			    .tells_swapped = true },
	};
}

static void ask_cached(const struct file_source *source, struct file_pages *range)
{
	struct cached_run *run = &range->cached;

	if (run->start < run->end)
		page_cache__add(&source->cache, run->start, run->end - run->start,
				source->facts.page_bytes, run);
}

struct storing {
	struct file_facts *facts;
	size_t next; /* the first array that does not end before the data */
};

static void store_part(struct file_pages *range, uint64_t start, uint64_t end, uint64_t page_bytes)
{
	uint64_t from = start > range->cached.start ? start : range->cached.start;
	uint64_t to = end < range->cached.end ? end : range->cached.end;

	/* Data ends where the file does, within its last page. */
	if (from < to)
		range->stored += (to - from + page_bytes - 1) / page_bytes;
}

/* Arrays ascend, and share a page at most with their neighbours. */
static void visit_stored(void *ctx, uint64_t start, uint64_t end)
{
	struct storing *storing = ctx;
	struct file_facts *facts = storing->facts;
	size_t i;

	start -= start % facts->page_bytes;
	store_part(&facts->whole, start, end, facts->page_bytes);
	while (storing->next < facts->layout.count &&
	       facts->pages[storing->next].cached.end <= start)
		storing->next++;
	for (i = storing->next; i < facts->layout.count && facts->pages[i].cached.start < end; i++)
		store_part(&facts->pages[i], start, end, facts->page_bytes);
}

/* What the header does to the page cache comes after what is said of the whole file. */
static int look_at_file(struct file_source *source)
{
	struct file_facts *facts = &source->facts;
	struct storing storing = { facts, 0 };
	size_t i;
	int err;

	facts->whole = pages_between(0, facts->bytes, facts->page_bytes);
	ask_cached(source, &facts->whole);
	err = file_look_fd(source->fd, facts->bytes, &facts->layout);
	if (err)
		return err;
	facts->pages = calloc(facts->layout.count + 1, sizeof(*facts->pages));
	if (!facts->pages)
		return -ENOMEM;
	for (i = 0; i < facts->layout.count; i++) {
		facts->pages[i] = pages_between(facts->layout.arrays[i].offset,
						facts->layout.arrays[i].end, facts->page_bytes);
		ask_cached(source, &facts->pages[i]);
	}
	facts->stored_known = !file_extents_each(source->fd, facts->bytes, visit_stored, &storing);
	return 0;
}

/* Nobody maps what has no bytes; and mappings that cannot be told are no failure. */
static int look_for_mappers(struct file_source *source, struct procfs *procfs)
{
	int err;

	if (!source->facts.bytes)
		return 0;
	err = file_mappers_find(procfs, source->fd, &source->facts.mappers);
	if (err && err != -ENOMEM) {
		log_warn("%s: cannot tell who maps it: %s", source->facts.path, strerror(-err));
		return 0;
	}
	return err;
}

int file_source__open(struct file_source *ret, const char *path, struct procfs *procfs)
{
	const char *slash = strrchr(path, '/');
	struct stat stat;
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->facts.path = path;
	ret->facts.name = slash ? slash + 1 : path;
	ret->facts.page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	ret->fd = open_regular(path, &stat);
	err = ret->fd < 0 ? ret->fd : page_cache__init(&ret->cache, ret->fd);
	if (!err) {
		ret->facts.bytes = (uint64_t)stat.st_size;
		err = look_at_file(ret);
	}
	if (!err)
		err = look_for_mappers(ret, procfs);
	if (!err)
		return -1;
	if (err == -ENOMEM)
		return STATUS_INTERNAL;
	log_error("%s: %s", path, err == -ENODEV ? "it is not a regular file" : strerror(-err));
	return STATUS_UNMEASURED;
}

void file_source__close(struct file_source *source)
{
	if (source->fd >= 0)
		close(source->fd);
	file_facts__deinit(&source->facts);
}

static int heat__init(struct heat *heat, uint32_t cells)
{
	heat->pages = calloc(4ull * cells + 1, sizeof(*heat->pages));
	if (!heat->pages)
		return -ENOMEM;
	heat->cells = cells;
	heat->resident = heat->pages + cells;
	heat->zero = heat->resident + cells;
	heat->touched = heat->zero + cells;
	return 0;
}

int file_source__heat(const struct file_source *source, const struct file_pages *range,
		      uint32_t cells, struct heat *ret)
{
	uint64_t page_bytes = source->facts.page_bytes, pages = range->pages, first = 0;
	bool mixed = range->cached.cached && range->cached.cached < pages;
	uint32_t i;

	memset(ret, 0, sizeof(*ret));
	if (range->cached.answer != CACHED_KNOWN || !pages)
		return 0;
	if (cells > pages)
		cells = (uint32_t)pages;
	if (heat__init(ret, cells))
		return -ENOMEM;
	for (i = 0; i < cells; i++) {
		uint64_t end = (uint64_t)((unsigned __int128)(i + 1) * pages / cells);
		struct file_pages cell = pages_between(range->cached.start + first * page_bytes,
						       range->cached.start + end * page_bytes,
						       page_bytes);

		if (mixed)
			ask_cached(source, &cell);
		else if (range->cached.cached)
			cell.cached.cached = cell.pages;
		ret->pages[i] = cell.pages;
		ret->resident[i] = cell.cached.cached;
		first = end;
	}
	return 0;
}
