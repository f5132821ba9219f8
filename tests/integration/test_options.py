# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""One table of options: what is documented is what is parsed, and what completion offers."""
import re
import subprocess

import pytest

import harness

COMMANDS = ["watch", "snap", "run", "probe", "check", "record", "report", "diff", "file"]
SAMPLES = {
    "array": "a=0x1000+4096", "symbol": "a", "heap-blocks": "1", "min-size": "1", "filter": "a",
    "top": "1", "retired": "0", "pid": "1", "max-hold": "none", "interval": "1s", "count": "1",
    "user": "root", "at": "exit", "chunk-slots": "4", "processes": "4", "ring-bytes": "4K",
    "expect": "process: resident > 0", "file": "/dev/null", "expect-status": "any",
    "output": "/dev/null", "html": "/dev/null", "perfetto": "/dev/null",
    "firefox": "/dev/null", "png": "/dev/null", "svg": "/dev/null", "pdf": "/dev/null", "record": "x", "moment": "1",
    "before": "1", "after": "peak", "history": "1M",
}


def generated(what):
    done = harness.pagewatch("--generate", what)
    assert done.returncode == 0 and not done.stderr
    return done.stdout


def documented():
    """{option: (letter or None, its words or None, commands)} as the man page has it."""
    found = {}
    for entry in generated("man").split("\n\n"):
        heading, *lines = entry.splitlines()
        names = re.match(r"(?:\*-(\w)\*, )?\*--([\w-]+)\*(.*)", heading)
        if not names or names.group(2) in found:  # a group; a second form
            continue
        commands = re.fullmatch(r"\t\((.*)\)", lines[-1])
        words = re.fullmatch(r" (\*[\w|*-]+\*)", names.group(3))
        found[names.group(2)] = (
            names.group(1), words and re.findall(r"\*([\w-]+)\*", words.group(1)),
            re.findall(r"\*(\w+)\*", commands.group(1)) if commands else COMMANDS)
    return found


OPTIONS = documented()
TAKES_NONE = {"no-python", "mappings", "detail", "pages", "pfn", "children", "freeze", "json",
              "verbose", "heap", "no-peaks", "moments", "side-by-side",
              "quiet"}
ENDS = {"generate", "version", "help"}


def typed(name):
    if name in TAKES_NONE:
        return [f"--{name}"]
    words = OPTIONS[name][1]
    return [f"--{name}", words[0] if words else SAMPLES[name]]


@pytest.mark.parametrize("command", COMMANDS)
def test_validity(command):
    """Each command takes the options that the page says, and refuses the others."""
    listed = harness.pagewatch(command, "--help").stdout
    for name, (letter, _, commands) in OPTIONS.items():
        if name in ENDS:
            continue
        extra = ["--json"] if name == "pages" and command in commands else []
        done = harness.pagewatch(command, *extra, *typed(name), "--help")
        misuse = 125 if command == "run" else 2
        assert done.returncode == (0 if command in commands else misuse), (name, done.stderr)
        if command not in commands:
            assert len(done.stderr.splitlines()) == 1 and f"--{name} " in done.stderr
        assert (f"--{name}" in re.split(r"[\s\[,]+", listed)) == (command in commands), name
        if letter and command in commands:
            short = harness.pagewatch(command, f"-{letter}", *typed(name)[1:], "--help")
            assert short.returncode == 0 and f"-{letter}, --{name}" in listed


def test_help_has_all_and_fits():
    text = harness.pagewatch("--help").stdout
    assert set(re.findall(r"^  (?:-\w, )?--([\w-]+)", text, re.MULTILINE)) == set(OPTIONS)
    assert all(len(line) <= 80 for line in text.splitlines())


