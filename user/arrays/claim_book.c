/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "arrays/claim_book.h"

#include <errno.h>

int claim_book__init(struct claim_book *book, size_t max)
{
	*book = (struct claim_book){ .claims = claims__new(max) };
	return book->claims ? 0 : -ENOMEM;
}

int claim_book__fork(struct claim_book *child, const struct claim_book *parent)
{
	*child = (struct claim_book){
		.claims = claims__copy(parent->claims),
		.forgotten = parent->forgotten,
		.numbers = parent->numbers,
	};
	return child->claims ? 0 : -ENOMEM;
}

void claim_book__deinit(struct claim_book *book)
{
	claims__free(book->claims);
	claim_calls__deinit(&book->calls);
}

int claim_book__forget_if_full(struct claim_book *book, int err)
{
	if (err != -ENOSPC)
		return err;
	book->forgotten++;
	return 0;
}
