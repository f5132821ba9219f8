# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Commands in the documents, what they printed there, and what they print now.

A block is a fenced one whose first line begins with "$ ". Its output may leave out whole rows; a
"..." stands for lines that are left out inside of one (where counts vary, for words). Addresses, numbers of processes and
threads, and times are taken for equal; the block's recipe says where counts are as well.
"""
import difflib
import pathlib
import re
import shlex
import typing

NAMELESS = ((r"0x[0-9a-f]+", "ADDRESS"), (r"\b(anon) [0-9a-f]{8,}", r"\1 ADDRESS"),
            (r"^(\S+) \(\d+\) ", r"\1 (PID) "), (r"\bprocess \d+", "process PID"),
            (r"\bthread \d+", "thread TID"), (r"[\d.]+ s after", "TIME s after"),
            (r"#\d+\b", "#N"))
CELLS = "[▁▂▃▄▅▆▇█░·]"


class Block(typing.NamedTuple):
    """lines[first:last] of the document are the output, the line before them the command."""
    document: pathlib.Path
    heading: str
    number: int     # of the blocks under the heading
    command: str
    first: int
    last: int
    output: list

    @property
    def key(self):
        return f"{self.document.name}: {self.heading}" + (f" {self.number}" if self.number > 1 else "")


def blocks(document):
    found, heading, fence, counts = [], "", None, {}
    lines = document.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if fence is None and line.startswith("#"):
            heading = line.lstrip("# ")
        if not line.startswith("```"):
            continue
        if fence is None:
            fence = number
            continue
        if lines[fence + 1].startswith("$ "):
            counts[heading] = counts.get(heading, 0) + 1
            found.append(Block(document, heading, counts[heading], lines[fence + 1][2:], fence + 2,
                               number, lines[fence + 2:number]))
        fence = None
    return found


def words(command):
    """Its words, without sudo and what a comment says."""
    found = shlex.split(command, comments=True)
    return found[1:] if found[0] == "sudo" else found


def goes_on(line, before):
    """Is it of the row or the sentence that the line before is of?"""
    return line.startswith(" ") or (len(before) > 60 and
                                    bool(re.fullmatch(r"[a-z](?!.*  )[^:]*", line)))


def groups(lines):
    """Rows: a line at the margin with the lines below it that are not, or a sentence."""
    found = []
    for line in lines:
        if found and goes_on(line, found[-1][-1]):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def plain(text, counts_vary):
    for pattern, word in NAMELESS:
        text = re.sub(pattern, word, text)
    if counts_vary:
        text = re.sub(r"\d[\d.,]*", "9", re.sub(CELLS + "+", "-", text))
        text = re.sub(r"9 [KMG]iB|9 B", "9 BYTES", text)
    return re.sub(r" +", " ", text)


def name_of(group):
    """What tells a row from others: its name, without numbers."""
    return re.sub(r"\d+", "9", plain(re.split(r"  +|: ", group[0])[0], True))


def as_text(group, counts_vary):
    """With counts that vary the sentence is broken elsewhere: one line a word, as it were."""
    if counts_vary:
        text = plain(" ".join(line.strip() for line in group), True)
        # The kernel may have no huge page to give.
        return re.sub(r" in huge pages\b|; lies in 9 mappings", "", text).split()
    return [plain(line, False) for line in group]


def fits(written, printed):
    """Equal but for the lines that a "..." stands for."""
    at = 0
    for number, line in enumerate(written):
        if line.strip() == "...":
            if number + 1 == len(written):
                return True
            while at < len(printed) and printed[at] != written[number + 1]:
                at += 1
        elif at < len(printed) and printed[at] == line:
            at += 1
        else:
            return False
    return at == len(printed)


def likeness(group, other):
    return difflib.SequenceMatcher(None, plain(group[0], False), plain(other[0], False)).ratio()


def matches(block, printed):
    """For each row of the block the row of its name that is most like it, in order, or None."""
    rest, found = groups(printed), []
    for group in groups(block.output):
        if group[0] in ("...", ""):
            found.append((group, group))
            continue
        named = [at for at, other in enumerate(rest) if name_of(other) == name_of(group)]
        best = max(named, key=lambda at: likeness(group, rest[at]), default=None)
        found.append((group, None if best is None else rest[best]))
        rest = rest[best + 1:] if named else rest
    return found


def differences(block, printed, counts_vary):
    """Rows of the block that are printed otherwise now."""
    wrong = []
    for written, now in matches(block, printed):
        if now is None:
            wrong.append((written, "no such row"))
        elif not fits(as_text(written, counts_vary), as_text(now, counts_vary)):
            wrong.append((written, now))
    return wrong


def renewed(block, printed, pid):
    """The lines of the block with what is printed now, of the process that its command names."""
    lines, named = [], re.search(r"-p (\d+)", block.command)
    if named:
        printed = [re.sub(rf"\b{pid}\b", named[1], line) for line in printed]
    for written, now in matches(block, printed):
        if now is None:
            raise ValueError(f"{block.key}: nothing printed that begins with: {written[0]}")
        lines += written if "..." in " ".join(written).split() else now
    return lines


def write(document, new):
    """new: (block, lines) of it, in any order."""
    lines = document.read_text(encoding="utf-8").splitlines()
    for block, output in sorted(new, key=lambda pair: -pair[0].first):
        lines[block.first:block.last] = output
    document.write_text("\n".join(lines) + "\n", encoding="utf-8")
