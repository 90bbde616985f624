#!/usr/bin/env python3
"""What the books refuse: overlapping agreements, prefixes claimed twice, another currency, open and closed periods,
reversed windows, policies that no path can meet, a table with a bad line 4,711, objects over nothing. Each by the real
program, on SQLite and on PostgreSQL: the exit status, one line that says why, and every table as it was before.
"""
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from postgres import PostgresServer  # noqa: E402
from processes import PATIENCE, binaries  # noqa: E402

REFUSED, WRONG_USAGE = 1, 2
OCTOBER, NOVEMBER, DECEMBER = "2024-10-01T00:00:00Z", "2024-11-01T00:00:00Z", "2024-12-01T00:00:00Z"


def volume(currency="EUR", **more):
    return {"kind": "volume", "currency": currency, "tiers": [{"from": 0, "on_net": "0.01", "off_net": "0.02"}], **more}


def terms(begin=OCTOBER, until=None, tariff=None, isp="SP1", **more):
    value = {"format": "waybill isp agreement 1", "isp": isp, "timezone": "UTC", "from": begin,
             "grant": {"kind": "always"}, "tariff": tariff or volume(), **more}
    return json.dumps(value | ({"until": until} if until else {}))


def contract(begin=OCTOBER, until=None, currency="EUR", **more):
    value = {"format": "waybill owner contract 1", "owner": "MovieStudio", "timezone": "UTC", "from": begin,
             "currency": currency, "flat_fee": "10.00", "threshold": 10 ** 12, "beyond_per_gb": "0.05", **more}
    return json.dumps(value | ({"until": until} if until else {}))


def plain(*more, isp="SP1", currency="EUR"):
    return ["agreement", "add", "--isp", isp, "--grant", "always", "--price", "0.02", "--currency", currency, *more]


def add(text):
    return ["agreement", "add", "--terms", text]


class Books:
    """A tracker with books in a file, or in a database of `server`."""

    def __init__(self, folder, server):
        self.data, self.server = pathlib.Path(folder) / "data", server
        self.url = server.url() if server else None
        self.cases, self.faults = 0, []
        self.run("init", self.data, "--public-host", "127.0.0.1", "--listen", "127.0.0.1:7443",
                 *(["--store", self.url] if server else []), bare=True)

    def call(self, *words, bare=False):
        argv = [binaries() / "waybill-tracker", *words, *([] if bare else ["--data", self.data])]
        return subprocess.run([str(word) for word in argv], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              timeout=PATIENCE, check=False)

    def run(self, *words, bare=False):
        done = self.call(*words, bare=bare)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    def dump(self):
        """Every row of every table."""
        if self.server:
            return self.server.dump(self.url)
        with sqlite3.connect(f"file:{self.data / 'tracker.db'}?mode=ro", uri=True) as database:
            return list(database.iterdump())

    def refuse(self, status, why, *words):
        """`why`: a pattern that the one line of stderr must match."""
        before = self.dump()
        done = self.call(*words)
        self.cases += 1
        faults = []
        if done.returncode != status:
            faults.append(f"status {done.returncode} and not {status}")
        if not re.search(why, done.stderr):
            faults.append(f"it does not say /{why}/")
        if not done.stderr.endswith("\n") or done.stderr.count("\n") != 1 or len(done.stderr) > 1000 or done.stdout:
            faults.append(f"it is not one line on stderr: {done.stdout!r}")
        if self.dump() != before:
            faults.append("something changed")
        if faults:
            self.faults.append(f"{' '.join(map(str, words))[:300]}\n  {'; '.join(faults)}\n  {done.stderr!r}")


def agreements(books):
    books.run(*add(terms(OCTOBER, NOVEMBER)))
    for begin, until in ((OCTOBER, None), ("2024-10-15T00:00:00Z", DECEMBER), ("2024-09-01T00:00:00Z", None),
                         ("2024-09-01T00:00:00Z", "2024-10-01T00:15:00Z")):
        books.refuse(REFUSED, "two agreements at once: 1 .* and the new one", *add(terms(begin, until)))
        options = ["--from", begin] + (["--until", until] if until else [])
        books.refuse(REFUSED, "two agreements at once: 1 .* and the new one", *plain(*options))
    # Terms that contradict themselves or the registry.
    books.refuse(REFUSED, "would end .* before it begins", *add(terms(DECEMBER, NOVEMBER)))
    books.refuse(REFUSED, "end.*before it begins", *plain("--from", DECEMBER, "--until", NOVEMBER))
    books.refuse(REFUSED, "clocks of UTC", *add(terms(NOVEMBER, timezone="Europe/Berlin")))
    books.refuse(REFUSED, "no ISP is named SP9", *add(terms(isp="SP9")))
    books.refuse(REFUSED, "tiers", *add(terms(NOVEMBER, tariff={"kind": "volume", "currency": "EUR", "tiers": []})))
    books.refuse(REFUSED, "percentile", *add(terms(NOVEMBER, tariff=volume(per_megabit="1.00"))))
    books.refuse(REFUSED, "peak", *add(terms(NOVEMBER, tariff=volume(peak=[{"hours": "18:00-24:00"}]))))
    books.refuse(REFUSED, "which is past|no agreement in force", "agreement", "renegotiate", "--terms", terms(NOVEMBER))
    books.refuse(REFUSED, "not JSON", *add("{"))
    books.refuse(WRONG_USAGE, "grant", *plain()[:2], "--isp", "SP1")
    books.run(*add(contract(OCTOBER, NOVEMBER)))
    books.refuse(REFUSED, "two agreements at once", *add(contract("2024-10-20T00:00:00Z")))


