/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Pages in a list, objects as CPython 3.11 lays them out. */
#include "fake_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "arrays/python/ndarray.h"

#define BASE 0x7f0000000000ull
#define TYPE_BYTES 1064u /* PyHeapTypeObject, and some more */
#define SECONDS 2u

static uint8_t *find_page(struct fake_memory *memory, uint64_t address)
{
	size_t i;

	for (i = 0; i < memory->count; i++) {
		if (memory->numbers[i] == address / FAKE_PAGE)
			return memory->pages[i];
	}
	return NULL;
}

static int load(void *ctx, uint64_t address, size_t count, uint8_t *buffer, bool *present)
{
	struct fake_memory *memory = ctx;
	size_t i;

	for (i = 0; i < count; i++) {
		const uint8_t *page = find_page(memory, address + i * FAKE_PAGE);

		present[i] = page != NULL;
		if (page)
			memcpy(buffer + i * FAKE_PAGE, page, FAKE_PAGE);
		else if (memory->generate)
			present[i] =
				memory->generate(address + i * FAKE_PAGE, buffer + i * FAKE_PAGE);
	}
	return 0;
}

void fake_memory__add_page(struct fake_memory *memory, uint64_t address)
{
	if (find_page(memory, address))
		return;
	assert_true(memory->count < FAKE_PAGES);
	memory->numbers[memory->count++] = address / FAKE_PAGE;
}

void fake_memory__put(struct fake_memory *memory, uint64_t address, const void *data, size_t bytes)
{
	const uint8_t *from = data;
	size_t i;

	for (i = 0; i < bytes; i++) {
		uint8_t *page = find_page(memory, address + i);

		assert_non_null(page);
		page[(address + i) % FAKE_PAGE] = from[i];
	}
}

void fake_memory__put_word(struct fake_memory *memory, uint64_t address, uint64_t word)
{
	fake_memory__put(memory, address, &word, sizeof(word));
}

uint64_t fake_memory__new(struct fake_memory *memory, uint64_t type, size_t bytes)
{
	uint64_t address = memory->next, at;

	memory->next += (bytes + 15) / 16 * 16;
	for (at = address; at < memory->next + FAKE_PAGE - 1; at += FAKE_PAGE)
		fake_memory__add_page(memory, at < memory->next ? at : memory->next - 1);
	fake_memory__put_word(memory, address, 1);
	fake_memory__put_word(memory, address + 8, type);
	return address;
}

uint64_t fake_memory__new_type(struct fake_memory *memory, const char *name, uint64_t flags,
			       uint64_t basicsize)
{
	const struct py_layout *layout = py_layout_of(FAKE_MINOR);
	uint64_t text = fake_memory__new(memory, 0, strlen(name) + 1);
	uint64_t type = fake_memory__new(memory, memory->type, TYPE_BYTES);

	fake_memory__put(memory, text, name, strlen(name) + 1);
	fake_memory__put_word(memory, type + (uint64_t)layout->tp_name, text);
	fake_memory__put_word(memory, type + (uint64_t)layout->tp_basicsize, basicsize);
	fake_memory__put_word(memory, type + (uint64_t)layout->tp_flags, flags | PY_FLAG_READY);
	return type;
}

uint64_t fake_memory__new_list(struct fake_memory *memory, uint64_t items, uint64_t size)
{
	const struct py_layout *layout = py_layout_of(FAKE_MINOR);
	uint64_t list = fake_memory__new(memory, memory->list, 40);

	fake_memory__put_word(memory, list + (uint64_t)layout->ob_size, size);
	fake_memory__put_word(memory, list + (uint64_t)layout->li_item, items);
	return list;
}

