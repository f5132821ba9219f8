/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The table of renderers: each says how many cells its rows have, and writes them. */
#include "render/renderer.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>

#include "base/text.h"
#include "model/rows/snapshot.h"
#include "render/json.h"
#include "render/json_sampled.h"
#include "render/text.h"

static ssize_t keep_bytes(void *cookie, const char *bytes, size_t count)
{
	text_buffer__add_bytes(cookie, bytes, count);
	return (ssize_t)count;
}

/* A memstream of glibc does not say that it had no memory. */
static int text_in_memory(const struct snapshot *snapshot, const struct view *view,
			  struct text_buffer *ret)
{
	const cookie_io_functions_t functions = { .write = keep_bytes };
	FILE *memory = fopencookie(ret, "w", functions);
	int err;

	if (!memory)
		return -ENOMEM;
	err = text_render(snapshot, view, memory);
	fclose(memory);
	return err ? err : ret->error;
}

/* All of it or, without memory for a part, nothing. It takes less than the rows that it shows. */
static int write_text(const struct snapshot *snapshot, const struct view *view, FILE *out)
{
	struct text_buffer text = { 0 };
	int err = text_in_memory(snapshot, view, &text);

	if (!err && fwrite(text.text, 1, text.length, out) != text.length)
		err = -EIO;
	text_buffer__deinit(&text);
	return err;
}

static int render_text(const struct moment *moment, const struct view *view, FILE *out)
{
	struct view cells = *view;
	struct snapshot snapshot;
	int err;

	cells.cells = text_heat_cells(view);
	cells.grid_columns = view->detail ? text_grid_columns(view) : 0;
	err = snapshot__of(moment, &cells, &snapshot);
	if (!err)
		err = write_text(&snapshot, &cells, out);
	snapshot__deinit(&snapshot);
	return err;
}

static int render_json(const struct moment *moment, const struct view *view, FILE *out)
{
	struct view cells = *view;
	struct snapshot snapshot;
	int err;

	cells.cells = cells.grid_columns = view->detail ? view->width : 0;
	err = snapshot__counts(moment, &snapshot);
	if (!err)
		err = (view->sampled ? json_render_end : json_render_snapshot)(&snapshot, &cells,
									       out);
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
