/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What commands that start a program say about it, and which exit status it gives them. */
#ifndef COMMANDS_LAUNCHED_H
#define COMMANDS_LAUNCHED_H

#include <stdbool.h>

#include "engine/engine.h"

/* The exit status after engine__launch failed; logs why. */
int launched__status_of_error(const char *program, int err, bool exec_failed);

/* sudo's secure_path hides virtual environments, so says which binary it is. */
void launched__tell_binary(struct engine *engine, const char *program);

#endif
