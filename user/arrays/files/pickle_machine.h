/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The machine that a pickle is a program of: what its opcodes do to stack, memo and nodes. */
#ifndef ARRAYS_PICKLE_MACHINE_H
#define ARRAYS_PICKLE_MACHINE_H

#include "arrays/files/pickle.h"

struct pickle_machine {
	struct file_reader *reader;
	struct pickle *pickle;
	int err; /* 0 or -ENOMEM */
};

/* Each does nothing after an error: of memory, or the reader's for what is no pickle or too large. */
bool pickle_is_over(const struct pickle_machine *machine);

/* Nodes; those without room are 0. */
uint32_t pickle_new_node(struct pickle_machine *machine, enum pickle_kind kind, int64_t number);
void pickle_add_cell(struct pickle_machine *machine, uint32_t to, uint32_t node);

/* Makes the tree's first node and cell. */
void pickle_begin(struct pickle_machine *machine);

/* The stack, above the last mark. */
void pickle_push_node(struct pickle_machine *machine, uint32_t node);
uint32_t pickle_pop_node(struct pickle_machine *machine);
uint32_t pickle_top_node(struct pickle_machine *machine);
void pickle_push_mark(struct pickle_machine *machine);

/* Adds what lies behind the last mark to what lies before it. */
void pickle_add_marked(struct pickle_machine *machine);

/* Tuples of what lies behind the last mark, and of the last values. */
void pickle_push_tuple(struct pickle_machine *machine);
void pickle_push_short_tuple(struct pickle_machine *machine, unsigned int count);

/* Values that follow the opcode. */
void pickle_push_text(struct pickle_machine *machine, uint64_t length);
void pickle_push_global(struct pickle_machine *machine);
void pickle_push_long(struct pickle_machine *machine);

/* What is made of the last values. */
void pickle_push_stack_global(struct pickle_machine *machine);
void pickle_push_call(struct pickle_machine *machine);
void pickle_push_outside(struct pickle_machine *machine);
void pickle_build_object(struct pickle_machine *machine);

void pickle_put_memo(struct pickle_machine *machine, uint64_t index);
void pickle_get_memo(struct pickle_machine *machine, uint64_t index);

#endif
