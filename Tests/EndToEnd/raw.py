"""Bytes over a socket, for what no proper client would send."""

import json
import socket
import time
from typing import NamedTuple

from running_koi import PATIENCE


class RawAnswer(NamedTuple):
    status: int
    fields: dict
    body: bytes
    seconds: float
    is_closed: bool

    @property
    def problem(self):
        assert self.fields["content-type"] == "application/problem+json", self
        return json.loads(self.body)


class Line:
    """A TCP connection to Koi on which a test writes what it likes."""

    def __init__(self, koi, source=None, shows_key=True):
        """From an address of this machine, where one is given: all of 127.0.0.0/8 are."""
        self.koi = koi
        self.shows_key = shows_key
        own = (source, 0) if source else None
        self.socket = socket.create_connection((koi.host, koi.port), PATIENCE, own)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def head(self, method, target, *fields):
        """The head of a request, with a key where the line shows one; `target` may be bytes of any kind."""
        target = target if isinstance(target, bytes) else target.encode()
        key = [f"Authorization: Bearer {self.koi.key}"] if self.shows_key else []
        lines = [f"Host: {self.koi.host}", *key, *fields]
        return method.encode() + b" " + target + b" HTTP/1.1\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n"

    def send(self, data):
        """Writes; a server may close before it has read all of what it refuses."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def answer(self, since=None):
        """Reads one answer, and after `Connection: close` also the end that must follow."""
        since = since or time.monotonic()
        status = int(self.stream.readline().split()[1])
        fields = {}
        while (line := self.stream.readline().decode().rstrip("\r\n")) != "":
            name, value = line.split(": ", 1)
            fields[name.lower()] = value
        body = self.stream.read(int(fields.get("content-length", 0)))
        seconds = time.monotonic() - since
        is_closed = fields.get("connection") == "close"
        if is_closed:
            assert self.stream.read() == b""
        return RawAnswer(status, fields, body, seconds, is_closed)

    def ask(self, method, target, *fields, body=None):
        if body is not None:
            fields = ("Content-Type: application/json", f"Content-Length: {len(body)}", *fields)
        since = time.monotonic()
        self.send(self.head(method, target, *fields) + (body or b""))
        return self.answer(since)
