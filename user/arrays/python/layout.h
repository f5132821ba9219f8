/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Where CPython keeps its fields, in bytes from the start of each struct: one row per minor
 * version, generated from that version's headers (tests/tools/python-layout). -1: the field does
 * not exist. Default builds with the GIL, LP64.
 */
#ifndef ARRAYS_PYTHON_LAYOUT_H
#define ARRAYS_PYTHON_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

/* clang-format off */
#define PY_LAYOUT_FIELDS(X) \
 X(rt_size) X(rt_interp_head) \
 X(is_size) X(is_next) X(is_id) X(is_tstate_head) X(is_modules) X(is_feature_flags) \
 X(ts_size) X(ts_next) X(ts_interp) X(ts_frame) X(ts_cframe) X(cf_current) X(ts_thread_id) X(ts_native_id) \
 X(fr_prev) X(fr_code) X(fr_func) X(fr_globals) X(fr_locals) X(fr_instr) X(fr_stacktop) X(fr_stacktop_is) X(fr_owner) X(fr_is_entry) X(fr_localsplus) \
 X(co_size) X(co_filename) X(co_name) X(co_qualname) X(co_linetable) X(co_firstlineno) X(co_flags) X(co_nlocals) X(co_nlocalsplus) X(co_varnames) X(co_cellvars) X(co_freevars) X(co_localsplusnames) X(co_localspluskinds) X(co_code) \
 X(ob_type) X(ob_refcnt) X(ob_size) \
 X(tp_name) X(tp_basicsize) X(tp_itemsize) X(tp_flags) X(tp_base) X(tp_dict) X(tp_dictoffset) X(tp_repr) X(tp_size) X(ht_cached_keys) \
 X(li_item) X(tu_item) \
 X(ma_used) X(ma_keys) X(ma_values) X(ma_size) X(dk_log2_size) X(dk_kind) X(dk_size) X(dk_nentries) X(dk_indices) X(dv_values) \
 X(uc_state) X(uc_length) X(uc_ascii_size) X(uc_compact_size) X(uc_data) \
 X(by_sval) X(ce_ref) X(fn_globals) X(fn_code) X(fn_closure) X(fn_name) X(fn_defaults) X(fn_kwdefaults) X(me_func) X(me_self) X(md_dict) X(gen_frame) X(gen_iframe) \
 X(set_mask) X(set_table) X(bb_bytes) X(bb_size) X(mv_view) X(dict_mode)
/* clang-format on */

/* How an instance finds its attributes. */
enum py_dict_mode {
	PY_DICT_OFFSET, /* 3.8 to 3.10: a dict at tp_dictoffset, nothing else */
	PY_DICT_VALUES, /* 3.11: values 32 bytes, a dict 24 bytes before the object */
	PY_DICT_TAGGED, /* 3.12: one word 24 bytes before it: values - 1, or a dict */
	PY_DICT_INLINE, /* 3.13: a dict 24 bytes before it, or values after it */
};

struct py_layout {
	int32_t minor;
#define X(field) int32_t field;
	PY_LAYOUT_FIELDS(X)
#undef X
};

/* The row of CPython 3.minor; NULL: unknown version. */
const struct py_layout *py_layout_of(int32_t minor);

#define PY_DEBUG_BYTES_MAX 1024u

/*
 * Applies what CPython 3.13 and later declares in the bytes at _PyRuntime (_Py_DebugOffsets) to
 * that version's row. Offsets that move between patch releases are taken over; all others must
 * agree. NULL, or a literal that says why the row cannot be trusted; *row is then unchanged.
 */
const char *py_layout_refine(struct py_layout *row, const uint8_t *debug, size_t bytes);

#endif
