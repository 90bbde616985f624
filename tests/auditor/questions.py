"""Asks the tracker seeded questions and compares every figure with what the receipts say."""
import random

from history import CLIENTS, DAY, FIRST, ISPS, LAST, OWNERS, QUARTER, TITLES, local_month, text_of
import reports

GROUPS = ["isp-pair", "from", "to", "traffic", "agreement", "source", "owner", "class", "content", "title", "client",
          "hour-of-day", "quarter-hour", "hour", "day", "month"]
PERIODS = ["2024-10", "2024-11", "2024-Q4", "2024", "2024-10-27", "2024-11-03", "2024-10-31"]
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]


def words_of(question):
    words = []
    for key, value in question.items():
        if key in ("since", "until"):
            value = text_of(value)
        for one in value if isinstance(value, list) else [value]:
            words += [f"--{key}"] if one is True else [f"--{key}", one]
    return words


class Questions:
    words_of = staticmethod(words_of)

    def __init__(self, tracker, evidence, seed, failures):
        self.tracker, self.evidence, self.failures = tracker, evidence, failures
        self.random = random.Random(seed)

    def ask_all(self, count):
        self._bytes({"group-by": ["isp-pair", "client", "quarter-hour"]})
        for group in GROUPS:
            self._bytes({"group-by": [group], "timezone": self.random.choice(ZONES)})
        for _ in range(count):
            self._bytes(self._question())
        for _ in range(count // 4):
            self._balance()
            self._files()
            self._component()

    def fail(self, command, question, tracker, mine, receipts=()):
        text = [f"{command} {' '.join(words_of(question))}", f"  the tracker: {tracker}", f"  the auditor: {mine}"]
        text += [f"    {receipt}" for receipt in list(receipts)[:20]]
        self.failures.append("\n".join(text))

    def time_of_question(self, whole_quarters=True):
        draw, question = self.random.random(), {}
        if draw < 0.45:
            question["period"] = self.random.choice(PERIODS)
        elif draw < 0.85:
            grain = QUARTER if whole_quarters else 1000
            since = FIRST + self.random.randrange(LAST - FIRST) // grain * grain
            question["since"] = since
            if self.random.random() < 0.8:
                question["until"] = since + self.random.randrange(grain, 20 * DAY) // grain * grain
        if self.random.random() < 0.5:
            question["timezone"] = self.random.choice(ZONES)
        if self.random.random() < 0.35:
            begin, end = self.random.sample(range(96), 2)
            question["between"] = "-".join(f"{at // 4:02}:{at % 4 * 15:02}" for at in (begin, end))
        return question

    def _question(self):
        question = self.time_of_question()
        isps = [*list(ISPS)[:5], "unknown"]
        if self.random.random() < 0.4:
            question["from"] = self.random.choice(isps)
        if self.random.random() < 0.3:
            question[self.random.choice(["to", "delivered-to"])] = self.random.choice(isps)
        self.add_content(question)
        if self.random.random() < 0.3:
            question["source"] = self.random.choice(["peers", "cdn-nodes", "all"])
        if self.random.random() < 0.2:
            question["traffic"] = self.random.choice(["on-net", "off-net", "all"])
        question["group-by"] = self.random.sample(GROUPS, self.random.choice([0, 1, 1, 2, 3]))
        return question

    def add_content(self, question):
        if self.random.random() < 0.2:
            question["class"] = self.random.choice(["file", "live"])
        if self.random.random() < 0.25:
            question["owner"] = self.random.choice(list(OWNERS))
        if self.random.random() < 0.2:
            question["content"] = self.random.choice(list(TITLES))
        if self.random.random() < 0.25:
            question["client"] = self.random.choice(CLIENTS)

    def _bytes(self, question):
        answer = self.tracker.ask("report", "bytes", *words_of(question))
        receipts = [r for r in self.evidence.counted if reports.fits(question, r)]
        mine = reports.counters(receipts)
        told = {key: answer[key] for key in mine}
        if told != mine:
            self.fail("report bytes", question, told, mine, self._differing(question, receipts))
        rows = {} if not question["group-by"] else reports.grouped(question, receipts)
        if not question["group-by"]:
            return
        columns = [column for column, _ in next(iter(rows))] if rows else []
        told = {tuple((c, row[c]) for c in columns): {key: row[key] for key in mine} for row in answer["rows"]}
        if len(told) != len(answer["rows"]):
            self.fail("report bytes", question, "rows that stand twice", len(rows))
        for key in told.keys() | rows.keys():
            expected = reports.counters(rows.get(key, []))
            if told.get(key) != expected:
                self.fail("report bytes", question, (key, told.get(key)), (key, expected), rows.get(key, []))

    def _differing(self, question, receipts):
        """The receipts in whose pair, client and quarter the two disagree."""
        fine = dict(question, **{"group-by": ["isp-pair", "client", "quarter-hour"]})
        rows = reports.grouped(fine, receipts)
        told = {tuple((c, row[c]) for c in ("from", "to", "client", "quarter_hour")): row["acknowledged_bytes"]
                for row in self.tracker.ask("report", "bytes", *words_of(fine))["rows"]}
        for key in told.keys() | rows.keys():
            mine = rows.get(key, [])
            if told.get(key) != sum(r.acked for r in mine):
                yield f"{dict(key)}: the tracker {told.get(key)}"
                yield from mine

    def _balance(self):
        question = self.time_of_question()
        question["from"], question["to"] = self.random.sample([*list(ISPS)[:5], "unknown"], 2)
        self.add_content(question)
        question.pop("client", None)
        question.pop("class", None)
        answer = self.tracker.ask("report", "balance", *words_of(question))
        zone = {"timezone": reports.zone_of(question)}
        forward = [r for r in self.evidence.counted if reports.fits(question | zone, r)]
        swapped = dict(question | zone, **{"from": question["to"], "to": question["from"]})
        backward = [r for r in self.evidence.counted if reports.fits(swapped, r)]
        mine = tuple(sum(r.acked for r in side) for side in (forward, backward))
        told = (answer["forward_bytes"], answer["backward_bytes"])
        if told != mine or answer["difference_bytes"] != mine[0] - mine[1]:
            self.fail("report balance", question, (told, answer["difference_bytes"]), mine, forward + backward)

    def _files(self):
        question = self.time_of_question(whole_quarters=False)
        self.add_content(question)
        question.pop("class", None)
        if self.random.random() < 0.3:
            question["delivered-to"] = self.random.choice([*list(ISPS)[:5], "unknown"])
        answer = self.tracker.ask("report", "files", *words_of(question))
        mine = [d for d in self.evidence.deliveries if reports.in_time(question, d["completed"])
                and all(question.get(key, d[field]) == d[field] for key, field in
                        (("owner", "owner"), ("class", "class"), ("content", "title"), ("client", "receiver")))
                and question.get("delivered-to", reports.isp_name(d["isp"])) == reports.isp_name(d["isp"])]
        expected = {"files": len({(d["content"], d["receiver_key"]) for d in mine}), "deliveries": len(mine)}
        told = {key: answer[key] for key in expected}
        rows = {row["content"]: (row["files"], row["deliveries"], row["bytes"]) for row in answer["rows"]}
        by_content = {c: [d for d in mine if d["content"] == c] for c in {d["content"] for d in mine}}
        expected_rows = {c: (len({d["receiver_key"] for d in ds}), len(ds), sum(d["size"] for d in ds))
                         for c, ds in by_content.items()}
        if told != expected or rows != expected_rows:
            self.fail("report files", question, (told, rows), (expected, expected_rows), mine)

    def _component(self):
        question = self.time_of_question(whole_quarters=False)
        self.add_content(question)
        a, b = self.random.sample(list(ISPS), 2)
        if self.random.random() < 0.5:
            link = f"inter-isp-link:{a}>{b}"
            question |= {"from": a, "to": b, "crossing": True}
            question.setdefault("timezone", "UTC")
        else:
            link = self.random.choice([f"inter-isp-link:{a}>{b}", f"isp:{a}"])
            question["component"] = link
            question.setdefault("timezone", "UTC")
        answer = self.tracker.ask("report", "bytes", *words_of(question))
        receipts = [r for r in self.evidence.receipts
                    if reports.carried_by(link, r) and reports.fits(question, r, ends=False)]
        mine = reports.counters(receipts)
        told = {key: answer[key] for key in mine}
        if told != mine:
            self.fail("report bytes", question, told, mine, receipts)
