"""Where the demo takes place: the lab of tests/lab or, where namespaces are refused, loopback addresses."""
import dataclasses
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "tests" / "lab"), str(SOURCE / "tests" / "harness")]
from lab import Lab, Rates, missing_programs, refused_reason  # noqa: E402
from processes import LoopbackRunner, Process  # noqa: E402

ACCESS_ISPS = ("SP1", "SP2", "SP3")


@dataclasses.dataclass
class Host:
    name: str
    isp: str
    address: str


class LabRunner:
    """Starts programs inside a lab host's namespace."""

    def __init__(self, lab):
        self.lab = lab

    def start(self, host, argv, log, env=None):
        with open(log, "ab") as out:
            popen = self.lab.run(host, [str(a) for a in argv], stdout=out, stderr=subprocess.STDOUT,
                                 stdin=subprocess.DEVNULL, env=env)
        return Process(popen, log)

    def call(self, host, argv, patience=60):
        process = self.lab.run(host, [str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               stdin=subprocess.DEVNULL)
        out, err = process.communicate(timeout=patience)
        return process.returncode, out, err


class LabSite:
    """A backbone ISP with tracker and CDN node, three access ISPs of two routers and a switch, real routing."""

    kind = "laboratory network"

    def __init__(self, agents):
        self.lab = Lab(agents=agents, rates=Rates(up=20, down=100, peering=1000, transit=1000, cdn=200))

    def __enter__(self):
        self.lab.__enter__()
        self.runner = LabRunner(self.lab)
        self.prefixes = {name: isp.prefix4 for name, isp in self.lab.isps.items()}
        self.hosts = {name: Host(name, host.isp, str(host.ipv4)) for name, host in self.lab.hosts.items()}
        return self

    def __exit__(self, *error):
        return self.lab.__exit__(*error)

    def agent_hosts(self):
        return [host for host in self.hosts.values() if host.isp in ACCESS_ISPS]

    def borders(self):
        """Bytes that the interfaces at the ISPs' borders counted: {(from, to): bytes}."""
        found = {}
        for border in self.lab.border_bytes():
            pair = (border.from_isp, border.to_isp)
            found[pair] = found.get(pair, 0) + border.bytes
        return found

    def describe(self):
        return ("backbone BB with tracker and CDN node; SP1, SP2 and SP3 each with two routers and a switch;\n"
                "access 20 Mbit/s up and 100 down, CDN node 200 Mbit/s; SP1 and SP2 peer directly")


class LoopbackSite:
    """Ranges of 127.0.0.0/8 as ISPs, no routers: every path is one hop."""

    kind = "loopback"

    def __init__(self, agents):
        self.hosts = {"tracker": Host("tracker", "BB", "127.16.0.10"), "cdn": Host("cdn", "BB", "127.16.0.11")}
        self.prefixes = {"BB": "127.16.0.0/16"}
        for number, isp in enumerate(ACCESS_ISPS, 17):
            self.prefixes[isp] = f"127.{number}.0.0/16"
            for agent in range(1, agents + 1):
                name = f"{isp.lower()}-a{agent}"
                self.hosts[name] = Host(name, isp, f"127.{number}.0.{9 + agent}")
        self.runner = LoopbackRunner()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def agent_hosts(self):
        return [host for host in self.hosts.values() if host.isp in ACCESS_ISPS]

    def borders(self):
        return None

    def describe(self):
        return "loopback addresses 127.x.0.0/16 as ISPs; there are no routers, so that every path is one hop"


def choose_site(agents):
    """A lab where this machine lets us build one; the reason is printed where it does not."""
    reason = refused_reason() or (", ".join(missing_programs()) and "missing: " + ", ".join(missing_programs()))
    if not reason:
        return LabSite(agents)
    print(f"No network namespaces here ({reason}): falling back to loopback. Paths are one hop then.")
    return LoopbackSite(agents)
