/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/moment_choice.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/format.h"
#include "base/parse.h"
#include "base/progress.h"
#include "commands/usage.h"
#include "model/moment_lists.h"

/* Of the largest ones the first. */
static int find_peak(const struct moments *moments, size_t *ret)
{
	const struct moment *moment;
	uint64_t largest = 0, pages;
	size_t i;
	int err;

	*ret = 0;
	progress_stage("looking for the peak", moments->count);
	for (i = 0; i < moments->count; i++) {
		progress_step(1);
		err = moments->at(moments->from, i, &moment);
		if (!err)
			err = moment__rss(moment, NULL, &pages);
		if (err)
			return err;
		if (pages > largest) {
			largest = pages;
			*ret = i;
		}
	}
	return 0;
}

static int find_checkpoint(const struct moments *moments, const char *name, size_t *ret)
{
	const struct moment *moment;
	size_t i;
	int err;

	progress_stage("looking for the checkpoint", moments->count);
	for (i = moments->count; i--;) {
		progress_step(1);
		err = moments->at(moments->from, i, &moment);
		if (err)
			return err;
		if (moment->header.checkpoint && !strcmp(moment->header.checkpoint, name)) {
			*ret = i;
			return 0;
		}
	}
	return -ENOENT;
}

int moment_choice(const struct moments *moments, const char *words, size_t *ret)
{
	static const char prefix[] = "checkpoint:";
	uint64_t number;

	if (!moments->count)
		return -ENOENT;
	if (!strncmp(words, prefix, strlen(prefix)))
		return find_checkpoint(moments, words + strlen(prefix), ret);
	*ret = 0;
	if (!strcmp(words, "first"))
		return 0;
	*ret = moments->count - 1;
	if (!strcmp(words, "last"))
		return 0;
	if (!strcmp(words, "peak"))
		return find_peak(moments, ret);
	if (parse_u64(words, 0, UINT64_MAX, &number))
		return find_checkpoint(moments, words, ret);
	*ret = number - 1;
	return number && number <= moments->count ? 0 : -ENOENT;
}

int moment_choice__none(const char *path, const struct moments *moments, const char *words)
{
	char file[256], wanted[256];

	return usage_error("%s has %zu moments, but no moment '%s'",
			   format_name(path, file, sizeof(file)), moments->count,
			   format_name(words, wanted, sizeof(wanted)));
}
