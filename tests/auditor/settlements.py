"""`settle`: the signed statement of an ISP's month, what stands behind it, and what `verify` makes of these."""
import json

from prices import isp_charges
from reports import window_of_period

SETTLED = ["2024-10", "2024-11"]
QUARTER = 15 * 60 * 1000


def check_settlement(audit, party, exports):
    """`exports`: with lists and evidence, which the program itself must find good."""
    if party.kind != "isp":
        return
    for month in SETTLED:
        question = ["settle", "--isp", party.name, "--period", month]
        told = audit.tracker.ask(*question)["statement"]
        window = window_of_period(month, party.zone)
        mine = [r for r in audit.evidence.receipts
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
