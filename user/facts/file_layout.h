/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which arrays lie where in a data file, as its own header says. Ranges are bytes of the file,
 * [offset, end). They lie within the file, do not overlap, and ascend.
 */
#ifndef FACTS_FILE_LAYOUT_H
#define FACTS_FILE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum file_format {
	FILE_UNKNOWN, /* no data file, or none that is known */
	FILE_SAFETENSORS,
	FILE_GGUF,
	FILE_NPY,
	FILE_NPZ,
	FILE_PYTORCH,
	FILE_ARROW,
	FILE_PARQUET,
	FILE_FORMATS,
};

struct file_array {
	char *name;	     /* untrusted text; owned by the layout */
	char dtype[24];	     /* as the format spells it; "" if unknown */
	uint64_t *dims;	     /* ndim lengths in the order of the file; owned by the layout */
	uint32_t ndim;	     /* 0 for a scalar, and if the shape is unknown */
	bool shaped;	     /* the shape is known */
	bool first_dense;    /* neighbours differ in the first index, else in the last */
	uint32_t item_bytes; /* of one element; 0: elements are packed in blocks */
	uint64_t offset;
	uint64_t end; /* equals offset for an array without elements */
};

struct file_layout {
	enum file_format format;
	struct file_array *arrays;
	size_t count;
	size_t capacity;
	uint64_t dropped;     /* for which a bound left no room */
	uint64_t packed;      /* compressed: none of their pages holds elements */
	uint64_t unmeasured;  /* of a type whose size is not known, or of an impossible size */
	uint64_t overlapping; /* left out, because an earlier one has some of their bytes */
	uint64_t outside;     /* left out: they begin behind the end of the file */
	uint64_t clipped;     /* listed, but the file ends before they do */
	const char *cut;      /* a literal: why the header was not read to its end; or NULL */
};

/* The layout itself is the caller's. */
static inline void file_layout__deinit(struct file_layout *layout)
{
	size_t i;

	for (i = 0; i < layout->count; i++) {
		free(layout->arrays[i].name);
		free(layout->arrays[i].dims);
	}
	free(layout->arrays);
	memset(layout, 0, sizeof(*layout));
}

#endif
