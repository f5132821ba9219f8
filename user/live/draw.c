/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/draw.h"

#include <stdio.h>

#include "live/page.h"

static void draw_sort_menu(const struct live_state *state, struct cells *cells)
{
	uint32_t i;

	cells__put(cells, 1, 0, state->columns, LIVE_STRONG, "Sort by");
	for (i = 0; i < LIST_ORDERS; i++) {
		cells__put(cells, 2 + i, 1, state->columns, LIVE_PLAIN,
			   list_order_name((enum list_order)i));
		if (i == state->menu_at)
			cells__mark_row(cells, 2 + i);
	}
}

int live_draw(const struct live_state *state, struct cells *cells)
{
	int err = 0;

	cells__clear(cells);
	if (state->page == PAGE_SORT)
		draw_sort_menu(state, cells);
	else if (state->page != PAGE_LIST)
		page_draw(state, cells);
	else if (state->zoom)
		err = draw_zoom(state, cells);
	else
		err = draw_rows(state, cells);
	draw_header(state, cells);
	if (state->page == PAGE_LIST)
		draw_sentence(state, cells);
	draw_footer(state, cells);
	return err;
}
