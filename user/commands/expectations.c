/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/expectations.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/log.h"
#include "commands/usage.h"

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

static int add_line(struct checks *checks, const char *text, const char *source)
{
	struct expect_error error;
	int err = checks__add(checks, text, source, &error);

	if (err == -EINVAL)
		return report_error(source, text, &error);
	return err ? STATUS_INTERNAL : -1;
}

static bool is_blank_or_comment(const char *line)
{
	line += strspn(line, " \t");
	return !*line || *line == '#';
}

static int add_lines(struct checks *checks, const char *path, FILE *file)
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
			status = add_line(checks, line, source);
	}
	if (status < 0 && ferror(file)) {
		log_error("cannot read %s: %s", path, strerror(errno));
		return STATUS_INTERNAL;
	}
	return status;
}

static int add_file(struct checks *checks, const char *path)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	int status;

	if (!file) {
		log_error("cannot read %s: %s", path, strerror(errno));
		return STATUS_USAGE;
	}
	status = add_lines(checks, path, file);
	if (file != stdin)
		fclose(file);
	return status;
}

int expectations__read(const struct options *options, struct checks *checks)
{
	int status = -1;
	size_t i;

	for (i = 0; status < 0 && i < options->expectation_count; i++) {
		const struct expect_source *source = &options->expectations[i];

		status = source->path ? add_file(checks, source->path)
				      : add_line(checks, source->text, source->typed);
	}
	return status;
}
