# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""How the process of each block of the documents comes to be. Each recipe runs the block's command.

A recipe takes a Stage and returns the lines that the command printed.
"""
import json
import os
import re
import signal
import subprocess

import doc_blocks
import harness
import numpy2
import programs
import test_python_swap

RECIPES = {}
# Blocks of which counts differ from run to run: where huge pages are aligned, what malloc kept.
VARYING = set()
LONG = set()


def recipe(key, counts_vary=False, long=False):
    def add(function):
        RECIPES[key] = function
        if counts_vary:
            VARYING.add(key)
        if long:
            LONG.add(key)
        return function
    return add


class Stage:
    """Where a recipe plays: an empty folder, a list of what is to be closed."""

    def __init__(self, block, folder, opened):
        self.block = block
        self.folder = folder
        self.opened = opened
        self.columns = 100
        self.pid = None

    def python(self, code, *, python=harness.PYTHON):
        """A process that has run the code, and says what it printed before READY."""
        path = self.folder / "target.py"
        path.write_text(f"{code}\nimport sys\nprint('READY', flush=True)\nsys.stdin.readline()\n",
                        encoding="utf-8")
        target = harness.Target([python, path])
        self.opened.append(target)
        target.said = []
        while (line := target.lines.next()) != "READY":
            assert line is not None, "the target ended"
            target.said.append(line)
        return target

    @staticmethod
    def room_for_huge_pages():
        """A machine that was busy has no 2 MiB in one piece: memory is put together first."""
        with open("/proc/sys/vm/compact_memory", "w", encoding="ascii") as file:
            file.write("1")

    def script(self, name, code):
        (self.folder / name).write_text(code + "\n", encoding="utf-8")

    def argv(self, pid=None, places=None, python=harness.PYTHON):
        """The block's command with the process and the addresses of this run."""
        programs_of = {"pagewatch": str(harness.PROGRAM), "python3": str(python),
                       "python": str(python)}
        self.pid = pid
        found, words = [], doc_blocks.words(self.block.command)
        for before, word in zip([""] + words, words):
            if before == "-p":
                word = str(pid)
            elif before == "--array":
                word = (places or {})[word.split("=")[0]]
            found.append(programs_of.get(word, word))
        return found

    def run(self, pid=None, places=None, python=harness.PYTHON, status=0):
        done = subprocess.run(self.argv(pid, places, python), cwd=self.folder, text=True,
                              env=dict(os.environ, COLUMNS=str(self.columns)), check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=harness.DEADLINE)
        assert done.returncode == status, done.stderr
        return (done.stdout + done.stderr).splitlines()


@recipe("README.md: pagewatch")
def readme(stage):
    target = stage.python("import numpy as np, sys\n"
                          "x, y, z = (np.zeros((n, n)) for n in (10000, 5000, 10000))\n"
                          "print('READY', flush=True); sys.stdin.readline()\n"
                          "x.sum(); x[5000, 5000] = 1; np.add(y, 0, out=y)")
    phases = harness.Phases()
    stage.opened.append(phases)
    with subprocess.Popen([*stage.argv(target.pid), *harness.NEVER], pass_fds=phases.fds(),
                          env=dict(phases.environment(), COLUMNS="80"), text=True,
                          stdout=subprocess.PIPE) as watch:
        phases.started()
        assert phases.until("baseline")
        phases.go()
        target.go()
        target.until("READY")
        watch.send_signal(signal.SIGUSR1)
        assert phases.until("snapshot")
        phases.leave()
        watch.send_signal(signal.SIGINT)
        return watch.communicate(timeout=harness.DEADLINE)[0].splitlines()


@recipe("COOKBOOK.md: Is my array still lazy?")
def lazy(stage):
    target = stage.python("import numpy as np\nx = np.zeros((10000, 10000)); x.sum()\n"
                          "print(f'x={x.ctypes.data:#x}+{x.nbytes}')")
    return stage.run(target.pid, {"x": target.said[0]})


@recipe("COOKBOOK.md: Which rows of my matrix are resident?")
def matrix(stage):
    stage.columns = 80
    target = stage.python("import numpy as np\nm = np.zeros((10000, 10000))\n"
                          "m[0:13] = 1; m[5000:6000, 2048:6000] = 2")
    return stage.run(target.pid)


ONE_WRITE = "import numpy as np\nx = np.zeros((10000, 10000)); x[5000, 5000] = 1"


@recipe("COOKBOOK.md: I wrote one element. Why did 2 MiB appear?", counts_vary=True)
def one_write(stage):
    stage.room_for_huge_pages()
    stage.script("one.py", ONE_WRITE)
    return stage.run()


