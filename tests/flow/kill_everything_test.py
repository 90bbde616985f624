#!/usr/bin/env python3
"""Promise 2: tracker and agents are killed with SIGKILL at seeded moments, at least 50 times, while films go round;
afterwards no receipt is lost and none is counted twice.

Compared, once everything has come to rest: each sender's own ledger of each order (what it holds signed
acknowledgements for) with the tracker's books, to the byte; the accounts with the receipts they were made from (audit);
and what each receiver got with what was acknowledged. A receiver that dies takes the acknowledgements with it that it
had not signed, so the books may hold less than it got, by at most one window a death, but never more.
"""
import os
import random
import sqlite3
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from cluster import Cluster, CommandFailed, free_port, make_file, work_folder  # noqa: E402
from processes import wait_for  # noqa: E402

SEED = int(os.environ.get("WAYBILL_SEED", "20261123"))
KILLS = int(os.environ.get("WAYBILL_KILLS", "54"))
SIZE = 24_000_000
WINDOW = 32 << 20


class Round:
    """Films go round among the clients, one after another, while everybody dies now and then."""

    def __init__(self, cluster, folder):
        self.cluster, self.folder = cluster, folder
        self.random = random.Random(SEED)
        self.clients = [name for name in cluster.agents if name != "cdn"]
        self.deaths = dict.fromkeys(cluster.agents, 0)
        self.kills = 0
        self.films = []  # (path, content URL)

    def publish(self):
        cdn = self.cluster.agents["cdn"]
        wait_for(cdn.connected, "the CDN node to be connected")
        number = len(self.films) + 1
        film = make_file(self.folder / f"film{number}", SIZE, seed=number)
        published = cdn.json("publish", film, "--owner", "MovieStudio", "--title", f"Film {number}")
        self.films.append((film, published["url"]))

    def output(self, name):
        return self.folder / f"{name}.{len(self.films)}"

    def missing(self):
        return [name for name in self.clients if not self.output(name).exists()]

    def ask(self):
        """Every client without the film asks for it, or goes on where it was. Through its agent: a `get` that finds
        none would run one of its own."""
        for name in self.missing():
            wait_for(self.cluster.agents[name].answers, f"{name} to run")
        return [self.cluster.agents[name].get(self.films[-1][1], self.output(name)) for name in self.missing()]

    def kill_one(self):
        victim = self.random.choice(["tracker", *self.cluster.agents])
        owner = self.cluster.tracker if victim == "tracker" else self.cluster.agents[victim]
        if not owner.process.running():
            raise AssertionError(f"{victim} had ended by itself: {owner.process.output()[-2000:]}")
        owner.process.kill9()
        self.kills += 1
        if victim != "tracker":
            self.deaths[victim] += 1
            for download in self.cluster.downloads:  # one that found no agent runs its own, on the same folder
                if download.agent is owner:
                    download.process.stop()
        time.sleep(self.random.uniform(0, 0.2))
        owner.start()

    def run(self):
        self.publish()
        while self.kills < KILLS:
            self.ask()
            for _ in range(self.random.randint(2, 5)):
                time.sleep(self.random.uniform(0.05, 1.0))
                self.kill_one()
            if not self.missing():
                self.publish()
            print(f"  {self.kills} kills, film {len(self.films)}", flush=True)

    def finish(self):
        deadline = time.monotonic() + 240
        while self.missing():
            if time.monotonic() > deadline:
                raise AssertionError("the downloads did not end after the killing had stopped")
            for download in self.ask():
                download.process.wait(120)


def at_rest(cluster):
    for agent in cluster.agents.values():
        try:
            status = agent.json("status")
        except CommandFailed:
            return False
        if status["outbox"]["waiting"] or status["serving"] or status["ending"]:
            return False
    return not cluster.tracker.json("orders")["orders"]


def sender_ledgers(cluster):
    """{order: acknowledged bytes} as the senders' own databases say, and what was refused."""
    ledgers, refused = {}, []
    for name, agent in cluster.agents.items():
        with sqlite3.connect(f"file:{agent.data / 'outbox.sqlite'}?mode=ro", uri=True) as database:
            refused += [(name, status) for (status,) in database.execute("SELECT status FROM refused")]
            for order, acked in database.execute("SELECT order_id, acked FROM account"):
                ledgers[order.hex()] = acked
    return ledgers, refused


def compare(cluster, round_):
    transfers = cluster.tracker.json("transfers")["transfers"]
    books = {t["order"]: t["acknowledged_bytes"] for t in transfers}
    ledgers, refused = sender_ledgers(cluster)
    assert not refused, f"receipts were refused: {refused[:3]}"
    differ = {order: (acked, books.get(order, 0)) for order, acked in ledgers.items() if acked != books.get(order, 0)}
    assert not differ, f"sender and tracker disagree: {differ}"
    print(f"ok: {len(ledgers)} orders still in the senders' ledgers agree with the books, to the byte")
    print("ok:", cluster.tracker.command("audit", "--signatures").strip().splitlines()[-1])
    by_receiver = {}
    for t in transfers:
        by_receiver[t["receiver"]] = by_receiver.get(t["receiver"], 0) + t["acknowledged_bytes"]
    for name, agent in cluster.agents.items():
        if name == "cdn":
            continue
        key = agent.json("status")["agent"]
        got = by_receiver.get(key, 0)
        whole = SIZE * len(round_.films)
        lost = whole - got
        print(f"  {name}: {whole:,} bytes received whole, {got:,} acknowledged, {round_.deaths[name]} deaths")
        assert lost <= WINDOW * (round_.deaths[name] + 1) and lost >= 0, f"{name}: {lost} bytes unaccounted for"


def main():
    folder = work_folder("kills")
    started = time.monotonic()
    with Cluster(folder) as cluster:
        tracker = cluster.tracker
        tracker.init(free_port())
        tracker.start()
        tracker.command("isp", "add", "SP1", "--prefix", "127.0.0.0/8", "--timezone", "UTC")
        tracker.command("agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "0.02", "--currency", "EUR")
        cluster.add_agent("cdn", "127.0.0.1", cdn_node=True, config={"upload_cap": "12MB/s"})
        for number in range(1, 4):
            cluster.add_agent(f"a{number}", f"127.0.0.{number + 1}", config={"upload_cap": "4MB/s"})
        round_ = Round(cluster, folder)
        print(f"seed {SEED}: {KILLS} kills", flush=True)
        round_.run()
        wait_for(lambda: all(a.connected() for a in cluster.agents.values()), "everybody to be connected")
        round_.finish()
        for number, (film, _) in enumerate(round_.films, 1):
            for name in round_.clients:
                assert (folder / f"{name}.{number}").read_bytes() == film.read_bytes(), f"{name} got something else"
        wait_for(lambda: at_rest(cluster), "every receipt to be in the books", patience=150, step=0.5)
        compare(cluster, round_)
        print(f"{round_.kills} kills, {time.monotonic() - started:.0f} s: no receipt lost, none counted twice")


if __name__ == "__main__":
    main()
