"""A network drawn from a seed, as data: ISPs, routers, links, routes, hosts. Nothing in this file touches the system.

Three or four ISPs of one, two or four routers (four: a diamond, two ways of equal cost), joined at their borders by one
or two links. A link may cost more in one direction, so that the way back is another than the way there. Some routers
are silent, some answer from the port that a probe came in by, some number their links from private space or from the
neighbour's, one may send what it forwards through a firewall on a stick; some hosts are behind address translation.
ISP number i owns 198.18.(16 i).0/20 and 2001:db8:i::/48: networks 0 to 3 are behind its routers, 8 is inside, 9 at its
borders.
"""
import dataclasses
import heapq
import ipaddress
import itertools
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from topology import Isp  # noqa: E402

FEWEST_HOPS, MOST_HOPS = 2, 6
CHEAP, DEAR = 10, 25
INNER = {4: ("192.168.1.1", "192.168.1.2"), 6: ("fd01::1", "fd01::2")}  # a home's gateway and host
DRAWS = 500


@dataclasses.dataclass(eq=False)
class Port:
    node: "Node"
    name: str
    address: str
    length: int                 # of the prefix that it shares with its neighbours; all bits: `peer` is the other end
    peer: str | None = None
    segment: list = dataclasses.field(default_factory=list, repr=False)  # all ports on it
    cost: int = CHEAP           # of what leaves by it

    def others(self):
        return [port for port in self.segment if port is not self]


@dataclasses.dataclass(eq=False)
class Node:
    name: str
    isp: str
    kind: str                   # router, firewall, gateway, host
    ports: list = dataclasses.field(default_factory=list, repr=False)
    routes: dict = dataclasses.field(default_factory=dict, repr=False)  # network: the ports that it leaves by
    silent: bool = False
    answers_inbound: bool = False  # from the port that the probe came in by, not from the one towards its sender
    diverted: set = dataclasses.field(default_factory=set, repr=False)  # ports: what comes in there goes to the stick
    home: "Node" = None         # of a host: its gateway; of a gateway: its host
    translation: str | None = None  # of a gateway: "out" (masquerade), "forwarded" (one port), "all" (every port)
    deaf: bool = False          # a host that says nothing to probes

    def port(self, name):
        return next(port for port in self.ports if port.name == name)


