/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/breakpoint.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

#if defined(__x86_64__)
static const uint8_t trap[] = { 0xcc }; /* int3 */

/*
 * PTRACE_GETREGS has our layout (arch_ptrace()), the register set of a 32-bit process another one.
 */
static bool get_registers(pid_t tid, struct user_regs_struct *registers)
{
	return !ptrace(PTRACE_GETREGS, tid, NULL, registers);
}

static bool set_registers(pid_t tid, struct user_regs_struct *registers)
{
	return !ptrace(PTRACE_SETREGS, tid, NULL, registers);
}

static uint64_t *program_counter(struct user_regs_struct *registers)
{
	return (uint64_t *)&registers->rip;
}

#define TRAP_ADVANCES sizeof(trap)
#elif defined(__aarch64__)
static const uint8_t trap[] = { 0x00, 0x00, 0x20, 0xd4 }; /* brk #0 */

static bool get_registers(pid_t tid, struct user_regs_struct *registers)
{
	struct iovec vector = { registers, sizeof(*registers) };

	return !ptrace(PTRACE_GETREGSET, tid, (void *)(uintptr_t)NT_PRSTATUS, &vector);
}

static bool set_registers(pid_t tid, struct user_regs_struct *registers)
{
	struct iovec vector = { registers, sizeof(*registers) };

	return !ptrace(PTRACE_SETREGSET, tid, (void *)(uintptr_t)NT_PRSTATUS, &vector);
}

static uint64_t *program_counter(struct user_regs_struct *registers)
{
	return (uint64_t *)&registers->pc;
}

#define TRAP_ADVANCES 0
#else
#define NO_TRAP
#endif

/* What is at the address while the breakpoint is in. */
static unsigned long breakpoint_trapped(unsigned long code)
{
#ifndef NO_TRAP
	memcpy(&code, trap, sizeof(trap));
#endif
	return code;
}

#ifdef NO_TRAP
int breakpoint_insert(pid_t tid, uint64_t address, uint64_t code, struct breakpoint *ret)
{
	(void)tid;
	(void)address;
	(void)code;
	(void)ret;
	return -EOPNOTSUPP;
}

bool breakpoint_was_hit(pid_t tid, const struct breakpoint *breakpoint)
{
	(void)tid;
	(void)breakpoint;
	return false;
}
#else
int breakpoint_insert(pid_t tid, uint64_t address, uint64_t code, struct breakpoint *ret)
{
	unsigned long found, trapped = breakpoint_trapped((unsigned long)code);

	errno = 0;
	found = (unsigned long)ptrace(PTRACE_PEEKTEXT, tid, (void *)(uintptr_t)address, NULL);
	if (errno)
		return -errno;
	/* A uprobe would swallow our trap, and we would write back its trap as code. */
	if (found != code)
		return -EBUSY;
	if (ptrace(PTRACE_POKETEXT, tid, (void *)(uintptr_t)address, (void *)trapped))
		return -errno;
	*ret = (struct breakpoint){ address, code, true };
	return 0;
}

bool breakpoint_was_hit(pid_t tid, const struct breakpoint *breakpoint)
{
	struct user_regs_struct registers;
	uint64_t *counter = program_counter(&registers);

	if (!breakpoint->address || !get_registers(tid, &registers) ||
	    *counter != breakpoint->address + TRAP_ADVANCES)
		return false;
	*counter = breakpoint->address;
	return set_registers(tid, &registers);
}
#endif

void breakpoint_remove(pid_t tid, struct breakpoint *breakpoint)
{
	if (breakpoint->inserted)
		ptrace(PTRACE_POKETEXT, tid, (void *)(uintptr_t)breakpoint->address,
		       (void *)(unsigned long)breakpoint->code);
	breakpoint->inserted = false;
}

int breakpoint_remove_from(int mem_fd, const struct breakpoint *breakpoint)
{
	unsigned long code = (unsigned long)breakpoint->code, found;
	off_t address = (off_t)breakpoint->address;

	if (pread(mem_fd, &found, sizeof(found), address) != sizeof(found) ||
	    found != breakpoint_trapped(code))
		return 0;
	return pwrite(mem_fd, &code, sizeof(code), address) < 0 ? -errno : 1;
}
