/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* An ELF file with debug information, cut short and forged in thousands of ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/elf_exercise.h"

#define MUTATIONS 4000u
#define SOURCE                                                                                     \
	"typedef float row[7]; row rows[11][13]; struct point { double x, y; } points[17];\n"      \
	"static int *owner(void) { static int cells[19][23]; return cells[0]; }\n"                 \
	"int *volatile pointer; int main(void) { pointer = owner(); return 0; }\n"

struct file {
	uint8_t *bytes;
	size_t count;
};

static void compile(struct file *ret)
{
	char path[] = "/tmp/pagewatch-elf-XXXXXX", command[512];
	struct stat stat;
	int fd = mkstemp(path);
	FILE *compiler;

	assert_true(fd >= 0);
	snprintf(command, sizeof(command), "gcc -g -O0 -x c - -o %s", path);
	compiler = popen(command, "w");
	assert_non_null(compiler);
	assert_true(fputs(SOURCE, compiler) >= 0);
	assert_int_equal(pclose(compiler), 0);
	close(fd);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &stat), 0);
	ret->count = (size_t)stat.st_size;
	ret->bytes = malloc(ret->count);
	assert_int_equal(read(fd, ret->bytes, ret->count), (ssize_t)ret->count);
	close(fd);
	unlink(path);
}

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed >> 33;
}

/* The numbers that break sums and products, and those that nobody thought of. */
static uint64_t forged(uint64_t *seed)
{
	static const uint64_t bad[] = {
		0,	   1,	       0x7f,	  0x80,	      0xffff,
		INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX, UINT64_MAX - 7
	};
	size_t count = sizeof(bad) / sizeof(bad[0]), i = next_random(seed) % (2 * count);

	return i < count ? bad[i] : next_random(seed) << (next_random(seed) % 34);
}

static void mutate(uint8_t *bytes, size_t count, uint64_t *seed)
{
	uint64_t changes = 1 + next_random(seed) % 8;
	/* Half of them where all else begins: the headers, first and last. */
	size_t from = 0, span = count;

	if (next_random(seed) % 2) {
		span = 2048;
		from = next_random(seed) % 2 ? 0 : count - span;
	}
	while (changes--) {
		size_t width = (size_t)1 << next_random(seed) % 4;
		size_t at = from + next_random(seed) % (span - width);
		uint64_t value = forged(seed);

		memcpy(bytes + at, &value, width);
	}
}

static void play(const uint8_t *bytes, size_t count, struct exercise *exercise)
{
	int fd = memfd_create("elf", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, count), (ssize_t)count);
	exercise_elf(fd, exercise_now_ns() + 200000000u, exercise);
	close(fd);
}

static void whole_file(void **state)
{
	struct exercise exercise;
	struct file file;

	(void)state;
	compile(&file);
	play(file.bytes, file.count, &exercise);
	assert_true(exercise.symbols > 20);
	/* rows, points, cells, pointer */
	assert_true(exercise.shapes >= 4);
	free(file.bytes);
}

static void forged_files(void **state)
{
	struct exercise exercise;
	uint64_t seed = 20240917, worst_ns = 0, alive = 0;
	struct file file;
	uint8_t *copy;
	unsigned int i;

	(void)state;
	compile(&file);
	copy = malloc(file.count);
	assert_non_null(copy);
	for (i = 0; i < MUTATIONS; i++) {
		size_t count = i % 4 ? file.count : next_random(&seed) % file.count;
		uint64_t began = exercise_now_ns(), took;

		memcpy(copy, file.bytes, file.count);
		if (i % 4)
			mutate(copy, file.count, &seed);
		play(copy, count, &exercise);
		took = exercise_now_ns() - began;
		worst_ns = took > worst_ns ? took : worst_ns;
		alive += exercise.shapes > 0;
	}
	printf("# worst %.1f ms; %llu of %u files still told shapes\n", (double)worst_ns / 1e6,
	       (unsigned long long)alive, MUTATIONS);
	/* Two seconds are the budget of a look. */
	assert_true(worst_ns < 2000000000u);
	/* Files that are refused at once would prove nothing. */
	assert_true(alive > MUTATIONS / 8);
	free(copy);
	free(file.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_file),
		cmocka_unit_test(forged_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
