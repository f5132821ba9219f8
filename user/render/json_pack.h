/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * JSON for a page's script, where most of many reports is alike: each object or list that differs
 * from all others is written once, as a node, and keys are written once for all objects that have
 * the same.
 *
 * A node is a list: the number of its shape, then its values. Shape 0 is a list; any other is an
 * object, and names its keys. [N] in place of a value is node N; [N,0] stands for all values of node
 * N, a part of a list. Nodes are numbered from 0 in the order in which they are written.
 */
#ifndef RENDER_JSON_PACK_H
#define RENDER_JSON_PACK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_out;
struct json_pack;

/*
 * nodes: where to write them, each but the first behind a comma. json: set so that the writers of
 * JSON write into the pack. The caller frees *ret, also on failure. 0 or -ENOMEM.
 */
int json_pack__new(FILE *nodes, struct json_out *json, struct json_pack **ret);
void json_pack__free(struct json_pack *pack);

/* For json_out.c. */
void json_pack__key(struct json_pack *pack, const char *key);
void json_pack__open(struct json_pack *pack, bool object);
void json_pack__close(struct json_pack *pack, bool object);

/* The node that was closed last: what the outermost value is in. */
uint64_t json_pack__last(const struct json_pack *pack);

/* A list of lists of keys, by number of shape. 0, or -ENOMEM: nodes are missing. */
int json_pack__shapes(struct json_pack *pack, FILE *out);

#endif
