# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""libpagewatch as it is installed: what it exports, programs in three languages, its probes."""
import os
import re
import shutil
import subprocess

import harness
import pytest

EXAMPLES = harness.ROOT / "tests/lib"
PREFIX = "/opt/pagewatch"
PAGE = os.sysconf("SC_PAGESIZE")
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror"]


def make(*arguments):
    """make with the flags of the build that is there, so that nothing is built anew."""
    flags = (harness.OUT / "obj/gcc/flags").read_text()
    strict = ["WERROR=1"] if "-Werror" in flags else []
    done = subprocess.run(["make", "-s", "-C", harness.ROOT, *strict, *arguments],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Installed:
    """A folder that `make install` has filled."""

    def __init__(self, folder):
        self.folder = folder
        folder.chmod(0o755)
        make("install", f"DESTDIR={folder}", f"PREFIX={PREFIX}")
        self.lib = folder / PREFIX[1:] / "lib"
        self.library = self.lib / "libpagewatch.so.1"

    def pkg_config(self, *arguments):
        """What a package that uses the library asks."""
        environment = dict(os.environ, PKG_CONFIG_SYSROOT_DIR=str(self.folder),
                           PKG_CONFIG_PATH=str(self.lib / "pkgconfig"))
        return subprocess.run(["pkg-config", *arguments, "pagewatch"], env=environment,
                              stdout=subprocess.PIPE, text=True, check=True).stdout.split()

    def compile(self, compiler, source, program, *options, libs=None):
        words = [*compiler, *options, *self.pkg_config("--cflags"), source, "-o", program,
                 *(libs or [*self.pkg_config("--libs"), f"-Wl,-rpath,{self.lib}"])]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                              check=False, cwd=self.folder, timeout=120)
        assert done.returncode == 0, done.stderr
        return program


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    return Installed(tmp_path_factory.mktemp("installed"))


def output_of(program, **options):
    done = subprocess.run([program], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, timeout=harness.DEADLINE, **options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def pages_of(start, end):
    """Pages that bytes [start, end) overlap."""
    return (end + PAGE - 1) // PAGE - start // PAGE


C_OUTPUT = ["new: 0 of 20010 interior pages resident, 0 zero",
            "used: 1009 of 20010 interior pages resident, 1004 zero",
            # with the page of malloc's header; 16 cells of 1251 pages
            "1010 " + " ".join(["0"] * 15),
            "checkpoint: 0"]


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_c(installed, tmp_path, compiler):
    program = installed.compile([compiler, "-std=c11", *STRICT], EXAMPLES / "lazy.c",
                                tmp_path / "lazy")
    version, *rest = output_of(program)
    assert version == f"pagewatch {installed.pkg_config('--modversion')[0]}"
    assert rest == C_OUTPUT


def test_c_static(installed, tmp_path):
    """Statically, into a program that has functions of the names of ours."""
    source = tmp_path / "names.c"
    inner = subprocess.run(["nm", "--defined-only", harness.OUT / "libpagewatch.a"],
                           stdout=subprocess.PIPE, text=True, check=True).stdout
    names = sorted(set(re.findall(r" t (array_reserve|procfs__open|page_runs__replace)$", inner,
                                  re.MULTILINE)))
    assert len(names) == 3
    source.write_text("\n".join([*(f"int {name}(void) {{ return 7; }}" for name in names),
                                 f'#include "{EXAMPLES / "lazy.c"}"']) + "\n")
    program = installed.compile(["gcc", "-std=c11"], source, tmp_path / "lazy",
                                libs=[installed.lib / "libpagewatch.a", "-lpthread"])
    assert output_of(program)[1:] == C_OUTPUT
    linked = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert "pagewatch" not in linked


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_cpp(installed, tmp_path, compiler):
    program = installed.compile([compiler, "-std=c++11", *STRICT], EXAMPLES / "lazy.cpp",
                                tmp_path / "lazy")
    assert output_of(program) == ["new: 0", "vector: all", "regions: counted"]


def test_fortran(installed, tmp_path):
    program = installed.compile(["gfortran", "-std=f2008", "-J", str(tmp_path), *STRICT],
                                EXAMPLES / "lazy.f90", tmp_path / "lazy")
    rows, columns, header = 1048583, 13, 16
    size = rows * 8
    interior = (header + columns * size) // PAGE - 1
    column = pages_of(header + 6 * size, header + 7 * size)
    assert output_of(program) == [f"allocated: 0 of {interior}",
                                  f"one column: {column} of {interior}"]


@pytest.mark.root
def test_ordinary_user(installed, unprivileged):
    program = installed.compile(["gcc"], EXAMPLES / "lazy.c", unprivileged.directory / "lazy",
                                libs=[installed.lib / "libpagewatch.a", "-lpthread"])
    assert output_of(program, **unprivileged.popen_options())[1:] == C_OUTPUT


def exported(library):
    lines = subprocess.run(["nm", "-D", "--defined-only", library], stdout=subprocess.PIPE,
                           text=True, check=True).stdout.splitlines()
    return {line.split()[-1] for line in lines if line.split()[-2] != "A"}


def test_exports(installed):
    """What the header declares, each with its version, and nothing else; from libc alone."""
    header = (installed.folder / PREFIX[1:] / "include/pagewatch.h").read_text()
    declared = set(re.findall(r"^(?:\w+ )+\*?(pagewatch_\w+)\(", header, re.MULTILINE))
    assert len(declared) == 12
    assert exported(installed.library) == {f"{name}@@LIBPAGEWATCH_1.0" for name in declared}
    dynamic = subprocess.run(["readelf", "-d", installed.library], stdout=subprocess.PIPE,
                             text=True, check=True).stdout
    assert re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic) == ["libc.so.6"]
    assert re.findall(r"\(SONAME\).*\[(.*)\]", dynamic) == ["libpagewatch.so.1"]


