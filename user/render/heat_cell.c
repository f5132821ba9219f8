/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "render/heat_cell.h"

struct heat_cell heat_cell_of(const struct heat *heat, uint32_t column, uint32_t width)
{
	uint64_t first = (uint64_t)column * heat->cells / width;
	uint64_t end = ((uint64_t)column + 1) * heat->cells / width;
	struct heat_cell cell = { 0 };
	uint64_t i;

	for (i = first; i < (end > first ? end : first + 1); i++) {
		cell.all += heat->pages[i];
		cell.resident += heat->resident[i];
		cell.zero += heat->zero[i];
		cell.touched += heat->touched[i];
	}
	return cell;
}

unsigned int heat_cell_level(const struct heat_cell *cell)
{
	if (cell->resident >= cell->all)
		return HEAT_LEVELS - 1;
	return (unsigned int)(cell->resident * (HEAT_LEVELS - 1) / cell->all);
}
