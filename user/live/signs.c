/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/signs.h"

static const struct signs blocks = {
	.levels = { 0x2581, 0x2582, 0x2583, 0x2584, 0x2585, 0x2586, 0x2587, 0x2588 },
	.zero = 0x2591,
	.absent = 0xb7,
	.open = 0x25be,
	.folded = 0x25b8,
};

static const struct signs braille = {
	.levels = { 0x2581, 0x2582, 0x2583, 0x2584, 0x2585, 0x2586, 0x2587, 0x2588 },
	.zero = 0x2591,
	.absent = 0xb7,
	.open = 0x25be,
	.folded = 0x25b8,
	.braille = true,
};

static const struct signs ascii = {
	.levels = { '1', '2', '3', '4', '5', '6', '7', '#' },
	.zero = 'z',
	.absent = '.',
	.open = '-',
	.folded = '+',
};

const struct signs *signs_of(enum live_signs which)
{
	switch (which) {
	case SIGNS_BRAILLE:
		return &braille;
	case SIGNS_ASCII:
		return &ascii;
	case SIGNS_AUTO:
	case SIGNS_BLOCKS:
		break;
	}
	return &blocks;
}

uint32_t signs__cells(const struct signs *signs)
{
	return signs->braille ? 2 : 1;
}

static enum live_style style_of(const struct heat_cell *cell)
{
	if (cell->resident)
		return cell->touched ? LIVE_TOUCHED : LIVE_RESIDENT;
	return cell->zero ? LIVE_ZERO : LIVE_ABSENT;
}

/* In dots: one resident page is one, and only a full cell has all four. */
static unsigned int dots_of(const struct heat_cell *cell)
{
	unsigned int level = cell->resident ? heat_cell_level(cell) : 0;

	if (!cell->resident)
		return 0;
	return level == HEAT_LEVELS - 1 ? 4 : level * 3 / (HEAT_LEVELS - 1) + 1;
}

/* Columns of up to four dots, filled from below (Unicode, chapter 21: dots 7 3 2 1, 8 6 5 4). */
static uint32_t braille_of(const struct heat_cell *left, const struct heat_cell *right)
{
	static const uint32_t of_left[] = { 0, 0x40, 0x44, 0x46, 0x47 };
	static const uint32_t of_right[] = { 0, 0x80, 0xa0, 0xb0, 0xb8 };

	return 0x2800 + of_left[dots_of(left)] + of_right[dots_of(right)];
}

uint32_t signs__heat(const struct signs *signs, const struct heat_cell *cells,
		     enum live_style *style)
{
	struct heat_cell sum = cells[0];

	if (signs->braille) {
		sum.all += cells[1].all;
		sum.resident += cells[1].resident;
		sum.zero += cells[1].zero;
		sum.touched += cells[1].touched;
	}
	*style = style_of(&sum);
	if (!sum.resident)
		return sum.zero ? signs->zero : signs->absent;
	return signs->braille ? braille_of(&cells[0], &cells[1])
			      : signs->levels[heat_cell_level(&sum)];
}

uint32_t signs__level(const struct signs *signs, uint64_t value, uint64_t least, uint64_t most)
{
	unsigned __int128 above = value - least;

	if (most <= least)
		return signs->levels[0];
	return signs->levels[above * (HEAT_LEVELS - 1) / (most - least)];
}
