/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Strict parsing of one line of /proc/PID/maps. The target chooses the path: it extends to the end
 * of the line, uninterpreted.
 */
#ifndef COLLECT_MAPS_TEXT_H
#define COLLECT_MAPS_TEXT_H

#include "facts/vma.h"

/*
 * line has no newline. Sets all of *ret but kind; path points into line.
 * 0, or -EBADMSG with *ret unset.
 */
int maps_line_parse(char *line, struct vma *ret);

#endif
