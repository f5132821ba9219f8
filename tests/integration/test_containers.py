# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""Targets in containers and namespaces, pagewatch in a container, and the examples of docs/containers."""
import json
import os
import pathlib
import shutil
import subprocess

import capable
import containers
import harness
import numpy2
import pytest
import test_capabilities

pytestmark = pytest.mark.root

WRITE = test_capabilities.WRITE
ONE = ("-n", "1", "--interval", "10ms", "--json", "--array", WRITE)
VENV = harness.OUT / "venv-kubernetes"


@pytest.fixture(name="runc", scope="module")
def runc_folder(tmp_path_factory):
    if not shutil.which("runc"):
        pytest.skip("no runc (make deps)")
    one = containers.Runc(tmp_path_factory.mktemp("containers"))
    yield one
    one.close()


@pytest.fixture(name="user", scope="module")
def capable_user(tmp_path_factory):
    return capable.Capable(tmp_path_factory.mktemp("capable"))


def started(opened, argv, **options):
    target = harness.Target(argv, **options)
    opened.append(target)
    return target.ready()


def in_namespaces(opened, runc):
    """(the target, its pid) with a user, a pid and a mount namespace of its own."""
    # While another test has a uprobe in libc, its page is a copy in each process that maps it.
    env = dict(os.environ, LD_LIBRARY_PATH=str(pathlib.Path(capable.copy_libc(runc.folder)).parent))
    target = started(opened, ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork",
                              "--mount-proc", "--kill-child", harness.WORKLOAD, "--wait", "write"],
                     env=env)
    return target, harness.children(target.pid)[0]


def in_container(opened, runc):
    target = started(opened, runc.argv(runc.config(["/bin/workload", "--wait", "write"])))
    return target, runc.pid()


@pytest.mark.parametrize("where", [in_namespaces, in_container])
def test_target_inside(where, opened, runc, user):
    """Watched from outside, from before its first write."""
    target, pid = where(opened, runc)
    watch = harness.Watch(pid, "--array", WRITE)
    opened.append(watch)
    target.done()
    snapshot = watch.snapshot()
    process = harness.process_of(snapshot, pid)
    assert snapshot["complete"] and snapshot["tier"] == "faults"
    assert harness.causes_of(process, "w") == (525, 0, 0)
    asked = ("snap", "-p", pid, "--array", WRITE, "--pages")
    ours, said = user.report(capable.DOCUMENTED, *asked)
    assert said == ""
    assert test_capabilities.facts(ours) == test_capabilities.facts(user.report(None, *asked)[0])


def inside(runc, config):
    """The JSON of a pagewatch that is a container's program."""
    done = subprocess.run(runc.argv(config), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False, timeout=harness.DEADLINE)
    assert done.returncode == 0, done.stderr
    # Of runc itself: see docs/CONTAINERS.md.
    said = [line for line in done.stderr.splitlines() if not line.startswith("time=")]
    found = [line for line in done.stdout.splitlines() if line.startswith('{"schema"')]
    return json.loads(found[0]), said


@pytest.fixture(name="tracefs")
def mounted_tracefs():
    """As docs/CONTAINERS.md asks for on the host."""
    mounted = subprocess.run(["mountpoint", "-q", capable.TRACEFS], check=False).returncode == 0
    if not mounted:
        subprocess.run(["mount", "-t", "tracefs", "none", capable.TRACEFS], check=True)
    yield
    if not mounted:
        subprocess.run(["umount", "--lazy", capable.TRACEFS], check=True)


@pytest.mark.parametrize("options", [(), ("--heap", "--freeze"), ("--backend", "perf")])
def test_pagewatch_beside_the_host(options, opened, runc, tracefs):
    """The OCI example with its seccomp profile, as the DaemonSet runs it."""
    target = started(opened, [harness.WORKLOAD, "--wait", "write"]).done()
    config = runc.config(["/bin/pagewatch", "watch", "-p", target.pid, *ONE, *options])
    config = containers.share_pids(containers.merged(config, containers.example("oci.json")))
    config["linux"]["seccomp"] = containers.example("seccomp.json")
    snapshot, said = inside(runc, config)
    row = harness.array_of(harness.process_of(snapshot, target.pid), "w")
    assert snapshot["tier"] == "faults" and snapshot["complete"] and said == []
    assert row["resident_pages"] == row["ledger"]["before"] == 525


