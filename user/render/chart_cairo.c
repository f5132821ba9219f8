/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "render/chart_cairo.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#define LIBRARY "libcairo.so.2"

static const struct {
	const char *name;
	size_t offset; /* in struct cairo_calls */
} calls[] = {
#define CAIRO_ROW(name) { "cairo_" #name, offsetof(struct cairo_calls, name) },
	CAIRO_CALLS(CAIRO_ROW)
#undef CAIRO_ROW
};

int cairo_calls__find(struct cairo_calls *ret, const char **reason)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	size_t i;

	for (i = 0; library && i < sizeof(calls) / sizeof(calls[0]); i++) {
		void *call = dlsym(library, calls[i].name);

		if (!call)
			break;
		memcpy((char *)ret + calls[i].offset, &call, sizeof(call));
	}
	if (library && i == sizeof(calls) / sizeof(calls[0]))
		return 0;
	*reason = dlerror();
	return -ENOENT;
}
