"""A party that the test plays itself: an enrolled key with an open control channel, so that the test holds both keys of
a real order and makes real receipts of any size and time."""
import time

import wire


class Player:
    def __init__(self, tracker, folder, name, library=()):
        self.tracker, self.library = tracker, library
        self.key = wire.Key(folder / f"{name}.pem")
        (status, body), self.tracker_key = wire.enroll(tracker.address, tracker.port, tracker.client_link, self.key,
                                                       name)
        assert status == 200, body
        self.channel = None
        self.connect()

    def connect(self):
        """Anew, after the tracker was gone."""
        if self.channel:
            self.channel.close()
        self.channel = wire.ControlChannel(self.tracker.address, self.tracker.port)
        self.channel.hello(self.key, self.tracker_key, self.library)
        self.channel.receive_type("welcome")


def issue_order(sender, receiver, content, not_before=0):
    """A real order between the two, as the tracker signed and pushed it, not older than `not_before` (milliseconds)."""
    receiver.channel.send({"type": "want", "content": content, "pieces_held": 0, "sequential": False})
    while True:
        serve = sender.channel.receive_type("serve")
        order = wire.order_of(serve["order"])
        if order[b"receiver"] == receiver.key.public and order[b"not_before"] >= not_before:
            return order


class Traffic:
    """Carries megabytes between two players by receipts alone, at the time of a clock."""

    def __init__(self, sender, receiver, content, now=time.time):
        self.sender, self.receiver, self.content, self.now = sender, receiver, content, now
        self.order = None
        self.sequence = self.total = 0

    def begin(self):
        """Under a new order, over new channels: nobody answers the pings of those before."""
        for player in (self.sender, self.receiver):
            player.connect()
        self.order = issue_order(self.sender, self.receiver, self.content, int(self.now() * 1000) - 2000)
        self.sequence = self.total = 0

    def carry(self, size, hops=()):
        """One receipt of `size` acknowledged bytes over these routers; the tracker must record it."""
        self.sequence, self.total = self.sequence + 1, self.total + size
        now = int(self.now() * 1000)
        order = self.order[b"id"]
        ack = wire.acknowledgement(self.receiver.key, order, self.sequence, self.total, at=now)
        receipt = wire.receipt(self.sender.key, order, self.sequence, size, self.total, ack, start=now, end=now,
                               hops=hops)
        tracker = self.sender.tracker
        status, answer = wire.http(tracker.address, tracker.port, "POST", "/v1/receipts",
                                   wire.bencode({"receipts": [receipt]}))
        assert status == 200 and wire.bdecode(answer)[b"statuses"] == [0], (status, answer)
