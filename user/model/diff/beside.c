/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/diff/beside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/parse.h"
#include "model/rows/selection.h"
#include "model/rows/snapshot.h"

void beside__deinit(struct beside *beside)
{
	size_t i;

	for (i = 0; i < beside->column_count; i++) {
		free(beside->columns[i].rank);
		free(beside->columns[i].checkpoint);
	}
	for (i = 0; i < beside->cell_count; i++)
		free(beside->cells[i].name);
	free(beside->columns);
	free(beside->cells);
	free(beside->rows);
	memset(beside, 0, sizeof(*beside));
}

static int add_cell(struct beside *beside, const struct row_entry *entry, uint64_t page_bytes)
{
	struct beside_cell cell = { .source = entry->array->desc.source,
				    .column = beside->column_count - 1,
				    .resident_bytes = entry->tally->resident * page_bytes };
	int err = array_reserve((void **)&beside->cells, &beside->cell_capacity,
				beside->cell_count + 1, sizeof(*beside->cells));

	if (err)
		return err;
	cell.name = strdup(entry->array->desc.name);
	if (!cell.name)
		return -ENOMEM;
	beside->cells[beside->cell_count++] = cell;
	return 0;
}

/* Also what shows memory of another row, as in a diff. */
static int add_cells(struct beside *beside, const struct process_snapshot *process,
		     const struct view *view, uint64_t page_bytes)
{
	const struct view wanted = { .min_bytes = view->min_bytes,
				     .min_heap_bytes = view->min_heap_bytes,
				     .filter = view->filter };
	struct selection selection;
	size_t i;
	int err = selection__init(&selection, process, &wanted, page_bytes);

	for (i = 0; !err && i < selection.count; i++) {
		const struct row_entry *entry = &selection.entries[i];

		if (entry->array && entry->place == ROW_SHOWN)
			err = add_cell(beside, entry, page_bytes);
	}
	selection__deinit(&selection);
	return err;
}

static int copy_text(const char *text, char **ret)
{
	*ret = text ? strdup(text) : NULL;
	return text && !*ret ? -ENOMEM : 0;
}

static int add_column(struct beside *beside, const struct moment_header *header,
		      const struct process_snapshot *process, const struct beside_source *source)
{
	struct beside_column *column;
	int err = array_reserve((void **)&beside->columns, &beside->column_capacity,
				beside->column_count + 1, sizeof(*beside->columns));

	if (err)
		return err;
	column = &beside->columns[beside->column_count++];
	*column = (struct beside_column){
		.source = *source,
		.reason = header->reason,
		.facts = process->header.facts,
		.rss_bytes = process->rss_pages * header->environment.page_bytes,
		.complete = header->complete && process->header.complete,
		.names_known = !process->header.names_missing.length,
	};
	column->source.rank = NULL;
	err = copy_text(source->rank, &column->rank);
	return err ? err : copy_text(header->checkpoint, &column->checkpoint);
}

int beside__add(struct beside *beside, const struct moment *moment,
		const struct beside_source *source, const struct view *view)
{
	struct snapshot counts;
	size_t i;
	int err = snapshot__counts(moment, &counts);

	for (i = 0; !err && i < counts.process_count; i++) {
		err = add_column(beside, &moment->header, &counts.processes[i], source);
		if (!err)
			err = add_cells(beside, &counts.processes[i], view,
					moment->header.environment.page_bytes);
	}
	snapshot__deinit(&counts);
	return err;
}

/* No value: its arrays could not be found, so it may have one. */
#define UNKNOWN UINT64_MAX

