"""Network capacity policies with real traffic: what the interfaces at a border count is compared with what the policy
permits and the overshoot that tracker/policy/README.md states. Needs root; exits 77 where namespaces are refused."""
import hashlib
import pathlib
import sys
import time
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "harness"), str(HERE.parents[1] / "packaging" / "demo")]
from lab import Lab, Rates, require_namespaces  # noqa: E402
from site_choice import LabRunner  # noqa: E402
from cluster import Cluster, make_file, work_folder  # noqa: E402
from processes import wait_for  # noqa: E402

BORDER = "inter-isp-link:SP1>SP2"
SIZE = 48_000_000
# Ethernet, IP and TCP headers of full segments, BitTorrent's framing, requests of the way back: the policy counts
# payload, the interface whole frames.
OVERHEAD = 1.08
# A sender passes what it had waiting for one connection in one burst, at the average rate that it may.
BURST = 2 << 20
PATIENCE = 240


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Policies(unittest.TestCase):
    """sp1-a1 and sp1-a2 hold a film, sp2-a1 wants it; the CDN node's way does not cross the border that is limited."""

    def setUp(self):
        self.lab = self.enterContext(Lab(agents=2, rates=Rates(up=40, down=100, peering=1000, transit=1000, cdn=16)))
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
        for name in ("cdn", "sp1-a1", "sp1-a2", "sp2-a1"):
            self.cluster.add_agent(name, str(self.lab.hosts[name].ipv4), cdn_node=name == "cdn", host=name)
        film = make_file(folder / "film", SIZE)
        self.film = digest(film)
        self.published = self.cluster.agents["cdn"].json("publish", film, "--owner", "Studio", "--title", "Film")
        for name in ("sp1-a1", "sp1-a2"):
            self.fetch(name).wait(PATIENCE)

    def fetch(self, name):
        return self.cluster.agents[name].get(self.published["url"], self.cluster.folder / f"{name}.film")

    def crossed(self):
        return sum(b.bytes for b in self.lab.border_bytes() if (b.from_isp, b.to_isp) == ("SP1", "SP2"))

    def crossing(self):
        """Bytes a second, over two of them."""
        before = self.crossed()
        time.sleep(2)
        return (self.crossed() - before) / 2

    def standing(self):
        return self.tracker.json("policy", "why")["policies"][0]

    def finish(self, download):
        download.wait(PATIENCE)
        self.assertEqual(digest(download.output), self.film)

    def test_a_byte_policy_holds_and_the_cdn_fills_the_rest(self):
        limit = 12_000_000
        self.tracker.command("policy", "add", "--component", BORDER, "--bytes", limit, "--per", "month")
        before = self.crossed()
        self.finish(self.fetch("sp2-a1"))
        crossed = self.crossed() - before
        print(f"bytes: {crossed} crossed, {limit} permitted", flush=True)
        self.assertGreater(crossed, limit / 3)
        # No overshoot: every order was foreseen.
        self.assertLess(crossed, limit * OVERHEAD)
        # Less than crossed: blocks that came twice are never acknowledged.
        wait_for(lambda: self.standing()["acked_bytes"] > 0, "the receipts to be counted")
        print(f"bytes: {self.standing()['acked_bytes']} acknowledged so far", flush=True)
        self.assertLessEqual(self.standing()["acked_bytes"], limit)

    def test_a_rate_policy_laid_while_a_download_runs_slows_what_crosses_and_ends_again(self):
        rate = 400_000
        before = self.crossed()
        download = self.fetch("sp2-a1")
        wait_for(lambda: self.crossed() - before > 2_000_000, "the peers to serve across the border")
        self.tracker.command("policy", "add", "--component", BORDER, "--rate", rate)
        wait_for(lambda: self.crossing() < 2 * rate or not download.process.running(), "the slower orders to be kept")
        samples = [(time.monotonic(), self.crossed())]
        while download.process.running() and samples[-1][0] - samples[0][0] < 30:
            time.sleep(1)
            samples.append((time.monotonic(), self.crossed()))
        taken, crossed = samples[-1][0] - samples[0][0], samples[-1][1] - samples[0][1]
        average = crossed / max(taken, 1)
        print(f"rate: {average:.0f} bytes a second crossed for {taken:.0f} s, {rate} permitted", flush=True)
        # Two senders, each with a burst at either end.
        self.assertLess(crossed, (rate * (taken + 1) + 4 * BURST) * OVERHEAD)
        self.finish(download)


if __name__ == "__main__":
    require_namespaces()
    unittest.main(verbosity=2)
