"""Requests that are sent again under their idempotency keys, while the server is killed every second or so and a copy follows."""

import subprocess
import tempfile
import threading

from retrying import Retrying, events, state
from test_changes import lists, mirror


def test_what_is_sent_again_is_done_once_however_often_the_server_dies(start_koi, folder, tmp_path, crashes):
    # Of --long, and what a few seconds have time for.
    writes, life = (10_000, 1.0) if crashes >= 50 else (1_600, 0.3)
    with tempfile.TemporaryDirectory(prefix="koi-") as elsewhere:
        calm = start_koi(on=elsewhere)
        Retrying(lambda: calm, 7, writes).run()
        wanted, happened = state(calm), events(calm)
        assert calm.stop() == 0

    servers = Mortal(start_koi, folder, life)
    copy = tmp_path / "copy.db"
    mirror(servers.current, copy)
    with servers:
        follower = threading.Thread(target=follow, args=(servers, copy))
        follower.start()
        clients = Retrying(lambda: servers.current, 7, writes)
        clients.run()
    follower.join()
    found = state(servers.current)
    assert len(found) == len(wanted), "something was doubled or lost"
    for one, other in zip(found, wanted):
        assert one == other
    assert events(servers.current) == happened
    assert mirror(servers.current, copy) == lists(servers.current)
    assert servers.kills >= 1
    assert clients.done == writes // 16 * 16
    assert servers.current.errors == []
    assert servers.current.stop() == 0
    assert servers.current.command("check").returncode == 0


def follow(servers, copy):
    """Takes what the feed has, again and again, whenever there is a server to ask."""
    while not servers.over.wait(0.2):
        try:
            # Not for long: a server that was killed never comes back at its address.
            mirror(servers.current, copy, patience=3)
        except subprocess.SubprocessError:
            continue


class Mortal:
    """A server that is killed every `life` seconds, and started again at once."""

    def __init__(self, start_koi, folder, life):
        self.life = life
        self.start = lambda: start_koi(on=folder)
        self.current = self.start()
        self.key = self.current.key
        self.kills = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.kill)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def kill(self):
        while not self.over.wait(self.life):
            self.current.kill()
            self.kills += 1
            born = self.start()
            born._key = self.key
            self.current = born
