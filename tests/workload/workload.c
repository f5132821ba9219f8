/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * workload --list | workload [--wait] NAME
 * --list tells each scenario and where its arrays will lie, one JSON object a line.
 * A run prints READY (with --wait: and reads a line), plays, prints one JSON line
 * of books, then DONE (with --wait: and reads a line), and exits with 0.
 */
#include "workload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define POOL_PAGES (1u << 16)

static const struct scenario *const tables[] = { touch_scenarios, life_scenarios, process_scenarios,
						 file_scenarios,  huge_scenarios, swap_scenarios };

void map_fixed(const struct workload *workload, uint64_t start, size_t pages, int flags)
{
	void *want = (void *)(uintptr_t)start;

	must(mmap(want, pages * workload->books.page_bytes, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | flags, -1, 0) == want,
	     "mmap of an array");
}

struct book *map_book(struct workload *workload, const char *name, uint64_t start, size_t pages)
{
	map_fixed(workload, start, pages, 0);
	return books__add(&workload->books, name, start, pages);
}

/*
 * Says one word and this process's fault counts, as the last thing before it
 * blocks: nothing between the count and the read faults, once it ran before.
 */
static void say_phase(const char *word, int fd)
{
	static char line[128];
	struct rusage usage;
	int bytes;

	getrusage(RUSAGE_SELF, &usage);
	bytes = snprintf(line, sizeof(line), "%s %d %ld %ld\n", word, (int)getpid(),
			 usage.ru_minflt, usage.ru_majflt);
	if (fd >= 0)
		must(write(fd, line, (size_t)bytes) == bytes, "write");
}

static void hold(const struct workload *workload)
{
	char byte;

	while (workload->wait && read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
		;
}

void workload__books(struct workload *workload, const struct scenario *scenario)
{
	const struct books *books = &workload->books;
	size_t i;

	printf("{\"scenario\":\"%s\",\"pid\":%d,\"child\":%d,\"page_size\":%zu,\"skip\":\"%s\","
	       "\"faults\":%" PRIu64 ",\"populated\":%" PRIu64 ",\"stray\":%" PRIu64 ",\"ended\":{",
	       scenario->name, (int)getpid(), (int)workload->child, books->page_bytes,
	       workload->skip, books->faults, books->populated, workload->stray);
	for (i = 0; i < books->ended_count; i++)
		printf("%s\"%s\":{\"now\":%" PRIu64 ",\"all\":%" PRIu64 "}", i ? "," : "",
		       books->ended[i].how, books->ended[i].now, books->ended[i].all);
	fputs("},\"books\":", stdout);
	books__print(books, stdout);
	fputs("}\n", stdout);
	must(!fflush(stdout), "stdout");
}

static void list_one(const struct scenario *scenario, size_t page_bytes)
{
	const struct scenario_array *array;

	printf("{\"scenario\":\"%s\",\"about\":\"%s\",\"thp\":%s,\"one_thread\":%s,"
	       "\"ends_early\":%s,\"new_image\":%s,\"child\":%s,\"swap\":%s,\"hugetlb\":%s,\"arrays\":[",
	       scenario->name, scenario->about, scenario->flags & NEEDS_THP ? "true" : "false",
	       scenario->flags & NOT_ONE_THREAD ? "false" : "true",
	       scenario->flags & ENDS_EARLY ? "true" : "false",
	       scenario->flags & NEW_IMAGE ? "true" : "false",
	       scenario->flags & HAS_CHILD ? "true" : "false",
	       scenario->flags & NEEDS_SWAP ? "true" : "false",
	       scenario->flags & NEEDS_HUGETLB ? "true" : "false");
	for (array = scenario->arrays; array < scenario->arrays + ARRAYS_MAX && array->name;
	     array++)
		printf("%s{\"name\":\"%s\",\"start\":%" PRIu64 ",\"bytes\":%zu}",
		       array == scenario->arrays ? "" : ",", array->name,
		       array->start + array->head,
		       array->pages * page_bytes - array->head - array->tail);
	fputs("]}\n", stdout);
}

static int list(void)
{
	const struct scenario *scenario;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		for (scenario = tables[i]; scenario->name; scenario++)
			list_one(scenario, (size_t)sysconf(_SC_PAGESIZE));
	}
	return fflush(stdout) ? 1 : 0;
}

static const struct scenario *find_scenario(const char *name)
{
	const struct scenario *scenario;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		for (scenario = tables[i]; scenario->name; scenario++) {
			if (!strcmp(scenario->name, name))
				return scenario;
		}
	}
	return NULL;
}

static int play(struct workload *workload, const struct scenario *scenario)
{
	books__init(&workload->books, POOL_PAGES);
	/* Where THP is "always", only the scenarios that ask for huge pages get them. */
	must(!prctl(PR_SET_THP_DISABLE, !(scenario->flags & NEEDS_THP), 0, 0, 0), "prctl");
	if (scenario->early)
		scenario->early(workload);
	say_phase("READY", -1);
	books__ready(&workload->books);
	say_phase("READY", STDOUT_FILENO);
	hold(workload);
	scenario->run(workload);
	workload__books(workload, scenario);
	if (scenario->flags & ENDS_EARLY)
		_exit(7);
	say_phase("DONE", STDOUT_FILENO);
	hold(workload);
	return 0;
}

int main(int argc, char **argv)
{
	static struct workload workload;
	const struct scenario *scenario;
	static char buffer[1 << 16];
	int next = 1;

	if (argc == 2 && !strcmp(argv[1], "--list"))
		return list();
	if (next < argc && !strcmp(argv[next], "--wait")) {
		workload.wait = true;
		next++;
	}
	scenario = next == argc - 1 ? find_scenario(argv[next]) : NULL;
	if (!scenario) {
		fputs("usage: workload --list | workload [--wait] NAME\n", stderr);
		return 2;
	}
	memset(buffer, 1, sizeof(buffer));
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	workload.self = "/proc/self/exe";
	return play(&workload, scenario);
}
