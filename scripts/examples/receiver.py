#!/usr/bin/env python3
"""Takes the messages of a webhook of Koi and prints each once: Standard Webhooks with nothing beside Python's own.

    WEBHOOK_SECRET=whsec_… scripts/examples/receiver.py 9000
"""

import base64
import collections
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
# What is older was caught and is sent again by somebody else.
TOLERANCE = 300
LARGEST = 10_000_000
# A receiver that must not forget keeps these where it keeps what it was told. A message may come again for about two days.
seen = collections.OrderedDict()
KEPT = 100_000


def is_genuine(fields, body):
    id, stamp = fields.get("webhook-id", ""), fields.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(time.time() - int(stamp)) > TOLERANCE:
        return False
    mac = hmac.new(SECRET, f"{id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    wanted = b"v1," + base64.b64encode(mac)
    # Several while a secret is renewed. As bytes, since text that is not ASCII cannot be compared.
    given = fields.get("webhook-signature", "").encode("utf-8", "surrogateescape")
    return any(hmac.compare_digest(wanted, one) for one in given.split())


def is_new(id):
    """Whether it was not taken before; forgets the oldest where there are many."""
    if id in seen:
        return False
    seen[id] = None
    if len(seen) > KEPT:
        seen.popitem(last=False)
    return True


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST:
            return self.answer(413)
        body = self.rfile.read(int(length))
        if not is_genuine(self.headers, body):
            return self.answer(401)
        if is_new(self.headers["webhook-id"]):
            print(json.dumps(json.loads(body), ensure_ascii=False), flush=True)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    print(f"listening at port {server.server_address[1]}", file=sys.stderr, flush=True)
    server.serve_forever()
