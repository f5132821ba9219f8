/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Reads again what names rest on, once they are given: each word on the way from the root, the
 * keys, and the arrays at the end. All of it was read before, so what has not changed at the second
 * read was true at one moment in between.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/rechecks.h"
#include "arrays/python/frames_alive.h"
#include "arrays/python/key_text.h"
#include "arrays/python/scan.h"
#include "base/array.h"

#define NO_ROW SIZE_MAX
#define MARK_LOST 4u	 /* for a node; besides those of rechecks */
#define LINK_OF_COUNT 1u /* for a container: the type precedes it */

int scan_note_name(struct scan *scan, uint64_t object, size_t node, const char *name)
{
	if (array_reserve((void **)&scan->notes, &scan->note_capacity, scan->note_count + 1,
			  sizeof(*scan->notes)))
		return -ENOMEM;
	scan->notes[scan->note_count++] =
		(struct name_note){ object, name, 0, scan->walk.nodes[node] };
	return 0;
}

void scan_forget_names(struct scan *scan)
{
	free(scan->notes);
	scan->notes = NULL;
	scan->note_count = scan->note_capacity = 0;
}

/* The first of its aliases replaces it. */
static void drop_name(struct scan *scan, struct array_desc *array, const char *name)
{
	size_t i = 0;

	if (array->name == name) {
		free(array->name);
		array->name = array->alias_count ? array->aliases[0] : NULL;
		scan->unnamed += !array->name;
	} else {
		while (i < array->alias_count && array->aliases[i] != name)
			i++;
		if (i < array->alias_count)
			free(array->aliases[i]);
	}
	if (i < array->alias_count) {
		array->alias_count--;
		array->alias_total--;
	}
	for (; i < array->alias_count; i++)
		array->aliases[i] = array->aliases[i + 1];
}

/* Marks are RECHECK_WANTED and RECHECK_WRONG. */
struct verifier {
	struct scan *scan;
	struct rechecks *rechecks;
	uint8_t *nodes; /* a mark for each */
	uint8_t *links;
	uint8_t *notes;
	uint8_t *rows;
	int32_t *sums; /* for each link: how many ranges begin minus how many end; later the
		        * wrong links before it */
	struct address_set frames;
	struct address_set alive;
};

static void want_links(struct verifier *verifier, const struct py_link_range *range)
{
	if (range->count == PY_LINKS_LOST)
		return;
	verifier->sums[range->first]++;
	verifier->sums[range->first + range->count]--;
}

static void want_all(struct verifier *verifier)
{
	struct scan *scan = verifier->scan;
	size_t i;

	if (!scan->verified)
		memset(verifier->rows, RECHECK_WANTED, scan->ret->count - scan->first);
	for (i = 0; i < scan->note_count; i++) {
		const struct py_node *node = &scan->notes[i].node;
		const struct array_desc *array = scan_find(scan, scan->notes[i].object);

		want_links(verifier, &node->rests_on);
		scan->notes[i].row = NO_ROW;
		if (array) {
			scan->notes[i].row = (size_t)(array - scan->ret->arrays) - scan->first;
			verifier->rows[scan->notes[i].row] |= RECHECK_WANTED;
		}
		while (node->edge != EDGE_ROOT &&
		       !(verifier->nodes[node->parent] & RECHECK_WANTED)) {
			verifier->nodes[node->parent] |= RECHECK_WANTED;
			node = &scan->walk.nodes[node->parent];
			want_links(verifier, &node->rests_on);
		}
	}
}

/* Frames first: what they hold is valid while they exist. */
static int recheck_frames(struct verifier *verifier)
{
	const struct py_links *links = &verifier->scan->walk.links;
	int32_t ranges = 0;
	size_t i;
	int err = 0;

	for (i = 0; err >= 0 && i < links->count; i++) {
		ranges += verifier->sums[i];
		if (!ranges)
			continue;
		verifier->links[i] |= RECHECK_WANTED;
		if (links->links[i].how == PY_LINK_FRAME)
			err = address_set__add(&verifier->frames, links->links[i].address);
	}
	if (err >= 0)
		err = py_frames_alive(&verifier->scan->py, &verifier->frames, &verifier->alive);
	return err < 0 ? err : 0;
}

