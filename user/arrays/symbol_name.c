/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* C++ and Fortran names. */
#include "arrays/symbol_name.h"

#include <stdio.h>
#include <string.h>

#include <libiberty/demangle.h>

#include "base/text.h"

#define MANGLED_MAX 512u
#define REFERENCES_MAX 30u

static void add_part(const char *part, size_t bytes, void *ctx)
{
	text_buffer__add_bytes(ctx, part, bytes);
}

/*
 * S_, S0_, T_, ... each stand for a part of what precedes them, so a name with n of them may expand
 * to 3^(n/3) parts. With this bound the worst names cost some 10 ms; those of the standard
 * library's nested templates have about ten.
 */
static bool is_cheap(const char *symbol)
{
	unsigned int references = 0;
	const char *at;

	if (strlen(symbol) > MANGLED_MAX)
		return false;
	for (at = symbol; *at; at++) {
		if (*at == 'S' || *at == 'T') {
			size_t digits = strspn(at + 1, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");

			references += at[1 + digits] == '_';
		}
	}
	return references <= REFERENCES_MAX;
}

static bool demangle_symbol(const char *symbol, char *name)
{
	struct text_buffer text = text_buffer__over(name, SYMBOL_NAME_MAX);

	if (strncmp(symbol, "_Z", 2) || !is_cheap(symbol))
		return false;
	return cplus_demangle_v3_callback(symbol, DMGL_PARAMS | DMGL_ANSI, add_part, &text) &&
	       !text.cut && text.length;
}

static bool spell_fortran(const char *symbol, bool fortran, char *name)
{
	size_t length = strlen(symbol);
	const char *mod = strncmp(symbol, "__", 2) ? NULL : strstr(symbol + 2, "_MOD_");

	if (length >= SYMBOL_NAME_MAX)
		return false;
	if (mod && mod > symbol + 2 && mod[5]) {
		snprintf(name, SYMBOL_NAME_MAX, "%.*s::%s", (int)(mod - symbol - 2), symbol + 2,
			 mod + 5);
		return true;
	}
	if (!fortran || length < 2 || *symbol == '_' || symbol[length - 1] != '_')
		return false;
	memcpy(name, symbol, length - 1);
	name[length - 1] = '\0';
	return true;
}

bool symbol_name(const char *symbol, bool fortran, char name[SYMBOL_NAME_MAX])
{
	if (demangle_symbol(symbol, name) || spell_fortran(symbol, fortran, name))
		return true;
	name[0] = '\0';
	return false;
}

/* "grid" in "ns::Box<std::pair<int, int> >::grid" and in "ns::grid<3>". */
static const char *last_part(const char *name, size_t *length)
{
	const char *at, *part = name;
	int depth = 0;

	for (at = name; *at; at++) {
		if (*at == '<' || *at == '(' || *at == '[' || *at == '{')
			depth++;
		else if (*at == '>' || *at == ')' || *at == ']' || *at == '}')
			depth--;
		else if (depth == 0 && at[0] == ':' && at[1] == ':')
			part = at + 2;
	}
	*length = strcspn(part, "<([{");
	return part;
}

bool symbol_may_be(const char *symbol, const char *wanted)
{
	char mangled[SYMBOL_NAME_MAX + 32];
	size_t length;
	const char *part;

	if (!strcmp(symbol, wanted))
		return true;
	part = last_part(wanted, &length);
	if (!length || length >= SYMBOL_NAME_MAX)
		return false;
	if (!strncmp(symbol, part, length))
		return symbol[length] == '.' || !symbol[length] || !strcmp(symbol + length, "_");
	snprintf(mangled, sizeof(mangled), "_MOD_%.*s", (int)length, part);
	if (!strncmp(symbol, "__", 2) && strlen(symbol) > length + 5 &&
	    !strcmp(symbol + strlen(symbol) - length - 5, mangled))
		return true;
	/* <source-name> of the C++ ABI: its length, then itself. */
	snprintf(mangled, sizeof(mangled), "%zu%.*s", length, (int)length, part);
	return !strncmp(symbol, "_Z", 2) && strstr(symbol, mangled);
}

size_t symbol_base_length(const char *symbol)
{
	const char *dot = strchr(symbol + (*symbol != '\0'), '.');

	return dot ? (size_t)(dot - symbol) : strlen(symbol);
}
