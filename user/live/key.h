/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What somebody does at the terminal, apart from how it is sent. */
#ifndef LIVE_KEY_H
#define LIVE_KEY_H

#include <stdbool.h>
#include <stdint.h>

enum live_key_type {
	LIVE_CHARACTER,
	LIVE_UP,
	LIVE_DOWN,
	LIVE_LEFT,
	LIVE_RIGHT,
	LIVE_PAGE_UP,
	LIVE_PAGE_DOWN,
	LIVE_HOME,
	LIVE_END,
	LIVE_ENTER,
	LIVE_ESCAPE,
	LIVE_ERASE,    /* backspace */
	LIVE_FUNCTION, /* F1 .. F12: character tells which */
	LIVE_CLICK,    /* of the first button, at a place of the screen */
	LIVE_CLICK_TWICE,
	LIVE_WHEEL_UP,
	LIVE_WHEEL_DOWN,
};

struct live_key {
	enum live_key_type type;
	uint32_t character;
	uint32_t row, column;
};

#endif
