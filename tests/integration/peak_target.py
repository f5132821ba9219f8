# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""peak_target.py: RSS grows and falls by MiB as its input says; forks children that do the same.

"+N" maps N MiB more with all their pages, "-" releases what was mapped last, "end" ends. The memory
is there once, however often it is mapped. With an argument, so many children obey instead: a line
begins with the number of its child.
"""
import mmap
import os
import sys

MOST = 512 << 20
file = os.memfd_create("grown")
os.ftruncate(file, MOST)


def obey(read, say):
    mapped = []
    while (word := read()) != "end":
        if word == "-":
            mapped.pop().close()
        else:
            mapped.append(mmap.mmap(file, int(word) << 20, mmap.MAP_SHARED | mmap.MAP_POPULATE))
        say()


def parent(count):
    children = []
    for _ in range(count):
        (their_in, our_out), (our_in, their_out) = os.pipe(), os.pipe()
        if os.fork() == 0:
            # The end of the parent is the end of our input.
            for fd in (our_out, *[out for out, _ in children]):
                os.close(fd)
            lines = os.fdopen(their_in)
            obey(lambda: lines.readline().strip() or "end", lambda: os.write(their_out, b"+\n"))
            os._exit(0)
        os.close(their_in)
        children.append((our_out, our_in))
    print("READY", flush=True)
    while (words := sys.stdin.readline().split()) != ["end"]:
        out, answer = children[int(words[0])]
        os.write(out, words[1].encode() + b"\n")
        os.read(answer, 2)
        print("+", flush=True)


if len(sys.argv) > 1:
    parent(int(sys.argv[1]))
else:
    print("READY", flush=True)
    obey(lambda: sys.stdin.readline().strip(), lambda: print("+", flush=True))
