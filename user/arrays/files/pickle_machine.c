/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "arrays/files/pickle_machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define NODES_MAX 1000000u
#define TEXT_MAX 1000u

bool pickle_is_over(const struct pickle_machine *machine)
{
	return machine->err || machine->reader->error;
}

/* False: no room, which is the machine's or the reader's error. */
static bool have_room(struct pickle_machine *machine, void **data, size_t *room, size_t count,
		      size_t element_bytes)
{
	if (count >= NODES_MAX)
		file_reader__refuse(machine->reader);
	else if (!machine->err)
		machine->err = array_reserve(data, room, count + 1, element_bytes);
	return !pickle_is_over(machine);
}

uint32_t pickle_new_node(struct pickle_machine *machine, enum pickle_kind kind, int64_t number)
{
	struct pickle *pickle = machine->pickle;

	if (!have_room(machine, (void **)&pickle->nodes, &pickle->node_room, pickle->node_count,
		       sizeof(*pickle->nodes)))
		return 0;
	pickle->nodes[pickle->node_count] = (struct pickle_node){ .kind = kind, .number = number };
	return (uint32_t)pickle->node_count++;
}

void pickle_add_cell(struct pickle_machine *machine, uint32_t to, uint32_t node)
{
	struct pickle *pickle = machine->pickle;
	uint32_t cell;

	/* Nothing is known of what is in the unknown. */
	if (!to || !have_room(machine, (void **)&pickle->cells, &pickle->cell_room,
			      pickle->cell_count, sizeof(*pickle->cells)))
		return;
	cell = (uint32_t)pickle->cell_count++;
	pickle->cells[cell] = (struct pickle_cell){ .node = node };
	if (pickle->nodes[to].last)
		pickle->cells[pickle->nodes[to].last].next = cell;
	else
		pickle->nodes[to].first = cell;
	pickle->nodes[to].last = cell;
}

void pickle_push_node(struct pickle_machine *machine, uint32_t node)
{
	struct pickle *pickle = machine->pickle;

	if (have_room(machine, (void **)&pickle->stack, &pickle->stack_room, pickle->stack_count,
		      sizeof(*pickle->stack)))
		pickle->stack[pickle->stack_count++] = node;
}

static size_t stack_floor(const struct pickle *pickle)
{
	return pickle->mark_count ? pickle->marks[pickle->mark_count - 1] : 0;
}

uint32_t pickle_pop_node(struct pickle_machine *machine)
{
	struct pickle *pickle = machine->pickle;

	if (pickle->stack_count > stack_floor(pickle))
		return pickle->stack[--pickle->stack_count];
	file_reader__refuse(machine->reader);
	return 0;
}

uint32_t pickle_top_node(struct pickle_machine *machine)
{
	uint32_t node = pickle_pop_node(machine);

	pickle_push_node(machine, node);
	return node;
}

void pickle_push_mark(struct pickle_machine *machine)
{
	struct pickle *pickle = machine->pickle;

	if (have_room(machine, (void **)&pickle->marks, &pickle->mark_room, pickle->mark_count,
		      sizeof(*pickle->marks)))
		pickle->marks[pickle->mark_count++] = pickle->stack_count;
}

/* Where the values behind the last mark begin in the stack; they and the mark are gone from it. */
static size_t pop_mark(struct pickle_machine *machine, size_t *count)
{
	struct pickle *pickle = machine->pickle;
	size_t from = pickle->stack_count;

	*count = 0;
	if (!pickle->mark_count) {
		file_reader__refuse(machine->reader);
		return from;
	}
	from = pickle->marks[--pickle->mark_count];
	*count = pickle->stack_count - from;
	pickle->stack_count = from;
	return from;
}

/* Adds what lies behind the last mark to what lies before it. */
void pickle_add_marked(struct pickle_machine *machine)
{
	size_t count, from = pop_mark(machine, &count), i;
	uint32_t to = pickle_is_over(machine) ? 0 : pickle_top_node(machine);

	for (i = 0; i < count && !pickle_is_over(machine); i++)
		pickle_add_cell(machine, to, machine->pickle->stack[from + i]);
}

void pickle_push_tuple(struct pickle_machine *machine)
{
	size_t count, from = pop_mark(machine, &count), i;
	uint32_t tuple = pickle_new_node(machine, PICKLE_TUPLE, 0);

	for (i = 0; i < count && !pickle_is_over(machine); i++)
		pickle_add_cell(machine, tuple, machine->pickle->stack[from + i]);
	pickle_push_node(machine, tuple);
}

void pickle_push_short_tuple(struct pickle_machine *machine, unsigned int count)
{
	uint32_t tuple = pickle_new_node(machine, PICKLE_TUPLE, 0), nodes[3] = { 0 };
	unsigned int i;

	for (i = count; i > 0; i--)
		nodes[i - 1] = pickle_pop_node(machine);
	for (i = 0; i < count; i++)
		pickle_add_cell(machine, tuple, nodes[i]);
	pickle_push_node(machine, tuple);
}

static void put_text(struct pickle_machine *machine, const char *bytes, size_t count)
{
	struct pickle *pickle = machine->pickle;

	if (!machine->err)
		machine->err = array_reserve((void **)&pickle->texts, &pickle->text_room,
					     pickle->text_count + count, 1);
	if (pickle_is_over(machine))
		return;
	memcpy(pickle->texts + pickle->text_count, bytes, count);
	pickle->text_count += count;
}