uint64_t fake_memory__new_str(struct fake_memory *memory, const char *text)
{
	const struct py_layout *layout = py_layout_of(FAKE_MINOR);
	uint64_t str = fake_memory__new(memory, memory->str,
					(size_t)layout->uc_ascii_size + strlen(text) + 1);

	fake_memory__put_word(memory, str + (uint64_t)layout->uc_length, strlen(text));
	/* Not interned, of bytes, compact, ASCII. */
	fake_memory__put_word(memory, str + (uint64_t)layout->uc_state, 1 << 2 | 1 << 5 | 1 << 6);
	fake_memory__put(memory, str + (uint64_t)layout->uc_ascii_size, text, strlen(text) + 1);
	return str;
}

uint64_t fake_memory__new_array(struct fake_memory *memory, uint32_t ndim)
{
	uint64_t descr = fake_memory__new(memory, 0, 64), dims, array;
	struct ndarray_head head;
	int32_t item_bytes = 8;
	uint32_t i;

	fake_memory__put(memory, descr + 24, "fd<", 3);
	fake_memory__put(memory, descr + 32, &item_bytes, sizeof(item_bytes));
	dims = fake_memory__new(memory, 0, 16 * (size_t)ndim + 16);
	for (i = 0; i < ndim; i++) {
		fake_memory__put_word(memory, dims + i * 8ull, 3);
		fake_memory__put_word(memory, dims + (ndim + i) * 8ull, 8);
	}
	array = fake_memory__new(memory, memory->ndarray, sizeof(head));
	head = (struct ndarray_head){ .refcount = 1,
				      .type = memory->ndarray,
				      .data = 0x100000000ull,
				      .ndim = (int32_t)ndim,
				      .dims = dims,
				      .strides = dims + 8ull * ndim,
				      .descr = descr };
	fake_memory__put(memory, array, &head, sizeof(head));
	return array;
}

static uint64_t deadline(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)(now.tv_sec + SECONDS) * 1000000000u + (uint64_t)now.tv_nsec;
}

void fake_memory__look_anew(struct fake_memory *memory, struct py *py)
{
	const struct memsrc_backend backend = { .load = load, .ctx = memory };

	fake_memory__deinit(py);
	memset(py, 0, sizeof(*py));
	py->memsrc = memsrc__new(&backend, FAKE_PAGE, 1 << 15);
	py->types = py_types__new();
	assert_non_null(py->memsrc);
	assert_non_null(py->types);
	py->layout = *py_layout_of(FAKE_MINOR);
	py->vmas = &memory->vmas;
	py->page_bytes = FAKE_PAGE;
	py->ndarray_type = memory->ndarray;
	py->interp = memory->interp;
	py->deadline_ns = deadline();
}

void fake_memory__init(struct fake_memory *memory, struct py *py)
{
	memset(memory, 0, sizeof(*memory));
	memset(py, 0, sizeof(*py));
	memory->next = BASE;
	/* The type of types is its own. */
	memory->type = fake_memory__new_type(memory, "type", 1ull << 31, 904);
	fake_memory__put_word(memory, memory->type + 8, memory->type);
	memory->list = fake_memory__new_type(memory, "list", 1ull << 25, 40);
	memory->tuple = fake_memory__new_type(memory, "tuple", 1ull << 26, 24);
	memory->dict = fake_memory__new_type(memory, "dict", 1ull << 29, 48);
	memory->str = fake_memory__new_type(memory, "str", 1ull << 28, 72);
	memory->code = fake_memory__new_type(memory, "code", 0, 184);
	memory->ndarray = fake_memory__new_type(memory, "numpy.ndarray", 0, 88);
	memory->vma = (struct vma){ .start = BASE - (1ull << 40),
				    .end = BASE + (1ull << 40),
				    .kind = VMA_ANON,
				    .readable = true,
				    .writable = true,
				    .path = (char *)"" };
	memory->vmas = (struct vma_list){ &memory->vma, 1, 1 };
	fake_memory__look_anew(memory, py);
}

void fake_memory__deinit(struct py *py)
{
	py_types__free(py->types);
	memsrc__close(py->memsrc);
}
