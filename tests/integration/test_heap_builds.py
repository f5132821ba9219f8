# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Heap blocks of programs built in other ways: static, musl, C++, wrapped and preloaded."""
import os
import subprocess

import harness
import heap_books
import pytest
from test_heap import allocator_library, heap_watch

pytestmark = pytest.mark.root

# Each block lies 64 bytes into one that the C library gave out, and has its size before it.
WRAPPER = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
void *malloc(size_t bytes) { static void *(*next)(size_t); char *block;
	if (!next) next = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	block = next(bytes + 64); if (!block) return NULL;
	*(size_t *)block = bytes; return block + 64; }
void free(void *block) { static void (*next)(void *);
	if (!next) next = (void (*)(void *))dlsym(RTLD_NEXT, "free");
	if (block) next((char *)block - 64); }
void *calloc(size_t count, size_t bytes) { void *block = malloc(count * bytes);
	return block ? memset(block, 0, count * bytes) : NULL; }
void *realloc(void *old, size_t bytes) { void *block = malloc(bytes); size_t kept;
	if (!old || !block) return block;
	kept = ((size_t *)old)[-8]; memcpy(block, old, kept < bytes ? kept : bytes);
	free(old); return block; }
"""
WRAPPED = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) { char *a, *b, *c, *d; puts("READY"); fflush(stdout); getchar();
	a = memset(malloc(100003), 1, 100003); b = memset(calloc(1, 200003), 1, 200003);
	c = memset(malloc(300007), 1, 300007); d = memset(malloc(90001), 1, 90001);
	a = realloc(a, 400009); free(c);
	printf("DONE %lu %lu %lu\\n", (unsigned long)a, (unsigned long)b, (unsigned long)d);
	fflush(stdout); getchar(); return 0; }
"""


def test_wrapper(backend, opened, tmp_path):
    """A malloc that calls another one: one block, where the outer one put it."""
    library, program = tmp_path / "libwrapper.so", tmp_path / "program"
    subprocess.run(["gcc", "-shared", "-fPIC", "-fno-builtin", "-O1", "-x", "c", "-", "-o",
                    library], input=WRAPPER, text=True, check=True)
    subprocess.run(["gcc", "-fno-builtin", "-x", "c", "-", "-o", program], input=WRAPPED, text=True,
                   check=True)
    target = harness.Target([program], env=dict(os.environ, LD_PRELOAD=str(library)))
    opened.append(target)
    target.until("READY")
    watch = heap_watch(target, "--backend", backend)
    opened.append(watch)
    target.go()
    a, b, d = (int(word) for word in target.until("DONE").split()[1:])
    live, _ = heap_books.rows_of(harness.process_of(watch.snapshot(), target.pid))
    assert live == {a: (400009, "realloc", target.pid), b: (200003, "calloc", target.pid),
                    d: (90001, "malloc", target.pid)}
    assert watch.stop() == 0
    assert target.end() == 0


@pytest.mark.parametrize("allocator", [
    None, "jemalloc", *[pytest.param(name, marks=pytest.mark.long) for name in
                        ("mimalloc", "tcmalloc")]])
def test_constructors(allocator, tmp_path):
    """What a library asks for before the program begins is seen by run."""
    source = "#include <stdlib.h>\nvoid *block; __attribute__((constructor)) static void " \
             "early(void) { block = malloc(100003); }"
    library, program = tmp_path / "libearly.so", tmp_path / "program"
    subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", library], input=source,
                   text=True, check=True)
    subprocess.run(["gcc", "-x", "c", "-", "-x", "none", library, "-o", program],
                   input="extern void *block; int main(void) { return !block; }", text=True,
                   check=True)
    words = [f"LD_LIBRARY_PATH={tmp_path}"]
    if allocator:
        words.append(f"LD_PRELOAD={allocator_library(allocator)}")
    report, done = harness.run_json(tmp_path, ["--heap"], ["/usr/bin/env", *words, program])
    assert done.returncode == 0, done.stderr
    live, _ = heap_books.rows_of(report["processes"][0])
    assert 100003 in {block[0] for block in live.values()}


STATIC = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) { puts("READY"); fflush(stdout); getchar(); memset(malloc(100003), 1, 100003);
	puts("DONE"); fflush(stdout); getchar(); return 0; }
