/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/screen.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>
#undef columns /* a capability of term.h */

#include "base/text.h"

/*
 * Presses and releases of all buttons: of an event that is not in the mask ncurses 6.4 waits for the
 * next one, also with nodelay(). No clicks: ncurses would put several keys of the mouse into one.
 */
#define MOUSE_EVENTS                                                                               \
	(BUTTON1_PRESSED | BUTTON2_PRESSED | BUTTON3_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED | \
	 BUTTON1_RELEASED | BUTTON2_RELEASED | BUTTON3_RELEASED | BUTTON4_RELEASED |               \
	 BUTTON5_RELEASED)
#define MOUSE_QUEUE 8 /* what ncurses keeps (EV_MAX) */
#define ESCAPE_MS 50  /* the rest of a key's sequence comes within that time */
#define RGB(red, green, blue) ((red) << 16 | (green) << 8 | (blue))

/*
 * Colours by Okabe and Ito, which people tell apart who do not see all of them; of 256 the nearest,
 * of 8 those that differ in brightness. -1: the terminal's own. Without colours attributes tell
 * touched from resident.
 */
static const struct look {
	int rgb, of_256, of_8;
	attr_t always, without_color;
} looks[LIVE_STYLES] = {
	[LIVE_PLAIN] = { -1, -1, -1, 0, 0 },
	[LIVE_STRONG] = { -1, -1, -1, A_BOLD, 0 },
	[LIVE_DIM] = { -1, -1, -1, A_DIM, 0 },
	[LIVE_ALARM] = { RGB(213, 94, 0), 166, COLOR_RED, A_BOLD, 0 },
	[LIVE_BAR] = { -1, -1, -1, A_REVERSE, 0 },
	[LIVE_KEY] = { -1, -1, -1, A_BOLD | A_REVERSE, 0 },
	[LIVE_TOUCHED] = { RGB(230, 159, 0), 214, COLOR_YELLOW, 0, A_BOLD },
	[LIVE_RESIDENT] = { RGB(86, 180, 233), 74, COLOR_CYAN, 0, 0 },
	[LIVE_ZERO] = { RGB(0, 158, 115), 36, COLOR_GREEN, 0, 0 },
	[LIVE_ABSENT] = { -1, -1, -1, A_DIM, 0 },
	[LIVE_GROWS] = { RGB(230, 159, 0), 214, COLOR_YELLOW, 0, 0 },
	[LIVE_SHRINKS] = { RGB(86, 180, 233), 74, COLOR_CYAN, 0, 0 },
	[LIVE_SWAPPED] = { RGB(204, 121, 167), 175, COLOR_MAGENTA, 0, 0 },
	[LIVE_TONE_1] = { RGB(240, 228, 66), 227, COLOR_WHITE, A_BOLD, 0 },
	[LIVE_TONE_2] = { RGB(230, 159, 0), 214, COLOR_YELLOW, 0, 0 },
	[LIVE_TONE_3] = { RGB(213, 94, 0), 166, COLOR_RED, 0, 0 },
	[LIVE_TONE_4] = { RGB(204, 121, 167), 175, COLOR_MAGENTA, 0, 0 },
	[LIVE_TONE_5] = { RGB(0, 114, 178), 25, COLOR_BLUE, 0, 0 },
	[LIVE_TONE_6] = { RGB(153, 153, 153), 247, COLOR_WHITE, 0, 0 },
};

struct screen {
	SCREEN *screen;
	attr_t attributes[LIVE_STYLES];
	short pairs[LIVE_STYLES];
	bool colors;
	MEVENT mouse[MOUSE_QUEUE]; /* the oldest one last */
	uint32_t mouse_count;
};

static void add_string(struct text_buffer *buffer, const char *name)
{
	const char *text = tigetstr(name);

	/* -1: no string. */
	if (text && text != (const char *)-1)
		text_buffer__add(buffer, text);
}

/* ncurses turns the mouse on by these where a terminal has the key "mouse" (lib_mouse.c). */
static void add_mouse(struct text_buffer *buffer, bool on)
{
	const char *key = tigetstr("kmous");

	if (!key || key == (const char *)-1)
		return;
	if (!strcmp(key, "\033[<"))
		text_buffer__add(buffer, on ? "\033[?1006;1000h" : "\033[?1006;1000l");
	else
		text_buffer__add(buffer, on ? "\033[?1000h" : "\033[?1000l");
}

bool screen_possible(int fd, struct terminal_strings *strings)
{
	struct text_buffer enter = text_buffer__over(strings->enter, sizeof(strings->enter));
	struct text_buffer leave = text_buffer__over(strings->leave, sizeof(strings->leave));
	const char *move;
	int found;

	if (setupterm(NULL, fd, &found) != OK)
		return false;
	move = tigetstr("cup");
	add_string(&enter, "smcup");
	add_string(&enter, "smkx");
	add_string(&enter, "civis");
	add_string(&enter, "sgr0");
	add_mouse(&enter, true);
	add_mouse(&leave, false);
	add_string(&leave, "sgr0");
	add_string(&leave, "cnorm");
	add_string(&leave, "rmkx");
	add_string(&leave, "rmcup");
	del_curterm(cur_term);
	return move && move != (const char *)-1;
}

static int color_of(const struct look *look)
{
	if (tigetflag("RGB") > 0 && COLORS >= 1 << 24)
		return look->rgb;
	return COLORS >= 256 ? look->of_256 : look->of_8;
}

static void set_looks(struct screen *screen, bool color)
{
	int i;

	color = color && has_colors() && start_color() == OK && COLORS >= 8;
	screen->colors = color;
	if (color)
		use_default_colors();
	for (i = 0; i < LIVE_STYLES; i++) {
		const struct look *look = &looks[i];

		screen->attributes[i] = look->always | (color ? 0 : look->without_color);
		screen->pairs[i] = 0;
		if (color && look->of_8 >= 0 && init_extended_pair(i + 1, color_of(look), -1) == OK)
			screen->pairs[i] = (short)(i + 1);
	}
}

