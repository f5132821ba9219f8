# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""--symbol in libraries: that come and go, have the same names, or change on disk."""
import harness
from test_symbols import USER, build, look, start

LIBRARY = r"""
#include <stdlib.h>
__attribute__((aligned(4096))) char grid[5 * 4096 * 101];
char *both = grid;
void fill(void) { for (int i = 0; i < 13; i++) ((volatile char *)grid)[4096 * 31 * i + 77] = 1; both = malloc(3001); }
"""
LOADER = r"""
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
	void *handles[2] = { 0 };

	for (int i = 1; i < argc; i++) {
		puts("READY");
		fflush(stdout);
		getchar();
#ifdef ONE_AT_A_TIME
		if (i > 1)
			dlclose(handles[i - 2]);
#endif
		handles[i - 1] = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
		((void (*)(void))dlsym(handles[i - 1], "fill"))();
	}
	puts("READY");
	fflush(stdout);
	getchar();
	for (int i = argc - 1; i < argc; i++)
		dlclose(handles[i - 1]);
	puts("READY");
	fflush(stdout);
	getchar();
	return 0;
}
"""


def test_libraries_that_come_and_go(tmp_path, opened):
    libraries = [build(tmp_path, LIBRARY, "-shared", "-fPIC", name=name)
                 for name in ("libone.so.1", "libtwo.so")]
    target = start(opened, build(tmp_path, LOADER, "-ldl"), *libraries)
    watch = harness.Watch(target.pid, "--backend", "none", "--min-size", "1G", "--symbol", "grid",
                          "--symbol", "libtwo.so:grid", "--symbol", "libone.so:*both",
                          until="attached")
    opened.append(watch)

    def names():
        process = harness.process_of(watch.snapshot(), target.pid)
        missing = {miss["symbol"] for miss in process["symbols_missing"]}
        return {row["name"]: row["resident_pages"] for row in process["arrays"]}, missing

    assert names() == ({}, {"grid", "libtwo.so:grid", "libone.so:*both"})
    target.go()
    target.until("READY")
    assert names() == ({"grid": 13, "*both": 1}, {"libtwo.so:grid"})
    target.go()
    target.until("READY")
    assert names() == ({"libone.so.1:grid": 13, "libtwo.so:grid": 13, "*both": 1}, set())
    target.go()
    target.until("READY")
    assert names() == ({"grid": 13, "*both": 1}, {"libtwo.so:grid"})
    assert watch.stop() == 0
    errors = watch.process.stderr.read().decode().splitlines()
    assert [line for line in errors if "--symbol" in line] == [
        "pagewatch: --symbol grid is not a symbol of a mapped file",
        "pagewatch: --symbol libtwo.so:grid is not a symbol of a mapped file with that name",
        "pagewatch: --symbol libone.so:*both is not a symbol of a mapped file with that name"]


def test_a_library_in_the_place_of_another(tmp_path, opened):
    """As many mappings as before, of the same sizes: names are those of now."""
    libraries = [build(tmp_path, LIBRARY, "-shared", "-fPIC", name=name)
                 for name in ("libone.so", "libtwo.so")]
    program = build(tmp_path, LOADER, "-ldl", "-DONE_AT_A_TIME")
    target = start(opened, program, *libraries)
    target.go()
    target.until("READY")
    watch = harness.Watch(target.pid, "--backend", "none", "--min-size", "1G",
                          "--symbol", "libone.so:grid", "--symbol", "libtwo.so:grid",
                          until="attached")
    opened.append(watch)
    for missing in ("libtwo.so:grid", "libone.so:grid"):
        process = harness.process_of(watch.snapshot(), target.pid)
        assert [miss["symbol"] for miss in process["symbols_missing"]] == [missing]
        assert [row["name"] for row in process["arrays"]] == ["grid"]
        target.go()
        target.until("READY")
    assert watch.stop() == 0


