/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The table of options: each row is whole, and each kind of value is parsed strictly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands/option_kinds.h"
#include "commands/option_table.h"
#include "commands/option_text.h"
#include "commands/usage.h"

#define HELP_WIDTH 54u

static void help_fits(const struct option_row *row)
{
	const char *line = row->help;

	while (*line) {
		size_t length = strcspn(line, "\n");

		if (!length || length > HELP_WIDTH)
			fail_msg("--%s: a line of its help has %zu columns", row->name, length);
		line += length + (line[length] == '\n');
	}
}

static void row_is_whole(const struct option_row *row)
{
	assert_true(row->commands && !(row->commands & ~OPTIONS_ALL));
	assert_true(row->offset < sizeof(struct options));
	assert_true(*row->help && *row->manual);
	assert_int_not_equal(row->manual[strlen(row->manual) - 1], '\n');
	assert_int_equal(!row->syntax2, !row->manual2);
	assert_true(!row->needs || option_named(row->needs));
	assert_int_equal(row->kind == OPTION_OWN, row->parse != NULL);
	assert_int_equal(row->kind == OPTION_CHOICE || row->kind == OPTION_GENERATE,
			 row->words != NULL);
	switch (row->kind) {
	case OPTION_FLAG:
	case OPTION_TIMES:
	case OPTION_HELP:
	case OPTION_VERSION:
		assert_null(row->value);
		break;
	default:
		assert_non_null(row->value);
	}
	assert_true(!row->may_be_bare || (row->kind == OPTION_SIZE && row->bare));
	assert_true((row->kind != OPTION_POWER && row->kind != OPTION_BYTES) || row->max);
	help_fits(row);
}

static void table(void **state)
{
	const struct option_row *row, *other;
	size_t i, j;

	(void)state;
	for (i = 0; (row = option_at(i)); i++) {
		row_is_whole(row);
		assert_ptr_equal(option_named(row->name), row);
		for (j = 0; j < i; j++) {
			other = option_at(j);
			assert_string_not_equal(row->name, other->name);
			assert_true(!row->letter || row->letter != other->letter);
		}
	}
	assert_true(i > 30 && i <= 64);
	assert_null(option_named("nothing"));
	assert_null(option_at(1000));
}

struct sample {
	const char *name;
	const char *text;
	int status; /* -1: taken */
};

static const struct sample samples[] = {
	{ "top", "1", -1 },
	{ "top", "4294967295", -1 },
	{ "top", "0", STATUS_USAGE },
	{ "top", "4294967296", STATUS_USAGE },
	{ "top", "-1", STATUS_USAGE },
	{ "top", " 1", STATUS_USAGE },
	{ "retired", "0", -1 },
	{ "count", "18446744073709551615", -1 },
	{ "count", "18446744073709551616", STATUS_USAGE },
	{ "min-size", "0", -1 },
	{ "min-size", "64KiB", -1 },
	{ "min-size", "1MB", STATUS_USAGE },
	{ "min-size", "", STATUS_USAGE },
	{ "heap", NULL, -1 },
	{ "heap", "1", -1 },
	{ "heap", "0", STATUS_USAGE },
	{ "chunk-slots", "1024", -1 },
	{ "chunk-slots", "1023", STATUS_USAGE },
	{ "chunk-slots", "0", STATUS_USAGE },
	{ "chunk-slots", "4294967296", STATUS_USAGE },
	{ "ring-bytes", "1G", -1 },
	{ "ring-bytes", "2G", STATUS_USAGE },
	{ "ring-bytes", "3K", STATUS_USAGE },
	{ "interval", "1.5", -1 },
	{ "interval", "none", STATUS_USAGE },
	{ "interval", "0", STATUS_USAGE },
	{ "max-hold", "none", -1 },
	{ "max-hold", "250ms", -1 },
	{ "max-hold", "never", STATUS_USAGE },
	{ "sort", "name", -1 },
	{ "sort", "nam", STATUS_USAGE },
	{ "sort", "", STATUS_USAGE },
	{ "backend", "perf", -1 },
	{ "pid", "4194304", -1 },
	{ "pid", "0", STATUS_USAGE },
	{ "array", "a=0x1000+1", -1 },
	{ "array", "a=b=0x1000+4K", -1 },
	{ "array", "a=0x1000+0", STATUS_USAGE },
	{ "array", "a=0x1000", STATUS_USAGE },
	{ "array", "=0x1000+1", STATUS_USAGE },
	{ "array", "a=0xffffffffffffffff+2", STATUS_USAGE },
	{ "symbol", "*a=4K", -1 },
	{ "symbol", "lib.so:ns::a", -1 },
	{ "symbol", "*", STATUS_USAGE },
	{ "symbol", ":a", STATUS_USAGE },
	{ "at", "exit", -1 },
	{ "at", "libc.so.6:exit", -1 },
	{ "at", ":exit", STATUS_USAGE },
	{ "at", "libc:", STATUS_USAGE },
	{ "expect-status", "any", -1 },
	{ "expect-status", "255", -1 },
	{ "expect-status", "256", STATUS_USAGE },
};

