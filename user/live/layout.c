/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/layout.h"

#define NAME_MIN 17u
#define NAME_USUAL 24u
#define NAME_MAX 48u
#define HEAT_MIN 12u

static const struct {
	const char *title;
	uint32_t width;
	enum list_order order;
} kinds[LIVE_COLUMNS] = {
	[LIVE_COLUMN_NAME] = { "NAME", NAME_MIN, LIST_BY_NAME },
	[LIVE_COLUMN_SPAN] = { "SPAN", 4, LIST_BY_SPAN },
	[LIVE_COLUMN_RESIDENT] = { "RES", 4, LIST_BY_RESIDENT },
	[LIVE_COLUMN_CHANGE] = { "CHANGE/s", 8, LIST_BY_CHANGE },
	[LIVE_COLUMN_TOUCH_RATE] = { "TOUCHED/s", 9, LIST_BY_TOUCH_RATE },
	[LIVE_COLUMN_MARKS] = { "FSHW", 4, LIST_ORDERS },
	[LIVE_COLUMN_HEAT] = { "PAGES", HEAT_MIN, LIST_BY_ADDRESS },
};

const char *live_column_title(enum live_column column)
{
	return kinds[column].title;
}

enum list_order live_column_order(enum live_column column)
{
	return column < LIVE_COLUMNS ? kinds[column].order : LIST_ORDERS;
}

/*
 * Names and heatmaps share what the figures leave: two fifths and three, but halves where two
 * fifths would cut most names.
 */
static void share_width(struct live_layout *layout, uint32_t left)
{
	uint32_t name = left < NAME_MIN + HEAT_MIN ? left : left * 2 / 5;

	if (left >= NAME_MIN + HEAT_MIN && name < NAME_USUAL)
		name = left / 2 < NAME_USUAL ? left / 2 : NAME_USUAL;
	if (name < NAME_MIN && left >= NAME_MIN)
		name = NAME_MIN;
	if (name > NAME_MAX)
		name = NAME_MAX;
	layout->columns[LIVE_COLUMN_NAME].width = name;
	layout->columns[LIVE_COLUMN_HEAT].width = left > name + 1 ? left - name - 1 : 0;
}

static void place_columns(struct live_layout *layout)
{
	uint32_t at = 0;
	int i;

	for (i = 0; i < LIVE_COLUMNS; i++) {
		layout->columns[i].at = at;
		if (layout->columns[i].width)
			at += layout->columns[i].width + 1;
	}
}

struct live_layout live_layout(uint32_t width, bool touches)
{
	/* What a narrow screen gives up first comes last. */
	static const enum live_column by_weight[] = {
		LIVE_COLUMN_RESIDENT, LIVE_COLUMN_SPAN,	      LIVE_COLUMN_CHANGE,
		LIVE_COLUMN_MARKS,    LIVE_COLUMN_TOUCH_RATE,
	};
	struct live_layout layout = { 0 };
	uint32_t left = width, i;

	for (i = 0; i < sizeof(by_weight) / sizeof(by_weight[0]); i++) {
		enum live_column column = by_weight[i];

		if (column == LIVE_COLUMN_TOUCH_RATE && !touches)
			continue;
		if (left < kinds[column].width + 1 + NAME_MIN + 1 + HEAT_MIN)
			break;
		layout.columns[column].width = kinds[column].width;
		left -= kinds[column].width + 1;
	}
	share_width(&layout, left);
	place_columns(&layout);
	return layout;
}

enum live_column live_layout__column(const struct live_layout *layout, uint32_t place_of)
{
	int i;

	for (i = 0; i < LIVE_COLUMNS; i++) {
		if (place_of >= layout->columns[i].at &&
		    place_of < layout->columns[i].at + layout->columns[i].width)
			return (enum live_column)i;
	}
	return LIVE_COLUMNS;
}
