# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Recordings that nobody wrote, or not to their end: report refuses them, or takes them back."""
import contextlib
import json
import os
import signal
import sqlite3
import subprocess

import harness
import pytest

pytestmark = pytest.mark.root

# Killed within a transaction of which a part is on the disk.
CUT_OFF = """
import os, signal, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN")
db.execute("UPDATE mapping SET path = path || hex(zeroblob(3000))")
db.execute("DELETE FROM moment")
db.execute("SELECT count(*) FROM mapping").fetchall()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "a.pw"
    assert harness.pagewatch("record", "-o", path, "--", "/bin/true").returncode == 0
    return path


def report(path):
    done = harness.pagewatch("report", path, "--json", "--pages", "--detail")
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout


def test_cut_off(recording):
    """What an unfinished transaction changed is taken back."""
    before = report(recording)
    journal = recording.with_name("a.pw-journal")
    done = subprocess.run([harness.PYTHON, "-c", CUT_OFF, recording], check=False)
    assert done.returncode == -signal.SIGKILL and journal.stat().st_size > 4096
    assert report(recording) == before and not journal.exists()


def test_cut_off_in_a_read_only_folder(recording, tmp_path):
    subprocess.run([harness.PYTHON, "-c", CUT_OFF, recording], check=False)
    subprocess.run(["mount", "--bind", "-o", "ro", tmp_path, tmp_path], check=True)
    try:
        done = harness.pagewatch("report", recording)
    finally:
        subprocess.run(["umount", tmp_path], check=True)
    assert done.returncode == 4 and not done.stdout
    assert done.stderr == f"pagewatch: {recording}: pagewatch was killed while it wrote this; to " \
        f"take the unfinished moment back, copy it with {recording}-journal to where you may write\n"


def change(path, *statements):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = ON")
        for statement in statements:
            db.execute(statement)


BROKEN = {
    "another program's": ("PRAGMA application_id = 1", "is not a recording of pagewatch"),
    "newer": ("PRAGMA user_version = 3", "was recorded by a newer pagewatch"),
    "a table is gone": ("DROP TABLE life", "its tables are not those of a recording"),
    "a view in its place": ("ALTER TABLE life RENAME TO x",
                            "its tables are not those of a recording"),
    "one column more": ("ALTER TABLE moment ADD COLUMN x", "its tables are not those"),
    "pages that overlap": ("UPDATE page_run SET stop = (SELECT max(stop) FROM page_run) "
                           "WHERE start = (SELECT min(start) FROM page_run)", "is not valid"),
    "pages of no moment": ("INSERT INTO page_run SELECT 1000000, process, start, stop, state, "
                           "maybe_huge FROM page_run LIMIT 1", None),
    "pages out of line": ("UPDATE page_run SET start = start + 1", "is not valid"),
    "no state": ("UPDATE page_run SET state = 'odd'", "is not valid"),
    "wrong bits": ("UPDATE chunk_touch SET bits = zeroblob(1000)", "is not valid"),
    "wrong facts": ("UPDATE moment SET facts = zeroblob(100)", "is not valid"),
    "no facts": ("UPDATE moment SET facts = NULL", "is not valid"),
    "lives beyond count": ("UPDATE process_moment SET life_count = 1 << 60",
                       "is not valid"),
    "a moment between": ("UPDATE moment SET id = 2", "cannot read"),
    "no moments": ("DELETE FROM moment", "has no moments"),
}


def make_older(path):
    """Into a recording as version 1 had it: no list of what is cached, neither in tables nor in facts."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.create_function("older", 1, lambda facts: facts.replace(b"moment 3", b"moment 2")[:-1])
        names = [row[1] for row in db.execute("PRAGMA table_info(moment)")]
        kept = [name for name in names if not name.startswith("cached_run")]
        (sql,), = db.execute("SELECT sql FROM sqlite_master WHERE name = 'moment'")
        db.execute("ALTER TABLE moment RENAME TO newer")
        db.execute(sql.replace("cached_run_first INTEGER, cached_run_last INTEGER, ", ""))
        db.execute(f"INSERT INTO moment SELECT {', '.join(kept)} FROM newer")
        db.execute("UPDATE moment SET facts = older(facts)")
        for kind, name in (("VIEW", "cached_run_over_time"), ("TABLE", "newer"), ("TABLE", "cached_run"),
                           ("TABLE", "cached_run_gone")):
            db.execute(f"DROP {kind} {name}")
        db.execute("PRAGMA user_version = 1")


def test_an_older_recording(recording):
    """Version 1 knew nothing of the page cache: that is null, and all else is as it was."""
    before = json.loads(harness.pagewatch("report", recording, "--json", "--detail").stdout)
    with contextlib.closing(sqlite3.connect(recording)) as db:
        assert db.execute("SELECT count(*) FROM process").fetchone() == (1,)
    make_older(recording)
    done = harness.pagewatch("report", recording, "--json", "--detail")
    assert done.returncode == 0, done.stderr
    after = json.loads(done.stdout)
    told = 0
    for newer, older in zip(rows_of(before), rows_of(after), strict=True):
        told += newer.pop("cached_pages") is not None
        assert older.pop("cached_pages") is None
        for row in (newer, older):
            for key in ("dirty_pages", "swapped_pages", "cached_unknown", "explain"):
                row.pop(key)
        assert newer == older
    assert told


def rows_of(report):
    return [row for process in report["processes"] for row in (*process["regions"], *process["arrays"])]


@pytest.mark.parametrize("name", BROKEN)
def test_broken(name, recording):
    statement, said = BROKEN[name]
    change(recording, statement)
    done = harness.pagewatch("report", recording, "--json", "--pages", "--detail")
    if said is None:  # not in the range of any moment
        assert done.returncode == 0
        return
    assert done.returncode == (3 if name == "no moments" else 4) and not done.stdout
    assert said in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_database_with_a_wal(recording, tmp_path):
    """Nothing is made beside a file that somebody hands to us."""
    change(recording, "PRAGMA journal_mode = WAL")
    assert os.listdir(tmp_path) == ["a.pw"]
    done = harness.pagewatch("report", recording)
    assert done.returncode == 4 and "is not a recording" in done.stderr
    assert os.listdir(tmp_path) == ["a.pw"]


def test_no_recordings(tmp_path):
    (tmp_path / "text").write_text("not a database, but long enough to be one" * 100)
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "fifo")
    for name, said in (("text", "is not a recording"), ("empty", "is not a recording"),
                       ("fifo", "is not a regular file"), ("none", "No such file")):
        done = harness.pagewatch("report", tmp_path / name)
        assert done.returncode == 4 and said in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert harness.pagewatch("report").returncode == 2


def test_a_journal_that_names_another_file(recording, tmp_path):
    """SQLite would delete the file that a journal of several databases names."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    name = str(victim).encode()
    magic = bytes.fromhex("d9d505f920a163d7")
    journal = magic + (0).to_bytes(4, "big") + bytes(4) + (1).to_bytes(4, "big") + \
        (512).to_bytes(4, "big") + (4096).to_bytes(4, "big")
    journal = journal.ljust(512, b"\0") + (0x3fffffff).to_bytes(4, "big") + name + \
        len(name).to_bytes(4, "big") + sum(name).to_bytes(4, "big") + magic
    (tmp_path / "a.pw-journal").write_bytes(journal)
    done = harness.pagewatch("report", recording)
    assert victim.read_text() == "precious"
    assert done.returncode in (0, 4)
