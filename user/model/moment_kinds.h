/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the items of a moment's lists are: which are alike, and what they point to. */
#ifndef MODEL_MOMENT_KINDS_H
#define MODEL_MOMENT_KINDS_H

#include "base/shared_list.h"
#include "model/moment.h"

/* Never NULL. */
const struct shared_kind *moment_kind(enum moment_list which);

#endif
