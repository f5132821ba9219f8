/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/unused.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void put_note(struct live_state *state, const char *text)
{
	snprintf(state->note, sizeof(state->note), "%s", text);
}

static bool is_any_of(const struct live_key *key, const char *letters)
{
	return key->type == LIVE_CHARACTER && key->character < 0x80 &&
	       memchr(letters, (int)key->character, strlen(letters));
}

static bool is_of_list(const struct live_key *key)
{
	if (key->type == LIVE_FUNCTION)
		return key->character >= 3 && key->character <= 6;
	return key->type == LIVE_ENTER || is_any_of(key, "/\\nN>tI ");
}

void tell_unused_key(struct live_state *state, const struct live_key *key)
{
	bool listed = state->page == PAGE_LIST;

	if (listed && state->zoom && is_of_list(key))
		put_note(state, "that is a key of the list: q goes back to it");
	else if (listed && !state->zoom && is_any_of(key, "c"))
		put_note(state, "c changes the colours of a row that is open: Enter opens one");
	else if (key->type == LIVE_FUNCTION)
		snprintf(state->note, sizeof(state->note), "F%" PRIu32 " does nothing here%s",
			 key->character, listed ? ": ? lists the keys" : "");
	else if (key->type == LIVE_CHARACTER && key->character > ' ' && key->character < 0x7f)
		snprintf(state->note, sizeof(state->note), "%c does nothing here%s",
			 (char)key->character, listed ? ": ? lists the keys" : "");
}
