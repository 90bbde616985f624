"""A router that quotes no more of an expired packet than RFC 792 asks for: the IP header and 8 bytes. Linux routers
quote more, so this program answers in place of the kernel, whose own answers silence_kernel() drops.

Run inside the router's namespace: terse_router.py INTERFACE OWN_ADDRESS. Prints "ready" when it listens.
"""
import socket
import struct
import subprocess
import sys

UDP = 17
TIME_EXCEEDED = 11
# An answer of 56 bytes is ours: 20 IP + 8 ICMP + 20 quoted IP + 8 quoted UDP. The kernel's quote the payload too.
RULES = """table inet terse {
  chain outgoing {
    type filter hook output priority 0;
    icmp type time-exceeded ip length > 56 drop
  }
}
"""


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def silence_kernel():
    subprocess.run(["nft", "-f", "-"], input=RULES, text=True, check=True)


def main():
    interface, own_address = sys.argv[1:]
    silence_kernel()
    incoming = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    incoming.bind((interface, 0x0800))
    outgoing = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    outgoing.bind((own_address, 0))
    print("ready", flush=True)
    while True:
        packet, origin = incoming.recvfrom(2048)
        header = 4 * (packet[0] & 15)
        ttl, protocol = packet[8], packet[9]
        if origin[2] == socket.PACKET_OUTGOING or protocol != UDP or ttl != 1:
            continue
        quote = packet[:header + 8]
        empty = struct.pack("!BBHI", TIME_EXCEEDED, 0, 0, 0)
        message = struct.pack("!BBHI", TIME_EXCEEDED, 0, checksum(empty + quote), 0) + quote
        outgoing.sendto(message, (socket.inet_ntoa(packet[12:16]), 0))


if __name__ == "__main__":
    main()
