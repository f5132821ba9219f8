/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/option_text.h"

#include <string.h>

#include "commands/option_table.h"

#define HELP_COLUMN 26

const char *const option_commands[] = { "watch",  "snap",   "run",  "probe", "check",
					"record", "report", "diff", NULL };
_Static_assert(OPTIONS_WATCH == 1 << 0 && OPTIONS_SNAP == 1 << 1 && OPTIONS_RUN == 1 << 2 &&
		       OPTIONS_PROBE == 1 << 3 && OPTIONS_CHECK == 1 << 4 &&
		       OPTIONS_RECORD == 1 << 5 && OPTIONS_REPORT == 1 << 6 &&
		       OPTIONS_DIFF == 1 << 7,
	       "names in the order of the bits");

/* --- --help */

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
	for (i = 0; option_commands[i]; i++) {
		if (!(commands >> i & 1))
			continue;
		text_buffer__addf(text, begun ? ", *%s*" : "\t(*%s*", option_commands[i]);
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

static void bash_names(struct text_buffer *text, const struct option_row *row, const char *between)
{
	if (row->letter)
		text_buffer__addf(text, "-%c%s", row->letter, between);
	text_buffer__addf(text, "--%s", row->name);
}

static void bash_command(struct text_buffer *text, size_t index)
{
	const struct option_row *row;
	size_t i;

	text_buffer__addf(text, "\t%s) options='", option_commands[index]);
	for (i = 0; (row = option_at(i)); i++) {
		if (!(row->commands >> index & 1))
			continue;
		text_buffer__add(text, i ? " " : "");
		bash_names(text, row, " ");
	}
	text_buffer__add(text, "' ;;\n");
}

static void bash_value(struct text_buffer *text, const struct option_row *row)
{
	static const char *const replies[] = {
		[COMPLETE_NOTHING] = "COMPREPLY=()",
		[COMPLETE_FILES] = "COMPREPLY=($(compgen -f -- \"$word\"))",
		[COMPLETE_USERS] = "COMPREPLY=($(compgen -u -- \"$word\"))",
		[COMPLETE_PIDS] = "COMPREPLY=($(compgen -W \"$(cd /proc; echo [0-9]*)\" -- $word))",
	};
	size_t i;

	/* An optional value is only accepted after '='. */
	if (!row->value || row->may_be_bare)
		return;
	text_buffer__add(text, "\t");
	bash_names(text, row, "|");
	text_buffer__add(text, ") ");
	if (row->words) {
		text_buffer__add(text, "COMPREPLY=($(compgen -W '");
		for (i = 0; row->words[i]; i++)
			text_buffer__addf(text, "%s%s", i ? " " : "", row->words[i]);
		text_buffer__add(text, "' -- \"$word\"))");
	} else {
		text_buffer__add(text, replies[row->completion]);
	}
	text_buffer__add(text, "; return ;;\n");
}

static const char bash_begin[] =
	"# bash completion for pagewatch; made by pagewatch --generate bash\n"
	"_pagewatch()\n"
	"{\n"
	"\tlocal word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
	"\tlocal command=watch options i\n"
	"\n"
	"\t# --name=value comes as three words.\n"
	"\tif [[ $word == = ]]; then\n"
	"\t\tword=\n"
	"\telif [[ $previous == = ]]; then\n"
	"\t\tprevious=${COMP_WORDS[COMP_CWORD-2]}\n"
	"\tfi\n"
	"\tif ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} != -* ]]; then\n"
	"\t\tcommand=${COMP_WORDS[1]}\n"
	"\tfi\n"
	"\t# Behind -- stands a command of somebody else's.\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tif [[ ${COMP_WORDS[i]} == -- ]]; then\n"
	"\t\t\tCOMPREPLY=($(compgen -c -f -- \"$word\"))\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tcase $previous in\n";

static const char bash_middle[] = "\tesac\n"
				  "\tcase $command in\n";

void option_text__bash(struct text_buffer *text)
{
	const struct option_row *row;
	size_t i;

	text_buffer__add(text, bash_begin);
	for (i = 0; (row = option_at(i)); i++)
		bash_value(text, row);
	text_buffer__add(text, bash_middle);
	for (i = 0; option_commands[i]; i++)
		bash_command(text, i);
	text_buffer__add(text, "\tesac\n\tif ((COMP_CWORD == 1)); then\n\t\toptions+='");
	for (i = 0; option_commands[i]; i++)
		text_buffer__addf(text, " %s", option_commands[i]);
	text_buffer__add(text, "'\n\tfi\n"
			       "\tif [[ $command == @(record|report|diff) && $word != -* ]]; then\n"
			       "\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n"
			       "\telif [[ $command == run && $word != -* ]]; then\n"
			       "\t\tCOMPREPLY=($(compgen -c -f -- \"$word\"))\n"
			       "\telse\n"
			       "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
			       "\tfi\n"
			       "}\n"
			       "complete -o filenames -F _pagewatch pagewatch\n");
}
