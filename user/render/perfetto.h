/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A trace for Perfetto: packets of TrackEvent (perfetto.dev/docs/reference/trace-packet-proto). */
#ifndef RENDER_PERFETTO_H
#define RENDER_PERFETTO_H

#include <stdio.h>

#include "model/moments.h"
#include "model/rows/view.h"

/* See struct sequence_renderer. */
int perfetto_render(const struct moments *moments, const struct view *view, FILE *out);

#endif