static int by_number(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/* values: one per column, some of them known; sorted: room for as many. */
static void find_out(const uint64_t *values, uint64_t *sorted, size_t count,
		     struct beside_range *range)
{
	uint64_t median, farthest = 0;
	size_t known = 0, i;

	for (i = 0; i < count; i++) {
		if (values[i] != UNKNOWN)
			sorted[known++] = values[i];
	}
	array_sort(sorted, known, sizeof(*sorted), by_number);
	range->apart = sorted[known - 1] - sorted[0];
	median = sorted[(known - 1) / 2];
	for (i = 0; i < count; i++) {
		uint64_t far = values[i] < median ? median - values[i] : values[i] - median;

		if (far <= farthest || values[i] == UNKNOWN)
			continue;
		farthest = far;
		range->out = i;
	}
}

static void fill_row(const struct beside *beside, struct beside_row *row, uint64_t *values)
{
	struct beside_range *range = &row->resident;
	size_t i;

	for (i = 0; i < beside->column_count; i++)
		values[i] = beside->columns[i].names_known ? 0 : UNKNOWN;
	range->least = UINT64_MAX;
	for (i = 0; i < row->cell_count; i++) {
		uint64_t bytes = row->cells[i].resident_bytes;

		values[row->cells[i].column] = bytes;
		range->least = bytes < range->least ? bytes : range->least;
		range->most = bytes > range->most ? bytes : range->most;
	}
	find_out(values, values + beside->column_count, beside->column_count, range);
}

static void fill_rss(struct beside *beside, uint64_t *values)
{
	struct beside_range *range = &beside->rss;
	size_t i;

	range->least = UINT64_MAX;
	for (i = 0; i < beside->column_count; i++) {
		values[i] = beside->columns[i].rss_bytes;
		range->least = values[i] < range->least ? values[i] : range->least;
		range->most = values[i] > range->most ? values[i] : range->most;
	}
	find_out(values, values + beside->column_count, beside->column_count, range);
}

/* Arrays of one name in one process are added up. */
static void merge_cells(struct beside *beside)
{
	size_t kept = 0, i;

	for (i = 0; i < beside->cell_count; i++) {
		struct beside_cell *cell = &beside->cells[i];
		struct beside_cell *last = kept ? &beside->cells[kept - 1] : NULL;

		if (last && last->column == cell->column && !strcmp(last->name, cell->name)) {
			last->resident_bytes += cell->resident_bytes;
			free(cell->name);
		} else {
			beside->cells[kept++] = *cell;
		}
	}
	beside->cell_count = kept;
}

static int by_name(const void *left, const void *right)
{
	const struct beside_cell *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	if (order)
		return order;
	return a->column < b->column ? -1 : a->column > b->column;
}

static void list_rows(struct beside *beside, uint64_t *values)
{
	size_t first = 0, i;

	for (i = 1; i <= beside->cell_count; i++) {
		const struct beside_cell *cells = &beside->cells[first];

		if (i < beside->cell_count && !strcmp(cells->name, beside->cells[i].name))
			continue;
		beside->rows[beside->row_count] =
			(struct beside_row){ .cells = cells, .cell_count = i - first };
		fill_row(beside, &beside->rows[beside->row_count++], values);
		first = i;
	}
}

static int most_apart_first(const void *left, const void *right)
{
	const struct beside_range *a = &((const struct beside_row *)left)->resident;
	const struct beside_range *b = &((const struct beside_row *)right)->resident;

	if (a->apart != b->apart)
		return a->apart < b->apart ? 1 : -1;
	if (a->most != b->most)
		return a->most < b->most ? 1 : -1;
	return strcmp(((const struct beside_row *)left)->cells->name,
		      ((const struct beside_row *)right)->cells->name);
}

/* Numbers by their value, before other words. */
static int compare_ranks(const char *left, const char *right)
{
	uint64_t a, b;
	bool a_known = !parse_u64(left, 0, UINT64_MAX, &a);
	bool b_known = !parse_u64(right, 0, UINT64_MAX, &b);

	if (a_known != b_known)
		return a_known ? -1 : 1;
	if (a_known && a != b)
		return a < b ? -1 : 1;
	return strcmp(left, right);
}

static int by_rank(const void *left, const void *right)
{
	const struct beside_column *a = *(const struct beside_column *const *)left;
	const struct beside_column *b = *(const struct beside_column *const *)right;

	return compare_ranks(a->rank, b->rank);
}

static bool have_ranks(const struct beside *beside)
{
	size_t i = 0;

	while (i < beside->column_count && beside->columns[i].rank)
		i++;
	return i == beside->column_count;
}

static bool ranks_differ(struct beside_column *const *sorted, size_t count)
{
	size_t i = 1;

	while (i < count && strcmp(sorted[i - 1]->rank, sorted[i]->rank) != 0)
		i++;
	return i >= count;
}

/* Puts the columns in the order of sorted, which points to them. 0 or -ENOMEM. */
static int reorder_columns(struct beside *beside, struct beside_column *const *sorted)
{
	size_t count = beside->column_count, i;
	struct beside_column *columns = calloc(count, sizeof(*columns));
	size_t *places = calloc(count, sizeof(*places));

	if (!columns || !places) {
		free(columns);
		free(places);
		return -ENOMEM;
	}
	for (i = 0; i < count; i++) {
		columns[i] = *sorted[i];
		places[sorted[i] - beside->columns] = i;
	}
	for (i = 0; i < beside->cell_count; i++)
		beside->cells[i].column = places[beside->cells[i].column];
	free(places);
	free(beside->columns);
	beside->columns = columns;
	beside->column_capacity = count;
	return 0;
}

/* A shell gives the files job-0, job-1, job-10. */
static int sort_columns(struct beside *beside)
{
	size_t count = beside->column_count, i;
	struct beside_column **sorted;
	int err = 0;

	if (!have_ranks(beside))
		return 0;
	sorted = calloc(count + 1, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		sorted[i] = &beside->columns[i];
	array_sort(sorted, count, sizeof(struct beside_column *), by_rank);
	beside->ranked = ranks_differ(sorted, count);
	if (beside->ranked && count)
		err = reorder_columns(beside, sorted);
	free(sorted);
	return err;
}

int beside__finish(struct beside *beside, const struct view *view)
{
	uint64_t *values;
	int err = sort_columns(beside);

	if (err || !beside->column_count)
		return err;
	values = calloc(2 * beside->column_count, sizeof(*values));
	array_sort(beside->cells, beside->cell_count, sizeof(*beside->cells), by_name);
	merge_cells(beside);
	beside->rows = calloc(beside->cell_count + 1, sizeof(*beside->rows));
	if (!values || !beside->rows) {
		free(values);
		return -ENOMEM;
	}
	list_rows(beside, values);
	fill_rss(beside, values);
	free(values);
	array_sort(beside->rows, beside->row_count, sizeof(*beside->rows), most_apart_first);
	if (view->top && beside->row_count > view->top) {
		beside->more_rows = beside->row_count - view->top;
		beside->row_count = view->top;
	}
	return 0;
}
