/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * _Py_DebugOffsets: the layout as the target declares it (Include/internal/pycore_debug_offsets.h).
 */
#include "arrays/python/layout.h"

#include <stdbool.h>
#include <string.h>

#define COOKIE "xdebugpy"
#define COOKIE_BYTES 8u
#define STRUCT_BYTES_MIN 64u
#define STRUCT_BYTES_MAX (16u << 20)

struct word_list {
	int32_t minor;
	const char *const *words; /* the 64-bit words after the cookie, in order */
	size_t count;
};

#include "arrays/python/layout_words.inc"

/* From 3.13 on the words name fields of these structs; the size of each precedes its fields. */
static const struct moving {
	const char *word;
	size_t field; /* of struct py_layout */
	size_t within;
} moving[] = {
#define FIELD(name) offsetof(struct py_layout, name)
	{ "runtime_state.size", FIELD(rt_size), 0 },
	{ "runtime_state.interpreters_head", FIELD(rt_interp_head), FIELD(rt_size) },
	{ "interpreter_state.size", FIELD(is_size), 0 },
	{ "interpreter_state.id", FIELD(is_id), FIELD(is_size) },
	{ "interpreter_state.next", FIELD(is_next), FIELD(is_size) },
	{ "interpreter_state.threads_head", FIELD(is_tstate_head), FIELD(is_size) },
	{ "interpreter_state.imports_modules", FIELD(is_modules), FIELD(is_size) },
	{ "thread_state.size", FIELD(ts_size), 0 },
	{ "thread_state.next", FIELD(ts_next), FIELD(ts_size) },
	{ "thread_state.interp", FIELD(ts_interp), FIELD(ts_size) },
	{ "thread_state.current_frame", FIELD(ts_frame), FIELD(ts_size) },
	{ "thread_state.thread_id", FIELD(ts_thread_id), FIELD(ts_size) },
	{ "thread_state.native_thread_id", FIELD(ts_native_id), FIELD(ts_size) },
};

/* The same in every patch release: code and extensions are compiled against them. */
static const struct fixed {
	const char *word;
	size_t field;
	const char *wrong;
} fixed[] = {
#define FIXED(word, name)                                                                          \
	{                                                                                          \
		word, FIELD(name),                                                                 \
			"the layout that it declares for " word " contradicts its version"         \
	}
	FIXED("interpreter_frame.previous", fr_prev),
	FIXED("interpreter_frame.executable", fr_code),
	FIXED("interpreter_frame.instr_ptr", fr_instr),
	FIXED("interpreter_frame.localsplus", fr_localsplus),
	FIXED("interpreter_frame.owner", fr_owner),
	FIXED("interpreter_frame.stackpointer", fr_stacktop),
	FIXED("code_object.size", co_size),
	FIXED("code_object.filename", co_filename),
	FIXED("code_object.name", co_name),
	FIXED("code_object.qualname", co_qualname),
	FIXED("code_object.linetable", co_linetable),
	FIXED("code_object.firstlineno", co_firstlineno),
	FIXED("code_object.localsplusnames", co_localsplusnames),
	FIXED("code_object.localspluskinds", co_localspluskinds),
	FIXED("code_object.co_code_adaptive", co_code),
	FIXED("pyobject.ob_type", ob_type),
	FIXED("type_object.size", tp_size),
	FIXED("type_object.tp_name", tp_name),
	FIXED("type_object.tp_repr", tp_repr),
	FIXED("type_object.tp_flags", tp_flags),
	FIXED("type_object.tp_basicsize", tp_basicsize),
	FIXED("type_object.tp_dictoffset", tp_dictoffset),
	FIXED("heap_type_object.ht_cached_keys", ht_cached_keys),
	FIXED("tuple_object.ob_item", tu_item),
	FIXED("tuple_object.ob_size", ob_size),
	FIXED("list_object.ob_item", li_item),
	FIXED("list_object.ob_size", ob_size),
	FIXED("set_object.table", set_table),
	FIXED("set_object.mask", set_mask),
	FIXED("dict_object.size", ma_size),
	FIXED("dict_object.ma_keys", ma_keys),
	FIXED("dict_object.ma_values", ma_values),
	FIXED("bytes_object.ob_sval", by_sval),
	FIXED("unicode_object.state", uc_state),
	FIXED("unicode_object.length", uc_length),
	FIXED("unicode_object.asciiobject_size", uc_ascii_size),
	FIXED("unicode_object.compactunicodeobject_size", uc_compact_size),
	FIXED("gen_object.gi_iframe", gen_iframe),
};

struct told {
	const struct word_list *list;
	const uint8_t *words;
};

static bool find_word(const struct told *told, const char *name, uint64_t *ret)
{
	size_t i;

	for (i = 0; i < told->list->count; i++) {
		if (strcmp(told->list->words[i], name))
			continue;
		memcpy(ret, told->words + i * sizeof(*ret), sizeof(*ret));
		return true;
	}
	return false;
}

static int32_t *field_of(struct py_layout *row, size_t offset)
{
	return (int32_t *)(void *)((char *)row + offset);
}

static const char *take_moving(struct py_layout *row, const struct told *told)
{
	uint64_t value, least, limit;
	size_t i;

	for (i = 0; i < sizeof(moving) / sizeof(moving[0]); i++) {
		if (!find_word(told, moving[i].word, &value))
			continue;
		least = moving[i].within ? 0 : STRUCT_BYTES_MIN;
		limit = STRUCT_BYTES_MAX;
		if (moving[i].within)
			limit = (uint64_t)*field_of(row, moving[i].within) - sizeof(uint64_t);
		if (value < least || value > limit || value % sizeof(uint64_t))
			return "the layout that it declares is invalid";
		*field_of(row, moving[i].field) = (int32_t)value;
	}
	return NULL;
}

static const char *compare_fixed(struct py_layout *row, const struct told *told)
{
	uint64_t value;
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (find_word(told, fixed[i].word, &value) &&
		    value != (uint64_t)*field_of(row, fixed[i].field))
			return fixed[i].wrong;
	}
	return NULL;
}

static const struct word_list *list_of(int32_t minor)
{
	size_t i;

	for (i = 0; i < sizeof(word_lists) / sizeof(word_lists[0]); i++) {
		if (word_lists[i].minor == minor)
			return &word_lists[i];
	}
	return NULL;
}

const char *py_layout_refine(struct py_layout *row, const uint8_t *debug, size_t bytes)
{
	struct told told = { .list = list_of(row->minor), .words = debug + COOKIE_BYTES };
	struct py_layout refined = *row;
	uint64_t version, free_threaded;
	const char *why;

	if (!told.list)
		return NULL;
	if (bytes < COOKIE_BYTES + told.list->count * sizeof(uint64_t) ||
	    memcmp(debug, COOKIE, COOKIE_BYTES) || !find_word(&told, "version", &version) ||
	    !find_word(&told, "free_threaded", &free_threaded))
		return "it does not begin with the _Py_DebugOffsets of its version";
	/* PY_VERSION_HEX */
	if (version >> 16 != (0x300ull | (uint64_t)row->minor))
		return "it declares another version than its program";
	if (free_threaded)
		return "it has no GIL (free-threaded); such builds cannot be read";
	why = take_moving(&refined, &told);
	if (!why)
		why = compare_fixed(&refined, &told);
	if (!why)
		*row = refined;
	return why;
}
