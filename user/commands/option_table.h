/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Every option, once: how its value is parsed and where it is stored, which commands take it, and
 * what --help, the man page and completion say.
 */
#ifndef COMMANDS_OPTION_TABLE_H
#define COMMANDS_OPTION_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "commands/options.h"

enum option_kind {
	OPTION_FLAG,   /* bool */
	OPTION_TEXT,   /* const char *, of argv */
	OPTION_U32,    /* uint32_t, from min to max */
	OPTION_U64,    /* uint64_t, from min to max */
	OPTION_SIZE,   /* uint64_t bytes, from min on */
	OPTION_POWER,  /* uint32_t, a power of two up to max */
	OPTION_BYTES,  /* uint32_t bytes, a power of two up to max */
	OPTION_TIME,   /* uint64_t ns; min 0: "none" is 0 */
	OPTION_CHOICE, /* an enum: the index of the word */
	OPTION_OWN,    /* by .parse */
	OPTION_TIMES,  /* uint32_t: how often it was given */
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_GENERATE,
};

/* What completes a value; for choices the words are known. */
enum option_completion { COMPLETE_NOTHING, COMPLETE_FILES, COMPLETE_USERS, COMPLETE_PIDS };

/*
 * Parses the value of an option of kind OPTION_OWN. typed: the option as it was typed. -1 to go on,
 * or the exit status.
 */
typedef int option_parse(struct options *options, const char *typed, const char *text);

struct option_row {
	const char *name;      /* without dashes */
	char letter;	       /* 0: none */
	bool may_be_bare;      /* the value is optional: bare is the default (OPTION_SIZE) */
	unsigned int commands; /* set of enum option_set */
	enum option_kind kind;
	enum option_completion completion;
	size_t offset; /* in struct options */
	uint64_t min, max, bare;
	const char *const *words; /* of a choice; NULL ends them */
	option_parse *parse;
	const char *needs;	       /* another option that it requires */
	const char *not_for;	       /* why snap does not take it, following its name */
	const char *value;	       /* name of the value in --help; NULL: no value */
	const char *help;	       /* for --help, lines of up to 54 columns */
	const char *syntax;	       /* scdoc of the value; NULL: value alone, or the words */
	const char *manual;	       /* scdoc of what it does */
	const char *syntax2, *manual2; /* the same for a second form of the value */
};

struct option_group {
	const char *title;
	const struct option_row *rows;
	size_t count;
};

extern const struct option_group option_rows_group, option_watching_group, option_checking_group,
	option_output_group;

/* The groups in order; NULL ends them. */
extern const struct option_group *const option_groups[];

/* The row at index, over all groups; NULL after the last. */
const struct option_row *option_at(size_t index);

/* The row with a name, without dashes; or NULL. */
const struct option_row *option_named(const char *name);

#endif
