"""Whom alerts are told: a real HTTP server that checks signatures, and a real SMTP server, both on loopback, both able
to fail on request. What arrives is kept with every attempt, so that a test sees what came twice."""
import collections
import email
import hashlib
import hmac
import http.server
import json
import threading

import aiosmtpd.controller

from cluster import free_port


class WebhookReceiver:
    """`plan` holds what happens to the next attempts: an HTTP status, "close" (no answer), or "hold" (no answer either,
    but only when release() is called); when it is empty an attempt is taken with 204."""

    def __init__(self, secret, now, port=0):
        self.secret, self.now = secret, now
        self.plan = collections.deque()
        self.attempts = []  # [(delivery, event)], each in full, in order
        self.taken = {}     # by delivery: those that were answered 204, once each
        self.faults = []
        self.held = threading.Event()
        self._released = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                receiver.take(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def take(self, request):
        body = request.rfile.read(int(request.headers["content-length"]))
        self._verify(request.headers, body)
        event = json.loads(body)
        if event["delivery"] != request.headers["x-waybill-delivery"]:
            self.faults.append(f"header and body name different deliveries: {event}")
        self.attempts.append((event["delivery"], event))
        what = self.plan.popleft() if self.plan else 204
        if what == "hold":
            self.held.set()
            self._released.wait(60)
            what = "close"
        if what == "close":
            request.close_connection = True
            request.connection.close()
            return
        if what == 204:
            self.taken[event["delivery"]] = event
        request.send_response(what)
        request.send_header("content-length", "0")
        request.end_headers()

    def _verify(self, headers, body):
        """As a receiver should: the signature first, and no message that is older than five minutes."""
        timestamp = headers["x-waybill-timestamp"]
        want = "v1=" + hmac.new(self.secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(want, headers["x-waybill-signature"]):
            self.faults.append(f"the signature is wrong: {headers['x-waybill-signature']}")
        if abs(self.now() - int(timestamp)) > 300:
            self.faults.append(f"the message is of {timestamp}, now is {self.now():.0f}")

    def release(self):
        self._released.set()

    def events(self, alert=None, kind=None):
        """What was told, each delivery once, in order of arrival."""
        return [event for event in list(self.taken.values())
                if alert in (None, event["alert"]) and kind in (None, event["kind"])]

    def stop(self):
        self.release()
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


class MailReceiver:
    """`plan` as above, with the SMTP answers to a mail's end."""

    def __init__(self):
        self.plan = collections.deque()
        self.attempts = []  # [(delivery, message)]
        self.taken = {}     # by delivery
        self.envelopes = []
        self.port = free_port()
        self.controller = aiosmtpd.controller.Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        del server, session
        message = email.message_from_bytes(envelope.content)
        delivery = message["X-Waybill-Delivery"]
        self.envelopes.append((envelope.mail_from, tuple(envelope.rcpt_tos)))
        self.attempts.append((delivery, message))
        answer = self.plan.popleft() if self.plan else "250 taken"
        if answer.startswith("2"):
            self.taken[delivery] = message
        return answer

    def subjects(self):
        return [str(email.header.make_header(email.header.decode_header(message["Subject"])))
                for message in list(self.taken.values())]

    def stop(self):
        self.controller.stop()
