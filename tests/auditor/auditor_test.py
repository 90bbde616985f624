"""Compares every answer of the real tracker about a generated history with the auditor's own, to the last byte and the
last minor unit. `--seed N` repeats one; otherwise several in turn, as many as fit the time."""
import argparse
import contextlib
import json
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from cdn_logs import CdnLogs  # noqa: E402
from commitments import PERIODS, check_commitment  # noqa: E402
from evidence import Evidence  # noqa: E402
from groups import Groups  # noqa: E402
from history import History, ISPS, OWNERS  # noqa: E402
from ledgers import Ledger, MONTHS, Party, balances_of_journal, key_of  # noqa: E402
from objects import Objects  # noqa: E402
from postgres import PostgresServer  # noqa: E402
from questions import Questions  # noqa: E402
from settlements import check_balances, check_settlement  # noqa: E402
from traffic import Traffic  # noqa: E402
from tracker import Refused, Tracker  # noqa: E402

SECONDS = 40  # after which no further seed is begun


class Audit:
    def __init__(self, tracker, seed):
        self.tracker, self.seed, self.failures = tracker, seed, []
        self.history, self.evidence, self.ledger = History(seed), Evidence(), Ledger()
        self.parties = [Party(self.history, self.evidence, "isp", name) for name in list(ISPS)[:5]]
        self.parties += [Party(self.history, self.evidence, "owner", name) for name in OWNERS]
        self.lines = 0
        self.commitments = 0

    def run(self):
        for command in self.history.commands:
            self.tracker.ask(*(json.dumps(word) if isinstance(word, dict) else word for word in command))
        objects = Objects(self)
        objects.make(0)
        questions = Questions(self.tracker, self.evidence, self.seed, self.failures)
        logs = CdnLogs(self.tracker, self.evidence, self.seed)
        closes = [MONTHS[:3], MONTHS[3:4], MONTHS[4:]]
        for number, part in enumerate(self.history.parts):
            self.evidence.take_in(number, part, self.tracker.load(number, part))
            if number == 0:
                logs.add_web_seeds()
                objects.make(1)
            logs.feed(number)
            objects.check()
            questions.ask_all(20 if number == 0 else 5)
            Traffic(questions).ask_all(4 if number == 0 else 1)
            Groups(questions).ask_all(3 if number == 0 else 1)
            for party in self.parties:
                period = questions.random.choice(PERIODS)
                self.commitments += check_commitment(self, party, period)
                if number != 1:
                    check_settlement(self, party, exports=number == 2)
                for months in closes[number + 1:]:  # those that are closed now are compared then
                    for month in months:
                        self.check_statement(party, month)
                self.close(party, closes[number])
            self.check_ledger()
        check_balances(self)
        self.failures += self.evidence.disagreements
        audit = self.tracker.ask("audit", "--signatures")
        counted = [len(self.evidence.receipts), len(self.evidence.cdn)]
        if not audit["sound"] or [audit["receipts"], audit["cdn_records"]] != counted:
            self.fail("audit --signatures", audit, counted)

    def fail(self, question, tracker, mine, because=()):
        text = [str(question), f"  the tracker: {tracker}", f"  the auditor: {mine}"]
        self.failures.append("\n".join(text + [f"    {receipt}" for receipt in list(because)[:20]]))

    def check_statement(self, party, month, told=None):
        """A closed month's statement was compared when it was closed, and must not change after that."""
        if month in party.closed:
            return
        question = ["period", "show", month, *party.words()]
        told = told or self.tracker.ask(*question)
        charges = told["statement"]["charges"]
        lines, totals, unpriced = party.statement(month)
        self.compare_lines(" ".join(question), charges["lines"], lines)
        mine = {currency: amount for currency, amount in totals.items()}
        theirs = {total["currency"]: total["amount_minor"] for total in charges["totals"]}
        if mine != theirs or charges["unpriced_bytes"] != unpriced:
            self.fail(f"{' '.join(question)}: totals", (theirs, charges["unpriced_bytes"]), (mine, unpriced))

    def compare_lines(self, question, told, mine):
        theirs = {key_of(line): line for line in told}
        if len(theirs) != len(told):
            self.fail(question, "a line stands twice", "")
        for key in sorted(theirs.keys() | mine.keys()):
            self.lines += 1
            expected, line = mine.get(key), theirs.get(key)
            late = line and "late" in line and tuple(
                line["late"][field] for field in ("settled_quantity", "settled_receipts", "settled_minor")) or None
            figures = line and (line["quantity"], line.get("receipts", 0), line["amount_minor"], line["currency"], late)
            wanted = expected and (expected["quantity"], expected["receipts"], expected["amount"],
                                   expected["currency"], expected["late"])
            if figures != wanted:
                self.fail(f"{question}: {key}", figures, wanted, expected["because"] if expected else [])

    def close(self, party, months):
        for month in months:
            question = ["period", "close", month, *party.words()]
            try:
                told = self.tracker.ask(*question)
            except Refused as refusal:
                if "has no agreement up to" in str(refusal):  # a party's books begin with its first agreement
                    party.closed.append(month)
                    party.charged.setdefault(month, {})
                    continue
                raise
            self.check_statement(party, month, told)
            lines, totals = party.close(month)
            for key, line in lines.items():
                self.ledger.post(party, key, line["currency"], line["amount"])
            if self.tracker.ask("period", "show", month, *party.words())["sha256"] != told["sha256"]:
                self.fail(" ".join(question), "shown otherwise after it was closed", told["sha256"])
            self.check_invoices(party, month, lines, totals)

    def check_invoices(self, party, month, lines, totals):
        for currency, total in totals.items():
            mine = {key: line for key, line in lines.items() if line["currency"] == currency}
            question = ["invoice", "issue", month, *party.words(), "--currency", currency]
            if not mine or total < 0:
                continue
            told = self.tracker.ask(*question)["invoice"]
            self.compare_lines(" ".join(question), [line["charge"] for line in told["lines"]], mine)
            if told["total_minor"] != total:
                self.fail(" ".join(question), told["total_minor"], total)
            if not self.tracker.ask(*question)["existed"]:
                self.fail(" ".join(question), "issued twice", "once")
            if month == "2024-10" and total:
                self.check_credit(party, told)

    def check_credit(self, party, invoice):
        """All that is left of it: the ledger must then hold nothing of the month."""
        told = self.tracker.ask("invoice", "credit", invoice["full_number"], "--reason", "measured wrongly")["invoice"]
        if abs(told["total_minor"]) != invoice["total_minor"]:
            self.fail(f"invoice credit {invoice['full_number']}", told["total_minor"], invoice["total_minor"])
        for line in invoice["lines"]:
            self.ledger.post(party, key_of(line["charge"]), invoice["currency"], -line["amount_minor"])

    def check_ledger(self):
        told, unbalanced = balances_of_journal(self.tracker.ask("journal")["journal"])
        mine = {key: value for key, value in self.ledger.balances.items() if value}
        for key in told.keys() | mine.keys():
            if told.get(key) != mine.get(key):
                self.fail(f"journal: {key}", told.get(key), mine.get(key))
        if unbalanced:
            self.fail("journal: transactions that do not sum to zero", unbalanced, [])


