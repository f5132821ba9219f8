/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/figures.h"

#include <inttypes.h>
#include <stdio.h>

char *figure_bytes(uint64_t bytes, char buffer[FIGURE_MAX])
{
	static const char units[] = "KMGTPE";
	unsigned __int128 tenths = (unsigned __int128)bytes * 10;
	unsigned int unit = 0;

	if (bytes < 1000) {
		snprintf(buffer, FIGURE_MAX, "%" PRIu64, bytes);
		return buffer;
	}
	tenths = (tenths + 512) / 1024;
	/* What would be rounded to four digits has the next unit. */
	while (tenths >= 9995) {
		tenths = (tenths + 512) / 1024;
		unit++;
	}
	if (tenths < 100)
		snprintf(buffer, FIGURE_MAX, "%u.%u%c", (unsigned int)(tenths / 10),
			 (unsigned int)(tenths % 10), units[unit]);
	else
		snprintf(buffer, FIGURE_MAX, "%u%c", (unsigned int)((tenths + 5) / 10),
			 units[unit]);
	return buffer;
}

char *figure_change(int64_t bytes, char buffer[FIGURE_MAX])
{
	uint64_t size = bytes < 0 ? -(uint64_t)bytes : (uint64_t)bytes;
	char figure[FIGURE_MAX];

	snprintf(buffer, FIGURE_MAX, "%s%.20s",
		 bytes < 0 ? "-"
		 : bytes   ? "+"
			   : "",
		 figure_bytes(size, figure));
	return buffer;
}

char *figure_share(uint64_t part_ns, uint64_t whole_ns, char buffer[FIGURE_MAX])
{
	uint64_t tenths;

	if (!whole_ns)
		whole_ns = 1;
	tenths = (uint64_t)(((unsigned __int128)part_ns * 1000 + whole_ns / 2) / whole_ns);
	if (tenths < 100)
		snprintf(buffer, FIGURE_MAX, "%" PRIu64 ".%" PRIu64 "%%", tenths / 10, tenths % 10);
	else
		snprintf(buffer, FIGURE_MAX, "%" PRIu64 "%%", tenths / 10);
	return buffer;
}

char *figure_time(uint64_t ns, char buffer[FIGURE_MAX])
{
	uint64_t ms = ns / 1000000;

	if (ms < 1000)
		snprintf(buffer, FIGURE_MAX, "%" PRIu64 "ms", ms);
	else if (ms % 1000 < 100)
		snprintf(buffer, FIGURE_MAX, "%" PRIu64 "s", ms / 1000);
	else
		snprintf(buffer, FIGURE_MAX, "%" PRIu64 ".%" PRIu64 "s", ms / 1000,
			 ms % 1000 / 100);
	return buffer;
}
