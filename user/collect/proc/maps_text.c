/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Parsing of a line of /proc/PID/maps. */
#include "collect/proc/maps_text.h"

#include <errno.h>
#include <string.h>

static int take_number(char **text, unsigned int base, uint64_t max, char end, uint64_t *ret)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t value = 0;
	char *at = *text;

	for (; *at; at++) {
		const char *digit = memchr(digits, *at, base);

		if (!digit)
			break;
		if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(digit - digits), &value))
			return -EBADMSG;
	}
	if (at == *text || *at != end || value > max)
		return -EBADMSG;
	*text = at + 1;
	*ret = value;
	return 0;
}

static int take_flag(char c, char set, char clear, bool *ret)
{
	if (c != set && c != clear)
		return -EBADMSG;
	*ret = c == set;
	return 0;
}

/* "rw-p " */
static int take_permissions(char **text, struct vma *vma)
{
	char *at = *text;

	if (strlen(at) < 5 || take_flag(at[0], 'r', '-', &vma->readable) ||
	    take_flag(at[1], 'w', '-', &vma->writable) ||
	    take_flag(at[2], 'x', '-', &vma->executable) ||
	    take_flag(at[3], 's', 'p', &vma->shared) || at[4] != ' ')
		return -EBADMSG;
	*text = at + 5;
	return 0;
}

int maps_line_parse(char *line, struct vma *ret)
{
	struct vma vma = { 0 };
	uint64_t major, minor;

	if (take_number(&line, 16, UINT64_MAX, '-', &vma.start) ||
	    take_number(&line, 16, UINT64_MAX, ' ', &vma.end) || take_permissions(&line, &vma) ||
	    take_number(&line, 16, UINT64_MAX, ' ', &vma.offset) ||
	    take_number(&line, 16, UINT32_MAX, ':', &major) ||
	    take_number(&line, 16, UINT32_MAX, ' ', &minor) ||
	    take_number(&line, 10, UINT64_MAX, ' ', &vma.inode))
		return -EBADMSG;
	if (vma.start >= vma.end)
		return -EBADMSG;
	vma.dev_major = (uint32_t)major;
	vma.dev_minor = (uint32_t)minor;
	/* Padding; no path begins with a space. */
	vma.path = line + strspn(line, " ");
	*ret = vma;
	return 0;
}
