# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""pagewatch as a user who is not root, with exactly some capabilities."""
import json
import os
import shutil
import subprocess

import harness

UID = 65534
# docs/KERNELS.md has what each is needed for.
DOCUMENTED = ("bpf", "perfmon", "sys_ptrace", "dac_read_search")


TRACEFS = "/sys/kernel/tracing"
# In a mount namespace of its own, for machines differ in this.
MOUNTED = f"mountpoint -q {TRACEFS} || mount -t tracefs none {TRACEFS}; "
UNMOUNTED = f"! mountpoint -q {TRACEFS} || umount {TRACEFS}; "


def words(capabilities, mounts):
    """The command that becomes the user, with these and no others in every set."""
    names = ",".join(["-all", *(f"+{name}" for name in capabilities)])
    return ["unshare", "--mount", "sh", "-ec", mounts + 'exec "$@"', "sh", "setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups",
            f"--inh-caps={names}", f"--ambient-caps={names}"]


def copy_libc(folder):
    """Of its own file, so that no uprobe of another test is in it. For LD_LIBRARY_PATH."""
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
        ours = next(line.split()[-1] for line in maps if line.rstrip().endswith("/libc.so.6"))
    return shutil.copy(ours, folder)


class Capable:
    """A folder that the user can write to, with copies of the programs."""

    def __init__(self, directory):
        self.directory = directory
        # pytest's folders are for us alone: open the way down to this one.
        for folder in (directory, *directory.parents):
            if folder.stat().st_uid == os.geteuid() and str(folder) not in ("/", "/tmp"):
                folder.chmod(0o755)
        for program in (harness.PROGRAM, harness.WORKLOAD):
            shutil.copy(program, directory)
            os.chmod(directory / program.name, 0o755)
        copy_libc(directory)
        self.program, self.workload = directory / "pagewatch", directory / "workload"
        self.reports = directory / "reports"
        self.reports.mkdir()
        os.chown(self.reports, UID, UID)

    def argv(self, capabilities, *arguments, mounts=MOUNTED):
        return [*words(capabilities, mounts), self.program, *[str(word) for word in arguments]]

    def run(self, capabilities, *arguments, mounts=MOUNTED, **options):
        return subprocess.run(self.argv(capabilities, *arguments, mounts=mounts), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, cwd="/",
                              timeout=harness.DEADLINE, **options)

    def report(self, capabilities, command, *arguments):
        """(its report as JSON, what it said) of a user with these; of root with None."""
        path = self.reports / f"{command}-{len(list(self.reports.iterdir()))}.json"
        options = (command, "--json", "-o", path, *arguments)
        done = (harness.pagewatch(*options, cwd="/") if capabilities is None
                else self.run(capabilities, *options))
        assert done.returncode == 0, done.stderr
        return json.loads(path.read_text()), done.stderr
