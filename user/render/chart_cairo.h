/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The functions of cairo, which is loaded when a picture is wanted: linked, its twenty libraries
 * would double the time that each start of pagewatch takes.
 */
#ifndef RENDER_CHART_CAIRO_H
#define RENDER_CHART_CAIRO_H

#include <cairo/cairo-pdf.h>
#include <cairo/cairo-svg.h>
#include <cairo/cairo.h>

/* Each without its cairo_. */
/* clang-format off */
#define CAIRO_CALLS(call) \
	call(clip) call(create) call(destroy) call(fill) \
	call(image_surface_create) call(line_to) call(move_to) call(paint) \
	call(pdf_surface_create_for_stream) call(pdf_surface_set_metadata) \
	call(recording_surface_create) call(rectangle) call(restore) call(save) \
	call(select_font_face) call(set_antialias) call(set_dash) call(set_font_size) \
	call(set_line_join) call(set_line_width) call(set_source_rgb) call(show_text) \
	call(status) call(status_to_string) call(stroke) call(surface_destroy) \
	call(surface_finish) call(surface_set_device_scale) call(surface_status) \
	call(surface_write_to_png_stream) call(svg_surface_create_for_stream) \
	call(text_extents)
/* clang-format on */

struct cairo_calls {
#define CAIRO_POINTER(name) __typeof__(cairo_##name) *name;
	CAIRO_CALLS(CAIRO_POINTER)
#undef CAIRO_POINTER
};

/*
 * It stays loaded until the process ends. 0, or -ENOENT: it is not here, or too old; then *reason
 * says why, until the next call of libdl.
 */
int cairo_calls__find(struct cairo_calls *ret, const char **reason);

#endif
