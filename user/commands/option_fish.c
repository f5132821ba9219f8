/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Completion for fish: a line for each option, with the commands that take it. */
#include "commands/option_table.h"
#include "commands/option_text.h"

static void fish_value(struct text_buffer *text, const struct option_row *row)
{
	static const char *const replies[] = {
		[COMPLETE_NOTHING] = " -x",
		[COMPLETE_FILES] = " -r -F",
		[COMPLETE_USERS] = " -x -a '(__fish_complete_users)'",
		[COMPLETE_PIDS] = " -x -a '(__fish_complete_pids)'",
	};
	size_t i;

	/* An optional value is only accepted after '='. */
	if (!row->value || row->may_be_bare)
		return;
	if (!row->words) {
		text_buffer__add(text, replies[row->completion]);
		return;
	}
	for (i = 0; row->words[i]; i++)
		text_buffer__addf(text, "%s%s", i ? " " : " -x -a '", row->words[i]);
	text_buffer__add(text, "'");
}

static void fish_row(struct text_buffer *text, const struct option_row *row)
{
	size_t i;

	text_buffer__add(text, "complete -c pagewatch -n '__pagewatch_is");
	for (i = 0; option_commands[i].name; i++) {
		if (row->commands >> i & 1)
			text_buffer__addf(text, " %s", option_commands[i].name);
	}
	text_buffer__add(text, "'");
	if (row->letter)
		text_buffer__addf(text, " -s %c", row->letter);
	text_buffer__addf(text, " -l %s", row->name);
	fish_value(text, row);
	text_buffer__add(text, " -d '");
	option_text__quote(text, row->help, "\\");
	text_buffer__add(text, "'\n");
}

static const char fish_begin[] =
	"# fish completion for pagewatch; made by pagewatch --generate fish\n"
	"\n"
	"# Whether the line has one of these commands, and the cursor is not behind --.\n"
	"function __pagewatch_is\n"
	"    set -l words (commandline -opc)\n"
	"    contains -- -- $words; and return 1\n"
	"    set -l command watch\n"
	"    string match -q -- '-*' \"$words[2]\"; or test -z \"$words[2]\"; or set command $words[2]\n"
	"    contains -- $command $argv\n"
	"end\n"
	"\n"
	"# Whether the cursor is behind --; its command line is completed as one of its own.\n"
	"function __pagewatch_behind\n"
	"    contains -- -- (commandline -opc)\n"
	"end\n"
	"\n"
	"function __pagewatch_complete_behind\n"
	"    set -l words (commandline -opc)\n"
	"    set -e words[1..(contains -i -- -- $words)]\n"
	"    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))\n"
	"end\n"
	"\n"
	"complete -c pagewatch -f\n"
	"complete -c pagewatch -n __pagewatch_behind -x -a '(__pagewatch_complete_behind)'\n"
	"complete -c pagewatch -n '__pagewatch_is run' -x -a '(__fish_complete_command)'\n"
	"complete -c pagewatch -n '__pagewatch_is report diff' -F\n";

void option_text__fish(struct text_buffer *text)
{
	const struct option_row *row;
	size_t i;

	text_buffer__add(text, fish_begin);
	for (i = 0; option_commands[i].name; i++)
		text_buffer__addf(text,
				  "complete -c pagewatch -n __fish_use_subcommand -a %s -d '%s'\n",
				  option_commands[i].name, option_commands[i].help);
	for (i = 0; (row = option_at(i)); i++)
		fish_row(text, row);
}
