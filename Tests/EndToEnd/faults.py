"""Faults of the system, made while Koi runs: calls that fail as long as a tracer is attached."""

import os
import re
import subprocess
import threading

from running_koi import PATIENCE

TICKS = os.sysconf("SC_CLK_TCK")


class Fault:
    """A context in which system calls of Koi do not do what they should, such as `accept4:error=EMFILE`.

    It begins when every thread of Koi is traced, and is over when the context is left: then the cause is gone.
    """

    def __init__(self, koi, *injections):
        calls = ",".join(injection.split(":")[0] for injection in injections)
        self.arguments = ["strace", "-f", "-p", str(koi.process.pid), "-o", "/dev/null", "-e", f"trace={calls}"]
        for injection in injections:
            self.arguments += ["-e", f"inject={injection}"]

    def __enter__(self):
        self.tracer = subprocess.Popen(self.arguments, stderr=subprocess.PIPE, text=True)
        said = []
        for line in self.tracer.stderr:
            said.append(line)
            if re.search(r"Process \d+ attached", line):
                break
        else:
            raise AssertionError("strace cannot attach: " + "".join(said))
        # Whatever else it says would fill the pipe.
        self.listener = threading.Thread(target=self.tracer.stderr.read, daemon=True)
        self.listener.start()
        return self

    def __exit__(self, *_):
        self.tracer.terminate()
        self.tracer.wait(PATIENCE)
        self.listener.join(PATIENCE)
        self.tracer.stderr.close()


def processor_seconds(koi):
    """What Koi has used so far."""
    with open(f"/proc/{koi.process.pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def descriptors(koi):
    """How many files and sockets Koi has open."""
    return len(os.listdir(f"/proc/{koi.process.pid}/fd"))
