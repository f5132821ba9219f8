# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Names and shapes of static arrays in Fortran and C++, and those that only a debug file has."""
import pathlib
import shutil
import subprocess

import harness
import pytest
from test_symbols import PAGE, build, look, present, start

# A column-major cube of 1.01 GiB, of which the plane cube(:,:,251) is touched.
FORTRAN = """
module fields
  implicit none
  real(8) :: cube(521,509,509)
  real(4), allocatable :: steps(:,:)
  integer :: counter = 0
contains
  subroutine advance()
    integer(2), save :: hidden(-3:9999,2)
    hidden(0,1) = int(counter, 2)
    counter = counter + 1
  end subroutine
end module
program simulation
  use fields
  implicit none
  real(8) :: local(16,32,61)
  complex(8) :: c1(1000)
  real(8) :: c2
  integer :: b1
  logical :: flag
  common /blk/ c1, c2
  common b1(777)
  common /flags/ flag(123)
  cube(:,:,251) = 1
  local(1,1,1) = 1
  c1(1) = 2
  b1(1) = 1
  flag(1) = .true.
  allocate(steps(313,1009))
  steps(:,1) = 1
  call advance()
  call other()
  print '("{""cube"": [", i0, ", ", i0, "], ""steps"": [", i0, ", ", i0, "]}")', &
    loc(cube), sizeof(cube), loc(steps), sizeof(steps)
  print '("READY")'
  flush(6)
  read *
end program
subroutine other
  integer, save :: table(50021)
  common /blk/ c(1)
  table(1) = table(1) + 1
  c(1) = 1
end subroutine
"""
FORTRAN_ROWS = {
    # asked for: (name shown, dtype, shape, strides)
    "fields::cube": ("fields::cube", "float64", [521, 509, 509], [8, 8 * 521, 8 * 521 * 509]),
    "__fields_MOD_counter": ("fields::counter", "int32", [], []),
    "simulation::local": ("simulation::local", "float64", [16, 32, 61], [8, 128, 4096]),
    "table": ("other::table", "int32", [50021], [4]),
    "hidden": ("fields::advance::hidden", "int16", [10003, 2], [2, 20006]),
    "blk": ("blk", None, None, None),
    "flags_": ("flags", "bool", [123], [4]),
    "__BLNK__": ("__BLNK__", "int32", [777], [4]),
    # No common block: debug information says so.
    "c_side_": ("c_side_", "int8", [2003], [1]),
}


def rows_of(process):
    return {row["name"]: row for row in process["arrays"]}


@pytest.fixture(scope="module")
def fortran(tmp_path_factory):
    """The program, with and without debug information."""
    directory = tmp_path_factory.mktemp("fortran")
    (directory / "c_side.c").write_text("char c_side_[2003];")
    debug = build(directory, FORTRAN, directory / "c_side.c", "-g", name="debug", language="f90",
                  compiler="gfortran")
    plain = directory / "plain"
    subprocess.run(["objcopy", "--strip-debug", debug, plain], check=True)
    return {"debug": debug, "plain": plain}


def test_fortran(fortran, opened):
    target = start(opened, fortran["debug"])
    process, _ = look(target.pid, *FORTRAN_ROWS, "*fields::steps")
    rows = rows_of(process)
    for shown, dtype, shape, strides in FORTRAN_ROWS.values():
        row = rows.pop(shown)
        assert (row["dtype"], row["shape"], row["strides"]) == (dtype, shape, strides), shown
    assert list(rows) == ["*fields::steps"]
    steps = rows["*fields::steps"]
    address, length = target.books["steps"]
    assert int(steps["start"], 16) == address
    assert length <= steps["nbytes"] < length + PAGE
    assert steps["resident_pages"] == present(target.pid, address, address + steps["nbytes"])
    assert target.end() == 0


