#!/usr/bin/env python3
"""One content to all clients of three ISPs, four ways side by side in one run, on the laboratory network.

  distribution_bench.py [--clients N] [--size BYTES] [--only a,b,...] [--preset release] [--toy]

(a) every client from the CDN node (nginx, curl); (b) plain BitTorrent (the same libtorrent, opentracker);
(c) Waybill, all ISPs granting: once where the CDN is preferred to other ISPs' customers, once where peering is free;
(d) Waybill, SP3 granting nothing. Copies across borders and what the CDN node sent are the interfaces' own counts.
Exit status: 0 done, 1 failed, 77 this machine refuses network namespaces.
"""
import argparse
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from distribution_site import ISPS, Site, difference, refused_reason  # noqa: E402
from cluster import make_file, sha256  # noqa: E402
from ways import CdnOnly, PlainBitTorrent, Waybill, kumar_ross  # noqa: E402

# BitTorrent's own: 17 bytes of request on the other way, 13 of header here and some more for haves, a block.
FRAMING = 1 + 13 / 16384
GRANT = ("--grant", "always", "--price", "0.01")
NO_GRANT = ("--grant", "none", "--price", "0")
CDN_PREFERRED = {isp: (*GRANT, "--off-net-price", "0.05") for isp in ISPS}
PEERING_FREE = {isp: (*GRANT, "--off-net-price", "0") for isp in ISPS}
CDN_PRICE = ('cdn-price = "0.02 EUR"',)


def ways(folder, film):
    def waybill(name, agreements):
        return lambda site: Waybill(site, folder / name, film, agreements, CDN_PRICE)
    return {
        "a": ("(a) CDN node alone", lambda site: CdnOnly(site, folder / "a", film)),
        "b": ("(b) plain BitTorrent", lambda site: PlainBitTorrent(site, folder / "b", film)),
        "c": ("(c) Waybill, CDN preferred", waybill("c", CDN_PREFERRED)),
        "f": ("(c) Waybill, peering free", waybill("f", PEERING_FREE)),
        "d": ("(d) Waybill, SP3 grants nothing", waybill("d", {**CDN_PREFERRED, "SP3": NO_GRANT})),
    }


def print_books(way, counted):
    """Our books beside the interfaces. What these count more is what was sent twice or was not needed any more, and the
    other way's requests."""
    for (near, far), booked in sorted(way.crossings().items()):
        payload = counted.payload.get((near, far), 0)
        print(f"      {near}>{far}: books {booked[0] / 1e6:.2f} MB acknowledged, {booked[1] / 1e6:.2f} sent; "
              f"interfaces {payload / 1e6:.2f} of payload, {100 * (payload / (booked[1] * FRAMING) - 1):+.2f}% of sent")


def measure(title, make_way, clients, film):
    size = film.stat().st_size
    with Site(clients) as site, make_way(site) as way:
        before, started = site.read(), time.monotonic()
        way.start()
        times = {client: at - started for client, at in way.wait().items()}
        counted = difference(before, site.read())
        for client in site.clients:
            if sha256(way.output(client.name)) != sha256(film):
                raise RuntimeError(f"{client.name}'s file is not what was published")
        by_isp = {isp: max(at for client, at in times.items() if client.startswith(isp.lower())) for isp in ISPS}
        copies = {isp: counted.into(isp) / size for isp in ISPS}
        print(f"{title:<32} median {statistics.median(times.values()):6.2f} s, last {max(times.values()):6.2f} s; CDN "
              f"{counted.cdn / size:5.2f} contents; copies into "
              + ", ".join(f"{isp} {copies[isp]:.2f}" for isp in ISPS)
              + f"; between access ISPs {counted.between_access_isps() / size:.2f}; SP3's clients to clients "
              f"{sum(c for name, c in counted.strayed.items() if name.startswith('sp3')) / 1e6:.2f} MB; last by ISP "
              + ", ".join(f"{isp} {by_isp[isp]:.1f}" for isp in ISPS), flush=True)
        if isinstance(way, Waybill):
            way.settle(len(site.clients) * size)
            print_books(way, difference(before, site.read()))
        return {"median": statistics.median(times.values()), "last": max(times.values()), "by_isp": by_isp,
                "copies": copies, "cdn": counted.cdn / size}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=6, help="of each access ISP")
    parser.add_argument("--size", type=int, default=64_000_000)
    parser.add_argument("--only", default="a,b,c,f,d")
    parser.add_argument("--preset", default="release")
    parser.add_argument("--toy", action="store_true", help="small, for the tests: judges nothing but that it works")
    parser.add_argument("--keep", action="store_true", help="leave the files")
    arguments = parser.parse_args()
    if reason := refused_reason():
        print(reason, file=sys.stderr)
        return 77
    if arguments.toy:
        arguments.clients, arguments.size = 2, 4_000_000
    Waybill.preset = arguments.preset
    folder = pathlib.Path(tempfile.mkdtemp(prefix="waybill-distribution-"))
    folder.chmod(0o755)
    try:
        (folder / "film").mkdir()
        film = make_file(folder / "film" / "film.bin", arguments.size)
        clients = len(ISPS) * arguments.clients
        bound = kumar_ross(arguments.size, clients)
        print(f"{arguments.size:,} bytes to {clients} clients; Kumar-Ross bound {bound:.2f} s", flush=True)
        found = {}
        for key in arguments.only.split(","):
            title, make_way = ways(folder, film)[key]
            found[key] = measure(title, make_way, arguments.clients, film)
        for key, figures in found.items():
            print(f"{key}: last {figures['last'] / bound:.2f} of the bound")
    finally:
        if arguments.keep:
            print(f"files stay in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
