"""A seeded history of a network over October and November 2024, when the clocks change in Europe (27 October) and in
America (3 November): who agreed on what, what was served, which receipts came late, twice, or forged.

Everything here is a plan in plain values; tests/auditor/history_loader.cpp signs it and hands it to the real ingest."""
import random
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

QUARTER = 15 * 60 * 1000
HOUR = 4 * QUARTER
DAY = 24 * HOUR
FIRST = int(datetime(2024, 9, 29, tzinfo=timezone.utc).timestamp()) * 1000
LAST = int(datetime(2024, 12, 3, tzinfo=timezone.utc).timestamp()) * 1000
ISPS = {  # name: (time zone, currency, prefix)
    "SP1": ("Europe/Berlin", "EUR", "198.18.1.0/24"),
    "SP2": ("America/New_York", "USD", "198.18.2.0/24"),
    "SP3": ("UTC", "JPY", "198.18.3.0/24"),
    "SP4": ("Asia/Kolkata", "EUR", "198.18.4.0/24"),
    "SP5": ("Australia/Lord_Howe", "USD", "198.18.5.0/24"),  # clocks change by half an hour
    "Transit": ("UTC", "EUR", "198.18.6.0/24"),
}
OWNERS = {"MovieStudio": ("Europe/Berlin", "EUR"), "NewsHouse": ("America/New_York", "USD"),
          "Label, Co": ("UTC", "JPY")}
TITLES = {"RobinHood": "MovieStudio", "Trailer, \"long\"": "MovieStudio", "Evening": "NewsHouse",
          "Morning": "NewsHouse", "Pop Tune": "Label, Co"}
CLASSES = {title: "live" if title in ("Evening", "Pop Tune") else "file" for title in TITLES}
CLIENTS = ["alice", "bob", "carol", "dave", "erin"]
PLAIN, TIERS, PEAK, MINIMUM, PERCENTILE = "plain", "tiers", "peak", "minimum", "percentile"


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp() * 1000)


def text_of(ms):
    whole = (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=ms)).strftime("%Y-%m-%dT%H:%M:%S")
    return whole + (f".{ms % 1000:03}Z" if ms % 1000 else "Z")


