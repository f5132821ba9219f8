/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The options for where a report goes and what it looks like, and those of all commands. */
#include "commands/option_table.h"
#include "commands/option_values.h"

#define LOOKING (OPTIONS_WATCH | OPTIONS_SNAP | OPTIONS_RUN | OPTIONS_REPORT)

static const char *const colors[] = { "auto", "always", "never", NULL };
_Static_assert(COLOR_AUTO == 0 && COLOR_ALWAYS == 1 && COLOR_NEVER == 2,
	       "words in the order of the enum");

static const char *const signs[] = { "auto", "blocks", "braille", "ascii", NULL };
_Static_assert(SIGNS_AUTO == 0 && SIGNS_BLOCKS == 1 && SIGNS_BRAILLE == 2 && SIGNS_ASCII == 3,
	       "words in the order of the enum");

static const char *const generated[] = { "man", "bash", "zsh", "fish", NULL };

static const struct option_row rows[] = {
	{
		.name = "json",
		.commands = LOOKING | OPTIONS_DIFF | OPTIONS_PROBE | OPTIONS_FILE,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, json),
		.help = "one JSON object per report (docs/OUTPUT.md)",
		.manual =
			"Prints one JSON object per report, on one line each; see docs/OUTPUT.md.",
	},
	{
		.name = "moments",
		.commands = OPTIONS_RUN | OPTIONS_REPORT,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, moments),
		.help = "list the moments: of run, or of a recording",
		.manual =
			"*run* also lists the moments that it took before the end: in text a line each, with\n"
			"*--json* the whole reports as _moments_. *report* lists those of a recording instead of\n"
			"its report: number, time, resident memory, and why each was taken.",
	},
	{
		.name = "output",
		.letter = 'o',
		.commands = OPTIONS_ALL,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, output),
		.completion = COMPLETE_FILES,
		.value = "FILE",
		.help = "write the report to FILE",
		.manual =
			"Writes the report to _FILE_. The file keeps its old content until the report is\n"
			"complete: the report is written to a new file, which then replaces _FILE_. *watch*\n"
			"writes in place, and so does every command if _FILE_ is not a regular file with\n"
			"one link in a writable folder. A symbolic link that somebody else made in a folder\n"
			"like _/tmp_ is not followed. For *record* it is the recording: see *RECORDINGS*.",
	},
	{
		.name = "record",
		.commands = OPTIONS_WATCH,
		.kind = OPTION_OWN,
		.parse = option_record,
		.completion = COMPLETE_FILES,
		.value = "FILE",
		.help = "also record each report's moment into FILE",
		.manual = "Also records the moment of each report into _FILE_; see *RECORDINGS*.",
	},
	{
		.name = "moment",
		.commands = OPTIONS_REPORT,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, moment),
		.value = "MOMENT",
		.help = "number, first, last, peak, checkpoint's name, or all",
		.manual =
			"Which moment of a recording: its number from 1, *first*, *last* (default), *peak* (the most\n"
			"resident pages), or the name of a checkpoint, the last of which counts. *checkpoint:*_NAME_\n"
			"is that too, also if the name is a number or one of these words. *all*: one report after\n"
			"another.",
	},
	{
		.name = "side-by-side",
		.commands = OPTIONS_REPORT,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, side_by_side),
		.help = "report: one table, a column for each process",
		.manual =
			"One table of all recordings, such as those of the ranks of a job: a column for each\n"
			"process, a row for each name of an array, with its resident bytes; what differs most\n"
			"comes first. OUT says which column is farthest from the median; - means that the\n"
			"process has no such array. Columns that do not fit are counted; *--json* has all.",
	},
	{
		.name = "before",
		.commands = OPTIONS_DIFF,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, before),
		.value = "MOMENT",
		.help = "number, first, last, peak or a checkpoint's name",
		.manual =
			"The earlier moment, in the words of *--moment* but *all*. Of one _FILE_ the first moment\n"
			"by default; of two the last one of the first file.",
	},
	{
		.name = "after",
		.commands = OPTIONS_DIFF,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, after),
		.value = "MOMENT",
		.help = "the same for the later moment; last by default",
		.manual = "The later moment, in the same words; the last one by default.",
	},
	{
		.name = "html",
		.commands = LOOKING,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, html),
		.completion = COMPLETE_FILES,
		.value = "OUT",
		.help = "also a page for a browser, in one file",
		.manual =
			"Also writes the report as one HTML file, which a browser opens without a network:\n"
			"a table of arrays and mappings with heatmaps, each page of an opened row, and a\n"
			"slider where the file has several moments. *watch* then prints reports, has no\n"
			"live view, and the file has its last report. *report* puts all moments of a\n"
			"recording into it.",
	},
	{
		.name = "perfetto",
		.commands = LOOKING,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, perfetto),
		.completion = COMPLETE_FILES,
		.value = "OUT",
		.help = "also a trace for Perfetto",
		.manual =
			"Also writes a trace for ui.perfetto.dev, of the moments that *--html* would have:\n"
			"counters of RSS, zero pages, swapped memory and the resident bytes of arrays, the\n"
			"lives of arrays and mappings, and each moment.",
	},
	{
		.name = "firefox",
		.commands = LOOKING,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, firefox),
		.completion = COMPLETE_FILES,
		.value = "OUT",
		.help = "also a profile for the Firefox profiler",
		.manual =
			"Also writes what *--perfetto* has as a profile for profiler.firefox.com.",
	},
	{
		.name = "png",
		.commands = LOOKING,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, png),
		.completion = COMPLETE_FILES,
		.value = "OUT",
		.help = "also a PNG picture of the rows and their heatmaps",
		.manual =
			"Also draws a picture of the report's moment: a line a row with its heatmap, at most\n"
			"40 rows a process, and RSS over time if there are several moments. *watch* then\n"
			"prints reports, has no live view, and the picture is of its last report. Pictures\n"
			"need the library cairo.",
	},
	{
		.name = "svg",
		.commands = LOOKING,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, svg),
		.completion = COMPLETE_FILES,
		.value = "OUT",
		.help = "the same as SVG",
		.manual = "The same picture as SVG.",
	},
	{
		.name = "pdf",
		.commands = LOOKING,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, pdf),
		.completion = COMPLETE_FILES,
		.value = "OUT",
		.help = "the same as PDF",
		.manual = "The same picture as PDF.",
	},
	{
		.name = "color",
		.commands = LOOKING | OPTIONS_DIFF | OPTIONS_CHECK | OPTIONS_FILE,
		.kind = OPTION_CHOICE,
		.offset = offsetof(struct options, color),
		.words = colors,
		.value = "WHEN",
		.help = "auto, always or never",
		.manual =
			"When to use colour; by default only on a terminal, and not if NO_COLOR is set.",
	},
	{
		.name = "signs",
		.commands = OPTIONS_WATCH,
		.kind = OPTION_CHOICE,
		.offset = offsetof(struct options, signs),
		.words = signs,
		.value = "WHICH",
		.help = "of the live view: auto, blocks, braille or ascii",
		.manual =
			"What the live view draws with: blocks, dots of braille (twice as many places in\n"
			"a line, half as many heights), or ASCII. Blocks by default; ASCII where the\n"
			"locale is not of UTF-8, and on the console of Linux.",
	},
	{
		.name = "history",
		.commands = OPTIONS_WATCH,
		.kind = OPTION_SIZE,
		.offset = offsetof(struct options, history_bytes),
		.value = "SIZE",
		.help = "memory for the live view's past moments (64MiB)",
		.manual =
			"How much memory the live view takes for the moments that it can go back to (default\n"
			"64MiB). What moments share is counted once. When they take more, every second one of\n"
			"the older half is dropped.",
	},
	{
		.name = "verbose",
		.letter = 'v',
		.commands = OPTIONS_ALL,
		.kind = OPTION_TIMES,
		.offset = offsetof(struct options, verbose),
		.help = "more messages; twice: libbpf's too",
		.manual =
			"Prints more messages on standard error; given twice, also those of libbpf.",
	},
	{
		.name = "quiet",
		.letter = 'q',
		.commands = OPTIONS_ALL,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, quiet),
		.help = "no progress and no notes; errors and losses stay",
		.manual =
			"Leaves out the progress, and the notes; see *MESSAGES*. Errors and losses stay.\n"
			"Not with *--verbose*.",
	},
	{
		.name = "generate",
		.commands = OPTIONS_ALL,
		.kind = OPTION_GENERATE,
		.words = generated,
		.value = "WHAT",
		.help = "man: this list in scdoc; or completion for a shell",
		.manual =
			"Prints this list as source of the man page, or the completion script of a shell,\n"
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
			"Prints a short list of the options (after a command: of its own options) and\n"
			"exits.",
	},
};

const struct option_group option_output_group = { "Output", rows, sizeof(rows) / sizeof(rows[0]) };
