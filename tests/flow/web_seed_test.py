#!/usr/bin/env python3
"""A plain nginx as a CDN node: where no agent serves, stock BitTorrent clients (aria2, Transmission, qBittorrent) have
the film from it, by the URL in their torrent (BEP 19); its access log, imported, is the CDN's side of the record. Each
request counts once: imported again, compressed, rotated, overlapping, cut off by kill -9.

It runs in a network namespace of its own.
"""
import datetime
import gzip
import json
import os
import pathlib
import random
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from cluster import Cluster, CommandFailed, make_file, work_folder  # noqa: E402
from processes import LoopbackRunner, SOURCE, wait_for  # noqa: E402
from stock_clients import alone_on_the_network, complete, http_get  # noqa: E402
from wire import bdecode  # noqa: E402

SIZE = 6_000_001
TRACKER, CDN, NGINX = "10.78.1.1", "10.78.1.2", "10.78.1.3"
CLIENTS = {"aria2": "10.78.2.3", "transmission": "10.78.2.4", "qbittorrent": "10.78.2.5"}
READER = "10.78.2.6"
PORT, ANNOUNCE_PORT, WEB_PORT = 7443, 7480, 8088
URL = f"http://{NGINX}:{WEB_PORT}/films/film.mp4"
MANY = 60_000  # requests of the log whose import is cut off


class Nginx:
    """As the packaged example has it, but for what it says to change."""

    def __init__(self, folder, film):
        self.log = folder / "waybill.log"
        (folder / "www" / "films").mkdir(parents=True)
        (folder / "www" / "films" / film.name).write_bytes(film.read_bytes())
        site = (SOURCE / "packaging" / "nginx" / "waybill-cdn.conf").read_text()
        for pattern, value in [(r"listen 80;", f"listen {NGINX}:{WEB_PORT};"),
                               (r"server_name [^;]+;", "server_name _;"),
                               (r"root [^;]+;", f"root {folder}/www;"),
                               (r"access_log [^ ]+ ", f"access_log {self.log} ")]:
            site, count = re.subn(pattern, value, site)
            assert count == 1, f"the example does not say {pattern}"
        config = folder / "nginx.conf"
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config.write_text(f"daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;\n"
                          f"events {{}}\nhttp {{ {temporary}\n{site}\n}}\n")
        self.process = LoopbackRunner().start(None, ["nginx", "-c", config, "-p", folder], folder / "nginx.out")

        def answers():
            assert self.process.running(), self.process.output()
            try:
                return http_get(NGINX, WEB_PORT, "/", NGINX)
            except ConnectionRefusedError:
                return False

        wait_for(answers, "nginx to answer")

    def lines(self):
        return self.log.read_text().splitlines(keepends=True)


def refused(cluster, what, word, *command):
    before = books_of(cluster)
    try:
        answer = cluster.tracker.command(*command)
    except CommandFailed as error:
        assert word in error.stderr and "\n" not in error.stderr, f"{what}: {error.stderr}"
        assert books_of(cluster) == before, f"{what} changed something"
        print(f"ok: {what}: {error.stderr[:150]}")
        return
    raise AssertionError(f"{what} was taken: {answer}")


def books_of(cluster):
    """What the imports change."""
    question = ["report", "bytes", "--group-by", "isp-pair", "--group-by", "client"]
    return cluster.tracker.json(*question), cluster.tracker.json("report", "files")


def bytes_of(lines):
    """What a log says was sent of the film, by its own reading of the lines: {request id: bytes}. qBittorrent tells a
    web server no port."""
    sent, request = {}, rf'"GET http://{NGINX}(:{WEB_PORT})?/films/film.mp4"\n'
    for line in lines:
        fields = line.split(" ", 7)
        if fields[4] in ("200", "206") and re.fullmatch(request, fields[7]):
            sent[fields[1]] = int(fields[5])
    return sent


def names_web_seed(cluster, torrent):
    for what, word, url in [("a folder", "folder", URL.rsplit("/", 1)[0] + "/"), ("a query", "query", URL + "?a=b"),
                            ("another protocol", "URL", "ftp://h/f"), ("the same again", "already", URL),
                            ("the same otherwise", "already", f"https://{NGINX}/films/%66ilm.mp4")]:
        refused(cluster, what, word, "content", "webseed", "add", "Film", url)
    refused(cluster, "a web seed that is none", "no such web seed", "content", "webseed", "remove", "Film", URL + "x")
    seeds = cluster.tracker.json("content", "webseed", "list", "--content", "Film")["web_seeds"]
    assert [seed["url"] for seed in seeds] == [URL], seeds
    facts = bdecode(torrent.read_bytes())
    assert facts[b"url-list"] == [URL.encode()], facts[b"url-list"]


