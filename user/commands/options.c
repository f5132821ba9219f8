/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Parses the command line with the table of options. */
#include "commands/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/progress.h"
#include "base/text.h"
#include "commands/help.h"
#include "commands/option_kinds.h"
#include "commands/option_paths.h"
#include "commands/option_table.h"
#include "commands/usage.h"
#include "live/history.h"

#define ROWS_MAX 64
#define CANDIDATES_BYTES 400 /* 20 of them */
#define LONG_ONLY 256	     /* what getopt_long returns for row 0 */

/* The table in the form of getopt_long. */
struct getopt_table {
	struct option long_options[ROWS_MAX + 1];
	char letters[3 * ROWS_MAX + 3];
};

static void fill_table(struct getopt_table *table, enum option_set command)
{
	const struct option_row *row;
	char *letters = table->letters;
	size_t i;

	/* Options of report, diff and file may follow their files; those behind a command are the command's. */
	if (command != OPTIONS_REPORT && command != OPTIONS_DIFF && command != OPTIONS_FILE)
		*letters++ = '+';
	*letters++ = ':';
	for (i = 0; i < ROWS_MAX && (row = option_at(i)); i++) {
		table->long_options[i] = (struct option){
			.name = row->name,
			.has_arg = row->may_be_bare ? optional_argument
				   : row->value	    ? required_argument
						    : no_argument,
			.val = LONG_ONLY + (int)i,
		};
		if (!row->letter)
			continue;
		*letters++ = row->letter;
		if (row->value)
			*letters++ = ':';
	}
	table->long_options[i] = (struct option){ 0 };
	*letters = '\0';
}

/* The row's number for a value from getopt_long, or -1. */
static int index_of(int option)
{
	const struct option_row *row;
	size_t i;

	if (option >= LONG_ONLY)
		return option - LONG_ONLY;
	for (i = 0; (row = option_at(i)); i++) {
		if (row->letter && row->letter == option)
			return (int)i;
	}
	return -1;
}

/* argument: the word of argv with the option; a short option is one letter of it. */
static void note_typed(char typed[64], const char *argument, int letter)
{
	if (!strncmp(argument, "--", 2))
		snprintf(typed, 64, "%.*s", (int)strcspn(argument, "="), argument);
	else
		snprintf(typed, 64, "-%c", letter);
}

/* Appends the long options that begin with a word; returns how many. */
static size_t list_candidates(const char *word, struct text_buffer *ret)
{
	const struct option_row *row;
	size_t i, count = 0;

	for (i = 0; (row = option_at(i)); i++) {
		if (!strncmp(row->name, word, strlen(word)))
			text_buffer__addf(ret, "%s--%s", count++ ? ", " : "", row->name);
	}
	return count;
}

/* getopt_long did not accept it. */
static int refuse_option(const char *typed, int option)
{
	char memory[CANDIDATES_BYTES];
	struct text_buffer candidates = text_buffer__over(memory, sizeof(memory));

	if (option == ':')
		return usage_error("%s needs an argument", typed);
	if (typed[1] == '-' && optopt)
		return usage_error("%s takes no argument", typed);
	if (typed[1] == '-' && list_candidates(typed + 2, &candidates) > 1)
		return usage_error("option %s is ambiguous: %s", typed, memory);
	return usage_error("unknown option %s", typed);
}

static int take_one(struct options *options, enum option_set command, const struct option_row *row,
		    const char *typed)
{
	if (command == OPTIONS_SNAP && row->not_for)
		return usage_error("%s %s", typed, row->not_for);
	if (!(row->commands & command))
		return usage_error("%s is not an option of this command", typed);
	switch (row->kind) {
	case OPTION_HELP:
		return help_print(command);
	case OPTION_VERSION:
		return help_print_version();
	case OPTION_GENERATE:
		return help_generate(typed, optarg);
	default:
		return option_take(options, row, typed, optarg);
	}
}

/* given: one bit per row. */
static bool was_given(uint64_t given, const char *name)
{
	const struct option_row *row;
	size_t i;

	for (i = 0; (row = option_at(i)); i++) {
		if (!strcmp(row->name, name))
			return given >> i & 1;
	}
	return false;
}

static int check_needs(uint64_t given)
{
	const struct option_row *row;
	size_t i;

	for (i = 0; (row = option_at(i)); i++) {
		if (row->needs && given >> i & 1 && !was_given(given, row->needs))
			return usage_error("--%s needs --%s", row->name, row->needs);
	}
	return -1;
}

/* The word with the next option: only report has other words before it. */
static const char *next_option(int argc, char **argv)
{
	int i = optind;

	while (i < argc && (argv[i][0] != '-' || !argv[i][1]))
		i++;
	return i < argc ? argv[i] : "";
}

/* -1 to go on, or the exit status. */
static int set_messages(const struct options *options)
{
	if (options->quiet && options->verbose)
		return usage_error("--quiet and --verbose exclude each other");
	if (options->quiet)
		log_set_level(LOG_WARN);
	else
		progress_allow();
	if (options->verbose)
		log_set_level(options->verbose > 1 ? LOG_DEBUG : LOG_INFO);
	return -1;
}

static int take_all(struct options *options, enum option_set command, int argc, char **argv)
{
	struct getopt_table table;
	uint64_t given = 0;
	int option, status;

	fill_table(&table, command);
	opterr = 0;
	optind = 1;
	for (;;) {
		const char *argument = next_option(argc, argv);
		char typed[64];
		int index;

		option = getopt_long(argc, argv, table.letters, table.long_options, NULL);
		if (option == -1)
			break;
		index = index_of(option);
		note_typed(typed, argument, index < 0 ? optopt : option);
		if (index < 0)
			return refuse_option(typed, option);
		status = take_one(options, command, option_at((size_t)index), typed);
		if (status >= 0)
			return status;
		given |= (uint64_t)1 << index;
	}
	options->command = argv + optind;
	options->min_given = was_given(given, "min-size");
	options->interval_given = was_given(given, "interval");
	/* Of N rows at the lowest addresses nobody learns anything. */
	options->order_given = was_given(given, "sort");
	if (options->top && !options->order_given)
		options->order = ROW_BY_RESIDENT;
	status = set_messages(options);
	if (status < 0)
		status = check_needs(given);
	return status < 0 ? option_paths__check(options, command) : status;
}

int options__parse(struct options *options, enum option_set command, int argc, char **argv)
{
	*options = (struct options){
		.min_bytes = 1u << 20,
		.interval_ns = 1000000000u,
		.history_bytes = HISTORY_BYTES,
		.max_hold_ns = 5000000000u,
		.moment = "last",
	};
	return take_all(options, command, argc, argv);
}

void options__deinit(struct options *options)
{
	size_t i;

	for (i = 0; i < options->marks.count; i++)
		free(options->marks.arrays[i].name);
	free(options->marks.arrays);
	free(options->pids);
	free(options->expectations);
	symbol_list__deinit(&options->symbols);
}
