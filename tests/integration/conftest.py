# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Fixtures: what is closed again, who may do what, which backends work here."""
import os
import pathlib
import shutil
import signal
import subprocess

import harness
import lanes
import pytest


def pytest_configure(config):
    config.addinivalue_line("markers", "long: only under make check-long")
    config.addinivalue_line("markers", "root: needs root")
    config.addinivalue_line("markers", "timed: has a bound in time, which an emulated machine does not keep")
    config.addinivalue_line("markers", "alone: no other test may run beside it, of any lane or clone")
    config.addinivalue_line("markers", "own_memory: measures the memory of pagewatch, which a sanitizer changes")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.get_closest_marker("root") and os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="needs root"))


def pytest_sessionstart(session):
    # nohup and a shell's & have them ignored: what the tests start must be as in a terminal.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    for program in (harness.PROGRAM, harness.WORKLOAD, harness.RANDOM, harness.SIGNALS):
        if not program.exists():
            pytest.exit(f"{program} is missing: make all workloads", returncode=3)


def pytest_collection_finish(session):
    if lanes.FOLDER:
        lanes.tell_collected(session.items)


def pytest_runtestloop(session):
    """pytest's own, over the tests of this lane."""
    if not lanes.FOLDER or session.testsfailed or session.config.option.collectonly:
        return None
    for item, following in lanes.mine(session):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
    return True


MACHINE = lanes.Machine()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    MACHINE.enter(alone=item.get_closest_marker("alone") is not None)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_teardown():
    yield
    MACHINE.leave()


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


@pytest.fixture
def swap_space():
    """Swap space for as long as a test lasts: a device of compressed memory where there is none."""
    with lanes.machine_lock("swap").held():
        yield from made_swap_space()


def made_swap_space():
    if len(pathlib.Path("/proc/swaps").read_text(encoding="utf-8").splitlines()) > 1:
        yield
        return
    control = pathlib.Path("/sys/class/zram-control")
    if not control.exists() or not os.access(control / "hot_remove", os.W_OK):
        pytest.skip("no swap space here, and no zram to make some")
    number = (control / "hot_add").read_text(encoding="ascii").strip()
    device = f"/dev/zram{number}"
    try:
        if not os.path.exists(device):
            pytest.skip("no swap space here, and no zram to make some: /dev is not the kernel's")
        pathlib.Path(f"/sys/block/zram{number}/disksize").write_text("256M", encoding="ascii")
        subprocess.run(["/sbin/mkswap", device], stdout=subprocess.DEVNULL, check=True)
        subprocess.run(["/sbin/swapon", device], check=True)
        yield
        subprocess.run(["/sbin/swapoff", device], check=True)
    finally:
        (control / "hot_remove").write_text(number, encoding="ascii")


POOL_PAGES = 8


@pytest.fixture
def huge_pool():
    """Huge pages to take from the pool (hugetlb), for as long as a test lasts."""
    with lanes.machine_lock("huge-pool").held():
        yield from filled_huge_pool()


def filled_huge_pool():
    pool = pathlib.Path("/proc/sys/vm/nr_hugepages")
    if not os.access(pool, os.W_OK):
        pytest.skip("no pool of huge pages here")
    before = int(pool.read_text(encoding="ascii"))
    pool.write_text(str(before + POOL_PAGES), encoding="ascii")
    try:
        if int(pool.read_text(encoding="ascii")) < before + POOL_PAGES:
            pytest.skip("the kernel gave no huge pages: memory is fragmented")
        yield
    finally:
        pool.write_text(str(before), encoding="ascii")


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


@pytest.fixture(scope="module", name="chromium")
def one_browser():
    from browser import Browser  # only these tests need selenium
    chromium = Browser()
    yield chromium
    chromium.close()


@pytest.fixture(name="browser")
def clean_browser(chromium):
    """Whatever a test did, the console stays empty, and nothing was asked of a network."""
    yield chromium
    assert chromium.complaints() == []
    assert chromium.run("performance.getEntriesByType('resource').map((entry) => entry.name)") == []


@pytest.fixture
def page_target(opened):
    """Starts a program with arrays for a page, of a kind."""
    program = harness.ROOT / "tests/integration/html_target.py"

    def start(kind):
        opened.append(harness.Target([harness.PYTHON, program, kind]))
        return opened[-1].ready()
    return start
