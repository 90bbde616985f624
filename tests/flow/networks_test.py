#!/usr/bin/env python3
"""What is loaded of networks is used by a running tracker at once, kept over its restart, shown with its date and what
was left out, and dropped again; what is refused changes nothing. `path` says what each detector says.
"""
import bz2
import gzip
import os
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from cluster import Cluster, CommandFailed, free_port, make_file, work_folder  # noqa: E402
from player import Player, Traffic  # noqa: E402

MEGABYTE = 1 << 20
FOREIGN = "20.3.0.1"  # a router in nobody's registered prefix


def record(subtype, body, seconds=1_700_000_000):
    return struct.pack(">IHHI", seconds, 13, subtype, len(body)) + body


def routes_to(prefix, length, path):
    """RIB_IPV4_UNICAST (RFC 6396 4.3.2) of one route."""
    as_path = bytes([2, len(path)]) + b"".join(struct.pack(">I", asn) for asn in path)
    attributes = bytes([0x40, 2, len(as_path)]) + as_path
    body = struct.pack(">IB", 0, length) + bytes(prefix[:(length + 7) // 8]) + struct.pack(">H", 1)
    return record(2, body + struct.pack(">HIH", 0, 0, len(attributes)) + attributes)


def dump():
    peers = record(1, bytes([192, 0, 2, 1]) + struct.pack(">HH", 0, 1) + b"\x02" + bytes(8) + struct.pack(">I", 64500))
    return (peers + routes_to([0], 0, [64500]) + routes_to([20, 3], 16, [64500, 200]) +
            routes_to([10, 1], 16, [64500, 7]) + routes_to([127, 1], 16, [64500, 100, 200]))


def refused(tracker, *words):
    try:
        tracker.command(*words)
    except CommandFailed as failure:
        return str(failure)
    raise AssertionError(f"{words} was not refused")


def bad_input(tracker, folder):
    before = tracker.json("routing", "show")
    bad = folder / "bad.mrt"
    for content, why in ((dump()[:-3], "cut off"), (gzip.compress(dump())[:-9], "cut off"), (b"x" * 400, "MRT type"),
                         (b"", "not one MRT record"), (bz2.compress(dump() + b"tail of no record"), "MRT type")):
        bad.write_bytes(content)
        assert why in refused(tracker, "routing", "load", bad), why
    names = folder / "names.csv"
    names.write_text("100 First\n")
    good = folder / "good.mrt"
    good.write_bytes(dump())
    assert "MaxMind" in refused(tracker, "routing", "load", good, "--as-names", names, "--city-database", good)
    assert "no as-names is loaded" in refused(tracker, "routing", "drop", "as-names")
    assert "says what to load" in refused(tracker, "routing", "load")
    assert tracker.json("routing", "show") == before, "a refused file changed what is in use"
    print("ok: files that are cut off, corrupt or of the wrong kind changed nothing")


def run(cluster, folder):
    tracker = cluster.tracker
    tracker.init(free_port())
    tracker.start()
    tracker.command("isp", "add", "SP1", "--prefix", "127.0.0.0/8", "--asn", "100", "--timezone", "UTC")
    tracker.command("isp", "add", "SP2", "--asn", "200")
    tracker.command("agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "0.02", "--currency", "EUR")
    cdn = cluster.add_agent("cdn", "127.0.0.1", cdn_node=True)
    content = cdn.json("publish", make_file(folder / "film", 4 * MEGABYTE), "--owner", "O", "--title", "T")["content"]
    cdn.process.stop()
    held = [{"content": content, "pieces_held": 4, "pieces_total": 4}]
    traffic = Traffic(Player(tracker, folder, "sender", held), Player(tracker, folder, "receiver"), content, time.time)
    traffic.begin()

    def placed():
        rows = tracker.json("records")["records"]
        return {(row["isp_by"], row["component_owner"]) for row in rows if row["component"] == f"router:{FOREIGN}"}

    traffic.carry(MEGABYTE, hops=[FOREIGN])
    assert placed() == {("registry", "")}, placed()
    packed = folder / "rib.mrt.gz"
    packed.write_bytes(gzip.compress(dump()))
    loaded = tracker.json("routing", "load", packed)["networks"][0]
    assert loaded["date"].startswith("2023-11-14"), loaded
    assert "first 0.0.0.0/0" in loaded["facts"] and "first 10.1.0.0/16" in loaded["facts"], loaded
    traffic.carry(MEGABYTE, hops=[FOREIGN])
    assert ("BGP", "SP2") in placed(), placed()
    print("ok: the next receipt was placed by the table that was loaded, and says so")

    bad_input(tracker, folder)
    said = tracker.json("path", "127.0.0.1", FOREIGN, "--destination-name", "core1.sjc2.isp.example")
    assert said["destination"]["verdict"]["isp"] == {"value": "SP2", "by": "BGP", "confidence": "high"}, said
    assert said["destination"]["verdict"]["place"]["value"]["city"] == "San Jose", said
    assert said["source"]["verdict"]["isp"]["by"] == "registry", said
    assert said["verdict"]["isps"] == ["SP1", "SP2"], said
    here = tracker.json("path", "127.0.0.1", "127.0.0.2")
    assert here["traced"]["hops"][0]["address"] == FOREIGN and here["traced"]["hops"][0]["isp"] == "SP2", here
    assert "verdict: SP1" in tracker.command("path", "127.0.0.1", FOREIGN)
    assert "IP address" in refused(tracker, "path", "127.0.0.1", "nowhere")
    print("ok: path names detectors, verdict and the latest trace")

    assert "AS200 belongs to SP2" in refused(tracker, "isp", "asn", "SP1", "--add", "200")
    assert tracker.json("isp", "asn", "SP2", "--add", "201")["isps"][0]["asns"] == [200, 201]
    tracker.process.stop()
    assert tracker.json("routing", "show")["problems"] == []
    kept = list((tracker.data / "networks").iterdir())
    assert len(kept) == 1, kept
    tracker.command("routing", "drop", "routes")
    assert not list((tracker.data / "networks").iterdir())
    assert tracker.json("routing", "show")["networks"] == []
    print("ok: what was kept is there after an end, and gone when it is dropped")


def main():
    folder = work_folder("networks")
    with Cluster(folder) as cluster:
        run(cluster, folder)


if __name__ == "__main__":
    try:
        main()
    except CommandFailed as failed:
        sys.exit(str(failed))
