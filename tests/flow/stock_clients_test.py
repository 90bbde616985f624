#!/usr/bin/env python3
"""Stock BitTorrent clients as users run them: Debian's aria2, Transmission and qBittorrent each fetch a published film
by the torrent of a subscriber, from the CDN node that the tracker ordered to serve their address. What was sent is on
receipts, acknowledged by nobody and billed nowhere. Whoever has no live order gets no payload byte. Where an ISP
has a price for what nobody acknowledges, agents of its customers serve them too.

It runs in a network namespace of its own, on addresses of that namespace's loopback device: Transmission takes no
127.x.y.z for a peer. `--ipv6`: on IPv6 alone (BEP 7).
"""
import hashlib
import json
import os
import re
import socket
import struct
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from cluster import Cluster, CommandFailed, bracketed, make_file, work_folder  # noqa: E402
from processes import wait_for  # noqa: E402
from stock_clients import alone_on_the_network, complete, http_get  # noqa: E402
from wire import bdecode, bencode  # noqa: E402

SIZE = 24_000_001
V6 = "--ipv6" in sys.argv
NETWORK, PREFIX, FORGED = ("fd77::", "fd77::/64", "2001:db8::7") if V6 else ("10.77.0.", "10.77.0.0/24", "198.51.100.7")
TRACKER, CDN = f"{NETWORK}1", f"{NETWORK}2"
CLIENTS = {"aria2": f"{NETWORK}3", "transmission": f"{NETWORK}4", "qbittorrent": f"{NETWORK}5"}
BY_HAND, STRANGER = f"{NETWORK}6", f"{NETWORK}7"
PEERS = {"SP2": f"{NETWORK}8", "SP3": f"{NETWORK}9"}
CROWD = [f"{NETWORK}{host}" for host in range(20, 37)]  # one more than a subscriber may have
PORT, ANNOUNCE_PORT = 7443, 7480


def split(text):
    """An endpoint's host and port."""
    host, port = text.rsplit(":", 1)
    return host.strip("[]"), int(port)


def announce(key, info_hash, source=BY_HAND, path="announce", **fields):
    asked = {"info_hash": info_hash, "peer_id": b"-XX0001-abcdefghijkl", "port": 6999, "uploaded": 0, "downloaded": 0,
             "left": SIZE, "compact": 1, **fields}
    status, body = http_get(TRACKER, ANNOUNCE_PORT, f"/{path}/{key}?{urllib.parse.urlencode(asked)}", source)
    assert status == 200, (status, body)
    return bdecode(body)


def refused(what, key, info_hash, word, **fields):
    answer = announce(key, info_hash, **fields)
    reason = answer.get(b"failure reason", b"").decode()
    assert word in reason and b"peers" not in answer, f"{what}: {answer}"
    print(f"ok: {what}: {reason}")


def row_of(cluster, address):
    rows = [r for r in cluster.tracker.json("transfers")["transfers"] if r["receiver_address"] == address]
    return rows[0] if len(rows) == 1 else None


def announced(cluster):
    """How many whole files stock clients announced."""
    return cluster.tracker.json("report", "files")["known_by"]["stock_clients"]


def fetches(cluster, name, film, torrent):
    """The client completes; its transfer stands in the books: sent, by nobody acknowledged. So does its delivery."""
    address, before = CLIENTS[name], announced(cluster)

    def settled():
        # Its order ends when it tells the tracker that it is complete, or that it leaves.
        row = row_of(cluster, address)
        return not cluster.tracker.json("orders")["orders"] and row and row["sent_bytes"] >= SIZE

    took = complete(cluster.folder / name, name, address, film, torrent, settled)
    row = row_of(cluster, address)
    assert row["unacknowledged"] is True and row["acknowledged_bytes"] == 0, row
    assert row["sent_bytes"] <= SIZE * 1.1, f"{row['sent_bytes']} bytes were sent for a film of {SIZE}"
    assert row["source"] == "cdn-node" and row["from"] == row["to"] == "SP1", row
    assert announced(cluster) == before + 1, cluster.tracker.json("report", "files")
    print(f"ok: {name} completed in {took:.1f} s, {row['sent_bytes']:,} bytes sent on {row['receipts']} receipts")
    return row["sent_bytes"]


