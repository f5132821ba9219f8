/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One table of options for all commands, parsed strictly. */
#include "commands/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/option_values.h"

enum long_option {
	OPT_ARRAY = 256,
	OPT_SYMBOL,
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
	OPT_GRID,
	OPT_PFN,
	OPT_NO_PYTHON,
	OPT_FREEZE,
	OPT_MAX_HOLD,
	OPT_HEAP,
	OPT_HEAP_BLOCKS,
	OPT_MAPPINGS,
	OPT_COLOR,
	OPT_CHUNK_SLOTS,
	OPT_RING_BYTES,
	OPT_AT,
	OPT_EXPECT_STATUS,
	OPT_FORMAT,
};

/* Below it glibc keeps blocks in bins, above 128 KiB it maps them: both kinds are seen. */
#define DEFAULT_HEAP_MIN (64u << 10)

static const struct option long_options[] = {
	{ "at", required_argument, NULL, OPT_AT },
	{ "expect", required_argument, NULL, 'e' },
	{ "expect-status", required_argument, NULL, OPT_EXPECT_STATUS },
	{ "file", required_argument, NULL, 'f' },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "pid", required_argument, NULL, 'p' },
	{ "array", required_argument, NULL, OPT_ARRAY },
	{ "symbol", required_argument, NULL, OPT_SYMBOL },
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
	{ "pfn", no_argument, NULL, OPT_PFN },
	{ "pages", no_argument, NULL, OPT_PAGES },
	{ "grid", no_argument, NULL, OPT_GRID },
	{ "no-python", no_argument, NULL, OPT_NO_PYTHON },
	{ "freeze", no_argument, NULL, OPT_FREEZE },
	{ "max-hold", required_argument, NULL, OPT_MAX_HOLD },
	{ "heap", optional_argument, NULL, OPT_HEAP },
	{ "heap-blocks", required_argument, NULL, OPT_HEAP_BLOCKS },
	{ "mappings", no_argument, NULL, OPT_MAPPINGS },
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
		return OPTIONS_WATCH | OPTIONS_SNAP | OPTIONS_CHECK;
	case 'e':
	case 'f':
	case OPT_EXPECT_STATUS:
	case OPT_FORMAT:
		return OPTIONS_CHECK;
	case OPT_AT:
		return OPTIONS_RUN | OPTIONS_CHECK;
	case OPT_INTERVAL:
	case 'n':
		return OPTIONS_WATCH;
	case 'u':
		return OPTIONS_RUN | OPTIONS_CHECK;
	case OPT_HEAP:
	case OPT_HEAP_BLOCKS:
	case OPT_MAPPINGS:
	case OPT_RETIRED:
		return OPTIONS_WATCH | OPTIONS_RUN;
	case OPT_BACKEND:
	case OPT_CHUNK_SLOTS:
	case OPT_RING_BYTES:
		return OPTIONS_WATCH | OPTIONS_RUN | OPTIONS_CHECK;
	case OPT_PFN:
		return OPTIONS_SNAP;
	case OPT_JSON:
		return OPTIONS_WATCH | OPTIONS_SNAP | OPTIONS_RUN | OPTIONS_PROBE;
	case 'o':
		return OPTIONS_WATCH | OPTIONS_SNAP | OPTIONS_RUN | OPTIONS_PROBE | OPTIONS_CHECK;
	case OPT_ARRAY:
	case OPT_SYMBOL:
	case OPT_CHILDREN:
	case OPT_MIN_SIZE:
	case OPT_PAGE_READER:
	case OPT_COLOR:
	case OPT_MAX_HOLD:
		return OPTIONS_WATCH | OPTIONS_SNAP | OPTIONS_RUN | OPTIONS_CHECK;
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
	if (!log_said_error())
		log_error("cannot go on: %s", strerror(-err));
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

/* What gives rows that the page tables do not tell. */
static int parse_source(struct options *options, int option, const char *text)
{
	switch (option) {
	case OPT_ARRAY:
		return option_array(options, text);
	case OPT_SYMBOL:
		return option_symbol(options, text);
	case OPT_NO_PYTHON:
		options->no_python = true;
		return -1;
	case OPT_HEAP:
		options->heap_min_bytes = DEFAULT_HEAP_MIN;
		return text ? option_heap(options, text) : -1;
	case OPT_HEAP_BLOCKS:
		return option_u32("--heap-blocks", text, 1, &options->heap_blocks);
	case OPT_MAPPINGS:
		options->mappings = true;
		return -1;
	default:
		return STATUS_USAGE;
	}
}