static int recheck_link(struct verifier *verifier, struct py_link *link, uint8_t *mark)
{
	uint64_t word = link->word;
	struct recheck recheck = { .address = link->address,
				   .then = &word,
				   .bytes = link->bytes,
				   .how = RECHECK_SAME,
				   .mark = mark };

	switch ((enum py_link_how)link->how) {
	case PY_LINK_SAME:
		break;
	case PY_LINK_COUNT:
		recheck.how = RECHECK_COUNT;
		recheck.count = &link->word;
		break;
	case PY_LINK_STATE:
		recheck.how = RECHECK_STATE;
		break;
	case PY_LINK_FRAME:
		if (!address_set__has(&verifier->alive, link->address))
			*mark |= RECHECK_WRONG;
		return 0;
	}
	return rechecks__add(verifier->rechecks, &recheck);
}

static int recheck_links(struct verifier *verifier)
{
	struct py_links *links = &verifier->scan->walk.links;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < links->count; i++) {
		if (verifier->links[i] & RECHECK_WANTED)
			err = recheck_link(verifier, &links->links[i], &verifier->links[i]);
	}
	return err;
}

/* The word that held the object; with the key before it, if a dict has them side by side. */
static int recheck_slot(struct verifier *verifier, const struct py_node *node, uint8_t *mark)
{
	const bool keyed = node->edge == EDGE_ITEM || node->edge == EDGE_ATTR ||
			   node->edge == EDGE_DESCR || node->edge == EDGE_LOCAL ||
			   node->edge == EDGE_CACHED;
	uint64_t words[2] = { 0, node->object };
	struct recheck recheck = { .address = node->slot,
				   .then = &words[1],
				   .bytes = sizeof(words[1]),
				   .how = RECHECK_POINTER,
				   .mark = mark };

	if (!node->slot)
		return 0;
	if (keyed && !py_word(&verifier->scan->py, node->slot - 8, &words[0]) &&
	    words[0] == node->label) {
		recheck.address -= 8;
		recheck.then = words;
		recheck.bytes = sizeof(words);
	}
	return rechecks__add(verifier->rechecks, &recheck);
}

struct key_recheck {
	struct verifier *verifier;
	uint8_t *mark;
};

static int recheck_piece(void *ctx, uint64_t address, size_t bytes)
{
	struct key_recheck *key = ctx;
	uint8_t then[RECHECK_BYTES_MAX];
	int err;

	for (; bytes; address += sizeof(then)) {
		size_t part = bytes < sizeof(then) ? bytes : sizeof(then);
		const struct recheck recheck = { .address = address,
						 .then = then,
						 .bytes = part,
						 .how = RECHECK_SAME,
						 .mark = key->mark };

		/* What could not be read is not in the name. */
		if (memsrc__read(key->verifier->scan->py.memsrc, address, then, part))
			return 0;
		err = rechecks__add(key->verifier->rechecks, &recheck);
		if (err)
			return err;
		bytes -= part;
	}
	return 0;
}

static int recheck_label(struct verifier *verifier, const struct py_node *node, uint8_t *mark)
{
	struct key_recheck key = { verifier, mark };
	struct py *py = &verifier->scan->py;
	char text[PY_NAME_MAX];

	switch ((enum py_edge)node->edge) {
	case EDGE_ATTR:
	case EDGE_DESCR:
	case EDGE_ITEM:
	case EDGE_CLOSURE:
	case EDGE_LOCAL:
	case EDGE_CELL:
	case EDGE_CACHED:
		return node->label ? py_key_pieces(py, node->label, recheck_piece, &key) : 0;
	case EDGE_NAMED:
		py_c_string(py, node->label, text, sizeof(text));
		return recheck_piece(&key, node->label, strlen(text) + 1);
	default:
		return 0;
	}
}

/* One kind of recheck after another: ascending addresses need no sorting. */
static int recheck_ways(struct verifier *verifier,
			int (*add)(struct verifier *, const struct py_node *, uint8_t *))
{
	const struct scan *scan = verifier->scan;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < scan->walk.count; i++) {
		if (verifier->nodes[i] & RECHECK_WANTED)
			err = add(verifier, &scan->walk.nodes[i], &verifier->nodes[i]);
	}
	for (i = 0; !err && i < scan->note_count; i++)
		err = add(verifier, &scan->notes[i].node, &verifier->notes[i]);
	return err;
}

static void count_wrong_links(struct verifier *verifier)
{
	const size_t count = verifier->scan->walk.links.count;
	int32_t wrong = 0;
	size_t i;

	for (i = 0; i <= count; i++) {
		verifier->sums[i] = wrong;
		wrong += i < count && verifier->links[i] & RECHECK_WRONG;
	}
}

