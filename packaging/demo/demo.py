#!/usr/bin/env python3
"""The demo: one owner's film, a CDN node, three access ISPs of which one grants nothing and one only at certain hours,
six agents that all want the film. Prints live progress, who served whom by which path, the reports, the settlements,
and what it all spared; exits 1 if any figure does not add up. Leaves nothing running. See packaging/demo/run.
"""
import datetime
import os
import pathlib
import sys
import time

import figures
from site_choice import choose_site

from cluster import Cluster, CommandFailed, free_port, sha256, work_folder
from processes import SOURCE, wait_for

OWNER, TITLE = "MovieStudio", "RobinHood"
SMALLEST = 64_000_000
AGENTS_PER_ISP = 2
DOWNLOAD_PATIENCE = 100


def say(text=""):
    print(text, flush=True)


def heading(text):
    say(f"\n== {text} ==")


def pick_file(folder):
    """The file given, or a large one of this machine, or several packed into one."""
    if len(sys.argv) > 1:
        path = pathlib.Path(sys.argv[1])
        if not path.is_file() or path.stat().st_size < SMALLEST:
            raise SystemExit(f"demo: {path} must be a file of at least {SMALLEST} bytes")
        return path
    candidates = [p for folder_name in ("/usr/lib", "/usr/bin") for p in pathlib.Path(folder_name).rglob("*")
                  if p.is_file() and not p.is_symlink()]
    sizes = sorted(((p.stat().st_size, p) for p in candidates), key=lambda pair: pair[0])
    fitting = [p for size, p in sizes if size >= SMALLEST]
    if fitting:
        return fitting[0]
    packed = folder / "packed"
    with open(packed, "wb") as out:
        for _, path in reversed(sizes):
            out.write(path.read_bytes())
            if out.tell() >= SMALLEST:
                break
    return packed


def hours_around_now():
    """Granted hours in UTC that hold the present: from the last full hour, for four hours."""
    hour = datetime.datetime.now(datetime.timezone.utc).hour
    return f"{hour:02}:00-{(hour + 4) % 24:02}:00"


def sign_agreements(site, tracker):
    for name, prefix in site.prefixes.items():
        tracker.command("isp", "add", name, "--prefix", prefix, "--timezone", "UTC")
    hours = hours_around_now()
    say("SP1 grants its customers' uplinks always, for 0.02 EUR per GB on-net and 0.03 off-net;")
    say(f"SP2 only at {hours} UTC, for 0.015 EUR per GB; SP3 grants nothing.")
    tracker.command("agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "0.02", "--off-net-price",
                    "0.03", "--currency", "EUR")
    tracker.command("agreement", "add", "--isp", "SP2", "--grant", hours, "--price", "0.015", "--currency", "EUR")
    tracker.command("agreement", "add", "--isp", "SP3", "--grant", "none", "--price", "0", "--currency", "EUR")


def build(site, cluster):
    tracker = cluster.tracker
    heading("The tracker, the ISPs and their agreements")
    tracker.init(7443 if site.kind != "loopback" else free_port(site.hosts["tracker"].address))
    tracker.start()
    sign_agreements(site, tracker)
    heading("The CDN node and six agents enroll")
    cluster.add_agent("cdn", site.hosts["cdn"].address, cdn_node=True, host="cdn")
    for host in site.agent_hosts():
        cluster.add_agent(host.name, host.address, host=host.name)
    say(tracker.command("agents"))


def publish(site, cluster, film):
    heading("The owner publishes, and its web page redirects to the tracker (FIG. 3A)")
    published = cluster.agents["cdn"].json("publish", film, "--owner", OWNER, "--title", TITLE)
    address = site.hosts["cdn"].address
    port = 8080 if site.kind != "loopback" else free_port(address)
    page = site.runner.start("cdn", [sys.executable, "-B", SOURCE / "packaging" / "demo" / "owner_page.py", address,
                                     port, published["url"]], cluster.folder / "owner_page.log")
    wait_for(lambda: "ready" in page.output(), "the owner's page to be up")
    say(f"http://{address}:{port}/robin-hood redirects to {published['url']}")
    return published, page, f"http://{address}:{port}/robin-hood"


def show_progress(downloads):
    cells = []
    for name, download in downloads.items():
        lines = [line for line in download.lines() if "bytes" in line and line.get("size")]
        last = lines[-1] if lines else {"bytes": 0, "size": 1, "peers": 0, "cdn_nodes": 0, "rate": 0}
        cells.append(f"{name} {100 * last['bytes'] // last['size']:3d}% {last['rate'] * 8 // 1_000_000:3d}Mb/s "
                     f"{last['peers']}p+{last['cdn_nodes']}c")
    say("  " + " | ".join(cells))


