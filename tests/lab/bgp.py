"""BGP between a lab's ISPs, by real BIRDs: one on each border router, one on a collector that hears them all and writes
what it hears as an MRT dump. The routes that it finds are the ones that the routers forward by.

Customers of the backbone announce their own prefix and nothing else, to each other, too, where they peer (Gao and
Rexford, 2001).
"""
from lab import LabError
from processes import wait_for

FIRST_ASN = 64500
COLLECTOR_ASN = 64499
COLLECTOR = "tracker"        # the host that it runs on
FAMILIES = (4, 6)

HEAD = """log "{folder}/{name}.log" all;
router id {router_id};
protocol device {{ scan time 2; }}
"""
# What the lab routes by itself stands in the kernel; BIRD adds what it has learnt from others.
ROUTER = """protocol kernel kernel{family} {{
  ipv{family} {{ export where source = RTS_BGP; }};
}}
protocol static own{family} {{
  ipv{family};
  route {prefix} unreachable;
}}
"""
SESSION = """protocol bgp {name} {{
  local {local} as {asn};
  neighbor {neighbor} as {neighbor_asn};
  {how};
  connect delay time 1;
  connect retry time 1;
  error wait time 1, 2;
  ipv{family} {{ {channel} }};
}}
"""
OWN = "export where source = RTS_STATIC;"
ALL = "export all;"


def asn_of(isp):
    return FIRST_ASN + isp.number


class Bgp:
    """`Bgp(lab).start()` takes the lab's own routes between ISPs away and finds others. It ends with the lab."""

    def __init__(self, lab):
        self.lab = lab
        self.folder = lab.folder()
        self.borders = {}  # router: ISP
        for link in lab.topology.links:
            if link.between:
                for port, isp in zip((link.a, link.b), link.between):
                    self.borders[port.node] = lab.isps[isp]

    def start(self):
        for router, isp in self.borders.items():
            self._forget_static(router, isp)
            self._start(router, self._router_config(router, isp))
        self._start(COLLECTOR, self._collector_config())
        return self

    def _forget_static(self, router, isp):
        """Routes to other ISPs that the lab made."""
        for family, destination, hop in self.lab.topology.nodes[router].routes:
            inside = isp.prefix4 if family == 4 else isp.prefix6
            if hop is not None and destination != inside:
                self.lab.output(router, ["ip", f"-{family}", "route", "del", destination])

    def _start(self, node, config):
        path = self.folder / f"{node}.conf"
        path.write_text(config)
        self.lab.output(node, ["bird", "-p", "-c", path])  # says what is wrong with it
        self.lab.run(node, ["bird", "-f", "-c", path, "-s", self._socket(node)])

    def _socket(self, node):
        return self.folder / f"{node}.ctl"

    def _router_config(self, router, isp):
        address = {family: self._address(router, family) for family in FAMILIES}
        text = HEAD.format(folder=self.folder, name=router, router_id=address[4])
        for family in FAMILIES:
            text += ROUTER.format(family=family, prefix=isp.prefix4 if family == 4 else isp.prefix6)
            for link in self.lab.topology.links:
                for near, far in ((link.a, link.b), (link.b, link.a)):
                    if link.between and near.node == router:
                        text += self._border_session(near, far, isp, family)
            text += self._collector_session(router, isp, family, address[family])
        return text

    def _address(self, router, family):
        return next(port.address(family) for port in self.lab.topology.ports(router) if port.address(family))

    def _border_session(self, near, far, isp, family):
        other = self.borders[far.node]
        channel = f"import all; {ALL if isp.name == 'BB' else OWN}"
        return SESSION.format(name=session_name(other, family), local=near.address(family), asn=asn_of(isp),
                              neighbor=far.address(family), neighbor_asn=asn_of(other), how="direct", family=family,
                              channel=channel)

    def _collector_session(self, router, isp, family, address):
        host = self.lab.hosts[COLLECTOR]
        return SESSION.format(name=f"collector{family}", local=address, asn=asn_of(isp),
                              neighbor=host.ipv4 if family == 4 else host.ipv6, neighbor_asn=COLLECTOR_ASN,
                              how="multihop", family=family, channel=f"import none; {ALL}")

    def _collector_config(self):
        host = self.lab.hosts[COLLECTOR]
        text = HEAD.format(folder=self.folder, name=COLLECTOR, router_id=host.ipv4)
        for router, isp in self.borders.items():
            for family in FAMILIES:
                address = self._address(router, family)
                text += SESSION.format(name=f"{isp.name}v{family}", local=host.ipv4 if family == 4 else host.ipv6,
                                       asn=COLLECTOR_ASN, neighbor=address, neighbor_asn=asn_of(isp), how="multihop",
                                       family=family, channel="import all; export none;")
        return text

    # Use.

    def birdc(self, node, *words):
        return self.lab.output(node, ["birdc", "-s", self._socket(node), *words])

    def wait_established(self):
        for node in (*self.borders, COLLECTOR):
            wait_for(lambda node=node: self._established(node), f"BGP at {node}", step=0.2)

    def _established(self, node):
        try:
            lines = [line for line in self.birdc(node, "show", "protocols").splitlines() if " BGP " in line]
        except LabError:
            return False  # it has not opened its socket yet
        return lines and all("Established" in line for line in lines if " down " not in line)

    def paths(self, node, family=4):
        """{prefix: set of AS paths} that the node has heard."""
        found, prefix = {}, None
        for line in self.birdc(node, "show", "route", "table", f"master{family}", "all").splitlines():
            if "unicast" in line or "unreachable" in line:
                prefix = line.split()[0] if not line.startswith(" ") else prefix
            elif "BGP.as_path:" in line:
                found.setdefault(prefix, set()).add(tuple(map(int, line.split(":", 1)[1].split())))
        return found

    def dump(self, name):
        """An MRT dump of both families' tables, written by the collector now."""
        path = self.folder / name
        for family in FAMILIES:
            self.birdc(COLLECTOR, "mrt", "dump", "table", f'"master{family}"', "to", f'"{path}"')
        return path


def session_name(isp, family):
    return f"to_{isp.name}v{family}"
