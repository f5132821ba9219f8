/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/option_kinds.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "commands/usage.h"

static int take_number(const struct option_row *row, const char *typed, const char *text,
		       uint64_t *ret)
{
	uint64_t most = row->kind == OPTION_U32 ? UINT32_MAX : UINT64_MAX;

	if (row->max)
		most = row->max;
	if (!parse_u64(text, row->min, most, ret))
		return -1;
	return usage_error("%s '%s' is not a whole number from %" PRIu64, typed, text, row->min);
}

static int take_size(const struct option_row *row, const char *typed, const char *text,
		     uint64_t *ret)
{
	int err = parse_bytes(text, ret);

	if (err == -EDOM)
		return usage_error(
			"%s '%s': sizes are powers of 1024: write K, M, G or KiB, MiB, GiB", typed,
			text);
	if (err)
		return usage_error("%s '%s' is not a size", typed, text);
	if (*ret < row->min)
		return usage_error("%s '%s' is too small: from %" PRIu64 " on", typed, text,
				   row->min);
	return -1;
}

static int take_power(const struct option_row *row, const char *typed, const char *text,
		      uint32_t *ret)
{
	uint64_t value = 0;
	int status = row->kind == OPTION_BYTES ? take_size(row, typed, text, &value)
					       : take_number(row, typed, text, &value);

	if (status < 0 && ((value & (value - 1)) || value > row->max))
		return usage_error("%s '%s' is not a power of two up to %" PRIu64, typed, text,
				   row->max);
	*ret = (uint32_t)value;
	return status;
}

static int take_time(const struct option_row *row, const char *typed, const char *text,
		     uint64_t *ret)
{
	bool may_be_none = !row->min;

	if (may_be_none && !strcmp(text, "none")) {
		*ret = 0;
		return -1;
	}
	if (!parse_duration(text, ret))
		return -1;
	return usage_error("%s '%s' is %s a duration such as 1s or 500ms", typed, text,
			   may_be_none ? "neither none nor" : "not");
}

int option_choose(const char *typed, const char *text, const char *const *words, int *ret)
{
	char memory[128];
	struct text_buffer list = text_buffer__over(memory, sizeof(memory));
	int i;

	for (i = 0; words[i]; i++) {
		text_buffer__addf(&list, "%s%s", i ? ", " : "", words[i]);
		if (!strcmp(text, words[i])) {
			*ret = i;
			return -1;
		}
	}
	return usage_error("%s: unknown value '%s' (known: %s)", typed, text, memory);
}

int option_take(struct options *options, const struct option_row *row, const char *typed,
		const char *text)
{
	void *place = (char *)options + row->offset;
	uint64_t number = 0;
	int status = -1;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)place = true;
		return -1;
	case OPTION_TIMES:
		++*(uint32_t *)place;
		return -1;
	case OPTION_TEXT:
		*(const char **)place = text;
		return -1;
	case OPTION_U32:
		status = take_number(row, typed, text, &number);
		*(uint32_t *)place = (uint32_t)number;
		return status;
	case OPTION_U64:
		return take_number(row, typed, text, place);
	case OPTION_SIZE:
		*(uint64_t *)place = row->bare;
		return text ? take_size(row, typed, text, place) : -1;
	case OPTION_POWER:
	case OPTION_BYTES:
		return take_power(row, typed, text, place);
	case OPTION_TIME:
		return take_time(row, typed, text, place);
	case OPTION_CHOICE:
		return option_choose(typed, text, row->words, place);
	default:
		return row->parse(options, typed, text);
	}
}
