/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The options of `pagewatch check`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/log.h"
#include "base/parse.h"
#include "commands/option_values.h"

#define LINE_MAX_BYTES 65536

/* The expectation, and a caret below the column that is wrong. */
static int report_error(const char *source, const char *text, const struct expect_error *error)
{
	char safe[1024];

	log_error("%s:%u: %s", source, error->column, error->message);
	fprintf(stderr, "  %s\n  %*s^\n", format_line(text, safe, sizeof(safe)),
		(int)error->column - 1, "");
	return STATUS_USAGE;
}

static int add(struct options *options, const char *text, const char *source)
{
	struct expect_error error;
	int err = checks__add(&options->checks, text, source, &error);

	if (err == -EINVAL)
		return report_error(source, text, &error);
	return err ? STATUS_INTERNAL : -1;
}

int option_expect(struct options *options, const char *text)
{
	return add(options, text, "-e");
}

static bool is_blank_or_comment(const char *line)
{
	line += strspn(line, " \t");
	return !*line || *line == '#';
}

static int read_lines(struct options *options, const char *path, FILE *file)
{
	char line[LINE_MAX_BYTES], source[512];
	unsigned int number = 0;
	int status = -1;

	while (status < 0 && fgets(line, sizeof(line), file)) {
		size_t length = strcspn(line, "\r\n");

		snprintf(source, sizeof(source), "%s:%u", path, ++number);
		if (!line[length] && !feof(file)) {
			log_error("%s: the line is too long", source);
			return STATUS_USAGE;
		}
		line[length] = '\0';
		if (!is_blank_or_comment(line))
			status = add(options, line, source);
	}
	if (status < 0 && ferror(file)) {
		log_error("cannot read %s: %s", path, strerror(errno));
		return STATUS_INTERNAL;
	}
	return status;
}

int option_expect_file(struct options *options, const char *path)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	int status;

	if (!file) {
		log_error("cannot read %s: %s", path, strerror(errno));
		return STATUS_USAGE;
	}
	status = read_lines(options, path, file);
	if (file != stdin)
		fclose(file);
	return status;
}

int option_expect_status(struct options *options, const char *text)
{
	uint64_t status;

	options->expect_any_status = !strcmp(text, "any");
	if (options->expect_any_status)
		return -1;
	if (parse_u64(text, 0, 255, &status))
		return usage_error("--expect-status '%s' is neither 0 to 255 nor any", text);
	options->expect_status = (uint32_t)status;
	return -1;
}

int option_format(struct options *options, const char *text)
{
	static const char *const words[] = { "text", "tap", "json", "junit", NULL };
	int index = 0, status = option_choose("format", text, words, &index);

	options->format = (enum check_format)index;
	return status;
}

int option_at(struct options *options, const char *text)
{
	const char *colon = strrchr(text, ':');

	if (!*text || colon == text || (colon && !colon[1]))
		return usage_error("--at '%s' is not BINARY:SYMBOL", text);
	options->stop_at = text;
	return -1;
}
