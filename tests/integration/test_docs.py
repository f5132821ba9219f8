# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""The documents say what the program does. `make docs-outputs` writes anew what it prints."""
import os
import re

import doc_blocks
import doc_recipes
import doc_recipes_moments  # pylint: disable=unused-import
import harness
import programs
import pytest

DOCUMENTS = [harness.ROOT / name for name in ("README.md", "docs/COOKBOOK.md", "docs/TOUR.md")]
BLOCKS = [block for document in DOCUMENTS for block in doc_blocks.blocks(document)]
MAN = harness.ROOT / "docs/pagewatch.8.scd"
# `make docs-outputs` sets it: the outputs are written into the documents instead of compared.
WRITE = "PAGEWATCH_WRITE_DOCS" in os.environ


def parameters():
    return [pytest.param(block, id=block.key, marks=[pytest.mark.long] * (
        block.key in doc_recipes.LONG)) for block in BLOCKS]


def test_each_block_has_a_recipe():
    assert sorted(block.key for block in BLOCKS) == sorted(doc_recipes.RECIPES)


@pytest.mark.root
@pytest.mark.parametrize("block", parameters())
def test_block(block, request, opened, tmp_path, tmp_path_factory):
    stage = doc_recipes.Stage(block, tmp_path, opened)
    stage.venv = lambda name: programs.venv(name, tmp_path_factory)
    stage.swap_space = lambda: request.getfixturevalue("swap_space")
    printed = doc_recipes.RECIPES[block.key](stage)
    if WRITE:
        # The block's place may have moved since.
        now, = [one for one in doc_blocks.blocks(block.document) if one.key == block.key]
        doc_blocks.write(block.document, [(now, doc_blocks.renewed(now, printed,
                                                                      stage.pid))])
        return
    wrong = doc_blocks.differences(block, printed, block.key in doc_recipes.VARYING)
    assert not wrong, "\n".join([*(f"{written}\n  is now {now}" for written, now in wrong),
                                 "printed:", *printed])


def commands():
    """Lines of fenced blocks that call pagewatch, without a prompt."""
    found = []
    for document in DOCUMENTS:
        for fenced in re.findall(r"^```\n(.*?)^```", document.read_text(encoding="utf-8"),
                                 re.MULTILINE | re.DOTALL):
            found += re.findall(r"^(?:sudo )?(pagewatch .*|make .*)$", fenced, re.MULTILINE)
    return found


def help_text():
    return harness.pagewatch("--help").stdout


def options_of(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


def test_commands_without_an_output():
    """Their options and commands are the program's, their targets the Makefile's."""
    makefile = (harness.ROOT / "Makefile").read_text(encoding="utf-8")
    known = help_text()
    assert len(commands()) >= 5
    for command in commands():
        name, *words = doc_blocks.words(command)
        if name == "make":
            assert all(re.search(rf"^#: make {word} ", makefile, re.MULTILINE)
                       for word in words), command
            continue
        mine = words[:words.index("--")] if "--" in words else words
        assert options_of(" ".join(mine)) <= options_of(known), command
        assert words[0].startswith("-") or re.search(rf"\bpagewatch {words[0]}\b", known), command


def test_exit_statuses_of_the_manual_page():
    """Each is there once. (test_options.py has its options.)"""
    text = MAN.read_text(encoding="utf-8")
    status = text.split("\n# EXIT STATUS\n")[1].split("\n# ")[0]
    assert re.findall(r"^\*(\d)\*$", status, re.MULTILINE) == list("01234")
    # A paragraph without a head is one that lost it.
    assert not re.search(r"\n\n\t", status)


def examples():
    """The commands below EXAMPLES in the man page, in order."""
    text = MAN.read_text(encoding="utf-8").split("\n# EXAMPLES\n")[1].split("\n# ")[0]
    return [line for block in re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
            for line in block.splitlines()]


# Where it is recorded, its first moment comes before the peak.
SCRIPT = """
import os, sqlite3, numpy as np
def moments():
    with sqlite3.connect("file:run.pw?mode=ro", uri=True, timeout=60) as db:
        return db.execute("SELECT count(*) FROM moment").fetchone()[0]
while os.path.exists("run.pw") and not moments(): pass
x = np.zeros((4000, 4000))
y = np.ones((2000, 4000))
"""


@pytest.mark.root
def test_the_examples_of_the_manual_page(opened, tmp_path):
    """Each as it stands, in a folder of its own; one that would go on ends with its first report."""
    (tmp_path / "script.py").write_text(SCRIPT)
    assert len(examples()) >= 8
    target = harness.Target(["cat"])
    opened.append(target)
    for command in examples():
        name, *words = doc_blocks.words(command)
        words = [str(target.pid) if word == "4711" else
                 "/usr/bin/python3" if word == "python3" else word for word in words]
        if words[0] == "-p" and "-n" not in words:
            words += ["-n", "1"]
        done = harness.pagewatch(*words, cwd=tmp_path)
        assert name == "pagewatch" and done.returncode == (words[0] == "diff"), (command, done)
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 10
    assert {"out.html", "run.pw", "run.png"} <= {path.name for path in tmp_path.iterdir()}


def test_the_scripts_of_the_tour_are_those_that_run():
    text = (harness.ROOT / "docs/TOUR.md").read_text(encoding="utf-8")
    assert f"```\n{doc_recipes.TOUR.format('')}\n```" in text
    assert "```\ntable += 0\n```" in text
