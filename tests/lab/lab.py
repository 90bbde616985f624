#!/usr/bin/env python3
"""The lab: ISPs, routers, switches and hosts out of network namespaces. README.md beside this file tells how to use it.

  lab.py up [--agents N] [--homes N]     builds the standard lab, which stays until `down`
  lab.py exec HOST COMMAND...            runs a command on a host of it
  lab.py show                            hosts, routers, borders with their byte counters
  lab.py down                            takes it down, with all that runs in it
Exit status: 0 done, 1 failed, 2 wrong usage, 77 this machine refuses network namespaces (the reason is on stderr).
"""
import argparse
import atexit
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import namespaces  # noqa: E402
from namespaces import LabError, refused_reason, missing_programs  # noqa: E402,F401
from topology import Rates, Topology  # noqa: E402,F401

REFUSED = 77  # what ctest and automake take for "skipped"


@dataclasses.dataclass(frozen=True)
class Host:
    name: str
    isp: str
    ipv4: str
    ipv6: str
    home: str | None  # the gateway that it is behind


@dataclasses.dataclass(frozen=True)
class BorderBytes:
    """What has crossed a border in one direction since the lab was built: whole Ethernet frames, as the interface that
    sends them counts. What the kernel hands over in one piece (GSO) counts as one packet with one header."""
    from_isp: str
    to_isp: str
    bytes: int
    packets: int = 0