class DrawnTopology:
    """`family`: 4 or 6. Publishers hold contents, each its own; clients want them. Drawn again, still from the seed
    alone, until the paths between them have FEWEST_HOPS to MOST_HOPS hops."""

    def __init__(self, seed, publishers=4, clients=5, family=4):
        self.seed, self.family = seed, family
        self.counts = publishers, clients
        for attempt in range(DRAWS):
            self.random = random.Random(f"{seed}/{attempt}/{family}")
            self._draw()
            self.pairs = self._pairs()
            if len(self.pairs) * 4 >= publishers * clients * 3:
                return
        raise ValueError(f"seed {seed} gives no topology of {FEWEST_HOPS} to {MOST_HOPS} hops")

    # Drawing.

    def _draw(self):
        self.nodes, self.isps, self.numbers = {}, {}, itertools.count(1)
        self.by_flow = self.random.random() < 0.6  # equal ways: chosen by ports and addresses, or by addresses alone
        self.networks = {}  # network behind a router: that router
        count = self.random.choice((3, 3, 4))
        diamond = self.random.randrange(count) if self.random.random() < 0.75 else None
        edges = [self._draw_isp(number, number - 1 == diamond) for number in range(1, count + 1)]
        for number in range(1, count):
            self._join(edges[number], edges[self.random.randrange(number)])
        for _ in range(self.random.choice((0, 1, 1, 2))):
            self._join(*self.random.sample(edges, 2))
        self._draw_hosts([router for isp_edges in edges for router in isp_edges])
        self._route()
        self._draw_manners()

    def _node(self, name, isp, kind):
        self.nodes[name] = Node(name, isp, kind)
        return self.nodes[name]

    def _chance(self, probability):
        return self.random.random() < probability

    def _v(self, isp, network, host):
        return isp.v4(network, host) if self.family == 4 else isp.v6(network, host)

    def _private(self, isp, host):
        return f"10.{isp.number}.0.{host}" if self.family == 4 else f"fd00:{isp.number}::{host:x}"

    def _draw_isp(self, number, diamond):
        """Returns the routers that hosts and borders are at."""
        isp = Isp(f"N{number}", number)
        self.isps[isp.name] = isp
        size = 4 if diamond else self.random.choice((1, 1, 2))
        routers = [self._node(f"n{number}r{index}", isp.name, "router") for index in range(size)]
        joined = ((0, 1), (0, 2), (1, 3), (2, 3)) if diamond else ((0, 1),) if size == 2 else ()
        private = self._chance(0.3)
        for one, other in joined:
            ends = [self._private(isp, next(self.numbers)) if private else self._v(isp, 8, next(self.numbers))
                    for _ in range(2)]
            self._link(routers[one], routers[other], *ends)
        return [routers[0], routers[3]] if diamond else routers

    def _link(self, one, other, address, far_address, costs=(CHEAP, CHEAP)):
        bits = 32 if self.family == 4 else 128
        number = next(self.numbers)
        a = Port(one, f"l{number}", address, bits, far_address, cost=costs[0])
        b = Port(other, f"l{number}", far_address, bits, address, cost=costs[1])
        a.segment = b.segment = [a, b]
        one.ports.append(a)
        other.ports.append(b)
        return a, b

    def _join(self, edges, far_edges):
        """A border: one link or two side by side. Each end has an address of its own ISP, or both of one of them."""
        near, far = self.random.choice(edges), self.random.choice(far_edges)
        isp, far_isp = self.isps[near.isp], self.isps[far.isp]
        lender = self.random.choice((isp, far_isp)) if self._chance(0.25) else None
        costs = self.random.choice(((CHEAP, CHEAP), (CHEAP, DEAR), (DEAR, CHEAP)))
        for _ in range(2 if self._chance(0.2) else 1):
            self._link(near, far, self._v(lender or isp, 9, next(self.numbers)),
                       self._v(lender or far_isp, 9, next(self.numbers)), costs)

    def _draw_hosts(self, edges):
        publishers, clients = self.counts
        self.tracker = self._host("tracker", self.random.choice(edges), 11)
        self.publishers = [self._placed_host(f"p{number}", edges, 20 + number, "forwarded")
                           for number in range(1, publishers + 1)]
        self.clients = [self._placed_host(f"c{number}", edges, 40 + number, self.random.choice(("out", "all")))
                        for number in range(1, clients + 1)]

    def _placed_host(self, name, edges, number, translation):
        router = self.random.choice(edges)
        if self.family == 4 and self._chance(0.25):
            return self._home(name, router, number, translation)
        return self._host(name, router, number)

    def _lan(self, router):
        """The port of the router that hosts are behind: a bridge inside the router itself."""
        for port in router.ports:
            if port.name == "lan":
                return port
        isp, number = self.isps[router.isp], int(router.name[-1])
        port = Port(router, "lan", self._v(isp, number, 1), 24 if self.family == 4 else 64)
        port.segment = [port]
        router.ports.append(port)
        self.networks[network_of(port)] = router
        return port

    def _host(self, name, router, number, kind="host"):
        lan = self._lan(router)
        host = self._node(name, router.isp, kind)
        port = Port(host, "eth0", self._v(self.isps[router.isp], int(router.name[-1]), number), lan.length,
                    segment=lan.segment)
        lan.segment.append(port)
        host.ports.append(port)
        return host

    def _home(self, name, router, number, translation):
        gateway = self._host(f"{name}gw", router, number, "gateway")
        gateway.translation = translation
        host = self._node(name, router.isp, "host")
        inner, own = INNER[self.family]
        bits = 24 if self.family == 4 else 64
        ports = [Port(gateway, "home", inner, bits), Port(host, "eth0", own, bits)]
        for port in ports:
            port.segment = ports
            port.node.ports.append(port)
        host.home, gateway.home = gateway, host
        return host

    def _route(self):
        """Every router's ways to every network of hosts, by the fewest costs; all of them where several are equal."""
        routers = [node for node in self.nodes.values() if node.kind == "router"]
        for network, destination in self.networks.items():
            costs = self._costs_to(destination)
            for router in routers:
                if router is not destination:
                    router.routes[network] = [port for port, far in crossings(router)
                                              if port.cost + costs[far] == costs[router]]

    def _costs_to(self, destination):
        costs, order = {}, itertools.count()
        waiting = [(0, next(order), destination)]
        while waiting:
            cost, _, node = heapq.heappop(waiting)
            if node in costs:
                continue
            costs[node] = cost
            for port, far in crossings(node):
                heapq.heappush(waiting, (cost + port.others()[0].cost, next(order), far))
        return costs

    def _draw_manners(self):
        routers = [node for node in self.nodes.values() if node.kind == "router"]
        for router in self.random.sample(routers, self.random.choice((0, 1, 1, 2))):
            router.silent = True
        for router in routers:
            router.answers_inbound = self.family == 4 and self._chance(0.2)
        for client in self.random.sample(self.clients, 1 if self._chance(0.3) else 0):
            (client.home or client).deaf = client.home is None or client.home.translation != "all"
        if self._chance(0.3):
            self._put_on_stick(self.random.choice(routers))

    def _put_on_stick(self, router):
        """What comes in over the router's links goes through a firewall beside it, and comes back to it."""
        isp = self.isps[router.isp]
        router.diverted = {port for port, _ in crossings(router)}
        firewall = self._node(f"{router.name}fw", router.isp, "firewall")
        ends = [self._v(isp, 8, next(self.numbers)) for _ in range(2)]
        router.stick, _ = self._link(router, firewall, *ends)

    # Questions.

    def _pairs(self):
        """[(publisher, client)] whose paths are as long as is asked for; none of them where one is too long."""
        found = []
        for publisher, client in itertools.product(self.publishers, self.clients):
            lengths = {len(way) for way in self.all_ways(publisher, client)}
            if max(lengths) > MOST_HOPS:
                return []
            if min(lengths) >= FEWEST_HOPS:
                found.append((publisher, client))
        return found

    def visible(self, host):
        """The address by which others know the host."""
        return (host.home or host).port("eth0").address

    def network_at(self, address):
        return next(network for network in self.networks if ipaddress.ip_address(address) in network)

    def ways_out(self, router, address):
        """The ports by which what is for the address leaves the router."""
        network = self.network_at(address)
        return [router.port("lan")] if self.networks[network] is router else router.routes[network]

    def all_ways(self, source, destination):
        """Every way that a probe may take, as lists of (node, port that it came in by), the one that answers for the
        destination last."""
        target = self.visible(destination)
        end = destination if not destination.home or destination.home.translation == "all" else destination.home

        def onward(way):
            node, came_by = way[-1]
            if node is end:
                yield way
                return
            for port in self._leaves_by(node, came_by, target):
                yield from onward(way + [self._far_end(port, target)])

        for way in onward([(source, None)]):
            yield way[1:]

    def _leaves_by(self, node, came_by, target):
        if node.kind == "host" or node.kind == "firewall":
            return node.ports
        if node.kind == "gateway":
            return [node.port("eth0" if came_by.name == "home" else "home")]
        if came_by in node.diverted:
            return [node.stick]
        return self.ways_out(node, target)

    def _far_end(self, port, target):
        others = port.others()
        if len(others) > 1:  # a network of hosts: to the one that is asked for, else to the router
            others = [other for other in others if other.address == target] or \
                     [other for other in others if other.name == "lan"]
        return others[0].node, others[0]


def crossings(router):
    """[(port, router at its other end)] of the links to other routers."""
    return [(port, port.others()[0].node) for port in router.ports
            if port.name not in ("lan",) and port.others()[0].node.kind == "router"]


def network_of(port):
    return ipaddress.ip_network(f"{port.address}/{port.length}", strict=False)
