/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The options that say which rows a report has. */
#include "commands/option_table.h"
#include "commands/option_values.h"

#define LOOKING (OPTIONS_WATCH | OPTIONS_SNAP | OPTIONS_RUN)
#define COUNTING (OPTIONS_WATCH | OPTIONS_RUN)

#define AFTER_THE_CALLS "sees calls as they are made, and snap comes after them: use watch or run"

/* Below it glibc keeps blocks in bins, above 128 KiB it maps them: both kinds are seen. */
#define DEFAULT_HEAP_MIN (64u << 10)

static const char *const orders[] = { "address", "span", "resident", "touched", "name", NULL };
_Static_assert(ROW_BY_ADDRESS == 0 && ROW_BY_SPAN == 1 && ROW_BY_RESIDENT == 2 &&
		       ROW_BY_TOUCHED == 3 && ROW_BY_NAME == 4,
	       "words in the order of the enum");

static const struct option_row rows[] = {
	{
		.name = "array",
		.commands = LOOKING | OPTIONS_CHECK,
		.kind = OPTION_OWN,
		.parse = option_array,
		.value = "NAME=ADDR+LEN",
		.help = "name an address range; may be repeated",
		.syntax = "_NAME_=_ADDR+LEN_",
		.manual =
			"Names an address range, so that it gets a row of its own. _ADDR_ is decimal\n"
			"or hexadecimal (0x...), _LEN_ bytes or a size. It may lie in several regions\n"
			"and need not be page-aligned. May be given more than once. Never hidden by\n"
			"*--min-size*.",
	},
	{
		.name = "symbol",
		.commands = LOOKING | OPTIONS_CHECK,
		.kind = OPTION_OWN,
		.parse = option_symbol,
		.value = "NAME",
		.help = "a static object of any size; '*NAME' what it points to",
		.syntax = "[_BINARY_:]_NAME_",
		.manual =
			"Gives a static object a row of its own, however small it is: a variable of C,\n"
			"C++ (as the source spells it, *ns::Box<double>::grid*, or mangled), or Fortran\n"
			"(*module::x*, *procedure::x*, the name of a common block, *\\_\\_BLNK\\_\\_*). A plain\n"
			"name also finds what procedures keep under it, if there is nothing else. _BINARY_\n"
			"is a mapped file: its path, its last part, or that up to *.so*. May be given more\n"
			"than once.",
		.syntax2 = "'\\*[_BINARY_:]_NAME_[=_LEN_]'",
		.manual2 =
			"The memory that a global pointer points to (or a Fortran allocatable array), as\n"
			"long as glibc's malloc says in front of it: what was asked for, rounded up. _LEN_\n"
			"is the length of what malloc does not know, bytes or a size. When there is no such\n"
			"length (another malloc, the middle of a block, a block that was freed, NULL), a\n"
			"sentence says so; it is never guessed. Thread-local variables and functions are\n"
			"refused. What has no row in any report makes the exit status 3, but that of *run*.",
	},
	{
		.name = "no-python",
		.commands = LOOKING,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, no_python),
		.help = "do not look for numpy arrays in a Python",
		.manual =
			"Does not look into the memory of a Python for its arrays: of numpy, bytearray,\n"
			"array.array, mmap.mmap, and large bytes and str.",
	},
	{
		.name = "heap",
		.commands = COUNTING,
		.kind = OPTION_SIZE,
		.offset = offsetof(struct options, heap_min_bytes),
		.min = 1,
		.may_be_bare = true,
		.bare = DEFAULT_HEAP_MIN,
		.not_for = AFTER_THE_CALLS,
		.value = "MIN",
		.help = "heap blocks from MIN (64KiB) on, freed too (not snap)",
		.manual =
			"Rows for heap blocks of at least _MIN_ bytes (default 64KiB) that the program\n"
			"asked for since the watch began: those that live, and those that were freed and\n"
			"are still in memory. Probes stand on malloc, calloc, realloc, reallocarray,\n"
			"aligned_alloc, posix_memalign, memalign, valloc, pvalloc and free of every\n"
			"mapped file that exports a malloc: the C library (glibc, musl), jemalloc,\n"
			"mimalloc, tcmalloc, a static program's own. Each such call of the target then\n"
			"costs a probe, whatever its size; see *OVERHEAD*. Not for *snap*, which comes\n"
			"after the calls.",
	},
	{
		.name = "heap-blocks",
		.commands = COUNTING,
		.kind = OPTION_U32,
		.offset = offsetof(struct options, heap_blocks),
		.min = 1,
		.value = "N",
		.help = "size of the kernel's table of live heap blocks",
		.manual =
			"Live heap blocks, of all processes, that the kernel's table has room for\n"
			"(default 262144).",
	},
	{
		.name = "mappings",
		.commands = COUNTING,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, mappings),
		.not_for = AFTER_THE_CALLS,
		.help = "each mmap call, merged regions or not (not snap)",
		.manual =
			"A row for each mmap call of at least *--min-size* since the watch began, also\n"
			"where the kernel has merged neighbours into one region. munmap and MAP_FIXED cut\n"
			"it, mremap takes it along. Not for *snap*.",
	},
	{
		.name = "min-size",
		.commands = LOOKING | OPTIONS_CHECK,
		.kind = OPTION_SIZE,
		.offset = offsetof(struct options, min_bytes),
		.value = "SIZE",
		.help = "leave out smaller regions (default 1MiB)",
		.manual =
			"Sums up regions smaller than this (default 1MiB). K, M, G and T are powers\n"
			"of 1024, as are KiB, MiB, GiB and TiB; kB and MB are refused.",
	},
	{
		.name = "filter",
		.commands = LOOKING,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, filter),
		.value = "GLOB",
		.help = "only rows with such a name or path",
		.manual =
			"Shows only rows whose name or path matches. As in expectations, \\* is any text,\n"
			"? any character, and all else is literal, brackets too. An array is found, and\n"
			"then shown, by any of its names.",
	},
	{
		.name = "sort",
		.commands = LOOKING,
		.kind = OPTION_CHOICE,
		.offset = offsetof(struct options, order),
		.words = orders,
		.value = "ORDER",
		.help = "address, span, resident, touched or name",
		.manual =
			"The order of rows, by default *address*: one over arrays and regions. Arrays\n"
			"stand under the region that has a row as well.",
	},
	{
		.name = "top",
		.commands = LOOKING,
		.kind = OPTION_U32,
		.offset = offsetof(struct options, top),
		.min = 1,
		.value = "N",
		.help = "at most N rows a process",
		.manual =
			"At most _N_ rows a process, the first ones of that order. As *--min-size*,\n"
			"*--filter* and *--sort* it means the same for text and *--json*; what is left\n"
			"out is summed.",
	},
	{
		.name = "retired",
		.commands = COUNTING,
		.kind = OPTION_U32,
		.offset = offsetof(struct options, retired),
		.value = "N",
		.help = "also the N largest lives that ended (not snap)",
		.manual =
			"Shows the _N_ largest lives that ended since the last report: mappings that\n"
			"were unmapped, given back by madvise, or gone with exec or exit. JSON always\n"
			"has the largest 1,000.",
	},
	{
		.name = "detail",
		.commands = LOOKING,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, detail),
		.help = "rows and columns; in JSON also heat and index ranges",
		.manual =
			"Shows below each two-dimensional numpy array its heatmap in rows and columns:\n"
			"at most 16 lines, a cell as full as its elements are resident. With *--json*\n"
			"rows also have _heat_, and arrays _interior_, _index_ranges_ and (those of two\n"
			"dimensions) a _grid_ of at most 16 by 64 cells. Without it a row takes less than\n"
			"1 KiB.",
	},
	{
		.name = "pages",
		.commands = LOOKING,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, pages),
		.needs = "json",
		.help = "with --json: also every run of like pages",
		.manual = "With *--json*: also each run of pages alike in state, cause and touch.",
	},
	{
		.name = "pfn",
		.commands = OPTIONS_SNAP,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, pfn),
		.help = "snap, as root: how pages lie in physical memory",
		.manual =
			"*snap* tells of each row how its resident pages lie in physical memory: the\n"
			"runs of pages that follow each other there too, and the pages that no other\n"
			"process maps. Needs root (CAP_SYS_ADMIN).",
	},
};

const struct option_group option_rows_group = { "Rows", rows, sizeof(rows) / sizeof(rows[0]) };