@pytest.mark.parametrize("kind", ["debug", "plain"])
def test_a_plane_of_a_large_cube(kind, fortran, opened):
    """The row that nobody asked for; its one plane, and the edges that neighbours touch."""
    target = start(opened, fortran[kind])
    process = harness.process_of(harness.snap(target.pid, "--min-size", "1G"), target.pid)
    row = harness.array_of(process, "fields::cube")
    address, length = target.books["cube"]
    assert (int(row["start"], 16), row["nbytes"]) == (address, length) and length > 1 << 30
    plane = 521 * 509 * 8
    first, end = address + 250 * plane, address + 251 * plane
    pages = -(-end // PAGE) - first // PAGE
    if harness.thp_mode() != "always":
        assert row["interior_resident_pages"] == pages
    assert row["resident_pages"] == present(target.pid, address, address + length)
    assert present(target.pid, first, end) == pages
    assert row["states"]["anon"] + row["states"]["anon_huge"] == row["resident_pages"]
    assert target.end() == 0


def test_fortran_without_debug_information(fortran, opened):
    process, _ = look(start(opened, fortran["plain"]).pid, *[
        "fields::cube", "table", "hidden", "local", "blk", "__BLNK__", "nosuch"], status=3)
    rows = rows_of(process)
    shown = sorted(name.split(".")[0] for name in rows)
    assert shown == ["__BLNK__", "blk", "fields::cube", "hidden", "local", "table"]
    # The compiler's number stays: what owns it is not known.
    assert all(name.split(".")[1].isdigit() for name in rows
               if name.split(".")[0] in ("hidden", "local", "table"))
    assert all(row["shape"] is None for row in rows.values())
    assert rows["fields::cube"]["aliases"] == ["__fields_MOD_cube"]


CPLUSPLUS = r"""
#include <cstdio>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>
namespace ns {
template <class T> struct Box { static T grid[100][199]; };
template <class T> T Box<T>::grid[100][199];
template <int N> float var[N];
struct Point { double x, y; char c; };
Point points[333];
bool flags[77];
long double wide[3];
enum Color { RED, BLUE };
Color colors[2][5];
std::map<std::string, std::vector<int>> table;
std::vector<double> *volatile heap;
std::vector<double> values;
int *owner(int x) { static int cells[41][43]; cells[0][x] = 1; return cells[0]; }
namespace { unsigned short hidden[1237]; }
typedef unsigned char Row[7][11];
Row rows[5][3];
const char *words[9];
extern "C" { char plain_c[251]; }
}
template struct ns::Box<double>;
template float ns::var<307>[307];
int main()
{
	ns::heap = new std::vector<double>(100003);
	ns::values.assign(1009, 1.0);
	ns::owner(0);
	ns::hidden[1] = ns::flags[1] = ns::plain_c[1] = 1;
	puts("READY");
	fflush(stdout);
	return read(0, ns::plain_c, 1) != 1;
}
"""
CPLUSPLUS_ROWS = {
    "ns::Box<double>::grid": ("float64", [100, 199], [1592, 8]),
    "ns::var<307>": ("float32", [307], [4]),
    "ns::points": ("void192", [333], [24]),
    "ns::flags": ("bool", [77], [1]),
    "ns::wide": ("float128", [3], [16]),
    "ns::colors": ("int32", [2, 5], [20, 4]),
    "ns::owner(int)::cells": ("int32", [41, 43], [172, 4]),
    "ns::(anonymous namespace)::hidden": ("uint16", [1237], [2]),
    "ns::rows": ("uint8", [5, 3, 7, 11], [231, 77, 11, 1]),
    "ns::words": ("pointer", [9], [8]),
    "plain_c": ("int8", [251], [1]),
}


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_cplusplus(compiler, tmp_path, opened):
    if not shutil.which(compiler):
        pytest.skip(f"no {compiler} here")
    program = build(tmp_path, CPLUSPLUS, "-g", language="cc", compiler=compiler)
    target = start(opened, program)
    process, _ = look(target.pid, *CPLUSPLUS_ROWS, "_ZN2ns3BoxIdE4gridE", "ns::table", "*ns::heap",
                      "*ns::values")
    rows = rows_of(process)
    for name, (dtype, shape, strides) in CPLUSPLUS_ROWS.items():
        row = rows.pop(name)
        assert (row["dtype"], row["shape"], row["strides"]) == (dtype, shape, strides), name
    # A vector's head is three pointers on the heap.
    assert rows.pop("*ns::heap")["nbytes"] == 24
    # And the head of a vector that is itself static begins with one of them.
    assert rows.pop("*ns::values")["nbytes"] == 1009 * 8
    assert rows.pop("ns::table[abi:cxx11]")["shape"] == []
    assert not rows
    assert target.end() == 0


NEEDS_DEBUG = r"""
#include <stdio.h>
#include <unistd.h>
__attribute__((aligned(4096))) static float lattice[4096 * 64 / 4][3];
int main(void)
{
	lattice[4096][1] = 1;
	puts("READY");
	fflush(stdout);
	return read(0, (char *)lattice + 17 * 4096, 1) != 1;
}
"""


def split(program, link=None):
    """Takes symbols and debug information out of a program; returns their file."""
    debug = program.with_suffix(".debug")
    subprocess.run(["objcopy", "--only-keep-debug", program, debug], check=True)
    subprocess.run(["strip", "-s", program], check=True)
    if link:
        subprocess.run(["objcopy", f"--add-gnu-debuglink={debug}", program], check=True)
    return debug


def build_id(program):
    notes = subprocess.run(["readelf", "-n", program], stdout=subprocess.PIPE, text=True,
                           check=True).stdout
    return notes.split("Build ID: ")[1].split()[0]


def found(pid):
    """Whether the array has its name; then it has its shape as well."""
    rows = harness.process_of(harness.snap(pid, "--min-size", "64K"), pid)["arrays"]
    names = {row["name"]: row for row in rows}
    if "lattice" in names:
        row = names["lattice"]
        assert row["shape"] == [65536, 3] and row["dtype"] == "float32"
        assert (row["pages"], row["resident_pages"]) == (192, 1)
    return "lattice" in names


@pytest.mark.parametrize("flags", [["-pie"], ["-no-pie"], ["-pie", "-Wl,--build-id=none"],
                                   ["-pie", "-gz"]])
def test_debug_link(flags, tmp_path, opened):
    program = build(tmp_path, NEEDS_DEBUG, "-g", *flags)
    debug = split(program, link=True)
    target = start(opened, program)
    assert found(target.pid)
    (tmp_path / ".debug").mkdir()
    debug.rename(tmp_path / ".debug" / debug.name)
    assert found(target.pid)
    # Of another build: its id, or its checksum, is not the one.
    other = build(tmp_path, NEEDS_DEBUG.replace("4096][1]", "4097][1]"), "-g", *flags, name="other")
    (tmp_path / ".debug" / debug.name).write_bytes(split(other).read_bytes())
    assert not found(target.pid)
    (tmp_path / ".debug" / debug.name).write_bytes(b"\x7fELF" + b"\xff" * 5000)
    assert not found(target.pid)
    (tmp_path / ".debug" / debug.name).unlink()
    subprocess.run(["mkfifo", tmp_path / ".debug" / debug.name], check=True)
    assert not found(target.pid)
    assert target.end() == 0


@pytest.mark.root
def test_debug_files_of_a_chroot(tmp_path, opened):
    """Below the target's root, where ours has no such file."""
    root = tmp_path / "root"
    (root / "bin").mkdir(parents=True)
    program = build(tmp_path, NEEDS_DEBUG, "-g", "-static", "-Wl,--build-id")
    debug = split(program)
    shutil.copy(program, root / "bin" / "program")
    target = start(opened, "/usr/sbin/chroot", root, "/bin/program")
    assert not found(target.pid)
    name = build_id(program)
    place = root / "usr/lib/debug/.build-id" / name[:2] / f"{name[2:]}.debug"
    place.parent.mkdir(parents=True)
    # A link that leads out of the root ends below it.
    place.symlink_to(debug)
    assert not found(target.pid)
    place.unlink()
    shutil.copy(debug, place)
    assert found(target.pid)
    assert target.end() == 0


@pytest.mark.root
def test_debug_files_of_a_container(tmp_path, opened):
    """In the target's own mounts: below /usr/lib/debug, in the folder that the binary has."""
    if subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL,
                      check=False).returncode:
        pytest.skip("no private mounts here")
    pathlib.Path("/usr/lib/debug").mkdir(exist_ok=True)
    program = build(tmp_path, NEEDS_DEBUG, "-g")
    debug = split(program, link=True)
    target = start(opened, "unshare", "--mount", "sh", "-ec",
                   "mount -t tmpfs none /usr/lib/debug; mkdir -p /usr/lib/debug$1;"
                   " mv $2 /usr/lib/debug$1; exec $3", "sh", tmp_path, debug, program)
    assert found(target.pid) and not debug.exists()
    assert target.end() == 0


