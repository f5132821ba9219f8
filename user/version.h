/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The one place that holds the version.
 */
#ifndef VERSION_H
#define VERSION_H

#define PAGEWATCH_VERSION "0.1.0"

#endif
