/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Processes side by side: for people, and as JSON. */
#ifndef RENDER_BESIDE_H
#define RENDER_BESIDE_H

#include <stdio.h>

#include "model/diff/beside.h"
#include "model/rows/view.h"

/* As many columns as the width has room for. 0, or -EIO: the stream has the error. */
int beside_text(const struct beside *beside, const struct view *view, FILE *out);

/* One object on one line, with all columns (docs/OUTPUT.md). 0, -ENOMEM, or -EIO as above. */
int beside_json(const struct beside *beside, FILE *out);

#endif
