/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The options of check only. */
#include "commands/option_table.h"
#include "commands/option_values.h"

static const char *const formats[] = { "text", "tap", "json", "junit", NULL };
_Static_assert(FORMAT_TEXT == 0 && FORMAT_TAP == 1 && FORMAT_JSON == 2 && FORMAT_JUNIT == 3,
	       "words in the order of the enum");

static const struct option_row rows[] = {
	{
		.name = "expect",
		.letter = 'e',
		.commands = OPTIONS_CHECK,
		.kind = OPTION_OWN,
		.parse = option_expect,
		.value = "EXPR",
		.help = "['at \"CHECKPOINT\": '] NAME: METRIC OP VALUE [and ...]",
		.manual = "One expectation; may be given more than once.",
	},
	{
		.name = "file",
		.letter = 'f',
		.commands = OPTIONS_CHECK,
		.kind = OPTION_OWN,
		.parse = option_expect_file,
		.completion = COMPLETE_FILES,
		.value = "FILE",
		.help = "a file with one expectation per line, # comments",
		.manual =
			"Reads expectations, one per line. Blank lines and lines that begin with # are\n"
			"ignored. *-* is standard input.",
	},
	{
		.name = "expect-status",
		.commands = OPTIONS_CHECK,
		.kind = OPTION_OWN,
		.parse = option_expect_status,
		.value = "N|any",
		.help = "the exit status CMD must have (default 0)",
		.syntax = "_N_|*any*",
		.manual =
			"The exit status that _CMD_ must have, 128+N for signal N (default 0). The report\n"
			"has a verdict on it.",
	},
	{
		.name = "format",
		.commands = OPTIONS_CHECK,
		.kind = OPTION_CHOICE,
		.offset = offsetof(struct options, format),
		.words = formats,
		.value = "FORMAT",
		.help = "text, tap, json or junit; with CMD it needs -o",
		.manual =
			"The format of the report of *check*. With _CMD_, all except *text* need *-o*. With\n"
			"*-o -* the report goes to standard output, and the output of _CMD_ to standard\n"
			"error.",
	},
};

const struct option_group option_checking_group = { "Checking", rows,
						    sizeof(rows) / sizeof(rows[0]) };
