"""Statements with their late lines, invoices, credit notes and the ledger, worked out from the receipts."""
from history import ISPS, OWNERS
from prices import MINOR, isp_charges, line_key, owner_charges

MONTHS = ["2024-08", "2024-09", "2024-10", "2024-11", "2024-12"]


class Party:
    def __init__(self, history, evidence, kind, name):
        self.evidence, self.kind, self.name = evidence, kind, name
        self.zone = ISPS[name][0] if kind == "isp" else OWNERS[name][0]
        self.terms = history.agreements[name] if kind == "isp" else history.contracts[name]
        self.closed = []  # months
        self.charged = {}  # month: {key: [latest quantity, latest receipts, charged in all]}

    def charges(self, month):
        """({key: line}, currencies, unpriced bytes) by today's evidence."""
        if self.kind == "isp":
            mine = [r for r in self.evidence.receipts if r.order["source_isp"] == self.name]
            return *isp_charges(self.terms, self.zone, month, mine), 0
        mine = [r for r in self.evidence.counted if r.order["owner"] == self.name]
        deliveries = [d for d in self.evidence.deliveries if d["owner"] == self.name and d["signed"]]
        return owner_charges(self.terms, self.zone, month, mine, deliveries)

    def statement(self, month):
        """{key: line}, totals, unpriced: the month's own lines, and late ones of closed months before it."""
        lines, currencies, unpriced = self.charges(month)
        result = {key: dict(line, late=None) for key, line in lines.items()}
        for earlier in self.closed:
            if earlier < month:
                result |= self._late_lines(earlier)
        totals = dict.fromkeys(currencies, 0)
        for line in result.values():
            totals[line["currency"]] = totals.get(line["currency"], 0) + line["amount"]
        return result, totals, unpriced

    def _late_lines(self, month):
        now, settled = self.charges(month)[0], self.charged[month]
        late = {}
        for key in now.keys() | settled.keys():
            quantity, receipts, amount, currency = settled.get(key, [0, 0, 0, None])
            line = now.get(key, {"quantity": 0, "receipts": 0, "amount": 0, "currency": currency, "because": []})
            if (line["quantity"], line["receipts"], line["amount"]) != (quantity, receipts, amount):
                late[key] = dict(line, amount=line["amount"] - amount, late=(quantity, receipts, amount))
        return late

    def close(self, month):
        lines, totals, _ = self.statement(month)
        for key, line in lines.items():
            entry = self.charged.setdefault(key[0], {}).setdefault(key, [0, 0, 0, line["currency"]])
            entry[0], entry[1] = line["quantity"], line["receipts"]
            entry[2] += line["amount"]
        self.charged.setdefault(month, {})
        self.closed.append(month)
        return lines, totals

    def words(self):
        return [f"--{self.kind}", self.name]

    def payee(self, key):
        terms = next(t for t in self.terms if t["id"] == key[1])
        return terms["royalty"]["payee"]


def key_of(line):
    """Of a line of the tracker's."""
    return line_key(line["month"], line["agreement"], line["kind"], line.get("tier", 0), line.get("traffic", ""),
                    line.get("hours", ""), line.get("class", ""), line.get("owner", ""), line.get("title", ""))


class Ledger:
    """Balances by account and currency, in minor units; debits above zero."""

    def __init__(self):
        self.balances = {}

    def _post(self, account, currency, amount):
        if amount:
            key = (account, currency)
            self.balances[key] = self.balances.get(key, 0) + amount

    @staticmethod
    def _name(text):
        return "".join(f"%{ord(c):02X}" if c in ":;%" else c for c in text)

    def post(self, party, key, currency, amount):
        """One line of a closed statement; a credit note's with the amount negated."""
        name = self._name(party.name)
        if party.kind == "isp":
            self._post(f"expenses:uplink:{name}", currency, amount)
            self._post(f"liabilities:isp:{name}", currency, -amount)
            return
        self._post(f"assets:owner:{name}", currency, amount)
        against = f"liabilities:royalties:{self._name(party.payee(key))}" if key[2] == "royalty" else \
            f"revenues:delivery:{name}"
        self._post(against, currency, -amount)


def balances_of_journal(text):
    """{(account, currency): minor units}, and the transactions that do not sum to zero."""
    balances, unbalanced, sums = {}, [], {}
    for line in [*text.splitlines(), ""]:
        if line.startswith("    "):
            account, _, amount = line.split(";")[0].strip().rpartition("  ")
            currency, number = amount.split()
            minor = int(number.replace(".", "")) if "." in number else int(number) * MINOR[currency]
            key = (account.strip(), currency)
            balances[key] = balances.get(key, 0) + minor
            sums[currency] = sums.get(currency, 0) + minor
        elif not line:
            unbalanced += [sums] if any(sums.values()) else []
            sums = {}
    return {key: value for key, value in balances.items() if value}, unbalanced
