/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Translates options for the engine. */
#ifndef COMMANDS_ENGINE_SETUP_H
#define COMMANDS_ENGINE_SETUP_H

#include "commands/options.h"
#include "engine/engine.h"

/* The engine's options; they borrow from `options`. */
struct engine_options options__engine(const struct options *options);

/* Watches each requested process. 0 or -errno, logged: if one cannot be watched, none is. */
int options__attach(const struct options *options, struct engine *engine);

/* Then: checkpoints of a process are seen from now on, if it has libpagewatch and is the only one. */
void options__try_checkpoints(const struct options *options, struct engine *engine);

/* "process 7" or "processes 7, 11 and 13", cut if it is too long. Returns buffer. */
char *options__name_targets(const struct options *options, char *buffer, size_t size);

#endif
