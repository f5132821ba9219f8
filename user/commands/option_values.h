/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The values of options. Each returns -1 to go on, or the exit status to end with. */
#ifndef COMMANDS_OPTION_VALUES_H
#define COMMANDS_OPTION_VALUES_H

#include "commands/options.h"

/* *ret is the index of text in words, which NULL ends. */
int option_choose(const char *option, const char *text, const char *const *words, int *ret);

/* option is the name without dashes; *ret is bytes. */
int option_size(const char *option, const char *text, uint64_t *ret);

/* option is the name as typed; from min on. */
int option_u32(const char *option, const char *text, uint32_t min, uint32_t *ret);

/* -e, -f: into options->checks. */
int option_expect(struct options *options, const char *text);
int option_expect_file(struct options *options, const char *path);

int option_pid(struct options *options, const char *text);
int option_array(struct options *options, const char *text);
int option_at(struct options *options, const char *text);
int option_backend(struct options *options, const char *text);
int option_color(struct options *options, const char *text);
int option_count(struct options *options, const char *text);
int option_heap(struct options *options, const char *text);
int option_expect_status(struct options *options, const char *text);
int option_format(struct options *options, const char *text);
int option_interval(struct options *options, const char *text);
int option_order(struct options *options, const char *text);
int option_reader(struct options *options, const char *text);
int option_max_hold(struct options *options, const char *text);
int option_ring(struct options *options, const char *text);
int option_symbol(struct options *options, const char *text);
int option_slots(struct options *options, const char *text);

#endif
