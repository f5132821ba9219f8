/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/prompt.h"

#include <stdio.h>
#include <string.h>

#include "base/format.h"

#define CONTROL_U 0x15u

void prompt__set(struct prompt *prompt, const char *text)
{
	snprintf(prompt->text, sizeof(prompt->text), "%s", text);
	prompt->length = strlen(prompt->text);
}

static void erase_character(struct prompt *prompt)
{
	while (prompt->length) {
		unsigned char byte = (unsigned char)prompt->text[--prompt->length];

		prompt->text[prompt->length] = '\0';
		if ((byte & 0xc0) != 0x80)
			break;
	}
}

static void add_character(struct prompt *prompt, uint32_t character)
{
	char bytes[4];
	size_t count = format_utf8(character, bytes);

	if (format_is_unsafe(character) || prompt->length + count >= sizeof(prompt->text))
		return;
	memcpy(prompt->text + prompt->length, bytes, count);
	prompt->length += count;
	prompt->text[prompt->length] = '\0';
}

void prompt__press(struct prompt *prompt, const struct live_key *key)
{
	if (key->type == LIVE_ERASE)
		erase_character(prompt);
	else if (key->type == LIVE_CHARACTER && key->character == CONTROL_U)
		prompt__set(prompt, "");
	else if (key->type == LIVE_CHARACTER)
		add_character(prompt, key->character);
}
