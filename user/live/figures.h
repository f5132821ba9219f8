/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Numbers in few columns. Each writes into the caller's buffer and returns it. */
#ifndef LIVE_FIGURES_H
#define LIVE_FIGURES_H

#include <stdint.h>

#define FIGURE_MAX 24

/*
 * Bytes in at most four columns, K M G T P E by 1024: "0", "512", "9.5K", "763M", "1.0G"; rounded
 * half up, and never to 0 what is something.
 */
char *figure_bytes(uint64_t bytes, char buffer[FIGURE_MAX]);

/* The same with a sign: "+4.0K", "-1.2G", "0". */
char *figure_change(int64_t bytes, char buffer[FIGURE_MAX]);

/* A share of one core in percent: "0.6%", "12%". */
char *figure_share(uint64_t part_ns, uint64_t whole_ns, char buffer[FIGURE_MAX]);

/* "1s", "250ms", "1.5s". */
char *figure_time(uint64_t ns, char buffer[FIGURE_MAX]);

#endif
