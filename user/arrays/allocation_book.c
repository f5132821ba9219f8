/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "arrays/allocation_book.h"

#include <errno.h>

int allocation_book__init(struct allocation_book *book, size_t max)
{
	*book = (struct allocation_book){ .allocations = allocations__new(max) };
	return book->allocations ? 0 : -ENOMEM;
}

int allocation_book__fork(struct allocation_book *child, const struct allocation_book *parent)
{
	*child = (struct allocation_book){
		.allocations = allocations__copy(parent->allocations),
		.forgotten = parent->forgotten,
		.numbers = parent->numbers,
	};
	return child->allocations ? 0 : -ENOMEM;
}

void allocation_book__deinit(struct allocation_book *book)
{
	allocations__free(book->allocations);
}

int allocation_book__forget_if_full(struct allocation_book *book, int err)
{
	if (err != -ENOSPC)
		return err;
	book->forgotten++;
	return 0;
}
