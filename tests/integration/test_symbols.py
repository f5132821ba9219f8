# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""--symbol: static objects of any size, what global pointers point to, and what is refused."""
import json
import re
import subprocess

import harness
import pytest

PAGE = 4096
POINTERS = r"""
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BIG (8u * 1024 * 1024 + 12347)
void *small, *tiny, *mapped, *zeroed, *aligned, *aligned_big, *memalign2m, *of_thread;
void *null_one;
__attribute__((aligned(4096))) void *untouched_null[4096];
void *middle, *middle_of_zeros, *middle_of_forged, *garbage, *unmapped, *on_stack, *in_text;
void *in_static, *freed, *lazy_page, *odd;
char block[997];
int narrow = 7;
static char buf[31];
__thread char per_thread[4096];
extern char label_without_size[];
__asm__(".data\n.globl label_without_size\nlabel_without_size: .byte 1,2,3,4,5,6,7,8\n.text");
static int implementation(void) { return 1; }
static void *resolver(void) { return implementation; }
int chosen(void) __attribute__((ifunc("resolver")));

static void *play_thread(void *arg)
{
	of_thread = malloc(50021);
	memset(of_thread, 1, 50021);
	return arg;
}

static void forge(char *from, size_t size) { *(size_t *)(from - 8) = size; }

int main(void)
{
	static char buffer[8192];
	pthread_t thread;
	size_t i;

	/* stdio would take the block that is freed. */
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	/* What a first call touches is touched before READY. */
	if (read(0, buffer, 0))
		return 1;
	small = malloc(1009);
	tiny = malloc(1);
	mapped = malloc(BIG);
	for (i = 0; i < 17; i++)
		((volatile char *)mapped)[i * 61 * 4096 + 2000] = 1;
	zeroed = calloc(BIG, 3);
	aligned = aligned_alloc(4096, 12288);
	aligned_big = aligned_alloc(4096, BIG / 4096 * 4096);
	((volatile char *)aligned_big)[4096 * 101] = 1;
	memalign2m = memalign(2 * 1024 * 1024, BIG);
	pthread_create(&thread, NULL, play_thread, NULL);
	pthread_join(thread, NULL);
	middle_of_zeros = (char *)calloc(1, 90001) + 4096;
	middle = (char *)memset(malloc(90001), 0x31, 90001) + 4096;
	middle_of_forged = (char *)calloc(1, 90001) + 4096;
	forge(middle_of_forged, 0x1001);
	garbage = (void *)0xdeadbeefcafe0010;
	unmapped = (void *)0x10010;
	on_stack = __builtin_alloca(64);
	forge((char *)(on_stack = (void *)(((size_t)on_stack + 31) & ~15ul)), 0x41);
	in_text = (void *)main;
	in_static = block + 16;
	freed = malloc(90007);
	memset(malloc(3001), 1, 3001);
	free(freed);
	lazy_page = (char *)mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + 8192 + 16;
	odd = (char *)small + 3;
	block[1] = buf[1] = per_thread[1] = (char)(narrow + chosen());
#define TELL(x) printf("\"%s\": [%zu, %zu],", #x, (size_t)(x), malloc_usable_size(x))
	printf("{");
	TELL(small); TELL(tiny); TELL(mapped); TELL(zeroed); TELL(aligned); TELL(aligned_big);
	TELL(memalign2m); TELL(of_thread);
	printf("\"block\": [%zu, %zu], \"buf\": [%zu, %zu]}\nREADY\n", (size_t)block, sizeof(block),
	       (size_t)buf, sizeof(buf));
	fflush(stdout);
	return read(0, buffer, 1) != 1;
}
"""
BLOCKS = ["small", "tiny", "mapped", "zeroed", "aligned", "aligned_big", "memalign2m", "of_thread"]
REFUSED = {
    "*null_one": "is NULL",
    "*middle": "no malloc block begins",
    "*middle_of_zeros": "no malloc block begins",
    "*middle_of_forged": "no malloc block begins",
    "*odd": "no malloc block begins",
    "*garbage": "points to 0xdeadbeefcafe0010, where nothing is mapped",
    "*unmapped": "points to 0x10010, where nothing is mapped",
    "*on_stack": "no malloc block begins",
    "*in_text": "no malloc block begins",
    "*in_static": "no malloc block begins",
    "*freed": "a malloc block that was freed",
    "*lazy_page": "a block whose header is not in memory",
    "*untouched_null": "on a page that nothing has touched yet",
    "*narrow": "too small for a pointer",
    "per_thread": "is thread-local",
    "*per_thread": "is thread-local",
    "main": "is a function",
    "chosen": "is a function",
    "label_without_size": "has no size",
    "nosuch": "is not a symbol of a mapped file",
    "libc.so.6:block": "is not a symbol of a mapped file with that name",
    "nosuch.so:block": "is not a symbol of a mapped file with that name",
}
BUILDS = {"pie": ["-pie", "-fPIE"], "no-pie": ["-no-pie", "-fno-pie"],
          "static": ["-static"], "static-pie": ["-static-pie", "-fPIE"]}


