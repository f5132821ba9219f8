/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the options mean to the engine. */
#ifndef COMMANDS_ENGINE_SETUP_H
#define COMMANDS_ENGINE_SETUP_H

#include "commands/options.h"
#include "engine/engine.h"

/* The engine's part of them; what they point to stays theirs. */
struct engine_options options__engine(const struct options *options);

/*
 * Watches each process that was asked for. 0 or -errno, logged: one that cannot be watched is
 * reason enough to watch none.
 */
int options__attach(const struct options *options, struct engine *engine);

/* "process 7" or "processes 7, 11 and 13", cut where it is too long. Returns buffer. */
char *options__name_targets(const struct options *options, char *buffer, size_t size);

#endif
