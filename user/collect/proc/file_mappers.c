/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/proc/file_mappers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "collect/proc/maps_text.h"
#include "collect/proc/proc_text.h"
#include "collect/proc/procfs_priv.h"

/* A file as maps names it. */
struct mapped_as {
	uint64_t inode;
	uint32_t dev_major, dev_minor;
};

typedef int maps_line_visit(void *ctx, const struct vma *vma);

/* Calls visit for each line that has `part`; the text is changed. 0, or what visit returned. */
static int each_line(char *text, const char *part, maps_line_visit *visit, void *ctx)
{
	char *line, *end;
	struct vma vma;
	int err = 0;

	for (line = text; !err && *line; line = end) {
		char *found = strstr(line, part);

		if (!found)
			break;
		while (found > line && found[-1] != '\n')
			found--;
		end = strchrnul(found, '\n');
		if (*end)
			*end++ = '\0';
		if (!maps_line_parse(found, &vma))
			err = visit(ctx, &vma);
	}
	return err;
}

struct own_search {
	uint64_t address;
	struct mapped_as *ret;
};

static int visit_own(void *ctx, const struct vma *vma)
{
	const struct own_search *search = ctx;

	if (search->address < vma->start || search->address >= vma->end)
		return 0;
	*search->ret = (struct mapped_as){ vma->inode, vma->dev_major, vma->dev_minor };
	return 1;
}

/* Maps a page of it, which is not touched, and reads how maps shows that. */
static int find_own(struct procfs *procfs, int fd, struct mapped_as *ret)
{
	size_t bytes = (size_t)sysconf(_SC_PAGESIZE);
	void *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	struct own_search search = { (uint64_t)(uintptr_t)map, ret };
	struct proc *self = NULL;
	char *text = NULL;
	size_t count;
	int err;

	if (map == MAP_FAILED)
		return -errno;
	err = proc__open_self(procfs, &self);
	if (!err)
		err = proc__read_file(self, "maps", &text, &count);
	if (!err && each_line(text, "", visit_own, &search) != 1)
		err = -EBADMSG;
	free(text);
	if (self)
		proc__close(self);
	munmap(map, bytes);
	return err;
}

struct mapper_search {
	struct mapped_as file;
	uint64_t bytes; /* of one process */
};

static int visit_others(void *ctx, const struct vma *vma)
{
	struct mapper_search *search = ctx;

	if (vma->inode == search->file.inode && vma->dev_major == search->file.dev_major &&
	    vma->dev_minor == search->file.dev_minor)
		search->bytes += vma->end - vma->start;
	return 0;
}

static int add_mapper(struct file_mappers *ret, const struct proc_stat *stat, uint64_t bytes)
{
	struct file_mapper *mapper;

	if (ret->count == FILE_MAPPERS_MAX) {
		ret->dropped++;
		return 0;
	}
	if (array_reserve((void **)&ret->mappers, &ret->capacity, ret->count + 1,
			  sizeof(*ret->mappers)))
		return -ENOMEM;
	mapper = &ret->mappers[ret->count++];
	*mapper = (struct file_mapper){ .pid = stat->pid, .bytes = bytes };
	snprintf(mapper->comm, sizeof(mapper->comm), "%s", stat->comm);
	return 0;
}

/* A process that ends meanwhile maps nothing any more. */
static int look_into(struct procfs *procfs, uint32_t pid, const char *part,
		     struct mapper_search *search, struct file_mappers *ret)
{
	struct proc_stat stat;
	struct proc *proc;
	char *text = NULL;
	int err;

	if (proc__open_process(procfs, pid, &proc))
		return 0;
	err = proc__read_memory(proc, "maps", &text);
	if (err == -EACCES || err == -EPERM)
		ret->unreadable++;
	search->bytes = 0;
	if (!err)
		each_line(text, part, visit_others, search);
	free(text);
	err = search->bytes && !proc_read_stat(proc, "stat", &stat)
		      ? add_mapper(ret, &stat, search->bytes)
		      : 0;
	proc__close(proc);
	return err;
}

static int by_pid(const void *left, const void *right)
{
	const struct file_mapper *a = left, *b = right;

	return (a->pid > b->pid) - (a->pid < b->pid);
}

int file_mappers_find(struct procfs *procfs, int fd, struct file_mappers *ret)
{
	struct mapper_search search = { 0 };
	uint32_t *pids = NULL;
	size_t count = 0, i;
	char part[64];
	int err;

	memset(ret, 0, sizeof(*ret));
	err = find_own(procfs, fd, &search.file);
	if (err)
		return err;
	/* As in a line, so that few lines need to be parsed. */
	snprintf(part, sizeof(part), " %02" PRIx32 ":%02" PRIx32 " %" PRIu64 " ",
		 search.file.dev_major, search.file.dev_minor, search.file.inode);
	err = procfs__processes(procfs, &pids, &count);
	for (i = 0; !err && i < count; i++)
		err = look_into(procfs, pids[i], part, &search, ret);
	free(pids);
	array_sort(ret->mappers, ret->count, sizeof(*ret->mappers), by_pid);
	return err;
}
