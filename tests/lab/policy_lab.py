"""Peers of SP1 hold what a host of SP2 wants; what the border's interfaces count is what policies are judged by."""
import pathlib
import sys
import time
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "harness"), str(HERE.parents[1] / "packaging" / "demo")]
from lab import Lab, Rates  # noqa: E402
from site_choice import LabRunner  # noqa: E402
from cluster import Cluster, make_file, sha256, work_folder  # noqa: E402
from processes import wait_for  # noqa: E402

BORDER = "inter-isp-link:SP1>SP2"
# Ethernet, IP and TCP headers of full segments, BitTorrent's framing, requests of the way back: the policy counts
# payload, the interface whole frames.
OVERHEAD = 1.08
# A sender passes what it had waiting for one connection in one burst, at the average rate that it may.
BURST = 2 << 20
PATIENCE = 240


class PolicyLab(unittest.TestCase):
    """sp1-a1 and sp1-a2 hold what was published; the CDN node's way does not cross the border that is limited."""

    CDN_RATE = 16  # Mbit/s
    SIZE = 48_000_000

    def setUp(self):
        self.lab = self.enterContext(
            Lab(agents=2, rates=Rates(up=40, down=100, peering=1000, transit=1000, cdn=self.CDN_RATE)))
        folder = work_folder("lab-policies")
        tracker = self.lab.hosts["tracker"]
        self.cluster = self.enterContext(Cluster(folder, runner=LabRunner(self.lab), tracker_address=str(tracker.ipv4),
                                                 tracker_host="tracker"))
        self.tracker = self.cluster.tracker
        self.tracker.init(7443)
        self.tracker.start()
        for name, isp in self.lab.isps.items():
            self.tracker.command("isp", "add", name, "--prefix", isp.prefix4)
        self.tracker.command("agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "0.02", "--currency",
                             "EUR")
        for name in ("cdn", "sp1-a1", "sp1-a2"):
            self.cluster.add_agent(name, str(self.lab.hosts[name].ipv4), cdn_node=name == "cdn", host=name)
        self.published, self.digests = {}, {}
        self.receivers = 0

    def publish(self, title, owner, *arguments):
        """From the CDN node; then the peers of SP1 fetch it."""
        path = make_file(self.cluster.folder / title, self.SIZE, seed=title)
        self.digests[title] = sha256(path)
        self.published[title] = self.cluster.agents["cdn"].json("publish", path, "--owner", owner, "--title", title,
                                                                *arguments)
        for name in ("sp1-a1", "sp1-a2"):
            self.cluster.agents[name].get(self.published[title]["url"], self.cluster.folder / f"{name}.{title}").wait(
                PATIENCE)

    def fetch(self, title="Film"):
        """By an agent that holds nothing, on a host of SP2."""
        self.receivers += 1
        name = f"receiver{self.receivers}"
        agent = self.cluster.add_agent(name, str(self.lab.hosts["sp2-a1"].ipv4), host="sp2-a1", share=False)
        return agent.get(self.published[title]["url"], self.cluster.folder / f"{name}.{title}")

    def finish(self, download, title="Film"):
        download.wait(PATIENCE)
        self.assertEqual(sha256(download.output), self.digests[title])
        download.agent.process.stop()

    def crossed(self):
        return sum(b.bytes for b in self.lab.border_bytes() if (b.from_isp, b.to_isp) == ("SP1", "SP2"))

    def crossing(self):
        """Bytes a second, over two of them."""
        before = self.crossed()
        time.sleep(2)
        return (self.crossed() - before) / 2

    def lay(self, *arguments):
        """Adds a policy; returns its number."""
        return self.tracker.json("policy", "add", *arguments)["policy"]["id"]

    def end(self, policy):
        self.tracker.command("policy", "end", policy)
        wait_for(lambda: not self.standing(policy), "the policy to be over")

    def standing(self, policy):
        rows = self.tracker.json("policy", "why")["policies"]
        return next((row for row in rows if row["policy"] == policy), None)
