# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Containers of runc, with a root file system of a few files."""
import json
import os
import pathlib
import select
import shutil
import subprocess

import harness

EXAMPLES = harness.ROOT / "docs/containers"
PROGRAMS = (harness.PROGRAM, harness.WORKLOAD)


def fill(root):
    """The programs, and the libraries that they need."""
    for folder in ("bin", "proc", "sys", "dev", "tmp"):
        (root / folder).mkdir(parents=True)
    for program in PROGRAMS:
        shutil.copy(program, root / "bin")
        told = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=True)
        for word in told.stdout.split():
            if word.startswith("/"):
                to = root / word[1:]
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(word, to)


def merged(base, more):
    """more over base: objects are merged, lists are joined."""
    if isinstance(base, dict):
        return {key: merged(base[key], more[key]) if key in base and key in more
                else more.get(key, base.get(key)) for key in {**base, **more}}
    return base + more if isinstance(base, list) else more


class Runc:
    """Starts containers in a folder of its own."""

    def __init__(self, folder):
        self.folder, self.root = folder, folder / "rootfs"
        self.names = []
        fill(self.root)

    def call(self, *words, **options):
        return subprocess.run(["runc", "--root", self.folder / "state", *words], text=True,
                              stdout=subprocess.PIPE, check=True, cwd=self.folder, **options)

    def config(self, argv):
        """What `runc spec` makes, without what a container does not need to be one."""
        path = self.folder / "config.json"
        path.unlink(missing_ok=True)
        self.call("spec")
        config = json.loads(path.read_text())
        config["process"].update(args=[str(word) for word in argv], terminal=False)
        config["process"]["capabilities"] = {}
        config["root"] = {"path": str(self.root)}
        config["mounts"] = [mount for mount in config["mounts"]
                            if mount["destination"] in ("/proc", "/dev", "/sys")]
        config["linux"].pop("resources", None)
        return config

    def argv(self, config):
        """The command that runs it."""
        name = f"pagewatch-test-{os.getpid()}-{len(self.names)}"
        bundle = self.folder / name
        bundle.mkdir()
        (bundle / "config.json").write_text(json.dumps(config))
        self.names.append(name)
        return ["runc", "--root", str(self.folder / "state"), "run", "-b", str(bundle), name]

    def pid(self):
        """Of the container that was started last."""
        return json.loads(self.call("state", self.names[-1]).stdout)["pid"]

    def close(self):
        for name in self.names:
            subprocess.run(["runc", "--root", self.folder / "state", "delete", "--force", name],
                           stderr=subprocess.DEVNULL, check=False)
            remove_groups(name)


def remove_groups(name):
    """What runc leaves: a pagewatch with the host's pids holds its tracepoints a little longer."""
    for group in pathlib.Path("/sys/fs/cgroup").glob(f"**/{name}"):
        for pid in (group / "cgroup.procs").read_text().split():
            try:
                ends = os.pidfd_open(int(pid))
            except ProcessLookupError:
                continue
            assert select.select([ends], [], [], harness.DEADLINE)[0]
            os.close(ends)
        group.rmdir()


def share_pids(config, path=None):
    """With the host, or with the process whose namespace lies there."""
    spaces = [space for space in config["linux"]["namespaces"] if space["type"] != "pid"]
    config["linux"]["namespaces"] = spaces + ([{"type": "pid", "path": path}] if path else [])
    return config


def example(name):
    return json.loads(pathlib.Path(EXAMPLES / name).read_text())
