#!/usr/bin/env python3
"""Do the tracker's records name the routers that were there? Real transfers on networks drawn from seeds.

  path_truth.py [--seeds FIRST-LAST] [--family 4|6] [--toy] [--without-others] [--verbose]

For each seed: a network is drawn and built from namespaces, a tracker and nine agents run on it, every publisher's
content goes to every client, and the path on each receipt is compared, hop by hop, with how the network was built.
Compared: the address of each hop, silence included, up to the receiver (or three silent hops where the receiver says
nothing), and the marks that are certain. Where routers chose among equal ways, their own books of the trace's packets
say which; a trace whose packets did not all go one way fails. Left out: pairs of fewer than two hops or more than six.
Beside it, after the transfers: the agent's tracer as a program, scamper (udp-paris, by a source port for which the
routers say that it takes the recorded way; out of comparison where none of 64 does) and the classic traceroute.
Before each transfer the tracker is asked for its prediction, which is compared with the trace that followed. In two of
three networks a routing table is loaded, as a collector has it that hears one router of each ISP.
Exit status: 0 every path and mark as built, 1 not so, 77 this machine refuses network namespaces.
"""
import argparse
import pathlib
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from transfers_site import TransfersSite, in_threads  # noqa: E402
from drawn_topology import DrawnTopology  # noqa: E402
from expected_hops import expected_hops  # noqa: E402
from path_score import Score, judge  # noqa: E402
from other_tracers import own_probe, port_for_way, scamper, traceroute  # noqa: E402
from lab import require_namespaces  # noqa: E402
from processes import binaries  # noqa: E402

TOY = {"publishers": 2, "clients": 2}
TOY_SEEDS = (2, 4)  # balanced by flow, silent and private routers, NAT at both ends


def flow_of(seen, ends):
    """What the routers forwarded of the probes between two ends: one {router: ports} for each source port."""
    return [ports for (source, destination, _), ports in seen.items() if (source, destination) == ends]


def judge_all(site):
    topology = site.topology
    transfers = site.transfer_all()
    seen, carried = site.lab.probes_seen(), site.lab.bytes_seen()
    judged, ways = [], []
    for transfer in transfers:
        ends = topology.visible(transfer.publisher), topology.visible(transfer.client)
        one, way = judge(topology, transfer, flow_of(seen, ends), carried.get(ends, {}))
        judged.append(one)
        ways.append((transfer, one, way))
    return judged, ways


def beside(site, ways):
    """Every program traces every pair, one program after the other: routers limit what they say to one host."""
    def of_publisher(publisher, trace):
        for transfer, judged, way in ways:
            if transfer.publisher is publisher and way is not None:
                trace(transfer, judged, way)

    for trace in (trace_by_probe, trace_by_scamper, trace_by_traceroute):
        in_threads(of_publisher, [(publisher, lambda *found, trace=trace: trace(site, *found))
                                  for publisher in site.topology.publishers])


def trace_by_probe(site, transfer, judged, way):
    del way
    target = site.topology.visible(transfer.client)
    found = own_probe(site.lab, transfer.publisher.name, target, binaries() / "trace_probe")
    judged.others["the agent's tracer"] = as_some_way(site, transfer, found), None, found.seconds


def trace_by_scamper(site, transfer, judged, way):
    target = site.topology.visible(transfer.client)
    port = port_for_way(site.lab, site.topology, transfer.publisher, transfer.client, way)
    if port is None:
        return
    found = scamper(site.lab, transfer.publisher.name, target, port)
    built = up_to(target, [hop.address for hop in judged.expected])
    recorded = up_to(target, [address for address, _ in judged.recorded])
    judged.others["scamper"] = found.addresses == built, found.addresses == recorded, found.seconds
    if found.addresses != built:
        print(f"  {judged.name}: scamper says {found.addresses}, built is {built}")


def trace_by_traceroute(site, transfer, judged, way):
    del way
    found = traceroute(site.lab, transfer.publisher.name, site.topology.visible(transfer.client))
    judged.others["traceroute"] = as_some_way(site, transfer, found, cut=True), None, found.seconds


def as_some_way(site, transfer, found, cut=False):
    """Of several equal ways any one counts."""
    ends = transfer.publisher, transfer.client
    target = site.topology.visible(transfer.client)
    built = [[hop.address for hop in expected_hops(site.topology, *ends, way)]
             for way in site.topology.all_ways(*ends)]
    return found.addresses in ([up_to(target, hops) for hops in built] if cut else built)


def up_to(target, addresses):
    """scamper and traceroute end where the destination's address answers first, be it a translator's."""
    return addresses[:addresses.index(target) + 1] if target in addresses else addresses


def one_seed(seed, arguments):
    sizes = TOY if arguments.toy else {}
    topology = DrawnTopology(seed, family=arguments.family, **sizes)
    started = time.monotonic()
    with TransfersSite(topology, routes=seed % 3 != 0) as site:
        judged, ways = judge_all(site)
        if not arguments.without_others:
            beside(site, ways)
    good = sum(one.marked for one in judged)
    kind = "by flow" if topology.by_flow else "by address"
    print(f"seed {seed}: {len(topology.isps)} ISPs, {len(topology.nodes)} nodes, equal ways {kind}: {len(judged)} "
          f"transfers, {good} as built, {time.monotonic() - started:.0f} s", flush=True)
    for one in judged:
        if arguments.verbose or not one.marked:
            show(one)
    return judged


def show(one):
    print(f"  {one.name} ({', '.join(one.features)}) {one.problem}")
    print("    built    " + " ".join(f"{hop.address or '*'}{sorted(hop.marks) or ''}" for hop in one.expected))
    print("    recorded " + " ".join(f"{address or '*'}{sorted(marks) or ''}" for address, marks in one.recorded))
    print(f"    ISPs built {one.isps}, links {one.links}, foretold by {one.basis}: {one.foretold}")


def seeds_of(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=seeds_of, default=None, metavar="FIRST-LAST", help="1-12 unless --toy")
    parser.add_argument("--family", type=int, choices=(4, 6), default=4)
    parser.add_argument("--toy", action="store_true", help="two publishers, two clients")
    parser.add_argument("--without-others", action="store_true", help="neither scamper nor traceroute")
    parser.add_argument("--verbose", action="store_true", help="shows every path")
    arguments = parser.parse_args()
    require_namespaces()
    judged = []
    for seed in arguments.seeds or (TOY_SEEDS if arguments.toy else range(1, 13)):
        judged += one_seed(seed, arguments)
    score = Score(judged)
    print(f"\n{len(judged)} traced transfers over IPv{arguments.family}")
    for line in score.lines():
        print(line)
    failures = score.failures()
    if failures:
        print(f"NOT AS BUILT: {len(failures)}: {', '.join(one.name for one in failures[:20])}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    threading.excepthook = threading.__excepthook__
    main()
