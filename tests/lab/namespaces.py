"""Network namespaces of one lab run: made under a prefix of the run's own, and taken down whatever happens.

Every run writes what it is about to make to /run/waybill-lab/PREFIX.json before it makes it. A run that was killed
leaves that file; the next run sees that its owner is gone and clears up after it.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

STATE = pathlib.Path("/run/waybill-lab")
NETNS_CONFIG = pathlib.Path("/etc/netns")
SECONDS_TO_END = 5  # from SIGTERM to SIGKILL
SECONDS_TO_SETTLE = 10  # for links that are new


class LabError(Exception):
    """A command of the lab's own failed, with what it said."""


def command(argv, stdin=None):
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True)
    if done.returncode != 0:
        raise LabError(f"{' '.join(argv)}: {(done.stderr or done.stdout).strip() or done.returncode}")
    return done.stdout


def make_folder(path):
    # Another run that ends may remove the empty parent between its creation and the child's.
    for _ in range(100):
        try:
            path.mkdir(parents=True, exist_ok=True)
            return path
        except FileNotFoundError:
            continue
    raise LabError(f"cannot make {path}")


def missing_programs():
    """{program: Debian package} of what is not installed."""
    needed = {"ip": "iproute2", "tc": "iproute2", "nft": "nftables", "dnsmasq": "dnsmasq-base", "sysctl": "procps"}
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return {program: package for program, package in needed.items() if not shutil.which(program, path=path)}


def refused_reason():
    """Why this machine refuses namespaces, veth, bridges or shaping; None where it does not."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    name = f"wbprobe{os.getpid()}"
    try:
        command(["ip", "netns", "add", name])
        try:
            command(["ip", "-n", name, "-batch", "-"], "link add v0 type veth peer name v1\nlink add b0 type bridge\n")
            command(["tc", "-n", name, "qdisc", "add", "dev", "v0", "root", "tbf", "rate", "10mbit", "burst", "32kb",
                     "latency", "50ms"])
            # -q alone would not notice a /proc/sys that is mounted read-only.
            command(["ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv4.ip_forward=1"])
        finally:
            command(["ip", "netns", "del", name])
    except (LabError, OSError) as refusal:
        return str(refusal)
    return None


def _started(pid):
    """The process's start time in clock ticks (proc(5), field 22): with the pid it names a process for good."""
    try:
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])
    except (OSError, IndexError, ValueError):
        return None


class Namespaces:
    def __init__(self, names, keep=False, details=None):
        """`names`: of the nodes. `keep`: stays when this process ends, until somebody takes it down."""
        # Letters and digits only: it becomes part of file names. The time tells two labs of one process apart.
        self.prefix = f"wb{os.getpid()}t{time.monotonic_ns() // 1000 % 10**7}"
        self.names = list(names)
        self.state = {"prefix": self.prefix, "keep": keep, "pid": os.getpid(), "started": _started(os.getpid()),
                      "names": self.names, "details": details or {}}

    def full(self, name):
        return f"{self.prefix}-{name}"

    def make(self):
        self.write_state()
        command(["ip", "-batch", "-"], "".join(f"netns add {self.full(name)}\n" for name in self.names))

    def write_state(self):
        self.folder()  # keeps STATE from being removed by another run that ends now
        fresh = STATE / f"{self.prefix}.tmp"
        fresh.write_text(json.dumps(self.state))
        fresh.replace(STATE / f"{self.prefix}.json")

    def folder(self):
        """For files of this run; it goes with the lab."""
        return make_folder(STATE / self.prefix)

    def ip_batch(self, lines, name=None):
        where = ["-n", self.full(name)] if name else []
        if lines:
            command(["ip", *where, "-batch", "-"], "\n".join(lines) + "\n")

    def add_routes(self, lines, name):
        """A busy kernel takes its time to see that a new link is up; until then no next hop is reachable over it."""
        deadline = time.monotonic() + SECONDS_TO_SETTLE
        while True:
            try:
                return self.ip_batch(lines, name)
            except LabError as problem:
                if "No route to host" not in str(problem) or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def tc_batch(self, lines, name):
        if lines:
            command(["tc", "-n", self.full(name), "-batch", "-"], "\n".join(lines) + "\n")

    def argv(self, name, argv):
        # `ip netns exec` replaces itself by the program: the pid is the program's own.
        return ["ip", "netns", "exec", self.full(name), *map(str, argv)]

    def command(self, name, argv, stdin=None):
        return command(self.argv(name, argv), stdin)

    def resolv_conf(self, name, text):
        """`ip netns exec` shows this file as /etc/resolv.conf to what it starts (ip-netns(8))."""
        folder = make_folder(NETNS_CONFIG / self.full(name))
        (folder / "resolv.conf").write_text(text)

    def remove(self):
        remove(self.state)


def _pids(full_name):
    done = subprocess.run(["ip", "netns", "pids", full_name], capture_output=True, text=True)
    return {int(pid) for pid in done.stdout.split()}


def _signal(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def _end_processes(full_names):
    """Ends every process inside these namespaces, by pid. They are the lab's own: nobody else knows the names."""
    def alive():
        return set().union(*map(_pids, full_names)) - {os.getpid()} if full_names else set()
    _signal(alive(), signal.SIGTERM)
    deadline = time.monotonic() + SECONDS_TO_END
    while (left := alive()) and time.monotonic() < deadline:
        time.sleep(0.02)
    # A process may start another while it is being ended: again until none is left.
    deadline = time.monotonic() + SECONDS_TO_END
    while left and time.monotonic() < deadline:
        _signal(left, signal.SIGKILL)
        time.sleep(0.02)
        left = alive()


def remove(state):
    """Takes down what the state names; what is gone already is no error. Returns what could not be removed."""
    prefix = state["prefix"]
    existing = {line.split()[0] for line in command(["ip", "netns", "list"]).splitlines() if line}
    mine = [name for name in (f"{prefix}-{node}" for node in state["names"]) if name in existing]
    _end_processes(mine)
    problems = []
    for name in mine:
        try:
            command(["ip", "netns", "del", name])
        except LabError as problem:
            problems.append(str(problem))
    for node in state["names"]:
        shutil.rmtree(NETNS_CONFIG / f"{prefix}-{node}", ignore_errors=True)
    shutil.rmtree(STATE / prefix, ignore_errors=True)
    if not problems:
        (STATE / f"{prefix}.json").unlink(missing_ok=True)
        for folder in (NETNS_CONFIG, STATE):
            try:
                folder.rmdir()  # only where it is empty
            except OSError:
                pass
    return problems


def states():
    """The states of all labs on this machine, oldest first."""
    found = []
    for file in sorted(STATE.glob("wb*.json"), key=lambda path: path.stat().st_mtime):
        try:
            found.append(json.loads(file.read_text()))
        except (OSError, ValueError):
            continue  # being written or removed by its owner
    return found


def sweep():
    """Clears up after runs whose owner is gone, unless they were meant to stay."""
    for state in states():
        if not state["keep"] and _started(state["pid"]) != state["started"]:
            remove(state)
