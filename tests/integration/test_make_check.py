# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What `make check` says while it runs, by suites of our own."""
import importlib.machinery
import importlib.util
import re
import subprocess
import threading

import harness
import pytest


def load_check():
    """tests/tools/check as a module."""
    loader = importlib.machinery.SourceFileLoader("check", str(harness.ROOT / "tests/tools/check"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check", loader))
    loader.exec_module(module)
    return module


@pytest.fixture(name="check")
def check_fixture():
    return load_check()


class Output:
    """Takes what is printed; somebody may wait for something in it."""

    def __init__(self):
        self.text = ""
        self.came = threading.Condition()

    def write(self, text):
        with self.came:
            self.text += text
            self.came.notify_all()

    def flush(self):
        pass

    def wait_for(self, pattern):
        with self.came:
            assert self.came.wait_for(lambda: re.search(pattern, self.text), harness.DEADLINE), \
                self.text


def run(check, tmp_path, seconds, *table):
    """Lists of suites, side by side; what was said."""
    output = Output()
    with check.Progress(seconds, output) as progress:
        threads = [threading.Thread(target=check.run_suites,
                                    args=([(name, function(output))], progress, False, tmp_path))
                   for name, function in table]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(harness.DEADLINE)
    return output.text


def test_long_suites_say_what_they_do(check, tmp_path):
    """Each of two waits until the other one was heard of."""
    def waiting(text, heard):
        def made(output):
            def suite_function(suite, _long, _temporary):
                assert suite.run(["/bin/echo", text])
                output.wait_for(heard)
                suite.passed += 1
            return suite_function
        return made

    said = run(check, tmp_path, 0.01, ("one", waiting("first step", r"two, \d+ s: second step")),
               ("two", waiting("second step", r"one, \d+ s: first step")))
    assert "== one: 1 passed, 0 failed" in said and "== two: 1 passed, 0 failed" in said


def test_a_short_suite_says_its_end_only(check, tmp_path):
    def made(_output):
        def suite_function(suite, _long, _temporary):
            assert suite.run(["/bin/echo", "all is well"])
            suite.passed += 1
        return suite_function

    said = run(check, tmp_path, harness.DEADLINE, ("short", made))
    assert re.fullmatch(r"== short\n== short: 1 passed, 0 failed, 0 skipped in \d+ s\n", said), said


def test_a_failed_suite_shows_what_it_printed(check, tmp_path):
    def made(_output):
        def suite_function(suite, _long, _temporary):
            if not suite.run(["/bin/sh", "-c", "echo the reason; exit 3"]):
                suite.failed.append("a test")
        return suite_function

    said = run(check, tmp_path, harness.DEADLINE, ("bad", made))
    assert "the reason\n== bad: 0 passed, 1 failed" in said


# A stopped process is in the group when pagewatch's guardian ends.
HUNG_UP = """
import os, signal, subprocess
import harness, test_make_check

test_make_check.load_check().become_a_job()
stopped = subprocess.Popen(["sleep", "100"])
os.kill(stopped.pid, signal.SIGSTOP)
os.waitpid(stopped.pid, os.WUNTRACED)
done = harness.pagewatch("run", "--backend", "none", "-o", "/dev/null", "--", "/bin/true")
stopped.kill()
print("lived", done.returncode)
raise SystemExit(7)
"""


@pytest.mark.root
def test_nobody_is_hung_up_where_no_shell_controls_jobs():
    done = subprocess.run([harness.PYTHON, "-c", HUNG_UP], start_new_session=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False,
                          cwd=harness.ROOT / "tests/integration", timeout=harness.DEADLINE)
    assert (done.stdout, done.returncode) == ("lived 0\n", 7)
