/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What a process writes into its /proc files through its paths and its comm. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collect/proc/maps_text.h"
#include "collect/proc/proc_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void need(bool ok)
{
	if (!ok)
		abort();
}

static char *copy(const uint8_t *data, size_t bytes)
{
	char *text = malloc(bytes + 1);

	need(text);
	memcpy(text, data, bytes);
	text[bytes] = '\0';
	return text;
}

static void fuzz_maps(const uint8_t *data, size_t bytes)
{
	char *line = copy(data, bytes);
	size_t length = strlen(line);
	struct vma vma = { 0 };

	if (!maps_line_parse(line, &vma)) {
		need(vma.start < vma.end);
		need(vma.path >= line && vma.path <= line + length);
	}
	free(line);
}

static void fuzz_stat(const uint8_t *data, size_t bytes)
{
	char *text = copy(data, bytes);
	struct proc_stat stat;
	uint64_t number;

	memset(&stat, 0x55, sizeof(stat));
	if (!proc_stat_parse(text, &stat))
		need(memchr(stat.comm, '\0', sizeof(stat.comm)));
	proc_status_number(text, "VmRSS", &number);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	fuzz_maps(data, bytes);
	fuzz_stat(data, bytes);
	return 0;
}
