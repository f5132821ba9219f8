/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Messages in the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding): field
 * numbers are up to 2^29 - 1. What has no room is left out whole, and `cut` says so.
 */
#ifndef RENDER_PROTO_H
#define RENDER_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTO_MAX 4096u

struct proto { /* all zero: the empty message */
	size_t length;
	bool cut;
	unsigned char bytes[PROTO_MAX];
};

/* An unsigned or not negative signed integer, a bool or an enum. */
void proto_count(struct proto *proto, uint32_t field, uint64_t value);

/* A string: must be valid UTF-8. */
void proto_text(struct proto *proto, uint32_t field, const char *text);

void proto_message(struct proto *proto, uint32_t field, const struct proto *message);

#endif
