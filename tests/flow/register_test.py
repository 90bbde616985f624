#!/usr/bin/env python3
"""An agent is taken off the register while it serves, with real processes: its orders end, what it carried until then
is on the books, it is directed no more, cannot come back with its key, and the accounting objects that measure it tell
when it left.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from cluster import Cluster, CommandFailed, free_port, make_file, work_folder  # noqa: E402
from processes import wait_for  # noqa: E402

SIZE = 24_000_000
RATE = "2MB/s"  # that the source may send: it serves for a while


def url_of(cluster, content):
    return f"https://{cluster.tracker.address}:{cluster.tracker.port}/content/{content}"


def served_by(cluster, key):
    return [t for t in cluster.tracker.json("transfers")["transfers"] if t["sender"] == key]


def pieces_of(agent):
    contents = agent.json("status")["contents"]
    return contents[0]["pieces_held"] if contents else 0


def refused(call, part):
    try:
        call()
    except CommandFailed as failed:
        assert part in failed.stderr, failed.stderr
        assert failed.status == 1, failed.status
        return
    raise AssertionError(f"not refused: {part}")


def taken_off_while_it_serves(cluster, content, film, folder):
    tracker, source, receiver = cluster.tracker, cluster.agents["source"], cluster.agents["receiver"]
    key = source.json("status")["agent"]
    cluster.agents["cdn"].process.stop()
    download = receiver.get(url_of(cluster, content), folder / "receiver.out")
    wait_for(lambda: pieces_of(receiver) >= 8, "a part to have come")
    assert tracker.json("orders")["orders"], "nothing is served"
    assert tracker.json("agent", "remove", "source")["removed"] == key
    assert source.process.wait() == 1, "an agent that was taken off goes on"
    assert "took this agent off the register" in source.process.output(), source.process.output()[-500:]
    assert not tracker.json("orders")["orders"], "an order of an agent that was taken off stands"

    held = receiver.json("status")["contents"][0]
    signed = held["pieces_held"] * film.stat().st_size // held["pieces_total"]
    wait_for(lambda: served_by(cluster, key), "what it carried to be on the books")
    carried = sum(t["acknowledged_bytes"] for t in served_by(cluster, key))
    assert 0 < carried < SIZE, carried
    assert abs(carried - signed) <= 2 * SIZE // held["pieces_total"], (carried, signed)
    print(f"ok: taken off while it served: it ended, {carried:,} bytes that it had carried are on the books")

    cluster.agents["cdn"].start()
    download.wait(120)
    assert (folder / "receiver.out").read_bytes() == film.read_bytes()
    assert sum(t["acknowledged_bytes"] for t in served_by(cluster, key)) == carried, "it served after its removal"
    print("ok: its receiver was directed elsewhere and has the film")
    return key


def stays_off(cluster, content, key):
    tracker, source = cluster.tracker, cluster.agents["source"]
    source.start()
    assert source.process.wait() == 1
    refused(lambda: source.cli("enroll", tracker.client_link, "--name", "source"), "off the register")
    refused(lambda: tracker.command("agent", "remove", "source"), "is on the register")
    refused(lambda: tracker.command("agent", "remove", "nobody"), "no enrolled agent has the key or name 'nobody'")
    shown = {row["name"]: row for row in tracker.json("agent", "list")["agents"]}
    assert set(shown) == {"cdn", "receiver"}, shown
    everyone = {row["name"]: row for row in tracker.json("agent", "list", "--all")["agents"]}
    assert everyone["source"]["removed"] and not everyone["cdn"]["removed"], everyone
    candidates = tracker.json("agents", "--content", content, "--for", "receiver")["candidates"]
    assert key not in {row["agent"] for row in candidates}, candidates
    print("ok: it cannot come back with its key, by connecting or by enrolling")


def objects_tell(cluster, key):
    shown = cluster.tracker.json("object", "show", "the source")
    member = {m["member"]: m for m in shown["members"]}[f"client:{key}"]
    assert member["left"], member
    history = cluster.tracker.json("object", "show", "the source", "--history")["history"]
    events = [(e["event"], e["of"]) for e in history]
    for event in ("subscribed", "left"):
        assert (event, f"client:{key}") in events, events
    print("ok: the object that measures it tells when it subscribed and when it left")


def main():
    folder = work_folder("register")
    with Cluster(folder) as cluster:
        tracker = cluster.tracker
        tracker.init(free_port())
        tracker.start()
        tracker.command("isp", "add", "SP1", "--prefix", "127.11.0.0/16")
        tracker.command("isp", "add", "CDN", "--prefix", "127.19.0.0/16")
        tracker.command("agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "0.02", "--currency", "EUR")
        cluster.add_agent("cdn", "127.19.0.1", cdn_node=True)
        cluster.add_agent("source", "127.11.0.1", config={"upload_cap": RATE})
        cluster.add_agent("receiver", "127.11.0.2", share=False)
        tracker.command("object", "add", "the source", "--client", "source")
        film = make_file(folder / "film.mp4", SIZE)
        content = cluster.agents["cdn"].json("publish", film, "--owner", "Studio", "--title", "Film")["content"]
        cluster.agents["source"].get(url_of(cluster, content), folder / "source.out").wait(120)
        key = taken_off_while_it_serves(cluster, content, film, folder)
        stays_off(cluster, content, key)
        objects_tell(cluster, key)
        tracker.command("audit")
        print("ok: the books agree with the evidence")


if __name__ == "__main__":
    main()
