/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the kernel side uses beyond its minimum. A kernel that lacks one of these costs one fact, not
 * the faults tier. A new row needs nothing but the place that does without it.
 */
#ifndef COLLECT_KERNEL_FEATURES_H
#define COLLECT_KERNEL_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/pagewatch.h"

/* First those that programs do without (enum pw_feature), then one for each mapping call. */
enum kernel_feature {
	FEATURE_FIND_VMA = PW_FEATURE_FIND_VMA,
	FEATURE_TASK_PT_REGS = PW_FEATURE_TASK_PT_REGS,
	FEATURE_FOR_EACH = PW_FEATURE_FOR_EACH,
	FEATURE_TASK_STORAGE = PW_FEATURE_TASK_STORAGE,
	FEATURE_PREPARE_EXEC,
	FEATURE_COLLAPSE,
	FEATURE_CALLS,
	KERNEL_FEATURES = FEATURE_CALLS + PW_CALLS,
};

enum kernel_need {
	NEEDS_HELPER,	  /* id: enum bpf_func_id */
	NEEDS_MAP,	  /* id: enum bpf_map_type */
	NEEDS_TRACEPOINT, /* name: its path below tracefs' events */
	NEEDS_CALL,	  /* name: the call's, both ends of which are tracepoints; id: its number */
};

struct kernel_feature_row {
	const char *name; /* also for PAGEWATCH_TEST_HIDES */
	enum kernel_need need;
	long id;
	const char *needed_for;
	const char *without; /* what reports say if it is missing */
	bool of_children;    /* only with --children */
	bool of_heap;	     /* only with --heap */
};

/* A set of features. */
struct kernel_features {
	uint32_t bits;
};

_Static_assert(KERNEL_FEATURES <= 32, "bits of a set");

/* The row of a feature; never NULL. */
const struct kernel_feature_row *kernel_feature(enum kernel_feature feature);

static inline bool kernel_features__has(const struct kernel_features *set, enum kernel_feature one)
{
	return set->bits >> one & 1;
}

/*
 * The features of the table for which lacks says true. Those that test hides (user/base/test_point.h)
 * are among them without being tried.
 */
struct kernel_features kernel_features__find(bool (*lacks)(void *ctx,
							   const struct kernel_feature_row *row),
					     void *ctx);

/* How many mapping calls are among these features. */
uint64_t kernel_features__calls(const struct kernel_features *set);

/*
 * The sentences about missing features, of those that matter for a watch with these options. Returns
 * how many were written to ret, which has room for all.
 */
size_t kernel_features__say(const struct kernel_features *missing, bool children, bool heap,
			    const char *ret[KERNEL_FEATURES]);

#endif
