"""What was recorded against what was built. Pure: values in, counts out."""
import collections
import dataclasses
from itertools import zip_longest

from expected_hops import Seen, crossed, expected_hops, links_of

CERTAIN_MARKS = frozenset({"silent", "customer", "private", "nat", "loop", "receiver"})
BASES = (("measured", "traces"), ("the routing table", "BGP"), ("the two ends", "addresses alone"))


@dataclasses.dataclass
class Judged:
    """One transfer: what was built, what was recorded, what was foretold."""
    name: str
    features: list
    expected: list = dataclasses.field(default_factory=list)   # [Hop]
    recorded: list = dataclasses.field(default_factory=list)   # [(address, marks)]
    problem: str = ""
    carried: bool | None = None   # the content went by the very routers that were traced; None: no router on the way
    isps: tuple = ()              # (built, recorded)
    links: tuple = ()             # (built, {recorded: inferred})
    basis: str = ""
    foretold: tuple = ()          # (the same ISPs, the same links) as the trace that followed; likewise as built
    others: dict = dataclasses.field(default_factory=dict)     # {program: (as built, as recorded or None, seconds)}

    @property
    def as_built(self):
        return not self.problem and [hop.address for hop in self.expected] == [address for address, _ in self.recorded]

    @property
    def marked(self):
        """Every hop bears the marks that are certain, and no other of these."""
        return self.as_built and all(hop.marks & CERTAIN_MARKS == set(marks) & CERTAIN_MARKS
                                     for hop, (_, marks) in zip(self.expected, self.recorded))


def judge(topology, transfer, flows, carried):
    """`flows`: of the probes between the two ends, one {router: ports} each. `carried`: the content's."""
    publisher, client = transfer.publisher, transfer.client
    ways = list(topology.all_ways(publisher, client))
    taken = [way for flow in flows for way in ways if Seen(flow).takes(way)]
    judged = Judged(f"seed {topology.seed} {publisher.name}>{client.name}",
                    features_of(topology, publisher, client, ways))
    judged.recorded = [(hop["address"], tuple(hop["marks"])) for hop in transfer.hops]
    if len(flows) != 1 or len(taken) != 1:
        judged.problem = f"{len(flows)} flows of probes by the routers' books, {len(taken)} of the ways fit: {flows}"
        return judged, None
    way = taken[0]
    judged.expected = expected_hops(topology, publisher, client, way)
    judged.carried = Seen(carried).takes(way)
    built = crossed(way, publisher)
    judged.isps = built, transfer.isps
    judged.links = links_of(built), transfer.links
    judged.basis = next(name for start, name in BASES if transfer.predicted["by"].startswith(start))
    foretold = [f"{link['from']}>{link['to']}" for link in transfer.predicted["links"]]
    judged.foretold = (transfer.predicted["isps"] == transfer.isps, set(foretold) == set(transfer.links),
                       transfer.predicted["isps"] == each_once(built), set(foretold) == set(judged.links[0]))
    return judged, way


def features_of(topology, publisher, client, ways):
    """What makes this path hard."""
    hops = [hop for way in ways for hop in expected_hops(topology, publisher, client, way)]
    marks = frozenset().union(*(hop.marks for hop in hops))
    routers = {tuple(node.name for node, _ in way if node.kind == "router") for way in ways}
    back = {tuple(node.name for node, _ in way if node.kind == "router")[::-1]
            for way in topology.all_ways(client, publisher)}
    end = ways[0][-1][0]
    named = [("balanced", len(ways) > 1), ("another way back", not routers & back),
             ("silent router", "silent" in marks and not end.deaf), ("deaf receiver", end.deaf),
             ("sender behind NAT", publisher.home is not None), ("receiver behind NAT", client.home is not None),
             ("private router", any("private" in hop.marks and "customer" not in hop.marks for hop in hops)),
             ("comes back to a router", "loop" in marks), ("another ISP's address", "borrowed" in marks),
             ("a third party's address", "third-party" in marks)]
    return [name for name, holds in named if holds] or ["plain"]


def each_once(names):
    """As components stand on a path: a network that is entered again is the same component."""
    return list(dict.fromkeys(names))


