/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/diff/diff_pairs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* A process by what makes it the same one, and then by its place in its moment. */
struct keyed {
	const struct process_moment *process;
	size_t place;
	bool paired;
};

static int by_number(uint64_t left, uint64_t right)
{
	return left < right ? -1 : left > right;
}

static int compare_life(const struct keyed *left, const struct keyed *right)
{
	const struct process_facts *a = &left->process->header.facts;
	const struct process_facts *b = &right->process->header.facts;

	return a->pid != b->pid ? by_number(a->pid, b->pid)
				: by_number(a->start_ticks, b->start_ticks);
}

/* Those that have a partner already come last. */
static int compare_comm(const struct keyed *left, const struct keyed *right)
{
	if (left->paired != right->paired)
		return left->paired - right->paired;
	return strcmp(left->process->header.facts.comm, right->process->header.facts.comm);
}

static int sort_life(const void *left, const void *right)
{
	const struct keyed *a = left, *b = right;
	int order = compare_life(a, b);

	return order ? order : by_number(a->place, b->place);
}

static int sort_comm(const void *left, const void *right)
{
	const struct keyed *a = left, *b = right;
	int order = compare_comm(a, b);

	return order ? order : by_number(a->place, b->place);
}

static struct keyed *list_processes(const struct moment *moment)
{
	struct keyed *list = calloc(moment->process_count + 1, sizeof(*list));
	size_t i;

	for (i = 0; list && i < moment->process_count; i++)
		list[i] = (struct keyed){ .process = &moment->processes[i], .place = i };
	return list;
}

/* Both lists are sorted by the order; pairs[] has the places of the later moment. */
static void pair_equal(struct keyed *before, size_t before_count, struct keyed *after,
		       size_t after_count, struct process_pair *pairs,
		       int (*compare)(const struct keyed *left, const struct keyed *right))
{
	size_t i = 0, j = 0;

	while (i < before_count && j < after_count && !before[i].paired && !after[j].paired) {
		int order = compare(&before[i], &after[j]);

		if (!order) {
			before[i].paired = after[j].paired = true;
			pairs[after[j].place].of[0] = before[i].process;
		}
		i += order <= 0;
		j += order >= 0;
	}
}

int diff_pair_processes(const struct moment *before, const struct moment *after,
			struct process_pair **ret, size_t *count)
{
	size_t old_count = before->process_count, new_count = after->process_count, i;
	struct keyed *old = list_processes(before), *new = list_processes(after);
	struct process_pair *pairs = calloc(old_count + new_count + 1, sizeof(*pairs));
	int err = old && new &&pairs ? 0 : -ENOMEM;

	if (err)
		goto out;
	for (i = 0; i < new_count; i++)
		pairs[i].of[1] = &after->processes[i];
	array_sort(old, old_count, sizeof(*old), sort_life);
	array_sort(new, new_count, sizeof(*new), sort_life);
	pair_equal(old, old_count, new, new_count, pairs, compare_life);
	array_sort(old, old_count, sizeof(*old), sort_comm);
	array_sort(new, new_count, sizeof(*new), sort_comm);
	pair_equal(old, old_count, new, new_count, pairs, compare_comm);
	*count = new_count;
	for (i = 0; i < old_count; i++) {
		if (!old[i].paired)
			pairs[(*count)++].of[0] = old[i].process;
	}
	*ret = pairs;
	pairs = NULL;
out:
	free(pairs);
	free(new);
	free(old);
	return err;
}

static int compare_shapes(const struct array_shape *left, const struct array_shape *right)
{
	int order;

	if (!left || !right)
		return !!left - !!right;
	order = strcmp(left->dtype, right->dtype);
	if (!order)
		order = by_number(left->ndim, right->ndim);
	return order ? order
		     : memcmp(left->dims, right->dims, 2 * left->ndim * sizeof(*left->dims));
}

static int compare_arrays(const struct array_desc *left, const struct array_desc *right)
{
	int order = strcmp(left->name, right->name);

	if (!order)
		order = by_number(left->source, right->source);
	if (!order)
		order = by_number(left->end - left->start, right->end - right->start);
	return order ? order : compare_shapes(left->shape, right->shape);
}

static int sort_arrays(const void *left, const void *right)
{
	const struct array_desc *a = *(const struct array_desc *const *)left;
	const struct array_desc *b = *(const struct array_desc *const *)right;
	int order = compare_arrays(a, b);

	return order ? order : by_number(a->start, b->start);
}

int diff_pair_arrays(const struct array_desc **before, size_t before_count,
		     const struct array_desc **after, size_t after_count, struct array_pair **ret,
		     size_t *count)
{
	struct array_pair *pairs = calloc(before_count + after_count + 1, sizeof(*pairs));
	size_t i = 0, j = 0, n = 0;

	if (!pairs)
		return -ENOMEM;
	array_sort(before, before_count, sizeof(*before), sort_arrays);
	array_sort(after, after_count, sizeof(*after), sort_arrays);
	while (i < before_count || j < after_count) {
		int order = i == before_count  ? 1
			    : j == after_count ? -1
					       : compare_arrays(before[i], after[j]);

		if (order <= 0)
			pairs[n].of[0] = before[i++];
		if (order >= 0)
			pairs[n].of[1] = after[j++];
		n++;
	}
	*ret = pairs;
	*count = n;
	return 0;
}

/* A pair of which one is missing, by the place of the other. */
struct single {
	const struct array_desc *array;
	struct array_pair *pair;
};

static int compare_places(const struct array_desc *left, const struct array_desc *right)
{
	int order = by_number(left->start, right->start);

	if (!order)
		order = by_number(left->end, right->end);
	if (!order)
		order = by_number(left->object, right->object);
	if (!order)
		order = by_number(left->source, right->source);
	return order ? order : compare_shapes(left->shape, right->shape);
}

static int sort_places(const void *left, const void *right)
{
	const struct single *a = left, *b = right;
	int order = compare_places(a->array, b->array);

	return order ? order : strcmp(a->array->name, b->array->name);
}

static size_t list_singles(struct array_pair *pairs, size_t count, int which, struct single *ret)
{
	size_t i, found = 0;

	for (i = 0; i < count; i++) {
		if (!pairs[i].of[1 - which])
			ret[found++] = (struct single){ pairs[i].of[which], &pairs[i] };
	}
	array_sort(ret, found, sizeof(*ret), sort_places);
	return found;
}

static size_t drop_empty(struct array_pair *pairs, size_t count)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++) {
		if (pairs[i].of[0] || pairs[i].of[1])
			pairs[kept++] = pairs[i];
	}
	return kept;
}

int diff_pair_renamed(struct array_pair *pairs, size_t *count)
{
	struct single *gone = calloc(*count + 1, sizeof(*gone));
	struct single *new = calloc(*count + 1, sizeof(*new));
	size_t gone_count, new_count, i = 0, j = 0;
	int err = gone && new ? 0 : -ENOMEM;

	if (err)
		goto out;
	gone_count = list_singles(pairs, *count, 0, gone);
	new_count = list_singles(pairs, *count, 1, new);
	while (i < gone_count && j < new_count) {
		int order = compare_places(gone[i].array, new[j].array);

		if (!order) {
			new[j].pair->of[0] = gone[i].array;
			gone[i].pair->of[0] = NULL;
		}
		i += order <= 0;
		j += order >= 0;
	}
	*count = drop_empty(pairs, *count);
out:
	free(new);
	free(gone);
	return err;
}
