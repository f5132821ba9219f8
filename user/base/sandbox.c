/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "base/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/test_point.h"

/* The same number everywhere; headers before 6.5 do not have it. */
#define CALL_CACHESTAT 451

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

/*
 * C libraries differ in which of several calls they make; all of a kind are here. By hand and not by
 * libseccomp: that loads a filter without some of its rules when an allocation fails.
 */
static const uint32_t allowed[] = {
	/* memory */
	SYS_brk,
	SYS_madvise,
	SYS_mmap,
	SYS_mprotect,
	SYS_mremap,
	SYS_munmap,
	/* files: reports, recordings, what targets have mapped */
	SYS_close,
	SYS_close_range,
	SYS_copy_file_range,
	SYS_dup,
	SYS_dup3,
	SYS_faccessat,
	SYS_faccessat2,
	SYS_fadvise64,
	SYS_fallocate,
	SYS_fchmod,
	SYS_fchown,
	SYS_fcntl,
	SYS_fdatasync,
	SYS_flock,
	SYS_fstat,
	SYS_fstatfs,
	SYS_fsync,
	SYS_ftruncate,
	SYS_getcwd,
	SYS_getdents64,
	SYS_ioctl,
	SYS_lseek,
	SYS_memfd_create,
	SYS_mincore,
	SYS_mkdirat,
	SYS_newfstatat,
	SYS_openat,
	SYS_openat2,
	SYS_pipe2,
	SYS_pread64,
	SYS_preadv,
	SYS_preadv2,
	SYS_pwrite64,
	SYS_pwritev,
	SYS_read,
	SYS_readlinkat,
	SYS_readv,
	SYS_renameat,
	SYS_renameat2,
	SYS_sendfile,
	SYS_statfs,
	SYS_statx,
	SYS_umask,
	SYS_unlinkat,
	SYS_utimensat,
	SYS_write,
	SYS_writev,
	CALL_CACHESTAT,
	/* targets, and what the kernel counts of them */
	SYS_bpf,
	SYS_kcmp,
	SYS_kill,
	SYS_move_pages,
	SYS_perf_event_open,
	SYS_pidfd_open,
	SYS_pidfd_send_signal,
	SYS_process_vm_readv,
	SYS_ptrace,
	SYS_tgkill,
	SYS_tkill,
	SYS_wait4,
	SYS_waitid,
	/* helpers of ours: they are forked, and there is a socket to them */
	SYS_clone,
	SYS_clone3,
	SYS_recvfrom,
	SYS_recvmsg,
	SYS_sendmsg,
	SYS_sendto,
	SYS_setpgid,
	SYS_setpriority,
	SYS_setsid,
	SYS_socketpair,
	/* waiting, signals, time */
	SYS_clock_getres,
	SYS_clock_gettime,
	SYS_clock_nanosleep,
	SYS_epoll_create1,
	SYS_epoll_ctl,
	SYS_epoll_pwait,
	SYS_epoll_pwait2,
	SYS_eventfd2,
	SYS_getitimer,
	SYS_gettimeofday,
	SYS_nanosleep,
	SYS_ppoll,
	SYS_pselect6,
	SYS_restart_syscall,
	SYS_rt_sigaction,
	SYS_rt_sigpending,
	SYS_rt_sigprocmask,
	SYS_rt_sigqueueinfo,
	SYS_rt_sigreturn,
	SYS_rt_sigsuspend,
	SYS_rt_sigtimedwait,
	SYS_rt_tgsigqueueinfo,
	SYS_setitimer,
	SYS_sigaltstack,
	SYS_signalfd4,
	SYS_timer_create,
	SYS_timer_delete,
	SYS_timer_settime,
	SYS_timerfd_create,
	SYS_timerfd_gettime,
	SYS_timerfd_settime,
	/* what it asks of itself */
	SYS_capget,
	SYS_capset,
	SYS_exit,
	SYS_exit_group,
	SYS_futex,
	SYS_get_robust_list,
	SYS_getcpu,
	SYS_getegid,
	SYS_geteuid,
	SYS_getgid,
	SYS_getpgid,
	SYS_getpid,
	SYS_getppid,
	SYS_getpriority,
	SYS_getrandom,
	SYS_getresgid,
	SYS_getresuid,
	SYS_getrlimit,
	SYS_getrusage,
	SYS_getsid,
	SYS_gettid,
	SYS_getuid,
	SYS_membarrier,
	SYS_prctl,
	SYS_prlimit64,
	SYS_rseq,
	SYS_sched_getaffinity,
	SYS_sched_yield,
	SYS_set_robust_list,
	SYS_set_tid_address,
	SYS_setrlimit,
	SYS_sysinfo,
	SYS_times,
	SYS_uname,
#if defined(__x86_64__)
	/* what other processors never had */
	SYS_access,
	SYS_arch_prctl,
	SYS_dup2,
	SYS_epoll_wait,
	SYS_fork,
	SYS_getdents,
	SYS_getpgrp,
	SYS_lstat,
	SYS_mkdir,
	SYS_open,
	SYS_pause,
	SYS_poll,
	SYS_readlink,
	SYS_rename,
	SYS_rmdir,
	SYS_select,
	SYS_stat,
	SYS_time,
	SYS_unlink,
	SYS_vfork,
#endif
};

#define ALLOWED (sizeof(allowed) / sizeof(allowed[0]))
#define FRONT 6u /* instructions in front of the list */
#define LENGTH (FRONT + ALLOWED + 2)

/* A jump over the rest of the list has eight bits. */
_Static_assert(ALLOWED < 250, "a list that one jump cannot leave");

static void fill_filter(struct sock_filter *filter, uint32_t refusal)
{
	const struct sock_filter front[FRONT] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, refusal),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		/* The C library asks nscd for the name of a user, and does without: no test ends. */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};
	size_t i;

	for (i = 0; i < FRONT; i++)
		filter[i] = front[i];
	for (i = 0; i < ALLOWED; i++)
		filter[FRONT + i] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, allowed[i], (uint8_t)(ALLOWED - i), 0);
	filter[FRONT + i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, refusal);
	filter[FRONT + i + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
}

int sandbox__enter(void)
{
	struct sock_filter filter[LENGTH];
	const struct sock_fprog program = { .len = LENGTH, .filter = filter };
	long ret;

	/* A call that is missing from the list ends a test. */
	fill_filter(filter, test_point_hides("refused calls") ? SECCOMP_RET_KILL_PROCESS
							      : SECCOMP_RET_ERRNO | ENOSYS);
	/* Without SPEC_ALLOW each of our calls pays for what only code that we do not run could leak. */
	ret = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		      SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
	/* Else the thread that has a filter of its own. */
	return ret < 0 ? -errno : ret ? -ESRCH : 0;
}
