/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Completion for zsh: a specification of _arguments for each option. */
#include "commands/option_table.h"
#include "commands/option_text.h"

/* What follows the help, up to the closing quote: the value's name and what completes it. */
static void zsh_value(struct text_buffer *text, const struct option_row *row)
{
	static const char *const actions[] = {
		[COMPLETE_NOTHING] = " ",
		[COMPLETE_FILES] = "_files",
		[COMPLETE_USERS] = "_users",
		[COMPLETE_PIDS] = "_pids",
	};
	size_t i;

	if (row->value) {
		text_buffer__addf(text, "%s:%s:", row->may_be_bare ? ":" : "", row->value);
		if (row->words) {
			for (i = 0; row->words[i]; i++)
				text_buffer__addf(text, "%s%s", i ? " " : "(", row->words[i]);
			text_buffer__add(text, ")");
		} else {
			text_buffer__add(text, actions[row->completion]);
		}
	}
	text_buffer__add(text, "'");
}

static void zsh_row(struct text_buffer *text, const struct option_row *row)
{
	const char *sign = row->may_be_bare ? "=-" : row->value ? "=" : "";

	text_buffer__add(text, "\t\t");
	/* One that has a parser of its own may be given again. */
	if (row->kind == OPTION_OWN || row->kind == OPTION_TIMES)
		text_buffer__add(text, "'*'");
	else if (row->letter)
		text_buffer__addf(text, "'(-%c --%s)'", row->letter, row->name);
	if (row->letter)
		text_buffer__addf(text, "{-%c%s,--%s%s}", row->letter, row->value ? "+" : "",
				  row->name, sign);
	else
		text_buffer__addf(text, "--%s%s", row->name, sign);
	/* _arguments has signs of its own. */
	text_buffer__add(text, "'[");
	option_text__quote(text, row->help, "[]:\\");
	text_buffer__add(text, "]");
	zsh_value(text, row);
	text_buffer__add(text, "\n");
}

static const char zsh_begin[] = "#compdef pagewatch\n"
				"# zsh completion for pagewatch; made by pagewatch --generate zsh\n"
				"_pagewatch()\n"
				"{\n"
				"\tlocal command=watch\n"
				"\tlocal -a verbs options\n"
				"\n"
				"\tverbs=(\n";

static const char zsh_middle[] = "\t)\n"
				 "\tif (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then\n"
				 "\t\t_describe -t commands command verbs\n"
				 "\t\treturn\n"
				 "\tfi\n"
				 "\tif [[ $words[2] != -* ]]; then\n"
				 "\t\tcommand=$words[2]\n"
				 "\t\tshift words\n"
				 "\t\t(( CURRENT-- ))\n"
				 "\tfi\n"
				 "\tcase $command in\n";

static const char zsh_end[] =
	"\tesac\n"
	"\tcase $command in\n"
	"\trun | check | record)\n"
	"\t\toptions+=('(-)1:command: _command_names -e' '*::argument: _normal') ;;\n"
	"\treport | diff) options+=('*:recording:_files') ;;\n"
	"\tesac\n"
	"\t_arguments -s -S $options\n"
	"}\n"
	"_pagewatch \"$@\"\n";

void option_text__zsh(struct text_buffer *text)
{
	const struct option_row *row;
	size_t i, j;

	text_buffer__add(text, zsh_begin);
	for (i = 0; option_commands[i].name; i++)
		text_buffer__addf(text, "\t\t'%s:%s'\n", option_commands[i].name,
				  option_commands[i].help);
	text_buffer__add(text, zsh_middle);
	for (i = 0; option_commands[i].name; i++) {
		text_buffer__addf(text, "\t%s) options=(\n", option_commands[i].name);
		for (j = 0; (row = option_at(j)); j++) {
			if (row->commands >> i & 1)
				zsh_row(text, row);
		}
		text_buffer__add(text, "\t\t) ;;\n");
	}
	text_buffer__add(text, zsh_end);
}
