/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Parsers for the values of OPTION_OWN options: each is an option_parse of option_table.h. */
#ifndef COMMANDS_OPTION_VALUES_H
#define COMMANDS_OPTION_VALUES_H

#include "commands/options.h"

int option_array(struct options *options, const char *typed, const char *text);
int option_expect(struct options *options, const char *typed, const char *text);
int option_expect_file(struct options *options, const char *typed, const char *text);
int option_expect_status(struct options *options, const char *typed, const char *text);
int option_pid(struct options *options, const char *typed, const char *text);
int option_record(struct options *options, const char *typed, const char *text);
int option_stop_at(struct options *options, const char *typed, const char *text);
int option_symbol(struct options *options, const char *typed, const char *text);

#endif