def download_all(site, cluster, page_url, film_digest):
    heading("All six want the film, half a second apart (p: peers, c: CDN nodes that it downloads from)")
    downloads, started = {}, time.monotonic()
    for host in site.agent_hosts():
        agent = cluster.agents[host.name]
        downloads[host.name] = agent.get(page_url, cluster.folder / f"{host.name}.film")
        time.sleep(0.5)
    while any(download.process.running() for download in downloads.values()):
        show_progress(downloads)
        if time.monotonic() - started > DOWNLOAD_PATIENCE:
            raise TimeoutError("the downloads did not end")
        time.sleep(1)
    results = {name: download.wait() for name, download in downloads.items()}
    for name, download in downloads.items():
        if sha256(download.output) != film_digest:
            raise figures.DoesNotAddUp(f"{name}'s file is not what was published")
    say(f"All six hold the same file, verified, {time.monotonic() - started:.0f} s after the first asked.")
    return results


def settle_down(cluster, expected):
    """Until no receipt waits anywhere and the books hold what was downloaded; figures.py then checks all of it."""
    def quiet():
        statuses = [agent.json("status") for agent in cluster.agents.values()]
        waiting = any(s["outbox"]["waiting"] for s in statuses)
        return not waiting and cluster.tracker.json("report", "bytes")["acknowledged_bytes"] >= expected

    try:
        wait_for(quiet, "every receipt to be in the books", patience=30, step=0.5)
    except TimeoutError:
        pass  # the checks at the end name what is missing


def five_questions(tracker, client):
    heading("The five questions of FIG. 7")
    month = f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m}"
    questions = (("702: all bytes that leave SP1 and enter SP2 during certain hours",
                  ("bytes", "--from", "SP1", "--to", "SP2", "--between", hours_around_now())),
                 (f"704: all {OWNER} bytes that leave SP1 and enter SP2",
                  ("bytes", "--from", "SP1", "--to", "SP2", "--owner", OWNER)),
                 (f"706: all {OWNER} bytes delivered to SP1's subscribers",
                  ("bytes", "--delivered-to", "SP1", "--owner", OWNER)),
                 (f"708: number of {OWNER} files received by one client",
                  ("files", "--client", client, "--owner", OWNER)),
                 ("710: the difference between SP1 -> SP2 and SP2 -> SP1",
                  ("balance", "--from", "SP1", "--to", "SP2", "--period", month)))
    for question, arguments in questions:
        say(f"-- {question}\n$ waybill-tracker report {' '.join(arguments)}")
        say(tracker.command("report", *arguments).rstrip())


def run(site, folder):
    film = pick_file(folder)
    digest = sha256(film)
    say(f"On a {site.kind}: {site.describe()}")
    say(f"The film: {film}, {film.stat().st_size:,} bytes")
    tracker_host = site.hosts["tracker"]
    with Cluster(folder, "release", site.runner, tracker_host.address, "tracker") as cluster:
        build(site, cluster)
        published, page, url = publish(site, cluster, film)
        try:
            before = site.borders()
            download_all(site, cluster, url, digest)
            settle_down(cluster, len(site.agent_hosts()) * film.stat().st_size)
        finally:
            page.stop()
        after = site.borders()
        books = figures.Books(cluster, site, film.stat().st_size, published["content"])
        heading("Why somebody was not asked to serve (as of this moment, for sp1-a1)")
        say(cluster.tracker.command("agents", "--content", published["content"], "--for", "sp1-a1").rstrip())
        heading("Who served whom, by which path")
        books.print_transfers()
        five_questions(cluster.tracker, cluster.agents["sp1-a1"].json("status")["agent"])
        heading("A network component record (FIG. 5)")
        say(cluster.tracker.command("records", "--limit", "3").rstrip())
        heading("Settlement with each ISP")
        books.print_settlements()
        heading("What it spared")
        books.print_savings(before, after)
        heading("Do the figures add up?")
        books.check(before, after)


def main():
    started = time.monotonic()
    folder = work_folder("demo")
    try:
        with choose_site(AGENTS_PER_ISP) as site:
            run(site, folder)
    except (figures.DoesNotAddUp, CommandFailed, TimeoutError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    say(f"\nAll figures add up. {time.monotonic() - started:.0f} s; nothing is left running.")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    sys.exit(main())
