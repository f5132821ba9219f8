# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Arrays over files: np.memmap, np.load(mmap_mode), what is mapped and what the page cache dropped."""
import subprocess

import harness
import programs
import pytest

pytestmark = pytest.mark.root

PAGES = 1009


@pytest.fixture(params=["debian", pytest.param("3.12-newest", marks=pytest.mark.long)])
def session(request, opened, tmp_path_factory):
    python = harness.PYTHON if request.param == "debian" else programs.venv(request.param,
                                                                           tmp_path_factory)
    session = programs.Session(python)
    opened.append(session)
    session.run("import mmap, os; import numpy as np")
    return session


def cached(path):
    """Pages of a file that the page cache holds."""
    done = subprocess.run(["fincore", "-n", "-b", "-r", "-o", "PAGES", path], check=True,
                          stdout=subprocess.PIPE, text=True)
    return int(done.stdout.split()[0])


def make_file(session, path):
    """A file of PAGES pages on the disk, none of it in the page cache."""
    session.run(f"path = {str(path)!r}")
    session.run(f"page, pages = os.sysconf('SC_PAGE_SIZE'), {PAGES}")
    session.run("with_bytes = open(path, 'wb').write(bytes(range(256)) * (page * pages // 256))")
    evict(session, path)


def evict(session, path):
    session.block("fd = os.open(path, os.O_RDWR)\nos.fsync(fd)\n"
                  "os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)\nos.close(fd)")
    if cached(path):
        pytest.skip("this file system keeps its pages in memory")


def row_of(session, name):
    process = session.process()
    row = programs.named(process, name)
    assert int(row["data"], 16) == session.ask(
        f"{name[len('__main__.'):]}.__array_interface__['data'][0]")
    programs.check_row(session.pid, process, row)
    return row


def test_a_memmap_and_its_page_cache(session, tmp_path):
    """Mapped, read, written, dropped: the pages that are there, and a look brings none back."""
    path = tmp_path / "data"
    make_file(session, path)
    session.run("m = np.memmap(path, dtype='u1', mode='r+', shape=(pages, page))")
    evict(session, path)
    row = row_of(session, "__main__.m")
    assert (row["pages"], row["resident_pages"], row["edge_pages"]) == (PAGES, 0, 0)
    assert row["shape"] == [PAGES, session.ask("page")]
    assert cached(path) == 0, "a look at the array read its file"

    # The kernel maps pages around the one that was read: how many is its own affair.
    session.run("m._mmap.madvise(mmap.MADV_RANDOM); one = int(m[500, 7])")
    assert session.ask("one") == 7
    row = row_of(session, "__main__.m")
    assert row["states"]["file"] == row["resident_pages"] > 0
    assert row["resident_pages"] <= cached(path)

    session.run("m[:] = 3")
    row = row_of(session, "__main__.m")
    assert row["states"]["file"] == row["resident_pages"] == PAGES

    # The page tables let go first, then the page cache.
    session.run("m.flush(); m._mmap.madvise(mmap.MADV_DONTNEED)")
    row = row_of(session, "__main__.m")
    assert row["resident_pages"] == 0 and row["states"]["absent"] == PAGES
    # Clean pages that nobody maps: how many it keeps, and how long, is the kernel's affair.
    assert cached(path) > 0
    evict(session, path)
    row = row_of(session, "__main__.m")
    assert row["resident_pages"] == 0
    assert cached(path) == 0, "a look at the array read its file"
    assert session.ask("int(m[1008, 0])") == 3


def test_a_loaded_file(session, tmp_path):
    """np.load(mmap_mode='r'): the header of the .npy shares the first page with the array."""
    path = tmp_path / "x.npy"
    session.run(f"path = {str(path)!r}")
    session.run("np.save(path, np.arange(503 * 1009.0).reshape(503, 1009))")
    evict(session, path)
    session.run("x = np.load(path, mmap_mode='r')")
    # np.load has read the header, not the mapping.
    row = row_of(session, "__main__.x")
    size = 8 * 503 * 1009
    page = session.ask("os.sysconf('SC_PAGE_SIZE')")
    offset = int(row["data"], 16) % page
    assert offset == 128 and row["nbytes"] == size
    assert row["pages"] == -(-(offset + size) // page) and row["edge_pages"] == 2
    assert row["resident_pages"] == 0 and row["writeable"] is False
    total = session.ask("float(x.sum())")
    assert total == sum(range(503 * 1009))
    row = row_of(session, "__main__.x")
    assert row["states"]["file"] == row["resident_pages"] == row["pages"]
    # A copy in memory is another array.
    session.run("y = np.array(x)")
    assert row_of(session, "__main__.y")["states"]["file"] == 0


def test_copy_on_write(session, tmp_path):
    """mode='c': a page of the file until it is written, anonymous memory from then on."""
    path = tmp_path / "data"
    make_file(session, path)
    session.run("m = np.memmap(path, dtype='u1', mode='c', shape=(pages, page))")
    session.run("total = int(m.sum())")
    row = row_of(session, "__main__.m")
    assert row["states"]["file"] == row["resident_pages"] == PAGES
    session.run("m[::7, 11] = 5")
    row = row_of(session, "__main__.m")
    written = -(-PAGES // 7)
    assert row["states"]["anon"] == written and row["states"]["file"] == PAGES - written


def test_a_slice_keeps_its_map(session, tmp_path):
    """A row of a memmap is a view: the file's pages are counted with their owner."""
    path = tmp_path / "data"
    make_file(session, path)
    session.block("def part():\n"
                  "    whole = np.memmap(path, dtype='u1', mode='r', shape=(pages, page))\n"
                  "    return whole[100:211]\n"
                  "kept = part()\n"
                  "copy = kept.copy()")
    process = session.process()
    row = programs.named(process, "__main__.kept")
    programs.check_row(session.pid, process, row)
    assert row["pages"] == 111 and row["states"]["file"] == row["resident_pages"] == 111
    assert row["owndata"] is False and row["dtype"] == "uint8"
