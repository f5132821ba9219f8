# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Completion in zsh and fish as a user has it: keys into a shell in a terminal. (bash: test_options.py)"""
import os
import shlex
import shutil
import subprocess

import harness
import pytest
import screens

COMMANDS = ["watch", "snap", "run", "file", "probe", "check", "record", "report", "diff"]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """A folder with both scripts where the shells find them."""
    folder = tmp_path_factory.mktemp("completion")
    folder.chmod(0o755)
    for shell, name in (("zsh", "_pagewatch"), ("fish", "pagewatch.fish")):
        if not shutil.which(shell):
            pytest.skip(f"no {shell} here (make deps installs it)")
        (folder / name).write_text(harness.pagewatch("--generate", shell).stdout)
    for name in ("first.expect", "second.expect"):
        (folder / name).touch()
    return folder


class Zsh:
    """zsh with its completion system; a key of ours tells its line through a pipe and empties it."""

    def __init__(self, folder):
        self.screen = screens.Screen(columns=120, rows=40)
        pipe = folder / "told"
        os.mkfifo(pipe)
        self.pipe = open(pipe, "r+b", buffering=0)
        self.lines = harness.Lines(self.pipe)
        self.screen.enter(f"cd {folder}; exec zsh -f")
        self.screen.enter(f"PS1='%# '; fpath=({folder} $fpath); autoload -U compinit; compinit -u -D; "
                          f"setopt no_beep; bindkey -e; told() {{ print -r -- $BUFFER >{pipe}; BUFFER=; }}; "
                          f"zle -N told; bindkey '^T' told; print -r -- ready >{pipe}")
        assert self.lines.next() == "ready"

    def completed(self, typed):
        """The line behind one Tab."""
        self.screen.type(typed)
        self.screen.keys("Tab", "C-t")
        return self.lines.next()

    def close(self):
        self.screen.close()
        self.pipe.close()


@pytest.fixture(scope="module")
def zsh(scripts):
    shell = Zsh(scripts)
    yield shell
    shell.close()


@pytest.mark.parametrize("typed,line", [
    ("pagewatch sn", "pagewatch snap "),
    ("pagewatch --child", "pagewatch --children "),
    ("pagewatch run --fre", "pagewatch run --freeze "),
    ("pagewatch snap --retir", "pagewatch snap --retir"),
    ("pagewatch snap --retired", "pagewatch snap --retired"),
    ("pagewatch watch --retir", "pagewatch watch --retired="),
    ("pagewatch snap --sort=res", "pagewatch snap --sort=resident "),
    ("pagewatch snap --sort res", "pagewatch snap --sort resident "),
    ("pagewatch run --mapp", "pagewatch run --mappings "),
    ("pagewatch check -f fir", "pagewatch check -f first.expect "),
    ("pagewatch run -u roo", "pagewatch run -u root "),
    ("pagewatch run --top 5 --child", "pagewatch run --top 5 --children "),
    ("pagewatch run --top 5 -- mkfif", "pagewatch run --top 5 -- mkfifo "),
    ("pagewatch run mkfif", "pagewatch run mkfifo "),
    ("pagewatch report sec", "pagewatch report second.expect "),
    ("pagewatch -v --quie", "pagewatch -v --quiet "),
])
def test_zsh(zsh, typed, line):
    assert zsh.completed(typed) == line


def test_zsh_lists_with_help(zsh):
    """What is offered has its help from the table, signs and quotes included."""
    zsh.screen.keys("C-l")
    zsh.screen.type("pagewatch check --exp")
    zsh.screen.keys("Tab", "Tab")
    text = "\n".join(zsh.screen.until_text(r"--expect-status +-- "))
    zsh.screen.keys("C-t")
    assert zsh.lines.next() == "pagewatch check --expect"
    assert "--expect         -- ['at \"CHECKPOINT\": '] NAME: METRIC OP VALUE [and ...]" in text


class Fish:
    def __init__(self, folder):
        self.folder = folder

    def offered(self, typed):
        """{word: help} of what fish offers for the line."""
        script = f"source {self.folder}/pagewatch.fish; complete -C {shlex.quote(typed)}"
        done = subprocess.run(["fish", "--no-config", "-c", script], cwd=self.folder, check=True,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LC_ALL": "C.UTF-8"},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=harness.DEADLINE)
        assert not done.stderr
        return dict((line + "\t").split("\t")[:2] for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def fish(scripts):
    return Fish(scripts)


@pytest.mark.parametrize("typed,offered", [
    ("pagewatch ", COMMANDS),
    ("pagewatch sn", ["snap"]),
    ("pagewatch --pag", ["--pages", "--page-reader"]),
    ("pagewatch run --he", ["--help", "--heap", "--heap-blocks"]),
    ("pagewatch snap --he", ["--help"]),
    ("pagewatch snap --retir", []),
    ("pagewatch check --exp", ["--expect", "--expect-status"]),
    ("pagewatch snap --sort re", ["resident"]),
    ("pagewatch snap --sort=re", ["--sort=resident"]),
    ("pagewatch --backend ", ["auto", "tp_btf", "perf", "none"]),
    ("pagewatch check -f fir", ["first.expect"]),
    ("pagewatch report sec", ["second.expect"]),
    ("pagewatch run -u roo", ["root"]),
    ("pagewatch run mkfif", ["mkfifo"]),
    ("pagewatch run --top 5 -- mkfif", ["mkfifo"]),
    ("pagewatch run --top 5 -- cat fir", ["first.expect"]),
])
def test_fish(fish, typed, offered):
    assert sorted(fish.offered(typed)) == sorted(offered)


def test_fish_has_the_help(fish):
    assert fish.offered("pagewatch snap --symb") == {
        "--symbol": "a static object of any size; '*NAME': its target"}