def currencies(books):
    books.run(*add(terms(isp="SP2", until="2024-10-20T00:00:00Z")))
    books.refuse(REFUSED, "one currency", *add(terms("2024-10-20T00:00:00Z", isp="SP2", tariff=volume("USD"))))
    books.refuse(REFUSED, "one currency", *plain("--from", "2024-10-20T00:00:00Z", isp="SP2", currency="USD"))
    books.refuse(WRONG_USAGE, "'XXX' is not a currency", *plain("--from", DECEMBER, isp="SP2", currency="XXX"))
    books.refuse(REFUSED, "'XXX' is not a currency", *add(terms(DECEMBER, isp="SP2", tariff=volume("XXX"))))
    books.run(*add(terms(NOVEMBER, isp="SP2", tariff=volume("USD"))))


def prefixes(books):
    books.refuse(REFUSED, "198.18.1.0/24.*SP1|SP1.*198.18.1.0/24", "isp", "add", "SP7", "--prefix", "198.18.1.0/24")
    books.refuse(REFUSED, "198.18.1.0/24", "isp", "add", "SP7", "--prefix", "198.18.7.0/24", "--prefix",
                 "198.18.1.0/24")
    books.refuse(REFUSED, "SP1", "isp", "add", "SP1", "--prefix", "198.18.9.0/24")
    books.refuse(WRONG_USAGE, "prefix", "isp", "add", "SP7", "--prefix", "198.18.1.0/33")
    books.refuse(WRONG_USAGE, "Mars", "isp", "add", "SP7", "--timezone", "Mars/Olympus")
    books.refuse(REFUSED, "agreement", "isp", "remove", "SP1")


def periods(books):
    books.refuse(REFUSED, "close it first", "invoice", "issue", "2024-10", "--isp", "SP1")
    books.refuse(REFUSED, "is open|not begun", "period", "close", "2999-10", "--isp", "SP2")
    books.refuse(REFUSED, "close the earlier period first", "period", "close", "2024-11", "--isp", "SP2")
    books.refuse(REFUSED, "no agreement up to", "period", "close", "2020-01", "--isp", "SP1")
    books.refuse(REFUSED, "no contract", "period", "close", "2024-10", "--owner", "Nobody")
    books.run("period", "close", "2024-10", "--isp", "SP1")
    books.refuse(REFUSED, "closed already", "period", "close", "2024-10", "--isp", "SP1")
    books.refuse(REFUSED, "is closed", *add(terms("2024-09-01T00:00:00Z", OCTOBER)))
    books.refuse(REFUSED, "is closed", *plain("--from", "2024-09-01T00:00:00Z", "--until", OCTOBER))
    books.run("period", "close", "2024-10", "--owner", "MovieStudio")
    books.run("invoice", "issue", "2024-10", "--owner", "MovieStudio")
    books.refuse(REFUSED, "is left of it", "invoice", "credit", "INV-000001", "--reason", "outage", "--line", "1=10.01")
    books.refuse(REFUSED, "no invoice INV-000009", "invoice", "credit", "INV-000009", "--reason", "outage")
    books.refuse(REFUSED, "closed", *add(contract("2024-09-01T00:00:00Z", OCTOBER)))


def reports(books):
    backwards = ["--since", DECEMBER, "--until", NOVEMBER]
    for report in (["bytes"], ["files"], ["balance", "--from", "SP1", "--to", "SP2"]):
        books.refuse(REFUSED, "ends .* before it begins", "report", *report, *backwards)
        books.refuse(REFUSED, "ends .* before it begins", "report", *report, "--since", NOVEMBER, "--until", NOVEMBER)
    books.refuse(WRONG_USAGE, "quarters of an hour", "report", "bytes", "--since", "2024-11-01T00:07:00Z")
    books.refuse(REFUSED, "SP9", "report", "bytes", "--from", "SP9")
    books.refuse(WRONG_USAGE, "group", "report", "bytes", "--group-by", "mood")
    books.refuse(WRONG_USAGE, "same as --from", "report", "balance", "--from", "SP1", "--to", "SP1")
    books.refuse(WRONG_USAGE, "period", "settle", "--isp", "SP1", "--period", "November")


