/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One search of a Python: typed reads of its memory. Everything that is read is untrusted and may
 * be torn; addresses are checked by reading, counts by limits.
 */
#ifndef ARRAYS_PYTHON_READER_H
#define ARRAYS_PYTHON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arrays/python/layout.h"
#include "arrays/python/links.h"
#include "arrays/python/str_hash.h"
#include "collect/memory/memsrc.h"
#include "facts/vma.h"

#define PY_NAME_MAX 256u	  /* bytes of a known name, with its NUL */
#define PY_CONTAINER_MAX 1000000u /* members of one container */
#define PY_TUPLE_MAX 4096u	  /* of a tuple of names, cells or blocks */
#define PY_TYPES_MAX 65536u	  /* and 16 times as many addresses that are not types */

enum py_kind {
	PY_OTHER,
	PY_LEAF, /* holds nothing that could hold an array */
	PY_CODE,
	PY_INT,
	PY_STR,
	PY_BYTES,
	PY_NDARRAY,
	PY_BYTEARRAY,
	PY_ARRAY, /* array.array */
	PY_MMAP,
	PY_MEMORYVIEW,
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
	PY_FRAME,
	PY_DEQUE,
	PY_BUILTIN, /* a C function, which may be bound */
	PY_STATICMETHOD,
	PY_EXCEPTION,
	PY_TRACEBACK,
	PY_WEAKREF,
	PY_WEAKPROXY,
	PY_PROXY,	  /* of a mapping: stands for it */
	PY_CONTEXTVAR,	  /* its cached value may be a dead object's address */
	PY_LRU_CACHE,	  /* of functools: a function */
	PY_LRU_ELEMENT,	  /* of a bounded one; reached only through it */
	PY_PANDAS_BLOCKS, /* pandas' manager of the blocks of a DataFrame */
	PY_PANDAS_BLOCK,
	PY_PANDAS_BACKED, /* arrays of pandas that wrap an ndarray */
};

/* tp_flags (Include/object.h) */
#define PY_FLAG_INLINE_VALUES (1ull << 2)
#define PY_FLAG_MANAGED_WEAKREF (1ull << 3)
#define PY_FLAG_MANAGED_DICT (1ull << 4)
#define PY_FLAG_HEAPTYPE (1ull << 9)
#define PY_FLAG_READY 0x1000ull
#define PY_FLAG_HAVE_GC (1ull << 14)

/* How objects of a type are written as literals. */
enum py_literal {
	PY_NO_LITERAL,
	PY_LITERAL_STR,
	PY_LITERAL_BYTES,
	PY_LITERAL_INT,
	PY_LITERAL_BOOL,
	PY_LITERAL_FLOAT,
	PY_LITERAL_NONE,
};

struct py_type {
	uint64_t address; /* 0: a free slot */
	enum py_kind kind;
	enum py_literal literal;
	/* Uses the same C functions as its built-in base: */
	bool compares; /* and hashes */
	bool calls;
	uint64_t flags;
	uint64_t basicsize;
	uint64_t itemsize;
	int64_t dictoffset;
	uint64_t cached_keys;
	bool members; /* a class in its mro names words of the object's body */
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
	uint32_t numpy_major;
	struct py_hash hash;
	size_t binary_first; /* VMAs [first, end) of the binary that contains the runtime */
	size_t binary_end;
	struct py_types *types;
	struct py_links *links; /* where py_follow records what it reads; or NULL */
	uint64_t deadline_ns;	/* CLOCK_THREAD_CPUTIME_ID */
	uint32_t ticks;
	const char *cut; /* a literal: why the search ended early; NULL: it did not */
};

/* 0, or -errno of memsrc__read. */
int py_read(struct py *py, uint64_t address, void *buffer, size_t bytes);
int py_word(struct py *py, uint64_t address, uint64_t *ret);

/* As py_word, for a word that a way rests on; or for its first bytes, with the rest of *ret 0. */
int py_follow(struct py *py, uint64_t address, uint64_t *ret);
int py_follow_bytes(struct py *py, uint64_t address, size_t bytes, uint64_t *ret);

/* As py_follow, for a container's length. */
int py_follow_count(struct py *py, uint64_t address, uint64_t *ret);

/* False once the time is over; py->cut then says so. */
bool py_in_time(struct py *py);

