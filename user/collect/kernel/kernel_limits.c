/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The table of limits. */
#include "collect/kernel/kernel_limits.h"

#include "base/test_point.h"

static const struct {
	const char *name;
	uint32_t standard;
} rows[PW_LIMITS] = {
	[PW_LIMIT_CHUNKS_A_CALL] = { "chunks_a_call", 4000 },
	[PW_LIMIT_UNCLOSED_RANGES] = { "unclosed_ranges", PW_UNCLOSED_RANGES },
	[PW_LIMIT_TAKEN] = { "taken", PW_TAKEN },
	[PW_LIMIT_IOVECS] = { "iovecs", 64 },
	[PW_LIMIT_HOLE_MAPPINGS] = { "hole_mappings", 4000 },
	[PW_LIMIT_HOLE_RANGES] = { "hole_ranges", PW_MAX_HOLE_RANGES },
	[PW_LIMIT_REFUSAL_STEPS] = { "refusal_steps", 4000 },
	[PW_LIMIT_MOVED_STEPS] = { "moved_steps", 1u << 18 },
	[PW_LIMIT_SETS] = { "sets", 1u << 16 },
	[PW_LIMIT_LATE] = { "late", 1u << 14 },
	[PW_LIMIT_HEAP_CALLS] = { "heap_calls", 1u << 14 },
};

const char *kernel_limit_name(enum pw_limit limit)
{
	return rows[limit].name;
}

uint32_t kernel_limit(enum pw_limit limit)
{
	return test_point_limit(rows[limit].name, rows[limit].standard);
}
