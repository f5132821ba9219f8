/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Links that others may have put in our way: in a sticky folder where everybody may write, such as
 * /tmp. The kernel does not follow them either where fs.protected_symlinks is on, and by the same
 * rule: a link there counts only if it is ours, or the folder's owner made it.
 */
#ifndef COMMANDS_FOREIGN_LINK_H
#define COMMANDS_FOREIGN_LINK_H

/* Looks at each part of the path, and at what its links lead to. 0 or -EACCES. */
int foreign_link_check(const char *path);

/*
 * For an open(2) after the check: O_NOFOLLOW in such a folder, where others could have made a link
 * meanwhile. 0 elsewhere, and for a link of ours there, which they cannot replace.
 */
int foreign_link_flags(const char *path);

#endif
