/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/documents.h"

#include <string.h>

#include "base/log.h"
#include "base/progress.h"

/* The option that has the path of a renderer's file. */
static const struct {
	const char *renderer;
	size_t offset; /* in struct options */
} kinds[] = {
	{ "html", offsetof(struct options, html) },
	{ "perfetto", offsetof(struct options, perfetto) },
	{ "firefox", offsetof(struct options, firefox) },
	{ "png", offsetof(struct options, png) },
	{ "svg", offsetof(struct options, svg) },
	{ "pdf", offsetof(struct options, pdf) },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
_Static_assert(KINDS <= DOCUMENTS_MAX, "each has room");

static const char *path_of(const struct options *options, size_t kind)
{
	return *(const char *const *)((const char *)options + kinds[kind].offset);
}

size_t documents_paths(const struct options *options, const char *paths[DOCUMENTS_MAX])
{
	size_t count = 0, i;

	for (i = 0; i < KINDS; i++) {
		paths[count] = path_of(options, i);
		count += paths[count] != NULL;
	}
	return count;
}

bool documents_wanted(const struct options *options)
{
	const char *paths[DOCUMENTS_MAX];

	return documents_paths(options, paths) != 0;
}

static int tell_failure(const struct document *document, int err)
{
	log_error("cannot write %s: %s", document->path, strerror(-err));
	return err;
}

int documents__open(struct documents *documents, const struct options *options)
{
	size_t i;
	int err;

	*documents = (struct documents){ 0 };
	for (i = 0; i < KINDS; i++) {
		struct document *document = &documents->of[documents->count];

		document->path = path_of(options, i);
		if (!document->path)
			continue;
		document->renderer = sequence_renderer_find(kinds[i].renderer);
		document->order = options->order;
		err = output__open(&document->output, document->path, -1, false);
		if (err)
			return tell_failure(document, err);
		documents->count++;
	}
	return 0;
}

static int write_document(struct document *document, const struct moments *moments,
			  const struct view *view)
{
	FILE *file = document->output.file;
	struct view rows = *view;
	int err, flushed;

	if (document->renderer->all_rows) {
		rows.brief = false;
		rows.order = document->order;
	}
	progress_stage("reading the moments", moments->count > 1 ? moments->count : 0);
	err = document->renderer->render(moments, &rows, file);
	flushed = output__flush(&document->output);
	/* A renderer knows that a write failed, the output knows why. */
	err = flushed ? flushed : err;
	document->written = !err;
	return err ? tell_failure(document, err) : 0;
}

int documents__write(struct documents *documents, const struct moments *moments,
		     const struct view *view)
{
	size_t i;
	int err = 0;

	progress_begin();
	for (i = 0; moments->count && i < documents->count; i++) {
		int failed = write_document(&documents->of[i], moments, view);

		err = err ? err : failed;
	}
	progress_end();
	return err;
}

static int only_one(void *from, size_t index, const struct moment **ret)
{
	(void)index;
	*ret = from;
	return 0;
}

int documents__write_one(struct documents *documents, const struct moment *moment,
			 const struct view *view)
{
	const struct moments one = { .count = 1, .from = (void *)moment, .at = only_one };

	return documents__write(documents, &one, view);
}

int documents__close(struct documents *documents)
{
	size_t i;
	int err = 0;

	for (i = 0; i < documents->count; i++) {
		struct document *document = &documents->of[i];
		int failed = output__close(&document->output, document->written);

		if (failed && document->written)
			err = tell_failure(document, failed);
	}
	documents->count = 0;
	return err;
}
