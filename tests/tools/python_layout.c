/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Prints the row of arrays/python/layout_table.inc for the CPython whose headers it is compiled
 * with; tests/tools/python-layout does that.
 */
#define Py_BUILD_CORE 1
#define NEEDS_PY_IDENTIFIER
#include <Python.h>
#include <frameobject.h>
#include <stddef.h>
#include <stdio.h>
#include <structmember.h>
#if PY_VERSION_HEX < 0x03090000
#include <internal/pycore_pystate.h>
#else
#include <internal/pycore_gc.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>
#endif
#if PY_VERSION_HEX >= 0x030b0000
#include <internal/pycore_code.h>
#include <internal/pycore_dict.h>
#include <internal/pycore_frame.h>
#endif
#if PY_VERSION_HEX >= 0x030e0000
#include <internal/pycore_interpframe_structs.h>
#endif

#include "arrays/python/layout.h"

#define AT(type, member) ((int32_t)offsetof(type, member))
#define SIZE(type) ((int32_t)sizeof(type))

static void fill_runtime(struct py_layout *row)
{
	row->rt_size = SIZE(_PyRuntimeState);
	row->rt_interp_head = AT(_PyRuntimeState, interpreters.head);
	row->is_size = SIZE(struct _is);
	row->is_next = AT(struct _is, next);
	row->is_id = AT(struct _is, id);
#if PY_VERSION_HEX >= 0x030b0000
	row->is_tstate_head = AT(struct _is, threads.head);
#else
	row->is_tstate_head = AT(struct _is, tstate_head);
#endif
#if PY_VERSION_HEX >= 0x030c0000
	row->is_modules = AT(struct _is, imports.modules);
	row->is_feature_flags = AT(struct _is, feature_flags);
#else
	row->is_modules = AT(struct _is, modules);
#endif
}

static void fill_thread(struct py_layout *row)
{
	row->ts_size = SIZE(PyThreadState);
	row->ts_next = AT(PyThreadState, next);
	row->ts_interp = AT(PyThreadState, interp);
	row->ts_thread_id = AT(PyThreadState, thread_id);
#if PY_VERSION_HEX >= 0x030b0000
	row->ts_native_id = AT(PyThreadState, native_thread_id);
#endif
#if PY_VERSION_HEX >= 0x030d0000
	row->ts_frame = AT(PyThreadState, current_frame);
#elif PY_VERSION_HEX >= 0x030b0000
	row->ts_cframe = AT(PyThreadState, cframe);
	row->cf_current = AT(_PyCFrame, current_frame);
#else
	row->ts_frame = AT(PyThreadState, frame);
#endif
}

/* fr_stacktop_is: 1 an index, 2 a pointer, 3 a depth. */
static void fill_frame(struct py_layout *row)
{
#if PY_VERSION_HEX >= 0x030b0000
	row->fr_prev = AT(_PyInterpreterFrame, previous);
#if PY_VERSION_HEX >= 0x030d0000
	row->fr_code = AT(_PyInterpreterFrame, f_executable);
	row->fr_instr = AT(_PyInterpreterFrame, instr_ptr);
#else
	row->fr_code = AT(_PyInterpreterFrame, f_code);
	row->fr_instr = AT(_PyInterpreterFrame, prev_instr);
#endif
#if PY_VERSION_HEX >= 0x030c0000
	row->fr_func = AT(_PyInterpreterFrame, f_funcobj);
#else
	row->fr_func = AT(_PyInterpreterFrame, f_func);
	row->fr_is_entry = AT(_PyInterpreterFrame, is_entry);
#endif
	row->fr_globals = AT(_PyInterpreterFrame, f_globals);
	row->fr_locals = AT(_PyInterpreterFrame, f_locals);
#if PY_VERSION_HEX >= 0x030e0000
	row->fr_stacktop = AT(_PyInterpreterFrame, stackpointer);
	row->fr_stacktop_is = 2;
#else
	row->fr_stacktop = AT(_PyInterpreterFrame, stacktop);
	row->fr_stacktop_is = 1;
#endif
	row->fr_owner = AT(_PyInterpreterFrame, owner);
	row->fr_localsplus = AT(_PyInterpreterFrame, localsplus);
#else
	row->fr_prev = AT(PyFrameObject, f_back);
	row->fr_code = AT(PyFrameObject, f_code);
	row->fr_instr = AT(PyFrameObject, f_lasti);
	row->fr_globals = AT(PyFrameObject, f_globals);
	row->fr_locals = AT(PyFrameObject, f_locals);
	row->fr_localsplus = AT(PyFrameObject, f_localsplus);
#if PY_VERSION_HEX >= 0x030a0000
	row->fr_stacktop = AT(PyFrameObject, f_stackdepth);
	row->fr_stacktop_is = 3;
#else
	row->fr_stacktop = AT(PyFrameObject, f_stacktop);
	row->fr_stacktop_is = 2;
#endif
#endif
}

