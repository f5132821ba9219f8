/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * denied move_pages|pagemap_scan|remap_file_pages COMMAND...: runs COMMAND where that call does not exist, as in a
 * kernel that was built without it or is older.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGEMAP_SCAN 0xc0606610u /* _IOWR('f', 16, struct of 96 bytes) */

int main(int argc, char **argv)
{
	int scan = argc > 2 && !strcmp(argv[1], "pagemap_scan");
	int remap = argc > 2 && !strcmp(argv[1], "remap_file_pages");
	unsigned int number = scan ? SYS_ioctl : remap ? SYS_remap_file_pages : SYS_move_pages;
	unsigned int missing = scan ? ENOTTY : ENOSYS;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
		/* Any arguments of the others. */
		BPF_JUMP(BPF_JMP | (scan ? BPF_JEQ : BPF_JGE) | BPF_K, scan ? PAGEMAP_SCAN : 0, 0,
			 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | missing),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	if (argc < 3)
		return 2;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		perror("seccomp");
		return 2;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 2;
}
