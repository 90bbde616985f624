"""Accounting objects that people make (`object add`): some before the first receipt, some filled from the past. What
they counted is worked out again from every receipt, by hour or day of their clocks, as a whole and by member."""
import reports
from history import QUARTER, text_of

SINCE = "2024-09-01T00:00Z"  # before the history
# Name, when it is made (before the first receipt, or after the first part), what it measures, its filter, zone, grain.
OBJECTS = [
    ("pair", 0, {"isp-pair": "SP1:SP2"}, {}, "UTC", "hour"),
    ("served for SP1", 1, {"agreements-of": "SP1"}, {"owner": "MovieStudio"}, "Europe/Berlin", "hour"),
    ("customers of SP4", 0, {"clients-of": "SP4"}, {"class": "live"}, "Asia/Kolkata", "day"),
    ("evenings", 1, {"clients-of": "SP5"}, {"between": "18:00-24:00"}, "Australia/Lord_Howe", "day"),
    ("out of SP3", 1, {"link": "inter-isp-link:SP3>SP1"}, {}, "UTC", "hour"),
    ("within SP2", 1, {"clients-of": "SP2"}, {"on-net": True}, "America/New_York", "hour"),
]


class Objects:
    def __init__(self, audit):
        self.audit, self.made = audit, []

    def make(self, when):
        for made in OBJECTS:
            name, at, entity, narrowed, zone, grain = made
            if at != when:
                continue
            words = [f"--{key}" if value is True else f"--{key}={value}" for key, value in (entity | narrowed).items()]
            self.audit.tracker.ask("object", "add", name, *words, "--timezone", zone, "--grain", grain, "--fill-since",
                                   SINCE)
            self.made.append(made)

    def check(self):
        for name, _, entity, narrowed, zone, grain in self.made:
            told = self.audit.tracker.ask("object", "show", name)
            rows, members = {}, {}
            for receipt in self.audit.evidence.receipts:
                touched = self._touched(entity, receipt)
                quarter = receipt.end // QUARTER * QUARTER
                for member in touched:
                    first, last = members.get(member, (quarter, quarter))
                    members[member] = (min(first, quarter), max(last, quarter))
                if not touched or not self._passes(narrowed, receipt, zone):
                    continue
                at = reports.local(quarter, zone).strftime("%Y-%m-%d" if grain == "day" else "%Y-%m-%dT%H:00")
                for member in (None, *touched):
                    rows.setdefault((member, at), []).append(receipt)
            mine = {key: self._counters(receipts) for key, receipts in rows.items()}
            theirs = {(row["member"], row["from"]): {key: row[key] for key in self._counters([])}
                      for row in told["counters"]}
            for key in mine.keys() | theirs.keys():
                if mine.get(key) != theirs.get(key):
                    self.audit.fail(f"object show {name}: {key}", theirs.get(key), mine.get(key), rows.get(key, []))
            seen = {row["member"]: (row["appeared"], row["last_seen"]) for row in told["members"]}
            wanted = {member: (text_of(first), text_of(last)) for member, (first, last) in members.items()}
            if seen != wanted:
                self.audit.fail(f"object show {name}: members", seen, wanted)

    @staticmethod
    def _counters(receipts):
        return {"acknowledged_bytes": sum(r.acked for r in receipts), "sent_bytes": sum(r.sent for r in receipts),
                "receipts": len(receipts)}

    @staticmethod
    def _touched(entity, receipt):
        """The members by which the receipt is the object's, whatever its filter says."""
        order, (kind, what) = receipt.order, next(iter(entity.items()))
        if kind == "link":
            return [what] if reports.carried_by(what, receipt) else []
        if kind == "isp-pair":
            first, second = what.split(":")
            links = (f"inter-isp-link:{first}>{second}", f"inter-isp-link:{second}>{first}")
            return [link for link in links if reports.carried_by(link, receipt)]
        if kind == "agreements-of":
            served = order["agreement"] and order["source_isp"] == what
            return [f"agreement:{order['agreement']}"] if served else []
        clients = set()
        if order["destination_isp"] == what:
            clients.add(order["receiver_key"])
        if order["source_isp"] == what and order["agreement"]:
            clients.add(order["sender_key"])
        return [f"client:{key}" for key in sorted(clients)]

    @staticmethod
    def _passes(narrowed, receipt, zone):
        order = receipt.order
        if "owner" in narrowed and order["owner"] != narrowed["owner"]:
            return False
        if "class" in narrowed and order["class"] != narrowed["class"]:
            return False
        if narrowed.get("on-net") and reports.traffic_of(receipt) != "on-net":
            return False
        return "between" not in narrowed or reports.within_hours(narrowed["between"], receipt.end, zone)
