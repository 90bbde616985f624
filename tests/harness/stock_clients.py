"""Debian's stock BitTorrent clients, run as their users run them, alone on a network of their own.

That network is a namespace with addresses on its loopback device: Transmission takes no 127.x.y.z for a peer."""
import json
import os
import pathlib
import socket
import subprocess
import sys
import time

from processes import LoopbackRunner, wait_for

INSIDE = "WAYBILL_STOCK_NAMESPACE"


def alone_on_the_network(*addresses):
    """Starts this program again in a namespace of its own, with these addresses; returns inside it."""
    if INSIDE not in os.environ:
        command = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
        os.environ[INSIDE] = "1"
        os.execvp(command[0], command + [sys.executable, "-B", os.path.abspath(sys.argv[0]), *sys.argv[1:]])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in addresses:
        length = "64" if ":" in address else "24"
        more = ["nodad"] if ":" in address else []
        subprocess.run(["ip", "address", "add", f"{address}/{length}", "dev", "lo", *more], check=True)


def http_get(server, port, path, source):
    """Status and body of a plain GET, from that address."""
    with socket.create_connection((server, port), timeout=20, source_address=(source, 0)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n".encode())
        data = b""
        while part := connection.recv(65536):
            data += part
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def aria2(folder, address, torrent):
    return ["aria2c", f"--interface={address}", "--listen-port=6881", "--seed-time=0", "--enable-dht=false",
            "--bt-enable-lpd=false", "--file-allocation=none", "-d", folder, torrent]


def transmission(folder, address, torrent):
    family = 6 if ":" in address else 4
    settings = {f"bind-address-ipv{family}": address, "peer-port": 6881, "rpc-enabled": False, "dht-enabled": False,
                "lpd-enabled": False, "utp-enabled": False, "port-forwarding-enabled": False,
                "watch-dir-enabled": True, "watch-dir": str(folder / "watch"), "download-dir": str(folder),
                "incomplete-dir-enabled": False, "rename-partial-files": False}
    (folder / "watch").mkdir()
    (folder / "watch" / "film.torrent").write_bytes(torrent.read_bytes())
    (folder / "settings.json").write_text(json.dumps(settings))
    return ["transmission-daemon", "-f", "-g", folder]


def qbittorrent(folder, address, torrent):
    config = folder / "profile" / "qBittorrent" / "config"
    config.mkdir(parents=True)
    (config / "qBittorrent.conf").write_text(
        "[BitTorrent]\n" f"Session\\InterfaceAddress={address}\n" "Session\\Port=6881\nSession\\DHTEnabled=false\n"
        "Session\\LSDEnabled=false\nSession\\PeXEnabled=false\n[LegalNotice]\nAccepted=true\n"
        "[Preferences]\nWebUI\\Enabled=false\n[Network]\nPortForwardingEnabled=false\n")
    return ["qbittorrent-nox", f"--profile={folder / 'profile'}", f"--save-path={folder}", torrent]


CLIENTS = {"aria2": aria2, "transmission": transmission, "qbittorrent": qbittorrent}


def complete(folder, name, address, film, torrent, settled):
    """Runs the client until it has the film and settled() is true; the seconds that the film took. Ends it."""
    folder = pathlib.Path(folder)
    folder.mkdir()
    began = time.monotonic()
    argv = CLIENTS[name](folder, address, torrent)
    process = LoopbackRunner().start(None, argv, folder / "log", dict(os.environ, HOME=str(folder)))
    got, size = folder / film.name, film.stat().st_size

    def has_film():
        return got.exists() and got.stat().st_size == size and got.read_bytes() == film.read_bytes()

    try:
        wait_for(has_film, f"{name} to complete the film", 120, 0.2)
        took = time.monotonic() - began
        wait_for(settled, f"the books to know of what {name} got")
        return took
    except TimeoutError:
        print(process.output()[-3000:])
        raise
    finally:
        process.stop()
