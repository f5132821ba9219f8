/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Where the columns of the list stand on a screen of some width. */
#ifndef LIVE_LAYOUT_H
#define LIVE_LAYOUT_H

#include "live/list.h"

enum live_column {
	LIVE_COLUMN_NAME,
	LIVE_COLUMN_SPAN,
	LIVE_COLUMN_RESIDENT,
	LIVE_COLUMN_CHANGE,
	LIVE_COLUMN_TOUCH_RATE,
	LIVE_COLUMN_MARKS,
	LIVE_COLUMN_HEAT,
	LIVE_COLUMNS,
};

struct live_layout {
	struct {
		uint32_t at;
		uint32_t width; /* 0: there is no room for it */
	} columns[LIVE_COLUMNS];
};

/* touches: whether they are known, and have a column. */
struct live_layout live_layout(uint32_t width, bool touches);

const char *live_column_title(enum live_column column);

/* The column at a place of the screen, or LIVE_COLUMNS. */
enum live_column live_layout__column(const struct live_layout *layout, uint32_t place);

/* The order by a column: LIST_ORDERS where there is none, as by a heatmap. */
enum list_order live_column_order(enum live_column column);

#endif
