"""The demo's figures: printed, and checked against each other and against what lies outside the books."""
import datetime
import json
from collections import defaultdict

GIGABYTE = 1_000_000_000


class DoesNotAddUp(Exception):
    pass


def require(condition, text):
    if not condition:
        raise DoesNotAddUp(f"this does not add up: {text}")
    print(f"ok: {text}", flush=True)


def megabytes(count):
    return f"{count / 1e6:,.1f} MB"


class Books:
    """What the tracker's books say once every receipt is in."""

    def __init__(self, cluster, site, film_bytes, content):
        self.cluster, self.tracker, self.site = cluster, cluster.tracker, site
        self.film_bytes, self.content = film_bytes, content
        self.names = {agent.json("status")["agent"]: name for name, agent in cluster.agents.items()}
        self.transfers = self.tracker.json("transfers")["transfers"]
        self.month = f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m}"
        self.statements = {isp: self.tracker.json("settle", "--isp", isp, "--period", self.month)["statement"]
                           for isp in ("SP1", "SP2", "SP3")}

    def print_transfers(self):
        rows = defaultdict(lambda: [0, ""])
        for transfer in self.transfers:
            key = (self.names[transfer["sender"]], self.names[transfer["receiver"]], transfer["traffic"])
            rows[key][0] += transfer["acknowledged_bytes"]
            rows[key][1] = transfer["path"] or rows[key][1]
        for (sender, receiver, traffic), (count, path) in sorted(rows.items()):
            if count:
                print(f"{sender:>7} -> {receiver:<7} {traffic:<7} {megabytes(count):>10}  via {path or '(no router)'}")

    def print_settlements(self):
        for isp in self.statements:
            print(self.tracker.command("settle", "--isp", isp, "--period", self.month).rstrip(), "\n", flush=True)

    def acknowledged(self, **wanted):
        return sum(t["acknowledged_bytes"] for t in self.transfers if all(t[k] == v for k, v in wanted.items()))

    def into(self, isp):
        """Acknowledged bytes that came from outside to the ISP's customers."""
        return sum(t["acknowledged_bytes"] for t in self.transfers if t["to"] == isp and t["from"] != isp)

    def print_savings(self, before, after):
        delivered = self.acknowledged()
        cdn = self.acknowledged(source="cdn-node")
        print(f"{len(self.names) - 1} deliveries of {megabytes(self.film_bytes)}: {megabytes(delivered)} in all")
        print(f"the CDN node served {megabytes(cdn)}; it was spared {megabytes(delivered - cdn)}, "
              f"{100 * (delivered - cdn) / delivered:.0f}%")
        for isp in ("SP1", "SP2", "SP3"):
            print(f"the content crossed the border into {isp} {self.into(isp) / self.film_bytes:.2f} times by the books"
                  + (f", {self.counted_into(isp, before, after) / self.film_bytes:.2f} by the interfaces' counters"
                     if before is not None else "")
                  + "; each of its two customers alone would have made it 2.00")

    @staticmethod
    def counted_into(isp, before, after):
        return sum(count - before.get(pair, 0) for pair, count in after.items() if pair[1] == isp)

    def check(self, before, after):
        clients = [key for key, name in self.names.items() if name != "cdn"]
        for key in clients:
            received = self.acknowledged(receiver=key)
            require(received == self.film_bytes,
                    f"{self.names[key]} acknowledged {received:,} bytes, the film's size, each once")
        require(self.acknowledged(**{"from": "SP3", "source": "peer"}) == 0,
                "no customer of SP3, which grants nothing, served a byte")
        self.check_statements()
        total = self.tracker.json("report", "bytes")["acknowledged_bytes"]
        require(total == self.acknowledged() == len(clients) * self.film_bytes,
                f"the accounts hold {total:,} bytes, the sum of all transfers")
        audit = self.tracker.command("audit", "--signatures").strip().splitlines()
        require(bool(audit), f"audit: {audit[-1] if audit else ''}")
        if before is not None:
            self.check_borders(before, after)

    def check_statements(self):
        for isp, statement in self.statements.items():
            lines = statement["charges"]["lines"]
            paid = sum(line["quantity"] for line in lines if line["kind"] == "volume")
            served = self.acknowledged(**{"from": isp, "source": "peer"})
            require(paid == served, f"{isp}'s statement bills {paid:,} bytes, what its customers served")
            export = self.cluster.folder / f"{isp}.json"
            self.tracker.command("settle", "--isp", isp, "--period", self.month, "--evidence", "--format", "json",
                                 "--out", export)
            verdict = self.tracker.cli("verify", export).strip().splitlines()
            require(bool(json.loads(export.read_text())),
                    f"{isp}'s export verifies with public keys alone: {verdict[0]}")

    def check_borders(self, before, after):
        """Interfaces count frames with their headers, control traffic and blocks sent twice; books count payload."""
        for isp in ("SP1", "SP2", "SP3"):
            counted, booked = self.counted_into(isp, before, after), self.into(isp)
            require(booked <= counted <= 1.15 * booked + 4_000_000,
                    f"into {isp} the interfaces counted {megabytes(counted)}, the books {megabytes(booked)}")
