#!/usr/bin/env python3
"""Agents behind home gateways that masquerade (nftables), with real transfers: the end that can connect does; where
neither can be reached both open at the same time by uTP; where the gateways make that impossible the CDN node serves,
and the reason is on the record; two in one home meet at home; a gateway that speaks NAT-PMP or UPnP forwards the port.
"""
import json
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "harness"), str(HERE.parents[1] / "packaging" / "demo")]
from lab import Lab, Rates, require_namespaces  # noqa: E402
from site_choice import LabRunner  # noqa: E402
from cluster import Cluster, make_file, sha256, work_folder  # noqa: E402
from processes import wait_for  # noqa: E402

SIZE = 6_000_000
PATIENCE = 180

# Nobody comes in whom nobody inside has called, and nobody is told so, as home gateways do it. `{how}`: which port a
# connection leaves from: its own where that is free, or any.
GATEWAY = """
table inet home {{
  chain out {{
    type nat hook postrouting priority srcnat;
    oifname "eth0" masquerade {how}
  }}
  chain through {{
    type filter hook forward priority 0;
    iifname "eth0" ct status dnat accept
    iifname "eth0" ct state new drop
  }}
  chain own {{
    type filter hook input priority 0;
    iifname "eth0" meta l4proto {{ tcp, udp }} ct state new drop
  }}
}}
"""
# What miniupnpd fills. Its `ext_ip` is only what it tells: it forwards nothing where it is to tell a lab's address.
FORWARDED = """
table inet forwarded {
  chain forward { type filter hook forward priority 0; jump permitted; }
  chain before { type nat hook prerouting priority -100; jump redirected; }
  chain after { type nat hook postrouting priority 100; jump returned; }
  chain permitted { }
  chain redirected { }
  chain returned { }
}
"""
FORWARDER = """ext_ifname=eth0
listening_ip=192.168.7.1/24
enable_natpmp=NAT_PMP
enable_upnp=UPNP
port=5000
ext_ip=9.9.9.9
secure_mode=yes
upnp_table_name=forwarded
upnp_nat_table_name=forwarded
upnp_forward_chain=permitted
upnp_nat_chain=redirected
upnp_nat_postrouting_chain=returned
uuid=6a0d9d34-7e3c-4a53-9a63-4f1f4f0f6a10
allow 1024-65535 192.168.7.0/24 1024-65535
"""
INSIDE = "192.168.7.2"  # the host's private address, in every home


