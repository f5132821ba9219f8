/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Completion for bash. */
#include "commands/option_table.h"
#include "commands/option_text.h"

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

	text_buffer__addf(text, "\t%s) options='", option_commands[index].name);
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
	for (i = 0; option_commands[i].name; i++)
		bash_command(text, i);
	text_buffer__add(text, "\tesac\n\tif ((COMP_CWORD == 1)); then\n\t\toptions+='");
	for (i = 0; option_commands[i].name; i++)
		text_buffer__addf(text, " %s", option_commands[i].name);
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
