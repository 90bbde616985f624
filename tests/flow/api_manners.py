"""How the API refuses: tokens, methods, paths, forms, rates; and what it never lets out."""
import json
import threading
import time

from processes import wait_for
from tracker import Refused


def check_manners(test):
    check_token_commands(test)
    check_tokens(test)
    check_requests(test)
    check_rates(test)
    check_secrecy(test)


def check_token_commands(test):
    """What `token add` and `token revoke` refuse: one line, the status, and nothing changed."""
    cases = [(1, "no ISP is named SP9", ["--role", "isp", "--isp", "SP9"]), (2, "--isp", ["--role", "isp"]),
             (2, "--owner", ["--role", "owner"]), (2, "--isp", ["--role", "auditor", "--isp", "SP1"]),
             (2, "--owner", ["--role", "isp", "--isp", "SP1", "--owner", "MovieStudio"]),
             (1, "no owner", ["--role", "owner", "--owner", "Nobody"]), (2, "--role", ["--role", "root"]),
             (2, "past", ["--role", "auditor", "--expires", "2024-01-01"]),
             (2, "too far", ["--role", "auditor", "--expires", "2124-01-01"]),
             (2, "--expires", ["--role", "auditor", "--expires", "400d"]),
             (1, "in force already", ["--role", "auditor", "--name", "test auditor"]),
             (2, "--name", ["--role", "auditor", "--name", "two\nlines"])]
    before = test.books.dump()
    for status, said, words in cases:
        words = [*words, *([] if "--name" in words else ["--name", "n"]),
                 *([] if "--expires" in words else ["--expires", "1d"])]
        refuse_command(test, status, said, "add", *words)
    refuse_command(test, 1, "no token in force", "revoke", "nobody")
    test.check(test.books.dump() == before, "a refused token command changed something")


def refuse_command(test, status, said, *words):
    try:
        test.books.cli("token", *words)
        test.check(False, f"token {' '.join(words)} is not refused")
    except Refused as refusal:
        test.check(f"status {status}:" in str(refusal) and said in str(refusal), f"token {words}: {refusal}")


def check_tokens(test):
    """No, unknown, expired and revoked tokens: one answer."""
    api, books = test.api, test.books
    short = books.cli("token", "add", "--role", "auditor", "--name", "short", "--expires", "1s")["token"]
    gone = books.cli("token", "add", "--role", "isp", "--isp", "SP1", "--name", "gone", "--expires", "1d")["token"]
    path = "/api/v1/reports/matrix"
    test.check(api.get(path, gone).status == 200, "a new token is refused")
    books.cli("token", "revoke", "gone")
    revoked = api.get(path, gone)
    test.check(revoked.status == 401, f"a revoked token: {revoked.status}")
    expired = wait_for(lambda: (answer := api.get(path, short)).status == 401 and answer, "a token to expire")
    unknown = api.get(path, "wbt_" + "A" * 43)
    nothing = api.ask("GET", path, source="127.0.0.3")
    odd = [api.ask("GET", path, headers={"Authorization": value}, source="127.0.0.3")
           for value in ("Basic d2F5OmJpbGw=", "Bearer", "Bearer ", "Bearer x", books.tokens["operator"],
                         "Bearer " + "A" * 5000, "Bearer  wbt_" + "/" * 43)]
    for answer in [revoked, expired, unknown, nothing, *odd]:
        test.check(answer.status == 401 and answer.body == nothing.body and answer.problem == "token",
                   f"without a token in force: {answer.status} {answer.text}")
        test.check(answer.headers["www-authenticate"].startswith("Bearer"), "no challenge")
    lower = api.ask("GET", path, headers={"Authorization": "bearer " + books.tokens["operator"]})
    test.check(lower.status == 200, "the scheme's case counts")
    test.check(api.get(path, books.tokens["sp2"]).json()["pairs"] != api.get(path, books.tokens["isp"]).json()["pairs"],
               "two ISPs see the same")
    listed = api.get("/api/v1/tokens", books.tokens["operator"], {"all": "true"}).json()["tokens"]
    states = {token["name"]: token["state"] for token in listed}
    test.check(states["short"] == "expired" and states["gone"] == "revoked", f"states of tokens: {states}")


