/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "render/check.h"

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

static int put_diagnostics(const struct checks *checks, const struct check_item *item, FILE *out)
{
	const struct expect_result *result = &item->result;
	char name[512];
	size_t i;

	for (i = 0; i < result->count; i++) {
		const struct expect_finding *finding = &result->findings[i];
		uint64_t page_bytes =
			checks->moments[item->moment].snapshot->environment.page_bytes;
		char *words;

		if (finding->verdict == EXPECT_HOLDS)
			continue;
		words = check_describe(&item->expectation, finding, page_bytes);
		if (!words)
			return -ENOMEM;
		fprintf(out, "# %s: %s\n",
			finding->row ? format_name(finding->row->desc.name, name, sizeof(name))
				     : "process",
			words);
		free(words);
	}
	if (result->reason)
		fprintf(out, "# cannot tell: %s\n",
			format_line(result->reason, name, sizeof(name)));
	return 0;
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
		err = put_diagnostics(checks, item, out);
	}
	return err ? err : ferror(out) ? -EIO : 0;
}
