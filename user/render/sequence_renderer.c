/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The table of renderers of sequences. */
#include "render/sequence_renderer.h"

#include <string.h>

#include "render/chart.h"
#include "render/firefox.h"
#include "render/html.h"
#include "render/perfetto.h"

static const struct sequence_renderer renderers[] = {
	{ "html", true, html_render },	     { "perfetto", true, perfetto_render },
	{ "firefox", true, firefox_render }, { "png", false, chart_png },
	{ "svg", false, chart_svg },	     { "pdf", false, chart_pdf },
};

const struct sequence_renderer *sequence_renderer_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(renderers) / sizeof(renderers[0]); i++) {
		if (!strcmp(renderers[i].name, name))
			return &renderers[i];
	}
	return NULL;
}
