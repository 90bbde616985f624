"""Real BIRDs speak BGP between the lab's ISPs. What their collector dumps names, for the tracker, the ISP that each
address is of and the networks between each pair, and follows when a route changes. Needs root; exits 77 where
namespaces are refused."""
import ipaddress
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "harness")]
from bgp import COLLECTOR, FAMILIES, Bgp, asn_of  # noqa: E402
from lab import Lab, require_namespaces  # noqa: E402
from processes import binaries, wait_for  # noqa: E402

TRACKER = binaries() / "waybill-tracker"
PROBE = binaries() / "trace_probe"
PEERS = {frozenset({"SP1", "SP2"})}
ISPS = ("BB", "SP1", "SP2", "SP3")


def between(near, far, peers):
    """The ISPs that traffic crosses, by what they announce to each other."""
    if near == far:
        return [near]
    return [near, far] if "BB" in (near, far) or frozenset({near, far}) in peers else [near, "BB", far]


class BgpRoutes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(agents=1)
        cls.lab.up()
        cls.addClassCleanup(cls.lab.down)
        cls.hosts = {"BB": "cdn", "SP1": "sp1-a1", "SP2": "sp2-a1", "SP3": "sp3-a1"}
        cls.bgp = Bgp(cls.lab).start()
        folder = tempfile.TemporaryDirectory(prefix="waybill-lab-bgp-")
        cls.addClassCleanup(folder.cleanup)
        cls.data = pathlib.Path(folder.name) / "tracker"
        subprocess.run([TRACKER, "init", cls.data, "--public-host", "127.0.0.1", "--listen", "127.0.0.1:7443"],
                       check=True, capture_output=True)
        # By their AS numbers alone: whose an address is, only the dump tells.
        for name in ISPS:
            cls.tracker("isp", "add", name, "--asn", asn_of(cls.lab.isps[name]), "--timezone", "UTC")

    @classmethod
    def tracker(cls, *words):
        done = subprocess.run([TRACKER, *map(str, words), "--json", "--data", cls.data], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.stderr}")
        return json.loads(done.stdout)

    def address(self, isp, family):
        host = self.lab.hosts[self.hosts[isp]]
        return host.ipv4 if family == 4 else host.ipv6

    def heard(self, peers):
        """Whether the collector has every ISP's way to every other."""
        for family in FAMILIES:
            found = self.bgp.paths(COLLECTOR, family)
            for far in ISPS:
                isp = self.lab.isps[far]
                prefix = str(ipaddress.ip_network(isp.prefix4 if family == 4 else isp.prefix6))
                ways = {tuple(asn_of(self.lab.isps[name]) for name in between(near, far, peers)) for near in ISPS}
                if found.get(prefix) != ways:
                    return False
        return True

    def load(self, name, peers):
        """A dump, once BGP has come to rest."""
        wait_for(lambda: self.heard(peers), "the routes that were announced", step=0.2)
        loaded = self.tracker("routing", "load", self.bgp.dump(name), "--special-use")["networks"][0]
        self.assertEqual(loaded["kind"], "routes")

    def check_pairs(self, peers):
        for family in FAMILIES:
            for near in ISPS:
                for far in ISPS:
                    if near != far:
                        with self.subTest(near=near, far=far, family=family):
                            self.check_pair(near, far, family, between(near, far, peers))

    def check_pair(self, near, far, family, isps):
        said = self.tracker("path", self.address(near, family), self.address(far, family))
        for end, isp in (("source", near), ("destination", far)):
            verdict = said[end]["verdict"]
            self.assertEqual(verdict["isp"], {"value": isp, "by": "BGP", "confidence": "high"})
            self.assertEqual(verdict["asn"]["value"], asn_of(self.lab.isps[isp]))
        self.assertEqual(said["as_path"], [asn_of(self.lab.isps[name]) for name in isps])
        self.assertEqual(said["verdict"]["isps"], isps)
        self.assertTrue(said["verdict"]["by"].startswith("the routing table"), said["verdict"])
        self.assertEqual([(link["from"], link["to"], link["inferred"]) for link in said["verdict"]["links"]],
                         [(one, other, False) for one, other in zip(isps, isps[1:])])
        self.assertIsNone(said["traced"])

    def crossed(self, near, far, family):
        """The ISPs of the hops of a real trace, by the lab's own numbering."""
        path = json.loads(self.lab.output(self.hosts[near], [PROBE, self.address(far, family)]))
        found = [near]
        for hop in path["hops"]:
            isp = next((name for name in ISPS if hop["address"] and self.owns(name, hop["address"])), None)
            if isp and isp != found[-1]:
                found.append(isp)
        return found

    def owns(self, name, address):
        isp = self.lab.isps[name]
        return address.startswith(f"2001:db8:{isp.number:x}:") or (
            "." in address and int(address.split(".")[2]) // 16 == isp.number)

    def test_the_dump_names_origin_and_path_and_follows_a_change(self):
        self.bgp.wait_established()
        self.load("before.mrt", PEERS)
        self.check_pairs(PEERS)
        for family in FAMILIES:
            self.assertEqual(self.crossed("SP1", "SP2", family), ["SP1", "SP2"])
        for family in FAMILIES:
            self.bgp.birdc("sp1-border", "disable", f"to_SP2v{family}")
        self.load("after.mrt", set())
        self.check_pairs(set())
        for family in FAMILIES:
            self.assertEqual(self.crossed("SP1", "SP2", family), ["SP1", "BB", "SP2"])


if __name__ == "__main__":
    require_namespaces()
    unittest.main(verbosity=2)
