"""Real agents on a drawn network: each publisher's content goes to each client, and the tracker's records of that."""
import dataclasses
import os
import pathlib
import shutil
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "harness"), str(HERE.parents[2] / "packaging" / "demo")]
from site_choice import LabRunner  # noqa: E402
from cluster import Cluster, make_file, sha256  # noqa: E402
from processes import wait_for  # noqa: E402
from drawn_lab import TRANSFER_PORT, DrawnLab  # noqa: E402
from routes_dump import asn_of, dump_of  # noqa: E402

SIZE = 200_000
PATIENCE = 120
# Receipts are cut at the end of each quarter of an hour (protocol: kAccountingGrain), without waiting for a trace that
# is under way: no round begins so shortly before it.
QUARTER, ROUND = 900, 10  # seconds


@dataclasses.dataclass
class Transfer:
    """One as the tracker has it."""
    publisher: object
    client: object
    predicted: dict       # the verdict of `path`, asked before
    hops: list            # of the last receipt
    isps: list            # ["N1", "N2"], from the components
    links: dict           # {"N1>N2": whether it is inferred}


class TransfersSite:
    def __init__(self, topology, routes=False):
        self.topology = topology
        self.routes = routes  # a routing table is loaded
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waybill-path-truth-"))
        self.lab = DrawnLab(topology)
        self.predicted = {}

    def __enter__(self):
        try:
            self.lab.up()
            self.cluster = Cluster(self.folder, runner=LabRunner(self.lab),
                                   tracker_address=self.topology.visible(self.topology.tracker), tracker_host="tracker")
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if hasattr(self, "cluster"):
            self.cluster.stop()
        self.lab.down()
        if "WAYBILL_KEEP" not in os.environ:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self):
        tracker = self.cluster.tracker
        tracker.init(7443)
        tracker.start()
        for isp in self.topology.isps.values():
            prefix = isp.prefix4 if self.topology.family == 4 else isp.prefix6
            tracker.command("isp", "add", isp.name, "--prefix", prefix, "--timezone", "UTC", "--asn",
                            asn_of(isp))
        if self.routes:
            dump = self.folder / "routes.mrt"
            dump.write_bytes(dump_of(self.topology))
            tracker.command("routing", "load", dump, "--special-use")
        in_threads(self._add, [(host, True) for host in self.topology.publishers] +
                   [(host, False) for host in self.topology.clients])
        self.contents = {}
        in_threads(self._publish, [(host,) for host in self.topology.publishers])

    def _add(self, host, publishes):
        address = host.port("eth0").address
        shown = f"[{address}]" if ":" in address else address
        config = {"listen": f"{shown}:{TRANSFER_PORT}"}
        self.cluster.add_agent(host.name, address, cdn_node=publishes, share=False, host=host.name, config=config)

    def _publish(self, host):
        film = make_file(self.folder / f"{host.name}.film", SIZE, seed=f"{self.topology.seed}{host.name}")
        published = self.cluster.agents[host.name].json("publish", film, "--owner", "O", "--title", host.name)
        self.contents[host.name] = (published["url"], sha256(film))

    def transfer_all(self):
        """In rounds, in which each client and each publisher is busy once."""
        pairs = set(self.topology.pairs)
        clients = self.topology.clients
        for shift in range(len(clients)):
            round_pairs = [(publisher, clients[(number + shift) % len(clients)])
                           for number, publisher in enumerate(self.topology.publishers)]
            keep_clear_of_quarter()
            in_threads(self._transfer, [pair for pair in round_pairs if pair in pairs])
        try:
            wait_for(lambda: not self._unrecorded(), "every receipt", step=0.2)
        except TimeoutError as late:
            names = [f"{one.name}>{other.name}" for one, other in self._unrecorded()]
            raise TimeoutError(f"the tracker has no whole record of {names}") from late
        return self._recorded()

    def _rows(self, *words):
        """{(sender's address, receiver's): the tracker's records}."""
        rows = {}
        for row in self.cluster.tracker.json("transfers", *words)["transfers"]:
            if row["acknowledged_bytes"]:
                rows.setdefault((row["sender_address"], row["receiver_address"]), []).append(row)
        return rows

    def _unrecorded(self):
        rows, visible = self._rows(), self.topology.visible
        return [(one, other) for one, other in self.topology.pairs if SIZE > sum(
            row["acknowledged_bytes"] for row in rows.get((visible(one), visible(other)), ()))]

    def _transfer(self, publisher, client):
        said = self.cluster.tracker.json("path", self.topology.visible(publisher), self.topology.visible(client))
        self.predicted[publisher.name, client.name] = said["verdict"]
        url, digest = self.contents[publisher.name]
        output = self.folder / f"{client.name}.{publisher.name}"
        self.cluster.agents[client.name].get(url, output).wait(PATIENCE)
        if sha256(output) != digest:
            raise AssertionError(f"{client.name} got other bytes than {publisher.name} published")

    def _recorded(self):
        inferred = {}
        for row in self.cluster.tracker.json("records", "--limit", "100000")["records"]:
            inferred[row["order"], row["component"]] = row["inferred"]
        rows = self._rows("--hops")
        found = []
        for publisher, client in self.topology.pairs:
            ends = self.topology.visible(publisher), self.topology.visible(client)
            for row in rows.get(ends, ()):
                components = row["components"]
                links = {key.split(":", 1)[1]: inferred[row["order"], key] for key in components
                         if key.startswith("inter-isp-link:")}
                isps = [key.split(":", 1)[1] for key in components if key.startswith("isp:")]
                found.append(Transfer(publisher, client, self.predicted[publisher.name, client.name], row["hops"], isps,
                                      links))
        return found


def keep_clear_of_quarter():
    left = QUARTER - time.time() % QUARTER
    if left < ROUND:
        time.sleep(left + 0.1)


def in_threads(function, calls):
    """Runs them side by side; the first failure is raised when all have ended."""
    failures = []

    def guarded(arguments):
        try:
            function(*arguments)
        except Exception as failure:  # pylint: disable=broad-except
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(arguments,)) for arguments in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
