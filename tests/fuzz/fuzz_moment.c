/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Bytes of a moment: refused, or a moment that can be shown in every way and written again. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/moment_codec.h"
#include "render/renderer.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct moment moment, again = { 0 };
	size_t count;
	char *bytes;

	if (!moment_codec__decode(data, size, &moment)) {
		if (moment_codec__encode(&moment, &bytes, &count) ||
		    moment_codec__decode(bytes, count, &again))
			abort();
		free(bytes);
		show_all(&moment, &again);
	}
	moment__deinit(&again);
	moment__deinit(&moment);
	return 0;
}
