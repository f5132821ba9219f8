/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One table of options for all commands, parsed strictly. */
#include "commands/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "base/parse.h"
#include "commands/commands.h"

enum long_option {
	OPT_ARRAY = 256,
	OPT_CHILDREN,
	OPT_MIN_SIZE,
	OPT_FILTER,
	OPT_SORT,
	OPT_TOP,
	OPT_INTERVAL,
	OPT_BACKEND,
	OPT_PAGE_READER,
	OPT_RETIRED,
	OPT_JSON,
	OPT_PAGES,
	OPT_NO_PYTHON,
	OPT_COLOR,
	OPT_CHUNK_SLOTS,
	OPT_RING_BYTES,
};

static const struct option long_options[] = {
	{ "pid", required_argument, NULL, 'p' },
	{ "array", required_argument, NULL, OPT_ARRAY },
	{ "children", no_argument, NULL, OPT_CHILDREN },
	{ "min-size", required_argument, NULL, OPT_MIN_SIZE },
	{ "filter", required_argument, NULL, OPT_FILTER },
	{ "sort", required_argument, NULL, OPT_SORT },
	{ "top", required_argument, NULL, OPT_TOP },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	{ "count", required_argument, NULL, 'n' },
	{ "backend", required_argument, NULL, OPT_BACKEND },
	{ "page-reader", required_argument, NULL, OPT_PAGE_READER },
	{ "retired", required_argument, NULL, OPT_RETIRED },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "pages", no_argument, NULL, OPT_PAGES },
	{ "no-python", no_argument, NULL, OPT_NO_PYTHON },
	{ "output", required_argument, NULL, 'o' },
	{ "user", required_argument, NULL, 'u' },
	{ "color", required_argument, NULL, OPT_COLOR },
	{ "chunk-slots", required_argument, NULL, OPT_CHUNK_SLOTS },
	{ "ring-bytes", required_argument, NULL, OPT_RING_BYTES },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* The commands that take an option; -v, --version and --help are for all. */
static unsigned int commands_with(int option)
{
	switch (option) {
	case 'p':
		return OPTIONS_WATCH | OPTIONS_SNAP;
	case OPT_INTERVAL:
	case 'n':
		return OPTIONS_WATCH;
	case 'u':
		return OPTIONS_RUN;
	case OPT_BACKEND:
	case OPT_RETIRED:
	case OPT_CHUNK_SLOTS:
	case OPT_RING_BYTES:
		return OPTIONS_WATCH | OPTIONS_RUN;
	case OPT_JSON:
	case 'o':
		return OPTIONS_WATCH | OPTIONS_SNAP | OPTIONS_RUN | OPTIONS_PROBE;
	case 'v':
	case 'V':
	case 'h':
		return ~0u;
	default:
		return OPTIONS_WATCH | OPTIONS_SNAP | OPTIONS_RUN;
	}
}

int usage_error(const char *format, ...)
{
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	log_error("%s (try 'pagewatch --help')", message);
	return STATUS_USAGE;
}

int status_of_error(int err)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
	case -ESRCH:
	case -ENOENT:
	case -EOPNOTSUPP:
	case -ENOSYS:
		return STATUS_UNMEASURED;
	default:
		return STATUS_INTERNAL;
	}
}

static int choose(const char *option, const char *text, const char *const *words, int *ret)
{
	char list[256] = "";
	size_t used = 0;
	int i;

	for (i = 0; words[i]; i++) {
		if (!strcmp(text, words[i])) {
			*ret = i;
			return -1;
		}
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
					 words[i]);
	}
	return usage_error("--%s '%s' is none of: %s", option, text, list);
}

static int parse_size_option(const char *option, const char *text, uint64_t *ret)
{
	int err = parse_bytes(text, ret);

	if (err == -EDOM)
		return usage_error(
			"--%s '%s': sizes are powers of 1024, write K, M, G or KiB, MiB, "
			"GiB",
			option, text);
	return err ? usage_error("--%s '%s' is not a size", option, text) : -1;
}

static int parse_u32_option(const char *option, const char *text, uint32_t min, uint32_t *ret)
{
	uint64_t value;

	if (parse_u64(text, min, UINT32_MAX, &value))
		return usage_error("%s '%s' is not a whole number from %u", option, text, min);
	*ret = (uint32_t)value;
	return -1;
}

/* NAME=ADDR+LEN: the last '=' ends the name, so that names may hold one. */
static int parse_array(struct options *options, const char *text)
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
	if (!bytes || __builtin_add_overflow(mark.start, bytes, &mark.end))
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

static int parse_backend(struct options *options, const char *text)
{
	static const char *const words[] = { "auto", "tp_btf", "perf", "none", NULL };
	static const enum faults_backend backends[] = { FAULTS_AUTO, FAULTS_TP_BTF, FAULTS_PERF,
							FAULTS_NONE };
	int index = 0, status = choose("backend", text, words, &index);

	options->backend = backends[index];
	options->backend_required = index == 1 || index == 2;
	return status;
}

static int parse_reader(struct options *options, const char *text)
{
	static const char *const words[] = { "auto", "scan", "read", NULL };
	static const enum page_reader readers[] = { PAGE_READER_AUTO, PAGE_READER_SCAN,
						    PAGE_READER_READ };
	int index = 0, status = choose("page-reader", text, words, &index);

	options->reader = readers[index];
	return status;
}

