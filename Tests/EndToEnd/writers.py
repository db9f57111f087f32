"""Clients that create customers as fast as they can, and know what was acknowledged."""

import threading
from concurrent.futures import ThreadPoolExecutor

import requests

from running_koi import PATIENCE

CLIENTS = 16


class Writers:
    """A context in which clients create customers, each with a name of its own, until they are told to stop or the
    server is gone."""

    def __init__(self, koi, label):
        self.koi = koi
        self.label = label
        self.sent = set()
        self.acknowledged = set()
        self.changed = threading.Condition()
        self.is_over = False
        self.pool = ThreadPoolExecutor(CLIENTS)

    def __enter__(self):
        self.koi.key
        self.clients = [self.pool.submit(self.write, number) for number in range(CLIENTS)]
        return self

    def __exit__(self, *_):
        self.is_over = True
        with self.pool:
            for client in self.clients:
                client.result()

    def write(self, number):
        turn = 0
        with requests.Session() as session:
            session.headers.update(self.koi.authorization)
            while not self.is_over:
                name = f"客户 {self.label}-{number}-{turn}"
                turn += 1
                with self.changed:
                    self.sent.add(name)
                try:
                    made = session.post(self.koi.url + "/v1/customers", json={"name": name}, timeout=PATIENCE)
                except requests.ConnectionError:
                    return
                assert made.status_code == 201, made.text
                with self.changed:
                    self.acknowledged.add(name)
                    self.changed.notify_all()

    def wait_for_more(self, count):
        """Waits until `count` more creates were acknowledged than now."""
        with self.changed:
            goal = len(self.acknowledged) + count
            assert self.changed.wait_for(lambda: len(self.acknowledged) >= goal, PATIENCE)
