/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A field is its number and wire type as one varint, then the value. */
#include "render/proto.h"

#include <string.h>

#define VARINT_MAX 10u

enum wire_type { WIRE_VARINT = 0, WIRE_BYTES = 2 };

/* Seven bits a byte, the lowest first; the highest bit says that more follow. */
static size_t put_varint(unsigned char *to, uint64_t value)
{
	size_t length = 0;

	for (; value >= 0x80; value >>= 7)
		to[length++] = (unsigned char)(value | 0x80);
	to[length++] = (unsigned char)value;
	return length;
}

static void put_field(struct proto *proto, uint32_t field, enum wire_type type, uint64_t value,
		      const void *bytes, size_t count)
{
	unsigned char head[2 * VARINT_MAX];
	size_t length = put_varint(head, (uint64_t)field << 3 | type);

	length += put_varint(head + length, value);
	if (length + count > PROTO_MAX - proto->length) {
		proto->cut = true;
		return;
	}
	memcpy(proto->bytes + proto->length, head, length);
	if (count)
		memcpy(proto->bytes + proto->length + length, bytes, count);
	proto->length += length + count;
}

void proto_count(struct proto *proto, uint32_t field, uint64_t value)
{
	put_field(proto, field, WIRE_VARINT, value, NULL, 0);
}

void proto_text(struct proto *proto, uint32_t field, const char *text)
{
	size_t length = strlen(text);

	put_field(proto, field, WIRE_BYTES, length, text, length);
}

void proto_message(struct proto *proto, uint32_t field, const struct proto *message)
{
	put_field(proto, field, WIRE_BYTES, message->length, message->bytes, message->length);
	proto->cut |= message->cut;
}
