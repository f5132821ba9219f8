# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What the page cache has of mapped files and of shared memory, against cachestat and mincore."""
import contextlib
import ctypes
import json
import os
import pathlib
import pwd
import random
import subprocess

import cached_truth
import harness
import pytest
from cached_rows import PAGE, Mapper, counts_of, region_at, snap_of, temporary_file

pytestmark = pytest.mark.root

PUNCH = 1 | 2  # FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE
HUGE_FILE = 4  # MFD_HUGETLB


class Program:
    """Random calls on a file by this process, which is not the one that maps it."""

    def __init__(self, descriptor, pages, seed):
        self.descriptor, self.pages = descriptor, pages
        self.random = random.Random(seed)
        self.aligned = seed % 2
        # Pages that ext4 may have made at the borders of holes, and not filled: mincore leaves them out.
        self.unfilled = 0
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)

    def part(self):
        """A range of bytes, seldom of whole pages."""
        first = self.random.randrange(self.pages * PAGE)
        return first, self.random.randrange(1, self.random.choice((2 * PAGE, 60 * PAGE)))

    def read(self):
        offset, count = self.part()
        os.pread(self.descriptor, count, offset)

    def write(self):
        offset, count = self.part()
        os.pwrite(self.descriptor, os.urandom(count), offset)

    def drop(self):
        offset, count = self.part()
        if self.random.random() < 0.5:
            os.fsync(self.descriptor)
        os.posix_fadvise(self.descriptor, offset, count, os.POSIX_FADV_DONTNEED)

    def border(self, offset):
        self.unfilled += not self.aligned
        return offset - offset % PAGE if self.aligned else offset

    def punch(self):
        offset, count = map(self.border, self.part())
        count = count or PAGE
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.fallocate(self.descriptor, PUNCH, ctypes.c_int64(offset), ctypes.c_int64(count)) == 0

    def truncate(self):
        os.ftruncate(self.descriptor, self.border(self.random.randrange(self.pages * PAGE)))
        if self.random.random() < 0.7:
            os.ftruncate(self.descriptor, self.pages * PAGE)

    def run(self):
        calls = (self.read, self.read, self.read, self.write, self.write, self.drop, self.drop,
                 self.punch, self.truncate)
        for _ in range(self.random.randrange(3, 30)):
            self.random.choice(calls)()


def made_of(kind, tmp_path, stack, pages):
    """(name, flags) of the target's file."""
    if kind == "memfd":
        return "memfd", 0
    folder = "/dev/shm" if kind == "tmpfs" else tmp_path
    return stack.enter_context(temporary_file(folder, pages)), os.O_RDWR


def compare_parts(target, kind, parts, arrays, options, unfilled, env=None):
    """Rows against cachestat and mincore. parts: (address, offset, pages); arrays: {name: (offset, pages)}"""
    def ask():
        return {key: (cached_truth.cachestat(target.file, first * PAGE, count * PAGE),
                      cached_truth.mincore(target.file, first * PAGE, count * PAGE))
                for key, (first, count) in
                {**{address: part for address, *part in parts}, **arrays}.items()}

    before = ask()
    process = snap_of(target, *options, env=env or dict(os.environ))
    after = ask()
    for key, (counts, there) in after.items():
        row = region_at(process, key) if isinstance(key, int) else harness.array_of(process, key)
        cached, dirty, swapped, unknown = counts_of(row)
        assert (cached, unknown) == (there if env else counts.cached, None), (key, row)
        assert there <= counts.cached <= there + (unfilled if kind == "file" else 0), key
        if kind != "file" or env:
            assert dirty is None
        else:
            # The kernel may write some out meanwhile.
            assert counts.dirty <= dirty <= before[key][0].dirty, key
        if env and kind != "file":
            assert swapped is None
        else:
            assert swapped == row["states"]["swapped"] + (counts.evicted if kind != "file" else 0)


