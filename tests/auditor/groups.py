"""Asks by groups, in an order, up to a limit: `report files`, `shares`, `matrix`, and bytes along the paths."""
from types import SimpleNamespace

import reports
from history import ISPS
from traffic import LINKS, Traffic

FILE_GROUPS = ["owner", "class", "content", "title", "to", "client", "hour-of-day", "hour", "day", "month"]
MATRIX_GROUPS = ["owner", "class", "title", "client", "source", "agreement", "hour-of-day", "day", "month"]
PATH_GROUPS = ["owner", "class", "title", "from", "to", "client", "source", "agreement", "traffic", "hour-of-day",
               "day"]


def as_receipt(delivery):
    """A delivery in the form that reports.cells reads."""
    order = {"source_isp": None, "destination_isp": delivery["isp"], "agreement": 0,
             **{key: delivery[key] for key in ("owner", "class", "title", "content", "receiver_key")}}
    return SimpleNamespace(order=order, end=delivery["completed"], delivery=delivery)


class Groups(Traffic):
    def ask_all(self, count):
        for _ in range(count):
            self._files()
            self._shares_in_order()
            self._matrices()
            self._along_paths()
            self._matrices_along_paths()

    def _groups(self, names, most):
        return self.random.sample(names, self.random.randint(1, most))

    def _files(self):
        question = self._filters() | {"group-by": self._groups(FILE_GROUPS, 3)}
        if self.random.random() < 0.3:
            question["delivered-to"] = self.random.choice([*list(ISPS)[:5], "unknown"])
        order = self.random.choice(["name", "files", "deliveries", "bytes"])
        deliveries = [as_receipt(d) for d in self.evidence.deliveries if reports.in_time(question, d["completed"])
                      and all(question.get(key, d[field]) == d[field] for key, field in
                              (("owner", "owner"), ("class", "class"), ("content", "title"), ("client", "receiver")))
                      and question.get("delivered-to", reports.isp_name(d["isp"])) == reports.isp_name(d["isp"])]
        mine = {key: {"files": len({(r.order["content"], r.order["receiver_key"]) for r in rs}), "deliveries": len(rs),
                      "bytes": sum(r.delivery["size"] for r in rs)}
                for key, rs in reports.grouped(question, deliveries).items()}
        self._rows_in_order("files", question, order, mine, lambda row: row.get(order, 0))

    def _shares_in_order(self):
        question = self._filters() | {"group-by": self._groups(["owner", "month", "client", "to", "title"], 2)}
        order = self.random.choice(["name", "bytes", "spared", "cdn-nodes"])
        figure = {"bytes": "acknowledged_bytes", "spared": "spared_bytes", "cdn-nodes": "cdn_node_bytes"}.get(order)
        receipts = [r for r in self.evidence.counted if reports.fits(question, r)]
        mine = {key: self._share(rs) for key, rs in reports.grouped(question, receipts).items()}
        self._rows_in_order("shares", question, order, mine, lambda row: row.get(figure, 0))

    def _rows_in_order(self, report, question, order, mine, figure):
        """The rows and their order; then, cut in the middle, the first of them."""
        rows = self._ask(report, question | {"order": order})["rows"]
        columns = [column for column, _ in next(iter(mine))] if mine else []
        told = {tuple((c, row[c]) for c in columns): {key: row[key] for key in next(iter(mine.values()), {})}
                for row in rows}
        self._differs(report, question, told, mine)
        ranks = [figure(row) for row in rows]
        if ranks != sorted(ranks, reverse=True) and order != "name":
            self.questions.fail(f"report {report}", question | {"order": order}, ranks, "the most first")
        if len(rows) > 1:
            limit = self.random.randint(1, len(rows) - 1)
            cut = self._ask(report, question | {"order": order, "limit": limit})
            if cut["rows"] != rows[:limit] or cut["left_out"]["rows"] != len(rows) - limit:
                self.questions.fail(f"report {report}", question | {"order": order, "limit": limit}, cut["rows"],
                                    rows[:limit])

    def _matrices(self):
        question = self._filters() | {"group-by": self._groups(MATRIX_GROUPS, 2)}
        question.pop("client", None)
        receipts = [r for r in self.evidence.counted if reports.fits(question, r)]
        by_pair = question | {"group-by": [*question["group-by"], "isp-pair"]}
        groups = reports.grouped(by_pair, receipts)
        answer = self._ask("matrix", question)
        self._same_groups("matrix", question, answer["pairs"], groups)
        totals = self._matrix_totals(question, answer, receipts)
        if sum(totals[:-1]) != totals[-1]:
            self.questions.fail("report matrix", question, totals, sum(totals[:-1]))

    def _same_groups(self, report, question, rows, groups):
        columns = [column for column, _ in next(iter(groups))] if groups else []
        told = {tuple((c, row[c]) for c in columns): {key: row[key] for key in reports.counters([])} for row in rows}
        self._differs(report, question, told, {key: reports.counters(rs) for key, rs in groups.items()},
                      lambda key: groups.get(key, []))

    def _matrix_totals(self, question, answer, receipts):
        """Each row adds up; the last one is of all the traffic, however many of the matrices it is in."""
        sums = [sum(value for column, value in row.items() if column.startswith("to ")) for row in answer["rows"]]
        totals = [row["total"] for row in answer["rows"]]
        if sums != totals or totals[-1] != sum(r.acked for r in receipts):
            self.questions.fail("report matrix", question, (sums, totals), sum(r.acked for r in receipts))
        return totals

    def _question_along_paths(self, groups):
        question = self._filters() | {"group-by": self._groups(groups, 2)}
        if self.random.random() < 0.4:
            question["from"] = self.random.choice(list(ISPS)[:5])
        if self.random.random() < 0.3:
            question["source"] = self.random.choice(["peers", "cdn-nodes"])
        return question

    @staticmethod
    def _by_link(question, receipts):
        """{(link, cells): receipts}"""
        return {(("inter_isp_link", link.partition(":")[2]), *key): rs for link in LINKS for key, rs in reports.grouped(
            question, [r for r in receipts if reports.carried_by(link, r)]).items()}

    def _matrices_along_paths(self):
        question = self._question_along_paths(MATRIX_GROUPS)
        question.pop("client", None)
        receipts = [r for r in self.evidence.receipts if reports.fits(question, r)]
        groups = self._by_link(question | {"group-by": [*question["group-by"], "isp-pair"]}, receipts)
        asked = question | {"group-by": ["inter-isp-link", *question["group-by"]]}
        answer = self._ask("matrix", asked)
        self._same_groups("matrix", asked, answer["pairs"], groups)
        self._matrix_totals(asked, answer, receipts)

    def _along_paths(self):
        question = self._question_along_paths(PATH_GROUPS)
        receipts = [r for r in self.evidence.receipts if reports.fits(question, r)]
        asked = question | {"group-by": ["inter-isp-link", *question["group-by"]]}
        answer = self._ask("bytes", asked)
        self._same_groups("bytes", asked, answer["rows"], self._by_link(question, receipts))
        if answer["acknowledged_bytes"] != sum(r.acked for r in receipts):
            self.questions.fail("report bytes", asked, answer["acknowledged_bytes"], sum(r.acked for r in receipts))
