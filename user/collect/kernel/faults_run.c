/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Runs programs of the kernel side that are attached to nothing. */
#include <errno.h>

#include "collect/kernel/faults_priv.h"

/* A program has waited for a millisecond before it returns PW_AGAIN. */
#define AGAIN_MAX 1000u

int faults_run(const struct bpf_program *program)
{
	unsigned int round;

	for (round = 0; round < AGAIN_MAX; round++) {
		LIBBPF_OPTS(bpf_test_run_opts, run);
		int err = bpf_prog_test_run_opts(bpf_program__fd(program), &run);

		if (err || run.retval != PW_AGAIN)
			return err ? err : (int)run.retval;
	}
	return -ETIMEDOUT;
}

int faults_run_for(struct faults *faults, const struct bpf_program *program, uint32_t slot)
{
	faults->skel->bss->asked_slot = slot;
	return faults_run(program);
}
