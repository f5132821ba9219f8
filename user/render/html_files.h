/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The parts of the page that are the same for all: user/render/html/, taken in by the build. */
#ifndef RENDER_HTML_FILES_H
#define RENDER_HTML_FILES_H

#include <stdio.h>

/* Up to where the data begins. Only this script and this style, by their hashes, may run. */
void html_put_head(FILE *out);

/* From where the data ends. */
void html_put_script(FILE *out);

#endif
