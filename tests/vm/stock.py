# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""All that machines start from: of Debian's archive, from the cache, and of this clone."""
import fcntl
import functools
import pathlib

import archive
import disks
import machine
import processors

ROOT = disks.ROOT
SECONDS = 1500


class Stock:
    """versions: {kernel: its package and version}; missing: {kernel: why the archive has none}.

    out: the Makefile's O; temporary: a folder for what is of this run.
    """

    def __init__(self, stored, temporary, out):
        self.stored = stored
        self.temporary = temporary
        self.out = out
        self.kernels = {}
        self.versions = {}
        self.missing = {}
        self.roots = {}
        self.sysroots = {}
        self.archives = {}

    def archive_of(self, suites, processor):
        key = (suites, processor.name)
        if key not in self.archives:
            other = "" if processor is processors.AMD64 else f"-{processor.name}"
            opened = archive.Archive(self.stored.folder / f"apt-{suites[0]}{other}", suites, processor.name)
            stale = opened.update()
            if stale:
                print(f"   {stale}: its last list is used", flush=True)
            self.archives[key] = opened
        return self.archives[key]

    def made(self, name, opened, wanted, make):
        """A folder of the cache with what make(packages, folder) made of these packages."""
        def fill(folder):
            packages = opened.download([f"{package}={version}" for package, version in wanted],
                                       folder / "packages")
            make(packages, folder)
            archive.remove(folder / "packages")
        # Another way to make it makes it anew.
        way = (ROOT / "tests/vm/disks.py").read_text(encoding="utf-8")
        return self.stored.made(name, repr((wanted, name, way)), fill)

    def fetch_root(self, processor):
        opened = self.archive_of(tuple(disks.own_release()), processor)
        wanted = opened.needed([*disks.PACKAGES, *disks.libraries_of(ROOT / self.out / "pagewatch")])
        self.roots[processor.name] = self.made(f"root-{processor.name}", opened, wanted,
                                               functools.partial(disks.make_root, processor=processor))

    def fetch_sysroot(self, processor):
        opened = self.archive_of(tuple(disks.own_release()), processor)
        self.sysroots[processor.name] = self.made(f"sysroot-{processor.name}", opened,
                                                  opened.needed(disks.BUILDING), disks.make_sysroot)

    def fetch_kernel(self, kernel):
        try:
            opened = self.archive_of(kernel.suites, kernel.processor)
            wanted = opened.kernel_packages(kernel.package)
            self.kernels[kernel.name] = self.made(kernel.name, opened, wanted, disks.make_kernel)
            self.versions[kernel.name] = wanted[0]
        except archive.Missing as error:
            self.missing[kernel.name] = str(error)

    def fetch(self, kernels, use):
        """use: a stack that keeps what was fetched from being thrown away by another run."""
        with self.stored.held("fetch"):
            for processor in dict.fromkeys(kernel.processor for kernel in kernels):
                self.fetch_root(processor)
                if processor.arch:
                    self.fetch_sysroot(processor)
            for kernel in kernels:
                self.fetch_kernel(kernel)
            self.stored.forget_others([*self.roots.values(), *self.sysroots.values(), *self.kernels.values()])
            use.enter_context(self.stored.held("use", fcntl.LOCK_SH))

    def sysroot(self, processor):
        return self.sysroots[processor.name] / "sysroot"

    def build(self, processor):
        """What is of this clone: the first process and the disk with the sources."""
        folder = self.folder_of(processor)
        folder.mkdir(exist_ok=True)
        archive.run([processor.compiler(), "-O2", "-static", "-Wall", "-Wextra", "-o", folder / "init",
                     ROOT / "tests/vm/guest/init.c"])
        disks.make_sources(folder, ROOT / processor.built(self.out))

    def folder_of(self, processor):
        return self.temporary / f"clone-{processor.name}"

    def machine(self, run):
        processor = run.kernel.processor
        clone = self.folder_of(processor)
        return machine.Machine(processor, self.kernels[run.kernel.name],
                               self.roots[processor.name] / "root.img", clone / "source.img", clone / "init",
                               pathlib.Path(self.temporary) / run.name.replace(" ", "-"), run.parameters,
                               run.without, SECONDS)
