# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Kernels and the root file system, kept between runs, outside the clone.

Each is a folder NAME_KEY. It is made under another name and renamed when it is whole, so half of
one is never used. What is not of the archive's newest version is thrown away when nobody runs.
"""
import contextlib
import fcntl
import hashlib
import os
import pathlib

import archive

FOLDER = "pagewatch-kernels"


def default_folder():
    """$XDG_CACHE_HOME, else /var/cache for root and ~/.cache for others."""
    below = os.environ.get("XDG_CACHE_HOME")
    if not below:
        below = "/var/cache" if os.geteuid() == 0 else pathlib.Path.home() / ".cache"
    return pathlib.Path(below) / FOLDER


class Cache:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        about = folder.stat()
        if about.st_uid != os.geteuid() or about.st_mode & 0o022:
            raise archive.Missing(f"{folder} is somebody else's, or others can write there")

    @contextlib.contextmanager
    def held(self, name, how=fcntl.LOCK_EX):
        """A lock of the cache, for all clones of this machine."""
        with open(self.folder / f"{name}.lock", "a", encoding="ascii") as lock:
            fcntl.flock(lock, how)
            yield

    def made(self, name, key, make):
        """The folder NAME_KEY, made once by make(folder)."""
        folder = self.folder / f"{name}_{hashlib.sha256(key.encode()).hexdigest()[:16]}"
        if not folder.exists():
            part = folder.with_name(f"{folder.name}.part")
            archive.remove(part)
            part.mkdir()
            make(part)
            os.sync()
            part.rename(folder)
        return folder

    def forget_others(self, kept):
        """Removes older versions of these folders, unless another run is at work. The caller holds "fetch"."""
        with open(self.folder / "use.lock", "a", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            names = {folder.name.rsplit("_", 1)[0] for folder in kept}
            for path in self.folder.glob("*_*"):
                if path not in kept and path.name.rsplit("_", 1)[0] in names:
                    archive.remove(path)
