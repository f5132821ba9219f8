/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A recording in which the input replaces bytes: refused, or moments that can be encoded. By chance
 * alone no input is ever a database.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "model/moment_codec.h"
#include "store/recorded.h"
#include "store/recording.h"
#include "tests/unit/sample_moment.h"

#define MOMENTS 3

/* As the input has it. */
struct patch {
	uint64_t value;
	uint32_t offset;
	uint8_t page; /* of the file, or 255: by the offset alone */
	uint8_t bytes;
};

static char *real;
static size_t real_bytes;
static char path[] = "/tmp/fuzz_recording.XXXXXX";
static int fd;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void ignore_line(void *ctx, const char *line, size_t length)
{
	(void)ctx;
	(void)line;
	(void)length;
}

/* How many moments could be read. */
static size_t read_moments(void)
{
	const struct moment *moment;
	struct recorded *recorded;
	struct moments moments;
	size_t i, good = 0, bytes;
	char *encoded;

	if (recorded__open(path, &recorded))
		return 0;
	moments = recorded__moments(recorded);
	for (i = 0; i < moments.count && i < MOMENTS; i++) {
		if (moments.at(moments.from, i, &moment))
			continue;
		require(!moment_codec__encode(moment, &encoded, &bytes));
		free(encoded);
		good++;
	}
	recorded__free(recorded);
	return good;
}

static void remove_file(void)
{
	unlink(path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct recording_origin origin = { "host", NULL };
	struct recording *recording;
	struct moment moment;
	struct stat status;
	int i;

	(void)argc;
	(void)argv;
	log_divert(ignore_line, NULL);
	fd = mkstemp(path);
	require(fd >= 0 && !atexit(remove_file) && !recording__create(path, &origin, &recording));
	for (i = 0; i < MOMENTS; i++) {
		sample_moment(&moment);
		moment.header.since_start_ns = (uint64_t)i;
		moment.processes[0].header.retired->pages_touched = (uint64_t)i;
		require(!recording__add(recording, &moment));
		moment__deinit(&moment);
	}
	recording__free(recording);
	require(!fstat(fd, &status));
	real_bytes = (size_t)status.st_size;
	real = malloc(real_bytes);
	require(real && pread(fd, real, real_bytes, 0) == (ssize_t)real_bytes);
	require(read_moments() == MOMENTS);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct patch patch;
	size_t i, offset;

	require(!ftruncate(fd, (off_t)real_bytes));
	require(pwrite(fd, real, real_bytes, 0) == (ssize_t)real_bytes);
	for (i = 0; i + sizeof(patch) <= size; i += sizeof(patch)) {
		memcpy(&patch, data + i, sizeof(patch));
		offset = patch.page == 255 ? patch.offset
					   : patch.page * 4096u + patch.offset % 4096;
		require(pwrite(fd, &patch.value, 1 + patch.bytes % 8,
			       (off_t)(offset % real_bytes)) > 0);
	}
	read_moments();
	return 0;
}
