/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/tasks.h"

#include <stdlib.h>

#include "base/array.h"

void tasks__deinit(struct tasks *tasks)
{
	free(tasks->threads);
	free(tasks->processes);
	*tasks = (struct tasks){ 0 };
}

struct thread *tasks__thread(const struct tasks *tasks, pid_t tid)
{
	size_t i;

	for (i = 0; i < tasks->thread_count; i++) {
		if (tasks->threads[i].tid == tid)
			return &tasks->threads[i];
	}
	return NULL;
}

struct process *tasks__process(const struct tasks *tasks, pid_t pid)
{
	size_t i;

	for (i = 0; i < tasks->process_count; i++) {
		if (tasks->processes[i].pid == pid)
			return &tasks->processes[i];
	}
	return NULL;
}

struct thread *tasks__add_thread(struct tasks *tasks, pid_t tid, pid_t pid)
{
	struct thread *thread = tasks__thread(tasks, tid);

	if (thread)
		return thread;
	if (array_reserve((void **)&tasks->threads, &tasks->thread_capacity,
			  tasks->thread_count + 1, sizeof(*tasks->threads)))
		return NULL;
	thread = &tasks->threads[tasks->thread_count++];
	*thread = (struct thread){ .tid = tid, .pid = pid };
	return thread;
}

struct process *tasks__add_process(struct tasks *tasks, pid_t pid)
{
	struct process *process = tasks__process(tasks, pid);

	if (process)
		return process;
	if (array_reserve((void **)&tasks->processes, &tasks->process_capacity,
			  tasks->process_count + 1, sizeof(*tasks->processes)))
		return NULL;
	process = &tasks->processes[tasks->process_count++];
	*process = (struct process){ .pid = pid };
	return process;
}

void tasks__remove_thread(struct tasks *tasks, struct thread *thread)
{
	*thread = tasks->threads[--tasks->thread_count];
}

void tasks__remove_process(struct tasks *tasks, struct process *process)
{
	*process = tasks->processes[--tasks->process_count];
}

bool thread_stands(const struct thread *thread)
{
	return thread->state == THREAD_STANDS || thread->state == THREAD_AT_POINT ||
	       thread->state == THREAD_AT_EXIT || thread->state == THREAD_UNTOLD;
}

struct thread *tasks__standing(const struct tasks *tasks, pid_t pid)
{
	size_t i;

	for (i = 0; i < tasks->thread_count; i++) {
		if (tasks->threads[i].pid == pid && thread_stands(&tasks->threads[i]))
			return &tasks->threads[i];
	}
	return NULL;
}

bool tasks__is_still(const struct tasks *tasks, pid_t pid)
{
	size_t i;

	for (i = 0; i < tasks->thread_count; i++) {
		const struct thread *thread = &tasks->threads[i];

		/* A leader whose threads outlive it is not reported until they end. */
		if (thread->pid == pid && !thread_stands(thread) &&
		    thread->state != THREAD_LISTENS && thread->state != THREAD_PAST_EXIT)
			return false;
	}
	return true;
}

bool tasks__is_last(const struct tasks *tasks, const struct thread *last)
{
	size_t i;

	for (i = 0; i < tasks->thread_count; i++) {
		const struct thread *thread = &tasks->threads[i];

		if (thread != last && thread->pid == last->pid && thread->state != THREAD_AT_EXIT &&
		    thread->state != THREAD_PAST_EXIT)
			return false;
	}
	return true;
}

size_t tasks__threads_of(const struct tasks *tasks, pid_t pid)
{
	size_t i, count = 0;

	for (i = 0; i < tasks->thread_count; i++)
		count += tasks->threads[i].pid == pid;
	return count;
}
