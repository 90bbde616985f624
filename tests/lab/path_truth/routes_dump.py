"""A routing table of a drawn network, as a collector has it that hears one router of each ISP: MRT, TABLE_DUMP_V2."""
import ipaddress
import struct

from drawn_topology import crossings

FIRST_ASN = 64500
DATE = 1_700_000_000


def asn_of(isp):
    return FIRST_ASN + isp.number


def record(subtype, body):
    return struct.pack(">IHHI", DATE, 13, subtype, len(body)) + body


def as_path(topology, router, address):
    """The ISPs on the first of the equal ways from the router to the address, as AS numbers."""
    found = [router.isp]
    while topology.networks[topology.network_at(address)] is not router:
        port = topology.ways_out(router, address)[0]
        router = port.others()[0].node
        if router.isp != found[-1]:
            found.append(router.isp)
    return [asn_of(topology.isps[name]) for name in found]


def speakers(topology):
    """The first router of each ISP that has links."""
    found = {}
    for node in topology.nodes.values():
        if node.kind == "router" and crossings(node):
            found.setdefault(node.isp, node)
    return [found[name] for name in topology.isps if name in found]


def dump_of(topology):
    heard = speakers(topology)
    peers = bytes([192, 0, 2, 1]) + struct.pack(">HH", 0, len(heard))
    for number, router in enumerate(heard):
        peers += b"\x02" + bytes([192, 0, 2, 10 + number]) * 2 + struct.pack(">I", asn_of(topology.isps[router.isp]))
    records = [record(1, peers)]
    reached = {}
    for network, router in topology.networks.items():
        reached.setdefault(router.isp, network)
    for sequence, (name, network) in enumerate(reached.items()):
        isp = topology.isps[name]
        prefix = ipaddress.ip_network(isp.prefix4 if topology.family == 4 else isp.prefix6)
        paths = [as_path(topology, router, str(network.network_address + 1)) for router in heard]
        records.append(routes_to(sequence, prefix, paths))
    return b"".join(records)


def routes_to(sequence, prefix, paths):
    entries = b""
    for number, path in enumerate(paths):
        words = bytes([2, len(path)]) + b"".join(struct.pack(">I", asn) for asn in path)
        attributes = bytes([0x40, 2, len(words)]) + words
        entries += struct.pack(">HIH", number, DATE, len(attributes)) + attributes
    bits = prefix.network_address.packed[:(prefix.prefixlen + 7) // 8]
    kind = 2 if prefix.version == 4 else 4
    return record(kind, struct.pack(">IB", sequence, prefix.prefixlen) + bits + struct.pack(">H", len(paths)) + entries)
