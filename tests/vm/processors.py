# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""What differs between the processors of the machines: the build, qemu and how it ends."""
import dataclasses
import typing

# An instruction is two nanoseconds of the guest's time, whatever the host does meanwhile.
ICOUNT = "shift=1"


@dataclasses.dataclass(frozen=True)
class Processor:
    """name: Debian's; arch: the Makefile's, or None for the build of this machine.

    words: of qemu; parameters: of every kernel; ended: qemu's status, from the guest's.
    """
    name: str
    arch: str | None
    triple: str
    qemu: str
    words: tuple
    parameters: tuple
    ended: typing.Callable

    def built(self, out):
        """The folder with what was built for it; out: the Makefile's O for this machine."""
        return f"{out}/{self.arch}" if self.arch else out

    def compiler(self):
        return f"{self.triple}-gcc" if self.arch else "gcc"


# With more than one CPU, emulation of x86 breaks when the kernel patches its own text (tracepoints).
AMD64 = Processor(
    name="amd64", arch=None, triple="x86_64-linux-gnu", qemu="qemu-system-x86_64",
    words=("-M", "q35", "-icount", ICOUNT, "-cpu", "max", "-smp", "1",
           "-device", "isa-debug-exit,iobase=0xf4,iosize=4"),
    parameters=("console=ttyS0", "no_timer_check", "lpj=4000000"),
    ended=lambda status: 2 * status + 1)
# The first of qemu's processors with pages of 16 KiB. Two CPUs at once, so no -icount.
ARM64 = Processor(
    name="arm64", arch="arm64", triple="aarch64-linux-gnu", qemu="qemu-system-aarch64",
    words=("-M", "virt", "-cpu", "cortex-a76", "-smp", "2",
           "-semihosting-config", "enable=on,userspace=on,target=native"),
    parameters=("console=ttyAMA0",),
    ended=lambda status: status)
ALL = {processor.name: processor for processor in (AMD64, ARM64)}
