"""The wire as common/protocol/README.md states it, written a second time, for tests that must say what
no honest agent says. Ed25519 by the openssl program, TLS and sockets by the standard library.
"""
import base64
import hashlib
import json
import os
import pathlib
import socket
import ssl
import struct
import subprocess
import time
import urllib.parse


def bencode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, list):
        return b"l" + b"".join(bencode(item) for item in value) + b"e"
    keys = sorted(k.encode() if isinstance(k, str) else k for k in value)
    by_bytes = {k.encode() if isinstance(k, str) else k: v for k, v in value.items()}
    return b"d" + b"".join(bencode(k) + bencode(by_bytes[k]) for k in keys) + b"e"


def bdecode(data):
    value, end = _bdecode(data, 0)
    assert end == len(data), "bytes after the end"
    return value


def _bdecode(data, at):
    kind = data[at:at + 1]
    if kind == b"i":
        end = data.index(b"e", at)
        return int(data[at + 1:end]), end + 1
    if kind in (b"l", b"d"):
        items, at = [], at + 1
        while data[at:at + 1] != b"e":
            item, at = _bdecode(data, at)
            items.append(item)
        if kind == b"l":
            return items, at + 1
        return dict(zip(items[::2], items[1::2])), at + 1
    colon = data.index(b":", at)
    length = int(data[at:colon])
    return data[colon + 1:colon + 1 + length], colon + 1 + length


class Key:
    """An Ed25519 key pair in a PEM file."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        if not self.path.exists():
            subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.path], check=True,
                           capture_output=True)
        der = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"], check=True,
                             capture_output=True).stdout
        self.public = der[-32:]

    def sign(self, domain, payload):
        message = self.path.with_suffix(".message")
        message.write_bytes(domain.encode() + b"\0" + payload)
        return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", message],
                              check=True, capture_output=True).stdout

    def envelope(self, domain, payload):
        return bencode({"b": payload, "s": self.sign(domain, payload)})


def acknowledgement(key, order, sequence, total_bytes, total_pieces=1, at=None):
    payload = bencode({"order": order, "sequence": sequence, "total_bytes": total_bytes,
                       "total_pieces": total_pieces, "time": at or now()})
    return key.envelope("waybill acknowledgement 1", payload)


def address(text):
    return bytes(10) + b"\xff\xff" + bytes(int(part) for part in text.split("."))


def receipt(key, order, sequence, sent, sent_total, ack=b"", start=None, end=None, hops=()):
    """`hops`: IPv4 addresses as texts, each answered; none: the path was not traced."""
    traced = [{"ttl": ttl, "side": 0, "address": address(hop), "rtt_us": 1000 * ttl}
              for ttl, hop in enumerate(hops, 1)]
    path = {"method": 1 if hops else 0, "source": address("127.0.0.1"), "destination": address("127.0.0.1"),
            "probed_at": now() if hops else 0, "complete": 1 if hops else 0, "hops": traced}
    payload = bencode({"order": order, "sequence": sequence, "sent": sent, "sent_total": sent_total,
                       "start": start or now(), "end": end or now(), "max_rate": 1, "average_rate": 1, "path": path,
                       "acknowledgement": ack})
    return key.envelope("waybill receipt 1", payload)


def now():
    return int(time.time() * 1000)


def tls_socket(host, port):
    """Trusts any certificate: these tests are the peer that should not be trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    plain = socket.create_connection((host, port), timeout=30)
    return context.wrap_socket(plain)


def http(host, port, method, target, body=b"", headers=None):
    """One exchange; returns (status, body)."""
    with tls_socket(host, port) as stream:
        head = f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
        head += "".join(f"{k}: {v}\r\n" for k, v in (headers or {}).items())
        stream.sendall(head.encode() + b"\r\n" + body)
        answer = b""
        while chunk := stream.recv(65536):
            answer += chunk
    header, _, rest = answer.partition(b"\r\n\r\n")
    return int(header.split()[1]), rest


