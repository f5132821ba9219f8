/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What `--help` and `--version` print. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "version.h"

static const char help[] =
	"pagewatch: which pages of which array are resident, and why\n"
	"\n"
	"Usage:\n"
	"  sudo pagewatch -p PID [OPTIONS]           watch a process, live on a terminal\n"
	"  pagewatch snap -p PID [OPTIONS]           one snapshot; no root for your own\n"
	"  sudo pagewatch run [OPTIONS] [--] CMD...  watch CMD from its first instruction\n"
	"  pagewatch check (-p PID | [OPTIONS] -- CMD...) -e EXPR... | -f FILE\n"
	"                                            laziness as a test, without root\n"
	"  pagewatch probe [--json] [-o FILE]        what works here, and why not\n"
	"\n"
	"Examples:\n"
	"  sudo pagewatch -p 4711 --children\n"
	"  sudo pagewatch -p 4711 --json --interval 500ms -n 10 -o out.jsonl\n"
	"  pagewatch snap -p 4711 --array grid=0x7f10a4000010+800000000\n"
	"  pagewatch snap -p 4711 --symbol 'fields::grid' --symbol '*buffer'\n"
	"  sudo pagewatch run -u $USER -- $(which python3) script.py\n"
	"  pagewatch check -e '__main__.x: interior_resident == 0' -- python3 script.py\n"
	"\n"
	"Rows:\n"
	"  --array NAME=ADDR+LEN   name an address range; may be repeated\n"
	"  --symbol NAME           a static object of any size; '*NAME' what it points to\n"
	"  --min-size SIZE         leave out smaller regions (default 1MiB)\n"
	"  --no-python             do not look for numpy arrays in a Python\n"
	"  --heap[=MIN]            heap blocks from MIN (64KiB) on, freed too (not snap)\n"
	"  --mappings              each mmap call, merged regions or not (not snap)\n"
	"  --filter GLOB           only rows with such a name or path\n"
	"  --sort ORDER            address, span, resident, touched or name\n"
	"  --top N                 at most N rows a process\n"
	"  --retired N             also the N largest lives that ended (not snap)\n"
	"\n"
	"Watching:\n"
	"  -p, --pid PID           the process (or one of its threads)\n"
	"  --children              its children too\n"
	"  --freeze                stop the process for each snapshot: one point in time\n"
	"  --max-hold TIME         nothing stands still for longer (default 5s), or none\n"
	"  --interval TIME         time between reports: 500ms, 1s, 1.5 (default 1s)\n"
	"  -n, --count N           end after N reports\n"
	"  -u, --user NAME         run CMD as this user\n"
	"  --backend NAME          auto, tp_btf, perf, or none (page tables only)\n"
	"  --page-reader NAME      auto, scan (PAGEMAP_SCAN), or read (pagemap)\n"
	"  --at BINARY:SYMBOL      stop CMD there for its last snapshot\n"
	"  --chunk-slots N         size of the kernel's table of touched 2 MiB chunks\n"
	"  --heap-blocks N         size of the kernel's table of live heap blocks\n"
	"  --ring-bytes SIZE       size of the ring of mapping events\n"
	"\n"
	"Checking:\n"
	"  -e, --expect EXPR       ['at \"CHECKPOINT\": '] NAME: METRIC OP VALUE [and ...]\n"
	"  -f, --file FILE         the same, one a line, # comments\n"
	"  --expect-status N|any   what CMD is to exit with (default 0)\n"
	"  --format FORMAT         text, tap, json or junit; with CMD it needs -o\n"
	"\n"
	"Output:\n"
	"  --json                  a JSON object a report (docs/OUTPUT.md)\n"
	"  --grid                  two-dimensional arrays also in rows and columns\n"
	"  --pfn                   snap, as root: how pages lie in physical memory\n"
	"  --pages                 with --json: also every run of like pages\n"
	"  -o, --output FILE       the report goes there\n"
	"  --color WHEN            auto, always or never\n"
	"  -v, --verbose           more messages; twice: libbpf's too\n"
	"  --version, -h, --help\n"
	"\n"
	"Exit status: 0 done, 1 an expectation failed, 2 usage, 3 could not measure,\n"
	"4 internal or I/O error;\n"
	"run: CMD's own, 125 pagewatch failed, 126 CMD not executable, 127 not found.\n";

static int print(const char *text)
{
	if (fputs(text, stdout) < 0 || fflush(stdout)) {
		log_error("cannot write: %s", strerror(errno));
		return STATUS_INTERNAL;
	}
	return STATUS_OK;
}

int command_help(void)
{
	return print(help);
}

int command_version(void)
{
	return print("pagewatch " PAGEWATCH_VERSION "\n");
}