def payload_for(address, cdn, info_hash, patience=3.0):
    """What a raw client at this address gets when it asks for the first block: (unchoked, payload bytes)."""
    unchoked, payload, data = False, 0, b""
    with socket.create_connection(cdn, timeout=patience, source_address=(address, 0)) as peer:
        peer.sendall(b"\x13BitTorrent protocol" + bytes(7) + b"\x04" + info_hash + b"-XX0001-abcdefghijkl")
        peer.sendall(struct.pack(">IB", 1, 2) + struct.pack(">IBIII", 13, 6, 0, 0, 16384))
        deadline = time.monotonic() + patience
        try:
            while time.monotonic() < deadline and (part := peer.recv(65536)):
                data += part
        except TimeoutError:
            pass
    assert data[:20] == b"\x13BitTorrent protocol", data[:40]
    data = data[68:]
    while len(data) >= 5:
        length, kind = struct.unpack(">IB", data[:5])
        unchoked |= length == 1 and kind == 1
        payload += length - 9 if kind == 7 else 0
        data = data[4 + length:] if length else data[4:]
    return unchoked, payload


def directs_by_orders(cluster, key, info_hash, cdn):
    """An announce by hand: the answer names exactly whom the order names, and only then is the address served."""
    assert payload_for(STRANGER, cdn, info_hash) == (False, 0), "a stranger was served"
    answer = announce(key, info_hash, event="started")
    orders = cluster.tracker.json("orders")["orders"]
    assert len(orders) == 1 and orders[0]["cdn_node"], orders
    expected = socket.inet_pton(socket.AF_INET6 if V6 else socket.AF_INET, cdn[0]) + struct.pack(">H", cdn[1])
    told = (answer[b"peers"], answer.get(b"peers6", b""))
    assert told == ((b"", expected) if V6 else (expected, b"")), answer
    scraped = announce(key, info_hash, path="scrape")[b"files"][info_hash]
    assert scraped[b"complete"] == 1 and scraped[b"incomplete"] == 1, scraped
    wait_for(lambda: payload_for(BY_HAND, cdn, info_hash)[0], "the ordered address to be served")
    assert payload_for(STRANGER, cdn, info_hash) == (False, 0), "another address was served by the order"
    listed = announce(key, info_hash, compact=0)[b"peers"]
    assert listed == [{b"ip": cdn[0].encode(), b"port": cdn[1]}], listed
    assert announce(key, info_hash, event="stopped")[b"peers"] == b""
    wait_for(lambda: not cluster.tracker.json("orders")["orders"], "the order to end")
    assert payload_for(BY_HAND, cdn, info_hash) == (False, 0), "it was served after its order"
    print("ok: sources are exactly those ordered; without a live order for the address: no unchoke, no payload")


def refuses_bad_announces(key, info_hash):
    refused("a foreign key", "0" * 40, info_hash, "key")
    refused("no key at all", "short", info_hash, "key")
    refused("another content's hash", key, b"\x01" * 20, "content")
    refused("a forged address", key, info_hash, "address", ip=FORGED)
    refused("more left than there is", key, info_hash, "left", left=SIZE + 1)
    refused("an absurd number", key, info_hash, "downloaded", downloaded=2 ** 63)
    refused("a negative number", key, info_hash, "uploaded", uploaded=-5)
    refused("no port", key, info_hash, "port", port=0)
    refused("a short hash", key, info_hash[:19], "info_hash")


def counts_refusals(cluster):
    """Each kind of refused announce is in the log by name: how many, and the first example."""
    log = cluster.tracker.log.read_text()
    for fault in ("foreign_key", "unknown_content", "forged_address", "absurd_number", "malformed"):
        assert re.search(rf"refused fault={fault} count=1 .*\(first: .+\)", log), f"{fault} is not counted in the log"
    counts = re.findall(r"refused fault=absurd_number count=(\d+)", log)
    assert counts == ["1", "2", "4"], f"powers of two alone are told: {counts}"
    print("ok: refused announces are counted by kind, with the first example")


