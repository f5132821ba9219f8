# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""CONTRIBUTING.md names the files that an extension needs: all that know its model, and no others."""
import re

import harness
import pytest

TEXT = (harness.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CODE = ("*.c", "*.h", "*.py", "*.js", "*.json")
# What a file has that knows the model, and files that have it for another reason.
MODELS = {
    "A state of a page": (r'PAGE_GUARD\b|PAGEWATCH_GUARD\b|"guard"|->guard\b|guard: int|_GUARD_BIT', {
        "user/control/launch.c",  # the guardian
        "user/model/lives/touch_change.c"}),  # the call
    "A renderer of moments": (r"firefox", {
        "user/render/firefox_markers.c", "user/render/firefox_markers.h"}),  # its parts
    "A source of arrays": (r"ARRAY_MAPPING\b|\bmappings__\w|\"mapping\"", {
        "user/store/schema.c"}),  # of the kernel's mappings
    "A metric of `check`": (r"METRIC_UNFAULTED\b", set()),
    "An end of a life": (r"MAP_OP_IO_DESTROY\b|PW_CALL_IO_DESTROY\b|\"io_destroy\"", set()),
}
# Named for what only some need.
SOMETIMES = {"A source of arrays": {"user/engine/arrays.c"},
             "A metric of `check`": {"user/model/expect/expect_parse.c"},
             "An end of a life": {"user/model/lives/replay_finish.c"}}


def listed(section):
    """The files that a section names."""
    text = TEXT.split(f"\n### {section}\n")[1].split("\n#")[0]
    return set(re.findall(r"`((?:user|bpf|docs|tests)/[\w./-]+)`", text))


@pytest.mark.parametrize("section", MODELS)
def test_the_list_is_whole(section):
    pattern, others = MODELS[section]
    files = [path for folder in ("user", "bpf", "docs") for kind in CODE
             for path in (harness.ROOT / folder).rglob(kind)]
    knowing = {str(path.relative_to(harness.ROOT)) for path in files
               if re.search(pattern, path.read_text(encoding="utf-8"))}
    assert others <= knowing
    named = {name for name in listed(section) if not name.startswith("tests/") and
             not name.endswith((".md", ".scd"))}
    assert named - SOMETIMES.get(section, set()) == knowing - others
    assert all((harness.ROOT / name).is_file() for name in listed(section))


def test_sections():
    assert re.findall(r"^### (.*)$", TEXT, re.MULTILINE) == list(MODELS)


def test_the_bug_report_begins_with_probe():
    template = (harness.ROOT / ".github/ISSUE_TEMPLATE/bug.md").read_text(encoding="utf-8")
    assert template.split("---\n")[2].lstrip().startswith("**`sudo pagewatch probe`**")
    for name in re.findall(r"\]\(([^)]+)\)", TEXT):
        assert (harness.ROOT / name).exists(), name
