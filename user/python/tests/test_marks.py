# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Marks live as long as their object; a watcher on PAGEWATCH_FD hears of them."""
import gc
import os
import socket
import struct
import subprocess
import sys
import weakref

import pagewatch
import pytest


class Watcher:
    """The other end of PAGEWATCH_FD, as user/lib/protocol.h has it."""

    def __init__(self, program):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.send(b"pagewatch/1")
        self.socket = ours
        self.process = subprocess.Popen(
            [sys.executable, "-c", program], pass_fds=[theirs.fileno()],
            env=dict(os.environ, PAGEWATCH_FD=str(theirs.fileno())))
        theirs.close()

    def hear(self):
        """(name, {mark: bytes}); the answer is given."""
        packet, control, _, _ = self.socket.recvmsg(1 << 20, socket.CMSG_SPACE(4))
        pid, _, name_bytes, marks = struct.unpack_from("=4I", packet)
        assert pid == self.process.pid
        at = 16 + name_bytes
        name, found = packet[16:at].decode(), {}
        for _ in range(marks):
            _, size, length = struct.unpack_from("=3Q", packet, at)
            found[packet[at + 24:at + 24 + length].decode()] = size
            at += 24 + length
        assert at == len(packet)
        answer = struct.unpack("i", control[0][2])[0]
        os.write(answer, b"k")
        os.close(answer)
        return name, found


PROGRAM = """
import pagewatch
class Weak(bytearray): pass
x, y = Weak(99), Weak(7)
kept = bytearray(5)
pagewatch.mark("x", x)
pagewatch.mark("kept", kept)
with pagewatch.mark("in", y):
    assert pagewatch.checkpoint("one")
del x, kept
assert pagewatch.checkpoint("two")
z = Weak(3)
old = pagewatch.mark("y", y)
pagewatch.mark("y", z)
old.remove()
del y
assert pagewatch.checkpoint("three é")
"""


def test_watched():
    watcher = Watcher(PROGRAM)
    assert watcher.hear() == ("one", {"x": 99, "kept": 5, "in": 7})
    assert watcher.hear() == ("two", {"kept": 5})
    assert watcher.hear() == ("three é", {"kept": 5, "y": 3})
    assert watcher.process.wait(60) == 0


def test_unwatched():
    assert pagewatch.checkpoint("nobody") is False


def test_names():
    for name in ("", "x" * 128, "a\0b"):
        with pytest.raises(ValueError):
            pagewatch.mark(name, b"x")
        with pytest.raises(ValueError):
            pagewatch.checkpoint(name)
    for name in (b"x", None, 3):
        with pytest.raises(TypeError):
            pagewatch.checkpoint(name)
    with pytest.raises(TypeError):
        pagewatch.mark("x", [1])


def test_a_mark_keeps_nothing_alive():
    kind = type("Weak", (bytearray,), {})
    obj = kind(9)
    mark, gone = pagewatch.mark("weak", obj), weakref.ref(obj)
    del obj
    gc.collect()
    assert gone() is None
    mark.remove()
