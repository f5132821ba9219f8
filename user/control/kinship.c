/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/kinship.h"

#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

bool kinship_is_thread(pid_t pid, pid_t tid)
{
	return !syscall(SYS_tgkill, pid, tid, 0);
}

bool kinship_shares_memory(pid_t maker, pid_t child, bool vforked)
{
	long order = syscall(SYS_kcmp, maker, child, KCMP_VM, 0, 0);

	return order < 0 ? vforked : order == 0;
}
