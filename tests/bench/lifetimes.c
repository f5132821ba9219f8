/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * lifetimes COMM: for each line of its input, the nanoseconds from exec to end of the processes
 * of that name that have ended since, in one line. Says "ready" once it is attached.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "bench/lifetimes.skel.h"
#include "tests/bench/lifetimes.h"

struct wanted {
	const char *comm;
	unsigned int pid; /* that executed it and has not ended; 0: none */
	unsigned long long exec_ns;
};

static int hear(void *ctx, void *data, size_t bytes)
{
	const struct lifetime_event *event = data;
	struct wanted *wanted = ctx;

	(void)bytes;
	if (strncmp(event->comm, wanted->comm, COMM_BYTES - 1))
		return 0;
	if (!event->is_exit) {
		wanted->pid = event->pid;
		wanted->exec_ns = event->time_ns;
	} else if (event->pid == wanted->pid) {
		printf("%llu ", event->time_ns - wanted->exec_ns);
		wanted->pid = 0;
	}
	return 0;
}

static int serve(struct ring_buffer *ring)
{
	char line[16];
	int got;

	printf("ready\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		got = ring_buffer__consume(ring);
		if (got < 0)
			return got;
		printf("\n");
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct wanted wanted = { .comm = argc == 2 ? argv[1] : "" };
	struct lifetimes_bpf *skel;
	struct ring_buffer *ring = NULL;
	int err;

	if (argc != 2) {
		fprintf(stderr, "usage: lifetimes COMM\n");
		return 2;
	}
	skel = lifetimes_bpf__open_and_load();
	err = skel ? lifetimes_bpf__attach(skel) : -errno;
	if (!err) {
		ring = ring_buffer__new(bpf_map__fd(skel->maps.events), hear, &wanted, NULL);
		err = ring ? serve(ring) : -errno;
	}
	if (err)
		fprintf(stderr, "lifetimes: %s\n", strerror(-err));
	ring_buffer__free(ring);
	lifetimes_bpf__destroy(skel);
	return err ? 1 : 0;
}
