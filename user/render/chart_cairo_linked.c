/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The same for the static program, which has cairo in it. */
#include "render/chart_cairo.h"

#include <stddef.h>

int cairo_calls__find(struct cairo_calls *ret, const char **reason)
{
	*reason = NULL;
	*ret = (struct cairo_calls){
#define CAIRO_LINKED(name) .name = cairo_##name,
		CAIRO_CALLS(CAIRO_LINKED)
#undef CAIRO_LINKED
	};
	return 0;
}
