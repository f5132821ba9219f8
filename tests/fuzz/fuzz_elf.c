/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The files that a target has mapped: symbols, notes, links, debug information. */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/elf_exercise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct exercise exercise;
	int fd = memfd_create("elf", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, bytes) != (ssize_t)bytes)
		abort();
	exercise_elf(fd, exercise_now_ns() + 200000000u, &exercise);
	close(fd);
	return 0;
}