/* What it rests on is unknown, or its parent was rejected. */
static bool is_lost(const struct verifier *verifier, const struct py_node *node)
{
	return node->rests_on.count == PY_LINKS_LOST ||
	       (node->edge != EDGE_ROOT && verifier->nodes[node->parent] & MARK_LOST);
}

static bool rests_on_wrong(const struct verifier *verifier, const struct py_node *node)
{
	const struct py_link_range *range = &node->rests_on;
	const struct py_link *links = verifier->scan->walk.links.links;

	if (is_lost(verifier, node) ||
	    verifier->sums[range->first + range->count] > verifier->sums[range->first])
		return true;
	if (node->edge == EDGE_INDEX && range->count > LINK_OF_COUNT &&
	    links[range->first + LINK_OF_COUNT].how == PY_LINK_COUNT &&
	    links[range->first + LINK_OF_COUNT].word <= node->label)
		return true;
	return node->edge != EDGE_ROOT && verifier->nodes[node->parent] & RECHECK_WRONG;
}

static void drop_wrong(struct verifier *verifier)
{
	struct scan *scan = verifier->scan;
	size_t i;

	count_wrong_links(verifier);
	/* A node's parent precedes it. */
	for (i = 0; i < scan->walk.count; i++) {
		const struct py_node *node = &scan->walk.nodes[i];

		if (!(verifier->nodes[i] & RECHECK_WANTED))
			continue;
		verifier->nodes[i] |= is_lost(verifier, node) ? MARK_LOST : 0;
		if (rests_on_wrong(verifier, node))
			verifier->nodes[i] |= RECHECK_WRONG;
	}
	for (i = 0; i < scan->note_count; i++) {
		const struct name_note *note = &scan->notes[i];

		if (note->row == NO_ROW)
			continue;
		scan->report->unverified += is_lost(verifier, &note->node);
		if (verifier->notes[i] & RECHECK_WRONG ||
		    verifier->rows[note->row] & RECHECK_WRONG ||
		    rests_on_wrong(verifier, &note->node))
			drop_name(scan, &scan->ret->arrays[scan->first + note->row], note->name);
	}
}

static int verify_names(struct verifier *verifier)
{
	int err;

	want_all(verifier);
	/* Before and after the ways to them: freed objects come back at the same places. */
	err = scan_verify_rows(verifier->scan, verifier->rechecks, verifier->rows);
	if (!err)
		err = recheck_frames(verifier);
	if (!err)
		err = recheck_links(verifier);
	if (!err)
		err = recheck_ways(verifier, recheck_slot);
	if (!err)
		err = recheck_ways(verifier, recheck_label);
	if (!err)
		err = rechecks__check(verifier->rechecks);
	if (!err)
		err = scan_verify_rows(verifier->scan, verifier->rechecks, verifier->rows);
	if (err)
		return err;
	drop_wrong(verifier);
	return scan_read_changed(verifier->scan, verifier->rows);
}

int scan_verify(struct scan *scan)
{
	struct verifier verifier = { .scan = scan };
	int err = -ENOMEM;

	if (!scan->note_count && scan->verified)
		return 0;
	/* What is read from here on is not a link of a way. */
	scan->py.links = NULL;
	verifier.rechecks = rechecks__new(scan->py.memsrc);
	verifier.nodes = calloc(scan->walk.count + 1, 1);
	verifier.links = calloc(scan->walk.links.count + 1, 1);
	verifier.notes = calloc(scan->note_count + 1, 1);
	verifier.rows = calloc(scan->ret->count - scan->first + 1, 1);
	verifier.sums = calloc(scan->walk.links.count + 1, sizeof(*verifier.sums));
	if (verifier.rechecks && verifier.nodes && verifier.links && verifier.notes &&
	    verifier.rows && verifier.sums && !address_set__init(&verifier.frames) &&
	    !address_set__init(&verifier.alive))
		err = verify_names(&verifier);
	rechecks__free(verifier.rechecks);
	free(verifier.nodes);
	free(verifier.links);
	free(verifier.notes);
	free(verifier.rows);
	free(verifier.sums);
	address_set__deinit(&verifier.frames);
	address_set__deinit(&verifier.alive);
	scan->note_count = 0;
	scan->verified = true;
	scan->py.links = &scan->walk.links;
	return py_walk_goes_on(err);
}