def check_requests(test):
    api, token = test.api, test.books.tokens["operator"]
    cases = [
        (404, "path", ("GET", "/api/v1/nothing"), {}), (404, "path", ("GET", "/api/v1/reports"), {}),
        (405, "method", ("PUT", "/api/v1/isps"), {}), (405, "method", ("DELETE", "/api/v1/reports/matrix"), {}),
        (400, "arguments", ("GET", "/api/v1/reports/matrix?sinse=2024-10-01"), {}),
        (400, "arguments", ("GET", "/api/v1/reports/matrix?since=someday"), {}),
        (400, "arguments", ("GET", "/api/v1/reports/matrix?since=2024-10-01&since=2024-10-02"), {}),
        (400, "arguments", ("GET", "/api/v1/reports/matrix?from=%zz"), {}),
        (400, "arguments", ("GET", "/api/v1/reports/matrix?from=%ff"), {}),
        (400, "arguments", ("GET", "/api/v1/reports/matrix?from=%00"), {}),
        (400, "arguments", ("GET", "/api/v1/reports/matrix?from=" + "A" * 5000), {}),
        (400, "arguments", ("GET", "/api/v1/reports/matrix?from=SP99"), {}),
        (400, "arguments", ("GET", "/api/v1/reports/bytes?crossing=maybe"), {}),
        (400, "arguments", ("GET", "/api/v1/reports/balance?from=SP1"), {}),
        (400, "format", ("GET", "/api/v1/isps?format=xml"), {}),
        (406, "format", ("GET", "/api/v1/journal?format=csv"), {}),
        (406, "format", ("GET", "/api/v1/isps"), {"headers": {"Accept": "text/html"}}),
        (404, "unknown", ("GET", "/api/v1/isps/SP99"), {}), (404, "unknown", ("GET", "/api/v1/isps/SP1%2FSP2"), {}),
        (400, "arguments", ("POST", "/api/v1/isps"), {"body": {}}),
        (400, "arguments", ("POST", "/api/v1/isps"), {"body": {"name": "X", "colour": "red"}}),
        (400, "arguments", ("POST", "/api/v1/isps"), {"body": {"name": 7}}),
        (400, "arguments", ("POST", "/api/v1/isps"), {"body": [1]}),
        (400, "arguments", ("POST", "/api/v1/isps"), {"body": {"name": "X", "prefix": ["nonsense"]}}),
        (400, "arguments", ("POST", "/api/v1/isps?name=X"), {"body": {"name": "X"}}),
        (400, "arguments", ("POST", "/api/v1/isps"), {"body": "[" * 10_000, "headers": {"Content-Type":
                                                                                        "application/json"}}),
        (415, "body", ("POST", "/api/v1/isps"), {"body": "name=X", "headers": {"Content-Type": "text/plain"}}),
        (413, "body", ("POST", "/api/v1/isps"), {"body": {"name": "X" * (2 << 20)}}),
        (409, "refused", ("POST", "/api/v1/isps"), {"body": {"name": "SP1"}}),
    ]
    before = test.books.dump()
    for status, name, (method, path), more in cases:
        answer = api.ask(method, path, token, **more)
        test.check((answer.status, answer.problem) == (status, name),
                   f"{method} {path[:90]}: {answer.status} {answer.problem}, and not {status} {name}")
        for fault in test.description.problem_faults(answer):
            test.check(False, f"{method} {path[:90]}: {fault}")
    test.check(test.books.dump() == before, "a refused request changed something")
    test.check(api.ask("PUT", "/api/v1/isps", token).headers["allow"] == "GET, HEAD, POST", "Allow")
    head = api.ask("HEAD", "/api/v1/isps", token)
    test.check(head.status == 200 and not head.body, "HEAD")
    for accept, kind in (("text/csv", "text/csv"), ("application/json;q=0.5, text/csv", "text/csv"),
                         ("*/*", "application"), ("text/csv;q=0, application/*", "application")):
        answer = api.get("/api/v1/isps", token, headers={"Accept": accept})
        test.check(answer.headers["content-type"].startswith(kind), f"Accept: {accept}")


def check_rates(test):
    """Wrong tokens from one address, and too much with one token; others are served meanwhile."""
    api, good = test.api, test.books.tokens["operator"]
    statuses = [api.ask("GET", "/api/v1/isps", "wbt_" + "B" * 43, source="127.0.0.4").status for _ in range(40)]
    test.check(statuses[0] == 401 and statuses[-1] == 429 and statuses.count(401) <= 25, f"wrong tokens: {statuses}")
    answer = api.ask("GET", "/api/v1/isps", good, source="127.0.0.4")
    test.check(answer.status == 429 and int(answer.headers["retry-after"]) > 0, "an address that guesses is heard")
    test.check(api.ask("GET", "/api/v1/isps", good).status == 200, "other addresses suffer")
    busy = test.books.cli("token", "add", "--role", "auditor", "--name", "busy", "--expires", "1d")["token"]
    counts = {}

    def hammer():
        for _ in range(100):
            status = api.ask("GET", "/api/v1/isps", busy, source="127.0.0.5").status
            counts[status] = counts.get(status, 0) + 1

    threads = [threading.Thread(target=hammer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    test.check(counts.get(200, 0) >= 150 and set(counts) <= {200, 429, 503}, f"one token's rate: {counts}")
    test.check(api.ask("GET", "/api/v1/isps", good).status == 200, "other tokens suffer")


def check_secrecy(test):
    """Tokens stand nowhere: not in the database, not in the log, not in the data directory."""
    books = test.books
    time.sleep(0.2)
    for name, token in books.tokens.items():
        for half in (token, token[4:], token[4:30]):
            test.check(half.encode() not in books.raw(), f"the token of {name} stands in the database")
            test.check(half not in books.log.read_text(), f"the token of {name} stands in the log")
    test.check("alice" not in books.log.read_text(), "arguments stand in the log")
    listed = json.dumps(books.cli("token", "list", "--all"))
    test.check("wbt_" not in listed and "hash" not in listed, "`token list` tells more than names")
