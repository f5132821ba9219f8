/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The table of renderers: each says how many cells its rows have, and writes them. */
#include "render/renderer.h"

#include <string.h>

#include "model/rows/snapshot.h"
#include "render/json.h"
#include "render/text.h"

static int render_text(const struct moment *moment, const struct view *view, FILE *out)
{
	struct view cells = *view;
	struct snapshot snapshot;
	int err;

	cells.cells = text_heat_cells(view);
	cells.grid_columns = view->detail ? text_grid_columns(view) : 0;
	err = snapshot__of(moment, &cells, &snapshot);
	if (!err)
		err = text_render(&snapshot, &cells, out);
	snapshot__deinit(&snapshot);
	return err;
}

static int render_json(const struct moment *moment, const struct view *view, FILE *out)
{
	struct view cells = *view;
	struct snapshot snapshot;
	int err;

	cells.cells = cells.grid_columns = view->detail ? view->width : 0;
	err = snapshot__of(moment, &cells, &snapshot);
	if (!err)
		err = json_render_snapshot(&snapshot, &cells, out);
	snapshot__deinit(&snapshot);
	return err;
}

static const struct renderer renderers[] = {
	{ "text", render_text },
	{ "json", render_json },
};

const struct renderer *renderer_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(renderers) / sizeof(renderers[0]); i++) {
		if (!strcmp(renderers[i].name, name))
			return &renderers[i];
	}
	return NULL;
}
