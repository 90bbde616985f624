#!/usr/bin/env python3
"""What no honest agent says on the control channel: each gets its named refusal, nothing else changes, and the tracker
goes on serving the others.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import wire  # noqa: E402
from cluster import Cluster, CommandFailed, free_port, work_folder  # noqa: E402

NOT_ENROLLED, KEY_PROOF_INVALID, MALFORMED, TOO_BUSY, NEWER = 41, 42, 43, 50, 49


class Door:
    def __init__(self, tracker, tracker_key):
        self.tracker, self.tracker_key = tracker, tracker_key

    def channel(self):
        return wire.ControlChannel(self.tracker.address, self.tracker.port)

    def state(self):
        """Everything that may not change: who is connected, and the books."""
        agents = self.tracker.json("agents")["agents"]
        return ([(a["agent"], a["address"], a["holds_total"], a["shares"]) for a in agents],
                self.tracker.command("report", "bytes"), self.tracker.command("content", "list"))

    def expect(self, name, reason, talk):
        before = self.state()
        channel = self.channel()
        talk(channel)
        seen = channel.until_closed()
        reasons = [m.get("reason") for m in seen if m["type"] == "refused"]
        assert reasons == [reason], f"{name}: wanted refusal {reason}, saw {seen}"
        assert self.state() == before, f"{name}: something changed"
        print(f"ok: {name}: refusal {reason}")

    def expect_closed(self, name, talk):
        before = self.state()
        channel = self.channel()
        talk(channel)
        seen = [m["type"] for m in channel.until_closed()]
        assert "welcome" not in seen, f"{name}: was welcomed"
        assert self.state() == before, f"{name}: something changed"
        print(f"ok: {name}: closed")


def main():
    folder = work_folder("control")
    with Cluster(folder) as cluster:
        tracker = cluster.tracker
        tracker.init(free_port())
        tracker.start()
        tracker.command("isp", "add", "SP1", "--prefix", "127.0.0.0/8", "--timezone", "UTC")
        cluster.add_agent("honest", "127.0.0.1")
        key, other = wire.Key(folder / "key.pem"), wire.Key(folder / "other.pem")
        (status, body), tracker_key = wire.enroll(tracker.address, tracker.port, tracker.client_link, key, "liar")
        assert status == 200, body
        run_cases(Door(tracker, tracker_key), key, other)
        enroll_cases(tracker, folder, tracker_key)
        assert cluster.agents["honest"].connected(), "the honest agent lost its tracker"
    print("every refusal was named, and nothing else changed")


def run_cases(door, key, other):
    tracker_key = door.tracker_key
    door.expect("a hello signed by another key", KEY_PROOF_INVALID,
                lambda c: c.hello(key, tracker_key, sign_with=other))
    door.expect("a proof made for another tracker", KEY_PROOF_INVALID, lambda c: c.hello(key, bytes(32)))
    door.expect("a key that is not enrolled", NOT_ENROLLED, lambda c: c.hello(other, tracker_key))
    door.expect("a request before the hello", MALFORMED,
                lambda c: c.send({"type": "want", "content": "0" * 64, "pieces_held": 0, "sequential": False}))
    door.expect("a text that is no JSON", MALFORMED, lambda c: c.send(b"no json"))
    door.expect("JSON nested too deep", MALFORMED, lambda c: c.send(b"[" * 5000))
    door.expect("a type that does not exist", MALFORMED, lambda c: c.send({"type": "abracadabra"}))
    door.expect("a message that only the tracker sends", MALFORMED, lambda c: welcomed(c, key, tracker_key).send(
        {"type": "serve", "order": "00", "receiver": "127.0.0.1"}))
    door.expect("numbers beyond their limits", MALFORMED, lambda c: welcomed(c, key, tracker_key).send(
        {"type": "library_update", "content": "0" * 64, "pieces_held": -1, "pieces_total": 1}))
    door.expect("a delivery that is not signed", MALFORMED, lambda c: welcomed(c, key, tracker_key).send(
        {"type": "done", "content": "0" * 64, "delivery": "abcd"}))
    door.expect("a flood", TOO_BUSY, lambda c: flood(welcomed(c, key, tracker_key)))
    door.expect_closed("a message over the limit", lambda c: c.send(b" " * ((1 << 20) + 1)))
    door.expect_closed("a frame that claims more than it may", lambda c: c.frame(b"x" * 100, claimed=1 << 40))
    door.expect_closed("a torn frame", lambda c: (c.frame(b"x" * 10, claimed=100), c.close()))
    door.expect_closed("a binary message", lambda c: c.frame(b"\0\1\2", opcode=2))
    door.expect_closed("bytes that are no WebSocket frame", lambda c: c.stream.sendall(b"\xff" * 64))

    first = welcomed(door.channel(), key, tracker_key)
    second = welcomed(door.channel(), key, tracker_key)
    reasons = [m.get("reason") for m in first.until_closed() if m["type"] == "refused"]
    assert reasons == [NEWER], reasons
    second.close()
    print("ok: a second connection of the same key takes the place of the first")


def welcomed(channel, key, tracker_key):
    channel.hello(key, tracker_key)
    channel.receive_type("welcome")
    return channel


def flood(channel):
    try:
        for _ in range(2000):
            channel.send({"type": "load_report", "upload_rate": 1, "orders_served": 0})
    except OSError:
        pass  # closed while we were still talking


def enroll_cases(tracker, folder, tracker_key):
    stranger = wire.Key(folder / "stranger.pem")
    agents = tracker.json("agents")
    link = tracker.client_link
    wrong_token = link[:-32] + "0" * 32
    (status, body), _ = wire.enroll(tracker.address, tracker.port, wrong_token, stranger, "stranger")
    assert status == 403 and b"token" in body, body
    status, body = wire.http(tracker.address, tracker.port, "POST", "/v1/enroll", b"{")
    assert status == 400, body
    status, body = wire.http(tracker.address, tracker.port, "POST", "/v1/publish", b"x",
                             {"x-waybill-key": stranger.public.hex()})
    assert status == 400, body
    assert tracker.json("agents") == agents
    print("ok: a wrong token, half an enrolment, an unsigned publication: refused")

    # The agent's end: a tracker that does not have the pinned key.
    from processes import LoopbackRunner, binaries
    wrong_pin = link.replace(tracker_key.hex(), wire.Key(folder / "pin.pem").public.hex())
    argv = [binaries() / "waybill-agent", "enroll", wrong_pin, "--data", folder / "fooled"]
    status, _, err = LoopbackRunner().call(None, argv)
    assert status == 1 and "key" in err and err.count("\n") == 1, (status, err)
    print(f"ok: another tracker's key: {err.strip()}")
    try:
        tracker.command("isp", "add", "SP9", "--prefix", "127.0.0.0/8")
        raise AssertionError("a prefix was given to two ISPs")
    except CommandFailed as refused:
        assert refused.status == 1 and "SP1" in refused.stderr, refused
        print(f"ok: a prefix claimed twice: {refused.stderr}")


if __name__ == "__main__":
    main()
