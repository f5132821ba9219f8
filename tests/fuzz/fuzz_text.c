/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What a user types and what a target calls itself: base/parse and base/format. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void need(bool ok)
{
	if (!ok)
		abort();
}

/* A failing parser leaves its result alone. */
static void fuzz_parsers(const char *text)
{
	const uint64_t untouched = 0x5eed5eed5eed5eedull;
	uint64_t value = untouched;

	need(!parse_u64(text, 3, 1000003, &value) ? value >= 3 && value <= 1000003
						  : value == untouched);
	value = untouched;
	need(!parse_address(text, &value) || value == untouched);
	value = untouched;
	need(!parse_bytes(text, &value) || value == untouched);
	value = untouched;
	need(!parse_duration(text, &value) ? value >= 1000000 && value <= 86400000000000ull
					   : value == untouched);
}

/* Whatever the name, the result fits, ends, and cannot steer a terminal. */
static void fuzz_format(const char *name, size_t size)
{
	char *buffer = malloc(size);
	size_t i;

	need(buffer && format_name(name, buffer, size) == buffer);
	need(memchr(buffer, '\0', size));
	for (i = 0; buffer[i]; i++)
		need((unsigned char)buffer[i] >= 0x20 && buffer[i] != 0x7f);
	free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	char *text;

	if (!bytes)
		return 0;
	text = malloc(bytes);
	need(text);
	memcpy(text, data + 1, bytes - 1);
	text[bytes - 1] = '\0';
	fuzz_parsers(text);
	fuzz_format(text, data[0] ? data[0] : 1);
	fuzz_format(text, 4 * bytes + 8);
	free(text);
	return 0;
}
