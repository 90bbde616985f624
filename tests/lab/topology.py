"""The standard lab as data: nodes, links, addresses, routes. Nothing in this file touches the system.

ISP number i (0 is the backbone) owns 198.18.(16 i).0/20 and 2001:db8:i::/48. Both are reserved, for benchmarks and for
documentation (RFC 2544, RFC 3849), and count as public addresses, as those of real ISPs do.
  .0.0/24   :0::/64   the network behind the switch: the router is .1, hosts from .10
  .1.0/24   :1::/64   inside: border router .1, access router .2
  .2.0/24   :2::/64   the border's own ends of its links to other ISPs
  .4.0/22   :4+k::/64 home networks, one /29 each
"""
import dataclasses
import ipaddress


@dataclasses.dataclass(frozen=True)
class Rates:
    """Mbit/s; None leaves the link unshaped."""
    up: float | None = 40        # an agent's uplink
    down: float | None = 100     # an agent's downlink
    peering: float | None = 100  # a link between two access ISPs, each direction
    transit: float | None = 100  # a link between an access ISP and the backbone, each direction
    cdn: float | None = None     # the CDN node's uplink


@dataclasses.dataclass(frozen=True)
class Isp:
    name: str
    number: int

    @property
    def prefix4(self):
        return f"198.18.{16 * self.number}.0/20"

    @property
    def prefix6(self):
        return f"2001:db8:{self.number:x}::/48"

    def v4(self, net, host):
        return f"198.18.{16 * self.number + net}.{host}"

    def v6(self, net, host):
        return str(ipaddress.ip_address(f"2001:db8:{self.number:x}:{net:x}::{host:x}"))


@dataclasses.dataclass
class Port:
    """One end of a link. `peer4` and `peer6` are set on point-to-point links, whose two ends share no subnet."""
    node: str
    name: str
    ipv4: str | None = None      # "198.18.16.1/24"
    ipv6: str | None = None
    peer4: str | None = None
    peer6: str | None = None
    rate: float | None = None    # of what leaves by this end, Mbit/s

    def address(self, family):
        text = self.ipv4 if family == 4 else self.ipv6
        return text.split("/")[0] if text else None


@dataclasses.dataclass
class Link:
    a: Port
    b: Port
    between: tuple | None = None  # (ISP of a, ISP of b) on a border


@dataclasses.dataclass
class Node:
    name: str
    isp: str
    kind: str                     # router, switch, gateway or host
    routes: list = dataclasses.field(default_factory=list)  # (family, destination, next hop or None: unreachable)
    dns_name: str | None = None
    home: str | None = None       # the gateway that the host is behind


