/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Checkpoints of a process that we have not started: libpagewatch has a static probe in
 * pagewatch_checkpoint(). All threads are traced, a uprobe stops the one that reaches it.
 */
#ifndef ENGINE_ATTACHED_H
#define ENGINE_ATTACHED_H

#include "collect/elf/elf_usdt.h"
#include "engine/tracer.h"

struct engine;

/* A thread that stands at its checkpoint becomes the one that is reported, if there is none. */
void attached_next(struct engine *engine);

/* The thread that was reported goes on. */
void attached_answer(struct engine *engine);

#endif
