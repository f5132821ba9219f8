/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A treap: a search tree by address and a heap by random priorities, so that it stays balanced. */
#include "arrays/allocations.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"

struct node {
	struct allocation allocation;
	struct node *left;
	struct node *right;
	uint32_t priority;
};

struct allocations {
	struct node *root;
	size_t count;
	size_t max;
	uint32_t next_id;
	uint32_t random; /* never 0 */
};

/* Marsaglia's xorshift: nobody gains by guessing it. */
static uint32_t next_priority(struct allocations *allocations)
{
	allocations->random ^= allocations->random << 13;
	allocations->random ^= allocations->random >> 17;
	allocations->random ^= allocations->random << 5;
	return allocations->random;
}

struct allocations *allocations__new(size_t max)
{
	struct allocations *allocations = calloc(1, sizeof(*allocations));

	if (!allocations)
		return NULL;
	allocations->max = max;
	allocations->next_id = 1;
	allocations->random = 0x2545f491u;
	return allocations;
}

static void free_nodes(struct node *node)
{
	if (!node)
		return;
	free_nodes(node->left);
	free_nodes(node->right);
	free(node);
}

void allocations__free(struct allocations *allocations)
{
	if (allocations)
		free_nodes(allocations->root);
	free(allocations);
}

static int copy_nodes(const struct node *node, struct node **ret)
{
	int err;

	*ret = NULL;
	if (!node)
		return 0;
	*ret = malloc(sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	**ret = *node;
	(*ret)->right = NULL;
	err = copy_nodes(node->left, &(*ret)->left);
	return err ? err : copy_nodes(node->right, &(*ret)->right);
}

struct allocations *allocations__copy(const struct allocations *allocations)
{
	struct allocations *copy = allocations__new(allocations->max);

	if (!copy)
		return NULL;
	copy->count = allocations->count;
	copy->next_id = allocations->next_id;
	if (!copy_nodes(allocations->root, &copy->root))
		return copy;
	allocations__free(copy);
	return NULL;
}

size_t allocations__count(const struct allocations *allocations)
{
	return allocations->count;
}

/* *low: allocations that start below address. */
static void split_nodes(struct node *node, uint64_t address, struct node **low, struct node **high)
{
	if (!node) {
		*low = *high = NULL;
	} else if (node->allocation.start < address) {
		split_nodes(node->right, address, &node->right, high);
		*low = node;
	} else {
		split_nodes(node->left, address, low, &node->left);
		*high = node;
	}
}

static struct node *merge_nodes(struct node *low, struct node *high)
{
	if (!low || !high)
		return low ? low : high;
	if (low->priority > high->priority) {
		low->right = merge_nodes(low->right, high);
		return low;
	}
	high->left = merge_nodes(low, high->left);
	return high;
}

static struct node *node_above(const struct allocations *allocations, uint64_t address)
{
	struct node *node = allocations->root, *found = NULL;

	while (node) {
		if (node->allocation.end > address) {
			found = node;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return found;
}

struct allocation *allocations__above(struct allocations *allocations, uint64_t address)
{
	struct node *node = node_above(allocations, address);

	return node ? &node->allocation : NULL;
}

int allocations__insert(struct allocations *allocations, const struct allocation *allocation)
{
	struct node *next = node_above(allocations, allocation->start), *node, *low, *high;

	if (allocation->start >= allocation->end)
		return -EINVAL;
	if (next && next->allocation.start < allocation->end)
		return -EEXIST;
	if (allocations->count == allocations->max)
		return -ENOSPC;
	node = calloc(1, sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->allocation = *allocation;
	node->allocation.id = allocations->next_id++;
	node->priority = next_priority(allocations);
	split_nodes(allocations->root, allocation->start, &low, &high);
	allocations->root = merge_nodes(merge_nodes(low, node), high);
	allocations->count++;
	return 0;
}

static void erase_node(struct allocations *allocations, uint64_t start)
{
	struct node *low, *middle, *high;

	split_nodes(allocations->root, start, &low, &high);
	split_nodes(high, start + 1, &middle, &high);
	free(middle);
	allocations->root = merge_nodes(low, high);
	allocations->count--;
}

static int take_part(struct allocation_list *taken, const struct allocation *part)
{
	if (!taken)
		return 0;
	if (array_reserve((void **)&taken->allocations, &taken->capacity, taken->count + 1,
			  sizeof(*taken->allocations)))
		return -ENOMEM;
	taken->allocations[taken->count++] = *part;
	return 0;
}

/* Cuts [start, end), which overlaps it, out of one allocation. The lower part keeps the id. */
static int cut_one(struct allocations *allocations, struct allocation *allocation, uint64_t start,
		   uint64_t end, struct allocation_list *taken)
{
	struct allocation part = *allocation, above = *allocation;
	int err;

	part.start = start > allocation->start ? start : allocation->start;
	part.end = end < allocation->end ? end : allocation->end;
	err = take_part(taken, &part);
	if (err)
		return err;
	if (part.start > allocation->start)
		allocation->end = part.start;
	else
		erase_node(allocations, allocation->start);
	above.start = part.end;
	return above.start < above.end ? allocations__insert(allocations, &above) : 0;
}

int allocations__cut(struct allocations *allocations, uint64_t start, uint64_t end,
		     bool (*wanted)(const struct allocation *allocation),
		     struct allocation_list *taken)
{
	struct node *node;
	int err = 0;

	while (!err && start < end && (node = node_above(allocations, start)) &&
	       node->allocation.start < end) {
		uint64_t next = node->allocation.end;

		if (!wanted || wanted(&node->allocation))
			err = cut_one(allocations, &node->allocation, start, end, taken);
		start = next;
	}
	return err;
}
