/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The table of options as text: for --help, for the man page, and for the completion of shells. */
#ifndef COMMANDS_OPTION_TEXT_H
#define COMMANDS_OPTION_TEXT_H

#include "base/text.h"

struct option_command {
	const char *name;
	const char *usage; /* how it is called */
	const char *help;  /* what it does, at most 36 columns */
};

/* The commands in a set of enum option_set, by index; a name that is NULL ends them. */
extern const struct option_command option_commands[];

/* A line, or two, for each of the commands. */
void option_text__usages(struct text_buffer *text, unsigned int commands);

/* One line or more for each option that one of the commands takes, in groups, up to 80 columns. */
void option_text__help(struct text_buffer *text, unsigned int commands);

/* A section of scdoc: a heading per group, an entry per option. */
void option_text__manual(struct text_buffer *text);

/* Scripts to be installed as the completion of pagewatch: for bash, zsh and fish. */
void option_text__bash(struct text_buffer *text);
void option_text__zsh(struct text_buffer *text);
void option_text__fish(struct text_buffer *text);

/*
 * Words as one line, for between a shell's single quotes: a line break and the blanks around it
 * become one blank. What is in escaped gets a backslash, which the shell hands on.
 */
void option_text__quote(struct text_buffer *text, const char *words, const char *escaped);

#endif