/* A longer one is not known. */
void pickle_push_text(struct pickle_machine *machine, uint64_t length)
{
	size_t at = machine->pickle->text_count;
	char text[TEXT_MAX + 1];

	if (length > TEXT_MAX) {
		file_reader__skip(machine->reader, length);
		pickle_push_node(machine, 0);
		return;
	}
	file_reader__take(machine->reader, text, (size_t)length);
	text[length] = '\0';
	put_text(machine, text, (size_t)length + 1);
	pickle_push_node(machine, pickle_new_node(machine, PICKLE_TEXT, (int64_t)at));
}

/* Two lines: the module and its member. */
void pickle_push_global(struct pickle_machine *machine)
{
	size_t at = machine->pickle->text_count, length = 0;
	char text[TEXT_MAX + 1];
	bool first = true;

	while (!pickle_is_over(machine)) {
		char letter = (char)file_reader__u8(machine->reader);

		if (letter == '\n' && !first)
			break;
		if (length == TEXT_MAX)
			file_reader__refuse(machine->reader);
		else
			text[length++] = letter == '\n' ? ' ' : letter;
		first &= letter != '\n';
	}
	text[length] = '\0';
	put_text(machine, text, length + 1);
	pickle_push_node(machine, pickle_new_node(machine, PICKLE_GLOBAL, (int64_t)at));
}

void pickle_push_stack_global(struct pickle_machine *machine)
{
	uint32_t name = pickle_pop_node(machine), module = pickle_pop_node(machine);
	size_t at = machine->pickle->text_count;
	char text[2 * TEXT_MAX + 2] = "";

	strcat(text, pickle_text(machine->pickle, module));
	strcat(text, " ");
	strcat(text, pickle_text(machine->pickle, name));
	put_text(machine, text, strlen(text) + 1);
	pickle_push_node(machine, pickle_new_node(machine, PICKLE_GLOBAL, (int64_t)at));
}

void pickle_push_call(struct pickle_machine *machine)
{
	uint32_t arguments = pickle_pop_node(machine), called = pickle_pop_node(machine), call;
	bool dict = !strcmp(pickle_text(machine->pickle, called), "collections OrderedDict");

	call = pickle_new_node(machine, dict ? PICKLE_DICT : PICKLE_CALL, 0);
	if (!dict) {
		pickle_add_cell(machine, call, called);
		pickle_add_cell(machine, call, arguments);
	}
	pickle_push_node(machine, call);
}

void pickle_push_outside(struct pickle_machine *machine)
{
	uint32_t which = pickle_pop_node(machine);
	uint32_t outside = pickle_new_node(machine, PICKLE_OUTSIDE, 0);

	pickle_add_cell(machine, outside, which);
	pickle_push_node(machine, outside);
}

/* An object becomes the dict of its members; a dict has its items already. */
void pickle_build_object(struct pickle_machine *machine)
{
	struct pickle *pickle = machine->pickle;
	uint32_t state = pickle_pop_node(machine), object = pickle_top_node(machine);

	if (pickle_is_over(machine) || !object || pickle->nodes[object].kind != PICKLE_CALL)
		return;
	if (pickle->nodes[state].kind == PICKLE_DICT)
		pickle->nodes[object] = pickle->nodes[state];
}

void pickle_put_memo(struct pickle_machine *machine, uint64_t index)
{
	struct pickle *pickle = machine->pickle;
	uint32_t node = pickle_top_node(machine);

	if (index > pickle->memo_count)
		file_reader__refuse(machine->reader);
	if (index == pickle->memo_count &&
	    have_room(machine, (void **)&pickle->memo, &pickle->memo_room, pickle->memo_count,
		      sizeof(*pickle->memo)))
		pickle->memo_count++;
	if (!pickle_is_over(machine))
		pickle->memo[index] = node;
}

void pickle_get_memo(struct pickle_machine *machine, uint64_t index)
{
	if (index < machine->pickle->memo_count)
		pickle_push_node(machine, machine->pickle->memo[index]);
	else
		file_reader__refuse(machine->reader);
}

/* Little-endian, of two's complement; larger ones than fit are not known. */
void pickle_push_long(struct pickle_machine *machine)
{
	uint8_t bytes[256] = { 0 };
	size_t count = file_reader__u8(machine->reader), i;
	uint64_t value = 0;

	file_reader__take(machine->reader, bytes, count);
	if (count > sizeof(value)) {
		pickle_push_node(machine, 0);
		return;
	}
	for (i = sizeof(value); i > 0; i--)
		value = value << 8 |
			(i > count && count && bytes[count - 1] & 0x80 ? 0xff : bytes[i - 1]);
	pickle_push_node(machine, pickle_new_node(machine, PICKLE_NUMBER, (int64_t)value));
}

void pickle_begin(struct pickle_machine *machine)
{
	struct pickle *pickle = machine->pickle;

	pickle_new_node(machine, PICKLE_OTHER, 0);
	if (have_room(machine, (void **)&pickle->cells, &pickle->cell_room, 0,
		      sizeof(*pickle->cells)))
		pickle->cell_count = 1;
}
