/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What stands behind an option, parsed strictly; misuse is reported in one line. */
#include "commands/option_values.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/parse.h"
#include "base/text.h"

int option_choose(const char *option, const char *text, const char *const *words, int *ret)
{
	char list[256];
	struct text_buffer all = text_buffer__over(list, sizeof(list));
	int i;

	for (i = 0; words[i]; i++) {
		if (!strcmp(text, words[i])) {
			*ret = i;
			return -1;
		}
		text_buffer__addf(&all, "%s%s", i ? ", " : "", words[i]);
	}
	return usage_error("--%s '%s' is none of: %s", option, text, list);
}

int option_size(const char *option, const char *text, uint64_t *ret)
{
	int err = parse_bytes(text, ret);

	if (err == -EDOM)
		return usage_error(
			"--%s '%s': sizes are powers of 1024, write K, M, G or KiB, MiB, "
			"GiB",
			option, text);
	return err ? usage_error("--%s '%s' is not a size", option, text) : -1;
}

int option_u32(const char *option, const char *text, uint32_t min, uint32_t *ret)
{
	uint64_t value;

	if (parse_u64(text, min, UINT32_MAX, &value))
		return usage_error("%s '%s' is not a whole number from %u", option, text, min);
	*ret = (uint32_t)value;
	return -1;
}

int option_pid(struct options *options, const char *text)
{
	uint32_t pid = 0;
	int status = option_u32(options->typed, text, 1, &pid);
	size_t i;

	for (i = 0; status < 0 && i < options->pid_count; i++) {
		if (options->pids[i] == pid)
			return -1;
	}
	if (status < 0 && array_reserve((void **)&options->pids, &options->pid_capacity,
					options->pid_count + 1, sizeof(*options->pids)))
		return STATUS_INTERNAL;
	if (status < 0)
		options->pids[options->pid_count++] = pid;
	return status;
}

int options__attach(const struct options *options, struct engine *engine)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < options->pid_count; i++)
		err = engine__attach(engine, options->pids[i]);
	return err;
}

char *options__name_targets(const struct options *options, char *buffer, size_t size)
{
	struct text_buffer text = text_buffer__over(buffer, size);
	size_t count = options->pid_count, i;

	text_buffer__add(&text, count == 1 ? "process" : "processes");
	for (i = 0; i < count; i++)
		text_buffer__addf(&text, "%s%u",
				  !i		   ? " "
				  : i + 1 == count ? " and "
						   : ", ",
				  options->pids[i]);
	return buffer;
}

/* NAME=ADDR+LEN: the last '=' ends the name, so that names may hold one. */
int option_array(struct options *options, const char *text)
{
	struct array_list *marks = &options->marks;
	const char *equals = strrchr(text, '=');
	const char *plus = equals ? strchr(equals, '+') : NULL;
	struct array_desc mark = { .source = ARRAY_MARK };
	char address[64];
	uint64_t bytes;

	if (!plus || equals == text || (size_t)(plus - equals) > sizeof(address))
		return usage_error("--array '%s' is not NAME=ADDR+LEN", text);
	memcpy(address, equals + 1, (size_t)(plus - equals - 1));
	address[plus - equals - 1] = '\0';
	if (parse_address(address, &mark.start))
		return usage_error("--array '%s': '%s' is not an address", text, address);
	if (parse_address(plus + 1, &bytes) && parse_bytes(plus + 1, &bytes))
		return usage_error("--array '%s': '%s' is not a length", text, plus + 1);
	if (!bytes || __builtin_add_overflow(mark.start, bytes, &mark.end) || mark.end > INT64_MAX)
		return usage_error("--array '%s' is empty or leaves the address space", text);
	if (array_reserve((void **)&marks->arrays, &marks->capacity, marks->count + 1,
			  sizeof(*marks->arrays)))
		return STATUS_INTERNAL;
	mark.id = (uint32_t)marks->count + 1;
	mark.name = strndup(text, (size_t)(equals - text));
	if (!mark.name)
		return STATUS_INTERNAL;
	marks->arrays[marks->count++] = mark;
	return -1;
}

int option_backend(struct options *options, const char *text)
{
	static const char *const words[] = { "auto", "tp_btf", "perf", "none", NULL };
	static const enum faults_backend backends[] = { FAULTS_AUTO, FAULTS_TP_BTF, FAULTS_PERF,
							FAULTS_NONE };
	int index = 0, status = option_choose("backend", text, words, &index);

	options->backend = backends[index];
	options->backend_required = index == 1 || index == 2;
	return status;
}

int option_reader(struct options *options, const char *text)
{
	static const char *const words[] = { "auto", "scan", "read", NULL };
	static const enum page_reader readers[] = { PAGE_READER_AUTO, PAGE_READER_SCAN,
						    PAGE_READER_READ };
	int index = 0, status = option_choose("page-reader", text, words, &index);

	options->reader = readers[index];
	return status;
}

int option_order(struct options *options, const char *text)
{
	static const char *const words[] = {
		"address", "span", "resident", "touched", "name", NULL
	};
	static const enum row_order orders[] = { ROW_BY_ADDRESS, ROW_BY_SPAN, ROW_BY_RESIDENT,
						 ROW_BY_TOUCHED, ROW_BY_NAME };
	int index = 0, status = option_choose("sort", text, words, &index);

	options->order = orders[index];
	return status;
}

int option_color(struct options *options, const char *text)
{
	static const char *const words[] = { "auto", "always", "never", NULL };
	static const enum color_when colors[] = { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
	int index = 0, status = option_choose("color", text, words, &index);

	options->color = colors[index];
	return status;
}

int option_interval(struct options *options, const char *text)
{
	if (parse_duration(text, &options->interval_ns))
		return usage_error("--interval '%s' is not a duration such as 1s or 500ms", text);
	return -1;
}

int option_max_hold(struct options *options, const char *text)
{
	options->max_hold_ns = 0;
	if (strcmp(text, "none") && parse_duration(text, &options->max_hold_ns))
		return usage_error("--max-hold '%s' is neither none nor a duration such as 5s",
				   text);
	return -1;
}

int option_ring(struct options *options, const char *text)
{
	uint64_t bytes;
	int status = option_size("ring-bytes", text, &bytes);

	if (status < 0 && (bytes > 1u << 30 || (bytes & (bytes - 1))))
		return usage_error("--ring-bytes '%s' is not a power of two up to 1G", text);
	options->ring_bytes = (uint32_t)bytes;
	return status;
}

int option_slots(struct options *options, const char *text)
{
	int status = option_u32("--chunk-slots", text, 1, &options->chunk_slots);

	if (status < 0 && (options->chunk_slots & (options->chunk_slots - 1)))
		return usage_error("--chunk-slots '%s' is not a power of two", text);
	return status;
}

int option_count(struct options *options, const char *text)
{
	return parse_u64(text, 1, UINT64_MAX, &options->count)
		       ? usage_error("%s '%s' is not a whole number from 1", options->typed, text)
		       : -1;
}

int option_heap(struct options *options, const char *text)
{
	int status = option_size("heap", text, &options->heap_min_bytes);

	if (status < 0 && !options->heap_min_bytes)
		return usage_error("--heap '%s': blocks of no bytes cannot be told", text);
	return status;
}
