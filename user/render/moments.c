/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "render/moments.h"

#include <errno.h>
#include <inttypes.h>

#include "base/format.h"
#include "model/moment_lists.h"
#include "render/json_out.h"
#include "render/name_cut.h"
#include "render/text_priv.h"
#include "version.h"

/* "     1      0.512 s   23.0 MiB  peak" */
static int put_moment(const struct text *text, const struct moment *moment, size_t number)
{
	uint64_t at_ms = moment->header.since_start_ns / 1000000u, pages;
	char bytes[FORMAT_BYTES_MAX], seconds[32], name[256], words[512];
	int err = moment__rss(moment, NULL, &pages);

	if (err)
		return err;
	snprintf(seconds, sizeof(seconds), "%" PRIu64 ".%03" PRIu64 " s", at_ms / 1000,
		 at_ms % 1000);
	fprintf(text->out, "%6zu %12s %10s  ", number, seconds,
		format_bytes(pages * moment->header.environment.page_bytes, bytes));
	snprintf(words, sizeof(words), "%s%s%s", moment_reason_name(moment->header.reason),
		 moment->header.checkpoint ? " " : "",
		 moment->header.checkpoint
			 ? format_name(moment->header.checkpoint, name, sizeof(name))
			 : "");
	text_name(text, words, 0, name_columns(words));
	fputc('\n', text->out);
	return 0;
}

int text_moments(const struct text *text, const struct moments *moments)
{
	const struct moment *moment;
	size_t i;
	int err = 0;

	text_style(text, STYLE_HEAD);
	fprintf(text->out, "%6s %12s %10s  %s\n", "MOMENT", "TIME", "RESIDENT", "WHY");
	text_style(text, STYLE_PLAIN);
	for (i = 0; !err && i < moments->count; i++) {
		err = moments->at(moments->from, i, &moment);
		if (!err)
			err = put_moment(text, moment, i + 1);
	}
	return err;
}

int moments_text(const struct moments *moments, const struct view *view, FILE *out)
{
	const struct text text = { .view = view, .out = out };
	int err = text_moments(&text, moments);

	return err ? err : ferror(out) ? -EIO : 0;
}

static int put_item(struct json_out *json, const struct moment *moment, size_t number)
{
	const struct moment_header *header = &moment->header;
	uint64_t pages;
	int err = moment__rss(moment, NULL, &pages);

	if (err)
		return err;
	json_open(json, NULL, '{');
	json_count(json, "moment", number);
	json_words(json, "reason", moment_reason_name(header->reason));
	json_text(json, "checkpoint", header->checkpoint);
	json_count(json, "time_unix_ns", header->time_unix_ns);
	json_count(json, "since_start_ns", header->since_start_ns);
	json_count(json, "processes", moment->process_count);
	json_count(json, "rss_bytes", pages * header->environment.page_bytes);
	json_bool(json, "complete", header->complete);
	json_close(json, '}');
	return 0;
}

int moments_json(const struct moments *moments, const char *file, FILE *out)
{
	struct json_out json = { .out = out };
	const struct moment *moment;
	size_t i;
	int err = 0, ended;

	json_open_report(&json, NULL, "moments", PAGEWATCH_VERSION);
	json_text(&json, "file", file);
	json_open(&json, "moments", '[');
	for (i = 0; !err && i < moments->count; i++) {
		err = moments->at(moments->from, i, &moment);
		if (!err)
			err = put_item(&json, moment, i + 1);
	}
	json_close(&json, ']');
	json_close(&json, '}');
	ended = json_end(&json);
	return err ? err : ended;
}
