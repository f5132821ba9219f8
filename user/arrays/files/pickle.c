/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The opcodes of Lib/pickletools.py that protocols 2 to 5 write. */
#include "arrays/files/pickle_machine.h"

#include <string.h>

enum opcode {
	OP_MARK = '(',
	OP_EMPTY_TUPLE = ')',
	OP_STOP = '.',
	OP_POP = '0',
	OP_BINBYTES = 'B',
	OP_SHORT_BINBYTES = 'C',
	OP_BINFLOAT = 'G',
	OP_BININT = 'J',
	OP_BININT1 = 'K',
	OP_BININT2 = 'M',
	OP_NONE = 'N',
	OP_BINPERSID = 'Q',
	OP_REDUCE = 'R',
	OP_BINUNICODE = 'X',
	OP_EMPTY_LIST = ']',
	OP_APPEND = 'a',
	OP_BUILD = 'b',
	OP_GLOBAL = 'c',
	OP_APPENDS = 'e',
	OP_BINGET = 'h',
	OP_LONG_BINGET = 'j',
	OP_BINPUT = 'q',
	OP_LONG_BINPUT = 'r',
	OP_SETITEM = 's',
	OP_TUPLE = 't',
	OP_SETITEMS = 'u',
	OP_EMPTY_DICT = '}',
	OP_PROTO = 0x80,
	OP_NEWOBJ = 0x81,
	OP_TUPLE1 = 0x85,
	OP_TUPLE2 = 0x86,
	OP_TUPLE3 = 0x87,
	OP_NEWTRUE = 0x88,
	OP_NEWFALSE = 0x89,
	OP_LONG1 = 0x8a,
	OP_SHORT_BINUNICODE = 0x8c,
	OP_EMPTY_SET = 0x8f,
	OP_ADDITEMS = 0x90,
	OP_STACK_GLOBAL = 0x93,
	OP_MEMOIZE = 0x94,
	OP_FRAME = 0x95,
};

static void push_number(struct pickle_machine *machine, int64_t number)
{
	pickle_push_node(machine, pickle_new_node(machine, PICKLE_NUMBER, number));
}

static void skip_and_push(struct pickle_machine *machine, uint64_t bytes)
{
	file_reader__skip(machine->reader, bytes);
	pickle_push_node(machine, 0);
}

static void add_item(struct pickle_machine *machine, bool keyed)
{
	uint32_t value = pickle_pop_node(machine), key = keyed ? pickle_pop_node(machine) : 0;
	uint32_t to = pickle_top_node(machine);

	if (keyed)
		pickle_add_cell(machine, to, key);
	pickle_add_cell(machine, to, value);
}

/* Values without parts. */
static bool push_plain(struct pickle_machine *machine, enum opcode opcode)
{
	struct file_reader *reader = machine->reader;

	switch (opcode) {
	case OP_NONE:
	case OP_NEWTRUE:
	case OP_NEWFALSE:
	case OP_EMPTY_SET:
		pickle_push_node(machine, 0);
		return true;
	case OP_BINFLOAT:
		skip_and_push(machine, 8);
		return true;
	case OP_BINBYTES:
		skip_and_push(machine, file_reader__u32(reader));
		return true;
	case OP_SHORT_BINBYTES:
		skip_and_push(machine, file_reader__u8(reader));
		return true;
	case OP_BININT:
		push_number(machine, (int32_t)file_reader__u32(reader));
		return true;
	case OP_BININT1:
		push_number(machine, file_reader__u8(reader));
		return true;
	case OP_BININT2:
		push_number(machine, file_reader__u16(reader));
		return true;
	case OP_LONG1:
		pickle_push_long(machine);
		return true;
	case OP_BINUNICODE:
		pickle_push_text(machine, file_reader__u32(reader));
		return true;
	case OP_SHORT_BINUNICODE:
		pickle_push_text(machine, file_reader__u8(reader));
		return true;
	case OP_GLOBAL:
		pickle_push_global(machine);
		return true;
	default:
		return false;
	}
}

static bool push_parts(struct pickle_machine *machine, enum opcode opcode)
{
	switch (opcode) {
	case OP_EMPTY_TUPLE:
	case OP_EMPTY_LIST:
		pickle_push_node(machine, pickle_new_node(machine, PICKLE_TUPLE, 0));
		return true;
	case OP_EMPTY_DICT:
		pickle_push_node(machine, pickle_new_node(machine, PICKLE_DICT, 0));
		return true;
	case OP_TUPLE:
		pickle_push_tuple(machine);
		return true;
	case OP_TUPLE1:
	case OP_TUPLE2:
	case OP_TUPLE3:
		pickle_push_short_tuple(machine, opcode - OP_TUPLE1 + 1);
		return true;
	case OP_APPENDS:
	case OP_SETITEMS:
	case OP_ADDITEMS:
		pickle_add_marked(machine);
		return true;
	case OP_APPEND:
	case OP_SETITEM:
		add_item(machine, opcode == OP_SETITEM);
		return true;
	case OP_REDUCE:
	case OP_NEWOBJ:
		pickle_push_call(machine);
		return true;
	default:
		return false;
	}
}

static void play_opcode(struct pickle_machine *machine, enum opcode opcode)
{
	struct file_reader *reader = machine->reader;

	if (push_plain(machine, opcode) || push_parts(machine, opcode))
		return;
	switch (opcode) {
	case OP_PROTO:
		file_reader__skip(reader, 1);
		break;
	case OP_FRAME:
		file_reader__skip(reader, 8);
		break;
	case OP_MARK:
		pickle_push_mark(machine);
		break;
	case OP_POP:
		pickle_pop_node(machine);
		break;
	case OP_STACK_GLOBAL:
		pickle_push_stack_global(machine);
		break;
	case OP_BINPERSID:
		pickle_push_outside(machine);
		break;
	case OP_BUILD:
		pickle_build_object(machine);
		break;
	case OP_MEMOIZE:
		pickle_put_memo(machine, machine->pickle->memo_count);
		break;
	case OP_BINPUT:
		pickle_put_memo(machine, file_reader__u8(reader));
		break;
	case OP_LONG_BINPUT:
		pickle_put_memo(machine, file_reader__u32(reader));
		break;
	case OP_BINGET:
		pickle_get_memo(machine, file_reader__u8(reader));
		break;
	case OP_LONG_BINGET:
		pickle_get_memo(machine, file_reader__u32(reader));
		break;
	default:
		file_reader__refuse(reader);
	}
}

int pickle_read(struct file_reader *reader, struct pickle *ret)
{
	struct pickle_machine machine = { reader, ret, 0 };
	enum opcode opcode;

	memset(ret, 0, sizeof(*ret));
	pickle_begin(&machine);
	while (!pickle_is_over(&machine)) {
		opcode = (enum opcode)file_reader__u8(reader);
		if (opcode == OP_STOP)
			break;
		play_opcode(&machine, opcode);
	}
	if (!pickle_is_over(&machine))
		ret->root = pickle_pop_node(&machine);
	return machine.err;
}