static int parse_order(struct options *options, const char *text)
{
	static const char *const words[] = {
		"address", "span", "resident", "touched", "name", NULL
	};
	static const enum row_order orders[] = { ROW_BY_ADDRESS, ROW_BY_SPAN, ROW_BY_RESIDENT,
						 ROW_BY_TOUCHED, ROW_BY_NAME };
	int index = 0, status = choose("sort", text, words, &index);

	options->order = orders[index];
	return status;
}

static int parse_color(struct options *options, const char *text)
{
	static const char *const words[] = { "auto", "always", "never", NULL };
	static const enum color_when colors[] = { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
	int index = 0, status = choose("color", text, words, &index);

	options->color = colors[index];
	return status;
}

static int parse_interval(struct options *options, const char *text)
{
	if (parse_duration(text, &options->interval_ns))
		return usage_error("--interval '%s' is not a duration such as 1s or 500ms", text);
	return -1;
}

static int parse_ring(struct options *options, const char *text)
{
	uint64_t bytes;
	int status = parse_size_option("ring-bytes", text, &bytes);

	if (status < 0 && (bytes > 1u << 30 || (bytes & (bytes - 1))))
		return usage_error("--ring-bytes '%s' is not a power of two up to 1G", text);
	options->ring_bytes = (uint32_t)bytes;
	return status;
}

static int parse_slots(struct options *options, const char *text)
{
	int status = parse_u32_option("--chunk-slots", text, 1, &options->chunk_slots);

	if (status < 0 && (options->chunk_slots & (options->chunk_slots - 1)))
		return usage_error("--chunk-slots '%s' is not a power of two", text);
	return status;
}

static int parse_one(struct options *options, int option, const char *text)
{
	switch (option) {
	case 'p':
		return parse_u32_option("-p", text, 1, &options->pid);
	case 'n':
		return parse_u64(text, 1, UINT64_MAX, &options->count)
			       ? usage_error("-n '%s' is not a whole number from 1", text)
			       : -1;
	case 'o':
		options->output = text;
		return -1;
	case 'u':
		options->user = text;
		return -1;
	case 'v':
		log_set_level(log_get_level() < LOG_INFO ? LOG_INFO : LOG_DEBUG);
		return -1;
	case 'V':
		return command_version();
	case 'h':
		return command_help();
	case OPT_ARRAY:
		return parse_array(options, text);
	case OPT_CHILDREN:
		options->children = true;
		return -1;
	case OPT_MIN_SIZE:
		return parse_size_option("min-size", text, &options->min_bytes);
	case OPT_FILTER:
		options->filter = text;
		return -1;
	case OPT_SORT:
		return parse_order(options, text);
	case OPT_TOP:
		return parse_u32_option("--top", text, 1, &options->top);
	case OPT_INTERVAL:
		return parse_interval(options, text);
	case OPT_BACKEND:
		return parse_backend(options, text);
	case OPT_PAGE_READER:
		return parse_reader(options, text);
	case OPT_RETIRED:
		return parse_u32_option("--retired", text, 0, &options->retired);
	case OPT_JSON:
		options->json = true;
		return -1;
	case OPT_PAGES:
		options->pages = true;
		return -1;
	case OPT_NO_PYTHON:
		options->no_python = true;
		return -1;
	case OPT_COLOR:
		return parse_color(options, text);
	case OPT_CHUNK_SLOTS:
		return parse_slots(options, text);
	case OPT_RING_BYTES:
		return parse_ring(options, text);
	default:
		return STATUS_USAGE;
	}
}

static const char *option_name(int option)
{
	const struct option *entry;

	for (entry = long_options; entry->name; entry++) {
		if (entry->val == option)
			return entry->name;
	}
	return "?";
}

int options__parse(struct options *options, enum option_set command, int argc, char **argv)
{
	int option, status;

	memset(options, 0, sizeof(*options));
	options->min_bytes = 1u << 20;
	options->interval_ns = 1000000000u;
	opterr = 0;
	optind = 1;
	while ((option = getopt_long(argc, argv, "+:p:n:o:u:vVh", long_options, NULL)) != -1) {
		if (option == ':')
			return usage_error("%s needs an argument", argv[optind - 1]);
		if (option == '?')
			return usage_error("unknown option %s", argv[optind - 1]);
		if (!(commands_with(option) & command))
			return usage_error("--%s is no option of this command",
					   option_name(option));
		status = parse_one(options, option, optarg);
		if (status >= 0)
			return status;
	}
	options->command = argv + optind;
	if (options->pages && !options->json)
		return usage_error("--pages needs --json");
	return -1;
}

void options__deinit(struct options *options)
{
	size_t i;

	for (i = 0; i < options->marks.count; i++)
		free(options->marks.arrays[i].name);
	free(options->marks.arrays);
}

struct engine_options options__engine(const struct options *options, uint32_t heat_cells)
{
	return (struct engine_options){
		.backend = options->backend,
		.backend_required = options->backend_required,
		.reader = options->reader,
		.follow_children = options->children,
		.want_stories = options->pages,
		.heat_cells = heat_cells,
		.chunk_slots = options->chunk_slots,
		.ring_bytes = options->ring_bytes,
		.marks = &options->marks,
		.want_python = !options->no_python,
		.array_min_bytes = options->min_bytes,
	};
}
