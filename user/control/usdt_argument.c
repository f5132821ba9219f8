/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/usdt_argument.h"

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#if defined(__x86_64__)
static const struct {
	const char *name;
	size_t offset;
} registers[] = {
	{ "rax", offsetof(struct user_regs_struct, rax) },
	{ "rbx", offsetof(struct user_regs_struct, rbx) },
	{ "rcx", offsetof(struct user_regs_struct, rcx) },
	{ "rdx", offsetof(struct user_regs_struct, rdx) },
	{ "rsi", offsetof(struct user_regs_struct, rsi) },
	{ "rdi", offsetof(struct user_regs_struct, rdi) },
	{ "rbp", offsetof(struct user_regs_struct, rbp) },
	{ "rsp", offsetof(struct user_regs_struct, rsp) },
	{ "r8", offsetof(struct user_regs_struct, r8) },
	{ "r9", offsetof(struct user_regs_struct, r9) },
	{ "r10", offsetof(struct user_regs_struct, r10) },
	{ "r11", offsetof(struct user_regs_struct, r11) },
	{ "r12", offsetof(struct user_regs_struct, r12) },
	{ "r13", offsetof(struct user_regs_struct, r13) },
	{ "r14", offsetof(struct user_regs_struct, r14) },
	{ "r15", offsetof(struct user_regs_struct, r15) },
};

static int register_value(pid_t tid, const char *name, uint64_t *ret)
{
	struct user_regs_struct values;
	struct iovec vector = { &values, sizeof(values) };
	size_t i;

	if (ptrace(PTRACE_GETREGSET, tid, (void *)(uintptr_t)NT_PRSTATUS, &vector))
		return -errno;
	for (i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		if (!strcmp(registers[i].name, name)) {
			memcpy(ret, (char *)&values + registers[i].offset, sizeof(*ret));
			return 0;
		}
	}
	return -EOPNOTSUPP;
}
#else
static int register_value(pid_t tid, const char *name, uint64_t *ret)
{
	(void)tid;
	(void)name;
	(void)ret;
	return -EOPNOTSUPP;
}
#endif

static int peek_word(pid_t tid, uint64_t address, unsigned long *ret)
{
	errno = 0;
	*ret = (unsigned long)ptrace(PTRACE_PEEKDATA, tid, (void *)(uintptr_t)address, NULL);
	return errno ? -EFAULT : 0;
}

/* "8@%rbx", or "8@-24(%rbp)": a pointer in a register, or on the stack. */
static int pointer_value(pid_t tid, const char *arguments, uint64_t *ret)
{
	unsigned long word;
	char name[8];
	long offset = 0;
	int used = 0, err;

	if (sscanf(arguments, "8@%%%7[a-z0-9]%n", name, &used) == 1 && used &&
	    (!arguments[used] || arguments[used] == ' '))
		return register_value(tid, name, ret);
	if ((sscanf(arguments, "8@%ld(%%%7[a-z0-9])%n", &offset, name, &used) != 2 || !used) &&
	    (sscanf(arguments, "8@(%%%7[a-z0-9])%n", name, &used) != 1 || !used))
		return -EOPNOTSUPP;
	err = register_value(tid, name, ret);
	if (!err)
		err = peek_word(tid, *ret + (uint64_t)offset, &word);
	if (!err)
		*ret = word;
	return err;
}

int usdt_read_text(pid_t tid, const char *arguments, char *text, size_t size)
{
	unsigned long word;
	uint64_t address;
	size_t at;
	int err;

	err = pointer_value(tid, arguments, &address);
	for (at = 0; !err && at < size; at++) {
		/* Reads aligned words, so that none crosses into an unmapped page. */
		if (!at || (address + at) % sizeof(word) == 0)
			err = peek_word(tid, (address + at) / sizeof(word) * sizeof(word), &word);
		text[at] = (char)(word >> 8 * ((address + at) % sizeof(word)));
		if (!err && !text[at])
			return 0;
	}
	return err ? err : -ENAMETOOLONG;
}