def local_month(year, month, zone):
    """[from, until) of a month on a zone's clocks, in UTC milliseconds."""
    after = (year + month // 12, month % 12 + 1)
    return tuple(int(datetime(y, m, 1, tzinfo=ZoneInfo(zone)).timestamp()) * 1000 for y, m in ((year, month), after))


class History:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.stock = random.Random(f"stock {seed}")  # of its own: what stock clients add leaves the rest as it is
        self.commands = []  # of the registry, in order
        self.renegotiations = []
        self.agreements = {name: [] for name in ISPS}  # as terms with "id", "from_ms", "until_ms"
        self.contracts = {name: [] for name in OWNERS}
        self.orders, self.receipts, self.deliveries = [], [], []
        self._make_agreements()
        self._make_contracts()
        self._make_orders()
        self._make_deliveries()
        self._make_batches()

    # Agreements -----------------------------------------------------------------------------------------------------
    def _price(self, currency, scale=1):
        digits = 2 if currency == "JPY" else 6
        top = 5000 if currency == "JPY" else 40
        return f"{self.random.uniform(0.01, top) * scale:.{self.random.randint(1, digits)}f}"

    def _stock_price(self, currency):
        top, digits = (3000, 2) if currency == "JPY" else (20, 6)
        return f"{self.stock.uniform(0, top):.{digits}f}"

    def _hours(self):
        at = self.random.randrange(0, 92) * 15
        end = (at + self.random.randrange(4, 48) * 15) % 1440 or 1440
        item = {"hours": f"{at // 60:02}:{at % 60:02}-{end // 60:02}:{end % 60:02}"}
        if self.random.random() < 0.5:
            item["days"] = self.random.sample(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 3)
        return [item]

    def _tariff(self, kind, currency):
        if kind == PERCENTILE:
            tariff = {"kind": "percentile", "currency": currency, "per_megabit": self._price(currency)}
            if self.random.random() < 0.5:
                tariff["minimum"] = self._price(currency, 40)
            return tariff
        bounds = [0]
        if kind in (TIERS, PEAK, MINIMUM) and self.random.random() < (1.0 if kind == TIERS else 0.5):
            for _ in range(self.random.randint(1, 3)):
                bounds.append(bounds[-1] + self.random.randint(1, 60_000_000_000))
        tariff = {"kind": "volume", "currency": currency, "tiers": []}
        if kind == PEAK or (kind == MINIMUM and self.random.random() < 0.3):
            tariff["peak"] = self._hours()
        for bound in bounds:
            tier = {"from": bound, "on_net": self._price(currency), "off_net": self._price(currency)}
            if "peak" in tariff:
                tier |= {"peak_on_net": self._price(currency), "peak_off_net": self._price(currency)}
            tariff["tiers"].append(tier)
        if kind == MINIMUM:
            tariff["minimum"] = self._price(currency, 60)
        return tariff

    def _terms(self, isp, kind, currency, begin, until):
        terms = {"format": "waybill isp agreement 1", "isp": isp, "timezone": ISPS[isp][0], "from": text_of(begin),
                 "grant": {"kind": "always"}, "tariff": self._tariff(kind, currency)}
        if self.stock.random() < 0.6:
            terms["tariff"]["unacknowledged"] = {"on_net": self._stock_price(currency),
                                                 "off_net": self._stock_price(currency)}
        if until:
            terms["until"] = text_of(until)
        return terms

    def _make_agreements(self):
        for name, (zone, _, prefix) in ISPS.items():
            self.commands.append(["isp", "add", name, "--prefix", prefix, "--timezone", zone])
        kinds = [PLAIN, TIERS, PEAK, MINIMUM, PERCENTILE]
        self.random.shuffle(kinds)
        next_id = 1
        for number, name in enumerate(list(ISPS)[:5]):
            zone, currency, _ = ISPS[name]
            # One ISP's agreements are plain throughout, so that its months can be settled by signed statement.
            mine = [PLAIN] * 3 if name == "SP3" else [kinds[(number + i) % 5] for i in range(3)]
            changes = sorted(FIRST + self.random.randrange(5 * DAY, 58 * DAY) // QUARTER * QUARTER for _ in range(2))
            begin = FIRST - 40 * DAY + self.random.randrange(3_600) * 1000 + 7 * (number % 2)  # off the quarters
            end = LAST - 9 * DAY + self.random.randrange(DAY) if number % 2 else None
            changes[1] = max(changes[1], changes[0] + DAY)
            end = end and max(end, changes[1] + DAY)
            other_currency = name == "SP5"
            if other_currency:  # changes at the first of a month, which ends the one before
                changes[1] = local_month(2024, 11, zone)[0]
                changes[0] = min(changes[0], changes[1] - DAY)
            spans = [(begin, changes[0]), (changes[0], changes[1]), (changes[1], end)]
            for i, (start, until) in enumerate(spans):
                money = "EUR" if other_currency and i == 2 else currency
                terms = self._terms(name, mine[i], money, start, end if i == 2 else None)
                self.agreements[name].append(dict(terms, id=None, from_ms=start, until_ms=until))
                if i == 0:
                    self._add_first(name, mine[0], terms)
                else:
                    self.renegotiations.append({"now": start - HOUR, "terms": terms})
        # Ids are given in the order in which agreements are added: all first ones, then renegotiations.
        for i in range(3):
            if i == 0:
                for name in list(ISPS)[:5]:
                    self.agreements[name][0]["id"] = next_id
                    next_id += 1
        for name in list(ISPS)[:5]:
            for agreement in self.agreements[name][1:]:
                agreement["id"] = next_id
                next_id += 1

    def _add_first(self, name, kind, terms):
        if kind == PLAIN and "." not in terms["from"] and "unacknowledged" not in terms["tariff"]:
            tier = terms["tariff"]["tiers"][0]
            self.commands.append(["agreement", "add", "--isp", name, "--grant", "always", "--price", tier["on_net"],
                                  "--off-net-price", tier["off_net"], "--currency", terms["tariff"]["currency"],
                                  "--from", terms["from"]])
        else:
            self.commands.append(["agreement", "add", "--terms", terms])

    def _make_contracts(self):
        next_id = 1
        for name, (zone, currency) in OWNERS.items():
            spans = [(FIRST - 10 * DAY, None)]
            if name == "MovieStudio":
                change = FIRST + self.random.randrange(36 * DAY, 55 * DAY) // QUARTER * QUARTER
                spans = [(FIRST - 10 * DAY, change), (change, None)]
            if name == "Label, Co":  # before it, what is delivered is not priced
                spans = [(utc("2024-10-12T06:30:00"), utc("2024-11-25T00:00:00"))]
            for i, (begin, until) in enumerate(spans):
                terms = {"format": "waybill owner contract 1", "owner": name, "timezone": zone, "from": text_of(begin),
                         "currency": currency, "flat_fee": self._price(currency, 20),
                         "threshold": self.random.randrange(200_000_000_000),
                         "beyond_per_gb": self._price(currency),
                         "surcharge_bp": self.random.choice([0, 125, 2500])}
                if self.stock.random() < 0.6:
                    terms["unacknowledged_per_gb"] = self._stock_price(currency)
                if not terms["surcharge_bp"]:
                    del terms["surcharge_bp"]
                if until and i == len(spans) - 1:
                    terms["until"] = text_of(until)
                if name != "NewsHouse" or self.random.random() < 0.5:
                    titles = [title for title, owner in TITLES.items() if owner == name]
                    terms["royalty"] = {"payee": "Society of " + name, "per_delivery": self._price(currency, 0.01),
                                        "titles": {titles[0]: self._price(currency, 0.02)}}
                self.contracts[name].append(dict(terms, id=next_id if i == 0 else None, from_ms=begin, until_ms=until))
                if i == 0:
                    self.commands.append(["agreement", "add", "--terms", terms])
                    next_id += 1
                else:
                    self.renegotiations.append({"now": begin - HOUR, "terms": terms})
        for contracts in self.contracts.values():
            for contract in contracts[1:]:
                contract["id"] = next_id
                next_id += 1

    # What was served -------------------------------------------------------------------------------------------------
    def _moment(self):
        """Any time, but often near what is hard: changes of clocks, of months, of agreements."""
        edges = [utc("2024-10-27T01:00:00"), utc("2024-11-03T06:00:00"), utc("2024-10-05T15:30:00")]
        for zone in {z for z, _, _ in ISPS.values()}:
            edges += [local_month(2024, month, zone)[0] for month in (10, 11, 12)]
        edges += [a["from_ms"] for list_ in self.agreements.values() for a in list_[1:]]
        edges += [a["until_ms"] for list_ in self.agreements.values() for a in list_ if a["until_ms"]]
        if self.random.random() < 0.5:
            return self.random.choice(edges) - self.random.randrange(3 * HOUR)
        return FIRST + self.random.randrange(LAST - FIRST - 12 * HOUR)

    def _address(self, isp, host):
        if not isp:
            return f"203.0.113.{host}"
        return ISPS[isp][2].rsplit(".", 1)[0] + f".{host}"

    def _hops(self, order):
        """Routers by their addresses; silence is None; a stranger's network and transit happen."""
        if self.random.random() < 0.15:
            return []
        source, destination = order["source_isp"], order["destination_isp"]
        hops = [self._address(source, self.random.randint(1, 3))] if source else []
        if source != destination:
            if self.random.random() < 0.3:
                hops.append(None)
            if self.random.random() < 0.4:
                hops.append(self._address("Transit", self.random.randint(1, 2)))
            if self.random.random() < 0.15:
                hops.append("192.0.2.9")
        if destination and self.random.random() < 0.8:
            hops.append(self._address(destination, self.random.randint(1, 3)))
        if self.random.random() < 0.7:
            hops.append(order["receiver_address"])
        return hops

    def _make_orders(self):
        for number in range(1, 261):
            source = self.random.choice(list(ISPS)[:5])
            destination = self.random.choice([source, source, *list(ISPS)[:5], ""])
            title = self.random.choice(list(TITLES))
            begin = min(max(self._moment(), FIRST), LAST - 12 * HOUR)
            agreement = next((a for a in self.agreements[source]
                              if a["from_ms"] <= begin and not (a["until_ms"] and a["until_ms"] <= begin)), None)
            node = agreement is None or self.random.random() < 0.12
            order = {"number": number, "title": title, "owner": TITLES[title], "class": CLASSES[title],
                     "source_isp": source,
                     "destination_isp": destination, "sender": "node" if node else self.random.choice(["sam", "sue"]),
                     "receiver": self.random.choice(CLIENTS), "agreement": 0 if node else agreement["id"],
                     "sender_address": self._address(source, 10), "receiver_address": self._address(destination, 20),
                     "stock": self.stock.random() < 0.25,  # its receiver acknowledges nothing
                     "byte_limit": 40_000_000_000, "not_before": begin,
                     "not_after": begin + self.random.randrange(HOUR, 10 * HOUR)}
            self.orders.append(order)
            self._make_receipts(order)

    def _make_receipts(self, order):
        time, sent_total, acked_total = order["not_before"], 0, 0
        hops = self._hops(order)
        count = self.random.randint(1, 7)
        for sequence in range(1, count + 1):
            end = min(time + self.random.randrange(2 * (order["not_after"] - time) // count + 1), order["not_after"])
            if self.random.random() < 0.2:  # on an edge itself, or just before it
                edge = -(-time // QUARTER) * QUARTER
                end = min(max(edge - self.random.randint(0, 1), time), order["not_after"])
            sent = self.random.randrange(self.random.choice([1000, 30_000_000, 4_000_000_000]))
            sent_total += sent
            acknowledged = self.random.random() < 0.9
            if acknowledged:
                least = max(acked_total, sent_total - sent // 3)
                acked_total = self.random.randint(least, max(acked_total, sent_total))
            self.receipts.append({
                "order": order["number"], "sequence": sequence, "sent": sent, "sent_total": sent_total, "start": time,
                "end": end, "acked_total": acked_total if acknowledged and not order["stock"] else None,
                "acked_by": order["receiver"], "signed_by": order["sender"], "source": order["sender_address"],
                "destination": order["receiver_address"], "hops": hops})
            time = end
        for change in self._faults():
            self.receipts.append(dict(self.receipts[-1], **change))

    def _faults(self):
        """Repeated, forged and contradicting receipts after an order's last good one."""
        last, order = self.receipts[-1], self.orders[-1]
        next_one = {"sequence": last["sequence"] + 1}
        choices = [{}, dict(next_one, signed_by="mallory"),
                   {"sent": last["sent"] + 1, "sent_total": last["sent_total"] + 1},
                   dict(next_one, acked_by="mallory", acked_total=5), dict(next_one, end=order["not_after"] + 130_000),
                   dict(next_one, acked_total=order["byte_limit"] + 1),
                   dict(next_one, sent=10, sent_total=9 + last["sent_total"])]
        return [self.random.choice(choices)] if self.random.random() < 0.35 else []

    def _make_deliveries(self):
        for i in range(120):
            title = self.random.choice(list(TITLES))
            completed = min(max(self._moment(), FIRST), LAST)
            self.deliveries.append({"title": title, "owner": TITLES[title], "class": CLASSES[title],
                                    "receiver": self.random.choice(CLIENTS),
                                    "isp": self.random.choice([*list(ISPS)[:5], ""]), "size": 700_000_000 + i,
                                    "started": completed - 60_000 - i, "completed": completed})
        self.deliveries.append(dict(self.deliveries[-1]))  # told twice

    # When the tracker learns of it -----------------------------------------------------------------------------------
    def _make_batches(self):
        """Three parts: in time; after October was closed; after November was closed."""
        late_from = {order["number"]: self._late_part() for order in self.orders}
        parts = [[], [], []]
        for receipt in self.receipts:
            sequence, part = late_from[receipt["order"]]
            parts[part if receipt["sequence"] >= sequence else 0].append(receipt)
        self.parts = []
        for number, part in enumerate(parts):
            part.sort(key=lambda receipt: receipt["end"])  # stable: an order's receipts stay in their order
            base = [LAST + 4 * DAY, LAST + 20 * DAY, LAST + 60 * DAY][number]
            batches = [{"at": base + i * QUARTER + 7, "receipts": part[i * 40:(i + 1) * 40]}
                       for i in range(-(-len(part) // 40))]
            if number == 0:  # receipts also come in within the months
                for batch in batches:
                    batch["at"] = max(receipt["end"] for receipt in batch["receipts"]) + 1000
            self.parts.append({"orders": self.orders if number == 0 else [], "batches": batches,
                               "deliveries": self._deliveries_of(number)})
        self.parts[0] |= {"contents": [{"title": title, "owner": owner, "class": CLASSES[title],
                                        "size": 700_000_000, "published": FIRST}
                                       for title, owner in TITLES.items()],
                          "agents": [*CLIENTS, "sam", "sue", "node"], "renegotiations": self.renegotiations}

    def _late_part(self):
        draw = self.random.random()
        if draw < 0.75:
            return 1, 0
        return self.random.randint(1, 4), 1 if draw < 0.9 else 2

    def _deliveries_of(self, number):
        late = max(1, len(self.deliveries) // 12)
        if number == 0:
            return self.deliveries[:-2 * late]
        return self.deliveries[-2 * late:-late] if number == 1 else self.deliveries[-late:]