def test_the_man_page(tmp_path):
    page = (harness.ROOT / "docs/pagewatch.8.scd").read_text()
    assert page.count("@OPTIONS@") == 1
    source = page.replace("@OPTIONS@\n", generated("man"))
    done = subprocess.run(["scdoc"], input=source, stdout=subprocess.PIPE, check=True, text=True)
    for name in OPTIONS:
        assert rf"\fB--{name}\fR" in done.stdout
    subprocess.run(["make", "AS_SELF=1", "man", f"O={tmp_path}", f"GENERATE={harness.PROGRAM}"],
                   cwd=harness.ROOT, check=True, stdout=subprocess.DEVNULL)
    assert (tmp_path / "pagewatch.8").read_text() == done.stdout
    for shell in ("bash", "zsh", "fish"):
        assert (tmp_path / f"pagewatch.{shell}").read_text() == generated(shell)


def complete(*words):
    """What bash offers for the last word."""
    split = [part for word in words for part in re.split(r"(=)", word) if part] or [""]
    if words[-1] == "":
        split.append("")
    array = " ".join(f"'{word}'" for word in ["pagewatch", *split])
    script = (generated("bash") + f"\nCOMP_WORDS=({array}); COMP_CWORD={len(split)}; "
              '_pagewatch; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "--norc", "-c", script], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=True)
    assert not done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("words,offered", [
    (["--pag"], {"--pages", "--page-reader"}),
    (["sn"], {"snap"}),
    (["snap", "--he"], {"--help"}),
    (["run", "--he"], {"--help", "--heap", "--heap-blocks"}),
    (["check", "--exp"], {"--expect", "--expect-status"}),
    (["probe", "--"], {"--json", "--output", "--verbose", "--quiet", "--generate", "--version",
                      "--help"}),
    (["snap", "--sort", "re"], {"resident"}),
    (["snap", "--sort=re"], {"resident"}),
    (["snap", "--sort="], {"address", "span", "resident", "touched", "name"}),
    (["--backend", ""], {"auto", "tp_btf", "perf", "none"}),
    (["check", "--format", "j"], {"json", "junit"}),
    (["-p", "1", "--top", ""], set()),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_completion(words, offered):
    assert complete(*words) == offered


def test_completion_of_other_things(tmp_path):
    assert "root" in complete("run", "-u", "ro")
    assert {"1"} <= complete("snap", "-p", "1")
    assert "sleep" in complete("run", "--", "slee") and "sleep" in complete("run", "slee")
    (tmp_path / "expectations").touch()
    assert complete("check", "-f", f"{tmp_path}/exp") == {f"{tmp_path}/expectations"}


@pytest.mark.parametrize("arguments,said", [
    (["-p", "1", "--min", "1kB"], "--min '1kB': sizes are powers of 1024"),
    (["-p", "1", "--min-size=1kB"], "--min-size '1kB': sizes are powers of 1024"),
    (["-p", "1", "--arr", "x"], "--arr 'x' is not NAME=ADDR+LEN"),
    (["-p", "1", "--sor", "up"], "--sor: unknown value 'up' (known: address, span"),
    (["-p", "1", "--heap=0"], "--heap '0' is too small"),
    (["check", "--expect", "x: y", "-p", "1"], "--expect:4: "),
    (["check", "-e", "x: y", "-p", "1"], "-e:4: "),
    (["run", "--ring", "3K", "x"], "--ring '3K' is not a power of two up to 1073741824"),
    (["run", "--chunk", "3", "x"], "--chunk '3' is not a power of two"),
    (["-p", "1", "--inter", "none"], "--inter 'none' is not a duration"),
    (["-p", "1", "--max-h", "soon"], "--max-h 'soon' is neither none nor a duration"),
    (["-vvp", "0"], "-p '0' is not a whole number from 1"),
    (["-p"], "-p needs an argument"),
    (["--pi"], "--pi needs an argument"),
    (["-p", "1", "--jso=1"], "--jso takes no argument"),
    (["snap", "--ret", "1"], "--ret is not an option of this command"),
    (["snap", "--heap"], "--heap sees calls only as they are made"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_an_error_names_what_was_typed(arguments, said):
    done = harness.pagewatch(*arguments)
    assert done.returncode in (2, 125)
    assert done.stderr.startswith(f"pagewatch: {said}")