def build(directory, source, *flags, name="program", language="c", compiler="gcc"):
    program = directory / name
    path = directory / f"{name}.{language}"
    path.write_text(source)
    # gfortran leaves its modules where it runs.
    subprocess.run([compiler, "-O0", path, "-o", program, *flags], check=True, cwd=directory)
    return program


def start(opened, program, *arguments, **options):
    target = harness.Target([program, *arguments], **options)
    opened.append(target)
    target.until("READY")
    return target


def look(pid, *symbols, status=0):
    """The process's row, and what was said on stderr."""
    asked = [word for symbol in symbols for word in ("--symbol", symbol)]
    done = harness.pagewatch("snap", "-p", pid, "--json", "--min-size", "1G", *asked)
    assert done.returncode == status, done.stderr
    return harness.process_of(json.loads(done.stdout), pid), done.stderr


def present(pid, start_at, end):
    """Pages of a range that pagemap says are there, by this test's own reading."""
    first, last = start_at // PAGE, -(-end // PAGE)
    with open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pagemap:
        pagemap.seek(first * 8)
        words = pagemap.read((last - first) * 8)
    return sum(words[i * 8 + 7] >> 7 for i in range(last - first))


def rss_of(pid):
    """Of each VMA. What was read counts as referenced from then on, as documented: no more than Rss."""
    return {key: vma.rss for key, vma in harness.smaps(pid)[0].items()}


@pytest.fixture(scope="module", params=BUILDS)
def pointers(request, tmp_path_factory):
    program = build(tmp_path_factory.mktemp("pointers"), POINTERS, *BUILDS[request.param],
                    "-pthread", "-w")
    target = harness.Target([program])
    target.until("READY")
    # It is on its way to read a line, and would touch a buffer for that under a test's look.
    target.stand_still()
    yield target
    target.go_on()
    assert target.end() == 0
    target.close()


def test_blocks(pointers):
    before = rss_of(pointers.pid)
    process, errors = look(pointers.pid, *[f"*{name}" for name in BLOCKS], "block", "buf")
    assert not errors and process["symbols_missing"] == []
    rows = {row["name"]: row for row in process["arrays"]}
    assert sorted(rows) == sorted([f"*{name}" for name in BLOCKS] + ["block", "buf"])
    for name, (address, length) in pointers.books.items():
        row = rows[f"*{name}" if name in BLOCKS else name]
        assert row["source"] == "elf"
        assert (int(row["start"], 16), row["nbytes"]) == (address, length), name
        assert row["resident_pages"] == present(pointers.pid, address, address + length), name
    # The header's page, and those that were written.
    assert rows["*mapped"]["resident_pages"] == 17
    assert rows["*aligned_big"]["resident_pages"] == 1
    assert rss_of(pointers.pid) == before


def test_refused_in_words(pointers):
    before = rss_of(pointers.pid)
    process, errors = look(pointers.pid, *REFUSED, status=3)
    assert process["arrays"] == []
    said = {miss["symbol"]: miss["reason"] for miss in process["symbols_missing"]}
    assert sorted(said) == sorted(REFUSED)
    for symbol, words in REFUSED.items():
        assert words in said[symbol], symbol
    assert len(errors.splitlines()) == len(REFUSED)
    assert all(line.startswith("pagewatch: --symbol ") for line in errors.splitlines())
    assert rss_of(pointers.pid) == before


def test_given_length(pointers):
    process, _ = look(pointers.pid, "*mapped=10007", "*middle=0x100", "*lazy_page=3M",
                      "*mapped=18446744073709551615", status=3)
    rows = {row["name"]: row for row in process["arrays"]}
    assert sorted(rows) == ["*lazy_page", "*mapped", "*middle"]
    assert rows["*mapped"]["nbytes"] == 10007 and rows["*middle"]["nbytes"] == 256
    assert rows["*lazy_page"]["nbytes"] == 3 << 20 and rows["*lazy_page"]["resident_pages"] == 0
    miss, = process["symbols_missing"]
    assert "exceeds the address space" in miss["reason"]


