/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The list of moments, a line each. */
#ifndef RENDER_MOMENTS_H
#define RENDER_MOMENTS_H

#include <stdio.h>

#include "model/moments.h"
#include "model/rows/view.h"

/* 0, -EIO: the stream has the error, -ENOMEM, or what moments->at returned. */
int moments_text(const struct moments *moments, const struct view *view, FILE *out);

/* One object on one line (docs/OUTPUT.md). file: where they are from, untrusted. As above. */
int moments_json(const struct moments *moments, const char *file, FILE *out);

#endif
