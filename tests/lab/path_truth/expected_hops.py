"""What a trace must find, from how the network was drawn. Pure: no trace of anybody's has a part in it.

Which of several equal ways a flow took is no part of the drawing; the routers themselves told it (`Seen`).
"""
import dataclasses
import ipaddress

TRAILING_SILENCE = 3  # silent hops that are kept behind the last answer where the receiver says nothing


@dataclasses.dataclass(frozen=True)
class Hop:
    address: str | None
    isp: str           # where the router stands
    marks: frozenset = frozenset()


@dataclasses.dataclass
class Seen:
    """What the routers forwarded of one flow: {node's name: names of the ports that it left by}."""
    ports: dict

    def takes(self, way):
        """Whether the flow went this way and no other: each router sent it out by the way's own ports only."""
        return all(set(self.ports.get(node.name, ())) == ports for node, ports in leaving(way).items())


def leaving(way):
    """{router or firewall: the names of its ports by which the way leaves it}. What it came in by at the next node is
    the other end of the link."""
    found = {}
    for (node, _), (_, came_by) in zip(way, way[1:]):
        if node.kind == "router":
            out = next(port for port in node.ports if port.segment is came_by.segment)
            found.setdefault(node, set()).add(out.name)
    return found


def balanced(ways):
    """Whether routers had a choice."""
    return len(ways) > 1


def answer_address(topology, node, came_by, source):
    """Where the node answers from."""
    if node.kind != "router":
        # A gateway that its own host asks answers from inside; a firewall has one port.
        return came_by.address
    if node.answers_inbound:
        return came_by.address
    return topology.ways_out(node, topology.visible(source))[0].address


def expected_hops(topology, source, destination, way):
    """[Hop] that a trace of this way finds, the receiver last where it answers."""
    target = topology.visible(destination)
    hops, visited, isps = [], [], crossed(way, source)
    for node, came_by in way[:-1]:
        address = None if node.silent else answer_address(topology, node, came_by, source)
        marks = marks_of(topology, node, came_by, address, visited, target, isps)
        hops.append(Hop(address, node.isp, frozenset(marks)))
        visited.append(address)
    last, _ = way[-1]
    if last.deaf:
        while hops and hops[-1].address is None:
            hops.pop()
        return hops + [Hop(None, last.isp, frozenset({"silent"}))] * TRAILING_SILENCE
    return hops + [Hop(target, last.isp, frozenset({"receiver"}))]


def marks_of(topology, node, came_by, address, visited, target, isps):
    """`borrowed`: the address is of the ISP at the other end of a link; no trace tells."""
    if address is None:
        yield "silent"
        return
    if came_by.name == "home":
        yield "customer"
        yield "nat"
    if is_private(address):
        yield "private"
    if address == target:
        yield "nat"  # it forwards what is for its own address
    if address in visited:
        yield "loop"
    owner = owner_of(topology, node, address)
    if owner != node.isp:
        yield "borrowed" if owner in isps else "third-party"


def owner_of(topology, node, address):
    if is_private(address):
        return node.isp
    return next(isp.name for isp in topology.isps.values() if owns(isp, address))


def owns(isp, address):
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(prefix) for prefix in (isp.prefix4, isp.prefix6))


def is_private(address):
    return address.startswith(("10.", "192.168.", "fd"))


def crossed(way, source):
    """The ISPs that the way crosses, in order, each run once: ["N1", "N2"]."""
    found = [source.isp]
    for node, _ in way:
        if node.isp != found[-1]:
            found.append(node.isp)
    return found


def links_of(isps):
    return [f"{one}>{other}" for one, other in zip(isps, isps[1:])]