def fetches(cluster, nginx, name, film, torrent):
    """From nginx alone: no agent is there to serve."""
    before = cluster.tracker.json("report", "files")["known_by"]["stock_clients"]

    def settled():
        return cluster.tracker.json("report", "files")["known_by"]["stock_clients"] == before + 1

    took = complete(cluster.folder / name, name, CLIENTS[name], film, torrent, settled)
    assert not cluster.tracker.json("transfers")["transfers"], "an agent served"
    sent = sum(bytes_of(line for line in nginx.lines() if f" {CLIENTS[name]} " in line).values())
    assert SIZE <= sent <= SIZE * 1.3, f"{sent} bytes on the log for a film of {SIZE}"
    print(f"ok: {name} completed from nginx in {took:.1f} s, {sent:,} bytes on its log")


def reads_the_plain_way(nginx, film):
    """Whole, in part, and in vain."""
    curl = ["curl", "--silent", "--interface", READER, "--output"]
    whole = film.with_name("whole.mp4")
    subprocess.run([*curl, whole, URL], check=True)
    assert whole.read_bytes() == film.read_bytes()
    curl.append(os.devnull)
    subprocess.run([*curl, "--range", "100-1099", URL], check=True)
    subprocess.run([*curl, "--head", URL], check=True)
    subprocess.run([*curl, URL + ".none"], check=True)
    wait_for(lambda: sum(f" {READER} " in line for line in nginx.lines()) == 4, "the log to have the reader's lines")


def imports(cluster, *files, **expected):
    told = cluster.tracker.json("records", "import-log", *files)
    for key, value in expected.items():
        assert told[key] == value, f"{key}: {value} expected: {told}"
    return told