def enroll(host, port, link, key, name):
    query = urllib.parse.parse_qs(urllib.parse.urlparse(link).query)
    token, tracker = query["token"][0], bytes.fromhex(query["key"][0])
    proof = key.sign("waybill enroll 1", tracker + bytes.fromhex(token) + key.public)
    body = json.dumps({"key": key.public.hex(), "token": token, "name": name, "proof": proof.hex()})
    return http(host, port, "POST", "/v1/enroll", body.encode()), tracker


class ControlChannel:
    """A WebSocket client with no manners of its own: it sends exactly what it is told to."""

    def __init__(self, host, port, path="/v1/control"):
        self.stream = tls_socket(host, port)
        nonce = base64.b64encode(os.urandom(16)).decode()
        self.stream.sendall((f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        self.pending = b""
        while b"\r\n\r\n" not in self.pending:
            chunk = self.stream.recv(4096)
            if not chunk:
                raise ConnectionError("closed during the WebSocket handshake")
            self.pending += chunk
        head, _, self.pending = self.pending.partition(b"\r\n\r\n")
        self.status = int(head.split()[1])

    def _take(self, count):
        while len(self.pending) < count:
            chunk = self.stream.recv(65536)
            if not chunk:
                raise ConnectionError("closed by the tracker")
            self.pending += chunk
        taken, self.pending = self.pending[:count], self.pending[count:]
        return taken

    def frame(self, payload, opcode=1, final=True, claimed=None):
        """A masked frame; `claimed` states another length than the payload has."""
        length = len(payload) if claimed is None else claimed
        head = bytes([(0x80 if final else 0) | opcode])
        if length < 126:
            head += bytes([0x80 | length])
        elif length < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", length)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", length)
        self.stream.sendall(head + bytes(4) + payload)

    def send(self, message):
        self.frame(message if isinstance(message, bytes) else json.dumps(message).encode())

    def receive(self):
        """The next message as a dictionary; a close frame becomes {"type": "close", "code", "reason"}."""
        while True:
            first, second = self._take(2)
            length = second & 127
            if length == 126:
                length = struct.unpack(">H", self._take(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self._take(8))[0]
            payload = self._take(length)
            opcode = first & 15
            if opcode == 8:
                code = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
                return {"type": "close", "code": code, "reason": payload[2:].decode(errors="replace")}
            if opcode == 9:
                self.frame(payload, opcode=10)
            elif opcode == 1:
                return json.loads(payload)

    def receive_type(self, *types):
        while True:
            message = self.receive()
            if message["type"] in types:
                return message
            if message["type"] in ("close", "refused"):
                raise ConnectionError(str(message))

    def until_closed(self):
        """All messages up to the end of the connection, whichever way it ends."""
        seen = []
        try:
            while not seen or seen[-1]["type"] != "close":
                seen.append(self.receive())
        except (ConnectionError, ssl.SSLError, OSError):
            pass
        return seen

    def hello(self, key, tracker, library=(), port=1, sign_with=None, consented=True):
        """Answers the challenge. `sign_with` another key than the one that is claimed."""
        challenge = self.receive_type("challenge")
        proof = (sign_with or key).sign("waybill hello 1", bytes.fromhex(challenge["nonce"]) + tracker + key.public)
        self.send({"type": "hello", "key": key.public.hex(), "proof": proof.hex(), "transfer_port": port,
                   "sharing": {"consented": consented, "upload_cap": 0, "upload_slots": 8},
                   "library": list(library), "live_orders": []})

    def close(self):
        self.stream.close()


def order_of(envelope_hex):
    """The fields of a serve order inside its envelope."""
    return bdecode(bdecode(bytes.fromhex(envelope_hex))[b"b"])


def content_id(torrent):
    return hashlib.sha256(bencode(bdecode(torrent)[b"info"])).hexdigest()
