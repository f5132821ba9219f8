/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A picture for a paper or an issue: the rows of one moment with their heatmaps, and a curve of
 * RSS if there are several moments. The same moments give the same bytes.
 */
#ifndef RENDER_CHART_H
#define RENDER_CHART_H

#include <stdio.h>

#include "model/moments.h"
#include "model/rows/view.h"

/* See struct sequence_renderer. -ENOENT: there is no cairo here (logged); -EINVAL: there is no moment. */
int chart_png(const struct moments *moments, const struct view *view, FILE *out);
int chart_svg(const struct moments *moments, const struct view *view, FILE *out);
int chart_pdf(const struct moments *moments, const struct view *view, FILE *out);

/* 0, or -ENOENT: there is no cairo here. */
int chart_possible(void);

#endif
