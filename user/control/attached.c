/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/attached.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "collect/elf/mapped_file.h"
#include "control/usdt_argument.h"
#include "lib/pagewatch.h"

struct attached {
	struct tracer *tracer;
	pid_t pid;			    /* 0: none is waited for */
	char arguments[ELF_USDT_ARGUMENTS]; /* how the probe passes the name */
	pid_t tid;			    /* the thread at its checkpoint; 0: none */
	char name[PAGEWATCH_NAME_MAX + 1];
};

int attached__new(struct tracer *tracer, struct attached **ret)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	(*ret)->tracer = tracer;
	return 0;
}

void attached__free(struct attached *attached)
{
	free(attached);
}

static int attached_find_in(const struct proc *proc, const struct vma *vma,
			    struct attached_place *ret)
{
	int err;

	ret->fd = mapped_file_open(proc, vma);
	if (ret->fd < 0)
		return ret->fd;
	err = elf_usdt_find(ret->fd, "pagewatch", "checkpoint", &ret->probe);
	if (err)
		close(ret->fd);
	return err;
}

/* A file that is gone, or is not ELF, is not ours; one that we may not read could be. */
int attached_find(const struct proc *proc, const struct vma_list *vmas, struct attached_place *ret)
{
	int err, refused = 0;
	uint32_t tid;
	size_t i;

	for (i = 0; i < vmas->count; i++) {
		const struct vma *vma = &vmas->vmas[i];

		if (!vma->executable || !vma_maps_file(vma))
			continue;
		err = attached_find_in(proc, vma, ret);
		if (!err)
			return 0;
		if (err == -EACCES || err == -EPERM)
			refused = -EACCES;
	}
	return proc__living_thread(proc, &tid) ? -ESRCH : refused ? refused : -ENOENT;
}

int attached__watch(struct attached *attached, const struct proc *proc,
		    const struct attached_place *place)
{
	const struct stop_place stop = { .fd = place->fd, .offset = place->probe.offset };
	pid_t failed;
	int err;

	attached->pid = (pid_t)proc__pid(proc);
	memcpy(attached->arguments, place->probe.arguments, sizeof(attached->arguments));
	err = tracer__attach(attached->tracer, proc, &failed);
	if (!err)
		err = tracer__arm(attached->tracer, attached->pid, 0, &stop);
	if (err) {
		tracer__leave(attached->tracer, attached->pid);
		attached->pid = 0;
		return err;
	}
	tracer__process(attached->tracer, attached->pid)->stays_traced = true;
	return 0;
}

const char *attached__pending(struct attached *attached, pid_t *pid)
{
	*pid = attached->pid;
	while (!attached->tid && attached->pid) {
		attached->tid = tracer__kept(attached->tracer, attached->pid);
		if (!attached->tid)
			return NULL;
		if (!usdt_read_text(attached->tid, attached->arguments, attached->name,
				    sizeof(attached->name)))
			break;
		log_warn("process %d was released from a checkpoint whose name cannot be read",
			 (int)attached->pid);
		attached__answer(attached);
	}
	return attached->tid ? attached->name : NULL;
}

void attached__answer(struct attached *attached)
{
	pid_t tid = attached->tid;

	attached->tid = 0;
	if (tid)
		tracer__resume(attached->tracer, tid);
}
