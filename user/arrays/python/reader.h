/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One look at a Python: typed reads of its memory. Everything that is read is untrusted and
 * may be torn; addresses are checked by reading, counts by limits.
 */
#ifndef ARRAYS_PYTHON_READER_H
#define ARRAYS_PYTHON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arrays/python/layout.h"
#include "collect/memsrc.h"
#include "facts/vma.h"

#define PY_NAME_MAX 256u	  /* bytes of a name, with its end */
#define PY_CONTAINER_MAX 1000000u /* members of one container */
#define PY_TYPES_MAX 65536u	  /* and as many times 16 addresses that are none */

enum py_kind {
	PY_OTHER,
	PY_LEAF, /* holds nothing that could hold an array */
	PY_STR,
	PY_INT,
	PY_LIST,
	PY_TUPLE,
	PY_DICT,
	PY_SET,
	PY_TYPE,
	PY_MODULE,
	PY_FUNCTION,
	PY_METHOD,
	PY_CELL,
	PY_GENERATOR,
	PY_DEQUE,
	PY_NDARRAY,
};

/* tp_flags (Include/object.h) */
#define PY_FLAG_INLINE_VALUES (1ull << 2)
#define PY_FLAG_MANAGED_DICT (1ull << 4)
#define PY_FLAG_HEAPTYPE (1ull << 9)
#define PY_FLAG_READY 0x1000ull
#define PY_FLAG_HAVE_GC (1ull << 14)

struct py_type {
	uint64_t address; /* 0: a free slot */
	enum py_kind kind;
	uint64_t flags;
	uint64_t basicsize;
	uint64_t itemsize;
	int64_t dictoffset;
	uint64_t cached_keys;
};

struct py_types;

struct py {
	struct memsrc *memsrc;
	struct py_layout layout;
	const struct vma_list *vmas;
	uint64_t page_bytes;
	uint64_t runtime; /* addresses in the target */
	uint64_t interp;
	uint64_t modules;      /* the dict sys.modules */
	uint64_t ndarray_type; /* 0: no numpy */
	size_t binary_first;   /* VMAs [first, end) of the binary that holds the runtime */
	size_t binary_end;
	struct py_types *types;
	uint64_t deadline_ns; /* CLOCK_MONOTONIC */
	uint32_t ticks;
	const char *cut; /* a literal: why the look was cut short; NULL: it was not */
};

/* 0, or -errno of memsrc__read. */
int py_read(struct py *py, uint64_t address, void *buffer, size_t bytes);
int py_word(struct py *py, uint64_t address, uint64_t *ret);

/* False once the time is over; then py->cut says so. */
bool py_in_time(struct py *py);

/* A str object as UTF-8, cut to the buffer. -EINVAL: it is no str. */
int py_string(struct py *py, uint64_t address, char *buffer, size_t size);

/* An int that fits; -EINVAL: it is none. */
int py_int(struct py *py, uint64_t address, int64_t *ret);

/* What is known of types so far. NULL when there is no memory. */
struct py_types *py_types__new(void);
void py_types__free(struct py_types *types);

/* The type of an object; NULL when it cannot be one. Valid until the next question. */
const struct py_type *py_type_of(struct py *py, uint64_t object);
const struct py_type *py_type_at(struct py *py, uint64_t type);

/*
 * Calls visit with key, value and the address that holds the value, until it returns nonzero,
 * and returns that. A torn dict ends early: 0 or -errno.
 */
typedef int (*py_visit_item)(void *ctx, uint64_t key, uint64_t value, uint64_t slot);
int py_each_item(struct py *py, uint64_t dict, py_visit_item visit, void *ctx);

/* The same for values that stand apart from a keys object: 3.11's and later instances. */
int py_each_value(struct py *py, uint64_t keys, uint64_t values, py_visit_item visit, void *ctx);

/* The value of a str key; -ENOENT. */
int py_dict_get(struct py *py, uint64_t dict, const char *key, uint64_t *ret);

#endif