class Lab:
    """`with Lab(agents=2) as lab:` builds it and takes it down, also on an exception, SIGINT, SIGTERM or SIGHUP."""

    def __init__(self, keep=False, **topology):
        self.topology = Topology(**topology)
        self.isps = self.topology.isps
        self.hosts = {name: Host(name, node.isp, self.topology.host_address(name, 4),
                                 self.topology.host_address(name, 6), node.home)
                      for name, node in self.topology.nodes.items() if node.kind == "host"}
        self.routers = [name for name, node in self.topology.nodes.items() if node.kind == "router"]
        self.begin(self.topology.nodes, keep, {"topology": topology_json(topology)})

    def begin(self, names, keep=False, details=None):
        """For labs of another shape, which say what `build` makes."""
        self._keep = keep
        self._started = []
        self._old_handlers = {}
        self._up = False
        self._namespaces = namespaces.Namespaces(names, keep, details)

    @property
    def prefix(self):
        return self._namespaces.prefix

    # Life.

    def up(self):
        namespaces.sweep()
        self._up = True
        if not self._keep:
            self._guard()
        try:
            self._namespaces.make()
            self.build()
        except BaseException:
            self.down()
            raise
        return self

    def down(self):
        """Ends every process in the lab and removes it. Twice is no error."""
        if not self._up:
            return
        self._up = False
        with Uninterrupted():
            problems = self._namespaces.remove()
            for process in self._started:
                process.poll()
        self._unguard()
        if problems:
            raise LabError("; ".join(problems))

    def __enter__(self):
        return self.up()

    def __exit__(self, *_):
        self.down()

    def _guard(self):
        atexit.register(self.down)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            try:
                self._old_handlers[number] = signal.signal(number, lambda got, _: sys.exit(128 + got))
            except ValueError:
                return  # not the main thread: atexit and the next run's sweep remain

    def _unguard(self):
        atexit.unregister(self.down)
        for number, handler in self._old_handlers.items():
            signal.signal(number, handler)
        self._old_handlers.clear()

    # Building.

    def build(self):
        for node in self.topology.nodes.values():
            self.set_kernel(node)
        self._make_links()
        for node in self.topology.nodes.values():
            self._configure(node)
        # A route's next hop must be reachable, so every link is up before the first of them.
        for node in self.topology.nodes.values():
            self._namespaces.add_routes([route_line(*route[1:]) for route in node.routes], node.name)
        self._start_name_server()

    def _make_links(self):
        full = self._namespaces.full
        self._namespaces.ip_batch([
            f"link add name {link.a.name} netns {full(link.a.node)} type veth "
            f"peer name {link.b.name} netns {full(link.b.node)}" for link in self.topology.links])

    def set_kernel(self, node):
        routing = int(node.kind in ("router", "gateway", "firewall"))
        # Before there are links, since each takes its settings from `default`. Nobody else has a lab's addresses, so
        # nothing waits for the check that nobody has (RFC 4862 5.4): it would hold link-local ones back for a second.
        self._namespaces.command(node.name, ["sysctl", "-qw"] + [f"net.{key}" for key in (
            f"ipv4.ip_forward={routing}", f"ipv6.conf.all.forwarding={routing}", "ipv4.conf.all.rp_filter=0",
            "ipv4.conf.default.rp_filter=0", "ipv4.ping_group_range=0 2147483647", "ipv6.conf.default.accept_ra=0",
            "ipv6.conf.default.accept_dad=0", "ipv6.conf.default.dad_transmits=0")])

    def _configure(self, node):
        ports = self.topology.ports(node.name)
        lines = ["link set lo up"]
        if node.kind == "switch":
            lines.append("link add br0 type bridge forward_delay 0 mcast_snooping 0")
            lines += [f"link set {port.name} master br0" for port in ports] + ["link set br0 up"]
        for port in ports:
            # Up first: the route to an IPv6 peer is made with the address, but only on a link that is up.
            lines += [f"link set {port.name} up"] + address_lines(port)
        self._namespaces.ip_batch(lines, node.name)
        self._namespaces.tc_batch([shape_line(port) for port in ports if port.rate], node.name)

    def _start_name_server(self):
        folder = self._namespaces.folder()
        names = folder / "hosts"
        names.write_text("".join(f"{address} {name}\n" for address, name in self.topology.router_addresses()))
        address = self.hosts["dns"].ipv4
        # It returns when its child listens; `down` finds the child inside the namespace.
        self._namespaces.command("dns", [
            "dnsmasq", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--local=/#/", f"--addn-hosts={names}",
            f"--listen-address={address}", "--bind-interfaces", "--user=root", f"--pid-file={folder / 'dnsmasq.pid'}",
            "--log-facility=" + str(folder / "dnsmasq.log")])
        for host in self.hosts:
            self._namespaces.resolv_conf(host, f"nameserver {address}\noptions timeout:1 attempts:2\n")

    # Use.

    def argv(self, host, argv):
        """The command line that runs `argv` on the host, for whoever starts processes in his own way."""
        return self._namespaces.argv(host, argv)

    def run(self, host, argv, **popen):
        """Starts a program on a host (or router); `popen` as for subprocess.Popen. Its pid is the program's own.
        Whatever still runs at `down` is ended."""
        process = subprocess.Popen(self.argv(host, argv), **popen)
        self._started.append(process)
        return process

    def folder(self):
        """For files of this run; it goes with the lab."""
        return self._namespaces.folder()

    def output(self, host, argv):
        """Runs to the end; its stdout as text. LabError where it fails."""
        return self._namespaces.command(host, argv)

    def add_rules(self, node, text):
        """nftables rules on a host or router."""
        self._namespaces.command(node, ["nft", "-f", "-"], text)

    def remove_rules(self, node, table):
        """Removes a table of the inet family."""
        self._namespaces.command(node, ["nft", "delete", "table", "inet", table])

    def silence(self, router):
        """The router stops to answer probes (it forwards as before)."""
        self.add_rules(router, SILENT_RULES)

    def unsilence(self, router):
        self.remove_rules(router, "silence")

    def set_rate(self, host, rate):
        """Another uplink rate for a host whose uplink is shaped, Mbit/s."""
        port = next(port for port in self.topology.ports(host) if port.name == "eth0")
        assert port.rate, f"{host} has no shaped uplink"
        port.rate = rate
        self._namespaces.tc_batch([shape_line(port).replace("add", "replace", 1)], host)

    def border_bytes(self):
        """[BorderBytes], two for each link between ISPs."""
        found = []
        for link in self.topology.links:
            if link.between:
                for port, (near, far) in ((link.a, link.between), (link.b, link.between[::-1])):
                    sent = self._sent(port)
                    found.append(BorderBytes(near, far, sent["bytes"], sent["packets"]))
        return found

    def _sent(self, port):
        namespace = self._namespaces.full(port.node)
        shown = namespaces.command(["ip", "-n", namespace, "-json", "-stats", "link", "show", "dev", port.name])
        return json.loads(shown)[0]["stats64"]["tx"]

    def expected_path(self, source, destination, family=4):
        """What a trace must find, as [(node, address, DNS name or None)], the receiver last."""
        return self.topology.expected_path(source, destination, family)