def rate(hits, of):
    return f"{hits} of {of}" + (f" ({100 * hits / of:.1f}%)" if of else "")


def median(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else 0.0


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Score:
    def __init__(self, judged):
        self.judged = judged
        self.counted = [one for one in judged if not one.problem]

    def failures(self):
        return [one for one in self.judged if not one.marked]

    def lines(self):
        yield from self._paths()
        yield from self._marks()
        yield from self._networks()
        yield from self._predictions()
        yield from self._others()

    def _paths(self):
        whole = sum(one.as_built for one in self.judged)
        hops = [pair for one in self.counted for pair in zip_longest(
            (hop.address for hop in one.expected), (address for address, _ in one.recorded), fillvalue="no hop")]
        yield f"paths that are hop by hop as built: {rate(whole, len(self.judged))}"
        yield f"hops as built: {rate(sum(built == found for built, found in hops), len(hops))}"
        by_feature = collections.defaultdict(list)
        for one in self.judged:
            for feature in one.features:
                by_feature[feature].append(one.as_built)
        yield "  of them with: " + "; ".join(f"{name} {sum(found)}/{len(found)}"
                                            for name, found in sorted(by_feature.items()))
        lengths = collections.Counter(len(one.expected) for one in self.counted)
        yield "  hops: " + ", ".join(f"{count} paths of {length}" for length, count in sorted(lengths.items()))
        went = [one.carried for one in self.counted]
        yield f"the content itself went by the routers that were traced: {rate(sum(went), len(went))}"

    def _marks(self):
        found, missed, wrong = (collections.Counter() for _ in range(3))
        for one in self.counted:
            for hop, (_, marks) in zip(one.expected, one.recorded):
                found.update(hop.marks & set(marks) - {"borrowed"})
                missed.update(hop.marks - set(marks) - {"borrowed"})
                wrong.update(set(marks) - hop.marks)
        yield "marks (found, missed, wrong): " + "; ".join(
            f"{mark} {found[mark]}, {missed[mark]}, {wrong[mark]}" for mark in sorted(found | missed | wrong))
        borrowed = [hop for one in self.counted for hop in one.expected if "borrowed" in hop.marks]
        yield (f"  third-party is a suspicion; that {len(borrowed)} routers answered with an address of the ISP at the "
               "other end of their link, no trace tells")

    def _networks(self):
        same = sum(each_once(built) == recorded for built, recorded in (one.isps for one in self.counted))
        yield f"ISPs crossed as built: {rate(same, len(self.counted))}"
        said = [(link, link in built, inferred) for built, recorded in (one.links for one in self.counted)
                for link, inferred in recorded.items()]
        sure = [right for _, right, inferred in said if not inferred]
        guess = [right for _, right, inferred in said if inferred]
        built = sum(len(links) for links, _ in (one.links for one in self.counted))
        named = sum(link in recorded for links, recorded in (one.links for one in self.counted) for link in links)
        yield (f"links between ISPs: {rate(named, built)} of those built are named; of those said for sure "
               f"{rate(sum(sure), len(sure))} are built, of those marked inferred {rate(sum(guess), len(guess))}")

    def _predictions(self):
        bases = collections.defaultdict(list)
        for one in self.counted:
            bases[one.basis].append(one.foretold)
        bases["all"] = [foretold for found in list(bases.values()) for foretold in found]
        yield "prediction against the trace that followed: the same ISPs; the same links; and against the truth"
        for basis, found in bases.items():
            yield f"  by {basis}: " + "; ".join(rate(sum(hits), len(found)) for hits in zip(*found))

    def _others(self):
        programs = sorted({program for one in self.counted for program in one.others})
        for program in programs:
            rows = [one.others[program] for one in self.counted if program in one.others]
            agreed = [recorded for _, recorded, _ in rows if recorded is not None]
            times = [1000 * seconds for _, _, seconds in rows]
            agreement = f", as the record says {rate(sum(agreed), len(agreed))}" if agreed else ""
            yield (f"{program}: as built {rate(sum(built for built, _, _ in rows), len(rows))}{agreement}; "
                   f"ms a trace: median {median(times):.0f}, 90% within {percentile(times, 0.9):.0f}")

