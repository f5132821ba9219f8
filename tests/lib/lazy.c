/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * An example of libpagewatch in C11: what calloc() gave is not there until it is written.
 * With an argument it waits for a byte before its checkpoint.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pagewatch.h>

#define PAGES 20011u /* above every threshold of malloc: a mapping of its own */

static int print_row(const char *what, const void *ptr, size_t bytes)
{
	struct pagewatch_residency r;
	int err = pagewatch_query(ptr, bytes, &r, sizeof(r));

	if (err) {
		fprintf(stderr, "cannot tell: %s\n", strerror(-err));
		return err;
	}
	printf("%s: %" PRIu64 " of %" PRIu64 " interior pages resident, %" PRIu64 " zero\n", what,
	       r.interior.resident, r.interior.pages, r.interior.zero);
	return 0;
}

static int print_heat(const void *ptr, size_t bytes)
{
	struct pagewatch_look *look;
	uint64_t resident[16];
	ssize_t cells, i;
	int err;

	err = pagewatch_look_bytes(0, (uintptr_t)ptr, bytes, &look);
	if (err)
		return err;
	cells = pagewatch_look_heat(look, 16, NULL, resident, NULL);
	for (i = 0; i < cells; i++)
		printf("%" PRIu64 "%c", resident[i], i + 1 < cells ? ' ' : '\n');
	pagewatch_look_free(look);
	return 0;
}

int main(int argc, char **argv)
{
	struct pagewatch_residency r;
	size_t page, bytes, i;
	char *grid, sum = 0;

	(void)argv;
	if (pagewatch_query(&r, sizeof(r), &r, sizeof(r)))
		return 1;
	page = r.page_bytes;
	bytes = PAGES * page;
	grid = calloc(bytes, 1);
	if (!grid || pagewatch_mark("grid", grid, bytes))
		return 1;
	printf("%s %s\n", "pagewatch", pagewatch_version());
	if (print_row("new", grid, bytes))
		return 1;
	for (i = 0; i < 1009; i++)
		grid[(i + 1) * page] = 1;
	for (i = 5003; i < 6007; i++)
		sum |= grid[i * page];
	if (sum || print_row("used", grid, bytes) || print_heat(grid, bytes))
		return 1;
	fflush(stdout);
	if (argc > 1)
		getchar();
	printf("checkpoint: %d\n", pagewatch_checkpoint("used"));
	pagewatch_unmark("grid");
	free(grid);
	return 0;
}