def test_documents(installed):
    """What the man page and the help name is there, and so is what the documents point to."""
    folder = installed.folder / PREFIX[1:] / "share/doc/pagewatch"
    named = re.findall(r"\bdocs/[\w.-]+\.\w+", (harness.ROOT / "docs/pagewatch.8.scd").read_text() +
                       harness.pagewatch("--help").stdout)
    assert "docs/RECORDING.md" in named and "docs/OUTPUT.md" in named
    for name in named:
        assert (folder / name).is_file(), name
    documents = sorted(folder.glob("docs/*.md"))
    assert {path.name for path in (harness.ROOT / "docs").glob("*.md")} == {
        path.name for path in documents}
    schema = "pagewatch-1.schema.json"
    assert (folder / "docs" / schema).read_text() == (harness.ROOT / "docs" / schema).read_text()
    for document in [folder / "README.md", *documents]:
        for target in re.findall(r"\]\((docs/[^)#]+|[\w-]+\.(?:md|json)|pictures/[^)]+)",
                                 document.read_text()):
            assert (document.parent / target).exists(), (document.name, target)


def test_uninstall(tmp_path):
    folder = tmp_path / "gone"
    for target in ("install", "uninstall"):
        make(target, f"DESTDIR={folder}", f"PREFIX={PREFIX}")
        left = [path for path in folder.rglob("*") if not path.is_dir()]
        assert bool(left) == (target == "install"), left


@pytest.mark.root
def test_probes(installed, tmp_path):
    """A tracer that has attached hears the checkpoint by its USDT probe."""
    if not shutil.which("bpftrace"):
        pytest.skip("no bpftrace here")
    program = installed.compile(["gcc"], EXAMPLES / "lazy.c", tmp_path / "lazy")
    target = harness.Target([program, "wait"])
    try:
        target.until("1010 ")
        script = (f'usdt:{installed.library}:pagewatch:checkpoint {{ printf("at %s\\n", '
                  f'str(arg0)); }} usdt:{installed.library}:pagewatch:unmark '
                  f'{{ printf("no %s\\n", str(arg0)); exit(); }} BEGIN {{ printf("ready\\n"); }}')
        tracer = subprocess.Popen(["bpftrace", "-p", str(target.pid), "-e", script],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
        lines = harness.Lines(tracer.stdout)
        heard = [lines.next()]
        while heard[-1] != "ready":
            heard.append(lines.next())
            assert heard[-1] is not None, heard
        assert target.end() == 0
        told = []
        while (line := lines.next()) is not None:
            told.append(line)
        assert told[:2] == ["at used", "no grid"]
        assert tracer.wait(harness.DEADLINE) == 0
    finally:
        target.close()
