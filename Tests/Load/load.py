"""What the load tests share: a Koi with the demo company, what its process holds, and how figures are told."""

import http.client
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

from running_koi import BINARY, ENVIRONMENT, PATIENCE, Koi, run_koi  # noqa: E402, F401

CUSTOMERS = 300


class LoadedKoi(Koi):
    """A release build with the demo company."""

    def __init__(self, folder, *options):
        super().__init__(folder, "--password-cost", "10", *options)
        made = run_koi("demo", "--data", folder, "--customers", str(CUSTOMERS))
        assert made.returncode == 0, made.stderr
        self._key = re.search(r"KOI_KEY=(\S+)", made.stdout).group(1)

    @property
    def resident(self):
        """Resident memory in kilobytes."""
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text()).group(1))

    @property
    def descriptors(self):
        return len(self.open_files)

    @property
    def open_files(self):
        """What each descriptor stands for."""
        folder = f"/proc/{self.process.pid}/fd"
        found = []
        for name in os.listdir(folder):
            try:
                found.append(os.readlink(f"{folder}/{name}"))
            except FileNotFoundError:
                pass
        return sorted(found)

    @property
    def connections(self):
        """Those that Koi itself counts, without the one by which it is asked."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        connection.request("GET", "/metrics", None, self.authorization)
        text = connection.getresponse().read().decode()
        connection.close()
        return int(float(re.search(r"^koi_connections_open (\S+)$", text, re.MULTILINE).group(1))) - 1

    @property
    def seconds(self):
        """Processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def settle(self, wanted, patience=PATIENCE):
        """Waits until the process has no more descriptors than wanted, and says how many it has."""
        end = time.monotonic() + patience
        while self.descriptors > wanted and time.monotonic() < end:
            time.sleep(0.1)
        return self.descriptors


@contextmanager
def loaded_koi(*options):
    # A descriptor for each connection, on both sides.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # Whoever ends the test ends its Koi.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="koi-") as folder:
        koi = LoadedKoi(folder, *options).start()
        try:
            yield koi
        finally:
            is_running = koi.is_running
            code = koi.stop() if is_running else koi.wait()
            errors = koi.errors
            assert is_running and code == 0, f"Koi ended with {code}:\n{koi.log[-2000:]}"
            assert not errors, errors[:10]


class OrdinaryClient:
    """A client with one connection that it keeps, which reads customers by their ids and now and then makes one."""

    def __init__(self, koi):
        self.connection = http.client.HTTPConnection(koi.host, koi.port, timeout=PATIENCE)
        self.headers = koi.authorization
        self.random = random.Random(1)

    def ask(self, method, path, body=None):
        """Seconds until the answer was there."""
        begun = time.perf_counter()
        headers = self.headers if body is None else {**self.headers, "Content-Type": "application/json"}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        answer.read()
        assert answer.status < 300, answer.status
        return time.perf_counter() - begun

    def work(self, seconds):
        """Asks for so long, with a breath between requests; how long reads and creates took."""
        end = time.monotonic() + seconds
        reads, creates = [], []
        while time.monotonic() < end:
            if len(reads) % 20 == 19:
                creates.append(self.ask("POST", "/v1/customers", '{"name": "Load"}'))
            reads.append(self.ask("GET", f"/v1/customers/{self.random.randint(1, CUSTOMERS)}"))
            time.sleep(0.005)
        return reads, creates


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Report:
    """Prints figures as they come, and knows whether one missed its goal."""

    def __init__(self):
        self.missed = []

    def tell(self, what, figure, unit="", goal=None, holds=True):
        line = f"{what:<58} {figure:>12} {unit}"
        if goal:
            line += f"  (goal {goal}{'' if holds else ': MISSED'})"
        if not holds:
            self.missed.append(what)
        print(line, flush=True)

    def at_most(self, what, figure, goal, unit=""):
        self.tell(what, f"{figure:,.1f}", unit, f"{goal:,} at most", figure <= goal)

    def at_least(self, what, figure, goal, unit=""):
        self.tell(what, f"{figure:,.2f}", unit, f"{goal:,} at least", figure >= goal)

    def equal(self, what, figure, goal, unit=""):
        self.tell(what, f"{figure:,}", unit, f"{goal:,}", figure == goal)

    def end(self):
        for what in self.missed:
            print("Missed:", what)
        sys.exit(1 if self.missed else 0)
