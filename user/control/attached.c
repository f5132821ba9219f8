/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/attached.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "collect/elf/elf_usdt.h"
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

static int attached_arm_file(struct attached *attached, const struct proc *proc,
			     const struct vma *vma)
{
	int fd = mapped_file_open(proc, vma), err;
	struct stop_place place = { .fd = fd };
	struct elf_usdt probe;

	if (fd < 0)
		return fd;
	err = elf_usdt_find(fd, "pagewatch", "checkpoint", &probe);
	place.offset = probe.offset;
	if (!err)
		err = tracer__arm(attached->tracer, (pid_t)proc__pid(proc), 0, &place);
	if (!err)
		memcpy(attached->arguments, probe.arguments, sizeof(attached->arguments));
	close(fd);
	return err;
}

int attached__watch(struct attached *attached, const struct proc *proc, const struct vma_list *vmas)
{
	pid_t failed;
	size_t i;
	int err;

	attached->pid = (pid_t)proc__pid(proc);
	err = tracer__attach(attached->tracer, proc, &failed);
	if (!err)
		err = -ENOENT;
	for (i = 0; err == -ENOENT && i < vmas->count; i++) {
		if (vmas->vmas[i].executable && vmas->vmas[i].kind == VMA_FILE)
			err = attached_arm_file(attached, proc, &vmas->vmas[i]);
	}
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