def test_one_missing_of_two(pointers):
    process, errors = look(pointers.pid, "block", "nosuch", status=3)
    assert [row["name"] for row in process["arrays"]] == ["block"]
    assert errors == "pagewatch: --symbol nosuch is not a symbol of a mapped file\n"


def test_text(pointers):
    done = harness.pagewatch("snap", "-p", pointers.pid, "--symbol", "*mapped", "--symbol",
                             "*null_one", "--symbol", "block")
    assert done.returncode == 3
    assert re.search(r"^ *\*mapped +8\.0 MiB +68\.0 KiB", done.stdout, re.MULTILINE)
    assert re.search(r"^ *block +997 B", done.stdout, re.MULTILINE)
    assert "\n*null_one is NULL: it points to nothing now\n" in done.stdout


@pytest.mark.parametrize("text", ["", "*", "*=5", "*x=", "*x=5kB", "*x=0", "*x=abc", ":x", "lib.so:",
                                  "**x", "lib.so:*"])
def test_misuse(text):
    done = harness.pagewatch("snap", "-p", "1", "--symbol", text)
    assert done.returncode == 2 and done.stderr.startswith("pagewatch: --symbol '")


def test_run_keeps_the_status_of_the_command(tmp_path):
    program = build(tmp_path, "char block[997]; int main(void) { block[1] = 1; return 7; }")
    report, done = harness.run_json(tmp_path, ["--symbol", "block", "--symbol", "nosuch"], [program])
    assert done.returncode == 7
    assert done.stderr == "pagewatch: --symbol nosuch is not a symbol of a mapped file\n"
    assert [row["name"] for row in report["processes"][0]["arrays"]] == ["block"]


ALLOCATOR = r"""
#include <stddef.h>
static char heap[1 << 20];
static size_t used;
void *malloc(size_t bytes)
{
	used = (used + bytes + 31) & ~15ul;
	return heap + used - ((bytes + 15) & ~15ul);
}
void free(void *at) { (void)at; }
void *calloc(size_t a, size_t b) { return malloc(a * b); }
void *realloc(void *at, size_t bytes) { (void)at; return malloc(bytes); }
"""
USER = r"""
#include <stdio.h>
#include <stdlib.h>
char *pointer;
int main(void)
{
	pointer = malloc(5003);
	puts("READY");
	fflush(stdout);
	getchar();
	return 0;
}
"""


def test_another_malloc(tmp_path, opened):
    library = build(tmp_path, ALLOCATOR, "-shared", "-fPIC", name="libown.so")
    linked = build(tmp_path, USER, library, f"-Wl,-rpath,{tmp_path}")
    process, _ = look(start(opened, linked).pid, "*pointer", status=3)
    assert "malloc may come from libown.so" in process["symbols_missing"][0]["reason"]
    own = build(tmp_path, USER + ALLOCATOR.replace("#include <stddef.h>", ""), name="own")
    target = start(opened, own)
    process, _ = look(target.pid, "*pointer", status=3)
    assert "malloc may come from own" in process["symbols_missing"][0]["reason"]
    process, _ = look(target.pid, "*pointer=5003")
    assert process["arrays"][0]["nbytes"] == 5003
    # The names are gone with which glibc's would be known; the pointer's own is kept.
    static = build(tmp_path, USER, "-static", name="static")
    subprocess.run(["strip", "-s", "-K", "pointer", static], check=True)
    process, _ = look(start(opened, static).pid, "*pointer", status=3)
    assert "glibc's malloc was not found" in process["symbols_missing"][0]["reason"]


@pytest.mark.root
def test_without_privilege(tmp_path, opened, unprivileged):
    """One's own process: its files by their paths, its memory by ptrace's rules. No privilege."""
    program = build(unprivileged.directory, USER, name="pointer")
    target = start(opened, program, **unprivileged.popen_options())
    done = unprivileged.run("snap", "-p", target.pid, "--json", "--symbol", "*pointer", "--symbol",
                            "pointer")
    assert done.returncode == 0, done.stderr
    rows = harness.process_of(json.loads(done.stdout), target.pid)["arrays"]
    assert {row["name"]: row["nbytes"] for row in rows} == {"*pointer": 5016, "pointer": 8}
