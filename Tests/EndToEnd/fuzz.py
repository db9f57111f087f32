"""Runs schemathesis from openapi.yaml against a Koi of its own; arguments go to schemathesis."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import requests

from running_koi import ROOT, Koi

# Keys made before the one that is used: generated numbers are small or huge, and a run that revokes its own key tests nothing.
SPARE_KEYS = 60


def lasting_key(koi):
    """A key that hardly any generated request changes or revokes."""
    keys = koi.url + "/v1/keys"
    for number in range(SPARE_KEYS):
        requests.post(keys, json={"name": f"Spare {number}"}, headers=koi.authorization, timeout=10).raise_for_status()
    made = requests.post(keys, json={"name": "Lasting"}, headers=koi.authorization, timeout=10)
    made.raise_for_status()
    return made.json()["key"]


def end_of(folder):
    """What the log has about the key that should have lasted, its user and the user's role."""
    database = sqlite3.connect(Path(folder) / "koi.db")
    rows = database.execute(
        """
        SELECT e.sequence, e.at, e.actorKind, e.type, e.resource, e.record, p.payload FROM events AS e
        LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
        WHERE e.resource = 'keys' AND e.record = ? OR e.resource IN ('users', 'roles') AND e.record = 1
        ORDER BY e.sequence
        """,
        [SPARE_KEYS + 2],
    )
    return "\n".join(" ".join(map(str, row))[:400] for row in rows)


def main():
    with tempfile.TemporaryDirectory(prefix="koi-") as folder:
        koi = Koi(folder, "--password-cost", "10").start()
        try:
            command = [Path(sys.executable).with_name("schemathesis"), "run", ROOT / "openapi.yaml", "--url", koi.url, *sys.argv[1:]]
            key = lasting_key(koi)
            found = subprocess.run(command, cwd=ROOT, env={**os.environ, "KOI_KEY": key}).returncode
            last = requests.get(koi.url + "/v1/me", headers={"Authorization": f"Bearer {key}"}, timeout=10)
            lasts = last.status_code == 200
        finally:
            is_running = koi.is_running
            code = koi.stop() if is_running else koi.wait()
        if not lasts:
            print(f"The key did not last to the end, so what came after it tested nothing: {last.text}\n{end_of(folder)}")
            found = 1
        if not is_running or code != 0:
            print(f"Koi ended with {code}; the end of its log:\n{koi.log[-2000:]}")
            return 1
        errors = koi.errors
        if errors:
            print("Koi logged errors:", *errors[:20], sep="\n")
            return 1
        return found


if __name__ == "__main__":
    sys.exit(main())
