"""What is owed, worked out slowly and exactly in fractions from the receipts themselves.

Written from tracker/agreements/README.md and agreement_document.h. Python's round() of a Fraction goes to the nearest
integer, halves to even: the one rounding rule."""
from fractions import Fraction

from history import QUARTER, local_month
from reports import local, window_of_period

GIGABYTE = 10 ** 9
FIVE_MINUTES = 5 * 60 * 1000
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MINOR = {"EUR": 100, "USD": 100, "JPY": 1}


def price(text, currency):
    """In minor units."""
    return Fraction(text) * MINOR[currency]


def in_hours(spans, ms, zone):
    at = local(ms, zone)
    for span in spans:
        begin, end = ((int(t[:2]) * 60 + int(t[3:])) for t in span["hours"].split("-"))
        days = span.get("days", DAYS)
        for yesterday in (0, 1):  # a span that passes midnight belongs to the day on which it begins
            day = DAYS[(at.weekday() - yesterday) % 7]
            minute = at.hour * 60 + at.minute + 1440 * yesterday
            if day in days and begin <= minute < (end if end > begin else end + 1440):
                return True
    return False


def in_force(terms, ms):
    return terms["from_ms"] <= ms and (terms["until_ms"] is None or ms < terms["until_ms"])


class Term:
    """One agreement in one local month."""

    def __init__(self, terms, month, zone):
        self.terms, self.month, self.zone = terms, month, zone
        year, number = (int(part) for part in month.split("-"))
        self.from_ms, self.until_ms = local_month(year, number, zone)
        begin = max(terms["from_ms"], self.from_ms)
        end = min(terms["until_ms"] or self.until_ms, self.until_ms)
        self.begin, self.end = begin, max(begin, end)
        self.part = Fraction(self.end - self.begin, self.until_ms - self.from_ms)

    @property
    def empty(self):
        return self.part == 0


def line_key(month, agreement, kind, tier=0, traffic="", hours="", content_class="", owner="", title=""):
    return (month, agreement, kind, tier, traffic, hours, content_class, owner, title)


def line(quantity, amount, receipts=0, currency="EUR", because=()):
    return {"quantity": quantity, "amount": amount, "receipts": receipts, "currency": currency,
            "because": list(because)}


def agreement_of(agreements, receipt):
    """The one in force at its end; after the last one's end, in between two, the one that its order names."""
    for terms in agreements:
        if in_force(terms, receipt.end):
            return terms
    return next(terms for terms in agreements if terms["id"] == receipt.order["agreement"])


def isp_charges(agreements, zone, month, receipts):
    """{key: line} and the currencies that are in force, for one local month."""
    window = window_of_period(month, zone)
    mine = [r for r in receipts if r.order["agreement"] and window[0] <= r.end < window[1]]
    lines, currencies = {}, set()
    for terms in agreements:
        term = Term(terms, month, zone)
        of_term = [r for r in mine if agreement_of(agreements, r) is terms]
        if not term.empty:
            currencies.add(terms["tariff"]["currency"])
        if of_term or not term.empty:
            lines |= charges_of_term(term, of_term)
    return lines, currencies


def charges_of_term(term, receipts):
    tariff = term.terms["tariff"]
    currency = tariff["currency"]
    grain = QUARTER if tariff["kind"] == "volume" else FIVE_MINUTES
    lines = volume_lines(term, [r for r in receipts if not r.order["stock"]], grain)
    lines |= unacknowledged_lines(term, [r for r in receipts if r.order["stock"]])
    key = line_key(term.month, term.terms["id"], "percentile")
    if tariff["kind"] == "percentile" and not term.empty:
        sample = percentile(term, receipts)
        megabits = Fraction(sample * 8, 300 * 10 ** 6)
        lines[key] = line(sample, round(megabits * price(tariff["per_megabit"], currency) * term.part), 0, currency,
                          receipts)
    if "minimum" in tariff and not term.empty:
        earned = sum(l["amount"] for l in lines.values())
        least = round(price(tariff["minimum"], currency) * term.part)
        lines[line_key(term.month, term.terms["id"], "shortfall")] = line(earned, max(0, least - earned), 0, currency,
                                                                         receipts)
    return lines


