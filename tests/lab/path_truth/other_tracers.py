"""Traces beside the recorded ones: scamper's and the classic program's, and the agent's tracer as a program of its own.
Each is timed from its start to its end, as whoever calls it waits."""
import dataclasses
import json
import re
import subprocess
import sys
import time

from drawn_lab import PROBE_PORT

# Both may ask a silent router twice and wait a second for each answer, where they would wait five by themselves.
# -l 0: a router that is passed twice does not end it.
SCAMPER = {4: "trace -P udp-paris -d {port} -s {sport} -q 2 -w 1 -g 3 -l 0 {destination}",
           # Over IPv6 it knows no answer to its UDP probes again that have crossed a veth.
           6: "trace -P icmp-paris -q 2 -w 1 -g 3 -l 0 {destination}"}
ADDRESS = re.compile(r"(?<![\w.:])((?:\d+\.){3}\d+|[0-9a-f:]*:[0-9a-f:]+)(?![\w.])")
TRACEROUTE = ("traceroute", "-n", "-q", "2", "-w", "1", "-m", "12")
FIRST_PORT = 40_000
PORTS_TRIED = 64
TRAILING_SILENCE = 3


@dataclasses.dataclass
class Trace:
    addresses: list   # None where silent
    seconds: float


def run(lab, host, argv):
    started = time.monotonic()
    done = subprocess.run(lab.argv(host, argv), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return done.stdout, time.monotonic() - started


def own_probe(lab, host, destination, program):
    text, seconds = run(lab, host, [program, destination, 0])
    return Trace([hop["address"] for hop in json.loads(text)["hops"]], seconds)


def scamper(lab, host, destination, source_port):
    command = SCAMPER[6 if ":" in destination else 4]
    command = command.format(port=PROBE_PORT, sport=source_port, destination=destination)
    text, seconds = run(lab, host, ["scamper", "-O", "json", "-I", command])
    found = next((json.loads(line) for line in text.splitlines() if '"type":"trace"' in line), {})
    by_ttl = {}
    for hop in found.get("hops", ()):
        by_ttl.setdefault(hop["probe_ttl"], hop["addr"])
    return Trace(in_order(by_ttl, destination), seconds)


def traceroute(lab, host, destination):
    family = ("-6",) if ":" in destination else ()
    text, seconds = run(lab, host, [*TRACEROUTE, *family, destination])
    by_ttl = {}
    for line in text.splitlines():
        hop = re.match(r"\s*(\d+)\s+(.*)", line)
        addresses = ADDRESS.findall(hop.group(2)) if hop else ()
        if addresses:
            by_ttl.setdefault(int(hop.group(1)), addresses[0])
    return Trace(in_order(by_ttl, destination), seconds)


def in_order(by_ttl, destination):
    """As the agent records it: up to the receiver, or a few silent hops behind the last answer."""
    if not by_ttl:
        return []
    last = max(by_ttl)
    addresses = [by_ttl.get(ttl) for ttl in range(1, last + 1)]
    return addresses if addresses[-1] == destination else addresses + [None] * TRAILING_SILENCE


def port_for_way(lab, topology, source, destination, way):
    """A source port by which a flow takes the way: the routers' own kernels say what they would do with it. The first
    one where nothing is balanced by ports; None where none of those tried takes it. Over IPv6 scamper's probes are
    echo requests, which have no ports, are balanced by a flow label of their own, and are answered by receivers that
    are deaf to others: None for those."""
    balanced = len(list(topology.all_ways(source, destination))) > 1
    if topology.family == 6:
        return None if balanced or way[-1][0].deaf else FIRST_PORT
    if not topology.by_flow or not balanced:
        return FIRST_PORT
    addresses = topology.visible(source), topology.visible(destination)
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if all(_takes(lab, topology, addresses, port, *step) for step in zip(way, way[1:])):
            return port
    return None


def _takes(lab, topology, addresses, port, step, following):
    node, came_by = step
    if node.kind != "router" or came_by in node.diverted:
        return True
    if len(topology.ways_out(node, addresses[1])) < 2:
        return True
    family = "-6" if ":" in addresses[1] else "-4"
    told = lab.output(node.name, ["ip", family, "-json", "route", "get", addresses[1], "from", addresses[0], "iif",
                                  came_by.name, "ipproto", "udp", "sport", port, "dport", PROBE_PORT])
    return json.loads(told)[0]["dev"] == next(end.name for end in following[1].segment if end.node is node)


if __name__ == "__main__":
    sys.exit("a part of path_truth.py")