SILENT_RULES = """table inet silence {
  chain outgoing {
    type filter hook output priority 0;
    icmp type { time-exceeded, destination-unreachable } drop
    icmpv6 type { time-exceeded, destination-unreachable } drop
  }
}
"""


class Uninterrupted:
    """Holds the usual ending signals back while the lab is taken down; they arrive afterwards."""
    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __enter__(self):
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, self.SIGNALS)

    def __exit__(self, *_):
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)


def address_lines(port):
    lines = []
    for address, peer, length in ((port.ipv4, port.peer4, 32), (port.ipv6, port.peer6, 128)):
        if address and peer:
            lines.append(f"addr add {address}/{length} peer {peer}/{length} dev {port.name}")
        elif address:
            lines.append(f"addr add {address} dev {port.name}")
    return lines


def route_line(destination, hop):
    # The family follows from the addresses.
    return "route replace " + (f"{destination} via {hop}" if hop else f"unreachable {destination}")


def shape_line(port):
    # tbf(8): the bucket holds at least what may leave between two ticks; 4 ms at full rate, and 50 ms may wait. No less
    # than the largest packet that the kernel hands over in one piece: cutting those up would cost more than all the
    # programs of a lab.
    burst = max(66_000, int(port.rate * 1e6 / 8 * 0.004))
    return f"qdisc add dev {port.name} root tbf rate {port.rate}mbit burst {burst} latency 50ms"


def topology_json(arguments):
    return {key: dataclasses.asdict(value) if key == "rates" else value for key, value in arguments.items()}


def kept_lab():
    """The lab that `lab.py up` built last."""
    kept = [state for state in namespaces.states() if state["keep"]]
    if not kept:
        raise LabError("no lab is up: build one with `lab.py up`")
    arguments = dict(kept[-1]["details"]["topology"])
    if "rates" in arguments:
        arguments["rates"] = Rates(**arguments["rates"])
    lab = Lab(keep=True, **arguments)
    lab._namespaces.state, lab._namespaces.prefix, lab._up = kept[-1], kept[-1]["prefix"], True
    return lab


def show(lab):
    for host in lab.hosts.values():
        print(f"host {host.name} isp={host.isp} ipv4={host.ipv4} ipv6={host.ipv6} behind={host.home or '-'}")
    for router in lab.routers:
        print(f"router {router} addresses={','.join(p.address(4) for p in lab.topology.ports(router))}")
    for border in lab.border_bytes():
        print(f"border {border.from_isp}>{border.to_isp} bytes={border.bytes}")


def require_namespaces():
    """Exits with REFUSED where this machine has none; LabError where only a package is missing."""
    missing = missing_programs()
    if missing:
        raise LabError(f"install these Debian packages first: {' '.join(sorted(set(missing.values())))}")
    reason = refused_reason()
    if reason:
        print(f"lab: this machine refuses network namespaces: {reason}", file=sys.stderr)
        sys.exit(REFUSED)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up")
    up.add_argument("--agents", type=int, default=2, help="hosts an access ISP")
    up.add_argument("--homes", type=int, default=0, help="hosts behind a home gateway, each access ISP")
    execute = commands.add_parser("exec")
    execute.add_argument("host")
    execute.add_argument("argv", nargs=argparse.REMAINDER)
    commands.add_parser("show")
    commands.add_parser("down")
    arguments = parser.parse_args()
    try:
        if arguments.command == "up":
            require_namespaces()
            homes = {isp: arguments.homes for isp in ("SP1", "SP2", "SP3")} if arguments.homes else {}
            show(Lab(keep=True, agents=arguments.agents, homes=homes).up())
        elif arguments.command == "exec":
            lab = kept_lab()
            if arguments.host not in lab.topology.nodes or not arguments.argv:
                parser.error(f"exec needs one of {' '.join(lab.topology.nodes)} and a command")
            argv = lab.argv(arguments.host, arguments.argv)
            os.execvp(argv[0], argv)
        elif arguments.command == "show":
            show(kept_lab())
        else:
            kept_lab().down()
    except (LabError, OSError, ValueError) as problem:
        print(f"lab: {problem}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
