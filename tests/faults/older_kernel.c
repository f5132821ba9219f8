/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Preloaded into pagewatch: the kernel has no helper of the number LACKS_HELPER, or no map type of the
 * number LACKS_MAP. What is loaded asks for a number that no kernel has instead, so that the kernel
 * itself refuses it, or prunes the call where it cannot be reached. With SKIPS the kernel has left out
 * three runs of the program of that name.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NO_SUCH 99999

static long (*next_syscall(void))(long, ...)
{
	return (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
}

static int number_of(const char *variable)
{
	const char *value = getenv(variable);

	return value ? atoi(value) : -1;
}

static void replace_calls(struct bpf_insn *code, uint32_t count, int helper)
{
	for (uint32_t i = 0; i < count; i++) {
		if (code[i].code == (BPF_JMP | BPF_CALL) && !code[i].src_reg &&
		    code[i].imm == helper)
			code[i].imm = NO_SUCH;
	}
}

static long load(const union bpf_attr *given, size_t size)
{
	size_t bytes = given->insn_cnt * sizeof(struct bpf_insn);
	struct bpf_insn *code = malloc(bytes);
	union bpf_attr attr = { 0 };
	int saved;
	long ret;

	if (!code) {
		errno = ENOMEM;
		return -1;
	}
	memcpy(&attr, given, size < sizeof(attr) ? size : sizeof(attr));
	memcpy(code, (const void *)(uintptr_t)given->insns, bytes);
	replace_calls(code, given->insn_cnt, number_of("LACKS_HELPER"));
	attr.insns = (uintptr_t)code;
	ret = next_syscall()(SYS_bpf, BPF_PROG_LOAD, &attr, size);
	saved = errno;
	free(code);
	errno = saved;
	return ret;
}

static long create(const union bpf_attr *given, size_t size)
{
	union bpf_attr attr = { 0 };

	memcpy(&attr, given, size < sizeof(attr) ? size : sizeof(attr));
	if ((int)attr.map_type == number_of("LACKS_MAP"))
		attr.map_type = NO_SUCH;
	return next_syscall()(SYS_bpf, BPF_MAP_CREATE, &attr, size);
}

static long get_info(union bpf_attr *attr, size_t size)
{
	const char *skips = getenv("SKIPS");
	long ret = next_syscall()(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, attr, size);
	struct bpf_prog_info *info = (struct bpf_prog_info *)(uintptr_t)attr->info.info;

	if (!ret && skips && attr->info.info_len == sizeof(*info) && !strcmp(info->name, skips))
		info->recursion_misses += 3;
	return ret;
}

/* As libc's: all six words that a call can have. */
long syscall(long number, ...)
{
	va_list list;
	long words[6];

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		words[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_bpf && words[0] == BPF_PROG_LOAD)
		return load((const union bpf_attr *)words[1], (size_t)words[2]);
	if (number == SYS_bpf && words[0] == BPF_MAP_CREATE)
		return create((const union bpf_attr *)words[1], (size_t)words[2]);
	if (number == SYS_bpf && words[0] == BPF_OBJ_GET_INFO_BY_FD)
		return get_info((union bpf_attr *)words[1], (size_t)words[2]);
	return next_syscall()(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}
