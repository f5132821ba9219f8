/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Processes: recorded and live ones, hostile names, threads, and the dead. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/environment.h"
#include "collect/proc/proc_text.h"
#include "collect/proc/procfs.h"

#define FIXTURES "tests/fixtures/proc"
#define RECORDED_PID 1281
#define RECORDED_THREAD 1282
#define RECORDED_CHILD 1283
#define RECORDED_COMM ") R 1 1\n(\\x)"

static void stat_lines(void **state)
{
#define REST " S 967 5215 5215 0 -1 4194304 4606 0 30 0 38 16 0 0 20 0 2 0 902013"
	static const struct {
		const char *text;
		int err;
		const char *comm;
	} cases[] = {
		{ "7 (cat)" REST " 1 2 3\n", 0, "cat" },
		{ "7 (cat)" REST, 0, "cat" },
		{ "7 ()" REST "\n", 0, "" },
		{ "7 (a) S 1 (b))" REST "\n", 0, "a) S 1 (b)" },
		{ "7 (\n8 (x) Z 1)" REST "\n", 0, "\n8 (x) Z 1" },
		{ "7 (0123456789abcdef0123)" REST "\n", 0, "0123456789abcdef" },
		{ "", -EBADMSG, NULL },
		{ "7", -EBADMSG, NULL },
		{ "7 (cat", -EBADMSG, NULL },
		{ "7 cat)" REST, -EBADMSG, NULL },
		{ "(cat)" REST, -EBADMSG, NULL },
		{ "7 (cat)", -EBADMSG, NULL },
		{ "7 (cat) ", -EBADMSG, NULL },
		{ "7 (cat) S 967 5215", -EBADMSG, NULL },
		{ "7 (cat)S 967", -EBADMSG, NULL },
		{ "7 (cat) S  967" REST, -EBADMSG, NULL },
		{ "-7 (cat)" REST, -EBADMSG, NULL },
		{ "4294967296 (cat)" REST, -EBADMSG, NULL },
		{ "7 (cat)" REST "x", -EBADMSG, NULL },
		{ "7 (cat)" REST "99999999999999999999", -EBADMSG, NULL },
		{ "7) (", -EBADMSG, NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct proc_stat stat = { .pid = 4099 };

		if (proc_stat_parse(cases[i].text, &stat) != cases[i].err)
			fail_msg("'%s'", cases[i].text);
		if (cases[i].err) {
			assert_int_equal(stat.pid, 4099);
			continue;
		}
		assert_int_equal(stat.pid, 7);
		assert_int_equal(stat.ppid, 967);
		assert_int_equal(stat.state, 'S');
		assert_int_equal(stat.start_ticks, 902013);
		assert_string_equal(stat.comm, cases[i].comm);
	}
}

static void status_lines(void **state)
{
	static const char text[] = "Name:\tVmRSS:\\n1 kB\nTgid:\t7\nVmPeak:\t  5 kB\n"
				   "VmRSSx:\t 1 kB\n"
				   "VmRSS:\t   123 kB\nBad:\tx\nOdd:\t1 MB\n"
				   "Huge:\t99999999999999999999 kB\n"
				   "Last:\t3";
	uint64_t value = 4099;

	(void)state;
	assert_int_equal(proc_status_number(text, "VmRSS", &value), 0);
	assert_int_equal(value, 123);
	assert_int_equal(proc_status_number(text, "Tgid", &value), 0);
	assert_int_equal(value, 7);
	assert_int_equal(proc_status_number(text, "Name", &value), -ENOENT);
	assert_int_equal(proc_status_number(text, "Vm", &value), -ENOENT);
	assert_int_equal(proc_status_number(text, "VmSwap", &value), -ENOENT);
	assert_int_equal(proc_status_number(text, "Bad", &value), -EBADMSG);
	assert_int_equal(proc_status_number(text, "Odd", &value), -EBADMSG);
	assert_int_equal(proc_status_number(text, "Huge", &value), -EBADMSG);
	assert_int_equal(proc_status_number(text, "Last", &value), -EBADMSG);
	assert_int_equal(proc_status_number("", "Tgid", &value), -ENOENT);
	assert_int_equal(value, 7);
}

static void recorded(void **state)
{
	uint64_t page_kib = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	struct process_facts facts;
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;
	char exe[64];
	uint32_t *pids = NULL;
	size_t count = 0;

	(void)state;
	assert_int_equal(procfs__open(FIXTURES "/nothing", &procfs), -ENOENT);
	assert_int_equal(procfs__open(FIXTURES "/debian12", &procfs), 0);
	assert_int_equal(proc__open(procfs, 1, &proc), -ESRCH);
	assert_int_equal(proc__open(procfs, RECORDED_PID, &proc), 0);
	assert_int_equal(proc__alive(proc), 0);
	assert_int_equal(proc__open_file(proc, "smaps"), -ENOENT);
	assert_int_equal(proc__facts(proc, &facts), 0);
	assert_int_equal(facts.pid, RECORDED_PID);
	assert_string_equal(facts.comm, RECORDED_COMM);
	proc__exe(proc, exe, sizeof(exe));
	assert_string_equal(exe, "/usr/bin/python3.11");
	assert_string_equal(facts.runtime, "");
	assert_int_equal(facts.rss_kernel_pages, 30872 / page_kib);
	assert_int_equal(facts.rss_peak_pages, 30872 / page_kib);
	assert_int_equal(facts.page_table_bytes, 136 * 1024);
	assert_int_equal(facts.start_ticks, 906394);
	assert_int_equal(proc__threads(proc, &pids, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(pids[0] + pids[1], RECORDED_PID + RECORDED_THREAD);
	free(pids);
	assert_int_equal(procfs__descendants(procfs, RECORDED_PID, &pids, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(pids[0], RECORDED_CHILD);
	free(pids);
	assert_int_equal(procfs__descendants(procfs, RECORDED_CHILD, &pids, &count), 0);
	assert_int_equal(count, 0);
	free(pids);
	proc__close(proc);
	procfs__close(procfs);
}

static void synthetic(void **state)
{
	struct process_facts facts;
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;
	char exe[64];

	(void)state;
	assert_int_equal(procfs__open(FIXTURES "/synthetic", &procfs), 0);
	assert_int_equal(proc__open(procfs, 7, &proc), 0);
	assert_int_equal(proc__facts(proc, &facts), 0);
	assert_string_equal(facts.comm, "VmRSS: 1) S 3 4");
	proc__exe(proc, exe, sizeof(exe));
	assert_string_equal(exe, "");
	assert_int_equal(facts.page_table_bytes, 964 * 1024);
	assert_int_equal(facts.start_ticks, UINT64_MAX);
	proc__close(proc);
	procfs__close(procfs);
}

/* A family tree with circles, as a scan over a changing /proc could see it. */
static void circles(void **state)
{
	struct procfs *procfs = NULL;
	uint32_t *pids = NULL;
	size_t count = 0;

	(void)state;
	assert_int_equal(procfs__open(FIXTURES "/circles", &procfs), 0);
	assert_int_equal(procfs__descendants(procfs, 10, &pids, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(pids[0], 11);
	assert_int_equal(pids[1], 12);
	assert_int_equal(pids[2], 13);
	free(pids);
	assert_int_equal(procfs__descendants(procfs, 14, &pids, &count), 0);
	assert_int_equal(count, 0);
	free(pids);
	procfs__close(procfs);
}

static void *answer_tid(void *ctx)
{
	int *fds = ctx;
	pid_t tid = (pid_t)syscall(SYS_gettid);
	char byte;

	assert_int_equal(write(fds[3], &tid, sizeof(tid)), sizeof(tid));
	assert_int_equal(read(fds[0], &byte, 1), 0);
	return NULL;
}

static void thread_names_its_process(void **state)
{
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;
	uint32_t *tids = NULL;
	pthread_t thread;
	size_t count, i, found = 0;
	int fds[4];
	pid_t tid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(pipe(fds + 2), 0);
	assert_int_equal(pthread_create(&thread, NULL, answer_tid, fds), 0);
	assert_int_equal(read(fds[2], &tid, sizeof(tid)), sizeof(tid));
	assert_int_not_equal(tid, getpid());
	assert_int_equal(procfs__open("/proc", &procfs), 0);
	assert_int_equal(proc__open(procfs, (uint32_t)tid, &proc), 0);
	assert_int_equal(proc__pid(proc), getpid());
	assert_int_equal(proc__threads(proc, &tids, &count), 0);
	for (i = 0; i < count; i++)
		found += tids[i] == (uint32_t)tid || tids[i] == (uint32_t)getpid();
	assert_int_equal(found, 2);
	free(tids);
	proc__close(proc);
	procfs__close(procfs);
	close(fds[1]);
	pthread_join(thread, NULL);
	close(fds[0]);
	close(fds[2]);
	close(fds[3]);
}

static void own_facts(void **state)
{
	static const char hostile[] = ")\n(Z 1 2 3";
	struct process_facts facts;
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;
	char comm[17], exe[4096], told[4096];
	ssize_t length;

	(void)state;
	prctl(PR_GET_NAME, comm);
	prctl(PR_SET_NAME, hostile);
	length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	exe[length] = '\0';
	assert_int_equal(procfs__open("/proc", &procfs), 0);
	assert_int_equal(proc__open(procfs, (uint32_t)getpid(), &proc), 0);
	assert_int_equal(proc__alive(proc), 0);
	assert_int_equal(proc__facts(proc, &facts), 0);
	assert_string_equal(facts.comm, hostile);
	proc__exe(proc, told, sizeof(told));
	assert_string_equal(told, exe);
	assert_true(facts.rss_kernel_pages > 0);
	assert_true(facts.rss_peak_pages >= facts.rss_kernel_pages);
	assert_true(facts.page_table_bytes > 0);
	assert_true(facts.start_ticks > 0);
	prctl(PR_SET_NAME, comm);
	proc__close(proc);
	procfs__close(procfs);
}

static pid_t start_child(void)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	return pid;
}

static void descendants_live(void **state)
{
	struct procfs *procfs = NULL;
	uint32_t *pids = NULL;
	size_t count = 0;
	pid_t first = start_child();
	pid_t second = start_child();

	(void)state;
	assert_int_equal(procfs__open("/proc", &procfs), 0);
	assert_int_equal(procfs__descendants(procfs, (uint32_t)getpid(), &pids, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(pids[0] + pids[1], first + second);
	free(pids);
	kill(first, SIGKILL);
	kill(second, SIGKILL);
	waitpid(first, NULL, 0);
	waitpid(second, NULL, 0);
	procfs__close(procfs);
}

/* Alive, then a zombie, then gone: the held directory never speaks of anybody else. */
static void the_dead(void **state)
{
	struct process_facts facts;
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;
	uint32_t *tids = NULL;
	char *text = NULL;
	siginfo_t info;
	size_t count;
	pid_t pid = start_child();

	(void)state;
	assert_int_equal(procfs__open("/proc", &procfs), 0);
	assert_int_equal(proc__open(procfs, (uint32_t)pid, &proc), 0);
	assert_int_equal(proc__alive(proc), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(proc__alive(proc), -ESRCH);
	assert_int_equal(proc__facts(proc, &facts), -ESRCH);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(proc__alive(proc), -ESRCH);
	assert_int_equal(proc__facts(proc, &facts), -ESRCH);
	assert_int_equal(proc__open_file(proc, "maps"), -ESRCH);
	assert_int_equal(proc__read_file(proc, "status", &text, NULL), -ESRCH);
	assert_int_equal(proc__threads(proc, &tids, &count), -ESRCH);
	proc__close(proc);
	assert_int_equal(proc__open(procfs, (uint32_t)pid, &proc), -ESRCH);
	assert_int_equal(proc__open(procfs, UINT32_MAX, &proc), -ESRCH);
	procfs__close(procfs);
	procfs__close(NULL);
	proc__close(NULL);
}

static void the_machine(void **state)
{
	struct environment environment, bare;

	(void)state;
	assert_int_equal(environment_read("/sys", &environment), 0);
	assert_int_equal(environment.page_bytes, sysconf(_SC_PAGESIZE));
	assert_true(environment.pmd_bytes > environment.page_bytes);
	assert_int_equal(environment.pmd_bytes % environment.page_bytes, 0);
	assert_true(environment.ram_bytes / environment.page_bytes > 1000);
	assert_true(environment.kernel[0] && environment.machine[0]);
	/* nothing known of huge pages: as a kernel without them */
	assert_int_equal(environment_read(FIXTURES "/nothing", &bare), 0);
	assert_string_equal(bare.thp, "");
	assert_false(bare.use_zero_page);
	assert_true(bare.pmd_bytes > bare.page_bytes);
	/* as a 64 KiB page arm64 has it */
	assert_int_equal(environment_read("tests/fixtures/sys/arm64-64k", &bare), 0);
	assert_string_equal(bare.thp, "always");
	assert_true(bare.use_zero_page);
	assert_int_equal(bare.pmd_bytes, 536870912);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_lines), cmocka_unit_test(status_lines),
		cmocka_unit_test(recorded),   cmocka_unit_test(synthetic),
		cmocka_unit_test(circles),    cmocka_unit_test(thread_names_its_process),
		cmocka_unit_test(own_facts),  cmocka_unit_test(descendants_live),
		cmocka_unit_test(the_dead),   cmocka_unit_test(the_machine),
	};

	return cmocka_run_group_tests_name("procfs", tests, NULL, NULL);
}