/* The signals are ours, see terminal.h: ncurses's handlers go. */
static SCREEN *new_screen(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGWINCH, SIGTSTP };
	struct sigaction actions[sizeof(numbers) / sizeof(numbers[0])];
	SCREEN *made;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], NULL, &actions[i]);
	made = newterm(NULL, stdout, stdin);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &actions[i], NULL);
	return made;
}

int screen__open(bool color, struct screen **ret)
{
	struct screen *screen = calloc(1, sizeof(*screen));

	if (!screen)
		return -ENOMEM;
	screen->screen = new_screen();
	if (!screen->screen) {
		free(screen);
		return -ENODEV;
	}
	*ret = screen;
	set_looks(screen, color);
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	set_escdelay(ESCAPE_MS);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	mouseinterval(0);
	mousemask(MOUSE_EVENTS, NULL);
	terminal_write_begins();
	refresh();
	terminal_write_ends();
	return 0;
}

void screen__close(struct screen *screen)
{
	if (!screen)
		return;
	terminal_make_room();
	terminal_write_begins();
	endwin();
	terminal_write_ends();
	delscreen(screen->screen);
	free(screen);
}

bool screen__colors(const struct screen *screen)
{
	return screen->colors;
}

void screen__measure(uint32_t *rows, uint32_t *columns)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	*rows = (uint32_t)LINES;
	*columns = (uint32_t)COLS;
}

/* One KEY_MOUSE stands for all events that were pending; getmouse() gives the latest first. */
static void read_mouse(struct screen *screen)
{
	screen->mouse_count = 0;
	while (screen->mouse_count < MOUSE_QUEUE &&
	       getmouse(&screen->mouse[screen->mouse_count]) == OK)
		screen->mouse_count++;
}

static bool mouse_key(struct screen *screen, struct live_key *ret)
{
	while (screen->mouse_count) {
		const MEVENT *event = &screen->mouse[--screen->mouse_count];

		*ret = (struct live_key){ .row = (uint32_t)event->y, .column = (uint32_t)event->x };
		if (event->bstate & BUTTON4_PRESSED)
			ret->type = LIVE_WHEEL_UP;
		else if (event->bstate & BUTTON5_PRESSED)
			ret->type = LIVE_WHEEL_DOWN;
		else if (event->bstate & BUTTON1_PRESSED)
			ret->type = LIVE_CLICK;
		else
			continue;
		return true;
	}
	return false;
}

static bool function_key(wint_t code, struct live_key *ret)
{
	static const struct {
		wint_t code;
		enum live_key_type type;
	} keys[] = {
		{ KEY_UP, LIVE_UP },	     { KEY_DOWN, LIVE_DOWN },
		{ KEY_LEFT, LIVE_LEFT },     { KEY_RIGHT, LIVE_RIGHT },
		{ KEY_PPAGE, LIVE_PAGE_UP }, { KEY_NPAGE, LIVE_PAGE_DOWN },
		{ KEY_HOME, LIVE_HOME },     { KEY_END, LIVE_END },
		{ KEY_ENTER, LIVE_ENTER },   { KEY_BACKSPACE, LIVE_ERASE },
	};
	size_t i;

	if (code >= KEY_F(1) && code <= KEY_F(12)) {
		*ret = (struct live_key){ .type = LIVE_FUNCTION, .character = code - KEY_F0 };
		return true;
	}
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].code != code)
			continue;
		*ret = (struct live_key){ .type = keys[i].type };
		return true;
	}
	return false;
}

static void character_key(wint_t character, struct live_key *ret)
{
	*ret = (struct live_key){ .type = LIVE_CHARACTER, .character = character };
	if (character == '\r' || character == '\n')
		ret->type = LIVE_ENTER;
	else if (character == 0x1b)
		ret->type = LIVE_ESCAPE;
	else if (character == 0x7f || character == '\b')
		ret->type = LIVE_ERASE;
}

bool screen__key(struct screen *screen, struct live_key *ret)
{
	wint_t character;
	int kind;

	while (!mouse_key(screen, ret)) {
		kind = wget_wch(stdscr, &character);
		if (kind == ERR)
			return false;
		if (kind != KEY_CODE_YES) {
			character_key(character, ret);
			return true;
		}
		if (character == KEY_MOUSE)
			read_mouse(screen);
		else if (function_key(character, ret))
			return true;
	}
	return true;
}

static void put_cell(const struct screen *screen, const struct cells *cells, uint32_t row,
		     uint32_t column)
{
	const struct live_cell *cell = &cells->cells[(size_t)row * cells->columns + column];
	wchar_t text[CELL_MARKS + 2] = { (wchar_t)cell->character };
	attr_t attribute = screen->attributes[cell->style];
	cchar_t character;
	uint32_t i;

	if (!cell->character)
		return;
	for (i = 0; i < CELL_MARKS; i++)
		text[i + 1] = (wchar_t)cell->marks[i];
	if (cell->cursor)
		attribute ^= A_REVERSE;
	setcchar(&character, text, attribute, screen->pairs[cell->style], NULL);
	mvadd_wch((int)row, (int)column, &character);
}

void screen__show(const struct screen *screen, const struct cells *cells, bool anew)
{
	uint32_t row, column;

	for (row = 0; row < cells->rows; row++) {
		for (column = 0; column < cells->columns; column++)
			put_cell(screen, cells, row, column);
	}
	if (anew)
		clearok(curscr, TRUE);
	terminal_write_begins();
	refresh();
	terminal_write_ends();
}
