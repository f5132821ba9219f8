/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/help.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "commands/option_kinds.h"
#include "commands/option_text.h"
#include "commands/usage.h"
#include "version.h"

static const char title[] = "pagewatch: which pages of which array are resident, and why\n"
			    "\n"
			    "Usage:\n";

static const char examples[] =
	"  pagewatch COMMAND --help                  the options of one command\n"
	"\n"
	"Examples:\n"
	"  sudo pagewatch -p 4711 --children\n"
	"  sudo pagewatch -p 4711 --json --interval 500ms -n 10 -o out.jsonl\n"
	"  pagewatch snap -p 4711 --array grid=0x7f10a4000010+800000000\n"
	"  pagewatch snap -p 4711 --symbol 'fields::grid' --symbol '*buffer'\n"
	"  sudo pagewatch run -u $USER -- $(which python3) script.py\n"
	"  sudo pagewatch record -o run.pw -- python3 script.py\n"
	"  pagewatch report run.pw --moment all\n"
	"  pagewatch diff run.pw --before 1 --after peak\n"
	"  pagewatch check -e '__main__.x: interior_resident == 0' -- python3 script.py\n";

static const char statuses[] =
	"\n"
	"Exit status: 0 done, 1 an expectation failed or moments differ, 2 usage,\n"
	"3 could not measure, 4 internal or I/O error;\n"
	"run, record: CMD's own, 125 pagewatch failed, 126 CMD not executable, 127 none.\n";

static int print_text(struct text_buffer *text)
{
	char *whole;
	int status = STATUS_OK;

	if (text_buffer__take(text, &whole)) {
		log_error("%s", strerror(ENOMEM));
		return STATUS_INTERNAL;
	}
	if (fputs(whole, stdout) < 0 || fflush(stdout)) {
		log_error("cannot write: %s", strerror(errno));
		status = STATUS_INTERNAL;
	}
	free(whole);
	return status;
}

int help_print(unsigned int commands)
{
	bool all = commands == OPTIONS_ALL;
	struct text_buffer text = { 0 };

	text_buffer__add(&text, title);
	option_text__usages(&text, commands);
	if (all)
		text_buffer__add(&text, examples);
	option_text__help(&text, commands);
	text_buffer__add(&text, statuses);
	return print_text(&text);
}

int help_print_version(void)
{
	struct text_buffer text = { 0 };

	text_buffer__add(&text, "pagewatch " PAGEWATCH_VERSION "\n");
	return print_text(&text);
}

int help_generate(const char *typed, const char *what)
{
	/* In the order of the option's words. */
	static void (*const texts[])(struct text_buffer *) = {
		option_text__manual,
		option_text__bash,
		option_text__zsh,
		option_text__fish,
	};
	const struct option_row *row = option_named("generate");
	struct text_buffer text = { 0 };
	int index = 0, status;

	status = option_choose(typed, what, row->words, &index);
	if (status >= 0)
		return status;
	texts[index](&text);
	return print_text(&text);
}
