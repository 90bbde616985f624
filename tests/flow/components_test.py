#!/usr/bin/env python3
"""What the registry says of routers decides what records say: the next receipt of a running tracker is resolved by a
component that was just added, the one before keeps what it was, and both are as the registry says once they are
resolved again. The difference is shown before anything changes, and what is measured over components follows.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from cluster import Cluster, CommandFailed, free_port, make_file, work_folder  # noqa: E402
from player import Player, Traffic  # noqa: E402

MEGABYTE = 1 << 20
ROUTER = "127.9.9.9"


def carried(tracker, component):
    """Acknowledged bytes by the records of one component."""
    rows = tracker.json("report", "components", "--kind", "router", "--since", "-2h", "--until", "now")["rows"]
    return sum(row["acknowledged_bytes"] for row in rows if row["component"] == component)


def measured(tracker, name):
    return tracker.json("object", "show", name)["total"]["acknowledged_bytes"]


def run(cluster, folder):
    tracker = cluster.tracker
    tracker.init(free_port())
    tracker.start()
    tracker.command("isp", "add", "SP1", "--prefix", "127.0.0.0/8", "--timezone", "UTC")
    tracker.command("agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "0.02", "--currency", "EUR")
    cdn = cluster.add_agent("cdn", "127.0.0.1", cdn_node=True)
    film = make_file(folder / "film", 4 * MEGABYTE)
    content = cdn.json("publish", film, "--owner", "MovieStudio", "--title", "RobinHood")["content"]
    cdn.process.stop()
    held = [{"content": content, "pieces_held": 4, "pieces_total": 4}]
    traffic = Traffic(Player(tracker, folder, "sender", held), Player(tracker, folder, "receiver"), content, time.time)
    traffic.begin()

    traffic.carry(MEGABYTE, hops=[ROUTER])
    assert carried(tracker, f"router:{ROUTER}") == MEGABYTE
    tracker.command("component", "add", "core1", "--kind", "router", "--isp", "SP1", "--address", ROUTER)
    tracker.command("object", "add", "core", "--link", "router:core1")
    traffic.carry(MEGABYTE, hops=[ROUTER])
    assert carried(tracker, "router:core1") == MEGABYTE, "the next receipt is not resolved by the new component"
    assert carried(tracker, f"router:{ROUTER}") == MEGABYTE, "an earlier record changed by itself"
    assert measured(tracker, "core") == MEGABYTE
    print("ok: the next receipt used the component that was added, the record before kept its own")

    difference = tracker.command("records", "re-resolve", "--since", "-2h")
    assert "router:core1" in difference and ROUTER in difference, difference
    assert carried(tracker, "router:core1") == MEGABYTE, "showing the difference changed something"
    tracker.command("records", "re-resolve", "--since", "-2h", "--yes")
    assert carried(tracker, "router:core1") == 2 * MEGABYTE
    assert carried(tracker, f"router:{ROUTER}") == 0
    assert measured(tracker, "core") == 2 * MEGABYTE, "the object did not follow"
    done = tracker.json("records", "re-resolutions")
    assert len(done["resolutions"]) == 1, done
    tracker.command("audit")
    print("ok: the difference was shown first, then both records were resolved again, the object too; the audit agrees")


def main():
    folder = work_folder("components")
    with Cluster(folder) as cluster:
        run(cluster, folder)


if __name__ == "__main__":
    try:
        main()
    except CommandFailed as failed:
        sys.exit(str(failed))