def test_without_a_debug_file(tmp_path, opened):
    """Stripped: what is exported has its name, the rest has none, and is said to be missing."""
    program = build(tmp_path, NEEDS_DEBUG.replace("static float", "float"), "-rdynamic", "-s")
    process, _ = look(start(opened, program).pid, "lattice")
    row, = process["arrays"]
    assert (row["name"], row["shape"], row["pages"]) == ("lattice", None, 192)
    hidden = build(tmp_path, NEEDS_DEBUG, "-rdynamic", "-s", name="hidden")
    process, _ = look(start(opened, hidden).pid, "lattice", status=3)
    assert process["arrays"] == []


def test_c_locals(tmp_path, opened):
    source = NEEDS_DEBUG.replace("int main(void)", """
        int *first(void) { static int buf[101]; return buf; }
        int *second(void) { { static int buf[103]; return buf; } }
        int main(void)""")
    debug = build(tmp_path, source, "-g", name="debug")
    process, _ = look(start(opened, debug).pid, "second::buf")
    assert [(row["name"], row["shape"]) for row in process["arrays"]] == [("second::buf", [103])]
    plain = build(tmp_path, source, name="plain")
    pid = start(opened, plain).pid
    process, _ = look(pid, "plain:buf")
    assert {row["nbytes"]: row["name"].startswith("buf.") for row in process["arrays"]} == \
        {404: True, 412: True}


