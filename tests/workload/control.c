/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Programs that are hard to stop and to let go: control NAME [ARGUMENTS]. */
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static char child_stack[1 << 16];

static void *run_through_checkpoints(void *argument)
{
	int (*checkpoint)(const char *name) = argument;

	for (;;) {
		checkpoint("loop");
		usleep(200);
	}
	return NULL;
}

/* checkpoints LIBRARY THREADS: answers each line of stdin while all its threads run through. */
static int play_checkpoints(char **words)
{
	void *library = dlopen(words[0], RTLD_NOW);
	void *checkpoint = library ? dlsym(library, "pagewatch_checkpoint") : NULL;
	int left = atoi(words[1]);
	pthread_t thread;
	char line[64];

	if (!checkpoint)
		return 2;
	while (left--)
		pthread_create(&thread, NULL, run_through_checkpoints, checkpoint);
	puts("READY");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		puts("ALIVE");
		fflush(stdout);
	}
	_exit(0);
}

static void *run_exec(void *argument)
{
	char **words = argument;

	execv(words[0], words);
	_exit(2);
}

/* exec_thread PROGRAM...: another thread than the first becomes the program. */
static int play_exec_thread(char **words)
{
	pthread_t thread;

	pthread_create(&thread, NULL, run_exec, words);
	pthread_join(thread, NULL);
	return 2;
}

static void *come_and_go(void *argument)
{
	return argument;
}

/* Touches 1009 pages at 0x2000000000. */
static void touch_pages(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = 1009 * page;
	void *start = mmap((void *)0x2000000000, bytes, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (start == MAP_FAILED)
		_exit(2);
	madvise(start, bytes, MADV_NOHUGEPAGE);
	memset(start, 1, bytes);
}

/* late: touches its pages only when a thread of it has come and gone. */
static int play_late(char **words)
{
	pthread_t thread;

	(void)words;
	pthread_create(&thread, NULL, come_and_go, NULL);
	pthread_join(thread, NULL);
	touch_pages();
	return 0;
}

static int tell_child(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	printf("CHILD %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
	fflush(stdout);
	_exit(5);
}

/* vfork_exit: a child in this memory calls exit(), where a usual one calls _exit(). */
static int play_vfork_exit(char **words)
{
	pid_t pid = vfork();

	if (!pid) {
		execl("/nonexistent", words[0], (char *)NULL);
		exit(7);
	}
	return tell_child(pid);
}

static int exit_of_clone(void *argument)
{
	exit((int)(long)argument);
}

/* clone_vm: the same without waiting for it. */
static int play_clone_vm(char **words)
{
	(void)words;
	return tell_child(clone(exit_of_clone, child_stack + sizeof(child_stack),
				CLONE_VM | SIGCHLD, (void *)7));
}

/* spawn: the child executes a program in this memory, then is that. */
static int play_spawn(char **words)
{
	char *argv[] = { "sh", "-c", "exit 3", NULL };
	pid_t pid;

	(void)words;
	if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, NULL))
		return 2;
	return tell_child(pid);
}

/* forks N: one child after the other. */
static int play_forks(char **words)
{
	long left = atol(words[0]);
	pid_t pid;

	while (left--) {
		pid = fork();
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	return 0;
}

static const struct {
	const char *name;
	int (*play)(char **words);
} programs[] = {
	{ "checkpoints", play_checkpoints },
	{ "exec_thread", play_exec_thread },
	{ "late", play_late },
	{ "vfork_exit", play_vfork_exit },
	{ "clone_vm", play_clone_vm },
	{ "forks", play_forks },
	{ "spawn", play_spawn },
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(programs) / sizeof(programs[0]); i++) {
		if (!strcmp(argv[1], programs[i].name))
			return programs[i].play(argv + 2);
	}
	return 2;
}
