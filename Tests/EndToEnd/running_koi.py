"""A Koi of its own for each test: the real program, on a free port, on a temporary data folder."""

import json
import os
import re
import signal
import subprocess
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("KOI_BINARY", ROOT / ".build/release/koi"))

# Without options of whoever runs the tests.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("KOI_")}

# How many times as long as the program that is shipped the one that is tested takes: more than once with a sanitizer in it.
SLOWNESS = float(os.environ.get("KOI_TEST_SLOWNESS", "1"))

# How long anything may take that is over in a moment on an idle machine.
PATIENCE = 30 * SLOWNESS


class Koi:
    """`koi serve` as a process. Ends only by what the test asks for: `stop`, `kill` or its own refusal."""

    def __init__(self, folder, *options, command=(BINARY, "serve")):
        self.folder = Path(folder)
        self.arguments = [*command, "--data", self.folder, "--listen", "127.0.0.1:0", *options]
        self.process = None
        self.url = None
        self._key = None

    def start(self):
        """Starts the server and waits until it says where it serves."""
        self._lines = []
        self._changed = threading.Condition()
        self._is_silent = False
        self.process = subprocess.Popen(
            self.arguments,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            line = self.wait_for_log(r"serves .* at https?://")
        except AssertionError:
            if self.is_running:
                self.kill()
            raise
        self.url = re.search(r"https?://\S+", line).group()
        return self

    def _listen(self):
        for line in self.process.stderr:
            with self._changed:
                self._lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self._is_silent = True
            self._changed.notify_all()

    def wait_for_log(self, pattern):
        """The first line of the log that matches, as soon as there is one."""

        def found():
            return next((line for line in self._lines if re.search(pattern, line)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or self._is_silent, PATIENCE)
            line = found()
        assert line, f"the log never had {pattern!r}:\n{self.log}"
        return line

    @property
    def log(self):
        return "".join(self._lines)

    @property
    def entries(self):
        """The lines of the log that are objects, which all are but the welcome to whoever sets Koi up."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    @property
    def errors(self):
        """What the log says went wrong."""
        return [entry for entry in self.entries if entry["level"] in ("error", "critical")]

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def host(self):
        return "127.0.0.1"

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    @property
    def key(self):
        """An API key, made on first use."""
        if self._key is None:
            self._key = self.command("key", "create", "--name", "test").stdout.strip()
        return self._key

    @property
    def first_link(self):
        """The link that makes the first administrator, as the log has it."""
        return re.search(r"https?://\S+/welcome\.html#\S+", self.wait_for_log(r"/welcome\.html#")).group()

    @property
    def authorization(self):
        return {"Authorization": f"Bearer {self.key}"}

    def command(self, *arguments):
        """Runs a command of Koi on the data folder, beside the server or without it."""
        result = run_koi(*arguments, "--data", self.folder)
        assert result.returncode == 0, result.stderr
        return result

    def send_signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        """The exit code, once the process has ended by itself."""
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"Koi did not end:\n{self.log}") from None
        self._listener.join(PATIENCE)
        self.process.stderr.close()
        return code

    def stop(self, number=signal.SIGTERM):
        self.send_signal(number)
        return self.wait()

    def kill(self):
        """What a power cut leaves of a process: nothing is finished, nothing is said."""
        self.send_signal(signal.SIGKILL)
        self.wait()


def run_koi(*arguments):
    """Runs any command of Koi to its end."""
    return subprocess.run(
        [BINARY, *arguments],
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )
