/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Parsing of /proc/PID/stat and status. */
#include "collect/proc/proc_text.h"

#include <errno.h>
#include <string.h>

#define FIELD_STATE 3
#define FIELD_PPID 4
#define FIELD_FLAGS 9
#define FIELD_START_TICKS 22

static int take_number(const char **text, uint64_t *ret)
{
	const char *at = *text;
	uint64_t value = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
			return -EBADMSG;
	}
	if (at == *text)
		return -EBADMSG;
	*text = at;
	*ret = value;
	return 0;
}

/* The fields between parent and start time that we do not need; some are negative. */
static int skip_field(const char **text)
{
	uint64_t ignored;

	if (**text == '-')
		(*text)++;
	return take_number(text, &ignored);
}

/* text is what follows ") ". */
static int parse_fields(const char *text, struct proc_stat *stat)
{
	uint64_t ppid = 0;
	int field;

	if (*text < 'A' || *text > 'z')
		return -EBADMSG;
	stat->state = *text++;
	for (field = FIELD_STATE + 1; field <= FIELD_START_TICKS; field++) {
		int err;

		if (*text++ != ' ')
			return -EBADMSG;
		if (field == FIELD_PPID)
			err = take_number(&text, &ppid);
		else if (field == FIELD_FLAGS)
			err = take_number(&text, &stat->flags);
		else if (field == FIELD_START_TICKS)
			err = take_number(&text, &stat->start_ticks);
		else
			err = skip_field(&text);
		if (err)
			return err;
	}
	if (ppid > UINT32_MAX || (*text != ' ' && *text != '\n' && *text))
		return -EBADMSG;
	stat->ppid = (uint32_t)ppid;
	return 0;
}

int proc_stat_parse(const char *text, struct proc_stat *ret)
{
	struct proc_stat stat = { 0 };
	const char *comm_end = strrchr(text, ')');
	size_t length;
	uint64_t pid;
	int err;

	err = take_number(&text, &pid);
	if (err)
		return err;
	if (pid > UINT32_MAX || text[0] != ' ' || text[1] != '(')
		return -EBADMSG;
	stat.pid = (uint32_t)pid;
	text += 2;
	/* The last ')': a comm may contain one, but what follows the comm never does. */
	if (!comm_end || comm_end < text || comm_end[1] != ' ')
		return -EBADMSG;
	length = (size_t)(comm_end - text);
	if (length >= sizeof(stat.comm))
		length = sizeof(stat.comm) - 1;
	memcpy(stat.comm, text, length);
	err = parse_fields(comm_end + 2, &stat);
	if (!err)
		*ret = stat;
	return err;
}

int proc_status_number(const char *text, const char *key, uint64_t *ret)
{
	size_t length = strlen(key);
	uint64_t value;
	int err;

	/* Name: is the first line; the kernel escapes newlines in it. */
	while ((text = strchr(text, '\n'))) {
		text++;
		if (!strncmp(text, key, length) && text[length] == ':')
			break;
	}
	if (!text)
		return -ENOENT;
	text += length + 1;
	text += strspn(text, "\t ");
	err = take_number(&text, &value);
	if (err)
		return err;
	if (strncmp(text, " kB\n", 4) && *text != '\n')
		return -EBADMSG;
	*ret = value;
	return 0;
}
