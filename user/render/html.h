/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One file that needs nothing else: a page whose script shows the moments that are in it. The
 * script is in user/render/html/.
 */
#ifndef RENDER_HTML_H
#define RENDER_HTML_H

#include <stdio.h>

#include "model/moments.h"
#include "model/rows/view.h"

/* See struct sequence_renderer. */
int html_render(const struct moments *moments, const struct view *view, FILE *out);

#endif
