// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
//
// The first process of a machine of tests/vm: loads modules, mounts the disks, runs
// /src/tests/vm/guest/main, and ends the machine with its status: on the console
// and as qemu's own: on x86 by isa-debug-exit at port 0xf4 (qemu ends with 2 * status + 1), on arm64
// by semihosting (qemu ends with the status).
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <sys/io.h>
#endif

#define DISK_TRIES 500
#define TRY_MICROSECONDS 10000

static void check_step(const char *what, int result)
{
	if (result < 0)
		printf("init: %s: %s\n", what, strerror(errno));
}

static int select_module(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void load_modules(void)
{
	struct dirent **names = NULL;
	int count = scandir("/modules", &names, select_module, alphasort);
	char path[PATH_MAX];

	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "/modules/%s", names[i]->d_name);
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		check_step(path, (int)syscall(SYS_finit_module, fd, "", 0));
		close(fd);
	}
}

// A disk may come some time after its module was loaded.
static void mount_disk(const char *disk, const char *folder)
{
	for (int i = 0; i < DISK_TRIES && access(disk, F_OK); i++)
		usleep(TRY_MICROSECONDS);
	check_step(disk, mount(disk, folder, "ext4", 0, NULL));
}

static void copy_file(const char *from, const char *to)
{
	char buffer[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t count;

	while ((count = read(in, buffer, sizeof(buffer))) > 0)
		check_step(to, (int)write(out, buffer, (size_t)count));
	close(in);
	close(out);
}

static void enter_root(void)
{
	check_step("/dev", mount("dev", "/dev", "devtmpfs", 0, NULL));
	load_modules();
	mount_disk("/dev/vda", "/root");
	mount_disk("/dev/vdb", "/root/src");
	copy_file("/words", "/root/words");
	check_step("move /dev", mount("/dev", "/root/dev", NULL, MS_MOVE, NULL));
	check_step("/root", chdir("/root"));
	check_step("move /", mount(".", "/", NULL, MS_MOVE, NULL));
	check_step("chroot", chroot("."));
	check_step("/", chdir("/"));
}

// The status of the tests; other processes are left to us as well.
static int wait_for_child(pid_t child)
{
	int status;
	pid_t ended;

	do
		ended = wait(&status);
	while (ended != child && (ended > 0 || errno == EINTR));
	if (ended != child)
		return 126;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#if defined(__x86_64__)
#define EXIT_PORT 0xf4

// A kernel that is locked down does not let us.
static void end_qemu(int status)
{
	if (ioperm(EXIT_PORT, 1, 1) == 0)
		outb((unsigned char)status, EXIT_PORT);
}
#elif defined(__aarch64__)
// Arm's "Semihosting for AArch32 and AArch64": SYS_EXIT, and ADP_Stopped_ApplicationExit.
#define SEMIHOSTING_EXIT 0x18
#define APPLICATION_EXIT 0x20026

static void end_qemu(int status)
{
	unsigned long block[2] = { APPLICATION_EXIT, (unsigned long)status };
	register unsigned long operation __asm__("x0") = SEMIHOSTING_EXIT;
	register void *parameter __asm__("x1") = block;

	__asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(parameter) : "memory");
}
#endif

int main(void)
{
	static char *const program[] = { "/bin/bash", "/src/tests/vm/guest/main", NULL };
	static char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
					     "LC_ALL=C.UTF-8", NULL };

	enter_root();
	pid_t child = fork();

	if (child == 0) {
		setsid();
		execve(program[0], program, environment);
		check_step(program[0], -1);
		_exit(127);
	}
	int status = wait_for_child(child);

	sync();
	printf("\nmachine ends: %d\n", status);
	fflush(stdout);
	// A serial line of arm64 still has it when qemu ends.
	tcdrain(STDOUT_FILENO);
	end_qemu(status);
	reboot(RB_POWER_OFF);
	return 0;
}
