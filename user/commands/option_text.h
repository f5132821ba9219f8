/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The table of options as text: for --help, for the man page, and for completion. */
#ifndef COMMANDS_OPTION_TEXT_H
#define COMMANDS_OPTION_TEXT_H

#include "base/text.h"

/* The names of the commands in a set of enum option_set, by index; NULL ends them. */
extern const char *const option_commands[];

/* One line or more for each option that one of the commands takes, in groups, up to 80 columns. */
void option_text__help(struct text_buffer *text, unsigned int commands);

/* A section of scdoc: a heading per group, an entry per option. */
void option_text__manual(struct text_buffer *text);

/* A script for bash, to be installed as the completion of pagewatch. */
void option_text__bash(struct text_buffer *text);

#endif
