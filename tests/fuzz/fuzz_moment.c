/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Bytes of a moment: refused, or a moment that can be shown in every way and written again. They are
 * the input, and then those of a real moment in which the input replaces some: by chance alone no
 * input is ever accepted.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/moment_codec.h"
#include "render/renderer.h"
#include "tests/unit/sample_moment.h"

/* As the input has it. */
struct patch {
	uint64_t value;
	uint16_t offset;
	uint8_t how;
};

enum how { ONE_BYTE, EIGHT_BYTES, PLUS_VALUE, CUT, HOWS };

static char *real;
static size_t real_bytes;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *show_moment(const struct moment *moment, const char *name, const struct view *view)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	if (!out)
		abort();
	renderer_find(name)->render(moment, view, out);
	fclose(out);
	return text;
}

static void show_all(const struct moment *moment, const struct moment *again)
{
	static const struct view views[] = {
		{ .width = 40, .order = ROW_BY_RESIDENT, .top = 3 },
		{ .width = 97, .detail = true, .pages = true, .retired = 5 },
	};
	static const char *const names[] = { "text", "json" };
	size_t i;

	for (i = 0; i < 4; i++) {
		char *left = show_moment(moment, names[i / 2], &views[i % 2]);
		char *right = show_moment(again, names[i / 2], &views[i % 2]);

		if (strcmp(left, right))
			abort();
		free(left);
		free(right);
	}
}

/* Whether they were accepted. */
static bool read_and_show(const void *data, size_t size)
{
	struct moment moment, again = { 0 };
	int err = moment_codec__decode(data, size, &moment);
	size_t count;
	char *bytes;

	if (!err) {
		if (moment_codec__encode(&moment, &bytes, &count) ||
		    moment_codec__decode(bytes, count, &again))
			abort();
		free(bytes);
		show_all(&moment, &again);
	}
	moment__deinit(&again);
	moment__deinit(&moment);
	return !err;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct moment moment;

	(void)argc;
	(void)argv;
	sample_moment(&moment);
	if (moment_codec__encode(&moment, &real, &real_bytes) || !read_and_show(real, real_bytes))
		abort();
	moment__deinit(&moment);
	return 0;
}

static void apply_patch(const struct patch *patch, char *bytes, size_t *count)
{
	size_t offset = patch->offset % *count, room = *count - offset;
	uint64_t value = patch->value;
	size_t most = room < sizeof(value) ? room : sizeof(value);

	switch ((enum how)(patch->how % HOWS)) {
	case ONE_BYTE:
		bytes[offset] = (char)value;
		break;
	case PLUS_VALUE:
		value = 0;
		memcpy(&value, bytes + offset, most);
		value += (uint64_t)(int8_t)patch->value;
		memcpy(bytes + offset, &value, most);
		break;
	case EIGHT_BYTES:
		memcpy(bytes + offset, &value, most);
		break;
	case CUT:
		*count = offset + 1;
		break;
	case HOWS:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t count = real_bytes, i;
	struct patch patch;
	char *bytes = malloc(count);

	if (!bytes)
		abort();
	memcpy(bytes, real, count);
	for (i = 0; i + sizeof(patch) <= size; i += sizeof(patch)) {
		memcpy(&patch, data + i, sizeof(patch));
		apply_patch(&patch, bytes, &count);
	}
	/* An end that is read past is found behind the allocation alone. */
	bytes = realloc(bytes, count);
	if (!bytes)
		abort();
	read_and_show(bytes, count);
	free(bytes);
	read_and_show(data, size);
	return 0;
}
