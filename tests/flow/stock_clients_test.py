#!/usr/bin/env python3
"""Stock BitTorrent clients as users run them: Debian's aria2, Transmission and qBittorrent each fetch a published film
by the torrent of a subscriber, from the CDN node that the tracker ordered to serve their address. What was sent is on
receipts, acknowledged by nobody and billed nowhere. Whoever has no live order gets no payload byte.

It runs in a network namespace of its own, on addresses of that namespace's loopback device: Transmission takes no
127.x.y.z for a peer.
"""
import hashlib
import json
import os
import socket
import struct
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from cluster import Cluster, CommandFailed, make_file, work_folder  # noqa: E402
from processes import LoopbackRunner, wait_for  # noqa: E402
from wire import bdecode, bencode  # noqa: E402

SIZE = 24_000_001
INSIDE = "WAYBILL_STOCK_NAMESPACE"
TRACKER, CDN = "10.77.0.1", "10.77.0.2"
CLIENTS = {"aria2": "10.77.0.3", "transmission": "10.77.0.4", "qbittorrent": "10.77.0.5"}
BY_HAND, STRANGER = "10.77.0.6", "10.77.0.7"
PORT, ANNOUNCE_PORT = 7443, 7480


def enter_namespace():
    """This program again, where it is alone on the network."""
    command = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    os.environ[INSIDE] = "1"
    os.execvp(command[0], command + [sys.executable, "-B", os.path.abspath(__file__)])


def make_addresses():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in [TRACKER, CDN, *CLIENTS.values(), BY_HAND, STRANGER]:
        subprocess.run(["ip", "address", "add", f"{address}/24", "dev", "lo"], check=True)