class Topology:
    """`agents`: hosts an access ISP. `peerings`: pairs of access ISPs joined directly; all are joined to the backbone.
    `homes`: {ISP: hosts behind a home gateway, whose inner addresses are private (192.168.1.1, fd00::1)}."""

    def __init__(self, isps=("SP1", "SP2", "SP3"), agents=2, rates=Rates(), peerings=(("SP1", "SP2"),), homes=None):
        names = ("BB",) + tuple(isps)
        if len(names) > 15 or not 0 <= agents <= 200:
            raise ValueError("a lab has at most 14 access ISPs of at most 200 agents")
        self.isps = {name: Isp(name, number) for number, name in enumerate(names)}
        self.rates = rates
        self.nodes = {}
        self.links = []
        self._build_backbone()
        for name in isps:
            self._build_access_isp(self.isps[name], agents)
        for one, other in peerings:
            self._join(self.isps[one], self.isps[other], rates.peering)
        for name, count in (homes or {}).items():
            for number in range(1, count + 1):
                self._build_home(self.isps[name], number)

    # The parts.

    def _node(self, name, isp, kind, **more):
        self.nodes[name] = Node(name, isp.name, kind, **more)
        return self.nodes[name]

    def _router(self, isp, role):
        return self._node(f"{isp.name.lower()}-{role}", isp, "router", dns_name=f"{role}.{isp.name.lower()}.example")

    def _build_backbone(self):
        backbone = self.isps["BB"]
        core = self._router(backbone, "core")
        self._build_switch(backbone, core)
        for name, number, rate in (("cdn", 10, self.rates.cdn), ("tracker", 11, None), ("dns", 53, None)):
            self._build_host(backbone, name, number, rate, None)

    def _build_access_isp(self, isp, agents):
        border, access = self._router(isp, "border"), self._router(isp, "access")
        self.links.append(Link(Port(border.name, "core", isp.v4(1, 1), isp.v6(1, 1), isp.v4(1, 2), isp.v6(1, 2)),
                               Port(access.name, "core", isp.v4(1, 2), isp.v6(1, 2), isp.v4(1, 1), isp.v6(1, 1))))
        border.routes += [(4, isp.prefix4, isp.v4(1, 2)), (6, isp.prefix6, isp.v6(1, 2))]
        # What the ISP owns and nobody has would otherwise go round between the two routers.
        access.routes += [(4, isp.prefix4, None), (6, isp.prefix6, None)]
        access.routes += [(4, "default", isp.v4(1, 1)), (6, "default", isp.v6(1, 1))]
        self._build_switch(isp, access)
        for number in range(1, agents + 1):
            self._build_host(isp, f"{isp.name.lower()}-a{number}", 9 + number, self.rates.up, self.rates.down)
        self._join(isp, self.isps["BB"], self.rates.transit)

    def _build_switch(self, isp, router):
        switch = self._node(f"{isp.name.lower()}-switch", isp, "switch")
        self.links.append(Link(Port(router.name, "lan", isp.v4(0, 1) + "/24", isp.v6(0, 1) + "/64"),
                               Port(switch.name, "uplink")))

    def _build_host(self, isp, name, number, up, down):
        host = self._node(name, isp, "host")
        self.links.append(Link(Port(name, "eth0", isp.v4(0, number) + "/24", isp.v6(0, number) + "/64", rate=up),
                               Port(f"{isp.name.lower()}-switch", "p-" + name, rate=down)))
        host.routes += [(4, "default", isp.v4(0, 1)), (6, "default", isp.v6(0, 1))]

    def _build_home(self, isp, number):
        """A host with public addresses behind a gateway whose inner side is private, so that the first hop that the
        host sees is a private one. No address translation: every host in the lab can be reached."""
        gateway_number = 220 + number
        prefix = isp.name.lower()
        gateway = self._node(f"{prefix}-home{number}", isp, "gateway")
        host = self._node(f"{prefix}-h{number}", isp, "host", home=gateway.name)
        self.links.append(Link(
            Port(gateway.name, "eth0", isp.v4(0, gateway_number) + "/24", isp.v6(0, gateway_number) + "/64",
                 rate=self.rates.up),
            Port(f"{prefix}-switch", "p-" + gateway.name, rate=self.rates.down)))
        gateway.routes += [(4, "default", isp.v4(0, 1)), (6, "default", isp.v6(0, 1))]
        inside4, inside6 = isp.v4(4, 8 * number + 2), isp.v6(3 + number, 2)
        self.links.append(Link(Port(gateway.name, "home", "192.168.1.1", "fd00::1", inside4, inside6),
                               Port(host.name, "eth0", inside4, inside6, "192.168.1.1", "fd00::1")))
        host.routes += [(4, "default", "192.168.1.1"), (6, "default", "fd00::1")]
        access = self.nodes[f"{prefix}-access"]
        access.routes += [(4, inside4 + "/32", isp.v4(0, gateway_number)),
                          (6, inside6 + "/128", isp.v6(0, gateway_number))]

    def _join(self, one, other, rate):
        """A border. Each end answers from its own ISP's address space."""
        ends = []
        for isp, far in ((one, other), (other, one)):
            role = "core" if isp.name == "BB" else "border"
            ends.append(Port(f"{isp.name.lower()}-{role}", f"to-{far.name.lower()}", isp.v4(2, 1 + far.number),
                             isp.v6(2, 1 + far.number), rate=rate))
        a, b = ends
        a.peer4, a.peer6, b.peer4, b.peer6 = b.ipv4, b.ipv6, a.ipv4, a.ipv6
        self.links.append(Link(a, b, (one.name, other.name)))
        for near, far, isp in ((a, b, other), (b, a, one)):
            node = self.nodes[near.node]
            upwards = isp.name == "BB"
            node.routes += [(4, "default" if upwards else isp.prefix4, far.ipv4),
                            (6, "default" if upwards else isp.prefix6, far.ipv6)]

    # Questions.

    def ports(self, node):
        return [port for link in self.links for port in (link.a, link.b) if port.node == node]

    def host_address(self, name, family):
        return next(port.address(family) for port in self.ports(name) if port.name == "eth0")

    def router_addresses(self):
        """[(address, DNS name)] of every router's ports, both families."""
        return [(port.address(family), node.dns_name) for node in self.nodes.values() if node.kind == "router"
                for port in self.ports(node.name) for family in (4, 6)]

    def expected_path(self, source, destination, family=4):
        """What a trace must find: [(node, address that answers, DNS name or None)], the receiver last. Follows the
        routing tables as a packet does; each router answers from the port that faces the sender."""
        target = ipaddress.ip_address(self.host_address(destination, family))
        found, node = [], source
        while node != destination:
            port = self._port_towards(node, target, family)
            hop = target if self._on_link(port, target, family) else self._next_hop(node, target, family)
            arrival = self._neighbour(port, hop, family)
            node = arrival.node
            if node != destination:
                found.append((node, arrival.address(family), self.nodes[node].dns_name))
        return found + [(destination, str(target), None)]

    def _on_link(self, port, target, family):
        text, peer = (port.ipv4, port.peer4) if family == 4 else (port.ipv6, port.peer6)
        if peer:
            return ipaddress.ip_address(peer) == target
        return target in ipaddress.ip_interface(text).network

    def _next_hop(self, node, target, family):
        best, best_length = None, -1
        for route_family, destination, hop in self.nodes[node].routes:
            everything = "0.0.0.0/0" if route_family == 4 else "::/0"
            network = ipaddress.ip_network(everything if destination == "default" else destination)
            if route_family == family and target in network and network.prefixlen > best_length:
                best, best_length = hop, network.prefixlen
        if best is None:
            raise ValueError(f"{node} has no route to {target}")
        return ipaddress.ip_address(best)

    def _port_towards(self, node, target, family):
        ports = [port for port in self.ports(node) if port.address(family)]
        direct = [port for port in ports if self._on_link(port, target, family)]
        if direct:
            return direct[0]
        hop = self._next_hop(node, target, family)
        return next(port for port in ports if self._on_link(port, hop, family))

    def _neighbour(self, port, address, family):
        """The port that has the address: at the other end of the link, or across the switch."""
        def has_it(other):
            return other.node != port.node and other.address(family) == str(address)
        same_link = [end for link in self.links if port in (link.a, link.b) for end in (link.a, link.b) if has_it(end)]
        anywhere = (end for link in self.links for end in (link.a, link.b) if has_it(end))
        return same_link[0] if same_link else next(anywhere)