def limits_announces(cluster, info_hash):
    """A key's announces are limited, and the addresses of one subscriber; other subscribers are not held up."""
    flood = cluster.tracker.json("subscriber", "add", "flood")["key"]
    answers = (announce(flood, info_hash, path="scrape") for _ in range(5000))
    reasons = (answer.get(b"failure reason", b"").decode() for answer in answers)
    first = next(number for number, reason in enumerate(reasons) if "too many announces" in reason)
    assert first >= 64, f"the {first + 1}th announce was refused already"
    crowd = cluster.tracker.json("subscriber", "add", "crowd")["key"]
    answers = [announce(crowd, info_hash, source=address, event="started") for address in CROWD]
    assert all(b"peers" in answer for answer in answers[:-1]), answers
    assert b"at most 16 addresses" in answers[-1][b"failure reason"], answers[-1]
    for address in CROWD[:-1]:
        announce(crowd, info_hash, source=address, event="stopped")
    wait_for(lambda: not cluster.tracker.json("orders")["orders"], "the crowd's orders to end")
    print(f"ok: announce {first + 1} of a flood was refused, and the 17th address of one subscriber")


def books_hold(cluster, sent):
    total = cluster.tracker.json("report", "bytes")
    assert total["acknowledged_bytes"] == 0 and total["unacknowledged_bytes"] >= sent, total
    cluster.tracker.command("audit", "--signatures")
    files = cluster.tracker.json("report", "files")
    assert (files["files"], files["deliveries"]) == (len(CLIENTS), len(CLIENTS)), files
    print(f"ok: nothing is billed: {total['unacknowledged_bytes']:,} bytes sent and unacknowledged; the audit is clean")


def survives_restarts(cluster, key, info_hash, cdn_agent):
    """The CDN node started anew has its twin again, from the tracker."""
    cdn_agent.process.stop()
    cdn_agent.start()
    wait_for(cdn_agent.connected, "the CDN node to be back")
    held = wait_for(lambda: [a for a in cluster.tracker.json("agents")["agents"] if a["holds"]], "the film to be held")
    host, port = split(held[0]["address"])
    announce(key, info_hash, event="started")
    wait_for(lambda: payload_for(BY_HAND, (host, port), info_hash)[0], "to be served by the restarted node")
    print("ok: a CDN node started anew serves stock clients again")


def peers_serve_where_priced(cluster, key, info_hash, content):
    """Of two agents that hold the film, the one serves stock clients whose ISP has a price for it."""
    tracker, told = cluster.tracker, {}
    for isp, address in PEERS.items():
        tracker.command("isp", "add", isp, "--prefix", f"{address}/32")
        tariff = {"kind": "volume", "currency": "EUR", "tiers": [{"from": 0, "on_net": "0.01", "off_net": "0.02"}]}
        if isp == "SP2":
            tariff["unacknowledged"] = {"on_net": "0.5", "off_net": "1"}
        tracker.command("agreement", "add", "--terms", json.dumps({
            "format": "waybill isp agreement 1", "isp": isp, "timezone": "UTC", "from": "2026-01-01T00:00:00Z",
            "grant": {"kind": "always"}, "tariff": tariff}))
        peer = cluster.add_agent(f"peer-{isp}", address)
        peer.get(f"https://{tracker.address}:{tracker.port}/content/{content}", cluster.folder / f"{isp}.mp4").wait()
        host, port = split(next(a["address"] for a in tracker.json("agents")["agents"] if a["name"] == f"peer-{isp}"))
        told[isp] = {b"ip": host.encode(), b"port": port}
    wait_for(lambda: not tracker.json("orders")["orders"], "the peers' own orders to end")
    listed = announce(key, info_hash, compact=0, event="started")[b"peers"]
    assert told["SP2"] in listed and told["SP3"] not in listed, listed
    priced, unpriced = ((told[isp][b"ip"].decode(), told[isp][b"port"]) for isp in PEERS)
    wait_for(lambda: payload_for(BY_HAND, priced, info_hash)[1] > 0, "the peer to serve the ordered address")
    assert payload_for(STRANGER, priced, info_hash) == (False, 0), "the peer served a stranger"
    announce(key, info_hash, event="stopped")

    def by_peer():
        rows = [row for row in tracker.json("transfers")["transfers"] if row["unacknowledged"] and row["from"] == "SP2"]
        return rows if rows and rows[0]["sent_bytes"] > 0 else None

    sent = wait_for(by_peer, "the peer's receipt")[0]
    assert sent["acknowledged_bytes"] == 0 and sent["to"] == "SP1", sent
    print(f"ok: a peer serves where its ISP has a price for it: {sent['sent_bytes']:,} bytes by its word alone")


