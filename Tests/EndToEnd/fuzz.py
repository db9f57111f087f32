"""Runs schemathesis from openapi.yaml against a Koi of its own; arguments go to schemathesis."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from running_koi import ROOT, Koi


def main():
    with tempfile.TemporaryDirectory(prefix="koi-") as folder:
        koi = Koi(folder).start()
        try:
            command = [Path(sys.executable).with_name("schemathesis"), "run", ROOT / "openapi.yaml", "--url", koi.url, *sys.argv[1:]]
            environment = {**os.environ, "KOI_KEY": koi.key}
            found = subprocess.run(command, cwd=ROOT, env=environment).returncode
        finally:
            is_running = koi.is_running
            code = koi.stop() if is_running else koi.wait()
        if not is_running or code != 0:
            print(f"Koi ended with {code}; the end of its log:\n{koi.log[-2000:]}")
            return 1
        errors = [line for line in koi.log.splitlines() if " error: " in line]
        if errors:
            print("Koi logged errors:", *errors[:20], sep="\n")
            return 1
        return found


if __name__ == "__main__":
    sys.exit(main())