def volume_lines(term, receipts, grain):
    tariff = term.terms["tariff"]
    tiers = tariff.get("tiers") or [{"from": 0, "on_net": "0", "off_net": "0"}]
    part = Fraction(1) if term.empty else term.part
    bounds = [int(tier["from"] * part) for tier in tiers]
    buckets = {}
    for r in receipts:
        order = r.order
        on_net = bool(order["source_isp"]) and order["source_isp"] == order["destination_isp"]
        key = (r.end // grain * grain, not on_net, order["class"], order["owner"], order["agreement"])
        buckets.setdefault(key, []).append(r)
    lines, used, tier = {}, 0, 0
    for (start, off_net, content_class, owner, _), inside in sorted(buckets.items()):
        peak = in_hours(tariff.get("peak", []), start, term.zone)
        left, count, first = sum(r.acked for r in inside), len(inside), True
        while first or left:
            while tier + 1 < len(bounds) and used >= bounds[tier + 1]:
                tier += 1
            taken = left if tier + 1 == len(bounds) else min(left, bounds[tier + 1] - used)
            key = line_key(term.month, term.terms["id"], "volume", tier, "off-net" if off_net else "on-net",
                           "peak" if peak else "off-peak", content_class, owner)
            sum_ = lines.setdefault(key, line(0, 0, 0, tariff["currency"]))
            sum_["quantity"] += taken
            sum_["receipts"] += count if first else 0
            sum_["because"] += inside
            used, left, first = used + taken, left - taken, False
    for key, sum_ in lines.items():
        rate = tiers[key[3]][("peak_" if key[5] == "peak" else "") + key[4].replace("-", "_")]
        sum_["amount"] = round(Fraction(sum_["quantity"], GIGABYTE) * price(rate, tariff["currency"]))
    return lines


def unacknowledged_lines(term, receipts):
    """What was sent to stock clients, by the senders' word: owed where the terms have a price for it."""
    rates, currency, lines = term.terms["tariff"].get("unacknowledged"), term.terms["tariff"]["currency"], {}
    for r in receipts if rates else []:
        on_net = bool(r.order["source_isp"]) and r.order["source_isp"] == r.order["destination_isp"]
        key = line_key(term.month, term.terms["id"], "unacknowledged_volume", 0, "on-net" if on_net else "off-net", "",
                       r.order["class"], r.order["owner"])
        sum_ = lines.setdefault(key, line(0, 0, 0, currency))
        sum_["quantity"] += r.sent
        sum_["receipts"] += 1
        sum_["because"].append(r)
    for key, sum_ in lines.items():
        rate = price(rates[key[4].replace("-", "_")], currency)
        sum_["amount"] = round(Fraction(sum_["quantity"], GIGABYTE) * rate)
    return lines


def percentile(term, receipts):
    """The ceil(0.95 N)-th of the month's five-minute sums in rising order, silent ones included."""
    sums = {at: 0 for at in range(term.begin // FIVE_MINUTES * FIVE_MINUTES, term.end, FIVE_MINUTES)}
    for r in receipts:
        at = r.end // FIVE_MINUTES * FIVE_MINUTES
        sums[at] = sums.get(at, 0) + r.acked
    rank = -(-len(sums) * 95 // 100)
    return sorted(sums.values())[rank - 1]


def owner_charges(contracts, zone, month, receipts, deliveries):
    """{key: line}, currencies, and the bytes that no contract prices. `receipts`: of this owner's content."""
    window = window_of_period(month, zone)
    lines, currencies, unpriced = {}, set(), 0

    def contract_at(begin, end):
        """The accounts know quarters only: of two that touch one, the later."""
        touching = [c for c in contracts if c["from_ms"] < end and (c["until_ms"] is None or c["until_ms"] > begin)]
        return max(touching, key=lambda c: c["from_ms"]) if touching else None

    used = {c["id"]: [] for c in contracts}
    for r in receipts:
        if window[0] <= r.end < window[1]:
            quarter = r.end // QUARTER * QUARTER
            found = contract_at(quarter, quarter + QUARTER)
            if found:
                used[found["id"]].append(r)
            else:
                unpriced += r.acked
    for terms in contracts:
        term = Term(terms, month, zone)
        if term.empty:
            continue
        currency = terms["currency"]
        currencies.add(currency)
        mine = {}
        mine["flat_fee"] = line(1, round(price(terms["flat_fee"], currency) * term.part), 0, currency)
        bytes_ = sum(r.acked for r in used[terms["id"]])
        threshold = int(terms["threshold"] * term.part)
        if bytes_ > threshold:
            amount = round(Fraction(bytes_ - threshold, GIGABYTE) * price(terms["beyond_per_gb"], currency))
            mine["beyond"] = line(bytes_ - threshold, amount, 0, currency, used[terms["id"]])
        unacknowledged = [r for r in used[terms["id"]] if r.order["stock"]]
        if "unacknowledged_per_gb" in terms and sum(r.sent for r in unacknowledged):
            sent = sum(r.sent for r in unacknowledged)
            amount = round(Fraction(sent, GIGABYTE) * price(terms["unacknowledged_per_gb"], currency))
            mine["unacknowledged"] = line(sent, amount, 0, currency, unacknowledged)
        if terms.get("surcharge_bp"):
            base = sum(l["amount"] for l in mine.values())
            mine["surcharge"] = line(base, round(Fraction(base * terms["surcharge_bp"], 10_000)), 0, currency)
        for kind, value in mine.items():
            lines[line_key(month, terms["id"], kind)] = value
        counts = {}
        for d in deliveries:
            if window[0] <= d["completed"] < window[1] and contract_at(d["completed"], d["completed"] + 1) is terms:
                counts[d["title"]] = counts.get(d["title"], 0) + 1
        if "royalty" in terms:
            for title, count in counts.items():
                each = terms["royalty"].get("titles", {}).get(title, terms["royalty"]["per_delivery"])
                lines[line_key(month, terms["id"], "royalty", title=title)] = line(
                    count, round(count * price(each, currency)), 0, currency)
    return lines, currencies, unpriced