def random_program(kind, seed, tmp_path, opened, env=None):
    pages = random.Random(seed).choice((67, 301, 1009))
    with contextlib.ExitStack() as stack:
        target = Mapper(*made_of(kind, tmp_path, stack, pages))
        opened.append(target)
        os.ftruncate(target.file, pages * PAGE)
        program = Program(target.file, pages, seed)
        # The whole file, a part of it with private copies, and more than there is.
        parts = [(target.map(0, pages, "shared"), 0, pages),
                 (target.map(5, pages // 2, "private"), 5, pages // 2),
                 (target.map(pages // 3, pages, "shared"), pages // 3, pages)]
        program.run()
        os.ftruncate(target.file, pages * PAGE)
        for _ in range(7):
            target.ask("touch", parts[0][0] + program.random.randrange(pages) * PAGE)
            target.ask("write", parts[1][0] + program.random.randrange(pages // 2) * PAGE)
        arrays, options = {}, []
        for number in range(5):
            first = program.random.randrange(pages * PAGE - 1)
            count = program.random.randrange(1, pages * PAGE - first + 1)
            last = first + count - 1
            arrays[f"a{number}"] = (first // PAGE, last // PAGE - first // PAGE + 1)
            options += ["--array", f"a{number}=0x{parts[0][0] + first:x}+{count}"]
        for _ in range(2):
            compare_parts(target, kind, parts, arrays, options, program.unfilled, env)
            program.run()


@pytest.mark.parametrize("kind", ["file", "tmpfs", "memfd"])
@pytest.mark.parametrize("seed", range(3))
def test_random_programs(kind, seed, tmp_path, opened):
    random_program(kind, seed, tmp_path, opened)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["file", "tmpfs", "memfd"])
@pytest.mark.parametrize("seed", range(3, 40))
def test_more_random_programs(kind, seed, tmp_path, opened):
    random_program(kind, seed, tmp_path, opened)


@pytest.mark.parametrize("kind", ["file", "tmpfs", "memfd"])
def test_without_cachestat(kind, tmp_path, opened):
    random_program(kind, 7, tmp_path, opened, harness.hidden("cachestat"))


def test_looking_changes_nothing(tmp_path, opened):
    """Neither faults, nor RSS, nor what is cached, nor the file's time of access."""
    with temporary_file(tmp_path, 503) as path:
        os.utime(path, (1, 1))
        target = Mapper(path, os.O_RDWR)
        opened.append(target)
        place = target.map(0, 503, "shared")
        os.fsync(target.file)
        os.posix_fadvise(target.file, 101 * PAGE, 0, os.POSIX_FADV_DONTNEED)
        target.ask("touch", place)

        def seen():
            stat = pathlib.Path(f"/proc/{target.pid}/stat").read_text(encoding="utf-8")
            words = stat.rpartition(")")[2].split()
            return (words[7], words[9], words[21], os.stat(path).st_atime,
                    cached_truth.cachestat(target.file, 0, 503 * PAGE).cached)

        before = seen()
        # Some of it is left: folios that reach over the border, and pages around the touched one.
        assert 0 < before[4] < 503
        for env in (dict(os.environ), harness.hidden("cachestat")):
            row = region_at(snap_of(target, env=env), place)
            assert 0 < row["resident_pages"] <= row["cached_pages"] == before[4]
        assert seen() == before


def test_swapped_shared_memory(opened, swap_space):
    target = Mapper("memfd", 0)
    opened.append(target)
    os.ftruncate(target.file, 301 * PAGE)
    os.pwrite(target.file, os.urandom(211 * PAGE), 0)
    place = target.map(0, 301, "shared")
    for page in range(211):
        target.ask("touch", place + page * PAGE)
    target.ask("out", place, 211)
    counts = cached_truth.cachestat(target.file, 0, 301 * PAGE)
    assert counts.evicted, "the kernel swapped none of it out"
    row = region_at(snap_of(target), place)
    after = cached_truth.cachestat(target.file, 0, 301 * PAGE)
    # It comes back page by page if somebody else takes the swap space away meanwhile.
    swapped = row["swapped_pages"]
    assert after.evicted <= swapped <= counts.evicted
    assert counts_of(row) == (211 - swapped, None, swapped, None)
    assert row["states"]["swapped"] == 0
    assert f"{swapped} swapped out" in row["explain"]


def test_overlay(tmp_path, opened):
    """Its pages are those of the file below; cachestat of the file itself finds none."""
    folders = {name: tmp_path / name for name in ("lowerdir", "upperdir", "workdir", "merged")}
    for folder in folders.values():
        folder.mkdir()
    (folders["lowerdir"] / "data").write_bytes(bytes(97 * PAGE))
    options = ",".join(f"{name}={folders[name]}" for name in ("lowerdir", "upperdir", "workdir"))
    subprocess.run(["mount", "-t", "overlay", "none", "-o", options, folders["merged"]], check=True)
    try:
        target = Mapper(folders["merged"] / "data", os.O_RDONLY)
        try:
            place = target.map(0, 97, "shared")
            assert cached_truth.cachestat(target.file, 0, 97 * PAGE).cached == 0
            row = region_at(snap_of(target), place)
            assert counts_of(row) == (97, None, 0, None)
            assert row["explain"] == "not mapped here; all 97 pages are in the page cache"
        finally:
            target.close()
    finally:
        subprocess.run(["umount", folders["merged"]], check=True)


def test_huge_pages_of_the_pool(opened, huge_pool):
    target = Mapper("memfd", HUGE_FILE)
    opened.append(target)
    os.ftruncate(target.file, 2 << 20)
    place = target.map(0, (2 << 20) // PAGE, "shared")
    assert counts_of(region_at(snap_of(target), place)) == (None, None, 0, "untold")


def test_too_much_to_ask(opened, monkeypatch):
    """What the time did not suffice for is not known. It is over before the first file is open."""
    target = Mapper("memfd", 0)
    opened.append(target)
    os.ftruncate(target.file, 31 * PAGE)
    place = target.map(0, 31, "shared")
    monkeypatch.setenv("PAGEWATCH_TEST_LIMITS", "cached-us=1")
    row = region_at(snap_of(target), place)
    assert counts_of(row) == (None, None, None, "late")
    assert "would have taken too long" in row["explain"]


class Told:
    """A process of a user without rights, who asks about it."""

    def __init__(self, user, path):
        self.user = user
        self.target = Mapper(path, os.O_RDONLY, user=user.user)
        self.place = self.target.map(0, 31, "private")

    def row(self):
        done = subprocess.run([self.user.directory / "pagewatch", "snap", "-p", str(self.target.pid), "--json",
                               "--detail", "--min-size", "0"], stdout=subprocess.PIPE, check=True,
                              stdin=subprocess.DEVNULL, user=self.user.user)
        return region_at(harness.process_of(json.loads(done.stdout), self.target.pid), self.place)


def test_who_may_know(unprivileged, opened):
    """The owner of a file is told, others are not, and nobody without the file."""
    folder = pathlib.Path(unprivileged.directory)
    found = {}
    for name, owner in (("own", unprivileged.user), ("roots", None), ("deleted", unprivileged.user)):
        path = folder / name
        path.write_bytes(bytes(31 * PAGE))
        path.chmod(0o644)
        if owner:
            os.chown(path, pwd.getpwnam(owner).pw_uid, -1)
        told = Told(unprivileged, path)
        opened.append(told.target)
        if name == "deleted":
            path.unlink()
        found[name] = told.row()
    assert counts_of(found["own"])[::3] == (31, None)
    assert counts_of(found["roots"]) == (None, None, 0, "hidden")
    assert counts_of(found["deleted"]) == (None, None, 0, "closed")
    assert found["roots"]["explain"] == (
        "not mapped here; how much is in the page cache is not known: "
        "the kernel shows a file's page cache to its owner and to who may write it")
    assert "the mapped file cannot be opened" in found["deleted"]["explain"]
