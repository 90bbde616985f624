"""The agent's tracer, inside the lab, finds hop by hop what the lab built. Needs root; exits 77 where namespaces are
refused."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lab import Lab, require_namespaces  # noqa: E402

PROBE = os.path.join(os.environ.get("WAYBILL_BIN", "build/dev/bin"), "trace_probe")
ATTEMPTS = 10
TERSE_ROUTER = pathlib.Path(__file__).with_name("terse_router.py")
CLOSED = """table inet closed {
  chain incoming {
    type filter hook input priority 0;
    udp dport 33434 drop
  }
}
"""
PROHIBITED = """table inet prohibited {
  chain passing {
    type filter hook forward priority 0;
    udp dport 33434 reject with icmpx type %s
  }
}
"""
TRANSLATED = """table ip translated {
  chain incoming {
    type nat hook prerouting priority -100
    iifname "eth0" dnat to %s
  }
}
"""
ASKED = "table inet asked {\n%s  chain outgoing {\n    type filter hook output priority 0\n%s  }\n}\n" % (
    "".join(f"  counter ttl{ttl} {{ }}\n" for ttl in range(1, 31)),
    "".join(f"    udp dport 33434 ip ttl {ttl} counter name ttl{ttl}\n" for ttl in range(1, 31)))


class Paths(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(agents=2, homes={"SP1": 1, "SP2": 1})
        cls.lab.up()
        cls.addClassCleanup(cls.lab.down)

    def rules(self, node, table, text):
        """nftables rules for the length of one test."""
        self.lab.add_rules(node, text)
        self.addCleanup(self.lab.remove_rules, node, table)

    def trace(self, source, address, expected, names=0):
        """A trace gives up after 1.5 s, which a busy machine may take to answer: then it is asked again, and the test
        says so. What is found in the end is what is checked."""
        for attempt in range(ATTEMPTS):
            path = json.loads(self.lab.output(source, [PROBE, address, names]))
            if self.found(path) == expected:
                break
            print(f"attempt {attempt + 1}: {source} to {address} found {self.found(path)}", file=sys.stderr)
        self.assertEqual(self.found(path), expected)
        return path

    def expected(self, source, destination, family=4):
        return [address for _, address, _ in self.lab.expected_path(source, destination, family)]

    def found(self, path):
        return [hop["address"] for hop in path["hops"]]

    def sides(self, path):
        return [hop["side"] for hop in path["hops"]]

    def check_whole(self, source, destination, family):
        expected = self.lab.expected_path(source, destination, family)
        addresses = [address for _, address, _ in expected]
        names = [name or "" for _, _, name in expected]
        path = self.trace(source, addresses[-1], addresses, sum(1 for name in names if name))
        self.assertEqual([hop["ttl"] for hop in path["hops"]], list(range(1, len(expected) + 1)))
        self.assertEqual(path["method"], "trace")
        self.assertTrue(path["complete"])
        self.assertEqual(path["hops"][-1]["side"], "receiver")
        self.assertEqual([hop["name"] for hop in path["hops"]], names)
        self.assertTrue(all(hop["rtt_us"] > 0 for hop in path["hops"]))
        host = self.lab.hosts[source]
        self.assertEqual(path["source"], host.ipv4 if family == 4 else host.ipv6)
        return path

    def test_every_hop_in_both_families(self):
        lengths = set()
        for source, destination in (("sp1-a1", "sp2-a1"), ("sp1-a2", "sp3-a1"), ("cdn", "sp3-a2"), ("sp2-a1", "cdn"),
                                    ("sp3-a1", "sp3-a2")):
            for family in (4, 6):
                with self.subTest(source=source, destination=destination, family=family):
                    path = self.check_whole(source, destination, family)
                    self.assertEqual(set(self.sides(path)[:-1]), {"network"} if len(path["hops"]) > 1 else set())
                    lengths.add(len(path["hops"]))
        self.assertEqual(lengths, {1, 4, 5, 6})  # on-net, to or from the backbone, by peering, by transit

    def test_a_private_first_hop_is_the_customers_side(self):
        for family, gateway in ((4, "192.168.1.1"), (6, "fd00::1")):
            with self.subTest(family=family):
                path = self.check_whole("sp1-h1", "sp2-h1", family)
                self.assertEqual(path["hops"][0]["address"], gateway)
                self.assertEqual(self.sides(path), ["customer"] + ["network"] * 5 + ["receiver"])

    def test_a_silent_router_stays_in_the_path(self):
        self.lab.silence("sp1-border")
        self.addCleanup(self.lab.unsilence, "sp1-border")
        for family in (4, 6):
            with self.subTest(family=family):
                expected = self.expected("sp1-a1", "sp3-a2", family)
                expected[1] = None
                path = self.trace("sp1-a1", expected[-1], expected)
                self.assertTrue(path["complete"])
                self.assertEqual(path["hops"][1], {"ttl": 2, "address": None, "rtt_us": 0, "side": "network",
                                                   "name": ""})

    def test_a_receiver_that_does_not_answer_leaves_the_path_incomplete(self):
        self.rules("sp2-a2", "closed", CLOSED)
        for family in (4, 6):
            with self.subTest(family=family):
                expected = self.expected("sp1-a2", "sp2-a2", family)
                path = self.trace("sp1-a2", expected[-1], expected[:-1] + [None] * 3)
                self.assertFalse(path["complete"])
                self.assertNotIn("receiver", self.sides(path))

    def test_a_firewalls_refusal_is_not_the_receivers(self):
        for word in ("admin-prohibited", "port-unreachable"):
            with self.subTest(word=word):
                self.rules("sp2-border", "prohibited", PROHIBITED % word)
                expected = self.expected("sp1-a1", "sp2-a2")
                path = self.trace("sp1-a1", expected[-1], expected[:3])
                self.assertFalse(path["complete"])
                self.assertNotIn("receiver", self.sides(path))
                self.doCleanups()

    def test_an_address_that_nobody_has(self):
        # The access router says so.
        path = self.trace("sp1-a1", "198.18.40.1", self.expected("sp1-a1", "sp2-a1")[:4])
        self.assertFalse(path["complete"])

    def test_a_router_that_quotes_eight_bytes_only(self):
        expected = self.expected("sp3-a2", "sp2-a1")
        self.addCleanup(self.lab.remove_rules, "bb-core", "terse")
        router = self.lab.run("bb-core", [sys.executable, TERSE_ROUTER, "to-sp3", expected[2]], text=True,
                              stdout=subprocess.PIPE)
        self.addCleanup(router.wait)
        self.addCleanup(router.kill)
        self.addCleanup(router.stdout.close)
        self.assertEqual(router.stdout.readline(), "ready\n")
        path = self.trace("sp3-a2", expected[-1], expected)
        self.assertTrue(path["complete"])

    def asked(self, source):
        """How often each TTL was asked for, by the sender's own counters."""
        shown = json.loads(self.lab.output(source, ["nft", "--json", "list", "counters", "table", "inet", "asked"]))
        counted = {entry["counter"]["name"]: entry["counter"]["packets"] for entry in shown["nftables"]
                   if "counter" in entry}
        return [counted[f"ttl{ttl}"] for ttl in range(1, 31)]

    def test_one_round_of_questions_is_enough(self):
        """Where every hop answers, a path is known after one round trip: no TTL up to the receiver's is asked twice. A
        busy machine may let an answer come late, so that one whole trace of a few has to do with it."""
        expected = self.expected("sp3-a2", "sp1-a2")
        seen = []
        for _ in range(ATTEMPTS):
            self.lab.add_rules("sp3-a2", ASKED)
            found = self.found(json.loads(self.lab.output("sp3-a2", [PROBE, expected[-1]])))
            seen.append((found, self.asked("sp3-a2")))
            self.lab.remove_rules("sp3-a2", "asked")
            if found == expected and seen[-1][1][:len(expected)] == [1] * len(expected):
                return
        self.fail(f"every trace asked again: {seen}")

    def test_routers_that_answer_once_a_second(self):
        """Linux says six ICMP errors to one host at once, then one a second (icmp_ratelimit). The routers that all of a
        sender's ways begin with are asked more often than that, the receivers are not."""
        missed = []
        for destination in ("cdn", "tracker", "dns", "sp1-a1", "sp1-a2", "sp3-a1", "sp3-a2") * 2:
            expected = self.expected("sp2-a1", destination)
            found = self.found(json.loads(self.lab.output("sp2-a1", [PROBE, expected[-1]])))
            if found != expected:
                missed.append((destination, found))
        self.assertLessEqual(len(missed), 2, missed)  # a busy machine may answer too late once or twice

    def test_a_translator_that_passes_on_what_is_for_itself(self):
        """All that comes to the gateway's own address goes to the host behind it, by address translation."""
        gateway = next(node for node in self.lab.topology.nodes.values() if node.name == "sp2-home1")
        outside = next(port.address(4) for port in self.lab.topology.ports(gateway.name) if port.name == "eth0")
        self.lab.add_rules(gateway.name, TRANSLATED % self.lab.hosts["sp2-h1"].ipv4)
        self.addCleanup(self.lab.output, gateway.name, ["nft", "delete", "table", "ip", "translated"])
        expected = self.expected("sp1-a1", "sp2-a1")[:-1] + [outside, outside]
        path = self.trace("sp1-a1", outside, expected)
        self.assertEqual(self.sides(path)[-2:], ["network", "receiver"])

    def test_without_a_route_there_is_no_path(self):
        path = self.trace("sp1-switch", "198.18.16.10", [])
        self.assertEqual(path["method"], "none")
        self.assertFalse(path["complete"])


if __name__ == "__main__":
    require_namespaces()
    unittest.main(verbosity=2)
