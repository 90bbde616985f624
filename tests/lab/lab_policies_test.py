"""Network capacity policies with real traffic: what the interfaces at a border count is compared with what the policy
permits and the overshoot that tracker/policy/README.md states. Needs root; exits 77 where namespaces are refused."""
import pathlib
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from policy_lab import BORDER, BURST, OVERHEAD, PolicyLab  # noqa: E402
from lab import require_namespaces  # noqa: E402
from processes import wait_for  # noqa: E402


class Policies(PolicyLab):
    CDN_RATE = 8
    SIZE = 36_000_000

    def setUp(self):
        super().setUp()
        self.lab.set_rate("cdn", 200)
        self.publish("Film", "Studio")
        self.lab.set_rate("cdn", self.CDN_RATE)

    def test_a_byte_policy_holds_is_used_and_the_cdn_fills_the_rest(self):
        limit = 12_000_000
        policy = self.lay("--component", BORDER, "--bytes", limit, "--per", "month")
        before = self.crossed()
        self.finish(self.fetch())
        crossed = self.crossed() - before
        print(f"bytes: {crossed} crossed, {limit} permitted", flush=True)
        # No overshoot: every order was foreseen. More crosses than is acknowledged: blocks that came twice, and parts
        # of pieces that another source had to complete.
        self.assertLess(self.standing(policy)["acked_bytes"], limit)
        wait_for(lambda: self.standing(policy)["acked_bytes"] >= limit * 0.9, "nine tenths of it to be used")
        acked = self.standing(policy)["acked_bytes"]
        print(f"bytes: {acked} acknowledged, {acked / limit:.0%}", flush=True)
        self.assertLessEqual(acked, limit)

    def test_a_rate_policy_laid_while_a_download_runs_slows_what_crosses_and_ends_again(self):
        rate = 400_000
        before = self.crossed()
        download = self.fetch()
        wait_for(lambda: self.crossed() - before > 2_000_000, "the peers to serve across the border")
        self.lay("--component", BORDER, "--rate", rate)
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
