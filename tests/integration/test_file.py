# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""`pagewatch file`: where arrays lie in data files, against the libraries that wrote them, and what
of them is in memory, against mincore."""
import ctypes
import json
import mmap
import os
import re
import struct
import subprocess
import sys

import harness
import jsonschema
import numpy2
import pytest

PAGE = mmap.PAGESIZE
SCHEMA = json.loads((harness.ROOT / "docs/pagewatch-1.schema.json").read_text())
VENV = harness.OUT / "venv-files"
HOLDER = "import mmap,sys\nf=open(sys.argv[1],'rb')\nm=mmap.mmap(f.fileno(),0,access=mmap.ACCESS_READ)\n" \
         "print('READY',flush=True)\nsys.stdin.readline()\n"


# Maps a file twice: whole, with a page in the middle made writable; and from its second page on.
# Reads a byte at each place in the first mapping.
MAPPER = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p] + [ctypes.c_size_t] + 3 * [ctypes.c_int] + [ctypes.c_long]
fd, page = os.open(sys.argv[1], os.O_RDONLY), os.sysconf("SC_PAGESIZE")
size = os.fstat(fd).st_size
whole = libc.mmap(None, size, 1, 2, fd, 0)
part = libc.mmap(None, 3 * page, 1, 1, fd, page)
assert libc.madvise(ctypes.c_void_p(whole), size, 1) == 0  # random: nothing around a fault
middle = int(sys.argv[2])
assert libc.mprotect(ctypes.c_void_p(whole + middle - middle % page), page, 3) == 0
for place in sys.argv[3:]:
    ctypes.string_at(whole + int(place), 1)
if os.environ.get("UNLINK"):
    os.unlink(sys.argv[1])
print("READY", whole, part, flush=True)
sys.stdin.readline()
"""


def shown(*arguments):
    done = harness.pagewatch("file", "--json", *arguments)
    assert done.returncode == 0 and not done.stderr, done.stderr
    report = json.loads(done.stdout)
    jsonschema.validate(report, SCHEMA)
    return report["files"]


def arrays_of(file):
    return {row["name"]: row for row in file["arrays"]}


def as_shown(name):
    return name.replace("\\", "\\\\").replace("\n", "\\x0a")


