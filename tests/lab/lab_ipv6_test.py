"""IPv6 in the lab, beside IPv4: a tracker that is reached by both, whole transfers over IPv6 with paths hop by hop as
the lab was built, and a swarm of agents that have one family each. Needs root; exits 77 where namespaces are refused.
"""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "harness"), str(HERE.parents[1] / "packaging" / "demo")]
from lab import Lab, require_namespaces  # noqa: E402
from site_choice import LabRunner  # noqa: E402
from cluster import Agent, Cluster, bracketed, make_file, sha256, work_folder  # noqa: E402
from processes import wait_for  # noqa: E402

PORT = 7443
SIZE = 1_000_000


class BothFamilies(unittest.TestCase):
    def setUp(self):
        self.lab = self.enterContext(Lab(agents=2))
        address = self.lab.hosts["tracker"].ipv6
        self.cluster = self.enterContext(Cluster(work_folder("lab-ipv6"), runner=LabRunner(self.lab),
                                                 tracker_address=address, tracker_host="tracker"))
        self.tracker = self.cluster.tracker
        self.tracker.init(PORT)
        # By both families; links name one of its addresses.
        self.tracker.change_config("listen", f"[::]:{PORT}")
        self.tracker.start()
        for name, isp in self.lab.isps.items():
            self.tracker.command("isp", "add", name, "--prefix", isp.prefix4, "--prefix", isp.prefix6, "--timezone",
                                 "UTC")
        for name in ("SP1", "SP2"):
            self.tracker.command("agreement", "add", "--isp", name, "--grant", "always", "--price", "0.02",
                                 "--currency", "EUR")

    def add(self, host, family, cdn_node=False):
        """An agent that has one address, of this family, and reaches the tracker by it."""
        of_tracker = self.lab.hosts["tracker"]
        address = self.lab.hosts[host].ipv4 if family == 4 else self.lab.hosts[host].ipv6
        agent = Agent(self.cluster, f"{host}-v{family}", address, host)
        link = self.tracker.cdn_link if cdn_node else self.tracker.client_link
        if family == 4:
            link = link.replace(bracketed(of_tracker.ipv6), of_tracker.ipv4)
        agent.enroll(link)
        self.cluster.agents[agent.name] = agent
        agent.start()
        wait_for(agent.connected, f"{agent.name} to be connected")
        if not cdn_node:
            agent.cli("share", "on")
        return agent

    def publish(self, agent, title):
        film = make_file(self.cluster.folder / title, SIZE, seed=title)
        return agent.json("publish", film, "--owner", "O", "--title", title), sha256(film)

    def url_for(self, published, family):
        """As its own family reaches the tracker."""
        of_tracker = self.lab.hosts["tracker"]
        return published["url"].replace(bracketed(of_tracker.ipv6), of_tracker.ipv4 if family == 4 else
                                        bracketed(of_tracker.ipv6))

    def start(self, agent, published, family):
        return agent.get(self.url_for(published, family), self.cluster.folder / f"{agent.name}.copy")

    def finish(self, download, digest):
        download.wait(120)
        self.assertEqual(sha256(download.output), digest)

    def rows(self):
        return self.tracker.json("transfers", "--hops")["transfers"]

    def recorded(self, count):
        """The records of this many whole transfers."""
        def whole():
            rows = [row for row in self.rows() if row["acknowledged_bytes"]]
            return rows if sum(row["acknowledged_bytes"] for row in rows) >= count * SIZE else None
        return wait_for(whole, "every receipt", step=0.2)

    def check_path(self, row):
        """Hop by hop what the lab built."""
        family = 6 if ":" in row["sender_address"] else 4
        by_address = {host.ipv6 if family == 6 else host.ipv4: name for name, host in self.lab.hosts.items()}
        ends = by_address[row["sender_address"]], by_address[row["receiver_address"]]
        built = [address for _, address, _ in self.lab.expected_path(*ends, family)]
        self.assertEqual([hop["address"] for hop in row["hops"]], built, ends)
        self.assertTrue(row["complete"])

    def test_whole_transfers_over_ipv6(self):
        cdn = self.add("cdn", 6, cdn_node=True)
        published, digest = self.publish(cdn, "six")
        for host in ("sp1-a1", "sp1-a2", "sp2-a1"):
            self.finish(self.start(self.add(host, 6), published, 6), digest)
        rows = self.recorded(3)
        self.assertIn("peer", {row["source"] for row in rows})
        self.assertIn(("SP1", "SP1"), {(row["from"], row["to"]) for row in rows})
        for row in rows:
            self.assertIn(":", row["sender_address"])
            self.check_path(row)
            said = self.tracker.json("path", row["sender_address"], row["receiver_address"])["verdict"]
            isps = [key.split(":", 1)[1] for key in row["components"] if key.startswith("isp:")]
            self.assertEqual(said["isps"], isps)

    def test_no_order_joins_two_families(self):
        six = self.add("cdn", 6, cdn_node=True)
        published, digest = self.publish(six, "both")
        of_six, of_four = self.add("sp1-a1", 6), self.add("sp1-a2", 4)
        self.finish(self.start(of_six, published, 6), digest)
        # Whoever has the content has the other family: it waits, and nobody is ordered to serve it.
        waiting = self.start(of_four, published, 4)
        reason = "another family than the receiver's"
        wait_for(lambda: reason in self.tracker.log.read_text(), "the tracker to say why there is no source")
        self.assertTrue(waiting.process.running())
        self.assertEqual({row["receiver_address"] for row in self.rows()}, {of_six.address})
        # A CDN node of its family serves it.
        again, _ = self.publish(self.add("dns", 4, cdn_node=True), "both")
        self.assertEqual(again["content"], published["content"])
        self.finish(waiting, digest)
        for row in self.recorded(2):
            self.assertEqual(":" in row["sender_address"], ":" in row["receiver_address"])
            self.check_path(row)


if __name__ == "__main__":
    require_namespaces()
    unittest.main(verbosity=2)
