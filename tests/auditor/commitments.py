"""How far each party is from what it committed to: `report commitment`, worked out in fractions."""
from datetime import datetime
from fractions import Fraction

from history import QUARTER
from prices import Term, isp_charges, price
from reports import window_of_period

PERIODS = ["2024-10", "2024-11", "2024-12", "2024-10-20", "2024-10-27", "2024-11-03", "2024-11-16"]


def isp_commitments(party, month, receipts):
    """{agreement: (agreed, used, term)}"""
    lines, _ = isp_charges(party.terms, party.zone, month, receipts)
    found = {}
    for terms in party.terms:
        term = Term(terms, month, party.zone)
        for key, line in lines.items():
            if key[1] == terms["id"] and key[2] == "shortfall":
                agreed = round(price(terms["tariff"]["minimum"], terms["tariff"]["currency"]) * term.part)
                found[terms["id"]] = (agreed, line["quantity"], term)
    return found


def owner_commitments(party, month, receipts):
    terms_of = {terms["id"]: Term(terms, month, party.zone) for terms in party.terms}
    window = window_of_period(month, party.zone)
    used = dict.fromkeys(terms_of, 0)
    for r in receipts:
        begin = r.end // QUARTER * QUARTER
        touching = [t for t in party.terms
                    if t["from_ms"] < begin + QUARTER and (t["until_ms"] is None or t["until_ms"] > begin)]
        if touching and window[0] <= r.end < window[1]:
            used[max(touching, key=lambda t: t["from_ms"])["id"]] += r.acked
    return {key: (int(term.terms["threshold"] * term.part), used[key], term)
            for key, term in terms_of.items() if not term.empty}


def expected_row(agreed, used, term, as_of):
    elapsed, whole = as_of - term.begin, term.end - term.begin
    row = {"agreed": agreed, "used": used, "remaining": max(0, agreed - used), "projected": used, "reached": None}
    if 0 < elapsed < whole and used > 0:
        row["projected"] = int(Fraction(used * whole, elapsed))
        met = -(-agreed * elapsed // used)
        if used < agreed and met < whole:
            row["reached"] = (term.begin + met) // 1000
    return row


def check_commitment(audit, party, period):
    month = period[:7]
    as_of = window_of_period(period, party.zone)[1]
    mine = "source_isp" if party.kind == "isp" else "owner"
    receipts = [r for r in party.evidence.receipts if r.order[mine] == party.name and r.end < as_of]
    commitments = (isp_commitments if party.kind == "isp" else owner_commitments)(party, month, receipts)
    question = ["report", "commitment", *party.words(), "--period", period]
    answer = audit.tracker.ask(*question)
    told = {row["agreement"]: {key: row[key] for key in ("agreed", "used", "remaining", "projected", "reached")}
            for row in answer["rows"]}
    for row in told.values():
        row["reached"] = row["reached"] and int(datetime.fromisoformat(row["reached"]).timestamp())
    wanted = {key: expected_row(*value, as_of) for key, value in commitments.items()}
    if told != wanted:
        audit.fail(" ".join(question), told, wanted, receipts)
    return len(told)
