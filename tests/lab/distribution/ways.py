"""Four ways to bring one file from the CDN node to every client. Each is used as `with Way(...) as way: way.start()`;
`start` returns at once, `wait` gives {client: time.monotonic() at which its file was whole}."""
import pathlib
import re
import sys
import threading
import time

from distribution_site import CDN, DOWN, ISPS, UP
from cluster import Cluster
from processes import wait_for

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 600


class Way:
    def __init__(self, site, folder, film):
        self.site, self.folder, self.film = site, pathlib.Path(folder), film
        self.processes = []
        self.folder.mkdir(parents=True)

    def __enter__(self):
        self.prepare()
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.stop()

    def prepare(self):
        raise NotImplementedError

    def output(self, client):
        return self.folder / f"{client}.film"

    def run(self, host, argv, log=None):
        process = self.site.runner.start(host, argv, self.folder / f"{log or host}.log")
        self.processes.append(process)
        return process


class Exits:
    """When each of some processes ended, and that it ended well."""

    def __init__(self):
        self.times, self.threads, self.failed = {}, [], []

    def watch(self, name, process):
        def wait():
            if process.wait(PATIENCE) != 0:
                self.failed.append(f"{name}: {process.output()[-500:]}")
            self.times[name] = time.monotonic()
        thread = threading.Thread(target=wait)
        thread.start()
        self.threads.append(thread)

    def wait(self):
        for thread in self.threads:
            thread.join()
        if self.failed:
            raise RuntimeError("; ".join(self.failed))
        return self.times


class CdnOnly(Way):
    """(a) Every client from the CDN node: nginx and curl."""

    def prepare(self):
        config = self.folder / "nginx.conf"
        config.write_text(f"""daemon off; pid {self.folder}/nginx.pid; error_log stderr; worker_processes 1; user root;
events {{ worker_connections 256; }}
http {{ access_log off; sendfile on; client_body_temp_path {self.folder}; proxy_temp_path {self.folder};
  fastcgi_temp_path {self.folder}; uwsgi_temp_path {self.folder}; scgi_temp_path {self.folder};
  server {{ listen {self.site.address("cdn")}:80; root {self.film.parent}; }} }}
""")
        self.run("cdn", ["nginx", "-c", config, "-p", self.folder])
        url = f"http://{self.site.address('cdn')}/{self.film.name}"
        wait_for(lambda: self.site.runner.call("cdn", ["curl", "-sfI", url])[0] == 0, "nginx to answer")
        self.url, self.exits = url, Exits()

    def start(self):
        for client in self.site.clients:
            fetching = self.run(client.name, ["curl", "-sf", "-o", self.output(client.name), self.url])
            self.exits.watch(client.name, fetching)

    def wait(self):
        return self.exits.wait()


class PlainBitTorrent(Way):
    """(b) The same libtorrent with its own choices, and opentracker."""

    def prepare(self):
        import libtorrent as lt
        torrent = self.folder / "film.torrent"
        files = lt.file_storage()
        lt.add_files(files, str(self.film))
        maker = lt.create_torrent(files, 0, lt.create_torrent.v2_only)
        maker.add_tracker(f"http://{self.site.address('tracker')}:6969/announce")
        lt.set_piece_hashes(maker, str(self.film.parent))
        torrent.write_bytes(lt.bencode(maker.generate()))
        self.torrent = torrent
        whitelist = self.folder / "whitelist"
        whitelist.write_text(str(lt.torrent_info(str(torrent)).info_hashes().v2)[:40] + "\n")
        self.folder.chmod(0o755)
        address = self.site.address("tracker")
        self.run("tracker", ["opentracker", "-i", address, "-p", "6969", "-u", "nobody", "-d", self.folder, "-w",
                             "whitelist"])
        self._peer("cdn", self.film.parent)
        wait_for(lambda: "complete" in self._log("cdn"), "the CDN node to seed")

    def _log(self, host):
        return (self.folder / f"{host}.log").read_text()

    def _peer(self, host, folder):
        program = ["/usr/bin/python3", "-B", HERE / "plain_peer.py"]
        self.run(host, [*program, self.torrent, folder, self.site.address(host)])

    def output(self, client):
        return self.folder / client / self.film.name

    def start(self):
        for client in self.site.clients:
            (self.folder / client.name).mkdir()
            self._peer(client.name, self.folder / client.name)

    def wait(self):
        def times():
            found = {client.name: re.search(r"complete ([0-9.]+)", self._log(client.name))
                     for client in self.site.clients}
            return all(found.values()) and {name: float(match[1]) for name, match in found.items()}
        return wait_for(times, "every plain client to be complete", PATIENCE, 0.2)


