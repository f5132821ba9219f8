/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The memory of a Python that lies: the input is its memory, over and over, of every version
 * whose layout is known.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arrays/python/batch.h"
#include "arrays/python/buffer.h"
#include "arrays/python/sweep.h"
#include "arrays/python/name.h"
#include "arrays/python/walk.h"

#define BASE 0x100000ull
#define SPAN 0x40000ull
#define PAGE 0x1000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

struct input {
	const uint8_t *data;
	size_t bytes;
};

static int load(void *ctx, uint64_t address, size_t count, uint8_t *buffer, bool *present)
{
	const struct input *input = ctx;
	size_t i;

	for (i = 0; i < count; i++)
		present[i] = address + i * PAGE >= BASE && address + i * PAGE < BASE + SPAN;
	for (i = 0; i < count * PAGE; i++)
		buffer[i] = input->data[(address + i) % input->bytes];
	return 0;
}

static int found(void *ctx, uint64_t object, size_t node)
{
	struct py_walk *walk = ctx;
	const struct py_type *type = py_type_of(walk->py, object);
	struct array_desc array = { 0 };
	int err;

	free(py_walk__name(walk, node));
	if (!type)
		return 0;
	err = type->kind == PY_NDARRAY ? ndarray_read(walk->py, object, object / 16 % 2 + 1, &array)
				       : buffer_read(walk->py, object, type->kind, &array);
	if (!err)
		array_desc__deinit(&array);
	return 0;
}

static int drop(void *ctx, struct array_desc *array)
{
	(void)ctx;
	array_desc__deinit(array);
	return 0;
}

static void scan_python(struct py *py)
{
	struct batch_reader reader = { .py = py, .numpy_major = 1, .add = drop };
	struct py_row_types types = { 0 };
	struct py_swept swept = { 0 };
	struct py_arenas arenas;
	struct py_walk walk;

	if (!py_arenas__find(&arenas, py) && !py_row_types__find(&types, py)) {
		py_sweep(py, &arenas, &types, &swept);
		py_row_types__set_all(&types);
		py_sweep(py, &arenas, &types, &swept);
	}
	batch_read(&reader, swept.arrays.addresses, swept.arrays.count);
	types.all = false;
	if (types.types.slots)
		py_sweep_left_out(py, &arenas, &types, BASE + 64);
	py_row_types__deinit(&types);
	py_arenas__deinit(&arenas);
	free(swept.arrays.addresses);
	free(swept.buffers.addresses);
	if (py_walk__init(&walk, py))
		abort();
	walk.found = found;
	walk.ctx = &walk;
	walk.walked_min_bytes = 1;
	py_walk__add_main(&walk);
	py_walk__add_notebook(&walk);
	py_walk__add_frames(&walk);
	py_walk__push_root(&walk, BASE + 64, "root");
	py_walk__run(&walk);
	py_walk__add_other_modules(&walk);
	py_walk__run(&walk);
	py_walk__run_later(&walk, PY_LATER_VALUES);
	py_walk__run_later(&walk, PY_LATER_CLASSES);
	py_walk__deinit(&walk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct vma vma = { .start = BASE,
			   .end = BASE + SPAN,
			   .kind = VMA_HEAP,
			   .readable = true,
			   .writable = true,
			   .path = (char *)"" };
	const struct vma_list vmas = { &vma, 1, 1 };
	struct input input = { data, bytes };
	const struct memsrc_backend backend = { .load = load, .ctx = &input };
	struct py py = { .vmas = &vmas, .page_bytes = PAGE, .binary_end = 1 };
	struct timespec now;

	if (bytes < 64)
		return 0;
	py.layout = *py_layout_of(8 + data[0] % 8);
	py.memsrc = memsrc__new(&backend, PAGE, 256);
	py.types = py_types__new();
	if (!py.memsrc || !py.types)
		abort();
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	py.deadline_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + 200000000u;
	py.interp = BASE;
	py.modules = BASE + 64;
	py.ndarray_type = BASE + data[1] * 16u;
	py.hash.rounds = data[2] % 3;
	scan_python(&py);
	py_types__free(py.types);
	memsrc__close(py.memsrc);
	return 0;
}
