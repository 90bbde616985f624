"""A drawn network out of namespaces: real routers, their routes, filters and address translation."""
import json
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1])]
from lab import SILENT_RULES, Lab, LabError  # noqa: E402
from namespaces import Namespaces  # noqa: E402

PROBE_PORT = 33434       # to which the agent and, as they are called here, scamper and traceroute send
TRANSFER_PORT = 6881     # that a gateway forwards
STICK_TABLE = 100


class DrawnLab(Lab):
    def __init__(self, topology):
        self.topology = topology
        self.hosts = {name: node for name, node in topology.nodes.items() if node.kind == "host"}
        self.begin(topology.nodes)

    def build(self):
        for node in self.topology.nodes.values():
            self.set_kernel(node)
        self._make_drawn_links()
        for node in self.topology.nodes.values():
            self._addresses(node)
        for node in self.topology.nodes.values():
            self._routes(node)
            self._rules(node)
            if node.kind == "host":
                # Nobody answers there: names are no matter here, and a look-up ends at once.
                self._namespaces.resolv_conf(node.name, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")

    def set_kernel(self, node):
        super().set_kernel(node)
        policy = int(self.topology.by_flow)
        self._namespaces.command(node.name, ["sysctl", "-qw"] + [f"net.{key}" for key in (
            f"ipv4.fib_multipath_hash_policy={policy}", f"ipv6.fib_multipath_hash_policy={policy}",
            f"ipv4.icmp_errors_use_inbound_ifaddr={int(node.answers_inbound)}",
            "ipv4.conf.all.send_redirects=0", "ipv4.conf.default.send_redirects=0")])

    def _make_drawn_links(self):
        full = self._namespaces.full
        lines, done = [], set()
        for node in self.topology.nodes.values():
            for port in node.ports:
                if id(port.segment) in done or port.name == "lan":
                    continue
                done.add(id(port.segment))
                lines += self._segment_lines(port.segment, full)
        self._namespaces.ip_batch(lines)

    @staticmethod
    def _segment_lines(segment, full):
        lan = next((port for port in segment if port.name == "lan"), None)
        if lan is None:
            a, b = segment
            return [f"link add name {a.name} netns {full(a.node.name)} type veth "
                    f"peer name {b.name} netns {full(b.node.name)}"]
        return [f"link add name eth0 netns {full(port.node.name)} type veth "
                f"peer name p-{port.node.name} netns {full(lan.node.name)}" for port in segment if port is not lan]

    def _addresses(self, node):
        lines = ["link set lo up"]
        for port in node.ports:
            if port.name == "lan":
                lines.append("link add lan type bridge forward_delay 0 mcast_snooping 0")
                for host in port.others():
                    lines += [f"link set p-{host.node.name} master lan", f"link set p-{host.node.name} up"]
            peer = f" peer {port.peer}/{port.length}" if port.peer else ""
            address = f"{port.address}" if peer else f"{port.address}/{port.length}"
            lines += [f"link set {port.name} up", f"addr add {address}{peer} dev {port.name}"]
        self._namespaces.ip_batch(lines, node.name)

    def _routes(self, node):
        lines = []
        if node.kind == "host" or node.kind == "gateway":
            port = node.port("eth0")
            lines.append(f"route add default via {self._router_beside(port)}")
        elif node.kind == "firewall":
            lines.append(f"route add default via {node.ports[0].peer}")
        for network, ports in node.routes.items():
            hops = [f"via {port.peer}" if len(ports) == 1 else f"nexthop via {port.peer}" for port in ports]
            # Several equal ways back would give the answers of one router several addresses.
            lines.append(f"route add {network} src {ports[0].address} {' '.join(hops)}")
        if node.diverted:
            lines.append(f"route add default via {node.stick.peer} table {STICK_TABLE}")
            family = "" if self.topology.family == 4 else "-6 "
            lines += [f"{family}rule add iif {port.name} lookup {STICK_TABLE}" for port in node.diverted]
        self._namespaces.ip_batch(lines, node.name)

    @staticmethod
    def _router_beside(port):
        return next(other.address for other in port.others() if other.name in ("lan", "home"))

    def _rules(self, node):
        if node.silent:
            self.add_rules(node.name, SILENT_RULES)
        if node.deaf:
            self.add_rules(node.name, DEAF_RULES)
        if node.kind == "router":
            self.add_rules(node.name, SEEN_RULES.replace("FAMILY_addr", f"ipv{self.topology.family}_addr").replace(
                "FAMILY", "ip" if self.topology.family == 4 else "ip6"))
        if node.translation:
            inner = node.home.port("eth0").address
            which = f"tcp dport {TRANSFER_PORT} " if node.translation == "forwarded" else ""
            forward = f'iifname "eth0" {which}dnat to {inner}' if node.translation != "out" else ""
            self.add_rules(node.name, TRANSLATION_RULES.replace("FORWARD", forward))

    def probes_seen(self, port=PROBE_PORT):
        """{(source, destination, source port): {router: {ports that it left by}}} of probes that went to `port`."""
        found = {}
        for router, (source, destination, sent_from, sent_to, left_by) in self._elements("probes"):
            if sent_to == port:
                found.setdefault((source, destination, sent_from), {}).setdefault(router, set()).add(left_by)
        return found

    def bytes_seen(self):
        """{(source, destination): {router: {ports}}} of what was carried."""
        found = {}
        for router, (source, destination, left_by) in self._elements("carried"):
            found.setdefault((source, destination), {}).setdefault(router, set()).add(left_by)
        return found

    def _elements(self, name):
        for node in self.topology.nodes.values():
            if node.kind != "router":
                continue
            shown = json.loads(self.output(node.name, ["nft", "--json", "list", "set", "inet", "seen", name]))
            for entry in shown["nftables"]:
                for element in entry.get("set", {}).get("elem", ()):
                    yield node.name, element["concat"]


DEAF_RULES = f"""table inet deaf {{
  chain incoming {{
    type filter hook input priority 0
    udp dport 33434-33600 drop
  }}
}}
"""
# Every router writes down by which port each flow of probes, and what was carried, left it.
SEEN_RULES = """table inet seen {
  set probes {
    type FAMILY_addr . FAMILY_addr . inet_service . inet_service . ifname
    size 65535
    flags dynamic
  }
  set carried {
    type FAMILY_addr . FAMILY_addr . ifname
    size 65535
    flags dynamic
  }
  chain passing {
    type filter hook forward priority 0
    meta l4proto udp udp dport 33434-33600 add @probes { FAMILY saddr . FAMILY daddr . udp sport . udp dport . oifname }
    meta l4proto tcp meta length > 600 add @carried { FAMILY saddr . FAMILY daddr . oifname }
  }
}
"""
TRANSLATION_RULES = """table ip translation {
  chain outgoing {
    type nat hook postrouting priority 100
    oifname "eth0" masquerade
  }
  chain incoming {
    type nat hook prerouting priority -100
    FORWARD
  }
}
"""
