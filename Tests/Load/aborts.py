"""Requests that their clients abandon at every point: within the head, the body and the answer, politely and rudely. Nothing
of them may stay: no descriptor, no connection, no memory."""

import argparse
import multiprocessing
import queue
import random
import socket
import struct
import sys
import time

from load import Report, loaded_koi

RESET = struct.pack("ii", 1, 0)
# Clients at once, each a process with one connection at a time.
CLIENTS = 4
# Requests sent before memory is looked at first, as a part of all: by then whatever is kept on purpose has been made.
WARM_UP = 0.2
# Megabytes that may be added after that: what an allocator does with memory that it got back.
GROWTH = 8


class Requests:
    """Whole requests of all kinds, as bytes."""

    def __init__(self, key):
        self.key = key

    def make(self, one):
        kind = one.choices(
            ["record", "list", "big", "stream", "file", "create", "invalid", "chunked", "stranger", "old", "head"],
            [20, 5, 2, 8, 5, 1, 10, 10, 5, 5, 5],
        )[0]
        return kind, getattr(self, kind)(one)

    def head(self, one):
        return self.text("HEAD", "/v1/events", "Accept: text/event-stream")

    def record(self, one):
        return self.text("GET", f"/v1/customers/{one.randint(1, 300)}")

    def list(self, one):
        return self.text("GET", "/v1/customers?limit=50&sort=-name")

    def big(self, one):
        return self.text("GET", "/v1/customers?limit=500")

    def file(self, one):
        return self.text("GET", "/openapi.yaml")

    def stream(self, one):
        after = one.choice(["", "?after=0"])
        return self.text("GET", "/v1/events" + after, "Accept: text/event-stream")

    def create(self, one):
        return self.body("/v1/customers", b'{"name": "Aborted"}')

    def invalid(self, one):
        return self.body("/v1/customers", b'{"name": "", "x": "' + b"y" * one.randint(0, 20_000) + b'"}')

    def chunked(self, one):
        pieces = [b"z" * one.randint(1, 5000) for _ in range(one.randint(1, 5))]
        body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        return self.text("POST", "/v1/customers", "Content-Type: application/json", "Transfer-Encoding: chunked") + body

    def stranger(self, one):
        return b"GET /v1/customers HTTP/1.1\r\nHost: koi\r\n\r\n"

    def old(self, one):
        return f"GET /v1/customers/1 HTTP/1.0\r\nAuthorization: Bearer {self.key}\r\n\r\n".encode()

    def body(self, path, body):
        head = self.text("POST", path, "Content-Type: application/json", f"Content-Length: {len(body)}")
        return head + body

    def text(self, method, path, *fields):
        lines = [f"{method} {path} HTTP/1.1", "Host: koi", f"Authorization: Bearer {self.key}", *fields]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"


def abandon(address, requests, one):
    """One connection: some requests, of which the last is broken off somewhere. How many were begun, and where it ended."""
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    connection.settimeout(20)
    begun = 0
    try:
        connection.connect(address)
        where = one.choices(["at once", "sending", "waiting", "reading"], [1, 40, 25, 34])[0]
        if where != "at once":
            # Some requests are answered, or lie ahead unread, before the one that is broken off.
            for _ in range(one.choice([0, 0, 1, 2, 4])):
                connection.sendall(requests.record(one))
                begun += 1
                if one.random() < 0.7:
                    connection.recv(65536)
            kind, whole = requests.make(one)
            sent = whole[: one.randint(1, len(whole) - 1)] if where == "sending" else whole
            begun += 1
            connection.sendall(sent)
            if where == "reading":
                # Of a long answer only a part, be it one byte.
                for _ in range(one.randint(1, 3) if kind in ("big", "file") else 1):
                    if not connection.recv(one.choice([1, 100, 4096, 65536])) or one.random() < 0.5:
                        break
        if one.random() < 0.5:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        elif one.random() < 0.2:
            connection.shutdown(socket.SHUT_WR)
    except (ConnectionError, BrokenPipeError):
        where = "refused"
    finally:
        connection.close()
    return begun, where


def client(address, key, count, seed, results):
    one = random.Random(seed)
    requests = Requests(key)
    begun, connections, endings = 0, 0, {}
    while begun < count:
        requested, where = abandon(address, requests, one)
        begun += requested
        connections += 1
        endings[where] = endings.get(where, 0) + 1
    results.put((begun, connections, endings))


def attack(koi, count, seed):
    """So many requests by all clients together; how many there were, by how many connections, and how those ended."""
    results = multiprocessing.Queue()
    arguments = [((koi.host, koi.port), koi.key, count // CLIENTS, seed * CLIENTS + number, results) for number in range(CLIENTS)]
    processes = [multiprocessing.Process(target=client, args=each, daemon=True) for each in arguments]
    for process in processes:
        process.start()
    total, connections, endings = 0, 0, {}
    for _ in processes:
        begun, opened, ended = receive(results, processes)
        total += begun
        connections += opened
        for where, number in ended.items():
            endings[where] = endings.get(where, 0) + number
    for process in processes:
        process.join()
    return total, connections, endings


def receive(results, processes):
    while True:
        try:
            return results.get(timeout=5)
        except queue.Empty:
            assert not any(process.exitcode for process in processes), "a client failed"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=1_000_000)
    count = parser.parse_args().requests
    report = Report()
    with loaded_koi() as koi:
        # What is opened at first use is open by then.
        attack(koi, 400, 0)
        idle = koi.settle(0, patience=3)
        attack(koi, int(count * WARM_UP), 1)
        koi.settle(idle)
        warm = koi.resident
        begun = time.monotonic()
        total, connections, endings = 0, 0, {}
        for part in range(4):
            now, opened, ended = attack(koi, int(count * (1 - WARM_UP) / 4), part + 2)
            total += now
            connections += opened
            for where, number in ended.items():
                endings[where] = endings.get(where, 0) + number
            report.tell(f"after {total:,} requests: resident", f"{koi.resident / 1024:.1f}", "MB")
        seconds = time.monotonic() - begun
        report.tell("requests begun, warm-up aside", f"{total:,}", f"{total / seconds:,.0f}/s")
        report.tell("connections", f"{connections:,}")
        for where, number in sorted(endings.items()):
            report.tell(f"broken off: {where}", f"{number:,}")
        report.equal("descriptors afterwards", koi.settle(idle), idle)
        report.equal("connections afterwards", koi.connections, 0)
        report.tell("resident after the warm-up", f"{warm / 1024:.1f}", "MB")
        report.at_most("grown since", (koi.resident - warm) / 1024, GROWTH, "MB")
    report.end()


if __name__ == "__main__":
    sys.exit(main())
