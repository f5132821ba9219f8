/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One line of /proc/PID/maps, parsed strictly. The path is whatever the target
 * mapped: it is taken as it is, to the end of the line.
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