def http_get(path, source):
    """Status and body of a plain GET at the announce port, from that address."""
    with socket.create_connection((TRACKER, ANNOUNCE_PORT), timeout=20, source_address=(source, 0)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n".encode())
        data = b""
        while part := connection.recv(65536):
            data += part
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def announce(key, info_hash, source=BY_HAND, path="announce", **fields):
    asked = {"info_hash": info_hash, "peer_id": b"-XX0001-abcdefghijkl", "port": 6999, "uploaded": 0, "downloaded": 0,
             "left": SIZE, "compact": 1, **fields}
    status, body = http_get(f"/{path}/{key}?{urllib.parse.urlencode(asked)}", source)
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


def aria2(folder, address, torrent):
    return ["aria2c", f"--interface={address}", "--listen-port=6881", "--seed-time=0", "--enable-dht=false",
            "--bt-enable-lpd=false", "--file-allocation=none", "-d", folder, torrent]


def transmission(folder, address, torrent):
    settings = {"bind-address-ipv4": address, "peer-port": 6881, "rpc-enabled": False, "dht-enabled": False,
                "lpd-enabled": False, "utp-enabled": False, "port-forwarding-enabled": False,
                "watch-dir-enabled": True, "watch-dir": str(folder / "watch"), "download-dir": str(folder),
                "incomplete-dir-enabled": False, "rename-partial-files": False}
    (folder / "watch").mkdir()
    (folder / "watch" / "film.torrent").write_bytes(torrent.read_bytes())
    (folder / "settings.json").write_text(json.dumps(settings))
    return ["transmission-daemon", "-f", "-g", folder]


def qbittorrent(folder, address, torrent):
    config = folder / "profile" / "qBittorrent" / "config"
    config.mkdir(parents=True)
    (config / "qBittorrent.conf").write_text(
        "[BitTorrent]\n" f"Session\\InterfaceAddress={address}\n" "Session\\Port=6881\nSession\\DHTEnabled=false\n"
        "Session\\LSDEnabled=false\nSession\\PeXEnabled=false\n[LegalNotice]\nAccepted=true\n"
        "[Preferences]\nWebUI\\Enabled=false\n[Network]\nPortForwardingEnabled=false\n")
    return ["qbittorrent-nox", f"--profile={folder / 'profile'}", f"--save-path={folder}", torrent]


def fetches(cluster, name, command_of, film, torrent):
    """The client completes; its transfer stands in the books: sent, by nobody acknowledged."""
    folder = cluster.folder / name
    folder.mkdir()
    address = CLIENTS[name]
    env = dict(os.environ, HOME=str(folder))
    began = time.monotonic()
    process = LoopbackRunner().start(None, command_of(folder, address, torrent), folder / "log", env)
    got = folder / film.name

    def complete():
        return got.exists() and got.stat().st_size == SIZE and got.read_bytes() == film.read_bytes()

    try:
        wait_for(complete, f"{name} to complete the film", 120, 0.2)
        took = time.monotonic() - began
        # Its order ends when it tells the tracker that it is complete, or that it leaves.
        wait_for(lambda: not cluster.tracker.json("orders")["orders"], f"{name}'s order to end")
        row = wait_for(lambda: (r := row_of(cluster, address)) and r["sent_bytes"] >= SIZE and r, f"{name}'s receipts")
    except TimeoutError:
        print(process.output()[-3000:])
        raise
    finally:
        process.stop()
    assert row["unacknowledged"] is True and row["acknowledged_bytes"] == 0, row
    assert row["sent_bytes"] <= SIZE * 1.1, f"{row['sent_bytes']} bytes were sent for a film of {SIZE}"
    assert row["source"] == "cdn-node" and row["from"] == row["to"] == "SP1", row
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
    expected = socket.inet_aton(cdn[0]) + struct.pack(">H", cdn[1])
    assert answer[b"peers"] == expected, answer
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
    refused("a forged address", key, info_hash, "address", ip="198.51.100.7")
    refused("more left than there is", key, info_hash, "left", left=SIZE + 1)
    refused("an absurd number", key, info_hash, "downloaded", downloaded=2 ** 63)
    refused("a negative number", key, info_hash, "uploaded", uploaded=-5)
    refused("no port", key, info_hash, "port", port=0)
    refused("a short hash", key, info_hash[:19], "info_hash")


def books_hold(cluster, sent):
    total = cluster.tracker.json("report", "bytes")
    assert total["acknowledged_bytes"] == 0 and total["unacknowledged_bytes"] >= sent, total
    cluster.tracker.command("audit", "--signatures")
    print(f"ok: nothing is billed: {total['unacknowledged_bytes']:,} bytes sent and unacknowledged; the audit is clean")


def survives_restarts(cluster, key, info_hash, cdn_agent):
    """The CDN node started anew has its twin again, from the tracker."""
    cdn_agent.process.stop()
    cdn_agent.start()
    wait_for(cdn_agent.connected, "the CDN node to be back")
    held = wait_for(lambda: [a for a in cluster.tracker.json("agents")["agents"] if a["holds"]], "the film to be held")
    host, port = held[0]["address"].rsplit(":", 1)
    announce(key, info_hash, event="started")
    wait_for(lambda: payload_for(BY_HAND, (host, int(port)), info_hash)[0], "to be served by the restarted node")
    print("ok: a CDN node started anew serves stock clients again")


def revokes(cluster, key, info_hash):
    assert cluster.tracker.json("orders")["orders"]
    cluster.tracker.command("subscriber", "revoke", "house")
    wait_for(lambda: not cluster.tracker.json("orders")["orders"], "the revoked subscriber's orders to end")
    refused("a revoked key", key, info_hash, "key")


def main():
    if INSIDE not in os.environ:
        enter_namespace()
    make_addresses()
    folder = work_folder("stock")
    film = make_file(folder / "film.mp4", SIZE, seed=5)
    with Cluster(folder, tracker_address=TRACKER) as cluster:
        tracker = cluster.tracker
        tracker.init(PORT)
        with open(tracker.data / "tracker.conf", "a", encoding="utf-8") as settings:
            settings.write(f'announce-listen = "{TRACKER}:{ANNOUNCE_PORT}"\n')
        tracker.start()
        tracker.command("isp", "add", "SP1", "--prefix", "10.77.0.0/24")
        cdn = cluster.add_agent("cdn", CDN, cdn_node=True)
        content = cdn.json("publish", film, "--owner", "Studio", "--title", "Film")["content"]
        key = tracker.json("subscriber", "add", "house")["key"]
        torrent = folder / "film.torrent"
        tracker.command("subscriber", "torrent", "house", "Film", "-o", torrent)
        assert torrent.stat().st_mode & 0o077 == 0, "the torrent holds a key, and others can read it"
        facts = bdecode(torrent.read_bytes())
        assert facts[b"announce"].decode() == f"http://{TRACKER}:{ANNOUNCE_PORT}/announce/{key}", facts[b"announce"]
        assert facts[b"info"][b"private"] == 1 and facts[b"info"][b"length"] == SIZE
        assert http_get(f"/torrent/{key}/{content}.torrent", BY_HAND) == (200, torrent.read_bytes())
        assert http_get(f"/torrent/{'0' * 40}/{content}.torrent", BY_HAND)[1] != torrent.read_bytes()
        info_hash = hashlib.sha1(bencode(facts[b"info"])).digest()
        held = wait_for(lambda: [a for a in tracker.json("agents")["agents"] if a["holds"]], "the film to be held")
        host, port = held[0]["address"].rsplit(":", 1)
        refuses_bad_announces(key, info_hash)
        directs_by_orders(cluster, key, info_hash, (host, int(port)))
        sent = fetches(cluster, "aria2", aria2, film, torrent)
        sent += fetches(cluster, "transmission", transmission, film, torrent)
        sent += fetches(cluster, "qbittorrent", qbittorrent, film, torrent)
        books_hold(cluster, sent)
        survives_restarts(cluster, key, info_hash, cdn)
        revokes(cluster, key, info_hash)
        try:
            tracker.command("subscriber", "torrent", "house", "Film", "-o", torrent)
            raise AssertionError("a revoked subscriber got a torrent")
        except CommandFailed as error:
            assert "no subscriber in force" in error.stderr, error.stderr
    print("stock clients: all is well")


if __name__ == "__main__":
    main()