static int parse_check(struct options *options, int option, const char *text)
{
	switch (option) {
	case 'e':
		return option_expect(options, text);
	case 'f':
		return option_expect_file(options, text);
	case OPT_AT:
		return option_at(options, text);
	case OPT_EXPECT_STATUS:
		return option_expect_status(options, text);
	default:
		return option_format(options, text);
	}
}

static int parse_one(struct options *options, int option, const char *text)
{
	switch (option) {
	case 'e':
	case 'f':
	case OPT_AT:
	case OPT_EXPECT_STATUS:
	case OPT_FORMAT:
		return parse_check(options, option, text);
	case 'p':
		return option_pid(options, text);
	case 'n':
		return option_count(options, text);
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
	case OPT_CHILDREN:
		options->children = true;
		return -1;
	case OPT_MIN_SIZE:
		return option_size("min-size", text, &options->min_bytes);
	case OPT_FILTER:
		options->filter = text;
		return -1;
	case OPT_SORT:
		return option_order(options, text);
	case OPT_TOP:
		return option_u32("--top", text, 1, &options->top);
	case OPT_INTERVAL:
		return option_interval(options, text);
	case OPT_BACKEND:
		return option_backend(options, text);
	case OPT_PAGE_READER:
		return option_reader(options, text);
	case OPT_RETIRED:
		return option_u32("--retired", text, 0, &options->retired);
	case OPT_JSON:
		options->json = true;
		return -1;
	case OPT_PAGES:
		options->pages = true;
		return -1;
	case OPT_PFN:
		options->pfn = true;
		return -1;
	case OPT_FREEZE:
		options->freeze = true;
		return -1;
	case OPT_MAX_HOLD:
		return option_max_hold(options, text);
	case OPT_GRID:
		options->grid = true;
		return -1;
	case OPT_COLOR:
		return option_color(options, text);
	case OPT_CHUNK_SLOTS:
		return option_slots(options, text);
	case OPT_RING_BYTES:
		return option_ring(options, text);
	default:
		return parse_source(options, option, text);
	}
}

/* argument: the word of argv that holds it; a short one is one letter of it. */
static void note_typed(struct options *options, const char *argument, int letter)
{
	if (!strncmp(argument, "--", 2))
		snprintf(options->typed, sizeof(options->typed), "%.*s",
			 (int)strcspn(argument, "="), argument);
	else
		snprintf(options->typed, sizeof(options->typed), "-%c", letter);
}

/* getopt_long has not taken it. */
static int refuse(const struct options *options, int option)
{
	bool is_long = options->typed[1] == '-';

	if (option == ':')
		return usage_error("%s needs an argument", options->typed);
	if (is_long && optopt)
		return usage_error("%s takes no argument", options->typed);
	return usage_error("unknown option %s", options->typed);
}

int options__parse(struct options *options, enum option_set command, int argc, char **argv)
{
	int option, status;

	memset(options, 0, sizeof(*options));
	options->min_bytes = 1u << 20;
	options->interval_ns = 1000000000u;
	options->max_hold_ns = 5000000000u;
	opterr = 0;
	optind = 1;
	for (;;) {
		const char *argument = optind < argc ? argv[optind] : "";

		option = getopt_long(argc, argv, "+:e:f:p:n:o:u:vVh", long_options, NULL);
		if (option == -1)
			break;
		note_typed(options, argument, option == ':' || option == '?' ? optopt : option);
		if (option == ':' || option == '?')
			return refuse(options, option);
		if (command == OPTIONS_SNAP && (option == OPT_HEAP || option == OPT_MAPPINGS))
			return usage_error("%s sees calls as they are made, and snap comes "
					   "after them: use watch or run",
					   options->typed);
		if (!(commands_with(option) & command))
			return usage_error("%s is no option of this command", options->typed);
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
	free(options->pids);
	symbol_list__deinit(&options->symbols);
	checks__deinit(&options->checks);
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
		.symbols = &options->symbols,
		.want_frames = options->pfn,
		.want_python = !options->no_python,
		.freeze = options->freeze,
		.hold_ns = options->max_hold_ns,
		.array_min_bytes = options->min_bytes,
		.heap_min_bytes = options->heap_min_bytes,
		.heap_blocks = options->heap_blocks,
		.want_mappings = options->mappings,
		.stop_at = options->stop_at,
	};
}
