/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/option_text.h"

#include <string.h>

#include "commands/option_table.h"

#define HELP_COLUMN 26
#define USAGE_COLUMNS 42

const struct option_command option_commands[] = {
	{ "watch", "sudo pagewatch -p PID [OPTIONS]", "watch a process, live on a terminal" },
	{ "snap", "pagewatch snap -p PID [OPTIONS]", "one snapshot; own processes: no root" },
	{ "run", "sudo pagewatch run [OPTIONS] [--] CMD...",
	  "watch CMD from its first instruction" },
	{ "probe", "pagewatch probe [--json] [-o FILE]", "what works on this machine" },
	{ "check", "pagewatch check (-p PID | [OPTIONS] -- CMD...) -e EXPR... | -f FILE",
	  "test expectations, without root" },
	{ "record", "sudo pagewatch record -o FILE (-p PID | [OPTIONS] -- CMD...)",
	  "record moments into a file" },
	{ "report", "pagewatch report FILE... [OPTIONS]", "show what a recording has" },
	{ "diff", "pagewatch diff FILE [FILE] [OPTIONS]", "what changed between two moments" },
	{ "file", "pagewatch file PATH... [OPTIONS]", "what data files have in memory" },
	{ NULL, NULL, NULL },
};
_Static_assert(OPTIONS_WATCH == 1 << 0 && OPTIONS_SNAP == 1 << 1 && OPTIONS_RUN == 1 << 2 &&
		       OPTIONS_PROBE == 1 << 3 && OPTIONS_CHECK == 1 << 4 &&
		       OPTIONS_RECORD == 1 << 5 && OPTIONS_REPORT == 1 << 6 &&
		       OPTIONS_DIFF == 1 << 7 && OPTIONS_FILE == 1 << 8,
	       "names in the order of the bits");

/* --- --help */

void option_text__usages(struct text_buffer *text, unsigned int commands)
{
	const struct option_command *command;
	size_t i;

	for (i = 0; option_commands[i].name; i++) {
		command = &option_commands[i];
		if (!(commands >> i & 1))
			continue;
		if (strlen(command->usage) >= USAGE_COLUMNS)
			text_buffer__addf(text, "  %s\n  %*s%s\n", command->usage, USAGE_COLUMNS,
					  "", command->help);
		else
			text_buffer__addf(text, "  %-*s%s\n", USAGE_COLUMNS, command->usage,
					  command->help);
	}
}

static void help_row(struct text_buffer *text, const struct option_row *row)
{
	size_t start = text->length, used;

	text_buffer__add(text, "  ");
	if (row->letter)
		text_buffer__addf(text, "-%c, ", row->letter);
	text_buffer__addf(text, "--%s", row->name);
	if (row->value)
		text_buffer__addf(text, row->may_be_bare ? "[=%s]" : " %s", row->value);
	used = text->length - start;
	if (used > HELP_COLUMN - 2)
		text_buffer__addf(text, "\n%*s", HELP_COLUMN, "");
	else
		text_buffer__addf(text, "%*s", (int)(HELP_COLUMN - used), "");
	text_buffer__addf(text, "%s\n", row->help);
}

static void help_group(struct text_buffer *text, const struct option_group *group,
		       unsigned int commands)
{
	bool begun = false;
	size_t i;

	for (i = 0; i < group->count; i++) {
		if (!(group->rows[i].commands & commands))
			continue;
		if (!begun)
			text_buffer__addf(text, "\n%s:\n", group->title);
		begun = true;
		help_row(text, &group->rows[i]);
	}
}

void option_text__help(struct text_buffer *text, unsigned int commands)
{
	size_t i;

	for (i = 0; option_groups[i]; i++)
		help_group(text, option_groups[i], commands);
}

/* --- the man page */

static void manual_value(struct text_buffer *text, const struct option_row *row)
{
	size_t i;

	if (row->syntax)
		text_buffer__addf(text, " %s", row->syntax);
	else if (row->may_be_bare)
		text_buffer__addf(text, "[=_%s_]", row->value);
	else if (row->words)
		for (i = 0; row->words[i]; i++)
			text_buffer__addf(text, "%s*%s*", i ? "|" : " ", row->words[i]);
	else if (row->value)
		text_buffer__addf(text, " _%s_", row->value);
}

static void manual_lines(struct text_buffer *text, const char *lines)
{
	while (*lines) {
		size_t length = strcspn(lines, "\n");

		text_buffer__add(text, "\t");
		text_buffer__add_bytes(text, lines, length);
		text_buffer__add(text, "\n");
		lines += length + (lines[length] == '\n');
	}
}

static void manual_commands(struct text_buffer *text, unsigned int commands)
{
	bool begun = false;
	size_t i;

	if (commands == OPTIONS_ALL)
		return;
	for (i = 0; option_commands[i].name; i++) {
		if (!(commands >> i & 1))
			continue;
		text_buffer__addf(text, begun ? ", *%s*" : "\t(*%s*", option_commands[i].name);
		begun = true;
	}
	text_buffer__add(text, ")\n");
}

static void manual_row(struct text_buffer *text, const struct option_row *row)
{
	text_buffer__add(text, "\n");
	if (row->letter)
		text_buffer__addf(text, "*-%c*, ", row->letter);
	text_buffer__addf(text, "*--%s*", row->name);
	manual_value(text, row);
	text_buffer__add(text, "\n");
	manual_lines(text, row->manual);
	manual_commands(text, row->commands);
	if (!row->manual2)
		return;
	text_buffer__addf(text, "\n*--%s* %s\n", row->name, row->syntax2);
	manual_lines(text, row->manual2);
}

void option_text__manual(struct text_buffer *text)
{
	size_t i, j;

	for (i = 0; option_groups[i]; i++) {
		text_buffer__addf(text, "%s## %s\n", i ? "\n" : "", option_groups[i]->title);
		for (j = 0; j < option_groups[i]->count; j++)
			manual_row(text, &option_groups[i]->rows[j]);
	}
}

/* --- completion */

void option_text__quote(struct text_buffer *text, const char *words, const char *escaped)
{
	bool blank = false;

	for (; *words; words++) {
		if (*words == ' ' || *words == '\n') {
			blank = true;
			continue;
		}
		if (blank)
			text_buffer__add(text, " ");
		blank = false;
		if (*words == '\'')
			text_buffer__add(text, "'\\''");
		else
			text_buffer__addf(text, strchr(escaped, *words) ? "\\%c" : "%c", *words);
	}
}
