/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A profile for profiler.firefox.com: its processed format, version 58 (src/types/profile.ts there). */
#ifndef RENDER_FIREFOX_H
#define RENDER_FIREFOX_H

#include <stdio.h>

#include "model/moments.h"
#include "model/rows/view.h"

/* See struct sequence_renderer. */
int firefox_render(const struct moments *moments, const struct view *view, FILE *out);

#endif
