/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The options that say where a report goes and what it looks like, and those of all commands. */
#include "commands/option_table.h"

#define LOOKING (OPTIONS_WATCH | OPTIONS_SNAP | OPTIONS_RUN)

static const char *const colors[] = { "auto", "always", "never", NULL };
_Static_assert(COLOR_AUTO == 0 && COLOR_ALWAYS == 1 && COLOR_NEVER == 2,
	       "words in the order of the enum");

static const char *const generated[] = { "man", "bash", NULL };

static const struct option_row rows[] = {
	{
		.name = "json",
		.commands = LOOKING | OPTIONS_PROBE,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, json),
		.help = "a JSON object a report (docs/OUTPUT.md)",
		.manual = "One JSON object a report, a line each; see docs/OUTPUT.md.",
	},
	{
		.name = "output",
		.letter = 'o',
		.commands = OPTIONS_ALL,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, output),
		.completion = COMPLETE_FILES,
		.value = "FILE",
		.help = "the report goes there",
		.manual =
			"The report goes to _FILE_. What the file had before stays until the report\n"
			"is whole: it is written beside it and takes its place. *watch*, and whatever\n"
			"is no plain file of one name in a folder that can be written to, is written\n"
			"in place.",
	},
	{
		.name = "color",
		.commands = LOOKING | OPTIONS_CHECK,
		.kind = OPTION_CHOICE,
		.offset = offsetof(struct options, color),
		.words = colors,
		.value = "WHEN",
		.help = "auto, always or never",
		.manual = "Colour, by default only on a terminal, and not when NO_COLOR is set.",
	},
	{
		.name = "verbose",
		.letter = 'v',
		.commands = OPTIONS_ALL,
		.kind = OPTION_TIMES,
		.offset = offsetof(struct options, verbose),
		.help = "more messages; twice: libbpf's too",
		.manual = "More messages on standard error; twice: those of libbpf too.",
	},
	{
		.name = "generate",
		.commands = OPTIONS_ALL,
		.kind = OPTION_GENERATE,
		.words = generated,
		.value = "WHAT",
		.help = "man: this list in scdoc; bash: completion for bash",
		.manual =
			"Prints this list as source of the man page, or the completion script for bash,\n"
			"and exits.",
	},
	{
		.name = "version",
		.letter = 'V',
		.commands = OPTIONS_ALL,
		.kind = OPTION_VERSION,
		.help = "print the version and exit",
		.manual = "Prints the version and exits.",
	},
	{
		.name = "help",
		.letter = 'h',
		.commands = OPTIONS_ALL,
		.kind = OPTION_HELP,
		.help = "print this; after a command: its own options",
		.manual =
			"Prints a short list of the options, behind a command of those that it takes,\n"
			"and exits.",
	},
};

const struct option_group option_output_group = { "Output", rows, sizeof(rows) / sizeof(rows[0]) };
