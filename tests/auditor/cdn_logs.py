"""What CDN nodes' plain web servers sent, by logs of their own: made here, imported by the real program in overlapping
parts, and appended to the evidence by this file's own reading of it."""
import gzip
import hashlib
import ipaddress
import random

from evidence import Receipt
from history import CLASSES, DAY, FIRST, ISPS, LAST, TITLES

SIZE = 700_000_000  # of each title
SERVERS = {"SP1": "198.18.1.40", "Transit": "198.18.6.40", "": "203.0.113.40"}
LINES = 60  # of each part


class CdnLogs:
    def __init__(self, tracker, evidence, seed):
        self.tracker, self.evidence, self.random = tracker, evidence, random.Random(f"cdn logs {seed}")
        self.lines, self.contents = [], {}

    def _url(self, title):
        return f"http://cdn.example/{sorted(TITLES).index(title)}.bin"

    def add_web_seeds(self):
        for title in TITLES:
            self.contents[title] = self.tracker.ask("content", "webseed", "add", title, self._url(title))["content"]

    def feed(self, part):
        """Further lines, imported with some of those before them, twice."""
        made = [self._line(part) for _ in range(LINES)]
        text = "".join(self.random.sample(self.lines, len(self.lines) // 2) + made)
        self.lines += made
        log = self.tracker.folder / f"cdn{part}.log.gz"
        log.write_bytes(gzip.compress(text.encode()))
        told = self.tracker.ask("records", "import-log", log)
        again = self.tracker.ask("records", "import-log", log)
        if again["imported"] or again["existed"] != told["imported"] + told["existed"]:
            self.evidence.disagreements.append(f"a log imported twice: {told} and {again}")

    def _line(self, part):
        draw = self.random
        title, server = draw.choice(list(TITLES)), draw.choice(list(SERVERS))
        client_isp = draw.choice([*list(ISPS)[:5], ""])
        client = (ISPS[client_isp][2].rsplit(".", 1)[0] if client_isp else "203.0.113") + f".{draw.randint(60, 90)}"
        took = draw.randrange(60_000)
        ended = draw.randrange(FIRST + DAY, LAST - DAY)
        sent = SIZE if draw.random() < 0.2 else draw.randrange(1, 4_000_000)
        status, method = draw.choice([(200, "GET"), (206, "GET"), (206, "GET"), (404, "GET"), (200, "HEAD")])
        url = self._url(title) if draw.random() < 0.9 else "http://cdn.example/another.bin"
        if status != 404 and method == "GET" and "another" not in url:
            self._count(part, title, server, client_isp, client, ended - took, ended, sent)
        return (f"{ended // 1000}.{ended % 1000:03} {draw.getrandbits(128):032x} {SERVERS[server]} {client} {status} "
                f'{sent} {took // 1000}.{took % 1000:03} "{method} {url}"\n')

    def _count(self, part, title, server, client_isp, client, started, ended, sent):
        address = ipaddress.ip_address("::ffff:" + client).packed
        key = hashlib.sha256(b"waybill cdn log client" + address).hexdigest()
        order = {"number": 0, "title": title, "owner": TITLES[title], "class": CLASSES[title], "agreement": 0,
                 "source_isp": server, "destination_isp": client_isp, "receiver": "", "receiver_key": key,
                 "sender_key": "", "content": self.contents[title], "stock": True}
        self.evidence.cdn.append(Receipt(order, 0, started, ended, 0, sent, part, {"hops": []}))
        if sent == SIZE:
            self.evidence.deliveries.append(
                {"title": title, "owner": TITLES[title], "class": CLASSES[title], "receiver": "", "receiver_key": key,
                 "isp": client_isp, "size": SIZE, "started": started, "completed": ended, "signed": False,
                 "content": self.contents[title]})