static void fill_code(struct py_layout *row)
{
	row->co_size = SIZE(PyCodeObject);
	row->co_filename = AT(PyCodeObject, co_filename);
	row->co_name = AT(PyCodeObject, co_name);
	row->co_firstlineno = AT(PyCodeObject, co_firstlineno);
	row->co_flags = AT(PyCodeObject, co_flags);
	row->co_nlocals = AT(PyCodeObject, co_nlocals);
#if PY_VERSION_HEX >= 0x030b0000
	row->co_qualname = AT(PyCodeObject, co_qualname);
	row->co_linetable = AT(PyCodeObject, co_linetable);
	row->co_nlocalsplus = AT(PyCodeObject, co_nlocalsplus);
	row->co_localsplusnames = AT(PyCodeObject, co_localsplusnames);
	row->co_localspluskinds = AT(PyCodeObject, co_localspluskinds);
	row->co_code = AT(PyCodeObject, co_code_adaptive);
#else
#if PY_VERSION_HEX >= 0x030a0000
	row->co_linetable = AT(PyCodeObject, co_linetable);
#else
	row->co_linetable = AT(PyCodeObject, co_lnotab);
#endif
	row->co_varnames = AT(PyCodeObject, co_varnames);
	row->co_cellvars = AT(PyCodeObject, co_cellvars);
	row->co_freevars = AT(PyCodeObject, co_freevars);
	row->co_code = AT(PyCodeObject, co_code);
#endif
}

static void fill_type(struct py_layout *row)
{
	row->ob_type = AT(PyObject, ob_type);
	row->ob_refcnt = AT(PyObject, ob_refcnt);
	row->ob_size = AT(PyVarObject, ob_size);
	row->tp_name = AT(PyTypeObject, tp_name);
	row->tp_basicsize = AT(PyTypeObject, tp_basicsize);
	row->tp_itemsize = AT(PyTypeObject, tp_itemsize);
	row->tp_flags = AT(PyTypeObject, tp_flags);
	row->tp_base = AT(PyTypeObject, tp_base);
	row->tp_dict = AT(PyTypeObject, tp_dict);
	row->tp_dictoffset = AT(PyTypeObject, tp_dictoffset);
	row->tp_repr = AT(PyTypeObject, tp_repr);
	row->tp_size = SIZE(PyTypeObject);
	row->ht_cached_keys = AT(PyHeapTypeObject, ht_cached_keys);
}

#if PY_VERSION_HEX < 0x030b0000
/* Private to Objects/dict-common.h. */
struct keys {
	Py_ssize_t refcnt, size;
	void *lookup;
	Py_ssize_t usable, nentries;
	char indices[];
};
#endif

static void fill_dict(struct py_layout *row)
{
	row->ma_used = AT(PyDictObject, ma_used);
	row->ma_keys = AT(PyDictObject, ma_keys);
	row->ma_values = AT(PyDictObject, ma_values);
	row->ma_size = SIZE(PyDictObject);
#if PY_VERSION_HEX >= 0x030b0000
	row->dk_log2_size = AT(struct _dictkeysobject, dk_log2_size);
	row->dk_kind = AT(struct _dictkeysobject, dk_kind);
	row->dk_nentries = AT(struct _dictkeysobject, dk_nentries);
	row->dk_indices = AT(struct _dictkeysobject, dk_indices);
	row->dv_values = AT(struct _dictvalues, values);
#else
	row->dk_size = AT(struct keys, size);
	row->dk_nentries = AT(struct keys, nentries);
	row->dk_indices = AT(struct keys, indices);
#endif
	row->dict_mode = PY_VERSION_HEX >= 0x030d0000	? PY_DICT_INLINE
			 : PY_VERSION_HEX >= 0x030c0000 ? PY_DICT_TAGGED
			 : PY_VERSION_HEX >= 0x030b0000 ? PY_DICT_VALUES
							: PY_DICT_OFFSET;
}

static void fill_objects(struct py_layout *row)
{
	row->li_item = AT(PyListObject, ob_item);
	row->tu_item = AT(PyTupleObject, ob_item);
	row->uc_length = AT(PyASCIIObject, length);
	row->uc_state = AT(PyASCIIObject, state);
	row->uc_ascii_size = SIZE(PyASCIIObject);
	row->uc_compact_size = SIZE(PyCompactUnicodeObject);
	row->uc_data = AT(PyUnicodeObject, data);
	row->by_sval = AT(PyBytesObject, ob_sval);
	row->ce_ref = AT(PyCellObject, ob_ref);
	row->fn_globals = AT(PyFunctionObject, func_globals);
	row->fn_code = AT(PyFunctionObject, func_code);
	row->fn_closure = AT(PyFunctionObject, func_closure);
	row->fn_name = AT(PyFunctionObject, func_name);
	row->fn_defaults = AT(PyFunctionObject, func_defaults);
	row->fn_kwdefaults = AT(PyFunctionObject, func_kwdefaults);
	row->me_func = AT(PyMethodObject, im_func);
	row->me_self = AT(PyMethodObject, im_self);
	/* Private to Objects/moduleobject.c, and its first field. */
	row->md_dict = SIZE(PyObject);
#if PY_VERSION_HEX >= 0x030b0000
	row->gen_iframe = AT(PyGenObject, gi_iframe);
#else
	row->gen_frame = AT(PyGenObject, gi_frame);
#endif
	row->set_mask = AT(PySetObject, mask);
	row->set_table = AT(PySetObject, table);
	row->bb_bytes = AT(PyByteArrayObject, ob_start);
	row->bb_size = AT(PyByteArrayObject, ob_base.ob_size);
	row->mv_view = AT(PyMemoryViewObject, view);
}

int main(void)
{
	struct py_layout row;

	/* -1 where nothing is filled in. */
	memset(&row, 0xff, sizeof(row));
	row.minor = PY_MINOR_VERSION;
	fill_runtime(&row);
	fill_thread(&row);
	fill_frame(&row);
	fill_code(&row);
	fill_type(&row);
	fill_dict(&row);
	fill_objects(&row);
	printf("{ .minor=%d,", row.minor);
#define X(field) printf(" ." #field "=%d,", row.field);
	PY_LAYOUT_FIELDS(X)
	puts(" },");
	return 0;
}
