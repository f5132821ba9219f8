/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include <errno.h>

#include "base/format.h"
#include "render/check.h"

#define SAFE_BYTES 512u

/* '#' would begin a directive in a description. */
static void put_text(const char *text, FILE *out)
{
	char safe[2048];
	const char *at;

	for (at = format_line(text, safe, sizeof(safe)); *at; at++) {
		if (*at == '#')
			fputc('\\', out);
		fputc(*at, out);
	}
}

static void put_miss(void *ctx, const char *name, const char *words)
{
	char safe[SAFE_BYTES];
	FILE *out = ctx;

	fprintf(out, "# %s: %s\n", format_line(name, safe, sizeof(safe)), words);
}

static int put_diagnostics(const struct check_item *item, FILE *out)
{
	char safe[SAFE_BYTES];
	int err = check_each_miss(item, put_miss, out);

	if (!err && item->result.reason)
		fprintf(out, "# cannot tell: %s\n",
			format_line(item->result.reason, safe, sizeof(safe)));
	return err;
}

int check_render_tap(const struct checks *checks, FILE *out)
{
	bool status = checks->has_command && checks->expected_status >= 0;
	size_t number = 0, i;
	int err = 0;

	fprintf(out, "TAP version 13\n1..%zu\n", checks->count + status);
	if (status)
		fprintf(out, "%sok %zu - the command exits %d\n",
			checks__status_verdict(checks) == EXPECT_HOLDS ? "" : "not ", ++number,
			checks->expected_status);
	for (i = 0; !err && i < checks->count; i++) {
		const struct check_item *item = &checks->items[i];

		fprintf(out, "%sok %zu - ", item->result.verdict == EXPECT_HOLDS ? "" : "not ",
			++number);
		put_text(item->expectation.text, out);
		fputc('\n', out);
		err = put_diagnostics(item, out);
	}
	return err ? err : ferror(out) ? -EIO : 0;
}
