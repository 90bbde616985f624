"""The lab itself: it carries and counts traffic, shapes it, and leaves nothing behind however it ends. Needs root;
exits 77 where namespaces are refused."""
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from lab import Lab, LabError, Rates, require_namespaces  # noqa: E402
import namespaces  # noqa: E402

SECONDS = 30  # the longest that anything here may take

# Builds a lab, starts a program in it that starts another, says so, and waits.
OWNER = f"""
import sys, time
sys.path.insert(0, {str(HERE)!r})
from lab import Lab
with Lab(agents=1) as lab:
    lab.run("sp1-a1", ["sh", "-c", sys.argv[1]])
    print(lab.prefix, flush=True)
    time.sleep(1000)
"""
OBEDIENT = "sleep 1000 & sleep 1000"
STUBBORN = "trap '' TERM; " + OBEDIENT
RECEIVE = """
import socket, sys
incoming = socket.create_server((sys.argv[1], 5000))
print("ready", flush=True)
connection, _ = incoming.accept()
total = 0
while data := connection.recv(65536):
    total += len(data)
print(total, flush=True)
"""
SEND = """
import socket, sys
with socket.create_connection((sys.argv[1], 5000)) as connection:
    connection.sendall(bytes(int(sys.argv[2])))
"""


def traces_of(prefix):
    """All that a lab leaves on the machine."""
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    return ([line for line in listed.splitlines() if line.startswith(prefix)] +
            [str(path) for folder in (namespaces.STATE, namespaces.NETNS_CONFIG) for path in folder.glob(prefix + "*")])


def processes_of(prefix):
    pids = set()
    for line in traces_of(prefix):
        if not line.startswith("/"):
            pids |= namespaces._pids(line.split()[0])
    return pids


def alive(pids):
    states = {pid: pathlib.Path(f"/proc/{pid}/stat") for pid in pids}
    return {pid for pid, path in states.items() if path.exists() and " Z " not in path.read_text()}


class Life(unittest.TestCase):
    def owner(self, inside):
        process = subprocess.Popen([sys.executable, "-c", OWNER, inside], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        prefix = process.stdout.readline().strip()
        self.assertTrue(traces_of(prefix))
        pids = processes_of(prefix)
        self.assertGreaterEqual(len(pids), 3)  # the shell, its child, the name server
        return process, prefix, pids

    def test_leaves_nothing_when_its_owner_is_told_to_end(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(signal=number.name):
                process, prefix, pids = self.owner(OBEDIENT)
                process.send_signal(number)
                self.assertNotEqual(process.wait(SECONDS), 0)
                self.assertEqual(traces_of(prefix), [])
                self.assertEqual(alive(pids), set())

    def test_the_next_run_clears_up_after_one_that_was_killed(self):
        process, prefix, pids = self.owner(STUBBORN)
        process.kill()
        process.wait(SECONDS)
        self.assertTrue(traces_of(prefix))
        # A lab that begins at this moment sweeps too: what one of the two finds half gone, the next sweep takes.
        deadline = time.monotonic() + SECONDS
        while traces_of(prefix) and time.monotonic() < deadline:
            namespaces.sweep()
        self.assertEqual(traces_of(prefix), [])
        self.assertEqual(alive(pids), set())

    def test_two_labs_at_once_do_not_see_each_other(self):
        with Lab(agents=1) as one, Lab(agents=1) as other:
            namespaces.sweep()
            self.assertNotEqual(one.prefix, other.prefix)
            one.down()
            self.assertEqual(traces_of(one.prefix), [])
            self.assertIn("198.18.16.10", other.output("sp1-a1", ["ip", "addr"]))

    def test_an_exception_while_building_leaves_nothing(self):
        lab = Lab(agents=1)
        lab.topology.nodes["cdn"].routes.append((4, "203.0.113.0/24", "203.0.113.1"))  # a next hop that nobody has
        with self.assertRaises(LabError):
            lab.up()
        self.assertEqual(traces_of(lab.prefix), [])

    def test_a_kept_lab_stays_until_it_is_taken_down(self):
        def tool(*argv):
            return subprocess.run([sys.executable, HERE / "lab.py", *argv], capture_output=True, text=True)
        if any(state["keep"] for state in namespaces.states()):
            self.skipTest("somebody's kept lab is up: this test would take it down")
        self.assertEqual(tool("up", "--agents", "1").returncode, 0)
        self.addCleanup(tool, "down")
        prefix = next(state["prefix"] for state in namespaces.states() if state["keep"])
        namespaces.sweep()
        self.assertIn("inet 198.18.16.10/24", tool("exec", "sp1-a1", "ip", "addr").stdout)
        self.assertIn("border SP1>SP2 bytes=", tool("show").stdout)
        self.assertEqual(tool("exec", "nobody", "true").returncode, 2)
        self.assertEqual(tool("down").returncode, 0)
        self.assertEqual(traces_of(prefix), [])
        again = tool("down")
        self.assertEqual((again.returncode, again.stderr.count("\n")), (1, 1))


class Traffic(unittest.TestCase):
    def test_borders_count_what_crosses_them_and_nothing_else(self):
        size = 3_000_000
        with Lab(agents=1, rates=Rates(up=None, down=None, peering=200, transit=200)) as lab:
            before = {(b.from_isp, b.to_isp): b.bytes for b in lab.border_bytes()}
            receiver = lab.run("sp2-a1", [sys.executable, "-c", RECEIVE, lab.hosts["sp2-a1"].ipv4], text=True,
                               stdout=subprocess.PIPE)
            self.assertEqual(receiver.stdout.readline(), "ready\n")
            lab.output("sp1-a1", [sys.executable, "-c", SEND, lab.hosts["sp2-a1"].ipv4, size])
            self.assertEqual(receiver.communicate(timeout=SECONDS)[0], f"{size}\n")
            crossed = {(b.from_isp, b.to_isp): b.bytes - before[b.from_isp, b.to_isp] for b in lab.border_bytes()}
        self.assertEqual(len(crossed), 8)
        self.assertGreater(crossed["SP1", "SP2"], size)
        self.assertLess(crossed["SP1", "SP2"], size * 1.2)
        self.assertLess(crossed["SP2", "SP1"], size * 0.2)  # acknowledgements
        elsewhere = [count for (one, other), count in crossed.items() if {one, other} != {"SP1", "SP2"}]
        self.assertLess(max(elsewhere), 20_000)  # neighbour discovery

    def test_links_are_shaped_as_asked(self):
        with Lab(agents=1, rates=Rates(up=7, down=11, peering=13, transit=17, cdn=None)) as lab:
            shown = {node: lab.output(node, ["tc", "qdisc", "show", "dev", port]) for node, port in (
                ("sp1-a1", "eth0"), ("sp1-switch", "p-sp1-a1"), ("sp1-border", "to-sp2"), ("bb-core", "to-sp3"),
                ("cdn", "eth0"))}
        for node, rate in (("sp1-a1", 7), ("sp1-switch", 11), ("sp1-border", 13), ("bb-core", 17)):
            self.assertIn(f"tbf", shown[node])
            self.assertIn(f"rate {rate}Mbit", shown[node])
        self.assertNotIn("tbf", shown["cdn"])


if __name__ == "__main__":
    require_namespaces()
    unittest.main(verbosity=2)