class Homes(unittest.TestCase):
    def setUp(self):
        self.lab = self.enterContext(Lab(agents=1, homes={"SP1": 2, "SP2": 1},
                                         rates=Rates(up=40, down=100, peering=100, transit=100, cdn=8)))
        self.folder = work_folder("lab-nat")
        tracker = self.lab.hosts["tracker"]
        self.cluster = self.enterContext(Cluster(self.folder, runner=LabRunner(self.lab),
                                                 tracker_address=str(tracker.ipv4), tracker_host="tracker"))
        self.tracker = self.cluster.tracker
        self.tracker.init(7443)
        self.tracker.start()
        for name, isp in self.lab.isps.items():
            self.tracker.command("isp", "add", name, "--prefix", isp.prefix4)
        for name in ("SP1", "SP2"):
            self.tracker.command("agreement", "add", "--isp", name, "--grant", "always", "--price", "0.02",
                                 "--currency", "EUR")
        self.cluster.add_agent("cdn", str(self.lab.hosts["cdn"].ipv4), cdn_node=True, host="cdn")
        self.film = make_file(self.folder / "film", SIZE)
        self.url = self.cluster.agents["cdn"].json("publish", self.film, "--owner", "Studio", "--title", "Film")["url"]

    def masquerade(self, *hosts, how=""):
        for host in hosts:
            gateway = self.lab.hosts[host].home
            self.lab.output(gateway, ["ip", "address", "add", "192.168.7.1/24", "dev", "home"])
            self.lab.output(host, ["ip", "address", "add", f"{INSIDE}/24", "dev", "eth0"])
            self.lab.output(host, ["ip", "route", "replace", "default", "via", "192.168.7.1", "src", INSIDE])
            self.lab.add_rules(gateway, GATEWAY.format(how=how))

    def seen(self, name):
        """What the running tracker knows of the agent."""
        return next(row for row in self.tracker.json("agents")["agents"] if row["name"] == name)

    def add(self, name, host, reach, **config):
        address = INSIDE if self.lab.hosts[host].home else str(self.lab.hosts[host].ipv4)
        agent = self.cluster.add_agent(name, address, host=host, config=config)
        wait_for(lambda: self.seen(name)["reach"] == reach, f"the port of {name} to be {reach}")
        return agent

    def fetch(self, name):
        download = self.cluster.agents[name].get(self.url, self.folder / f"{name}.out")
        download.wait(PATIENCE)
        self.assertEqual(sha256(download.output), sha256(self.film))

    def carried(self, sender, receiver):
        keys = [self.cluster.agents[name].json("status")["agent"] for name in (sender, receiver)]
        return sum(t["acknowledged_bytes"] for t in self.tracker.json("transfers")["transfers"]
                   if [t["sender"], t["receiver"]] == keys)

    def fetch_from(self, sender, receiver):
        """Without the CDN node, so that the one has it from the other or not at all."""
        self.cluster.agents["cdn"].process.stop()
        self.fetch(receiver)
        wait_for(lambda: self.carried(sender, receiver) > 0, f"receipts of what {sender} sent to {receiver}")

    def test_the_end_that_can_connect_does(self):
        self.masquerade("sp1-h1")
        self.add("inside", "sp1-h1", "closed")
        self.fetch("inside")
        self.add("outside", "sp1-a1", "open")
        self.fetch_from("inside", "outside")
        self.assertTrue(self.seen("inside")["nat"])
        self.assertFalse(self.seen("outside")["nat"])

    def test_both_open_at_the_same_time(self):
        self.masquerade("sp1-h1", "sp1-h2")
        self.add("first", "sp1-h1", "closed")
        self.fetch("first")
        self.add("second", "sp1-h2", "closed")
        self.fetch_from("first", "second")

    def test_where_it_fails_the_cdn_node_serves_and_the_reason_is_on_the_record(self):
        self.masquerade("sp1-h1", "sp1-h2", how="fully-random")
        self.add("first", "sp1-h1", "closed")
        self.fetch("first")
        self.add("second", "sp1-h2", "closed")
        self.fetch("second")
        self.assertEqual(self.carried("first", "second"), 0)
        wait_for(lambda: self.carried("cdn", "second") == SIZE, "the CDN node's receipts")
        failed = wait_for(lambda: self.tracker.json("transfers", "--failed")["transfers"], "the reason on the record")
        key = self.cluster.agents["first"].json("status")["agent"]
        self.assertEqual({t["sender"] for t in failed}, {key})
        self.assertIn("nobody outside reaches the source's port or the receiver's", failed[0]["failure"])

    def test_two_in_one_home_meet_at_home(self):
        self.masquerade("sp1-h1")
        self.add("set-top", "sp1-h1", "closed")
        self.fetch("set-top")
        self.add("desktop", "sp1-h1", "closed")
        before = self.sent_out("sp1-h1")
        self.fetch_from("set-top", "desktop")
        self.assertLess(self.sent_out("sp1-h1") - before, SIZE / 4, "it left the home")

    def forward_ports(self, host, speaks):
        """The host's gateway runs miniupnpd, with that protocol alone."""
        gateway = self.lab.hosts[host].home
        self.lab.add_rules(gateway, FORWARDED)
        config = self.folder / "miniupnpd.conf"
        config.write_text(FORWARDER.replace("NAT_PMP", "yes" if speaks == "NAT-PMP" else "no")
                          .replace("UPNP", "yes" if speaks == "UPnP" else "no"))
        # UPnP devices are looked for by multicast (SSDP).
        self.lab.output(gateway, ["ip", "route", "replace", "239.0.0.0/8", "dev", "home"])
        self.lab.output(host, ["ip", "route", "replace", "239.0.0.0/8", "dev", "eth0", "src", INSIDE])
        with open(self.folder / "miniupnpd.log", "wb") as log:
            self.lab.run(gateway, ["miniupnpd", "-d", "-f", config, "-P", self.folder / "miniupnpd.pid"], stdout=log,
                         stderr=log)

    def test_a_gateway_that_speaks_upnp_forwards_the_port(self):
        self.masquerade("sp1-h1")
        self.forward_ports("sp1-h1", "UPnP")
        self.add("inside", "sp1-h1", "open", map_port="true")
        self.fetch("inside")
        self.assertIn("forwards its port", self.cluster.agents["inside"].process.output())

    def test_a_gateway_that_speaks_nat_pmp_forwards_the_port(self):
        self.masquerade("sp1-h1")
        self.forward_ports("sp1-h1", "NAT-PMP")
        self.add("inside", "sp1-h1", "open", map_port="true")
        self.fetch("inside")
        self.assertIn("forwards its port", self.cluster.agents["inside"].process.output())
        # Also whoever cannot be reached reaches it.
        self.masquerade("sp1-h2", how="fully-random")
        self.add("hidden", "sp1-h2", "closed")
        self.fetch_from("inside", "hidden")

    def sent_out(self, host):
        """Bytes that have left the home by its gateway's uplink."""
        shown = self.lab.output(self.lab.hosts[host].home, ["ip", "-json", "-stats", "link", "show", "dev", "eth0"])
        return json.loads(shown)[0]["stats64"]["tx"]["bytes"]


if __name__ == "__main__":
    require_namespaces()
    unittest.main(verbosity=2)
