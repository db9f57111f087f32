"""The examples in the midst of what goes wrong between them and Koi, which is played here."""

import json
import os
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from running_koi import PATIENCE, ROOT

EXAMPLES = ROOT / "scripts/examples"
EMPTY = {"items": [], "next": None, "position": "7-5f0c9a3be1d24c77", "more": False}


@contextmanager
def played(answers):
    """A server that gives these answers, one after the other, and then goes on with the last; yields its address."""

    class Player(BaseHTTPRequestHandler):
        def do_GET(self):
            status, fields, body, length = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(length or len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Player)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def environment(url):
    return {**os.environ, "KOI_URL": url, "KOI_KEY": "koi_x", "KOI_RESOURCES": "customers"}


def test_a_copy_goes_on_after_an_answer_that_broke_off_and_waits_where_it_is_told_to(tmp_path):
    body = json.dumps(EMPTY).encode()
    answers = [
        (503, {"Retry-After": "0"}, b"{}", None), (429, {"Retry-After": "0"}, b"{}", None),
        (200, {}, body[:10], len(body)), (200, {}, body, None),
    ]
    with played(answers) as url:
        command = [EXAMPLES / "mirror.py", tmp_path / "copy.db", "--once"]
        done = subprocess.run(command, env=environment(url), timeout=PATIENCE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(answers) == 1


def test_the_example_in_curl_ends_with_an_error_where_it_is_refused():
    problem = json.dumps({"code": "other_log"}).encode()
    with played([(409, {}, problem, None)]) as url:
        command = [EXAMPLES / "changes.sh", "7-5f0c9a3be1d24c77"]
        done = subprocess.run(command, env=environment(url), timeout=PATIENCE, capture_output=True, text=True)
    assert done.returncode != 0
    assert "409" in done.stderr


def test_the_receiver_refuses_a_signature_that_is_no_text():
    command = [EXAMPLES / "receiver.py", "0"]
    environment = {**os.environ, "WEBHOOK_SECRET": "whsec_AAAA"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as receiver:
        try:
            port = receiver.stderr.readline().split()[-1]
            fields = {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,é".encode("latin-1")}
            for stamp in ("1", str(int(time.time()))):
                answer = requests.post(
                    f"http://127.0.0.1:{port}/", data=b"{}", headers={**fields, "webhook-timestamp": stamp}, timeout=PATIENCE
                )
                assert answer.status_code == 401
        finally:
            receiver.kill()