def revokes(cluster, key, info_hash):
    assert cluster.tracker.json("orders")["orders"]
    cluster.tracker.command("subscriber", "revoke", "house")
    wait_for(lambda: not cluster.tracker.json("orders")["orders"], "the revoked subscriber's orders to end")
    refused("a revoked key", key, info_hash, "key")


def main():
    alone_on_the_network(TRACKER, CDN, *CLIENTS.values(), BY_HAND, STRANGER, *PEERS.values(), *CROWD)
    folder = work_folder("stock")
    film = make_file(folder / "film.mp4", SIZE, seed=5)
    with Cluster(folder, tracker_address=TRACKER) as cluster:
        tracker = cluster.tracker
        tracker.init(PORT)
        with open(tracker.data / "tracker.conf", "a", encoding="utf-8") as settings:
            settings.write(f'announce-listen = "{bracketed(TRACKER)}:{ANNOUNCE_PORT}"\n')
        tracker.start()
        tracker.command("isp", "add", "SP1", "--prefix", PREFIX)
        cdn = cluster.add_agent("cdn", CDN, cdn_node=True)
        content = cdn.json("publish", film, "--owner", "Studio", "--title", "Film")["content"]
        key = tracker.json("subscriber", "add", "house")["key"]
        torrent = folder / "film.torrent"
        tracker.command("subscriber", "torrent", "house", "Film", "-o", torrent)
        assert torrent.stat().st_mode & 0o077 == 0, "the torrent holds a key, and others can read it"
        facts = bdecode(torrent.read_bytes())
        url = f"http://{bracketed(TRACKER)}:{ANNOUNCE_PORT}/announce/{key}"
        assert facts[b"announce"].decode() == url, facts[b"announce"]
        assert facts[b"info"][b"private"] == 1 and facts[b"info"][b"length"] == SIZE
        path = f"/torrent/{{}}/{content}.torrent"
        assert http_get(TRACKER, ANNOUNCE_PORT, path.format(key), BY_HAND) == (200, torrent.read_bytes())
        assert http_get(TRACKER, ANNOUNCE_PORT, path.format("0" * 40), BY_HAND)[1] != torrent.read_bytes()
        info_hash = hashlib.sha1(bencode(facts[b"info"])).digest()
        held = wait_for(lambda: [a for a in tracker.json("agents")["agents"] if a["holds"]], "the film to be held")
        host, port = split(held[0]["address"])
        refuses_bad_announces(key, info_hash)
        counts_refusals(cluster)
        limits_announces(cluster, info_hash)
        directs_by_orders(cluster, key, info_hash, (host, port))
        sent = sum(fetches(cluster, name, film, torrent) for name in CLIENTS)
        books_hold(cluster, sent)
        survives_restarts(cluster, key, info_hash, cdn)
        announce(key, info_hash, event="stopped")
        if not V6:  # the family makes no difference here
            peers_serve_where_priced(cluster, key, info_hash, content)
        announce(key, info_hash, event="started")
        revokes(cluster, key, info_hash)
        try:
            tracker.command("subscriber", "torrent", "house", "Film", "-o", torrent)
            raise AssertionError("a revoked subscriber got a torrent")
        except CommandFailed as error:
            assert "no subscriber in force" in error.stderr, error.stderr
    print("stock clients: all is well")


if __name__ == "__main__":
    main()
