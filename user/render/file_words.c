/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What is not as it should be in a data file. */
#include <inttypes.h>

#include "base/format.h"
#include "render/file.h"

const char *file_format_name(enum file_format format)
{
	static const char *const names[FILE_FORMATS] = {
		[FILE_SAFETENSORS] = "safetensors",
		[FILE_GGUF] = "gguf",
		[FILE_NPY] = "npy",
		[FILE_NPZ] = "npz",
		[FILE_PYTORCH] = "pytorch",
		[FILE_ARROW] = "arrow",
		[FILE_PARQUET] = "parquet",
	};

	return names[format];
}

bool file_is_complete(const struct file_layout *layout)
{
	return !layout->cut && !layout->dropped && !layout->unmeasured && !layout->overlapping &&
	       !layout->outside && !layout->clipped;
}

void file_say_losses(const struct file_layout *layout, void (*say)(void *ctx, const char *words),
		     void *ctx)
{
	const struct {
		uint64_t count;
		const char *words;
	} losses[] = {
		{ layout->dropped, "without a row: too many arrays, or too long names" },
		{ layout->unmeasured, "without a row: of a type whose size is not known" },
		{ layout->overlapping, "without a row: an earlier array has some of the bytes" },
		{ layout->outside, "without a row: behind the end of the file" },
		{ layout->clipped, "cut off: the file ends before the array" },
	};
	char words[160], count[FORMAT_COUNT_MAX];
	size_t i;

	if (layout->cut) {
		snprintf(words, sizeof(words), "arrays may be missing: %s", layout->cut);
		say(ctx, words);
	}
	for (i = 0; i < sizeof(losses) / sizeof(*losses); i++) {
		if (!losses[i].count)
			continue;
		snprintf(words, sizeof(words), "%s %s %s", format_count(losses[i].count, count),
			 losses[i].count == 1 ? "array" : "arrays", losses[i].words);
		say(ctx, words);
	}
}
