/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A treap: a search tree by address that is a heap by random priorities, so that it stays flat. */
#include "arrays/claims.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"

struct node {
	struct claim claim;
	struct node *left;
	struct node *right;
	uint32_t priority;
};

struct claims {
	struct node *root;
	size_t count;
	size_t max;
	uint32_t next_id;
	uint32_t random; /* never 0 */
};

/* Marsaglia's xorshift: nobody gains from guessing it. */
static uint32_t next_priority(struct claims *claims)
{
	claims->random ^= claims->random << 13;
	claims->random ^= claims->random >> 17;
	claims->random ^= claims->random << 5;
	return claims->random;
}

struct claims *claims__new(size_t max)
{
	struct claims *claims = calloc(1, sizeof(*claims));

	if (!claims)
		return NULL;
	claims->max = max;
	claims->next_id = 1;
	claims->random = 0x2545f491u;
	return claims;
}

static void free_nodes(struct node *node)
{
	if (!node)
		return;
	free_nodes(node->left);
	free_nodes(node->right);
	free(node);
}

void claims__free(struct claims *claims)
{
	if (claims)
		free_nodes(claims->root);
	free(claims);
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

struct claims *claims__copy(const struct claims *claims)
{
	struct claims *copy = claims__new(claims->max);

	if (!copy)
		return NULL;
	copy->count = claims->count;
	copy->next_id = claims->next_id;
	if (!copy_nodes(claims->root, &copy->root))
		return copy;
	claims__free(copy);
	return NULL;
}

size_t claims__count(const struct claims *claims)
{
	return claims->count;
}

/* *low: what starts below address. */
static void split(struct node *node, uint64_t address, struct node **low, struct node **high)
{
	if (!node) {
		*low = *high = NULL;
	} else if (node->claim.start < address) {
		split(node->right, address, &node->right, high);
		*low = node;
	} else {
		split(node->left, address, low, &node->left);
		*high = node;
	}
}

static struct node *merge(struct node *low, struct node *high)
{
	if (!low || !high)
		return low ? low : high;
	if (low->priority > high->priority) {
		low->right = merge(low->right, high);
		return low;
	}
	high->left = merge(low, high->left);
	return high;
}

static struct node *node_above(const struct claims *claims, uint64_t address)
{
	struct node *node = claims->root, *found = NULL;

	while (node) {
		if (node->claim.end > address) {
			found = node;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return found;
}

struct claim *claims__above(struct claims *claims, uint64_t address)
{
	struct node *node = node_above(claims, address);

	return node ? &node->claim : NULL;
}

int claims__insert(struct claims *claims, const struct claim *claim)
{
	struct node *next = node_above(claims, claim->start), *node, *low, *high;

	if (claim->start >= claim->end)
		return -EINVAL;
	if (next && next->claim.start < claim->end)
		return -EEXIST;
	if (claims->count == claims->max)
		return -ENOSPC;
	node = calloc(1, sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->claim = *claim;
	node->claim.id = claims->next_id++;
	node->priority = next_priority(claims);
	split(claims->root, claim->start, &low, &high);
	claims->root = merge(merge(low, node), high);
	claims->count++;
	return 0;
}

static void erase(struct claims *claims, uint64_t start)
{
	struct node *low, *middle, *high;

	split(claims->root, start, &low, &high);
	split(high, start + 1, &middle, &high);
	free(middle);
	claims->root = merge(low, high);
	claims->count--;
}

static int take(struct claim_list *taken, const struct claim *part)
{
	if (!taken)
		return 0;
	if (array_reserve((void **)&taken->claims, &taken->capacity, taken->count + 1,
			  sizeof(*taken->claims)))
		return -ENOMEM;
	taken->claims[taken->count++] = *part;
	return 0;
}

/* Takes [start, end), which overlaps it, out of one claim. What lies below keeps the id. */
static int cut_one(struct claims *claims, struct claim *claim, uint64_t start, uint64_t end,
		   struct claim_list *taken)
{
	struct claim part = *claim, above = *claim;
	int err;

	part.start = start > claim->start ? start : claim->start;
	part.end = end < claim->end ? end : claim->end;
	err = take(taken, &part);
	if (err)
		return err;
	if (part.start > claim->start)
		claim->end = part.start;
	else
		erase(claims, claim->start);
	above.start = part.end;
	return above.start < above.end ? claims__insert(claims, &above) : 0;
}

int claims__cut(struct claims *claims, uint64_t start, uint64_t end,
		bool (*wanted)(const struct claim *claim), struct claim_list *taken)
{
	struct node *node;
	int err = 0;

	while (!err && start < end && (node = node_above(claims, start)) &&
	       node->claim.start < end) {
		uint64_t next = node->claim.end;

		if (!wanted || wanted(&node->claim))
			err = cut_one(claims, &node->claim, start, end, taken);
		start = next;
	}
	return err;
}

static bool are_parts_of_one(const struct claim *a, const struct claim *b)
{
	return a->number == b->number && a->whole_start == b->whole_start && a->state == b->state;
}

/* A part that comes back is no part of its own where it borders on the rest of it. */
static void put_back(struct claims *claims, struct claim part)
{
	struct node *next = node_above(claims, part.start), *before;

	if (next && next->claim.start < part.end)
		return;
	if (next && next->claim.start == part.end && are_parts_of_one(&next->claim, &part)) {
		part.end = next->claim.end;
		erase(claims, next->claim.start);
	}
	before = part.start ? node_above(claims, part.start - 1) : NULL;
	if (before && before->claim.end == part.start && are_parts_of_one(&before->claim, &part))
		before->claim.end = part.end;
	else
		claims__insert(claims, &part);
}

void claims__put_back(struct claims *claims, const struct claim_list *parts)
{
	size_t i;

	for (i = 0; i < parts->count; i++)
		put_back(claims, parts->claims[i]);
}