@recipe("COOKBOOK.md: I wrote one element. Why did 2 MiB appear? 2", counts_vary=True)
def one_write_numpy2(stage):
    stage.room_for_huge_pages()
    assert numpy2.make_venv() is None
    stage.script("one.py", ONE_WRITE)
    return stage.run(python=numpy2.PYTHON)


@recipe("COOKBOOK.md: Why does the memory not come back?", counts_vary=True)
def not_back(stage):
    stage.room_for_huge_pages()
    stage.script("tmp.py", "import numpy as np\na = np.ones(4_000_000)\n"
                           "for _ in range(3):\n    a = a + 1")
    return stage.run()


@recipe("COOKBOOK.md: Which part of my DataFrame is in memory?", counts_vary=True)
def data_frame(stage):
    target = stage.python(
        "import numpy as np, pandas as pd\n"
        "df = pd.DataFrame(np.zeros((9, 1_000_003)).T, copy=False)\n"
        "df['when'] = pd.date_range('2020', periods=1_000_003, freq='s')\n"
        "df.iloc[:, 4] = 1.0")
    return stage.run(target.pid)


@recipe("COOKBOOK.md: I said `del x`. Why is the memory still there?", counts_vary=True)
def deleted(stage):
    session = programs.Session(harness.PYTHON)
    stage.opened.append(session)
    session.run("import numpy as np")
    session.run("x = np.ones((3000, 3000))")
    session.run("x")
    session.run("del x")
    return stage.run(session.pid)


@recipe("COOKBOOK.md: My Jupyter kernel grew: which cell's variable is it?", counts_vary=True,
        long=True)
def notebook(stage):
    import test_programs_jupyter  # pylint: disable=import-outside-toplevel
    kernel = test_programs_jupyter.Kernel(stage.venv("3.12-newest"))
    stage.opened.append(kernel)
    kernel.cell("x = np.zeros((3001, 1009))\nx.sum()\nx[404:923] = 1")
    kernel.cell("def f():\n    kept = np.ones(300_007)\n    return lambda: kept\ng = f()")
    kernel.cell("x + 1")
    return stage.run(kernel.pid)


@recipe("COOKBOOK.md: Whose pages are these, in a pool of processes?", counts_vary=True)
def pool(stage):
    path = stage.folder / "pool.py"
    path.write_text("import multiprocessing, numpy as np, sys\n"
                    "lookup = np.ones(10_000_019)\n"
                    "def task(_):\n"
                    "    global table\n"
                    "    table = np.ones(3_000_009)\n"
                    "    barrier.wait()\n"
                    "context = multiprocessing.get_context('fork')\n"
                    "barrier = context.Barrier(2)\n"
                    "with context.Pool(2) as pool:\n"
                    "    pool.map(task, range(2), chunksize=1)\n"
                    "    print('READY', flush=True)\n"
                    "    sys.stdin.readline()\n", encoding="utf-8")
    target = programs.Family([harness.PYTHON, path])
    stage.opened.append(target)
    target.until("READY")
    return stage.run(target.pid)


@recipe("COOKBOOK.md: How much of my file is mapped in?", counts_vary=True)
def mapped_file(stage):
    path = stage.folder / "data"
    with path.open("wb") as file:
        file.truncate(800_000_000)
    target = stage.python(
        "import numpy as np\n"
        f"data = np.memmap({str(path)!r}, dtype='f8', mode='r', shape=(1000, 100_000))\n"
        "data[:20].mean()")
    return stage.run(target.pid)


MODEL = {"embedding.weight": 4096, "layers.0.weight": 2048, "layers.1.weight": 2048, "head.weight": 1024}


def model_of(folder):
    """A file of which the embedding and half of layer 0 were read; (its path, where its data begins)."""
    path, header, at = folder / "model.safetensors", {}, 0
    for name, rows in MODEL.items():
        header[name] = {"dtype": "F32", "shape": [rows, 1024], "data_offsets": [at, at + rows * 4096]}
        at += rows * 4096
    text = json.dumps(header).encode()
    text += b" " * (4096 - 8 - len(text))
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for rows in MODEL.values():
            file.write(bytes(rows * 4096))
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    with path.open("rb", buffering=0) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
        assert len(os.pread(file.fileno(), 5120 * 4096, 4096)) == 5120 * 4096
    return path, 4096


@recipe("COOKBOOK.md: Which tensors of my model are in memory?", counts_vary=True)
def model(stage):
    path, data = model_of(stage.folder)
    with path.open("r+b") as file:
        file.seek(data + 8192 * 4096)
        file.write(b"x" * (1024 * 4096))
    return stage.run()