def counts_once(cluster, nginx, contract_month):
    """The log as it grows, rotates and is compressed."""
    tracker, folder = cluster.tracker, cluster.folder
    lines = nginx.lines()
    sent = bytes_of(lines)
    half = len(lines) // 2
    (folder / "rotated.log").write_text("".join(lines[:half]))
    (folder / "overlapping.log").write_text("".join(lines[half // 2:]))
    with gzip.open(folder / "copy.log.gz", "wt") as copy:
        copy.write("".join(lines))
    first = imports(cluster, folder / "rotated.log", existed=0, lines=half)
    assert first["imported"] == len(bytes_of(lines[:half])) > 0, first
    told = imports(cluster, folder / "overlapping.log", imported=len(sent) - first["imported"])
    assert told["existed"] > 0 and told["other_urls"]["count"] == 0 and told["unreadable"]["count"] == 0, told
    books = books_of(cluster)
    for again in ([nginx.log], [folder / "copy.log.gz"], [nginx.log, folder / "rotated.log", folder / "copy.log.gz"]):
        imports(cluster, *again, imported=0, imported_bytes=0)
        assert books_of(cluster) == books, f"importing {again} again changed something"
    total = tracker.json("report", "bytes", "--from", "SP1", "--to", "SP2", "--source", "cdn-nodes")
    assert total["unacknowledged_bytes"] == sum(sent.values()) and total["receipts"] == len(sent), (total, sent)
    # Whole files: three that stock clients announced, one that the reader had by a request of its own.
    assert books[1]["known_by"] == {"receivers": 0, "stock_clients": 3, "cdn_logs": 1}, books[1]
    charges = tracker.json("period", "show", contract_month, "--owner", "Studio")["statement"]["charges"]["lines"]
    billed = [line for line in charges if line["kind"] == "unacknowledged"]
    assert len(billed) == 1 and billed[0]["quantity"] == sum(sent.values()), charges
    tracker.command("audit", "--signatures")
    print(f"ok: {len(sent)} requests, {sum(sent.values()):,} bytes, counted once in seven imports; owed "
          f"{billed[0]['amount']} {billed[0]['currency']}")


def refuses_bad_logs(cluster, nginx):
    folder = cluster.folder
    good = next(line for line in nginx.lines() if bytes_of([line]))
    combined = folder / "combined.log"
    combined.write_text('10.78.2.6 - - [01/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl"\n' * 3)
    refused(cluster, "a log of another format", "log_format must be", "records", "import-log", combined)
    refused(cluster, "a good file and a bad one", "log_format must be", "records", "import-log", nginx.log, combined)
    cut = folder / "cut.log.gz"
    fresh = [line.replace(line.split(" ")[1], f"{number:032x}") for number, line in enumerate([good] * 2000)]
    cut.write_bytes(gzip.compress("".join(fresh).encode())[:-500])
    refused(cluster, "a compressed log that is cut off", "cut.log.gz", "records", "import-log", cut)
    refused(cluster, "a log that is not there", "none.log", "records", "import-log", folder / "none.log")
    mixed = folder / "mixed.log"
    future = good.replace(good.split(" ")[0], "9999999999.000").replace(good.split(" ")[1], "f" * 32)
    mixed.write_text("nonsense\n" + good + future + good[:60] + "\n" + good.replace("/films/", "/other/"))
    told = imports(cluster, mixed, lines=5, imported=0, existed=1)
    assert told["unreadable"]["count"] == 3 and told["unreadable"]["first"].startswith("nonsense: "), told
    assert told["other_urls"]["count"] == 1 and "/other/" in told["other_urls"]["first"], told
    print("ok: lines that cannot be read are skipped, counted, and the first is shown")


def large_log(folder, seed=7):
    """A log of its own, of an hour ago."""
    draw, lines = random.Random(seed), []
    begin = datetime.datetime.now(datetime.timezone.utc).timestamp() - 3600
    for number in range(MANY):
        host, sent = draw.randrange(20, 250), draw.randrange(1, 65536)
        lines.append(f"{begin + number / 50:.3f} {draw.getrandbits(128):032x} {NGINX} 10.78.2.{host} 206 {sent} 0.010 "
                     f'"GET {URL}"\n')
    log = folder / "large.log"
    log.write_text("".join(lines))
    return log


def survives_kill(cluster, contents_in_books):
    """kill -9 of the importing program, then of the tracker and of it, wherever they are just then; then it is done
    again."""
    tracker = cluster.tracker
    log = large_log(cluster.folder)
    argv = [tracker.binary, "records", "import-log", log, "--data", tracker.data]

    def imported():
        return tracker.json("report", "bytes", "--source", "cdn-nodes")["receipts"] - contents_in_books

    process = LoopbackRunner().start(None, argv, cluster.folder / "import.out")
    wait_for(lambda: imported() > 0 or not process.running(), "a part to be imported")
    process.kill9()
    cut = imported()
    process = LoopbackRunner().start(None, argv, cluster.folder / "import.out")
    wait_for(lambda: imported() > cut or not process.running(), "a further part to be imported")
    tracker.process.kill9()
    process.kill9()  # it would go on by itself
    tracker.start()
    cut_again = imported()
    told = imports(cluster, log, lines=MANY)
    assert told["imported"] + cut_again == MANY and told["existed"] == cut_again, (told, cut, cut_again)
    imports(cluster, log, imported=0, existed=MANY)
    assert imported() == MANY
    tracker.command("audit", "--signatures")
    print(f"ok: killed after {cut:,} and after {cut_again:,} of {MANY:,} requests; all count, once")


def agree(cluster, month):
    terms = {"format": "waybill owner contract 1", "owner": "Studio", "timezone": "UTC",
             "from": f"{month}-01T00:00:00Z", "currency": "EUR", "flat_fee": "10.00", "threshold": 10 ** 12,
             "beyond_per_gb": "0.02", "unacknowledged_per_gb": "5.00"}
    cluster.tracker.command("agreement", "add", "--terms", json.dumps(terms))
    shown = cluster.tracker.json("agreement", "show", "--owner", "Studio")["agreements"][0]["terms"]
    assert shown["unacknowledged_per_gb"] == "5.00", shown


def main():
    alone_on_the_network(TRACKER, CDN, NGINX, *CLIENTS.values(), READER)
    folder = work_folder("web-seed")
    film = make_file(folder / "film.mp4", SIZE, seed=6)
    nginx = Nginx(folder, film)
    try:
        with Cluster(folder, tracker_address=TRACKER) as cluster:
            tracker = cluster.tracker
            tracker.init(PORT)
            with open(tracker.data / "tracker.conf", "a", encoding="utf-8") as settings:
                settings.write(f'announce-listen = "{TRACKER}:{ANNOUNCE_PORT}"\n')
            tracker.start()
            tracker.command("isp", "add", "SP1", "--prefix", "10.78.1.0/24")
            tracker.command("isp", "add", "SP2", "--prefix", "10.78.2.0/24")
            cdn = cluster.add_agent("cdn", CDN, cdn_node=True)
            cdn.json("publish", film, "--owner", "Studio", "--title", "Film")
            cdn.process.stop()
            wait_for(lambda: not tracker.json("agents")["agents"], "the agent to be gone")
            month = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m")
            agree(cluster, month)
            tracker.command("subscriber", "add", "house")
            tracker.command("content", "webseed", "add", "Film", URL)
            torrent = pathlib.Path(folder) / "film.torrent"
            tracker.command("subscriber", "torrent", "house", "Film", "-o", torrent)
            names_web_seed(cluster, torrent)
            for name in CLIENTS:
                fetches(cluster, nginx, name, film, torrent)
            reads_the_plain_way(nginx, film)
            counts_once(cluster, nginx, month)
            refuses_bad_logs(cluster, nginx)
            survives_kill(cluster, len(bytes_of(nginx.lines())))
            tracker.command("content", "webseed", "remove", "Film", URL)
            tracker.command("subscriber", "torrent", "house", "Film", "-o", torrent)
            assert b"url-list" not in bdecode(torrent.read_bytes())
    finally:
        nginx.process.stop()
    print("web seeds: all is well")


if __name__ == "__main__":
    main()
