"""`settle`: the signed statement of an ISP's month, what stands behind it, and what `verify` makes of these; and
`period balance`: what ISPs owe each other for it."""
import json
from fractions import Fraction

from prices import isp_charges
from reports import window_of_period

SETTLED = ["2024-10", "2024-11"]
MINOR_DIGITS = {"EUR": 2, "USD": 2, "JPY": 0}
QUARTER = 15 * 60 * 1000


def check_settlement(audit, party, exports):
    """`exports`: with lists and evidence, which the program itself must find good."""
    if party.kind != "isp":
        return
    for month in SETTLED:
        question = ["settle", "--isp", party.name, "--period", month]
        told = audit.tracker.ask(*question)["statement"]
        window = window_of_period(month, party.zone)
        mine = [r for r in audit.evidence.counted
                if r.order["source_isp"] == party.name and window[0] <= r.end < window[1]]
        compare(audit, party, " ".join(question), month, mine, told)
        if exports:
            for form in ("--itemised", "--evidence"):
                check_export(audit, [*question, form], mine)


def compare(audit, party, question, month, receipts, told):
    lines, currencies = isp_charges(party.terms, party.zone, month, receipts)
    audit.compare_lines(question, told["charges"]["lines"], {k: dict(line, late=None) for k, line in lines.items()})
    totals = dict.fromkeys(currencies, 0)
    for line in lines.values():
        totals[line["currency"]] += line["amount"]
    theirs = {total["currency"]: total["amount_minor"] for total in told["charges"]["totals"]}
    if theirs != totals:
        audit.fail(f"{question}: totals", theirs, totals)
    compare_information(audit, party, question, window_of_period(month, party.zone), receipts, told)


def traffic_of(order):
    return "on-net" if order["source_isp"] == order["destination_isp"] else "off-net"


def compare_information(audit, party, question, window, receipts, told):
    nodes, unacknowledged, refused = {}, {}, {}
    for r in receipts:
        if r.order["agreement"]:
            key = (traffic_of(r.order), r.order["class"], r.order["owner"])
            unacknowledged[key] = unacknowledged.get(key, 0) + r.sent - r.acked
        else:
            entry = nodes.setdefault((traffic_of(r.order), r.order["owner"]), [0, 0])
            entry[0], entry[1] = entry[0] + r.acked, entry[1] + 1
    theirs = {(line["traffic"], line["owner"]): [line["acknowledged_bytes"], line["receipts"]]
              for line in told["cdn_nodes"]}
    if theirs != nodes:
        audit.fail(f"{question}: CDN nodes", theirs, nodes)
    mine = {key: count for key, count in unacknowledged.items() if count}
    theirs = {(line["traffic"], line["class"], line["owner"]): line["bytes"] for line in told["unacknowledged"]}
    if theirs != mine:
        audit.fail(f"{question}: unacknowledged bytes", theirs, mine)
    for status, isp, at in audit.evidence.refused:
        if isp == party.name and window[0] <= at // QUARTER * QUARTER < window[1]:
            refused[status] = refused.get(status, 0) + 1
    theirs = {line["status"]: line["count"] for line in told["refused_receipts"]}
    if theirs != refused:
        audit.fail(f"{question}: refused receipts", theirs, refused)


def check_export(audit, question, receipts):
    export = audit.tracker.folder / "settlement.json"
    export.write_text(json.dumps(audit.tracker.ask(*question)))
    verdict = audit.tracker.verify(export)
    paid = [r for r in receipts if r.order["agreement"]]
    mine = [len(paid), sum(r.acked for r in paid)]
    theirs = [verdict["receipts"], verdict["acknowledged_bytes"]]
    if theirs != mine or verdict["proof"] != {"--itemised": "items", "--evidence": "evidence"}[question[-1]]:
        audit.fail(" ".join(question), verdict, mine, paid)


def divide(total, weights):
    """A whole total in proportion to {name: weight}, by largest remainders, ties by name."""
    shares = {name: Fraction(total * weight, sum(weights.values())) for name, weight in weights.items() if weight}
    parts = {name: int(share) for name, share in shares.items()}
    for name in sorted(shares, key=lambda n: (parts[n] - shares[n], n))[:total - sum(parts.values())]:
        parts[name] += 1
    return parts


def off_net(audit, party, month):
    """(bytes by the receivers' ISP, minor units by that ISP and currency) of what its uplinks sent elsewhere."""
    window = window_of_period(month, party.zone)
    mine = [r for r in audit.evidence.receipts if r.order["source_isp"] == party.name and r.order["agreement"]
            and window[0] <= r.end < window[1]]
    sent, earned = {}, {}
    for r in mine:
        if r.order["destination_isp"] != party.name:
            sent[r.order["destination_isp"]] = sent.get(r.order["destination_isp"], 0) + r.acked
    owed = {}
    for key, line in isp_charges(party.terms, party.zone, month, mine)[0].items():
        if key[2] == "volume" and key[4] == "off-net":
            owed[line["currency"]] = owed.get(line["currency"], 0) + line["amount"]
    for currency, total in owed.items():
        for name, part in divide(total, sent).items():
            earned[name, currency] = part
    return sent, earned


def check_balances(audit):
    isps = [party for party in audit.parties if party.kind == "isp"]
    for month in SETTLED:
        sides = {party.name: off_net(audit, party, month) for party in isps}
        mine = {}
        for name, (_, earned) in sides.items():
            for (other, currency), part in earned.items():
                if other:
                    pair = tuple(sorted([name, other]))
                    mine.setdefault((*pair, currency), {})[name] = part
        for (a, b, currency), parts in mine.items():
            net = parts.get(a, 0) - parts.get(b, 0)
            bytes_ = [sides[x][0].get(y, 0) if x in sides else 0 for x, y in ((a, b), (b, a))]
            mine[a, b, currency] = [*bytes_, parts.get(a, 0), parts.get(b, 0), abs(net),
                                    ["", b, a][(net > 0) - (net < 0)], ["", a, b][(net > 0) - (net < 0)]]
        for one in ("", "SP2"):
            question = ["period", "balance", month, *(["--isp", one] if one else [])]
            told = audit.tracker.ask(*question)["balances"]
            theirs = {(row["a"], row["b"], row["currency"]): [
                row["a_to_b_bytes"], row["b_to_a_bytes"], row["a_earned_minor"], row["b_earned_minor"],
                row["net_minor"], row["owed_by"], row["owed_to"]] for row in told}
            wanted = {key: value for key, value in mine.items() if not one or one in key[:2]}
            audit.lines += len(wanted)
            for key in theirs.keys() | wanted.keys():
                if theirs.get(key) != wanted.get(key):
                    audit.fail(f"{' '.join(question)}: {key}", theirs.get(key), wanted.get(key))
            for row in told:
                check_text(audit, question, row)


def check_text(audit, question, row):
    digits = MINOR_DIGITS[row["currency"]]
    for field in ("a_earned", "b_earned", "net"):
        whole, rest = divmod(row[field + "_minor"], 10 ** digits)
        mine = f"{whole}.{rest:0{digits}}" if digits else str(whole)
        if row[field] != mine:
            audit.fail(f"{' '.join(question)}: {field}", row[field], mine)