static void values(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct option_row *row = option_named(samples[i].name);
		struct options options = { 0 };
		int status = option_take(&options, row, "--typed", samples[i].text);

		if (status != samples[i].status)
			fail_msg("--%s '%s': %d", row->name, samples[i].text, status);
		options__deinit(&options);
	}
}

/* What is left of the words is options->command. */
static int parse(struct options *options, enum option_set command, const char *const *words)
{
	static char *argv[16];
	int argc = 1;

	memset(argv, 0, sizeof(argv));
	argv[0] = (char *)"pagewatch";
	while (words[argc - 1]) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	return options__parse(options, command, argc, argv);
}

static void command_line(void **state)
{
	const char *const words[] = { "-p7",   "--pid",
				      "8",     "-p",
				      "7",     "--min-size=2M",
				      "--top", "5",
				      "-vv",   "--sort=touched",
				      "--",    "-p",
				      "9",     NULL };
	struct options options;

	(void)state;
	assert_int_equal(parse(&options, OPTIONS_WATCH, words), -1);
	assert_int_equal(options.pid_count, 2);
	assert_int_equal(options.pids[0], 7);
	assert_int_equal(options.pids[1], 8);
	assert_int_equal(options.min_bytes, 2u << 20);
	assert_int_equal(options.top, 5);
	assert_int_equal(options.order, ROW_BY_TOUCHED);
	assert_int_equal(options.verbose, 2);
	assert_string_equal(options.command[0], "-p");
	assert_string_equal(options.command[1], "9");
	assert_null(options.command[2]);
	options__deinit(&options);
}

static void defaults(void **state)
{
	const char *const none[] = { NULL };
	struct options options;

	(void)state;
	assert_int_equal(parse(&options, OPTIONS_RUN, none), -1);
	assert_int_equal(options.min_bytes, 1u << 20);
	assert_int_equal(options.interval_ns, 1000000000u);
	assert_int_equal(options.max_hold_ns, 5000000000u);
	assert_int_equal(options.backend, FAULTS_AUTO);
	assert_null(options.command[0]);
	options__deinit(&options);
}

static void refusals(void **state)
{
	static const struct {
		enum option_set command;
		const char *words[4];
	} cases[] = {
		{ OPTIONS_SNAP, { "--interval", "1s" } }, { OPTIONS_SNAP, { "--heap" } },
		{ OPTIONS_SNAP, { "--pages" } },	  { OPTIONS_PROBE, { "-p", "1" } },
		{ OPTIONS_WATCH, { "--nonsense" } },	  { OPTIONS_WATCH, { "-X" } },
		{ OPTIONS_WATCH, { "--json=1" } },	  { OPTIONS_WATCH, { "--top" } },
		{ OPTIONS_RUN, { "-p", "1" } },		  { OPTIONS_CHECK, { "--json" } },
	};
	struct options options;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(&options, cases[i].command, cases[i].words), STATUS_USAGE);
		options__deinit(&options);
	}
}

/* Every option has an entry of its own in what is made of the table. */
static void texts(void **state)
{
	struct text_buffer manual = { 0 }, bash = { 0 }, zsh = { 0 }, fish = { 0 }, help = { 0 };
	const struct {
		struct text_buffer *text;
		const char *format;
	} cases[] = {
		{ &manual, "*--%s*" }, { &bash, "--%s" }, { &zsh, "--%s" },
		{ &fish, " -l %s " },  { &help, "--%s" },
	};
	const struct option_row *row;
	char heading[64];
	size_t i, j;

	(void)state;
	option_text__manual(&manual);
	option_text__bash(&bash);
	option_text__zsh(&zsh);
	option_text__fish(&fish);
	option_text__help(&help, OPTIONS_ALL);
	for (j = 0; j < sizeof(cases) / sizeof(cases[0]); j++) {
		for (i = 0; (row = option_at(i)); i++) {
			snprintf(heading, sizeof(heading), cases[j].format, row->name);
			assert_non_null(strstr(cases[j].text->text, heading));
		}
		text_buffer__deinit(cases[j].text);
	}
}

static void quotes(void **state)
{
	struct text_buffer text = { 0 };

	(void)state;
	option_text__quote(&text, "a [b], it's\n   the  end\\", "[]\\");
	assert_string_equal(text.text, "a \\[b\\], it'\\''s the end\\\\");
	text_buffer__deinit(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),	cmocka_unit_test(values),
		cmocka_unit_test(command_line), cmocka_unit_test(defaults),
		cmocka_unit_test(refusals),	cmocka_unit_test(texts),
		cmocka_unit_test(quotes),
	};

	/* What is refused is told on stderr. */
	if (!freopen("/dev/null", "w", stderr))
		return 1;
	return cmocka_run_group_tests_name("commands_options", tests, NULL, NULL);
}
