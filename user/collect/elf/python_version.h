/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The version of a CPython binary, from its data symbol Py_Version (3.11 and later, bpo-43931). The
 * file is untrusted.
 */
#ifndef COLLECT_PYTHON_VERSION_H
#define COLLECT_PYTHON_VERSION_H

#include <stddef.h>
#include <stdint.h>

/* PY_VERSION_HEX of the ELF file. 0, -ENOENT (no such symbol), -ENOEXEC. */
int python_version_read(int fd, uint32_t *ret);

/* "3.11.2", "3.15.0a3"; -EINVAL if hex is not a version. */
int python_version_format(uint32_t hex, char *buffer, size_t size);

#endif