def write_safetensors(path, sizes):
    """A header of whole pages, then tensors of these sizes, by hand: every byte is known."""
    header, at = {}, 0
    for i, size in enumerate(sizes):
        header[f"t{i}"] = {"dtype": "U8", "shape": [size], "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % PAGE)
    path.write_bytes(struct.pack("<Q", len(text)) + text + os.urandom(at))
    return 8 + len(text)


def in_memory(path):
    """Of each page of the file, whether it is in the page cache."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                          ctypes.c_long]
    size = path.stat().st_size
    pages = (ctypes.c_ubyte * ((size + PAGE - 1) // PAGE))()
    with path.open("rb") as file:
        address = libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), 0)
        assert libc.mincore(ctypes.c_void_p(address), ctypes.c_size_t(size), pages) == 0
        libc.munmap(ctypes.c_void_p(address), ctypes.c_size_t(size))
    return [page & 1 for page in pages]


def read_bytes(path, *places):
    """Reads a byte at each place, and nothing ahead of it."""
    with path.open("rb", buffering=0) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
        for place in places:
            os.pread(file.fileno(), 1, place)


def drop_cache(path):
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    assert not any(in_memory(path))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """(folder, what the writers say)"""
    failed = numpy2.make_venv(VENV, harness.ROOT / "tests/requirements-files.txt")
    assert failed is None, failed
    folder = tmp_path_factory.mktemp("files")
    done = subprocess.run([VENV / "bin/python", harness.ROOT / "tests/integration/file_writers.py",
                           folder], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
    return folder, json.loads(done.stdout)


def test_arrays_are_where_their_writers_put_them(written):
    folder, said = written
    files = shown(*[folder / name for name in said])
    for file in files:
        name = os.path.basename(file["path"])
        assert file["complete"] and not file["incomplete_reasons"], name
        assert file["format"] == {"pt": "pytorch"}.get(name.split(".")[1], name.split(".")[1])
        found = {row["name"]: [row["start_byte"], row["end_byte"], row["dtype"], row["shape"]]
                 for row in file["arrays"]}
        if name.endswith(".arrow"):  # names of types are not asked for; nulls have no bytes
            found = {array: [start, end, shape] for array, (start, end, _, shape) in found.items()
                     if start < end}
        assert found == {as_shown(array): place for array, place in said[name].items()}, name
        assert file["bytes"] == (folder / name).stat().st_size
    assert len(files[1]["arrays"]) > 25


def test_compressed_arrays_are_counted(written, tmp_path):
    path = tmp_path / "c.npz"
    subprocess.run([VENV / "bin/python", "-c", "import numpy, sys; numpy.savez_compressed(sys.argv[1], "
                    "a=numpy.zeros(9), b=numpy.ones(9))", path], check=True)
    file, = shown(path)
    assert (file["format"], file["arrays"], file["compressed"], file["complete"]) == ("npz", [], 2, True)
    assert "2 arrays are compressed" in harness.pagewatch("file", path).stdout


def test_cached_pages_are_those_of_mincore(tmp_path):
    path = tmp_path / "m.safetensors"
    data = write_safetensors(path, [8 * PAGE, 3 * PAGE + 100, 5 * PAGE, 0, 1])
    # Just written: all of it is cached, and dirty.
    file, = shown(path)
    assert file["cached_pages"] == file["dirty_pages"] == file["pages"] == len(in_memory(path))
    drop_cache(path)
    read_bytes(path, data, data + 3 * PAGE, data + 11 * PAGE + 50, data + 16 * PAGE)
    there = in_memory(path)
    assert sum(there) == 4
    file, = shown(path)
    assert in_memory(path) == there  # not even the header stays
    assert (file["cached_pages"], file["dirty_pages"]) == (4, 0)
    assert [row["cached_pages"] for row in file["arrays"]] == \
        [sum(there[row["start_byte"] // PAGE:-(-row["end_byte"] // PAGE)]) if row["pages"] else 0
         for row in file["arrays"]] == [2, 1, 2, 0, 1]
    assert [row["pages"] for row in file["arrays"]] == [8, 4, 6, 0, 1]
    with path.open("r+b") as changed:
        changed.seek(data + 2 * PAGE)
        changed.write(b"x")
        changed.flush()
        file, = shown(path)
    assert file["dirty_pages"] == arrays_of(file)["t0"]["dirty_pages"] == 1


def test_holes_are_not_stored(tmp_path):
    path = tmp_path / "m.safetensors"
    data = write_safetensors(path, [8 * PAGE, 8 * PAGE, 8 * PAGE])
    subprocess.run(["fallocate", "--punch-hole", "--offset", str(data + 6 * PAGE), "--length",
                    str(12 * PAGE), path], check=True)
    file, = shown(path)
    assert [row["stored_pages"] for row in file["arrays"]] == [6, 0, 6]
    assert file["stored_pages"] == file["pages"] - 12


def test_processes_that_map_it(tmp_path, opened):
    path, other = tmp_path / "m.safetensors", tmp_path / "other"
    write_safetensors(path, [8 * PAGE])
    other.write_bytes(path.read_bytes())
    target = harness.Target([sys.executable, "-c", HOLDER, path])
    opened.append(target)
    target.until("READY")
    mapped, unmapped = shown(path, other)
    assert mapped["processes"] == [{"pid": target.pid, "comm": mapped["processes"][0]["comm"],
                                    "mapped_bytes": mapped["pages"] * PAGE}]
    assert unmapped["processes"] == []
    assert re.search(rf"mapped by: \S+ \({target.pid}, ", harness.pagewatch("file", path).stdout)
    target.end()
    assert shown(path)[0]["processes"] == []


def test_a_file_that_ends_too_early(tmp_path):
    path = tmp_path / "m.safetensors"
    data = write_safetensors(path, [PAGE, PAGE, PAGE])
    os.truncate(path, data + PAGE + 10)
    file, = shown(path)
    assert [(row["name"], row["end_byte"] - data) for row in file["arrays"]] == \
        [("t0", PAGE), ("t1", PAGE + 10)]
    assert not file["complete"]
    assert file["losses"] == {"dropped": 0, "unmeasured": 0, "overlapping": 0, "outside": 1, "clipped": 1}
    text = harness.pagewatch("file", path).stdout
    assert "INCOMPLETE: 1 array cut off: the file ends before the array" in text
    assert "INCOMPLETE: 1 array without a row: behind the end of the file" in text
    os.truncate(path, 100)
    file, = shown(path)
    assert (file["format"], file["arrays"]) == (None, [])


def test_text_fits_and_is_short(tmp_path):
    path = tmp_path / "m.safetensors"
    write_safetensors(path, [PAGE * (1 + i % 3) for i in range(40)])
    text = harness.pagewatch("file", path, env=dict(os.environ, COLUMNS="80")).stdout
    assert all(len(line) <= 80 for line in text.splitlines())
    rows = [line.split()[0] for line in text[text.index("NAME"):].splitlines()]
    assert rows == ["NAME", *[f"t{2 + 3 * i}" for i in range(13)], "t1", "t4", "(25", "the", "mapped"]


def test_long_names_differ(tmp_path):
    """They are cut where they are alike, as in reports of processes."""
    path = tmp_path / "m.safetensors"
    header = {f"model.layers.{i}.self_attn.a_long_name_of.q_proj.weight": {
        "dtype": "U8", "shape": [PAGE], "data_offsets": [i * PAGE, (i + 1) * PAGE]} for i in range(12)}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(12 * PAGE))
    lines = harness.pagewatch("file", path, env=dict(os.environ, COLUMNS="80")).stdout.splitlines()
    rows = [line.split()[0] for line in lines if "4.0 KiB" in line and "the file" not in line]
    assert len(rows) == len(set(rows)) == 12, rows


def test_rows_are_chosen(tmp_path):
    path = tmp_path / "m.safetensors"
    write_safetensors(path, [PAGE * (1 + i % 3) for i in range(40)])
    def names(*options):
        file, = shown(path, *options)
        assert file["arrays_left_out"] == 40 - len(file["arrays"])
        return [row["name"] for row in file["arrays"]]
    assert names() == [f"t{i}" for i in range(40)]
    assert names("--filter", "m.safetensors:t1?") == names("--filter", "t1?") == \
        [f"t{i}" for i in range(10, 20)]
    assert names("--top", "2") == ["t2", "t5"]
    assert names("--min-size", "12K")[:2] == ["t2", "t5"]
    assert names("--sort", "name", "--top", "3") == ["t0", "t1", "t10"]


@pytest.mark.parametrize("path, said", [
    ("/nowhere", "/nowhere: No such file or directory"), ("/dev/null", "/dev/null: it is not a regular file"),
    ("/", "/: Is a directory")])
def test_what_is_no_file(path, said):
    done = harness.pagewatch("file", path)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", f"pagewatch: {said}\n")


def test_no_path():
    done = harness.pagewatch("file")
    assert done.returncode == 2 and "no file given" in done.stderr


# --- in processes


def mapped_rows(pid, *options):
    done = harness.pagewatch("snap", "--json", "--no-python", "--min-size", "1", "-p", pid, *options)
    assert done.returncode == 0 and not done.stderr, done.stderr
    report = json.loads(done.stdout)
    jsonschema.validate(report, SCHEMA)
    process, = report["processes"]
    return process, [row for row in process["arrays"] if row["source"] == "file"]


def play(opened, path, middle, *places, **environment):
    target = harness.Target([sys.executable, "-c", MAPPER, path, middle, *places],
                            env=dict(os.environ, **environment))
    opened.append(target)
    words = target.until("READY").split()
    return target, int(words[1]), int(words[2])


def test_rows_of_mapped_files(tmp_path, opened):
    path = tmp_path / "m.safetensors"
    data = write_safetensors(path, [3 * PAGE, 100, 5 * PAGE, 0, 2 * PAGE])
    assert data == PAGE
    drop_cache(path)
    target, whole, part = play(opened, path, data + 5 * PAGE, data, data + 4 * PAGE)
    process, rows = mapped_rows(target.pid)
    places = {"t0": (0, 3 * PAGE), "t1": (3 * PAGE, 3 * PAGE + 100),
              "t2": (3 * PAGE + 100, 8 * PAGE + 100), "t4": (8 * PAGE + 100, 10 * PAGE + 100)}
    expected = [(f"m.safetensors:{name}", whole + data + start, whole + data + end)
                for name, (start, end) in places.items()]
    # Of the second mapping only the first tensor, whose end is that of the mapping.
    expected.append(("m.safetensors:t0", part, part + 3 * PAGE))
    assert sorted((row["name"], int(row["start"], 16), int(row["end"], 16)) for row in rows) == \
        sorted(expected)
    by_start = {int(row["start"], 16): row for row in rows}
    first, third = by_start[whole + data], by_start[whole + data + 3 * PAGE + 100]
    assert (first["dtype"], first["shape"], first["strides"]) == ("U8", [3 * PAGE], [1])
    assert (first["pages"], first["states"]["file"]) == (3, 1)
    assert (third["pages"], third["states"]["file"], third["vma_count"]) == (6, 1, 3)
    assert by_start[part]["resident_pages"] == 0
    # What the header said is not in the process: nothing was faulted in.
    region = next(row for row in process["regions"] if int(row["start"], 16) == whole)
    assert region["states"]["file"] == 2
    target.end()


def test_names_of_mapped_files(tmp_path, opened):
    """They are chosen and checked by FILE:ARRAY, also after the file has lost its name."""
    path = tmp_path / "model.safetensors"
    data = write_safetensors(path, [3 * PAGE, 4 * PAGE])
    drop_cache(path)  # else a fault maps what is cached around it
    target, whole, _ = play(opened, path, data, data, data + PAGE, data + 2 * PAGE, UNLINK="1")
    _, rows = mapped_rows(target.pid, "--filter", "model.safetensors:t0")
    assert {int(row["start"], 16) == whole + data: row["resident_pages"] for row in rows} == \
        {True: 3, False: 0}
    for expectation, status in (("t1: resident == 0", 0), ("t?: resident == 0", 1)):
        done = harness.pagewatch("check", "-p", target.pid, "--min-size", "1",
                                 "-e", f"model.safetensors:{expectation}")
        assert done.returncode == status, done.stdout
    target.end()


def test_a_file_that_changes_under_a_watch(tmp_path, opened):
    path = tmp_path / "m.safetensors"
    data = write_safetensors(path, [PAGE, PAGE])
    target, whole, _ = play(opened, path, data)
    watch = harness.Watch(target.pid, "--no-python", "--min-size", "1")
    opened.append(watch)
    def names(snapshot):
        return sorted(row["name"] for row in snapshot["processes"][0]["arrays"]
                      if row["source"] == "file" and int(row["start"], 16) >= whole + data)
    assert names(watch.snapshot()) == ["m.safetensors:t0", "m.safetensors:t1"]
    with path.open("r+b") as changed:
        changed.write(path.read_bytes()[:PAGE].replace(b'"t1"', b'"xy"'))
    assert names(watch.snapshot()) == ["m.safetensors:t0", "m.safetensors:xy"]
    watch.stop()
    target.end()


def test_tensors_stand_under_their_mapping(tmp_path, opened):
    """They share pages at their borders: only the mapping has each page once."""
    path = tmp_path / "m.safetensors"
    data = write_safetensors(path, [(1 << 20) + 100] * 6)
    target, _, _ = play(opened, path, 0, *range(data, data + (4 << 20), PAGE))
    text = harness.pagewatch("snap", "--no-python", "-p", target.pid).stdout
    lines = text[text.index("NAME"):].splitlines()
    first = next(number for number, line in enumerate(lines) if "m.safetensors:t" in line)
    below = lines[first:first + 6]
    assert all(line.startswith("  m.safetensors:t") for line in below), text
    assert lines[first - 1].split()[0].endswith("safetensors"), text
    target.end()


def test_cached_tensors_of_a_process(tmp_path, opened):
    """In memory, but not mapped in: the page cache tells, tensor by tensor."""
    path = tmp_path / "m.safetensors"
    data = write_safetensors(path, [4 * PAGE, 4 * PAGE])
    drop_cache(path)
    target, whole, _ = play(opened, path, 0)
    read_bytes(path, data, data + 2 * PAGE, data + 5 * PAGE)
    _, rows = mapped_rows(target.pid)
    assert {row["name"]: (row["cached_pages"], row["dirty_pages"], row["resident_pages"])
            for row in rows if int(row["start"], 16) in (whole + data, whole + data + 4 * PAGE)} == \
        {"m.safetensors:t0": (2, 0, 0), "m.safetensors:t1": (1, 0, 0)}
    for expectation, status in (("t1: cached == 1", 0), ("t1: cached >= 90%", 1)):
        done = harness.pagewatch("check", "-p", target.pid, "-e", f"m.safetensors:{expectation}")
        assert done.returncode == status, done.stdout
    target.end()
