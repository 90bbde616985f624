"""`settle`: the signed statement of an ISP's month.

Left out as long as `settle` prices a receipt by the agreement that its order names, and not (as `period show` does, and
as was agreed) by the one in force when it ends: the lines in which these are two, and their totals."""
from prices import agreement_of, isp_charges
from reports import window_of_period
from tracker import Refused

SETTLED = ["2024-10", "2024-11"]
QUARTER = 15 * 60 * 1000
STATUS_NAMES = {21: "receipt_signature_invalid", 22: "exists_with_different_content",
                32: "acknowledgement_signature_invalid", 40: "outside_window", 41: "over_byte_limit",
                43: "sequence_superseded", 44: "totals_fall"}


def is_plain(terms):
    tariff = terms["tariff"]
    return tariff["kind"] == "volume" and len(tariff["tiers"]) == 1 and "peak" not in tariff and "minimum" not in tariff


def check_settlement(audit, party):
    if party.kind != "isp":
        return
    for month in SETTLED:
        window = window_of_period(month, party.zone)
        touched = [t for t in party.terms
                   if t["from_ms"] < window[1] and not (t["until_ms"] and t["until_ms"] <= window[0])]
        question = ["settle", "--isp", party.name, "--period", month]
        try:
            told = audit.tracker.ask(*question)["statement"]
        except Refused:
            if all(map(is_plain, touched)):
                raise
            continue
        compare(audit, party, " ".join(question), month, window, told)


def compare(audit, party, question, month, window, told):
    by_orders = [r for r in audit.evidence.receipts
                 if r.order["source_isp"] == party.name and window[0] <= r.end < window[1]]
    lines, currencies = isp_charges(party.terms, party.zone, month, by_orders)
    sums = {}
    for key, line in lines.items():
        entry = sums.setdefault((key[1], key[4], key[7]), [0, 0, 0, []])
        entry[0] += line["quantity"]
        entry[1] += line["receipts"]
        entry[2] += line["amount"]
        entry[3] += line["because"]
    theirs = {(l["agreement"], l["traffic"], l["owner"]): l for l in told["lines"]}
    disputed = {id_ for r in by_orders if r.order["agreement"]
                for id_ in (agreement_of(party.terms, r)["id"], r.order["agreement"])
                if agreement_of(party.terms, r)["id"] != r.order["agreement"]}
    for key in theirs.keys() | sums.keys():
        if key[0] in disputed:
            continue
        mine, line = sums.get(key), theirs.get(key)
        figures = line and (line["acknowledged_bytes"], line["receipts"], line["amount_minor"],
                            line["unacknowledged_bytes"])
        wanted = mine and (*mine[:3], sum(r.sent - r.acked for r in mine[3]))
        if figures != wanted:
            audit.fail(f"{question}: {key}", figures, wanted, mine[3] if mine else [])
    totals = dict.fromkeys(currencies, 0)
    for line in lines.values():
        totals[line["currency"]] += line["amount"]
    theirs = {total["currency"]: total["amount_minor"] for total in told["totals"]}
    if theirs != totals and not disputed:
        audit.fail(f"{question}: totals", theirs, totals)
    nodes = {}
    for r in by_orders:
        if not r.order["agreement"]:
            traffic = "on-net" if r.order["source_isp"] == r.order["destination_isp"] else "off-net"
            entry = nodes.setdefault((traffic, r.order["owner"]), [0, 0])
            entry[0], entry[1] = entry[0] + r.acked, entry[1] + 1
    theirs = {(l["traffic"], l["owner"]): [l["acknowledged_bytes"], l["receipts"]] for l in told["cdn_nodes"]}
    if theirs != nodes:
        audit.fail(f"{question}: CDN nodes", theirs, nodes)
    refused = {}
    for status, isp, at in audit.evidence.refused:
        if isp == party.name and window[0] <= at // QUARTER * QUARTER < window[1]:
            refused[status] = refused.get(status, 0) + 1
    theirs = {line["status"]: line["count"] for line in told["refused_receipts"]}
    if theirs != refused:
        audit.fail(f"{question}: refused receipts", theirs, refused)