/* Where the characters of a str are. -EINVAL: not a str. */
struct py_str {
	uint64_t data;
	uint64_t length; /* in characters */
	uint32_t kind;	 /* bytes of each */
};
int py_str_find(struct py *py, uint64_t address, struct py_str *ret);

/* A whole str object as UTF-8. -EINVAL: not a str; -E2BIG: it contains a NUL, or does not fit. */
int py_string(struct py *py, uint64_t address, char *buffer, size_t size);

/* An int: digits of 30 bits, lowest first. -EINVAL: not an int; -E2BIG: it has more digits. */
#define PY_INT_DIGIT_BITS 30u
#define PY_INT_DIGITS_MAX 32u

struct py_digits {
	uint32_t of[PY_INT_DIGITS_MAX]; /* the first two always exist */
	size_t count;
	bool negative;
};
int py_int_digits(struct py *py, uint64_t address, struct py_digits *ret);

/* An int that fits; -EINVAL: not an int. */
int py_int(struct py *py, uint64_t address, int64_t *ret);

/* The i-th member of a tuple; -ENOENT after its end. Its length; 0 if it is absurd. */
int py_tuple_get(struct py *py, uint64_t tuple, uint64_t index, uint64_t *ret);
uint64_t py_tuple_length(struct py *py, uint64_t tuple);

/*
 * Whether an object with this reference count is alive. In a freed block the word is a pointer or
 * 0. A pointer is too large for a count; from 3.14 on the count's upper half has flags.
 */
bool py_count_lives(const struct py *py, uint64_t refcount);

/* The beginning of the C string at an address; "" if it cannot be read. */
void py_c_string(struct py *py, uint64_t address, char *buffer, size_t size);

/* What is known of types so far. NULL if there is no memory. */
struct py_types *py_types__new(void);
void py_types__free(struct py_types *types);

/* The name of a type; "" if it cannot be read. */
void py_type_name(struct py *py, uint64_t type, char *buffer, size_t size);

/* The last part of the name of an object's class, in text: "Point" of "geometry.Point". */
const char *py_class_name(struct py *py, uint64_t object, char text[PY_NAME_MAX]);

/* Sets literal, compares and calls of a type whose kind and flags are known. */
void py_type__fill_answers(struct py *py, struct py_type *type);

/* The type of an object; NULL if it cannot be one. Valid until the next call. */
const struct py_type *py_type_of(struct py *py, uint64_t object);
const struct py_type *py_type_at(struct py *py, uint64_t type);

/*
 * Include/structmember.h: a C class, or a class with __slots__, lists the named words of its
 * objects. The list ends with a name of 0.
 */
struct py_member {
	uint64_t name; /* address of a C string */
	int32_t type;
	int32_t padding;
	uint64_t offset;
	int32_t flags;
	int32_t padding2;
	uint64_t doc;
};

#define PY_BASES_MAX 32

/* The i-th member that a class itself lists and that holds an object; -ENOENT after the last. */
int py_member_at(struct py *py, uint64_t type, size_t *i, struct py_member *ret);

/*
 * Calls visit with key, value and the address that holds the value, until it returns nonzero, which
 * is returned. A torn dict ends early: 0 or -errno.
 */
typedef int (*py_visit_item)(void *ctx, uint64_t key, uint64_t value, uint64_t slot);
int py_each_item(struct py *py, uint64_t dict, py_visit_item visit, void *ctx);

/* A visitor that ends with 1 at the str key with exactly this text, and keeps what it was shown. */
struct py_named {
	struct py *py;
	const char *name;
	uint64_t value;
	uint64_t slot;
};
int py_visit_named(void *ctx, uint64_t key, uint64_t value, uint64_t slot);

/* As py_each_item, for values that are separate from a keys object: instances from 3.11 on. */
int py_each_value(struct py *py, uint64_t keys, uint64_t values, py_visit_item visit, void *ctx);

/* The attributes that an instance of a type itself has. */
int py_each_attribute(struct py *py, uint64_t object, const struct py_type *type,
		      py_visit_item visit, void *ctx);

/* One of them; -ENOENT. */
int py_attribute(struct py *py, uint64_t object, const char *name, uint64_t *ret);

/* Whether an object is a str with exactly this text. */
bool py_str_is(struct py *py, uint64_t object, const char *text);

/* The value of a str key (ASCII): by its hash if that is known, else key by key; -ENOENT. */
int py_dict_get(struct py *py, uint64_t dict, const char *key, uint64_t *ret);

#endif
