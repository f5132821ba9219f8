/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * random [--wait|--plain] SEED OPERATIONS FILE: plays a third of the operations, says
 * READY (with --wait: and reads a line), plays the rest, writes its books to FILE
 * as one JSON object, says DONE (and reads a line), and exits with 0. --plain: as
 * --wait, and each page comes by a fault or with its mapping.
 */
#include "random.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void say_and_wait(const char *word, bool wait)
{
	char byte;

	printf("%s %d\n", word, (int)getpid());
	fflush(stdout);
	while (wait && read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
		;
}

static void write_books(const struct random_world *world, const char *path)
{
	FILE *out = fopen(path, "we");
	size_t i;

	must(out, path);
	fprintf(out, "{\"pid\":%d,\"page_size\":%zu,\"ended\":{", (int)getpid(),
		world->books.page_bytes);
	for (i = 0; i < world->books.ended_count; i++)
		fprintf(out, "%s\"%s\":{\"now\":%" PRIu64 ",\"all\":%" PRIu64 "}", i ? "," : "",
			world->books.ended[i].how, world->books.ended[i].now,
			world->books.ended[i].all);
	fputs("},\"books\":", out);
	books__print(&world->books, out);
	fputs("}\n", out);
	must(!fclose(out), path);
}

static bool parse(const char *text, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 10);
	return !errno && *text && !*end;
}

int main(int argc, char **argv)
{
	static struct random_world world;
	bool plain = argc > 1 && !strcmp(argv[1], "--plain");
	bool wait = plain || (argc > 1 && !strcmp(argv[1], "--wait"));
	uint64_t seed, operations, i;

	if (argc != 4 + wait || !parse(argv[1 + wait], &seed) ||
	    !parse(argv[2 + wait], &operations)) {
		fputs("usage: random [--wait|--plain] SEED OPERATIONS FILE\n", stderr);
		return 2;
	}
	must(!prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), "prctl");
	books__init(&world.books, RANDOM_PAGES);
	world.book = books__add(&world.books, "arena", RANDOM_START, RANDOM_PAGES);
	/* Seeds next to each other are to give unlike runs. */
	world.plain = plain;
	world.seed = (seed + 1) * 0x9e3779b97f4a7c15ull;
	for (i = 0; i < operations / 3; i++)
		random_step(&world);
	books__ready(&world.books);
	say_and_wait("READY", wait);
	for (; i < operations; i++)
		random_step(&world);
	write_books(&world, argv[3 + wait]);
	say_and_wait("DONE", wait);
	return 0;
}
