"""A receiver of webhooks of somebody else, in threads, on a free port, which answers as it is told to."""

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from running_koi import PATIENCE


class Receiver:
    """Keeps each message as its path, fields, body and JSON.

    `answer` is a status, or a function of the message that returns one, or None for one that never comes.
    """

    def __init__(self, answer=200):
        self.answer = answer
        self.messages = queue.Queue()
        self._closing = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                message = {"path": self.path, "fields": dict(self.headers), "body": body, "json": json.loads(body)}
                receiver.messages.put(message)
                answer = receiver.answer
                status = answer(message) if callable(answer) else answer
                if status is None:
                    receiver._closing.wait(PATIENCE)
                    return
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}/hooks"

    def next(self):
        return self.messages.get(timeout=PATIENCE)

    def close(self):
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
