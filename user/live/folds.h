/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which items somebody has opened or folded against what they are by themselves. */
#ifndef LIVE_FOLDS_H
#define LIVE_FOLDS_H

#include "live/picture.h"

struct folds {		       /* all zero: nothing was changed */
	struct item_key *keys; /* sorted */
	size_t count;
	size_t capacity;
};

void folds__deinit(struct folds *folds);
bool folds__changed(const struct folds *folds, const struct item_key *key);

/* Changes it, or changes it back. 0 or -ENOMEM. */
int folds__toggle(struct folds *folds, const struct item_key *key);

#endif
