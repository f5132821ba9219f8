/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What is said of a key that does nothing where it is pressed. It goes into the state's note. */
#ifndef LIVE_UNUSED_H
#define LIVE_UNUSED_H

#include "live/state.h"

/* Where it would do something, or that it is no key. Control keys and the mouse say nothing. */
void tell_unused_key(struct live_state *state, const struct live_key *key);

#endif
