/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The options for which rows a report has. */
#include "commands/option_table.h"
#include "commands/option_values.h"

#define LOOKING (OPTIONS_WATCH | OPTIONS_SNAP | OPTIONS_RUN)
#define COUNTING (OPTIONS_WATCH | OPTIONS_RUN)
#define SHOWING (LOOKING | OPTIONS_REPORT)
#define CHOOSING (SHOWING | OPTIONS_DIFF)

#define AFTER_THE_CALLS "sees calls only as they are made: use watch or run"

/* Below this size glibc keeps blocks in bins, above 128 KiB it maps them: both kinds are seen. */
#define DEFAULT_HEAP_MIN (64u << 10)

static const char *const orders[] = { "address", "span", "resident", "touched", "name", NULL };
_Static_assert(ROW_BY_ADDRESS == 0 && ROW_BY_SPAN == 1 && ROW_BY_RESIDENT == 2 &&
		       ROW_BY_TOUCHED == 3 && ROW_BY_NAME == 4,
	       "words in the order of the enum");

static const struct option_row rows[] = {
	{
		.name = "array",
		.commands = LOOKING | OPTIONS_CHECK | OPTIONS_RECORD,
		.kind = OPTION_OWN,
		.parse = option_array,
		.value = "NAME=ADDR+LEN",
		.help = "a row for an address range; may be repeated",
		.syntax = "_NAME_=_ADDR+LEN_",
		.manual =
			"Gives an address range a name and a row of its own. _ADDR_ is decimal or\n"
			"hexadecimal (0x...), _LEN_ bytes or a size. It may lie in several regions and need\n"
			"not be page-aligned. May be given more than once, each time with another name.\n"
			"*--min-size* never hides it.",
	},
	{
		.name = "symbol",
		.commands = LOOKING | OPTIONS_CHECK | OPTIONS_RECORD,
		.kind = OPTION_OWN,
		.parse = option_symbol,
		.value = "NAME",
		.help = "a static object of any size; '*NAME': its target",
		.syntax = "[_BINARY_:]_NAME_",
		.manual =
			"Gives a static object a row of its own, however small it is: a C, C++ or Fortran\n"
			"variable. C++ names are as in the source (*ns::Box<double>::grid*) or mangled;\n"
			"Fortran names are *module::x*, *procedure::x*, a common block, *\\_\\_BLNK\\_\\_*.\n"
			"If nothing else has it, a plain name also finds saved variables of procedures.\n"
			"_BINARY_ is a mapped file: its path, its last part, or the last part up to *.so*.\n"
			"May be given more than once.",
		.syntax2 = "'\\*[_BINARY_:]_NAME_[=_LEN_]'",
		.manual2 =
			"The memory that a global pointer (or a Fortran allocatable array) points to. Its\n"
			"length is the one in glibc's malloc header: what was asked for, rounded up. _LEN_,\n"
			"bytes or a size, gives the length of other memory. If there is no such length\n"
			"(another malloc, the middle of a block, a freed block, NULL), a sentence says so;\n"
			"it is never guessed. Thread-local variables and functions are refused. If a symbol\n"
			"has no row in any report, the exit status is 3, except for *run*.",
	},
	{
		.name = "no-python",
		.commands = LOOKING | OPTIONS_RECORD,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, no_python),
		.help = "do not look for arrays of a Python interpreter",
		.manual =
			"Does not search the memory of a Python interpreter for its arrays: numpy,\n"
			"bytearray, array.array, mmap.mmap, and large bytes and str.",
	},
	{
		.name = "heap",
		.commands = COUNTING | OPTIONS_RECORD,
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
			"allocated since the watch began: live blocks, and freed blocks that are still in\n"
			"memory. Probes are put on malloc, calloc, realloc, reallocarray, aligned_alloc,\n"
			"posix_memalign, memalign, valloc, pvalloc and free of every mapped file that\n"
			"exports a malloc: the C library (glibc, musl), jemalloc, mimalloc, tcmalloc, or a\n"
			"static program's own. Each such call of the target then costs a probe, whatever\n"
			"its size; see *OVERHEAD*. *snap* does not take it, because it sees no calls.",
	},
	{
		.name = "heap-blocks",
		.commands = COUNTING | OPTIONS_RECORD,
		.kind = OPTION_U32,
		.offset = offsetof(struct options, heap_blocks),
		.min = 1,
		.value = "N",
		.help = "size of the kernel's table of live heap blocks",
		.manual =
			"Size of the kernel's table of live heap blocks, over all processes (default\n"
			"262144).",
	},
	{
		.name = "mappings",
		.commands = COUNTING | OPTIONS_RECORD,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, mappings),
		.not_for = AFTER_THE_CALLS,
		.help = "a row per mmap call, even if merged (not snap)",
		.manual =
			"A row for each mmap call of at least *--min-size* since the watch began, even if\n"
			"the kernel has merged neighbours into one region. munmap and MAP_FIXED cut it;\n"
			"mremap moves it. Not for *snap*.",
	},
	{
		.name = "min-size",
		.commands = CHOOSING | OPTIONS_CHECK | OPTIONS_RECORD | OPTIONS_FILE,
		.kind = OPTION_SIZE,
		.offset = offsetof(struct options, min_bytes),
		.value = "SIZE",
		.help = "leave out smaller rows (default 1MiB)",
		.manual =
			"Leaves out smaller regions and arrays (default 1MiB) and sums them up. Without this\n"
			"option, heap blocks have only the limit of *--heap*. What *--array*, *--symbol* or a\n"
			"checkpoint names always has a row. K, M, G and T are powers of 1024, as are KiB, MiB,\n"
			"GiB and TiB; kB and MB are refused.",
	},
	{
		.name = "filter",
		.commands = CHOOSING | OPTIONS_FILE,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, filter),
		.value = "GLOB",
		.help = "only rows with a matching name or path",
		.manual =
			"Shows only rows whose name or path matches. \\* matches any text and ? any\n"
			"character; everything else is literal, brackets too. An array matches by any of\n"
			"its names and is shown under that name.",
	},
	{
		.name = "sort",
		.commands = SHOWING | OPTIONS_FILE,
		.kind = OPTION_CHOICE,
		.offset = offsetof(struct options, order),
		.words = orders,
		.value = "ORDER",
		.help = "address, span, resident, touched or name",
		.manual =
			"The order of rows, over arrays and regions together: by default *resident*, but\n"
			"*address* with *--json* or *--detail* and without *--top*. *span*, *resident* and\n"
			"*touched* begin with the largest. An array stands under its region if that has a\n"
			"row.",
	},
	{
		.name = "top",
		.commands = CHOOSING | OPTIONS_FILE,
		.kind = OPTION_U32,
		.offset = offsetof(struct options, top),
		.min = 1,
		.value = "N",
		.help = "the N largest rows per process",
		.manual =
			"Shows at most _N_ rows per process and sums up the others: those with the most\n"
			"resident pages, or with *--sort* the first in that order. *--top*, *--min-size*,\n"
			"*--filter* and *--sort* mean the same for text and *--json*.",
	},
	{
		.name = "retired",
		.commands = COUNTING | OPTIONS_REPORT,
		.kind = OPTION_U32,
		.offset = offsetof(struct options, retired),
		.value = "N",
		.help = "also the N largest lives that ended (not snap)",
		.manual =
			"Shows the _N_ largest lives that ended since the last report: mappings that were\n"
			"unmapped, released by madvise, or gone with exec or exit. JSON always has the\n"
			"largest 1,000.",
	},
	{
		.name = "detail",
		.commands = SHOWING | OPTIONS_FILE,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, detail),
		.help = "all rows, with sentences, ranges and 2D heatmaps",
		.manual =
			"Without it, a text report is short: the 15 rows that say most, the largest first,\n"
			"and sentences and index ranges for a few of them. Losses are always shown. With it,\n"
			"every row from *--min-size* on has its sentence and its index ranges, and the\n"
			"report names its tier, counts the causes of resident pages, and says what\n"
			"*pagewatch* itself cost. It also\n"
			"shows below each two-dimensional numpy array its heatmap in rows and columns: at\n"
			"most 16 lines; a cell is as full as its elements are resident. With *--json*, rows\n"
			"also have _heat_, and arrays _interior_, _index_ranges_ and (two-dimensional ones)\n"
			"a _grid_ of at most 16 by 64 cells. Without it a JSON row takes less than 1 KiB.",
	},
	{
		.name = "pages",
		.commands = SHOWING,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, pages),
		.needs = "json",
		.help = "with --json: also every run of equal pages",
		.manual =
			"With *--json*: also each run of pages with equal state, cause and touch.",
	},
	{
		.name = "pfn",
		.commands = OPTIONS_SNAP,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, pfn),
		.help = "snap, as root: how pages lie in physical memory",
		.manual =
			"*snap* also shows for each row how its resident pages lie in physical memory: the\n"
			"number of runs that are consecutive there too, and the pages that no other process\n"
			"maps. Needs root (CAP_SYS_ADMIN).",
	},
};

const struct option_group option_rows_group = { "Rows", rows, sizeof(rows) / sizeof(rows[0]) };
