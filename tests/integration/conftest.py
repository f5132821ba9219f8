# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Fixtures: what is closed again, who may do what, which backends work here."""
import os
import shutil
import subprocess

import harness
import pytest


def pytest_configure(config):
    config.addinivalue_line("markers", "long: only under make check-long")
    config.addinivalue_line("markers", "root: needs root")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.get_closest_marker("root") and os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="needs root"))


def pytest_sessionstart(session):
    for program in (harness.PROGRAM, harness.WORKLOAD, harness.RANDOM, harness.SIGNALS):
        if not program.exists():
            pytest.exit(f"{program} is missing: make all workloads", returncode=3)


@pytest.fixture
def opened():
    """A list: whatever is put into it is closed at the end of the test."""
    things = []
    yield things
    for thing in reversed(things):
        thing.close()


@pytest.fixture(scope="session")
def backends():
    """{backend: None, or why it does not work here}"""
    found = {}
    for backend in ("tp_btf", "perf"):
        done = harness.pagewatch("run", "--backend", backend, "-o", "/dev/null", "--",
                                 "/bin/true")
        found[backend] = None if done.returncode == 0 else done.stderr.strip()
    return found


@pytest.fixture(params=["tp_btf", "perf"])
def backend(request, backends):
    if backends[request.param]:
        pytest.skip(f"no backend {request.param} here: {backends[request.param]}")
    return request.param


@pytest.fixture(params=["scan", "read"])
def reader(request, page_readers):
    if page_readers[request.param]:
        pytest.skip(f"no page reader {request.param} here: {page_readers[request.param]}")
    return request.param


@pytest.fixture(scope="session")
def page_readers():
    """{reader: None, or why it does not work here}"""
    found = {}
    for reader_name in ("scan", "read"):
        done = harness.pagewatch("snap", "-p", os.getpid(), "--page-reader", reader_name, "-o",
                                 "/dev/null")
        found[reader_name] = None if done.returncode == 0 else done.stderr.strip()
    return found


class Unprivileged:
    """A user without rights, and copies of the programs that it can reach."""

    def __init__(self, directory):
        tool = harness.ROOT / "tests/tools/as-build-user"
        user = subprocess.run([tool], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        self.user = "nobody" if user == "root" else user
        self.directory = directory
        for program in (harness.PROGRAM, harness.WORKLOAD):
            shutil.copy(program, directory)
            os.chmod(directory / program.name, 0o755)
        self.program = directory / "pagewatch"
        self.workload = directory / "workload"

    def popen_options(self):
        """For Popen: becomes that user, if we can become anybody."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.user, "group": int(subprocess.run(
            ["id", "-g", self.user], stdout=subprocess.PIPE, check=True).stdout),
            "extra_groups": [], "cwd": "/"}

    def run(self, *arguments):
        return subprocess.run([self.program, *[str(word) for word in arguments]],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False,
                              timeout=harness.DEADLINE, **self.popen_options())


@pytest.fixture(scope="session")
def unprivileged(tmp_path_factory):
    directory = tmp_path_factory.mktemp("unprivileged")
    # pytest's folders are for us alone: open the way down to this one.
    for folder in (directory, *directory.parents):
        if folder.stat().st_uid == os.geteuid() and str(folder) not in ("/", "/tmp"):
            folder.chmod(0o755)
    return Unprivileged(directory)