def test_a_library_twice(tmp_path, opened):
    """In two namespaces of the linker; alone in each, its mappings lie side by side."""
    grid = "__attribute__((aligned(4096))) char grid[4096 * 101]; char small[23] = { 1 };\n"
    library = build(tmp_path, grid + "void fill(int n) { for (int i = 0; i < n; i++) "
                    "((volatile char *)grid)[4096 * 7 * i] = 1; }", "-shared", "-fPIC", "-nostdlib",
                    name="libtwice.so")
    program = build(tmp_path, """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdio.h>
        int main(int argc, char **argv)
        {
            for (int n = 3; n < 7; n += 2)
                ((void (*)(int))dlsym(dlmopen(LM_ID_NEWLM, argv[1], RTLD_NOW), "fill"))(n);
            puts("READY");
            fflush(stdout);
            return argc + getchar() < 0;
        }""", "-ldl")
    process, _ = look(start(opened, program, library).pid, "grid")
    assert [row["name"] for row in process["arrays"]] == ["grid#1", "grid#2"]
    assert all(row["aliases"] == ["grid"] for row in process["arrays"])
    assert sorted(row["resident_pages"] for row in process["arrays"]) == [3, 5]


def test_files_of_one_name(tmp_path, opened):
    """Two libraries whose paths differ in folders alone, and a pointer in each."""
    source = """
        #include <stdlib.h>
        static char grid[300007]; char *both;
        void fill(int n) { both = malloc(3001 + 1000 * n); grid[n * 4096] = 1; }"""
    libraries = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        libraries.append(build(tmp_path / folder, source, "-shared", "-fPIC", "-nostdlib",
                               name="libgrid.so"))
    program = build(tmp_path, """
        #include <dlfcn.h>
        #include <stdio.h>
        int main(int argc, char **argv)
        {
            for (int i = 1; i < argc; i++)
                ((void (*)(int))dlsym(dlopen(argv[i], RTLD_NOW | RTLD_LOCAL), "fill"))(i);
            puts("READY");
            fflush(stdout);
            return getchar() < 0;
        }""", "-ldl")
    process, _ = look(start(opened, program, *libraries).pid, "grid", "*both")
    rows = {row["name"]: row["aliases"] for row in process["arrays"]}
    assert rows == {**{f"{path}:grid": ["grid"] for path in libraries},
                    **{f"*{path}:both": ["*both"] for path in libraries}}


def test_copy_relocation(tmp_path, opened):
    """The library's own variable is NULL for ever: the program's copy of it counts."""
    library = build(tmp_path, "#include <stdlib.h>\nchar *shared;\n"
                    "void fill(void) { shared = malloc(3001); }", "-shared", "-fPIC",
                    name="libshared.so")
    program = build(tmp_path, USER.replace("char *pointer", "extern char *shared; void fill(void)")
                    .replace("pointer = malloc(5003);", "fill(); if (!shared) return 1;"),
                    "-no-pie", "-fno-pie", library, f"-Wl,-rpath,{tmp_path}")
    process, _ = look(start(opened, program).pid, "*shared")
    assert [row["name"] for row in process["arrays"]] == ["*program:shared"]
    assert process["symbols_missing"] == []


def test_a_file_that_changes_below_a_living_program(tmp_path, opened):
    """A library may be written to while it is mapped: its section headers lie, then it is cut short."""
    library = build(tmp_path, LIBRARY, "-shared", "-fPIC", "-g", name="libone.so")
    target = start(opened, build(tmp_path, LOADER, "-ldl"), library)
    target.go()
    target.until("READY")
    assert [row["name"] for row in look(target.pid, "grid")[0]["arrays"]] == ["grid"]
    whole = library.read_bytes()
    table = int.from_bytes(whole[40:48], "little")
    with open(library, "r+b") as file:
        for offset in range(table, len(whole) - 64, 64):
            file.seek(offset + 32)
            file.write(b"\xff" * 8)
    assert look(target.pid, "grid", status=3)[0]["arrays"] == []
    with open(library, "r+b") as file:
        file.truncate(table + 71)
    assert look(target.pid, "grid", status=3)[0]["arrays"] == []
    with open(library, "r+b") as file:
        file.write(whole)
    assert [row["name"] for row in look(target.pid, "grid")[0]["arrays"]] == ["grid"]
