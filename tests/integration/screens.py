# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A shell in a real terminal, tmux, and what is on its screen.

tmux tells (in control mode) when a program has written: until() looks at the screen then, and only
then. Nothing sleeps.
"""
import os
import pathlib
import re
import shlex
import subprocess
import time
import unicodedata

import harness

PROMPT = "$ "


class Screen:
    """A terminal of some size with a shell in it; term and locale are what the shell is told."""

    serial = 0

    def __init__(self, columns=80, rows=24, term="tmux-256color", **environment):
        Screen.serial += 1
        self.server = ["tmux", "-L", f"pagewatch-{os.getpid()}-{Screen.serial}", "-f", "/dev/null"]
        environment = {"LC_ALL": "C.UTF-8", **environment, "PS1": PROMPT, "TERM": term,
                       "PATH": os.environ["PATH"], "HISTFILE": "", "HOME": "/"}
        shell = ["env", "-i", *[f"{name}={value}" for name, value in environment.items()],
                 "bash", "--norc", "--noprofile"]
        self.client = subprocess.Popen(
            [*self.server, "-C", "new-session", "-x", str(columns), "-y", str(rows),
             shlex.join(shell)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"})
        # What a program wrote is told in pieces that end anywhere in a character.
        self.lines = harness.Lines(self.client.stdout, errors="replace")
        self.answer()
        self.size(columns, rows)
        self.until(lambda lines: lines[0].startswith(PROMPT.strip()))

    def answer(self):
        """What tmux says to one command; what it tells of meanwhile is dropped."""
        said = None
        while True:
            line = self.lines.next()
            assert line is not None, "tmux ended"
            if line.startswith("%begin"):
                said = []
            elif line.startswith("%end"):
                return said
            elif line.startswith("%error"):
                raise AssertionError(said)
            elif said is not None:
                said.append(line)

    def tell(self, *words):
        self.client.stdin.write((shlex.join([str(word) for word in words]) + "\n").encode())
        self.client.stdin.flush()
        return self.answer()

    def size(self, columns, rows):
        self.tell("refresh-client", "-C", f"{columns}x{rows}")

    def capture(self, *options):
        """The lines of the screen, without blanks at their ends."""
        return self.tell("capture-pane", "-p", *options)

    def text(self):
        return "\n".join(self.capture())

    def colored(self):
        return "\n".join(self.capture("-e"))

    def until(self, holds):
        """The lines of the screen once holds(lines) is true; looks when something was written."""
        end = time.monotonic() + harness.DEADLINE
        while True:
            lines = self.capture()
            if holds(lines):
                return lines
            while True:
                left = end - time.monotonic()
                assert left > 0, "never on the screen:\n" + "\n".join(lines)
                try:
                    line = self.lines.next(left)
                except TimeoutError:
                    continue
                assert line is not None, "tmux ended"
                if not line.startswith("%begin"):
                    break

    def until_text(self, *patterns):
        """All of them at once: a screen is written row by row."""
        return self.until(lambda lines: all(re.search(pattern, "\n".join(lines), re.MULTILINE)
                                            for pattern in patterns))

    def keys(self, *names):
        """By tmux's names: Enter, Down, PageUp, F4, C-c, or a character."""
        self.tell("send-keys", *names)

    def type(self, text):
        self.tell("send-keys", "-l", text)

    def enter(self, text):
        self.type(text)
        self.keys("Enter")

    def run(self, text):
        """A command of the shell, to its end: what it printed."""
        # Not END as it is typed: a long command is wrapped, and its last line may be that word.
        self.enter(f"clear; {text}; echo E''ND")
        lines = self.until(lambda lines: "END" in lines)
        return lines[:lines.index("END")]

    def alternate(self):
        """Whether a program has taken the screen."""
        return self.tell("display-message", "-p", "#{alternate_on}") == ["1"]

    def job(self):
        """Pid of what the shell is running."""
        shell = self.tell("display-message", "-p", "#{pane_pid}")[0]
        return int(pathlib.Path(f"/proc/{shell}/task/{shell}/children").read_text().split()[0])

    def reversed_lines(self):
        """Numbers and texts of the list's lines in reverse, as its titles and keys are; of one capture."""
        reverse, rows = False, []
        lines = self.capture("-e")
        for number, line in enumerate(lines):
            # tmux tells attributes where they change, also from one line to the next.
            for code in re.findall(r"^(?:\033\[[0-9;]*m)+", line)[:1]:
                reverse = reversed_after(code, reverse)
            if reverse and 1 < number < len(lines) - 1:
                rows.append((number, re.sub(r"\033\[[0-9;]*m", "", line)))
            reverse = reversed_after(line, reverse)
        return rows

    def cursor_row(self):
        """Number of the line that the cursor is on; None: there is none."""
        rows = self.reversed_lines()
        return rows[0][0] if rows else None

    def cursor_line(self):
        """Text of the line that the cursor is on, empty without one."""
        rows = self.reversed_lines()
        return rows[0][1] if rows else ""

    def close(self):
        subprocess.run([*self.server, "kill-server"], check=False)
        self.client.wait(harness.DEADLINE)
        self.client.stdin.close()
        self.client.stdout.close()


def reversed_after(text, reverse):
    """Whether reverse video is on behind a text with attributes."""
    for codes in re.findall(r"\033\[([0-9;]*)m", text):
        for code in codes.split(";"):
            reverse = {"7": True, "27": False, "0": False, "": False}.get(code, reverse)
    return reverse


def columns_of(text):
    """Columns that a line takes on a terminal."""
    return sum(0 if unicodedata.combining(letter) else
               2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