"""
NEW = """
#include <cstdio>
#include <cstring>
#include <new>
int main() { puts("READY"); fflush(stdout); getchar();
	char *volatile kept = new char[100003]; memset(kept, 1, 100003);
	char *volatile gone = new char[200003]; delete[] gone;
#ifndef NO_THROW
	try { char *volatile none = new char[1ul << 62]; *none = 1; } catch (std::bad_alloc &) { }
#endif
	char *volatile after = new (std::nothrow) char[300007]; *after = 1;
	puts("DONE"); fflush(stdout); getchar(); return 0; }
"""
BUILDS = {
    "static": (["gcc", "-O0", "-static", "-x", "c", "-"], STATIC, None, {100003}),
    "static pie": (["gcc", "-O0", "-static-pie", "-x", "c", "-"], STATIC, None, {100003}),
    "musl": (["musl-gcc", "-O0", "-x", "c", "-"], STATIC, None, {100003}),
    "musl static": (["musl-gcc", "-O0", "-static", "-x", "c", "-"], STATIC, None, {100003}),
    "c++": (["g++", "-O0", "-x", "c++", "-"], NEW, None, {100003, 300007}),
    # An operator new that throws is not to be probed: the exception must find its way.
    "c++ jemalloc": (["g++", "-O0", "-x", "c++", "-"], NEW, "jemalloc", {300007}),
    "c++ tcmalloc": (["g++", "-O0", "-x", "c++", "-"], NEW, "tcmalloc", {300007}),
    # mimalloc is a C library, and aborts where C++ throws.
    "c++ mimalloc": (["g++", "-O0", "-DNO_THROW", "-x", "c++", "-"], NEW, "mimalloc", {300007}),
}


@pytest.mark.parametrize("build", BUILDS)
def test_builds(build, opened, tmp_path):
    compiler, source, preload, sizes = BUILDS[build]
    program = tmp_path / "program"
    subprocess.run([*compiler, "-o", program], input=source, text=True, check=True)
    environment = dict(os.environ, **({"LD_PRELOAD": allocator_library(preload)} if preload else {}))
    target = harness.Target([program], env=environment)
    opened.append(target)
    target.until("READY")
    watch = heap_watch(target)
    opened.append(watch)
    target.go()
    target.until("DONE")
    process = harness.process_of(watch.snapshot(), target.pid)
    live, _ = heap_books.rows_of(process)
    assert ("operator new" in process["names_missing"]) == bool(preload)
    assert {block[0] for block in live.values()} == sizes, live
    assert target.end() == 0


# uprobes refuse an instruction with a lock prefix (arch/x86/kernel/uprobes.c, is_prefix_bad).
UNPROBED = r"""
#include <stddef.h>
#include <sys/mman.h>

void *allocate(size_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

__asm__(".globl malloc\n.type malloc, @function\nmalloc:\n"
	"lock addl $0, (%rsp)\njmp allocate@PLT\n.size malloc, . - malloc\n");
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="an instruction of x86-64")
def test_an_allocator_that_cannot_be_probed(tmp_path, opened):
    """Its blocks are not seen, and the report says so; those of the others are."""
    (tmp_path / "unprobed.c").write_text(UNPROBED, encoding="utf-8")
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-fno-builtin", "-o", tmp_path / "libunprobed.so",
                    tmp_path / "unprobed.c"], check=True)
    target = harness.Target([harness.PYTHON, "-c", f"""
import ctypes, numpy as np, sys
library = ctypes.CDLL({str(tmp_path / "libunprobed.so")!r})
library.malloc.restype = ctypes.c_void_p
print("READY", flush=True); sys.stdin.readline()
block, seen = library.malloc(ctypes.c_size_t(5_000_001)), np.ones(700_001)
print("DONE", flush=True); sys.stdin.readline()
"""])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--heap=1M")
    opened.append(watch)
    target.done()
    process = harness.process_of(watch.snapshot(), target.pid)
    assert "blocks of an allocator that could not be probed are not shown" in process["names_missing"]
    assert [row["name"] for row in process["arrays"] if row["source"] == "heap"] == \
        ["malloc(5600008)#1"]
    assert watch.stop() == 0
    assert f"cannot probe the allocator in {tmp_path}/libunprobed.so" in watch.errors()
