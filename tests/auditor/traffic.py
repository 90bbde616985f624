"""Asks who sent to whom and what links carried, and compares: `report matrix`, `shares`, `components`, `series`,
`percentile`."""
from fractions import Fraction

import reports
from history import CLASSES, ISPS, QUARTER, text_of

FIVE_MINUTES = 5 * 60 * 1000
GRAINS = {"5min": FIVE_MINUTES, "15min": QUARTER, "hour": 4 * QUARTER}
LINKS = [f"inter-isp-link:{a}>{b}" for a in ISPS for b in ISPS if a != b]


class Traffic:
    def __init__(self, questions):
        self.questions, self.random, self.evidence = questions, questions.random, questions.evidence

    def ask_all(self, count):
        for _ in range(count):
            self._matrix()
            self._shares()
            self._components()
            self._series()
            self._percentile()

    def _ask(self, report, question):
        return self.questions.tracker.ask("report", report, *self.questions.words_of(question))

    def _differs(self, report, question, told, mine, receipts_of=lambda key: []):
        """Two dictionaries, compared key by key."""
        for key in told.keys() | mine.keys():
            if told.get(key) != mine.get(key):
                self.questions.fail(f"report {report}", question, (key, told.get(key)), (key, mine.get(key)),
                                    receipts_of(key))

    def _filters(self, by_components=False):
        question = self.questions.time_of_question(whole_quarters=not by_components)
        self.questions.add_content(question)
        if by_components:
            question.pop("between", None)
            question.pop("client", None)
            question.setdefault("timezone", "UTC")
        return question

    def _matrix(self):
        question = self._filters()
        question.pop("client", None)
        answer = self._ask("matrix", question)
        pairs = {}
        for r in self.evidence.counted:
            if reports.fits(question, r):
                pairs.setdefault(tuple(reports.isp_name(r.order[end]) for end in ("source_isp", "destination_isp")),
                                 []).append(r)
        told = {(p["from"], p["to"]): {key: p[key] for key in reports.counters([])} for p in answer["pairs"]}
        self._differs("matrix", question, told, {key: reports.counters(rs) for key, rs in pairs.items()},
                      lambda key: pairs.get(key, []))
        rows = {(row["from"], column): value for row in answer["rows"] for column, value in row.items()
                if column != "from"}
        senders, receivers = {a for a, _ in pairs}, {b for _, b in pairs}
        mine = {}
        for a in [*senders, "total"]:
            for b in [*receivers, "total"]:
                mine[(a, b if b == "total" else "to " + b)] = sum(
                    r.acked for (x, y), rs in pairs.items() for r in rs if a in (x, "total") and b in (y, "total"))
        self._differs("matrix", question, rows, mine)

    def _shares(self):
        question = self._filters()
        question["group-by"] = self.random.sample(["owner", "month", "client", "to", "class", "title"],
                                                  self.random.randint(0, 2))
        answer = self._ask("shares", question)
        receipts = [r for r in self.evidence.counted if reports.fits(question, r)]
        groups = reports.grouped(question, receipts)
        columns = [column for column, _ in next(iter(groups))] if groups else []
        told = {tuple((c, row[c]) for c in columns): self._figures(row) for row in answer["rows"]}
        self._differs("shares", question, told, {key: self._share(rs) for key, rs in groups.items()},
                      lambda key: groups.get(key, []))
        self._differs("shares", question, self._figures(answer), self._share(receipts), lambda key: receipts)

    @staticmethod
    def _figures(row):
        return {key: row[key] for key in ("on_net_peer_bytes", "off_net_peer_bytes", "cdn_node_bytes", "spared_bytes",
                                          "cdn_node_unacknowledged_bytes", "acknowledged_bytes", "on_net_share",
                                          "spared_share")}

    @staticmethod
    def _share(receipts):
        def percent(part, whole):
            tenths = int(Fraction(part * 1000, whole)) if whole else 0
            return f"{tenths // 10}.{tenths % 10} %" if whole else "-"
        nodes = [r for r in receipts if not r.order["agreement"]]
        node = sum(r.acked for r in nodes)
        peers = [r for r in receipts if r.order["agreement"]]
        inside = sum(r.acked for r in peers if reports.traffic_of(r) == "on-net")
        spared = sum(r.acked for r in peers)
        return {"on_net_peer_bytes": inside, "off_net_peer_bytes": spared - inside, "cdn_node_bytes": node,
                "cdn_node_unacknowledged_bytes": sum(r.sent - r.acked for r in nodes),
                "spared_bytes": spared, "acknowledged_bytes": spared + node,
                "on_net_share": percent(inside, spared + node), "spared_share": percent(spared, spared + node)}

    def _by_link(self, question):
        receipts = [r for r in self.evidence.receipts if reports.fits(question, r, ends=False)]
        links = {link: [r for r in receipts if reports.carried_by(link, r)] for link in LINKS}
        wanted = question.get("component")
        return {link: rs for link, rs in links.items() if rs and wanted in (None, link)}

    def _components(self):
        question = self._filters(by_components=True) | {"kind": "inter-isp-link"}
        links = self._by_link(question)
        order = self.random.choice(["bytes", "receipts", "name"])
        answer = self._ask("components", question | {"order": order})
        told = {row["component"]: {key: row[key] for key in reports.counters([])} for row in answer["rows"]}
        self._differs("components", question, told, {link: reports.counters(rs) for link, rs in links.items()},
                      lambda link: links.get(link, []))
        rank = {"bytes": lambda k: -told[k]["acknowledged_bytes"], "receipts": lambda k: -told[k]["receipts"],
                "name": lambda k: 0}[order]
        expected = sorted(told, key=lambda k: (rank(k), k.encode()))
        if list(told) != expected:
            self.questions.fail("report components", question | {"order": order}, list(told), expected)

    def _series(self):
        question = self._filters(by_components=True)
        carried = self._by_link({})
        question["component"] = self.random.choice(sorted(carried))
        grain = self.random.choice(list(GRAINS))
        answer = self._ask("series", question | {"grain": grain})
        spans = {}
        for link, receipts in self._by_link(question).items():
            for r in receipts:
                spans.setdefault((link, text_of(r.end // GRAINS[grain] * GRAINS[grain])), []).append(r)
        mine = {key: reports.counters(rs) | {"bits_per_second": sum(r.acked for r in rs) * 8000 // GRAINS[grain]}
                for key, rs in spans.items()}
        told = {(row["component"], row["start"]): {key: row[key] for key in (*reports.counters([]), "bits_per_second")}
                for row in answer["rows"]}
        self._differs("series", question | {"grain": grain}, told, mine, lambda key: spans.get(key, []))

    def _percentile(self):
        question = {"period": self.random.choice(["2024-10", "2024-11", "2024-10-27", "2024-11-03"]),
                    "timezone": self.random.choice(["Europe/Berlin", "America/New_York", "UTC"])}
        if self.random.random() < 0.3:
            question["class"] = self.random.choice(sorted(set(CLASSES.values())))
        percent = self.random.choice([95, 99, 100, 50])
        answer = self._ask("percentile", question | {"percent": percent})
        window = reports.window_of_period(question["period"], question["timezone"])
        links, mine = self._by_link(question), {}
        for link, receipts in links.items():
            sums = {at: 0 for at in range(window[0], window[1], FIVE_MINUTES)}
            for r in receipts:
                sums[r.end // FIVE_MINUTES * FIVE_MINUTES] += r.acked
            ordered = sorted(sums.values())
            mine[link] = {"acknowledged_bytes": sum(ordered),
                          "percentile_bits_per_second": ordered[-(-len(ordered) * percent // 100) - 1] * 8 // 300,
                          "peak_bits_per_second": ordered[-1] * 8 // 300,
                          "peak_start": text_of(max(sums, key=lambda at: (sums[at], -at))) if ordered[-1] else None,
                          "average_bits_per_second": sum(ordered) * 8000 // (window[1] - window[0])}
        told = {row["component"]: {key: row[key] for key in next(iter(mine.values()), row)} for row in answer["rows"]}
        self._differs("percentile", question | {"percent": percent}, told, mine, lambda link: links.get(link, []))
