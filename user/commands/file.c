/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* pagewatch file: the arrays of data files, on the disk and in the page cache, without a process. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/wildcard.h"
#include "commands/commands.h"
#include "commands/file_gather.h"
#include "commands/options.h"
#include "commands/report.h"
#include "commands/usage.h"
#include "render/file.h"
#include "version.h"

/* Rows of a report for people who chose none. */
#define BRIEF_ROWS 15u

struct file_choice {
	const struct file_facts *facts;
	enum row_order order;
};

static uint64_t size_of(const struct file_choice *choice, size_t i)
{
	const struct file_array *array = &choice->facts->layout.arrays[i];

	switch (choice->order) {
	case ROW_BY_SPAN:
		return array->end - array->offset;
	case ROW_BY_RESIDENT:
	case ROW_BY_TOUCHED:
		return choice->facts->pages[i].cached.cached;
	default:
		return 0;
	}
}

/* Largest first; names ascend; ties by place in the file, which is the order of the arrays. */
static int compare_arrays(const void *left, const void *right, void *ctx)
{
	const struct file_choice *choice = ctx;
	size_t a = *(const size_t *)left, b = *(const size_t *)right;
	const struct file_array *arrays = choice->facts->layout.arrays;
	int names = choice->order == ROW_BY_NAME ? strcmp(arrays[a].name, arrays[b].name) : 0;

	if (names)
		return names;
	if (size_of(choice, a) != size_of(choice, b))
		return size_of(choice, a) < size_of(choice, b) ? 1 : -1;
	return (a > b) - (a < b);
}

/* By its name, or by FILE:NAME as the rows of processes have it. */
static bool matches_filter(const struct file_facts *facts, const struct file_array *array,
			   const char *filter)
{
	char *name = NULL;
	bool matches;

	if (!filter || wildcard_match(filter, array->name))
		return true;
	if (asprintf(&name, "%s:%s", facts->name, array->name) < 0)
		return false;
	matches = wildcard_match(filter, name);
	free(name);
	return matches;
}

static int choose_rows(const struct file_facts *facts, const struct options *options,
		       const struct view *view, struct file_rows *ret)
{
	struct file_choice choice = { facts, view->order };
	uint32_t top = view->top ? view->top : view->brief ? BRIEF_ROWS : 0;
	size_t i;

	*ret = (struct file_rows){ .facts = facts };
	ret->rows = calloc(facts->layout.count + 1, sizeof(*ret->rows));
	if (!ret->rows)
		return -ENOMEM;
	for (i = 0; i < facts->layout.count; i++) {
		const struct file_array *array = &facts->layout.arrays[i];

		if (options->min_given && array->end - array->offset < options->min_bytes)
			continue;
		if (matches_filter(facts, array, view->filter))
			ret->rows[ret->count++] = i;
	}
	qsort_r(ret->rows, ret->count, sizeof(*ret->rows), compare_arrays, &choice);
	if (top && ret->count > top)
		ret->count = top;
	return 0;
}

static int heat_rows(const struct file_source *source, uint32_t cells, struct file_rows *rows)
{
	size_t i;
	int err = 0;

	rows->heat = calloc(rows->count + 1, sizeof(*rows->heat));
	if (!rows->heat)
		return -ENOMEM;
	for (i = 0; !err && i < rows->count; i++)
		err = file_source__heat(source, &source->facts.pages[rows->rows[i]], cells,
					&rows->heat[i]);
	if (!err)
		err = file_source__heat(source, &source->facts.whole, cells,
					&rows->heat[rows->count]);
	return err;
}

static void file_rows__deinit(struct file_rows *rows)
{
	size_t i;

	for (i = 0; rows->heat && i <= rows->count; i++)
		heat__deinit(&rows->heat[i]);
	free(rows->heat);
	free(rows->rows);
}

/* Everything of a file that is needed is known before anything is printed. */
static int print_files(struct report *report, const struct options *options,
		       const struct file_source *sources, size_t count)
{
	struct file_rows *rows = calloc(count + 1, sizeof(*rows));
	size_t i;
	int err = rows ? 0 : -ENOMEM;

	for (i = 0; !err && i < count; i++) {
		err = choose_rows(&sources[i].facts, options, &report->view, &rows[i]);
		if (!err && !options->json)
			err = heat_rows(&sources[i], file_text_cells(&report->view), &rows[i]);
	}
	if (!err && options->json)
		err = file_json(rows, count, PAGEWATCH_VERSION, report->out);
	else if (!err)
		err = file_text(rows, count, &report->view, report->out);
	for (i = 0; rows && i < count; i++)
		file_rows__deinit(&rows[i]);
	free(rows);
	return report__done(report, err);
}

static int show_files(struct report *report, const struct options *options)
{
	struct file_source *sources;
	struct procfs *procfs = NULL;
	size_t count = 0, i;
	int status = -1, err;

	while (options->command[count])
		count++;
	sources = calloc(count, sizeof(*sources));
	if (!sources)
		return STATUS_INTERNAL;
	err = procfs__open("/proc", &procfs);
	if (err) {
		log_error("cannot open /proc: %s", strerror(-err));
		free(sources);
		return STATUS_UNMEASURED;
	}
	for (i = 0; i < count && status < 0; i++)
		status = file_source__open(&sources[i], options->command[i], procfs);
	if (status < 0) {
		err = print_files(report, options, sources, count);
		status = err ? report_status(err) : STATUS_OK;
	}
	while (i-- > 0)
		file_source__close(&sources[i]);
	free(sources);
	procfs__close(procfs);
	return status;
}

int command_file(int argc, char **argv)
{
	struct options options;
	struct report report;
	int status, err;

	status = options__parse(&options, OPTIONS_FILE, argc, argv);
	if (status < 0 && !*options.command)
		status = usage_error("no file given");
	if (status < 0) {
		status = STATUS_INTERNAL;
		if (!report__open(&report, &options, STDOUT_FILENO, false)) {
			if (!options.order_given)
				report.view.order = report.view.brief || report.view.top
							    ? ROW_BY_SPAN
							    : ROW_BY_ADDRESS;
			status = show_files(&report, &options);
			err = report__close(&report);
			if (err && status == STATUS_OK)
				status = report_status(err);
		}
	}
	options__deinit(&options);
	return status;
}
