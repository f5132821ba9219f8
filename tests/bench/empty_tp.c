/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Holds the empty programs attached from "ready" until its input ends. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/empty_tp.skel.h"

int main(void)
{
	struct empty_tp_bpf *skel;
	int err;

	skel = empty_tp_bpf__open_and_load();
	if (!skel) {
		fprintf(stderr, "empty_tp: cannot load: %s\n", strerror(errno));
		return 1;
	}
	err = empty_tp_bpf__attach(skel);
	if (err) {
		fprintf(stderr, "empty_tp: cannot attach: %s\n", strerror(-err));
		goto out;
	}
	printf("ready\n");
	fflush(stdout);
	while (getchar() != EOF)
		;
out:
	empty_tp_bpf__destroy(skel);
	return err ? 1 : 0;
}
