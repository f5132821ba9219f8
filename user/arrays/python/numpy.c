/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* numpy through its module in sys.modules: version, type, dtypes; each is checked, none trusted. */
#include "arrays/python/numpy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/check.h"
#include "arrays/python/find.h"
#include "arrays/python/interpreters.h"
#include "arrays/python/ndarray.h"

#define MAJOR_FIRST 1u
#define MAJOR_LAST 2u
#define BASES_MAX 32
/* sizeof(PyArrayObject_fields), which has grown at its end */
#define NDARRAY_BYTES_MIN 80u
#define NDARRAY_BYTES_MAX 96u
#define SAMPLE 64u
#define ITEM_BYTES_MAX (1ull << 30)

/* A program may have put its own class there: then numpy's is among its bases. */
static uint64_t numpys_own(struct py *py, uint64_t type)
{
	int i;

	for (i = 0; i < BASES_MAX && type; i++) {
		const struct py_type *found = py_type_at(py, type);

		if (!found)
			return 0;
		if (py_type_called(py, type, "numpy.ndarray"))
			return found->basicsize >= NDARRAY_BYTES_MIN &&
					       found->basicsize <= NDARRAY_BYTES_MAX
				       ? type
				       : 0;
		if (py_word(py, type + (uint64_t)py->layout.tp_base, &type))
			return 0;
	}
	return 0;
}

static int refuse_numpy(char *why, size_t size, const char *runtime, const char *what)
{
	snprintf(why, size, "%s: %s", runtime, what);
	return -ENOENT;
}

struct module {
	uint64_t dict;
	uint64_t ndarray;
};

/* 1: this interpreter has imported it. */
static int find_module(void *ctx, struct py *py)
{
	struct module *module = ctx;

	return !py_module_dict(py, "numpy", &module->dict) &&
	       !py_dict_get(py, module->dict, "ndarray", &module->ndarray);
}

int py_find_numpy(struct py *py, const char *runtime, uint32_t *major, char *why, size_t size)
{
	char version[PY_NAME_MAX];
	unsigned long number = 0;
	struct module module;
	uint64_t object, type;

	py->ndarray_type = 0;
	/* One interpreter of a process can import numpy; it may be any of them. */
	if (!find_module(&module, py) && !py_each_other_interpreter(py, find_module, &module))
		return 0;
	if (!py_dict_get(py, module.dict, "__version__", &object) &&
	    !py_string(py, object, version, sizeof(version)))
		number = strtoul(version, NULL, 10);
	if (number < MAJOR_FIRST || number > MAJOR_LAST)
		return refuse_numpy(why, size, runtime,
				    "this version of numpy is unknown: its arrays cannot be found");
	type = numpys_own(py, module.ndarray);
	if (!type)
		return refuse_numpy(
			why, size, runtime,
			"numpy.ndarray has an unknown layout: its arrays cannot be found");
	py->ndarray_type = type;
	*major = (uint32_t)number;
	return 0;
}

static bool dtype_fits(char kind, uint64_t bytes)
{
	switch (kind) {
	case 'b':
		return bytes == 1;
	case 'O':
	case 'M':
	case 'm':
		return bytes == 8;
	case 'i':
	case 'u':
	case 'f':
		return bytes && bytes <= 16;
	case 'c':
		return bytes && bytes <= 32 && bytes % 2 == 0;
	case 'U':
		return bytes % 4 == 0 && bytes <= ITEM_BYTES_MAX;
	case 'S':
	case 'V':
		return bytes <= ITEM_BYTES_MAX;
	case 'T': /* StringDType, numpy 2 */
		return bytes == 16;
	default:
		return false;
	}
}

bool py_numpy_dtypes_fit(struct py *py, const uint64_t *arrays, size_t count, uint32_t major)
{
	size_t i, seen = 0, wrong = 0;

	for (i = 0; i < count && seen < SAMPLE && py_in_time(py); i++) {
		struct ndarray_head head;
		uint64_t bytes;
		char kind;

		if (ndarray_head_read(py, arrays[i], &head) ||
		    ndarray_item(py, &head, major, &kind, &bytes))
			continue;
		seen++;
		wrong += !dtype_fits(kind, bytes);
	}
	return wrong * 2 <= seen;
}
