"""5,000 connections that are kept without asking anything, and 1,000 streams of events on which nothing happens: what they
cost in memory, and whether others notice. Needs wrk."""

import argparse
import json
import multiprocessing
import re
import socket
import statistics
import struct
import subprocess
import sys
import time

from load import OrdinaryClient, Report, loaded_koi

KEPT = 5000
STREAMS = 1000
# Megabytes, of all of them together.
MEMORY = 100
# Of the requests per second without them.
SPEED = 0.9
RESET = struct.pack("ii", 1, 0)


def head(koi, path, *fields):
    lines = [f"GET {path} HTTP/1.1", "Host: koi", f"Authorization: Bearer {koi.key}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


class Crowd:
    """Connections held open by a process of their own, opened and closed when it is told to."""

    def __init__(self, koi):
        self.requests = {
            "kept": (head(koi, "/v1/customers/1"), b"\r\n\r\n"),
            "streams": (head(koi, "/v1/events", "Accept: text/event-stream"), b"id: "),
        }
        self.address = (koi.host, koi.port)
        self.pipe, other = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=self.serve, args=(other,), daemon=True)
        self.process.start()

    def open(self, kind, count):
        self.pipe.send(("open", kind, count))
        assert self.pipe.recv() == count

    def hear(self, text):
        """Seconds until each stream has had the text, the quickest and the slowest of them."""
        self.pipe.send(("hear", text, time.monotonic()))

    def heard(self):
        return self.pipe.recv()

    def close(self):
        self.pipe.send(("close", None, None))
        assert self.pipe.recv() == 0

    # In the other process.

    def serve(self, pipe):
        held = {"kept": [], "streams": []}
        while True:
            what, kind, detail = pipe.recv()
            if what == "open":
                held[kind] += [self.connect(*self.requests[kind]) for _ in range(detail)]
                pipe.send(detail)
            elif what == "hear":
                pipe.send([self.wait(one, kind, detail) for one in held["streams"]])
            else:
                for one in held["kept"] + held["streams"]:
                    # Without the time that a port is otherwise kept for.
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    one.close()
                held = {"kept": [], "streams": []}
                pipe.send(0)

    def connect(self, request, mark):
        one = socket.create_connection(self.address, timeout=30)
        one.sendall(request)
        received = b""
        while mark not in received:
            piece = one.recv(65536)
            assert piece, received
            received += piece
        assert received.startswith(b"HTTP/1.1 200"), received
        return one

    @staticmethod
    def wait(one, text, begun):
        received = b""
        while text not in received:
            piece = one.recv(65536)
            assert piece, received
            received += piece
        return time.monotonic() - begun


def requests_per_second(koi, seconds):
    command = ["wrk", "-t1", "-c32", f"-d{seconds}s", "-H", f"Authorization: Bearer {koi.key}", koi.url + "/v1/customers/7"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in output, output
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1))


def memory(report, koi, crowd):
    """What each costs, with as many as there may be."""
    start = koi.resident
    crowd.open("kept", KEPT)
    kept = koi.resident
    crowd.open("streams", STREAMS)
    both = koi.resident
    report.tell("resident without them", f"{start / 1024:,.1f}", "MB")
    report.tell("a kept connection", f"{(kept - start) / KEPT:,.2f}", "kB")
    report.tell("a stream", f"{(both - kept) / STREAMS:,.2f}", "kB")
    report.at_most("all of them", (both - start) / 1024, MEMORY, "MB")


def idleness(report, koi):
    """What it takes to do nothing."""
    begun, since = koi.seconds, time.monotonic()
    time.sleep(5)
    report.tell("processor while nothing happens", f"{100 * (koi.seconds - begun) / (time.monotonic() - since):.1f}", "%")


def broadcast(report, koi, crowd):
    """One commit, of which every stream hears."""
    import http.client

    connection = http.client.HTTPConnection(koi.host, koi.port, timeout=30)
    crowd.hear(b"Broadcast")
    body = json.dumps({"name": "Broadcast"})
    connection.request("POST", "/v1/customers", body, {**koi.authorization, "Content-Type": "application/json"})
    connection.getresponse().read()
    longest = 0
    begun = time.monotonic()
    while not crowd.pipe.poll() and time.monotonic() - begun < 30:
        since = time.monotonic()
        connection.request("GET", "/v1/customers/1", None, koi.authorization)
        connection.getresponse().read()
        longest = max(longest, time.monotonic() - since)
    heard = crowd.heard()
    report.tell("an event at the first stream", f"{min(heard) * 1000:.1f}", "ms")
    report.tell("an event at the last stream", f"{max(heard) * 1000:.1f}", "ms")
    report.tell("longest wait of another client meanwhile", f"{longest * 1000:.1f}", "ms")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=6, help="of each measurement")
    arguments = parser.parse_args()
    report = Report()
    with loaded_koi() as koi:
        crowd = Crowd(koi)
        requests_per_second(koi, arguments.seconds)
        client = OrdinaryClient(koi)
        client.work(1)
        client.connection.close()
        # What is opened at first use is open by then.
        idle = koi.settle(0, patience=3)
        memory(report, koi, crowd)
        idleness(report, koi)
        broadcast(report, koi, crowd)
        crowd.close()
        koi.settle(idle)
        ratios = []
        for number in range(arguments.rounds):
            alone = requests_per_second(koi, arguments.seconds)
            crowd.open("kept", KEPT)
            crowd.open("streams", STREAMS)
            beside = requests_per_second(koi, arguments.seconds)
            crowd.close()
            koi.settle(idle)
            ratios.append(beside / alone)
            report.tell(f"round {number + 1}: alone, beside them", f"{alone:,.0f} {beside:,.0f}", f"requests/s, {ratios[-1]:.2f}")
        report.at_least("record by id beside them, of what it is alone", statistics.median(ratios), SPEED)
        report.equal("descriptors afterwards", koi.settle(idle), idle)
    report.end()


if __name__ == "__main__":
    sys.exit(main())
