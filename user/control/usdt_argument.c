/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/usdt_argument.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

/* An argument of 8 bytes: a register's value, or what is at a register's value plus offset. */
struct operand {
	char name[8];
	long offset;
	bool memory;
};

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

/* "8@%rbx", "8@(%rbp)" or "8@-24(%rbp)". */
#define IN_REGISTER "8@%%%7[a-z0-9]%n"
#define AT_REGISTER "8@(%%%7[a-z0-9])%n"

static int scan_offset(const char *arguments, struct operand *ret, int *used)
{
	return sscanf(arguments, "8@%ld(%%%7[a-z0-9])%n", &ret->offset, ret->name, used);
}

/* Of a 64-bit program: the register set of another one has another size. */
static int register_value(pid_t tid, const char *name, uint64_t *ret)
{
	struct user_regs_struct values;
	struct iovec vector = { &values, sizeof(values) };
	size_t i;

	if (ptrace(PTRACE_GETREGSET, tid, (void *)(uintptr_t)NT_PRSTATUS, &vector))
		return -errno;
	for (i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		if (!strcmp(registers[i].name, name) && vector.iov_len == sizeof(values)) {
			memcpy(ret, (char *)&values + registers[i].offset, sizeof(*ret));
			return 0;
		}
	}
	return -EOPNOTSUPP;
}
#elif defined(__aarch64__)
/* "8@x19", "8@[sp]" or "8@[x29, -24]". */
#define IN_REGISTER "8@%7[a-z0-9]%n"
#define AT_REGISTER "8@[%7[a-z0-9]]%n"

static int scan_offset(const char *arguments, struct operand *ret, int *used)
{
	return sscanf(arguments, "8@[%7[a-z0-9], %ld]%n", ret->name, &ret->offset, used);
}

/* Of a 64-bit program: the register set of another one has another size. */
static int register_value(pid_t tid, const char *name, uint64_t *ret)
{
	struct user_regs_struct values;
	struct iovec vector = { &values, sizeof(values) };
	unsigned int number;
	char rest;

	if (ptrace(PTRACE_GETREGSET, tid, (void *)(uintptr_t)NT_PRSTATUS, &vector))
		return -errno;
	if (vector.iov_len != sizeof(values))
		return -EOPNOTSUPP;
	if (!strcmp(name, "sp"))
		*ret = values.sp;
	else if (sscanf(name, "x%2u%c", &number, &rest) == 1 && number < 31)
		*ret = values.regs[number];
	else
		return -EOPNOTSUPP;
	return 0;
}
#else
#define NO_REGISTERS

static int register_value(pid_t tid, const char *name, uint64_t *ret)
{
	(void)tid;
	(void)name;
	(void)ret;
	return -EOPNOTSUPP;
}
#endif

#ifdef NO_REGISTERS
static bool operand_parse(const char *arguments, struct operand *ret)
{
	(void)arguments;
	(void)ret;
	return false;
}
#else
/* Whether a sscanf() of want values read all up to the end of the argument. */
static bool argument_ends(const char *arguments, int values, int want, int used)
{
	return values == want && used && (!arguments[used] || arguments[used] == ' ');
}

static bool operand_parse(const char *arguments, struct operand *ret)
{
	int used = 0, values;

	*ret = (struct operand){ .memory = false };
	values = sscanf(arguments, IN_REGISTER, ret->name, &used);
	if (argument_ends(arguments, values, 1, used))
		return true;
	ret->memory = true;
	used = 0;
	values = sscanf(arguments, AT_REGISTER, ret->name, &used);
	if (argument_ends(arguments, values, 1, used))
		return true;
	values = scan_offset(arguments, ret, &used);
	return argument_ends(arguments, values, 2, used);
}
#endif

static int peek_word(pid_t tid, uint64_t address, unsigned long *ret)
{
	errno = 0;
	*ret = (unsigned long)ptrace(PTRACE_PEEKDATA, tid, (void *)(uintptr_t)address, NULL);
	return errno ? -EFAULT : 0;
}

static int pointer_value(pid_t tid, const char *arguments, uint64_t *ret)
{
	struct operand operand;
	unsigned long word;
	int err;

	if (!operand_parse(arguments, &operand))
		return -EOPNOTSUPP;
	err = register_value(tid, operand.name, ret);
	if (err || !operand.memory)
		return err;
	err = peek_word(tid, *ret + (uint64_t)operand.offset, &word);
	if (!err)
		*ret = word;
	return err;
}

int usdt_read_text(pid_t tid, const char *arguments, char *text, size_t size)
{
	unsigned long word = 0;
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