def test_equal_names_in_one_file(tmp_path, opened):
    """Statics of two translation units, and of two blocks of a function; each name is one row's."""
    other = tmp_path / "other.c"
    other.write_text("static char cache[30011]; char *other(void) { cache[1] = 1; return cache; }")
    program = build(tmp_path, """
        #include <stdio.h>
        static char cache[20011];
        char *other(void);
        static char *own(int which)
        {
            if (which) { static char buf[5003]; buf[which] = 1; return buf; }
            static char buf[7001];
            return buf;
        }
        int main(void)
        {
            cache[1] = 1;
            printf("%p %p %p %p\\n", cache, other(), own(0), own(1));
            puts("READY");
            fflush(stdout);
            return getchar() < 0;
        }""", other, "-g")
    target = harness.Target([program])
    opened.append(target)
    places = [int(word, 16) for word in target.lines.next().split()]
    target.until("READY")
    process, _ = look(target.pid, "program:cache", "program:buf")
    rows = {row["name"]: (int(row["start"], 16), row["aliases"]) for row in process["arrays"]}
    one, two = sorted(places[:2])
    assert rows.pop("cache#1") == (one, ["cache"])
    assert rows.pop("cache#2") == (two, ["cache"])
    one, two = sorted(places[2:])
    assert [(name, start) for name, (start, _) in sorted(rows.items())] == [
        ("own::buf#1", one), ("own::buf#2", two)]
    assert all(aliases[0] == "own::buf" and len(aliases) == 2 for _, aliases in rows.values())
