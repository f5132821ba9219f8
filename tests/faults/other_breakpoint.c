/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Preloaded: before the program begins, a breakpoint of somebody else's stands in the function
 * that STAND_IN names. Whoever runs into it takes it out and goes on.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__x86_64__)
static const unsigned char trap[] = { 0xcc };
#else
static const unsigned char trap[] = { 0x00, 0x00, 0x20, 0xd4 };
#endif

static unsigned char *place, code[sizeof(trap)];

static void on_trap(int number, siginfo_t *info, void *context)
{
	ucontext_t *thread = context;

	(void)number;
	(void)info;
	memcpy(place, code, sizeof(code));
	__builtin___clear_cache((char *)place, (char *)place + sizeof(code));
#if defined(__x86_64__)
	thread->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)place;
#else
	thread->uc_mcontext.pc = (uintptr_t)place;
#endif
}

__attribute__((constructor)) static void stand(void)
{
	struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	place = dlsym(RTLD_DEFAULT, getenv("STAND_IN"));
	if (!place || sigaction(SIGTRAP, &action, NULL) ||
	    mprotect((void *)((uintptr_t)place & ~(page - 1)), 2 * page,
		     PROT_READ | PROT_WRITE | PROT_EXEC))
		abort();
	memcpy(code, place, sizeof(code));
	memcpy(place, trap, sizeof(trap));
}
