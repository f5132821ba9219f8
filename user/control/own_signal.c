/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/own_signal.h"

#include <signal.h>
#include <stdint.h>
#include <sys/ptrace.h>

#define PEEK_AT_ONCE 32

bool own_signal_is_next(pid_t tid)
{
	siginfo_t info;

	return !ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) && info.si_code == SI_KERNEL;
}

bool own_signal_is_pending(pid_t tid, int number)
{
	struct __ptrace_peeksiginfo_args args = { .nr = PEEK_AT_ONCE };
	siginfo_t infos[PEEK_AT_ONCE];
	long got, i;

	while ((got = ptrace(PTRACE_PEEKSIGINFO, tid, &args, infos)) > 0) {
		for (i = 0; i < got; i++) {
			if (infos[i].si_signo == number && infos[i].si_code == SI_KERNEL)
				return true;
		}
		args.off += (uint64_t)got;
	}
	return false;
}
