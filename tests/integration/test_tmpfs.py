# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Programs, libraries and interpreters that lie on a tmpfs, as in many containers; hidden mounts."""
import shutil
import subprocess

import harness
import pytest

pytestmark = pytest.mark.root


@pytest.fixture
def tmpfs(tmp_path):
    folder = tmp_path / "tmpfs"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


def compiled(folder, source, *options):
    path = folder / "program"
    path.with_suffix(".c").write_text(source, encoding="utf-8")
    subprocess.run(["gcc", "-O1", "-g", *options, "-o", path, path.with_suffix(".c")], check=True)
    return path


def arrays_of(process, source):
    return {row["name"]: row for row in process["arrays"] if row["source"] == source}


def test_symbols_of_a_program(tmpfs, tmp_path):
    """Its static array, and the stop before its end."""
    program = compiled(tmpfs, "char table[4099 * 4096]; int main(void) "
                              "{ for (int i = 0; i < 101; i++) table[i * 4096] = 1; return 0; }")
    report, done = harness.run_json(tmp_path, ["--at", "program:main"], [program])
    assert done.returncode == 0, done.stderr
    # Its first page may hold relocated pointers of the program.
    assert arrays_of(report["processes"][0], "elf")["table"]["resident_pages"] <= 1
    report, done = harness.run_json(tmp_path, [], [program])
    assert done.returncode == 0, done.stderr
    assert 101 <= arrays_of(report["processes"][0], "elf")["table"]["resident_pages"] <= 102


def test_an_allocator(tmpfs, opened):
    library = compiled(tmpfs, "#include <sys/mman.h>\n#include <stddef.h>\n"
                              "void *malloc(size_t bytes) { return mmap(NULL, bytes, 3, 0x22, -1, 0); }",
                       "-shared", "-fPIC", "-fno-builtin")
    target = harness.Target([harness.PYTHON, "-c", f"""
import ctypes, sys
library = ctypes.CDLL({str(library)!r})
library.malloc.restype = ctypes.c_void_p
print("READY", flush=True); sys.stdin.readline()
block = library.malloc(ctypes.c_size_t(5_000_001))
print("DONE", flush=True); sys.stdin.readline()
"""])
    opened.append(target)
    target.ready()
    watch = harness.Watch(target.pid, "--heap=1M")
    opened.append(watch)
    target.done()
    process = harness.process_of(watch.snapshot(), target.pid)
    assert list(arrays_of(process, "heap")) == ["malloc(5000001)#1"]


@pytest.mark.parametrize("part", ["interpreter", "numpy"])
def test_an_interpreter_and_numpy(part, tmpfs, opened):
    numpy = subprocess.run([harness.PYTHON, "-c", "import numpy; print(numpy.__path__[0])"],
                           stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    python, path = harness.PYTHON, ""
    if part == "interpreter":
        python = shutil.copy(harness.PYTHON, tmpfs / "python3.11")
    else:
        shutil.copytree(numpy, tmpfs / "site" / "numpy")
        path = f"import sys; sys.path.insert(0, {str(tmpfs / 'site')!r})\n"
    target = harness.Target([python, "-c", path + """
import numpy as np, sys
x = np.zeros((3001, 1009)); x[:101] = 1
assert sys.argv[1] in np.__path__[0]
print("READY", flush=True); sys.stdin.readline()
""", "/usr" if part == "interpreter" else str(tmpfs)])
    opened.append(target)
    target.ready()
    process = harness.process_of(harness.snap(target.pid), target.pid)
    row = arrays_of(process, "python")["__main__.x"]
    assert row["shape"] == [3001, 1009] and row["resident_pages"] >= 101 * 1009 * 8 // 4096


MAPPED = """
import mmap, os, subprocess, sys
folder, how = sys.argv[1:]
file = open(folder + "/file", "w+b")
file.truncate(4 << 20)
shared = mmap.mmap(file.fileno(), 4 << 20)
shared[::4096] = b"x" * len(shared[::4096])
private = mmap.mmap(file.fileno(), 4 << 20, flags=mmap.MAP_PRIVATE)
private[0]
if how == "unmounted":
    subprocess.run(["umount", "--lazy", folder], check=True)
else:
    os.chroot("/usr")
print("READY", flush=True); sys.stdin.readline()
"""


@pytest.mark.parametrize("how", ["unmounted", "chroot"])
@pytest.mark.parametrize("fs, kind", [("tmpfs", "shmem"), ("hugetlbfs", "hugetlb")])
def test_a_mount_that_the_target_does_not_see(fs, kind, how, request, tmp_path, opened):
    """It is not in the target's mountinfo; huge pages of a pool are not in RSS."""
    if fs == "hugetlbfs":
        request.getfixturevalue("huge_pool")
    subprocess.run(["mount", "-t", fs, "none", tmp_path], check=True)
    try:
        target = harness.Target([harness.PYTHON, "-c", MAPPED, tmp_path, how])
        opened.append(target)
        target.ready()
        target.stand_still()
        process = harness.process_of(harness.snap(target.pid), target.pid)
        target.go_on()
    finally:
        if how == "chroot":
            subprocess.run(["umount", "--lazy", tmp_path], check=True)
    kinds = [row["kind"] for row in process["regions"] if row["path"].endswith("/file")]
    assert kinds == [kind, kind]
    assert process["rss_pages"] == process["rss_kernel_pages"]