def test_command_in_a_container(runc, tracefs):
    """With pids of its own, which the kernel side does not know."""
    config = runc.config(["/bin/pagewatch", "run", "--json", "-o", "/dev/stdout", "--array", WRITE,
                          "--", "/bin/workload", "write"])
    snapshot, said = inside(runc, containers.merged(config, containers.example("oci.json")))
    process, = snapshot["processes"]
    row = harness.array_of(process, "w")
    assert snapshot["complete"] and said == [] and process["pid"] < 20
    assert row["ledger"]["touched"] == 525


def test_pagewatch_beside_a_container(opened, runc):
    """As kubectl debug makes it: the pids of the other one, no mounts, and CAP_SYS_ADMIN."""
    target, pid = in_container(opened, runc)
    target.done()
    config = containers.share_pids(runc.config(["/bin/pagewatch", "watch", "-p", "1", *ONE]),
                                   f"/proc/{pid}/ns/pid")
    more = containers.example("oci.json")
    del more["mounts"]
    for names in more["process"]["capabilities"].values():
        names.append("CAP_SYS_ADMIN")
    config = containers.merged(config, more)
    config["linux"]["seccomp"] = containers.example("seccomp.json")
    snapshot, said = inside(runc, config)
    assert snapshot["tier"] == "faults" and said == []
    assert harness.array_of(harness.process_of(snapshot, 1), "w")["ledger"]["before"] == 525


def test_a_user_namespace_has_no_faults(tmp_path):
    """Its capabilities are not the kernel's."""
    path = tmp_path / "report"
    done = subprocess.run(["unshare", "--user", "--map-root-user", harness.PROGRAM, "run", "--json",
                           "-o", path, "--array", WRITE, "--", harness.WORKLOAD, "write"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ("pagewatch: cannot count faults: that needs root; "
                           "reading page tables only\n")
    report = json.loads(path.read_text())
    assert report["tier"] == "scan"
    assert harness.array_of(report["processes"][0], "w")["resident_pages"] == 525


# --- the examples

@pytest.fixture(name="kubernetes", scope="module")
def schemas_of_kubernetes():
    failed = numpy2.make_venv(VENV, harness.ROOT / "tests/requirements-kubernetes.txt")
    assert failed is None, failed
    return VENV / "bin"


def loaded(kubernetes, name):
    code = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)"
    done = subprocess.run([kubernetes / "python", "-c", code, containers.EXAMPLES / name],
                          stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def validate(kubernetes, resource, folder):
    path = folder / "resource.json"
    path.write_text(json.dumps(resource))
    return subprocess.run([kubernetes / "kubernetes-validate", "-k", "1.37", "--strict", path],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def test_examples_fit_the_schemas(kubernetes, tmp_path):
    """And have the capabilities that the tests above use."""
    daemon_set, part = (loaded(kubernetes, name) for name in ("daemonset.yaml", "debug.yaml"))
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "debugged"},
           "spec": {"containers": [{"name": "one", "image": "one", **part}]}}
    for resource in (daemon_set, pod):
        done = validate(kubernetes, resource, tmp_path)
        assert done.returncode == 0, done.stdout
    container, = daemon_set["spec"]["template"]["spec"]["containers"]
    names = [f"CAP_{name.upper()}" for name in capable.DOCUMENTED]
    for context, wanted in ((container["securityContext"], names),
                            (part["securityContext"], [*names, "CAP_SYS_ADMIN"])):
        assert [f"CAP_{name}" for name in context["capabilities"]["add"]] == wanted
    given = containers.example("oci.json")["process"]["capabilities"]
    assert all(given[kind] == names for kind in ("bounding", "effective", "permitted"))
    container["securityContext"]["privilege"] = True
    assert validate(kubernetes, daemon_set, tmp_path).returncode != 0


def test_the_page_names_all_examples():
    text = (harness.ROOT / "docs/CONTAINERS.md").read_text()
    for path in containers.EXAMPLES.iterdir():
        assert f"(containers/{path.name})" in text
    assert pathlib.Path(containers.EXAMPLES / "seccomp.json").read_text().count('"ptrace"') == 1
