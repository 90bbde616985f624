"""One policy of each kind at a time, with real traffic, by bytes and by rate: the link between two ISPs, a link inside
one, an ISP's aggregate, an owner, a class. Each download ends whole, since the CDN's way is free; what crossed the
border is compared with the limit. Needs root; exits 77 where namespaces are refused."""
import pathlib
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from policy_lab import BORDER, BURST, OVERHEAD, PolicyLab  # noqa: E402
from lab import require_namespaces  # noqa: E402
from processes import wait_for  # noqa: E402

BYTES = 6_000_000
RATE = 500_000  # bytes a second
SENDERS = 2


class PolicyKinds(PolicyLab):
    SIZE = 24_000_000

    def test_each_kind_holds(self):
        self.lab.set_rate("cdn", 100)
        self.publish("Film", "Studio")
        self.publish("Match", "Sports", "--class", "live")
        self.lab.set_rate("cdn", self.CDN_RATE)
        border = self.lab.expected_path("sp1-a1", "sp2-a1")[1][1]
        self.tracker.command("component", "add", "core", "--kind", "link", "--address", border)
        self.finish(self.fetch())  # the way is measured once, so that it can be foreseen
        for kind, *arguments in (
                ("inter-AS link", "--component", BORDER),
                ("internal link", "--component", "link:core"),
                ("ISP aggregate", "--isp", "SP1", "--direction", "out"),
                ("owner", "--owner", "Sports", "--component", BORDER),
                ("class", "--class", "live", "--isp", "SP1", "--direction", "out")):
            title = "Match" if kind in ("owner", "class") else "Film"
            with self.subTest(kind=kind):
                self.bytes_hold(kind, title, arguments)
                self.rate_holds(kind, title, arguments)
        self.others_pass()

    def bytes_hold(self, kind, title, arguments):
        policy = self.lay(*arguments, "--bytes", BYTES, "--per", "month")
        before = self.crossed()
        self.finish(self.fetch(title), title)
        crossed = self.crossed() - before
        # Its last receipts are cut when its orders end.
        wait_for(lambda: self.standing(policy)["acked_bytes"] >= BYTES * 0.6, "the receipts to be recorded")
        acked = self.standing(policy)["acked_bytes"]
        print(f"{kind}: {acked} bytes acknowledged of {BYTES}, {crossed} crossed", flush=True)
        self.assertLessEqual(acked, BYTES)
        self.end(policy)

    def rate_holds(self, kind, title, arguments):
        policy = self.lay(*arguments, "--rate", RATE)
        before, began = self.crossed(), time.monotonic()
        download = self.fetch(title)
        while download.process.running():
            self.assertLessEqual(self.standing(policy)["permitted_rate"], RATE)
            time.sleep(0.5)
        crossed, taken = self.crossed() - before, time.monotonic() - began
        self.finish(download, title)
        print(f"{kind}: {crossed / taken:.0f} bytes a second crossed in {taken:.0f} s, {RATE} permitted", flush=True)
        self.assertGreater(crossed, RATE * taken / 4, "the policy was not used")
        self.assertLess(crossed, (RATE * (taken + 1) + SENDERS * BURST) * OVERHEAD)
        self.end(policy)

    def others_pass(self):
        """A policy of live content and of another owner does not hold a film back."""
        live = self.lay("--class", "live", "--isp", "SP1", "--direction", "out", "--bytes", 1_000_000, "--per", "month")
        other = self.lay("--owner", "Sports", "--component", BORDER, "--rate", 20_000)
        before = self.crossed()
        self.finish(self.fetch())
        crossed = self.crossed() - before
        print(f"others: {crossed} bytes of a film crossed", flush=True)
        self.assertGreater(crossed, BYTES)
        for policy in (live, other):
            self.assertEqual(self.standing(policy)["acked_bytes"] or 0, 0)


if __name__ == "__main__":
    require_namespaces()
    unittest.main(verbosity=2)
