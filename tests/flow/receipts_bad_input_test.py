#!/usr/bin/env python3
"""Receipts that no honest agent sends, posted to a real tracker: each gets its named status, and nothing else changes.

The test plays sender and receiver itself, over real control channels, so that it holds both keys of a real order.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import wire  # noqa: E402
from cluster import Cluster, free_port, make_file, work_folder  # noqa: E402
from player import Player, issue_order  # noqa: E402

MEGABYTE = 1 << 20
STATUS = {"recorded": 0, "exists": 1, "malformed": 10, "too_large": 11, "unknown_order": 20,
          "receipt_signature_invalid": 21, "exists_with_different_content": 22, "acknowledgement_malformed": 30,
          "acknowledgement_for_another_order": 31, "acknowledgement_signature_invalid": 32, "outside_window": 40,
          "over_byte_limit": 41, "outside_pieces": 42, "sequence_superseded": 43, "totals_fall": 44}


class Books:
    def __init__(self, tracker):
        self.tracker = tracker

    def post(self, *envelopes, body=None):
        body = wire.bencode({"receipts": list(envelopes)}) if body is None else body
        status, answer = wire.http(self.tracker.address, self.tracker.port, "POST", "/v1/receipts", body)
        return status, wire.bdecode(answer)[b"statuses"] if status == 200 else answer

    def facts(self):
        """Everything the books say, but the count of refused receipts."""
        statement = self.tracker.json("settle", "--isp", "SP1", "--period", wire.time.strftime("%Y-%m"))
        statement.pop("refused", None)
        for key in ("generated", "signature", "statement"):
            statement.pop(key, None)
        return (self.tracker.command("report", "bytes", "--group-by", "isp-pair,owner,content", "--format", "json"),
                self.tracker.command("records", "--json"), str(statement.get("lines")))


def expect(books, name, want, *envelopes):
    before = books.facts()
    http, statuses = books.post(*envelopes)
    assert http == 200 and statuses == [STATUS[want]], f"{name}: wanted {want}, got {http} {statuses}"
    assert books.facts() == before, f"{name}: the books changed"
    print(f"ok: {name}: {want}")


def expect_http(books, name, want, body):
    before = books.facts()
    http, _ = books.post(body=body)
    assert http == want, f"{name}: wanted HTTP {want}, got {http}"
    assert books.facts() == before, f"{name}: the books changed"
    print(f"ok: {name}: HTTP {want}")


def main():
    folder = work_folder("receipts")
    with Cluster(folder, tracker_address="127.0.0.1") as cluster:
        tracker = cluster.tracker
        tracker.init(free_port())
        tracker.start()
        tracker.command("isp", "add", "SP1", "--prefix", "127.0.0.0/8", "--timezone", "UTC")
        tracker.command("agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "0.02", "--currency", "EUR")
        cdn = cluster.add_agent("cdn", "127.0.0.1", cdn_node=True)
        film = make_file(folder / "film", 4 * MEGABYTE)
        content = cdn.json("publish", film, "--owner", "MovieStudio", "--title", "RobinHood")["content"]
        cdn.process.stop()

        held = {"content": content, "pieces_held": 4, "pieces_total": 4}
        sender = Player(tracker, folder, "sender", [held])
        receiver = Player(tracker, folder, "receiver")
        third = wire.Key(folder / "third.pem")
        books = Books(tracker)
        order = issue_order(sender, receiver, content)
        run_cases(books, order, sender, receiver, third)
        audit = tracker.command("audit")
        print(audit.strip())
    print("every refusal was named, and nothing else changed")


def run_cases(books, order, sender, receiver, third):
    order_id, limit = order[b"id"], order[b"byte_limit"]
    ack = lambda seq, total, key=receiver.key, oid=order_id, **more: wire.acknowledgement(key, oid, seq, total, **more)
    make = lambda seq, sent, total, inner=b"", key=sender.key, oid=order_id, **more: wire.receipt(
        key, oid, seq, sent, total, inner, **more)

    first = make(1, MEGABYTE, MEGABYTE, ack(1, MEGABYTE))
    second = make(2, MEGABYTE, 2 * MEGABYTE, ack(2, 2 * MEGABYTE, total_pieces=2))
    assert books.post(first, second) == (200, [0, 0])
    recorded = books.facts()
    assert "RobinHood" in recorded[1], recorded[1]

    expect(books, "a replayed receipt", "exists", first)
    expect(books, "the same id with other bytes", "exists_with_different_content",
           make(2, MEGABYTE + 1, 2 * MEGABYTE + 1, ack(2, 2 * MEGABYTE, total_pieces=2)))
    expect(books, "a forged receipt", "receipt_signature_invalid",
           make(3, 1, 2 * MEGABYTE + 1, ack(3, 2 * MEGABYTE + 1), key=third))
    expect(books, "an order nobody issued", "unknown_order", make(3, 1, 1, ack(3, 1, oid=b"x" * 16), oid=b"x" * 16))
    expect(books, "an acknowledgement for another order", "acknowledgement_for_another_order",
           make(3, 1, 2 * MEGABYTE + 1, ack(3, 2 * MEGABYTE + 1, oid=b"y" * 16)))
    expect(books, "an acknowledgement from a third key", "acknowledgement_signature_invalid",
           make(3, 1, 2 * MEGABYTE + 1, ack(3, 2 * MEGABYTE + 1, key=third)))
    expect(books, "an acknowledgement by the sender itself", "acknowledgement_signature_invalid",
           make(3, 1, 2 * MEGABYTE + 1, ack(3, 2 * MEGABYTE + 1, key=sender.key)))
    expect(books, "an acknowledgement that is garbage", "acknowledgement_malformed",
           make(3, 1, 2 * MEGABYTE + 1, b"garbage"))
    expect(books, "a receipt over the byte limit", "over_byte_limit",
           make(3, limit, 2 * MEGABYTE + limit, ack(3, limit + 1, total_pieces=4)))
    expect(books, "a receipt from before the window", "outside_window",
           make(3, 1, 2 * MEGABYTE + 1, ack(3, 2 * MEGABYTE + 1), start=1000,
                end=order[b"not_before"] - 600_000))
    expect(books, "a receipt from after the window", "outside_window",
           make(3, 1, 2 * MEGABYTE + 1, ack(3, 2 * MEGABYTE + 1), end=order[b"not_after"] + 600_000))
    expect(books, "more pieces than the order holds", "outside_pieces",
           make(3, 1, 2 * MEGABYTE + 1, ack(3, 2 * MEGABYTE + 1, total_pieces=1000)))
    expect(books, "falling totals", "totals_fall", make(3, 0, 2 * MEGABYTE, ack(3, MEGABYTE)))
    expect(books, "bytes that are no receipt", "malformed", b"no receipt")
    expect(books, "an oversized receipt", "too_large", b"x" * 20_000)
    expect_http(books, "a torn batch", 400, wire.bencode({"receipts": [first]})[:-5])
    expect_http(books, "an oversized batch", 413, wire.bencode({"receipts": [b"x" * 1000] * 5000}))
    expect_http(books, "too many receipts in a batch", 400, wire.bencode({"receipts": [b"x"] * 1001}))

    # A good one among bad ones counts, alone.
    good = make(4, MEGABYTE, 3 * MEGABYTE, ack(4, 3 * MEGABYTE, total_pieces=3))
    http, statuses = books.post(b"garbage", good, good, second)
    assert (http, statuses) == (200, [STATUS["malformed"], 0, 1, 1]), statuses
    assert books.facts() != recorded
    expect(books, "a sequence that a later one has overtaken", "sequence_superseded",
           make(3, MEGABYTE, 3 * MEGABYTE, ack(3, 3 * MEGABYTE, total_pieces=3)))


if __name__ == "__main__":
    main()
