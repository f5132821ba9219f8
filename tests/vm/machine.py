# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""One run of qemu: a kernel, the disks, a command in the guest, and what came of it.

No KVM: a kernel of Debian need not start under it, and counts must be the same everywhere.
"""
import dataclasses
import pathlib
import re
import shutil
import subprocess
import tarfile
import time

import disks
import processors

PARAMETERS = ("rdinit=/init", "panic=-1", "quiet", "loglevel=3")
MEMORY = "2048M"
RESULT_BYTES = 64 << 20


class Died(Exception):
    """The machine did not end as a machine whose command has ended."""


@dataclasses.dataclass
class Machine:
    """kernel: a folder with vmlinuz and modules/; folder: ours, for its files and results."""
    processor: processors.Processor
    kernel: pathlib.Path
    root_image: pathlib.Path
    source_image: pathlib.Path
    init: pathlib.Path
    folder: pathlib.Path
    parameters: tuple = ()
    capability: str = "-"
    seconds: int = 600

    def console(self):
        return self.folder / "console"

    def results(self):
        return self.folder / "results"

    def run(self, command):
        """Runs a command as root in the guest; returns its status. Died if nobody can know it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.results(), ignore_errors=True)
        # No line of an earlier run may count.
        self.console().write_bytes(b"")
        self.write_initramfs(command)
        result = self.folder / "result.img"
        with open(result, "wb") as file:
            file.truncate(RESULT_BYTES)
        status = self.start(result)
        self.take_results(result)
        result.unlink()
        return self.agreed(status)

    def take_results(self, image):
        """The files of the guest's /results, if it has written them."""
        self.results().mkdir()
        try:
            with tarfile.open(image) as tar:
                for member in tar:
                    if member.isfile():
                        name = pathlib.PurePath(member.name).name
                        (self.results() / name).write_bytes(tar.extractfile(member).read())
        except tarfile.TarError:
            pass  # agreed() sees what is missing

    def write_initramfs(self, command):
        files = {"init": self.init.read_bytes(),
                 "words": "".join(f"{word}\n" for word in (self.capability, *command)).encode()}
        for module in sorted((self.kernel / "modules").iterdir()):
            files[f"modules/{module.name}"] = module.read_bytes()
        (self.folder / "initramfs").write_bytes(disks.initramfs(files))

    def start(self, result):
        """qemu's own status."""
        drives = [word for name, image, options in
                  (("root", self.root_image, ",snapshot=on"),
                   ("source", self.source_image, ",snapshot=on"), ("result", result, ""))
                  for word in ("-drive", f"file={image},if=none,id={name},format=raw{options}",
                               "-device", f"virtio-blk-pci,drive={name}")]
        words = [self.processor.qemu, "-accel", "tcg", *self.processor.words,
                 "-m", MEMORY, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                 "-serial", f"file:{self.console()}",
                 "-kernel", self.kernel / "vmlinuz", "-initrd", self.folder / "initramfs", *drives,
                 "-append", " ".join((*PARAMETERS, *self.processor.parameters, *self.parameters))]
        begin = time.monotonic()
        with open(self.folder / "qemu", "wb") as said:
            try:
                done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL,
                                      stdout=said, stderr=said, timeout=self.seconds, check=False)
            except subprocess.TimeoutExpired:
                raise Died(f"no end within {time.monotonic() - begin:.0f} s") from None
            except FileNotFoundError:
                raise Died(f"no {self.processor.qemu} here: sudo make deps-kernels") from None
        return done.returncode

    def agreed(self, status):
        """The guest's status: the console, qemu and, where it may not tell qemu, the results say so."""
        said = re.findall(r"^machine ends: (\d+)\r?$", self.console().read_text(errors="replace"),
                          re.MULTILINE)
        if len(said) != 1:
            last = (self.folder / "qemu").read_text(errors="replace").strip().splitlines()[-1:]
            raise Died(f"the guest did not say its end; qemu's status {status} {' '.join(last)}".strip())
        guest = int(said[0])
        told = self.results() / "status"
        if not told.exists() or int(told.read_text(encoding="ascii")) != guest:
            raise Died(f"the guest ended with {guest}, but its results were not written")
        locked = any(word.startswith("lockdown=") for word in self.parameters)
        if status != (0 if locked else self.processor.ended(guest)):
            raise Died(f"the guest ended with {guest}, qemu with {status}")
        return guest
