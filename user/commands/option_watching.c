/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The options for what is watched, and how. */
#include "commands/option_table.h"
#include "commands/option_values.h"

#define LOOKING (OPTIONS_WATCH | OPTIONS_SNAP | OPTIONS_RUN)
#define COUNTING (OPTIONS_WATCH | OPTIONS_RUN)

static const char *const backends[] = { "auto", "tp_btf", "perf", "none", NULL };
_Static_assert(FAULTS_AUTO == 0 && FAULTS_TP_BTF == 1 && FAULTS_PERF == 2 && FAULTS_NONE == 3,
	       "words in the order of the enum");

static const char *const readers[] = { "auto", "scan", "read", NULL };
_Static_assert(PAGE_READER_AUTO == 0 && PAGE_READER_SCAN == 1 && PAGE_READER_READ == 2,
	       "words in the order of the enum");

static const struct option_row rows[] = {
	{
		.name = "pid",
		.letter = 'p',
		.commands = OPTIONS_WATCH | OPTIONS_SNAP | OPTIONS_CHECK | OPTIONS_RECORD,
		.kind = OPTION_OWN,
		.parse = option_pid,
		.completion = COMPLETE_PIDS,
		.value = "PID",
		.help = "the process (or one of its threads)",
		.manual =
			"The process, by its id or the id of one of its threads. May be given more than\n"
			"once.",
	},
	{
		.name = "children",
		.commands = LOOKING | OPTIONS_CHECK | OPTIONS_RECORD,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, children),
		.help = "its children too",
		.manual = "Also watches the children, existing and future ones.",
	},
	{
		.name = "freeze",
		.commands = LOOKING | OPTIONS_RECORD,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, freeze),
		.help = "stop the process for each snapshot: one point in time",
		.manual =
			"Stops all threads of the process for each snapshot (a few milliseconds, more if\n"
			"there is much to read), so that its pages and arrays are of one point in time.\n"
			"Without it the process runs on, and arrays that change during the snapshot are\n"
			"counted and left out. The stop uses ptrace. A process that another debugger holds,\n"
			"or that sleeps and cannot be woken (vfork, a hanging disk), is read while it runs,\n"
			"and one line says so. If *pagewatch* dies, the kernel lets the process run on.\n"
			"Signals that arrive meanwhile are delivered afterwards. The process can notice\n"
			"that time passes, and that a stop ends some calls with EINTR: *epoll_wait*(2),\n"
			"*sigtimedwait*(2), *io_getevents*(2) and others named in *signal*(7).",
	},
	{
		.name = "max-hold",
		.commands = LOOKING | OPTIONS_CHECK | OPTIONS_RECORD,
		.kind = OPTION_TIME,
		.offset = offsetof(struct options, max_hold_ns),
		.value = "TIME",
		.help = "the longest stop of a process (default 5s), or none",
		.manual =
			"Limits how long *pagewatch* may hold a process (default 5s): at its end in *run*\n"
			"and *check*, at a checkpoint, or with *--freeze*. *none* removes the limit. A\n"
			"command held at its end then goes on, and the report is INCOMPLETE. In the other\n"
			"cases a helper process kills *pagewatch* by SIGKILL, because only that lets the\n"
			"process run on; this works even if *pagewatch* is stopped or gets no CPU time. One\n"
			"case has no limit: a command that reaches a checkpoint while *pagewatch* is\n"
			"stopped waits until *pagewatch* goes on or ends.",
	},
	{
		.name = "interval",
		.commands = COUNTING | OPTIONS_RECORD,
		.kind = OPTION_TIME,
		.offset = offsetof(struct options, interval_ns),
		.min = 1,
		.value = "TIME",
		.help = "time between reports: 500ms, 1s, 1.5 (default 1s)",
		.manual =
			"Time between reports, such as 500ms, 1s or 1.5 (seconds). Default 1s. *run* also\n"
			"looks at the command that often; it does not by default. *run* and *record* leave a\n"
			"command alone for at least as long as the last moment took.",
	},
	{
		.name = "no-peaks",
		.commands = OPTIONS_RUN | OPTIONS_RECORD,
		.kind = OPTION_FLAG,
		.offset = offsetof(struct options, no_peaks),
		.help = "run, record: take no moments at peaks of RSS",
		.manual =
			"*run* and *record* do not read RSS, and take no moments at new peaks. See *PEAKS*.",
	},
	{
		.name = "count",
		.letter = 'n',
		.commands = OPTIONS_WATCH | OPTIONS_RECORD,
		.kind = OPTION_U64,
		.offset = offsetof(struct options, count),
		.min = 1,
		.value = "N",
		.help = "end after N reports",
		.manual = "Ends after _N_ reports; *record* needs *-p* for it.",
	},
	{
		.name = "user",
		.letter = 'u',
		.commands = OPTIONS_RUN | OPTIONS_CHECK | OPTIONS_RECORD,
		.kind = OPTION_TEXT,
		.offset = offsetof(struct options, user),
		.completion = COMPLETE_USERS,
		.value = "NAME",
		.help = "run CMD as this user",
		.manual = "Runs _CMD_ as this user, with the user's groups and HOME.",
	},
	{
		.name = "backend",
		.commands = COUNTING | OPTIONS_CHECK | OPTIONS_RECORD,
		.kind = OPTION_CHOICE,
		.offset = offsetof(struct options, backend),
		.words = backends,
		.value = "NAME",
		.help = "auto, tp_btf, perf, or none (page tables only)",
		.manual =
			"How faults are counted. *tp_btf* (BTF tracepoints) tells reads from writes; *perf*\n"
			"(the page-faults software event) only tells that a page was touched; *none* reads\n"
			"page tables only.",
	},
	{
		.name = "page-reader",
		.commands = LOOKING | OPTIONS_CHECK | OPTIONS_RECORD,
		.kind = OPTION_CHOICE,
		.offset = offsetof(struct options, reader),
		.words = readers,
		.value = "NAME",
		.help = "auto, scan (PAGEMAP_SCAN), or read (pagemap)",
		.manual =
			"How page tables are read. *scan* uses the PAGEMAP_SCAN ioctl (Linux 6.7). *read*\n"
			"reads /proc/PID/pagemap, which does not show huge pages.",
	},
	{
		.name = "at",
		.commands = OPTIONS_RUN | OPTIONS_CHECK | OPTIONS_RECORD,
		.kind = OPTION_OWN,
		.parse = option_stop_at,
		.value = "BINARY:SYMBOL",
		.help = "stop CMD at this function for its last snapshot",
		.syntax = "[_BINARY_:]_SYMBOL_",
		.manual =
			"Stops _CMD_ at this function for its last snapshot. _BINARY_ is a file that _CMD_\n"
			"has mapped when it starts, by path or file name; by default the program itself.",
	},
	{
		.name = "chunk-slots",
		.commands = COUNTING | OPTIONS_CHECK | OPTIONS_RECORD,
		.kind = OPTION_POWER,
		.offset = offsetof(struct options, chunk_slots),
		.min = 1,
		.max = 1u << 31,
		.value = "N",
		.help = "size of the kernel's table of touched 2 MiB chunks",
		.manual =
			"Slots in the kernel's table of touched chunks (512 pages each), a power of two.\n"
			"The default depends on the size of the memory.",
	},
	{
		.name = "processes",
		.commands = COUNTING | OPTIONS_CHECK | OPTIONS_RECORD,
		.kind = OPTION_U32,
		.offset = offsetof(struct options, processes),
		.min = 1,
		.max = 8192,
		.value = "N",
		.help = "how many live processes are watched (default 4096)",
		.manual =
			"How many live processes can be watched at a time (default 4096, at most 8192). An\n"
			"ended process does not count. Three times as many (with 8192: as many) can have ended\n"
			"before *pagewatch* has read their counts; processes beyond that are reported as lost.",
	},
	{
		.name = "ring-bytes",
		.commands = COUNTING | OPTIONS_CHECK | OPTIONS_RECORD,
		.kind = OPTION_BYTES,
		.offset = offsetof(struct options, ring_bytes),
		.max = 1u << 30,
		.value = "SIZE",
		.help = "size of the ring of mapping events",
		.manual = "Size of the ring buffer for mapping events, a power of two.",
	},
};

const struct option_group option_watching_group = { "Watching", rows,
						    sizeof(rows) / sizeof(rows[0]) };