@recipe("COOKBOOK.md: Which tensors of my model are in memory? 2")
def mapped_model(stage):
    path, _ = model_of(stage.folder)
    target = stage.python(f"import mmap\nfile = open({str(path)!r}, 'rb')\n"
                          "model = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)\n"
                          "model[4096 + 4096 * 4096 : 4096 + 6144 * 4096]")
    return stage.run(target.pid)


FIELDS = """
module fields
  real(8) :: temperature(521,509,509)
  real(8), allocatable, target :: history(:)
end module
program run
  use fields
  character(len=1) :: line
  temperature(:,:,251) = 293.15d0
  allocate(history(50000000))
  history(1:1000000) = 1.0d0
  print '(a)', 'READY'
  flush(6)
  read '(a)', line
  print *, temperature(1,1,1), history(1)
end program
"""


@recipe("COOKBOOK.md: Which plane of my Fortran array is resident?")
def fortran(stage):
    (stage.folder / "fields.f90").write_text(FIELDS, encoding="utf-8")
    subprocess.run(["gfortran", "-g", "-O1", "-mcmodel=medium", "-o", "fields", "fields.f90"],
                   cwd=stage.folder, check=True)
    target = harness.Target([stage.folder / "fields"])
    stage.opened.append(target)
    target.until("READY")
    return stage.run(target.pid)


@recipe("COOKBOOK.md: Freed, but still resident: which blocks?", counts_vary=True)
def freed(stage):
    stage.room_for_huge_pages()
    stage.script("frag.py", "import numpy as np\n"
                            "np.ones(4_000_000)\n"
                            "parts = [np.ones(2_000_000) for _ in range(6)]\n"
                            "kept = parts[1::2]\ndel parts")
    return stage.run()


@recipe("COOKBOOK.md: How do I keep it lazy? A check in CI, without root", counts_vary=True)
def checked(stage):
    stage.script("job.py", "import numpy as np\nx = np.zeros(10_000_000)\nx.sum()\n"
                           "weights = np.ones(3_000_009)")
    return stage.run(status=1)


@recipe("COOKBOOK.md: How much did it need at its peak?", counts_vary=True)
def squared(stage):
    stage.script("square.py", "import numpy as np\n\n\ndef main():\n    a = np.ones(1_000_000)\n"
                              "    return ((a - a.mean()) ** 2).sum()\n\n\nmain()")
    return stage.run(status=1)


@recipe("COOKBOOK.md: Why have my arrays lost their names?", counts_vary=True)
def swapped(stage):
    """Half of an array, and all that the interpreter has not used since, is in swap space."""
    stage.columns = 140
    stage.swap_space()
    target = stage.python("import numpy as np\nold, new = np.ones(16_000_000), np.ones(18_000_000)\n"
                          "print(f'old={old.ctypes.data:#x}+{old.nbytes}')\n"
                          "print(old.ctypes.data // 4096 * 4096)")
    start = int(target.said[1])
    test_python_swap.swap_out(target.pid, [
        (first, last) for first, last in test_python_swap.writable(target.pid)
        if last - first < 64 << 20] + [(start, start + (64 << 20))])
    return stage.run(target.pid, {"old": target.said[0]})


@recipe("COOKBOOK.md: What works on this machine?")
def probe(stage):
    # What does not work here has the reason in its line.
    return [re.sub(r"^  no  ", "  yes ", line) for line in stage.run()]


TOUR = """import numpy as np

table = np.zeros((4000, 4000))
table[:40] = 1
weights = np.ones((1000, 1000))


def loss():
    return ((weights - weights.mean()) ** 2).sum()


{}loss()"""


def tour_scripts(stage):
    stage.room_for_huge_pages()
    stage.columns = 80
    stage.script("tour.py", TOUR.format(""))
    stage.script("tour2.py", TOUR.format("table += 0\n"))


@recipe("TOUR.md: What did it cost?", counts_vary=True)
def tour_cost(stage):
    tour_scripts(stage)
    return stage.run()


@recipe("TOUR.md: Keep it so", counts_vary=True)
def tour_kept(stage):
    tour_scripts(stage)
    return stage.run()


@recipe("TOUR.md: Somebody touches all of it", counts_vary=True)
def tour_failed(stage):
    tour_scripts(stage)
    return stage.run(status=1)


@recipe("TOUR.md: What changed?", counts_vary=True)
def tour_changed(stage):
    tour_scripts(stage)
    for script, recording in (("tour.py", "before.pw"), ("tour2.py", "after.pw")):
        subprocess.run([harness.PROGRAM, "record", "-o", recording, "--", harness.PYTHON, script],
                       cwd=stage.folder, check=True)
    return stage.run(status=1)
