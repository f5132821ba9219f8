/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Python's Lexical analysis, "Identifiers and keywords". */
#include "arrays/python/identifier.h"

#include <string.h>

#include "base/format.h"

#define KEYWORD_MAX 8u /* "continue", "nonlocal" */
#define CHARACTERS_MAX 256u

static const char *const keywords[] = {
	"False", "None",     "True",  "and",	"as",	"assert", "async",  "await",	"break",
	"class", "continue", "def",   "del",	"elif", "else",	  "except", "finally",	"for",
	"from",	 "global",   "if",    "import", "in",	"is",	  "lambda", "nonlocal", "not",
	"or",	 "pass",     "raise", "return", "try",	"while",  "with",   "yield",
};

/* Letters that NFKC does not change, alone or next to each other. */
static const struct {
	uint32_t first, last;
} letters[] = {
	{ 0xc0, 0xd6 },	    { 0xd8, 0xf6 },	{ 0xf8, 0x131 },    { 0x134, 0x13e },
	{ 0x141, 0x148 },   { 0x14a, 0x17e },	{ 0x386, 0x386 },   { 0x388, 0x38a },
	{ 0x38c, 0x38c },   { 0x38e, 0x3a1 },	{ 0x3a3, 0x3ce },   { 0x400, 0x481 },
	{ 0x48a, 0x52f },   { 0x5d0, 0x5ea },	{ 0x620, 0x64a },   { 0x3041, 0x3096 },
	{ 0x30a1, 0x30fa }, { 0x4e00, 0x9fef }, { 0xac00, 0xd7a3 },
};

static bool is_letter(uint32_t character)
{
	size_t i;

	if (character < 0x80)
		return (character >= 'a' && character <= 'z') ||
		       (character >= 'A' && character <= 'Z') || character == '_';
	for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if (character >= letters[i].first && character <= letters[i].last)
			return true;
	}
	return false;
}

static bool is_keyword(const uint32_t *characters, size_t count)
{
	char word[KEYWORD_MAX + 1];
	size_t i;

	if (count > KEYWORD_MAX)
		return false;
	for (i = 0; i < count; i++)
		word[i] = characters[i] < 0x80 ? (char)characters[i] : '?';
	word[count] = '\0';
	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (!strcmp(word, keywords[i]))
			return true;
	}
	return false;
}

bool py_is_identifier(const uint32_t *characters, size_t count)
{
	size_t i;

	if (!count || !is_letter(characters[0]) || is_keyword(characters, count))
		return false;
	for (i = 1; i < count; i++) {
		if (!is_letter(characters[i]) && (characters[i] < '0' || characters[i] > '9'))
			return false;
	}
	return true;
}

bool py_text_is_identifier(const char *text)
{
	uint32_t characters[CHARACTERS_MAX];
	size_t count = 0, bytes;

	while (*text) {
		bytes = count < CHARACTERS_MAX ? format_utf8_decode((const unsigned char *)text,
								    &characters[count++])
					       : 0;
		if (!bytes)
			return false;
		text += bytes;
	}
	return py_is_identifier(characters, count);
}
