#!/usr/bin/env python3
"""The content owner's web page (patent FIG. 3A, 302): every request is redirected to the tracker's content URL.

usage: owner_page.py ADDRESS PORT TARGET
"""
import http.server
import sys


def main():
    address, port, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802 (the name that http.server calls)
            self.send_response(302)
            self.send_header("Location", target)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = http.server.ThreadingHTTPServer((address, port), Page)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
