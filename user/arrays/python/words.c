/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Memory as words, and the budget of time. */
#include "arrays/python/reader.h"

#include <errno.h>
#include <time.h>

#include "base/progress.h"

#define TICKS_A_CLOCK 256u

int py_read(struct py *py, uint64_t address, void *buffer, size_t bytes)
{
	int err = memsrc__read(py->memsrc, address, buffer, bytes);

	if (err == -ENOSPC)
		py->cut = "too much memory to read";
	return err;
}

int py_word(struct py *py, uint64_t address, uint64_t *ret)
{
	return py_read(py, address, ret, sizeof(*ret));
}

int py_follow_bytes(struct py *py, uint64_t address, size_t bytes, uint64_t *ret)
{
	struct py_link link = { .address = address, .how = PY_LINK_SAME, .bytes = bytes & 15 };
	int err;

	*ret = 0;
	err = py_read(py, address, ret, bytes);
	link.word = *ret;
	if (!err)
		py_links__add(py->links, &link);
	return err;
}

int py_follow(struct py *py, uint64_t address, uint64_t *ret)
{
	return py_follow_bytes(py, address, sizeof(*ret), ret);
}

int py_follow_count(struct py *py, uint64_t address, uint64_t *ret)
{
	struct py_link link = { .address = address, .how = PY_LINK_COUNT, .bytes = sizeof(*ret) };
	int err = py_word(py, address, ret);

	link.word = *ret;
	if (!err)
		py_links__add(py->links, &link);
	return err;
}

bool py_in_time(struct py *py)
{
	struct timespec now;

	if (py->cut)
		return false;
	if (py->ticks++ % TICKS_A_CLOCK)
		return true;
	progress_step(1);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	if ((uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec < py->deadline_ns)
		return true;
	py->cut = "too little time";
	return false;
}

bool py_count_lives(const struct py *py, uint64_t refcount)
{
	return (uint32_t)refcount && (py->layout.minor >= 14 || !(refcount >> 32));
}

/* Byte by byte: it may end with the last page that is there. */
void py_c_string(struct py *py, uint64_t address, char *buffer, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size; i++) {
		if (py_read(py, address + i, &buffer[i], 1) || !buffer[i])
			break;
	}
	buffer[i] = '\0';
}
