#!/usr/bin/env python3
"""Who may see what over the HTTPS API: a real tracker with months of books, asked over real TLS in each role.

Every route of its table is asked in every role and answers as the table and packaging/openapi/waybill.yaml say; an
operator reads exactly what the command line prints; an ISP gets no byte of what other ISPs sent each other, of their
agreements, prices and invoices; whoever may not change anything changes no row."""
import argparse
import contextlib
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from api_books import ApiBooks, HIDDEN, HIDDEN_PRICE, MONTH, keep_answers  # noqa: E402
from api_client import target  # noqa: E402
from api_manners import check_manners  # noqa: E402
from api_questions import REFUSED_CHANGES, changes, own_reads, reads  # noqa: E402
from api_schema import Description  # noqa: E402
from cluster import work_folder  # noqa: E402
from postgres import PostgresServer  # noqa: E402
from processes import SOURCE  # noqa: E402

ROLES = ["operator", "auditor", "isp", "owner"]
REFUSALS = {"not_offered", "changes", "other_party"}


POSITIONAL = {"path": ("source", "destination")}  # of the command line, though parameters of the route


class ApiTest:
    def __init__(self, books):
        self.books, self.api, self.faults, self.asked = books, books.api, [], 0
        self.facts = self._facts()
        self.description = Description((SOURCE / "packaging/openapi/waybill.yaml").read_text())

    def check(self, holds, what):
        if not holds:
            self.faults.append(what)
            print(f"FAULT: {what}", flush=True)

    def _facts(self):
        cli = self.books.cli
        invoices = {invoice["party"]: invoice["number"] for invoice in cli("invoice", "list")["invoices"]}
        others = [invoice["number"] for invoice in cli("invoice", "list", "--isp", "SP2")["invoices"]]
        terms = {"format": "waybill owner contract 1", "owner": "NewsHouse", "timezone": "America/New_York",
                 "from": "2124-01-01T00:00:00Z", "currency": "USD", "flat_fee": "1.00", "threshold": 10,
                 "beyond_per_gb": "0.01"}
        next_policy = max(policy["id"] for policy in cli("policy", "list")["policies"]) + 1
        next_insight = max(row["id"] for row in cli("component", "insight", "list")["insights"]) + 1
        agreement = max(row["id"] for row in cli("agreement", "list")["agreements"]) + 1
        movies = [row for row in cli("invoice", "list")["invoices"] if row["party"] == "MovieStudio"]
        return {"invoices": invoices, "others": others, "terms": json.dumps(terms), "next_policy": next_policy,
                "next_insight": next_insight, "next_agreement": agreement,
                "content": cli("content", "show", "RobinHood")["contents"][0]["id"], "currency": movies[0]["currency"]}

    def get(self, path, role, query):
        self.asked += 1
        token = self.books.tokens.get(role, role)
        answer = self.api.get(path, token, query)
        while answer.status == 429:  # the rate of one token: come back
            time.sleep(0.2)
            answer = self.api.get(path, token, query)
        return answer

    # What the server says of itself ---------------------------------------------------------------------------------
    def check_description(self):
        index = self.api.get("/api/v1")
        self.check(index.status == 200, f"the list of routes: {index.status}")
        self.routes = index.json()["routes"]
        served = self.api.get("/api/v1/openapi.yaml")
        self.check(served.status == 200 and served.text == self.description.text, "openapi.yaml is served otherwise")
        for difference in self.description.differences(self.routes):
            self.check(False, f"openapi: {difference}")

    # Reading ----------------------------------------------------------------------------------------------------------
    def check_reads(self):
        asked = reads(self.facts)
        for route in self.routes:
            if route["method"] != "GET":
                continue
            short = route["path"].removeprefix("/api/v1")
            self.check(short in asked, f"{short} is asked by no question")
            for role in ROLES:
                if role not in route["roles"]:
                    answer = self.get(route["path"], role, asked[short][0])
                    self.check(answer.status == 403 and answer.problem in REFUSALS,
                               f"GET {short} as {role}: {answer.status} {answer.problem}")
                    continue
                questions = own_reads(role, self.facts).get(short) if role in ("isp", "owner") else asked[short]
                self.check(questions is not None, f"{short} is asked by no question of {role}")
                for query in questions or []:
                    self.check_read(route, role, query)

    def check_read(self, route, role, query):
        answer = self.get(route["path"], role, query)
        where = f"GET {target(route['path'], query)} as {role}"
        if answer.status != 200:
            return self.check(False, f"{where}: {answer.status} {answer.text[:300]}")
        self.check(answer.headers["cache-control"] == "no-store", f"{where}: it may be kept")
        self.keep(route, answer)
        for fault in self.description.faults(route, 200, answer.json()):
            self.check(False, f"{where}: {fault}")
        if role == "operator":
            self.check_as_printed(route, query, answer, where)
        if role == "auditor":
            self.check(self.steady(answer.json()) == self.steady(self.get(route["path"], "operator", query).json()),
                       f"{where}: otherwise than an operator")
        if route["csv"]:
            csv = self.get(route["path"], role, query | {"format": "csv"})
            self.check(csv.status == 200 and csv.headers["content-type"].startswith("text/csv"), f"{where} as CSV")

    @staticmethod
    def steady(value):
        """Without what the moment of asking alone decides."""
        if isinstance(value, dict):
            return {k: ApiTest.steady(v) for k, v in value.items()
                    if k not in ("time", "made_at", "made_at_ms", "when", "signed", "evaluated", "since", "value",
                                 "level", "standing", "items", "items_signature")}
        return [ApiTest.steady(item) for item in value] if isinstance(value, list) else value

    def check_as_printed(self, route, query, answer, where):
        if route["command"] in ("agents", "explain", "orders", "policy why", "watch"):
            return
        words, options = route["command"].split(), []
        flags = {p["name"] for p in route["parameters"] if p["kind"] == "flag"}
        for name, value in query.items():
            if "{" + name + "}" in route["path"] or name in POSITIONAL.get(route["command"], ()):
                words.append(value)
            elif name in flags:
                options.append("--" + name.replace("_", "-"))
            else:
                value = ",".join(value) if isinstance(value, list) else value
                options += ["--" + name.replace("_", "-"), value]
        if route["command"] == "records difference":
            words = ["records", "re-resolve"]
        printed = self.books.cli(*words, *options)
        self.check(self.steady(printed) == self.steady(answer.json()), f"{where}: the command line prints otherwise")

    def keep(self, route, answer):
        folder = keep_answers()
        if folder:
            name = re.sub(r"[^a-z-]+", "_", f"{route['method']} {route['path'][8:]}".lower())
            with open(folder / (name + ".jsonl"), "a", encoding="utf-8") as out:
                out.write(answer.text.replace("\n", " ") + "\n")

    # One side only ----------------------------------------------------------------------------------------------------
    def secrets(self):
        """Texts that no answer to SP1 may hold: exact amounts and prices of others, numbers of their invoices."""
        cli = self.books.cli
        found = {HIDDEN, HIDDEN_PRICE, "hidden core", "core2", *self.facts["others"], "NewsHouse\", \"kind\": \"owner"}
        for pair in cli("report", "matrix")["pairs"]:
            if "SP1" not in (pair["from"], pair["to"]) and pair["acknowledged_bytes"] > 10 ** 6:
                found.add(str(pair["acknowledged_bytes"]))
        for row in cli("report", "bytes", "--group-by", "isp-pair,title")["rows"]:
            if "SP1" not in (row["from"], row["to"]) and row["acknowledged_bytes"] > 10 ** 6:
                found.add(str(row["acknowledged_bytes"]))
        for row in cli("agreement", "list")["agreements"]:
            if row["isp"] != "SP1":
                found |= {row["price_per_gb"], row["off_net_price_per_gb"]}
        for isp in ("SP2", "SP3", "SP4"):
            for line in cli("period", "show", MONTH, "--isp", isp)["lines"]:
                if len(line["amount"]) > 5:
                    found.add(line["amount"])
        for agent in cli("records", "--limit", "20000")["records"]:
            found |= {agent["sender"], agent["receiver"], agent["order"]}
        return {secret for secret in found if secret and len(secret) > 4}

    def check_one_side(self):
        secrets = self.secrets()
        self.check(len(secrets) > 100, f"too little is looked for: {len(secrets)}")
        open_to_operator = self.get("/api/v1/reports/matrix", "operator", {}).text
        self.check(any(secret in open_to_operator for secret in secrets), "what is looked for is nowhere")
        asked = own_reads("isp", self.facts)
        for short, queries in asked.items():
            for query in queries:
                for more in ({}, {"format": "csv"}):
                    text = self.get("/api/v1" + short, "isp", query | more).text
                    told = [secret for secret in secrets if re.search(rf"(?<![\w.]){re.escape(secret)}(?![\w])", text)]
                    self.check(not told, f"SP1 is told {told[:5]} by {target(short, query)}")
        for short, query in [("/reports/bytes", {"involving": "SP2"}), ("/reports/matrix", {"involving": "SP2"}),
                             ("/reports/bytes", {"component": "core2"}), ("/reports/bytes", {"group_by": "agreement"}),
                             ("/reports/bytes", {"component": "core1", "from": "SP2"}),
                             ("/reports/bytes", {"from": "SP2", "to": "SP3", "crossing": "true"}),
                             ("/reports/bytes", {"client": "alice"}), ("/records", {"component": "isp:SP2"}),
                             ("/reports/balance", {"from": "SP2", "to": "SP3"}), ("/reports/files", {"to": "SP2"}),
                             ("/reports/files", {"delivered_to": "SP2"}), ("/transfers", {"involving": "SP2"}),
                             ("/settlement", {"isp": "SP3", "period": MONTH}), ("/periods", {"owner": "MovieStudio"}),
                             ("/settlement", {"period": MONTH, "evidence": "true"}), ("/agreements", {"isp": "SP2"}),
                             ("/agreements/terms", {"isp": "SP2"}), ("/invoices", {"isp": "SP2"}),
                             ("/invoices", {"owner": "MovieStudio"}), ("/isps/{name}", {"name": "SP2"}),
                             ("/reports/series", {"component": "inter-isp-link:SP2>SP3"})]:
            answer = self.get("/api/v1" + short, "isp", query)
            self.check(answer.status in (400, 403) and "acknowledged" not in answer.text,
                       f"SP1 asks {target(short, query)}: {answer.status} {answer.text[:200]}")
        unknown = self.get("/api/v1/invoices/{number}", "isp", {"number": "SBI-999999"})
        for short, query in [("/invoices/{number}", {"number": self.facts["others"][0]}),
                             ("/components/{name}", {"name": "core2"}), ("/alerts/{name}", {"name": "from SP2"}),
                             ("/components/{name}", {"name": "no such"})]:
            answer = self.get("/api/v1" + short, "isp", query)
            self.check((answer.status, answer.body) == (404, unknown.body), f"SP1 learns of {target(short, query)}")
        self.check_sums()
        self.check_pseudonyms()
        for short, query in [("/contents/{content}", {"content": "Morning"}), ("/invoices", {"owner": "NewsHouse"}),
                             ("/agreements/terms", {"owner": "NewsHouse"}), ("/reports/matrix", {"owner": "NewsHouse"}),
                             ("/invoices/{number}", {"number": self.facts["invoices"]["NewsHouse"]})]:
            answer = self.get("/api/v1" + short, "owner", query)
            self.check(answer.status in (403, 404), f"MovieStudio asks {target(short, query)}: {answer.status}")

    def check_sums(self):
        """A narrowed answer is the whole of its side: as the books say to the operator."""
        pairs = self.books.cli("report", "matrix")["pairs"]
        mine = [pair for pair in pairs if "SP1" in (pair["from"], pair["to"])]
        told = self.get("/api/v1/reports/matrix", "isp", {}).json()
        self.check(told["pairs"] == mine and len(mine) < len(pairs), "SP1's matrix is not what it sent and received")
        everything = self.books.cli("report", "bytes", "--owner", "MovieStudio")
        owned = self.get("/api/v1/reports/bytes", "owner", {}).json()
        self.check(owned["rows"] == everything["rows"] and owned["acknowledged_bytes"], "MovieStudio's bytes")
        self.check(len(self.get("/api/v1/contents", "owner", {}).json()["contents"]) == 2, "MovieStudio's titles")
        mine = self.get("/api/v1/alerts", "isp", {}).json()["alerts"]
        self.check([alert["name"] for alert in mine] == ["from SP1"], f"SP1's alerts: {mine}")
        self.check(len(self.get("/api/v1/policies", "isp", {}).json()["policies"]) == 1, "SP1's policies")

    def check_pseudonyms(self):
        """Clients have names of the reader's own; no two parties could tie theirs together."""
        names = {}
        for reader in ("isp", "sp2"):
            records = self.get("/api/v1/records", reader, {}).json()["records"]
            names[reader] = {record[end] for record in records for end in ("sender", "receiver")}
            self.check(records and all(name.startswith("c-") for name in names[reader]), f"clients as {reader}")
        self.check(not names["isp"] & names["sp2"], "two ISPs know a client by one name")
        rows = self.get("/api/v1/reports/bytes", "owner", {"group_by": "client"}).json()["rows"]
        self.check(rows and all(row["client"].startswith("c-") for row in rows), f"an owner's clients: {rows[:3]}")

    # Changing ---------------------------------------------------------------------------------------------------------
    def check_changes(self):
        life = changes(self.facts)
        for route in self.routes:
            if route["method"] != "GET":
                short = route["path"].removeprefix("/api/v1")
                self.check(any(c[:2] == (route["method"], short) for c in [*life, *REFUSED_CHANGES]),
                           f"{route['method']} {short} is changed by nobody")
                self.check(route["roles"] == ["operator"], f"{route['method']} {short} is open to {route['roles']}")
        before = self.books.dump()
        for role in ["auditor", "isp", "owner", "sp2"]:
            for method, short, names, body in [*life, *REFUSED_CHANGES]:
                answer = self.change(method, short, names, body, role)
                self.check(answer.status == 403 and answer.problem == "changes",
                           f"{method} {short} as {role}: {answer.status} {answer.problem}")
        self.check(self.books.dump() == before, "a role that changes nothing changed something")
        for method, short, names, body in REFUSED_CHANGES:
            answer = self.change(method, short, names, body, "operator")
            self.check(answer.status == 409, f"{method} {short}: {answer.status} {answer.text[:200]}")
        self.check(self.books.dump() == before, "a refused change changed something")
        for method, short, names, body in life:
            answer = self.change(method, short, names, body, "operator")
            self.check(answer.status == 200, f"{method} {short} as operator: {answer.status} {answer.text[:300]}")
            route = next(r for r in self.routes if (r["method"], r["path"]) == (method, "/api/v1" + short))
            if answer.status == 200:
                self.keep(route, answer)
                for fault in self.description.faults(route, 200, answer.json()):
                    self.check(False, f"{method} {short}: {fault}")
        self.check(self.books.dump() != before, "the operator's changes changed nothing")
        self.check("Api" in [isp["name"] for isp in self.books.cli("isp", "list")["isps"]], "the new ISP is not there")

    def change(self, method, short, names, body, role):
        self.asked += 1
        path = target("/api/v1" + short, names)
        answer = self.api.ask(method, path, self.books.tokens[role], body)
        while answer.status == 429:
            time.sleep(0.2)
            answer = self.api.ask(method, path, self.books.tokens[role], body)
        return answer


def run(engine):
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(PostgresServer()) if engine == "postgresql" else None
        books = ApiBooks(work_folder("api"), server)
        stack.callback(books.stop)
        books.serve()
        books.add_tokens()
        books.cli("token", "add", "--role", "auditor", "--name", "test spare", "--expires", "1d")
        books.cli("subscriber", "add", "test house")
        test = ApiTest(books)
        begin = time.monotonic()
        test.check_description()
        test.check_reads()
        test.check_one_side()
        check_manners(test)
        test.check_changes()
        print(f"{engine}: {len(test.routes)} routes, {test.asked} questions, {time.monotonic() - begin:.0f} s, "
              f"{len(test.faults)} faults")
        return not test.faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    sys.exit(0 if run(parser.parse_args().engine) else 1)


if __name__ == "__main__":
    main()
