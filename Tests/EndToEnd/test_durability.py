"""`kill -9` in the middle of concurrent creates: what was acknowledged is there, and nothing is half there."""

import random
import time

import ledger
from writers import Writers


def test_every_acknowledged_create_survives_kill_9_and_nothing_is_half_there(start_koi, folder, crashes):
    chance = random.Random(crashes)
    sent = set()
    acknowledged = set()
    for crash in range(crashes):
        koi = start_koi()
        with Writers(koi, f"crash {crash}") as writers:
            # Another moment each time: after some creates, and then anywhere within the work of a few more.
            writers.wait_for_more(chance.randint(1, 200))
            moment = time.monotonic() + chance.random() * 0.02
            while time.monotonic() < moment:
                pass
            koi.kill()
        sent |= writers.sent
        acknowledged |= writers.acknowledged

        again = start_koi()
        assert again.stop() == 0
        assert again.errors == []
        stored = ledger.names(folder)
        assert len(stored) == len(set(stored)), "a create was stored twice"
        assert acknowledged <= set(stored), f"crash {crash} lost {sorted(acknowledged - set(stored))[:5]}"
        assert set(stored) <= sent
        assert ledger.faults(folder) == []
        assert again.command("check").returncode == 0
    assert len(acknowledged) >= crashes
