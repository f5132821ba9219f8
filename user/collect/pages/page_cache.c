/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/pages/page_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/test_point.h"
#include "collect/pages/uapi.h"

/* Pages of one mincore: its answer lies on the stack. */
#define WINDOW_PAGES 8192u

int page_cache__init(struct page_cache *cache, int fd)
{
	struct statfs fs;
	struct statx stat;

	memset(cache, 0, sizeof(*cache));
	cache->fd = fd;
	if (fstatfs(fd, &fs) || statx(fd, "", AT_EMPTY_PATH, 0, &stat))
		return -errno;
	cache->shmem = fs.f_type == TMPFS_MAGIC;
	cache->stands = fs.f_type == OVERLAYFS_SUPER_MAGIC;
	cache->untold = fs.f_type == HUGETLBFS_MAGIC || (stat.stx_attributes & STATX_ATTR_DAX);
	return 0;
}

static int ask_cachestat(int fd, uint64_t offset, uint64_t bytes, struct uapi_cachestat *ret)
{
	struct uapi_cachestat_range range = { offset, bytes };

	if (test_point_hides("cachestat"))
		return -ENOSYS;
	return syscall(UAPI_SYS_CACHESTAT, fd, &range, ret, 0) ? -errno : 0;
}

/*
 * To anybody else mincore says that all pages are there (v5.2, 134fca9063ad). The owner is told by
 * his number; who is root by other means may write, or is not told.
 */
static bool may_know(int fd)
{
	struct stat stat;

	if (!faccessat(fd, "", W_OK, AT_EMPTY_PATH | AT_EACCESS))
		return true;
	return !fstat(fd, &stat) && stat.st_uid == geteuid();
}

/* The mapping is never touched: what mincore says of it is what the page cache has. */
static int add_window(int fd, uint64_t offset, uint64_t bytes, uint64_t page_bytes, uint64_t *count)
{
	unsigned char there[WINDOW_PAGES];
	void *map = mmap(NULL, (size_t)bytes, PROT_READ, MAP_SHARED, fd, (off_t)offset);
	uint64_t i;
	int err = 0;

	if (map == MAP_FAILED)
		return -errno;
	if (mincore(map, (size_t)bytes, there))
		err = -errno;
	for (i = 0; !err && i < bytes / page_bytes; i++)
		*count += there[i] & 1;
	munmap(map, (size_t)bytes);
	return err;
}

static void add_by_mincore(const struct page_cache *cache, uint64_t offset, uint64_t bytes,
			   uint64_t page_bytes, struct cached_run *ret)
{
	const uint64_t window = WINDOW_PAGES * page_bytes;
	uint64_t done = 0, part;
	int err = may_know(cache->fd) ? 0 : -EPERM;

	ret->tells_dirty = false;
	ret->tells_swapped &= !cache->shmem;
	while (!err && done < bytes) {
		part = bytes - done < window ? bytes - done : window;
		err = add_window(cache->fd, offset + done, part, page_bytes, &ret->cached);
		done += part;
	}
	if (err)
		ret->answer = err == -EPERM ? CACHED_HIDDEN : CACHED_UNTOLD;
}

void page_cache__add(const struct page_cache *cache, uint64_t offset, uint64_t bytes,
		     uint64_t page_bytes, struct cached_run *ret)
{
	struct uapi_cachestat stat;
	int err = cache->stands ? -ENOSYS : 0;

	if (cache->untold) {
		ret->answer = CACHED_UNTOLD;
		ret->tells_swapped &= !cache->shmem;
		return;
	}
	if (!err)
		err = ask_cachestat(cache->fd, offset, bytes, &stat);
	/* A filter of system calls refuses it, or its rule of who may know: mincore has the same. */
	if (err) {
		add_by_mincore(cache, offset, bytes, page_bytes, ret);
		return;
	}
	ret->cached += stat.cached;
	/* What tmpfs marks as dirty has no disk to go to. */
	ret->dirty += cache->shmem ? 0 : stat.dirty;
	ret->tells_dirty &= !cache->shmem;
	ret->swapped += cache->shmem ? stat.evicted : 0;
}

int page_cache_probe(void)
{
	struct uapi_cachestat stat;
	int fd = memfd_create("pagewatch", MFD_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = ask_cachestat(fd, 0, 1, &stat);
	close(fd);
	return err;
}