class Files:
    """When each file stood under its final name: whole and verified."""

    def __init__(self, files):
        self.files, self.times = files, {}
        self.thread = threading.Thread(target=self._watch)

    def _watch(self):
        deadline = time.monotonic() + PATIENCE
        while len(self.times) < len(self.files) and time.monotonic() < deadline:
            for name, file in self.files.items():
                if name not in self.times and file.exists():
                    self.times[name] = time.monotonic()
            time.sleep(0.02)

    def wait(self):
        self.thread.join()
        return self.times


class Waybill(Way):
    """(c), (d) Tracker, agents, agreements. `agreements`: {ISP: arguments of `agreement add`}."""

    def __init__(self, site, folder, film, agreements, settings=()):
        super().__init__(site, folder, film)
        self.agreements, self.settings = agreements, settings

    def prepare(self):
        self.cluster = Cluster(self.folder, self.preset, self.site.runner, self.site.address("tracker"), "tracker")
        tracker = self.cluster.tracker
        tracker.init(7443)
        for line in self.settings:
            with open(tracker.data / "tracker.conf", "a", encoding="utf-8") as config:
                config.write(line + "\n")
        tracker.start()
        for name, isp in self.site.lab.isps.items():
            tracker.command("isp", "add", name, "--prefix", isp.prefix4, "--timezone", "UTC")
        for isp in ISPS:
            tracker.command("agreement", "add", "--isp", isp, "--currency", "EUR", *self.agreements[isp])
        self.cluster.add_agent("cdn", self.site.address("cdn"), cdn_node=True, host="cdn")
        # Its operator says what its line carries, headers left out: then it divides that evenly by itself.
        self.cluster.agents["cdn"].cli("share", "on", "--cap", f"{CDN * 97 // 100}Mbit/s")
        self.published = self.cluster.agents["cdn"].json("publish", self.film, "--owner", "MovieStudio", "--title",
                                                         "RobinHood")
        threads = [threading.Thread(target=self.cluster.add_agent, args=(client.name, str(client.ipv4)),
                                    kwargs={"host": client.name}) for client in self.site.clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(self.cluster.agents) != len(self.site.clients) + 1:
            raise RuntimeError("not every agent connected")
        self.exits = Exits()

    preset = "release"

    def start(self):
        self.files = Files({client.name: self.output(client.name) for client in self.site.clients})
        self.files.thread.start()
        for client in self.site.clients:
            download = self.cluster.agents[client.name].get(self.published["url"], self.output(client.name))
            self.exits.watch(client.name, download.process)

    def wait(self):
        self.exits.wait()
        return self.files.wait()

    def settle(self, expected):
        """Until every receipt is in the books, which hold what was received, or nothing moves any more."""
        def quiet():
            waiting = any(agent.json("status")["outbox"]["waiting"] for agent in self.cluster.agents.values())
            return not waiting and self.cluster.tracker.json("report", "bytes")["acknowledged_bytes"] >= expected
        try:
            wait_for(quiet, "every receipt to be in the books", patience=60, step=0.5)
        except TimeoutError:
            print("  the books lack some of what was received", file=sys.stderr)

    def crossings(self):
        """What the books say crossed each border on the way, whatever the ends: {(from, to): bytes}."""
        found = {}
        rows = self.cluster.tracker.json("report", "components", "--kind", "inter-isp-link")["rows"]
        for row in rows:
            near, far = row["component"].removeprefix("inter-isp-link:").split(">")
            found[near, far] = (row["acknowledged_bytes"],
                                row["acknowledged_bytes"] + row["unacknowledged_bytes"])
        return found

    def __exit__(self, *error):
        self.cluster.stop()
        super().__exit__(*error)


def kumar_ross(size, clients):
    """Seconds: no way to distribute `size` bytes to `clients` clients is faster (Kumar and Ross, 2006)."""
    bits = size * 8 / 1e6
    return max(bits / CDN, bits / DOWN, clients * bits / (CDN + clients * UP))