def run(engine, seed):
    print(f"auditor: seed {seed} on {engine}", flush=True)
    begin = time.monotonic()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="waybill-auditor-"))
        url = stack.enter_context(PostgresServer()).url() if engine == "postgresql" else None
        audit = Audit(Tracker(folder, url), seed)
        try:
            audit.run()
        except Refused as refusal:
            audit.fail("a question that the auditor answers", refusal, "an answer")
    print(f"  {len(audit.evidence.receipts)} receipts, {len(audit.evidence.refused)} refused, "
          f"{len(audit.evidence.cdn)} requests of CDN nodes, {audit.tracker.asked} "
          f"questions, {audit.lines} lines, {audit.commitments} commitments, {time.monotonic() - begin:.0f} s")
    for failure in audit.failures[:30]:
        print("DIFFERS: " + failure)
    if len(audit.failures) > 30:
        print(f"... and {len(audit.failures) - 30} more")
    return not audit.failures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, help="this one only")
    words = parser.parse_args()
    seeds = [words.seed] if words.seed is not None else [9088633, 710, 2024]
    begin = time.monotonic()
    for number, seed in enumerate(seeds):
        if number and time.monotonic() - begin > SECONDS * number / (number + 1):
            print(f"auditor: no time for seed {seed}")
            continue
        if not run(words.engine, seed):
            sys.exit(1)


if __name__ == "__main__":
    main()
