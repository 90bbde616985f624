"""Reads the evidence itself: which of the signed receipts that were handed in count, and for how much.

Written from common/protocol/README.md ("Receipt statuses") and tracker/ingest/README.md alone. It trusts the history
for one thing, who signed what, because it makes the forgeries; `waybill-tracker audit --signatures` checks the rest."""
from dataclasses import dataclass, field

from wire import bdecode

TOLERANCE = 120_000  # milliseconds between two clocks


@dataclass
class Receipt:
    """One that was recorded, with the facts of its order."""
    order: dict
    sequence: int
    start: int
    end: int
    acked: int  # what it adds to its order's acknowledged bytes
    sent: int
    part: int  # of the history: 0 in time, 1 and 2 late
    plan: dict

    def __str__(self):
        order = self.order
        return (f"order {order['number']} #{self.sequence} part {self.part}: {order['source_isp'] or 'unknown'} > "
                f"{order['destination_isp'] or 'unknown'}, {order['owner']}/{order['title']} to {order['receiver']}, "
                f"agreement {order['agreement']}, ends {self.end}, {self.acked} acknowledged, {self.sent} sent")


@dataclass
class Totals:
    sequence: int = 0
    sent: int = 0
    acked: int = 0
    recorded: dict = field(default_factory=dict)  # sequence: envelope


class Evidence:
    def __init__(self):
        self.receipts = []
        self.cdn = []  # what CDN nodes' web servers sent, in the form of receipts (cdn_logs.py)
        self.refused = []  # (status, source ISP, received at)
        self.deliveries = []
        self.disagreements = []
        self._orders, self._totals = {}, {}
        self._seen_deliveries = set()

    @property
    def counted(self):
        """All that the accounts count."""
        return self.receipts + self.cdn

    def take_in(self, number, part, told):
        """`part` of the history, and what the loader handed in and was answered."""
        for order in part["orders"]:
            signed = bdecode(bdecode(bytes.fromhex(told["orders"][str(order["number"])]))[b"b"])
            assert signed[b"owner"].decode() == order["owner"] and signed[b"agreement"] == order["agreement"]
            self._orders[signed[b"id"]] = dict(order, content=signed[b"content"].hex(),
                                              receiver_key=signed[b"receiver"].hex(),
                                              sender_key=signed[b"sender"].hex())
        for plan, answer in zip(part["batches"], told["batches"]):
            for receipt, envelope, status in zip(plan["receipts"], answer["receipts"], answer["statuses"]):
                mine = self._take_receipt(number, receipt, bytes.fromhex(envelope), plan["at"])
                if mine != status:
                    self.disagreements.append(f"status {status}, by the auditor {mine}: {receipt}")
        for plan, answer in zip(part["deliveries"], told["deliveries"]):
            self._take_delivery(plan, answer)

    def _take_delivery(self, plan, answer):
        signed = bdecode(bdecode(bytes.fromhex(answer["envelope"]))[b"b"])
        key = (signed[b"content"], signed[b"receiver"], signed[b"started"])
        new = key not in self._seen_deliveries
        if new != answer["added"]:
            self.disagreements.append(f"delivery counted {answer['added']}, by the auditor {new}: {plan}")
        if new:
            self._seen_deliveries.add(key)
            self.deliveries.append(dict(plan, content=signed[b"content"].hex(), receiver_key=signed[b"receiver"].hex(),
                                        completed=signed[b"completed"], size=signed[b"size"], signed=True))

    def _take_receipt(self, number, plan, envelope, at):
        fields = bdecode(bdecode(envelope)[b"b"])
        order = self._orders[fields[b"order"]]
        totals = self._totals.setdefault(order["number"], Totals())
        status, acked = self._status(order, totals, fields, envelope, plan)
        if status > 1:
            self.refused.append((status, order["source_isp"], at))
        if status == 0:
            after_acked = totals.acked if acked is None else acked
            sent = max(fields[b"sent_total"], after_acked) - max(totals.sent, totals.acked)
            self.receipts.append(Receipt(order, fields[b"sequence"], fields[b"start"], fields[b"end"],
                                         after_acked - totals.acked, sent, number, plan))
            totals.sequence, totals.sent, totals.acked = fields[b"sequence"], fields[b"sent_total"], after_acked
            totals.recorded[fields[b"sequence"]] = envelope
        return status

    @staticmethod
    def _status(order, totals, fields, envelope, plan):
        known = totals.recorded.get(fields[b"sequence"])
        if known == envelope:
            return 1, None
        if plan["signed_by"] != order["sender"]:
            return 21, None
        if known is not None:
            return 22, None
        acked, times = None, [fields[b"start"], fields[b"end"]]
        if fields[b"acknowledgement"]:
            inner = bdecode(bdecode(fields[b"acknowledgement"])[b"b"])
            if inner[b"order"] != fields[b"order"]:
                return 31, None
            if plan["acked_by"] != order["receiver"]:
                return 32, None
            acked = inner[b"total_bytes"]
            times.append(inner[b"time"])
        if fields[b"end"] < fields[b"start"] or any(
                not order["not_before"] - TOLERANCE <= time <= order["not_after"] + TOLERANCE for time in times):
            return 40, None
        if max(fields[b"sent_total"], acked or 0) > order["byte_limit"]:
            return 41, None
        if fields[b"sequence"] <= totals.sequence:
            return 43, None
        if fields[b"sent_total"] < totals.sent + fields[b"sent"] or (acked is not None and acked < totals.acked):
            return 44, None
        return 0, acked
