/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The results of a list of expectations, in four formats. Each function returns 0 or -errno. */
#ifndef RENDER_CHECK_H
#define RENDER_CHECK_H

#include <stdio.h>

#include "model/expect/checks.h"
#include "render/text.h"

int check_render_text(const struct checks *checks, const struct view *view, FILE *out);

/* Test Anything Protocol, version 13: unknown is "not ok". */
int check_render_tap(const struct checks *checks, FILE *out);

/* {"schema":"pagewatch/1","kind":"check",...}, see docs/OUTPUT.md. */
int check_render_json(const struct checks *checks, FILE *out);

/* JUnit XML: failures for failed, errors for unknown expectations. */
int check_render_junit(const struct checks *checks, FILE *out);

#endif
