# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Names and checkpoints for a pagewatch that watches this process."""
from __future__ import annotations

import threading
import weakref
from typing import Any, Dict, Optional, Tuple, Type

from . import _library
from ._address import layout_of

# By name: the mark of now, and the object where only we can keep it alive. A finalizer may
# come in the middle of mark(), on the same thread: hence the RLock.
_marks: Dict[str, Tuple["Mark", Any]] = {}
_lock = threading.RLock()


class Mark:
    """The name of an object; a with statement or remove() removes it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def remove(self) -> None:
        """Does nothing if the name was removed before, or given to another object."""
        with _lock:
            if _marks.get(self.name, (None,))[0] is self:
                del _marks[self.name]
                _library.unmark(self.name)

    def __enter__(self) -> Mark:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: object, trace: object) -> None:
        self.remove()


def mark(name: str, obj: Any) -> Mark:
    """Names the memory of an object, until the object dies or the name is removed.

    An object without weak references (bytearray, mmap before 3.12) is kept alive by its mark.
    A mark of the same name is replaced.
    """
    start, size = layout_of(obj).span()
    made = Mark(name)
    try:
        weakref.finalize(obj, made.remove).atexit = False
        held = None
    except TypeError:
        held = obj
    with _lock:
        _library.mark(name, start, size)
        # From here on the finalizer of an object that had the name before leaves it alone.
        _marks[name] = (made, held)
    return made


def checkpoint(name: str) -> bool:
    """Asks a watcher for a snapshot; True once it is taken. Without a watcher: False, at once."""
    return _library.checkpoint(name)
