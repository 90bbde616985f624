"""Every report by walking over every receipt."""
import functools
import ipaddress
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from history import ISPS, QUARTER


def local(ms, zone):
    return datetime.fromtimestamp(ms // 1000, tz=timezone.utc).astimezone(ZoneInfo(zone))


def window_of_period(period, zone):
    """2026-11, 2026-Q4, 2026 or 2026-11-23: from local midnight to local midnight."""
    parts = period.split("-")
    year = int(parts[0])
    if len(parts) == 1:
        begin, end = (year, 1, 1), (year + 1, 1, 1)
    elif parts[1].startswith("Q"):
        first = 3 * int(parts[1][1]) - 2
        begin, end = (year, first, 1), (year + first // 10, (first + 3 - 1) % 12 + 1, 1)
    elif len(parts) == 2:
        month = int(parts[1])
        begin, end = (year, month, 1), (year + month // 12, month % 12 + 1, 1)
    else:
        day = date(year, int(parts[1]), int(parts[2]))
        after = day + timedelta(days=1)
        begin, end = (day.year, day.month, day.day), (after.year, after.month, after.day)
    return tuple(int(datetime(*edge, tzinfo=ZoneInfo(zone)).timestamp()) * 1000 for edge in (begin, end))


def within_hours(text, ms, zone):
    begin, end = ((int(t[:2]) * 60 + int(t[3:])) for t in text.split("-"))
    at = local(ms, zone)
    minute = at.hour * 60 + at.minute
    if begin < end:
        return begin <= minute < end
    return minute >= begin or minute < end


def traffic_of(receipt):
    order = receipt.order
    return "on-net" if order["source_isp"] and order["source_isp"] == order["destination_isp"] else "off-net"


def isp_name(name):
    return name or "unknown"


def zone_of(question):
    """--timezone, else the --from ISP's, else UTC."""
    if "timezone" in question:
        return question["timezone"]
    source = question.get("from")
    return ISPS[source][0] if source and source != "unknown" else "UTC"


def in_time(question, ms):
    zone = zone_of(question)
    if "period" in question:
        since, until = window_of_period(question["period"], zone)
    else:
        since, until = question.get("since"), question.get("until")
    if since is not None and ms < since or until is not None and ms >= until:
        return False
    return "between" not in question or within_hours(question["between"], ms, zone)


def fits(question, receipt, ends=True):
    order = receipt.order
    if ends and "from" in question and isp_name(order["source_isp"]) != question["from"]:
        return False
    to = question.get("to", question.get("delivered-to"))
    if ends and to and isp_name(order["destination_isp"]) != to:
        return False
    for key, mine in (("owner", order["owner"]), ("content", order["title"]), ("client", order["receiver"]),
                      ("class", order["class"])):
        if key in question and question[key] != mine:
            return False
    if question.get("traffic", "all") not in ("all", traffic_of(receipt)):
        return False
    if question.get("source", "all") != "all" and (order["agreement"] == 0) != (question["source"] == "cdn-nodes"):
        return False
    return in_time(question, receipt.end)


def offset_text(at):
    minutes = int(at.utcoffset().total_seconds()) // 60
    return "Z" if minutes == 0 else f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def cells(group, receipt, zone):
    """(column, shown) pairs of one receipt."""
    order = receipt.order
    at = local(receipt.end // QUARTER * QUARTER, zone)
    if group == "isp-pair":
        return [("from", isp_name(order["source_isp"])), ("to", isp_name(order["destination_isp"]))]
    if group == "content":
        return [("content", order["content"]), ("title", order["title"])]
    return [(group.replace("-", "_"), {
        "agreement": lambda: str(order["agreement"] or "-"),
        "source": lambda: "peer" if order["agreement"] else "cdn-node",
        "from": lambda: isp_name(order["source_isp"]),
        "to": lambda: isp_name(order["destination_isp"]),
        "traffic": lambda: traffic_of(receipt),
        "class": lambda: order["class"],
        "title": lambda: order["title"],
        "owner": lambda: order["owner"],
        "client": lambda: order["receiver_key"],
        "hour-of-day": lambda: f"{at:%H}:00",
        "quarter-hour": lambda: f"{at:%Y-%m-%dT%H:%M}" + offset_text(at),
        "hour": lambda: f"{at:%Y-%m-%dT%H}:00" + offset_text(at),
        "day": lambda: f"{at:%Y-%m-%d}",
        "month": lambda: f"{at:%Y-%m}",
    }[group]())]


def counters(receipts):
    acked = sum(r.acked for r in receipts)
    return {"acknowledged_bytes": acked, "unacknowledged_bytes": sum(r.sent for r in receipts) - acked,
            "receipts": len(receipts)}


def grouped(question, receipts):
    """{cells: counters}"""
    zone = zone_of(question)
    rows = {}
    for receipt in receipts:
        key = tuple(sum((cells(group, receipt, zone) for group in question["group-by"]), []))
        rows.setdefault(key, []).append(receipt)
    return rows


@functools.lru_cache(maxsize=None)
def isp_of_address(address):
    for name, (_, _, prefix) in ISPS.items():
        if ipaddress.ip_address(address) in ipaddress.ip_network(prefix):
            return name
    return None


def isps_crossed(receipt):
    """In the order of the traffic; what is silent or nobody's is left out. The ends are the tracker's word."""
    order = receipt.order
    hops = [isp_of_address(hop) for hop in receipt.plan["hops"] if hop and hop != order["receiver_address"]]
    crossed = []
    for isp in [order["source_isp"], *hops, order["destination_isp"]]:
        if isp and (not crossed or crossed[-1] != isp):
            crossed.append(isp)
    return crossed


def carried_by(component, receipt):
    kind, _, name = component.partition(":")
    crossed = isps_crossed(receipt)
    if kind == "isp":
        return name in crossed
    if kind == "inter-isp-link":
        return tuple(name.split(">")) in zip(crossed, crossed[1:])
    assert kind == "router"
    return name in [hop for hop in receipt.plan["hops"] if hop != receipt.order["receiver_address"]]
