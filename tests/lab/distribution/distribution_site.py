"""The laboratory that one content is distributed in: three access ISPs that all peer with each other, a CDN node at the
backbone. What crossed each border, and what each host sent, is read from the interfaces."""
import dataclasses
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "harness"), str(HERE.parents[2] / "packaging" / "demo")]
from lab import Lab, Rates, missing_programs, refused_reason  # noqa: E402,F401
from site_choice import LabRunner  # noqa: E402

ISPS = ("SP1", "SP2", "SP3")
PEERINGS = (("SP1", "SP2"), ("SP1", "SP3"), ("SP2", "SP3"))
# Of each packet that an interface counts: Ethernet 14, IPv4 20, TCP 20 and its timestamps 12. An acknowledgement of TCP
# alone is nothing but headers.
HEADERS = 66
UP, DOWN, CDN, BORDER = 20, 100, 100, 100  # Mbit/s


@dataclasses.dataclass
class Counted:
    """What interfaces sent, whole Ethernet frames, between two readings."""
    borders: dict  # {(from, to): bytes}
    payload: dict  # likewise, without the headers of TCP, IP and Ethernet, and without what the tracker said
    cdn: int
    strayed: dict  # {client: bytes that it sent to other clients}

    def into(self, isp):
        return sum(count for (_, to), count in self.borders.items() if to == isp)

    def between_access_isps(self):
        return sum(count for pair, count in self.borders.items() if "BB" not in pair)


class Site:
    def __init__(self, clients):
        self.lab = Lab(agents=clients, rates=Rates(up=UP, down=DOWN, peering=BORDER, transit=BORDER, cdn=CDN),
                       peerings=PEERINGS)
        # One of each ISP after the other, as they start: nobody's ISP is ahead of another's.
        of = [[host for host in self.lab.hosts.values() if host.isp == isp] for isp in ISPS]
        self.clients = [client for group in zip(*of) for client in group]

    def __enter__(self):
        self.lab.__enter__()
        self.runner = LabRunner(self.lab)
        for client in self.clients:
            others = ", ".join(other.ipv4 for other in self.clients if other is not client)
            self.lab.add_rules(client.name, COUNT_TO_CLIENTS.replace("OTHERS", others))
        prefixes = {isp: self.lab.isps[isp].prefix4 for isp in ISPS}
        self.lab.add_rules("tracker", COUNT_BY_ISP.format(
            counters="\n".join(f"  counter to_{isp} {{ }}" for isp in prefixes),
            rules="\n".join(f"    ip daddr {prefix} counter name to_{isp}" for isp, prefix in prefixes.items())))
        return self

    def __exit__(self, *error):
        return self.lab.__exit__(*error)

    def address(self, host):
        return str(self.lab.hosts[host].ipv4)

    def read(self):
        counted = self.lab.border_bytes()
        borders = {(border.from_isp, border.to_isp): border.bytes for border in counted}
        payload = {(border.from_isp, border.to_isp): border.bytes - HEADERS * border.packets for border in counted}
        for counter in self._counters("tracker", "said"):  # by IP: without Ethernet's header
            payload["BB", counter["name"].removeprefix("to_")] -= counter["bytes"] - (HEADERS - 14) * counter["packets"]
        link = json.loads(self.lab.output("cdn", ["ip", "-json", "-stats", "link", "show", "dev", "eth0"]))
        strayed = {client.name: self._to_clients(client.name) for client in self.clients}
        return Counted(borders, payload, link[0]["stats64"]["tx"]["bytes"], strayed)

    def _to_clients(self, client):
        return next(iter(self._counters(client, "strayed")))["bytes"]

    def _counters(self, host, table):
        shown = json.loads(self.lab.output(host, ["nft", "--json", "list", "counters", "table", "inet", table]))
        return [entry["counter"] for entry in shown["nftables"] if "counter" in entry]


def difference(before, after):
    def less(one, other):
        return {key: count - other.get(key, 0) for key, count in one.items()}
    return Counted(less(after.borders, before.borders), less(after.payload, before.payload), after.cdn - before.cdn,
                   less(after.strayed, before.strayed))


COUNT_BY_ISP = """table inet said {{
{counters}
  chain outgoing {{
    type filter hook output priority 0;
{rules}
  }}
}}
"""
COUNT_TO_CLIENTS = """table inet strayed {
  counter to_clients { }
  chain outgoing {
    type filter hook output priority 0;
    ip daddr { OTHERS } counter name to_clients
  }
}
"""