def policies(books):
    limit = ["--bytes", "1GB", "--per", "day"]
    books.run("isp", "add", "Homeless")
    books.refuse(REFUSED, "no path can meet", "policy", "add", "--isp", "Homeless", "--direction", "out", *limit)
    books.refuse(REFUSED, "no path can meet", "policy", "add", "--component", "inter-isp-link:SP1>SP1", *limit)
    books.refuse(REFUSED, "no path can meet", "policy", "add", "--component", "inter-isp-link:SP1>Homeless", *limit)
    books.refuse(REFUSED, "unknown component", "policy", "add", "--component", "router:nowhere", *limit)
    books.refuse(REFUSED, "unknown ISP", "policy", "add", "--isp", "SP9", "--direction", "out", *limit)
    books.refuse(REFUSED, "unknown content owner", "policy", "add", "--owner", "Nobody", *limit)
    books.refuse(REFUSED, "before it begins|reversed", "policy", "add", "--isp", "SP1", "--direction", "out", *limit,
                 "--from", "2999-02-01T00:00Z", "--until", "2999-01-01T00:00Z")
    books.refuse(REFUSED, "over already", "policy", "add", "--isp", "SP1", "--direction", "out", *limit, "--from",
                 "2020-01-01T00:00Z", "--until", "2020-02-01T00:00Z")
    for both in (["--rate", "5MB", *limit], []):
        books.refuse(REFUSED, "exactly one of the two|bytes.*rate", "policy", "add", "--isp", "SP1", "--direction",
                     "out", *both)


def components(books):
    table = pathlib.Path(books.data).parent / "components.csv"
    rows = [f"router{number},router,10.{number // 250}.{number % 250}.1" for number in range(2, 5001)]

    def refused(line, row, why):
        """`line` of the file, the heading being the first, is `row`."""
        wrong = [*rows]
        wrong[line - 2] = row
        table.write_text("\n".join(["name,kind,address", *wrong]) + "\n")
        books.refuse(REFUSED, why, "component", "import", table)
    refused(4711, "router4711,router,10.300.1.1", "line 4711: ")
    refused(4711, "router4711,teapot,10.18.1.1", "line 4711: .*teapot")
    refused(4711, "router4711,router,10.0.2.1", "line 4711: .*10.0.2.1")  # another line's address
    refused(4711, "router4711,router", "line 4711: ")
    books.refuse(WRONG_USAGE, "nowhere.csv", "component", "import", table.parent / "nowhere.csv")


def objects(books):
    books.refuse(REFUSED, "an object over nothing", "object", "add", "nothing")
    books.refuse(REFUSED, "no component router:nowhere", "object", "add", "lost", "--link", "router:nowhere")
    books.refuse(REFUSED, "no link between an ISP and itself", "object", "add", "loop", "--isp-pair", "SP1:SP1")
    books.refuse(REFUSED, "SP9", "object", "add", "unknown", "--clients-of", "SP9")
    books.refuse(REFUSED, "nothing is on-net and off-net", "object", "add", "both", "--isp", "SP1", "--on-net",
                 "--off-net")
    books.refuse(REFUSED, "lies in the future", "object", "add", "early", "--isp", "SP1", "--fill-since",
                 "2999-01-01T00:00Z")
    books.refuse(REFUSED, "Mars", "object", "add", "far", "--isp", "SP1", "--timezone", "Mars/Olympus")
    books.run("object", "add", "sp1", "--isp", "SP1")
    books.refuse(REFUSED, "already", "object", "add", "sp1", "--isp", "SP2")
    books.refuse(REFUSED, "no object sp2", "object", "end", "sp2")
    books.run("object", "end", "sp1")
    books.refuse(REFUSED, "ended already", "object", "end", "sp1")


def alerts(books):
    nearing = ["alert", "add", "b", "--kind", "nearing", "--raise", "80"]
    books.refuse(REFUSED, "no contract in force", *nearing, "--contract", "MovieStudio")  # it ended with October 2024
    books.refuse(WRONG_USAGE, "goes without", *nearing, "--contract", "MovieStudio", "--threshold", "1GB")
    books.refuse(WRONG_USAGE, "goes with nearing", "alert", "add", "b", "--kind", "above", "--raise", "1GB",
                 "--contract", "MovieStudio")
    books.refuse(WRONG_USAGE, "window", "alert", "add", "b", "--kind", "above", "--raise", "1GB")
    books.refuse(REFUSED, "no object nowhere", "alert", "add", "b", "--kind", "above", "--window", "1h", "--raise",
                 "1GB", "--object", "nowhere")


def run(server):
    folder = tempfile.mkdtemp(prefix="waybill-books-input-")
    try:
        books = Books(folder, server)
        empty = books.dump()
        for number in (1, 2, 3):
            books.run("isp", "add", f"SP{number}", "--prefix", f"198.18.{number}.0/24")
        assert books.dump() != empty, "a change does not show in the dump"
        for cases in (agreements, currencies, prefixes, periods, reports, policies, components, objects, alerts):
            cases(books)
            print(f"{cases.__name__}: {books.cases} refusals so far, {len(books.faults)} of them not as they should be")
        if books.faults:
            sys.exit("\n".join(books.faults))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    run(None)
    with PostgresServer() as server:
        run(server)


if __name__ == "__main__":
    main()
