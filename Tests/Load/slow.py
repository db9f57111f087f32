"""1,000 connections that send their head, their body or take their answer as slowly as they can: whoever asks as one should
is not to notice. Needs slowhttptest."""

import argparse
import subprocess
import sys

from load import OrdinaryClient, Report, loaded_koi, percentile

CONNECTIONS = 1000
# Milliseconds.
GOAL = 50

MODES = {
    # A field of the head every few seconds, and never its end.
    "headers": ["-H", "-i", "5", "-t", "GET", "-u", "/v1/customers"],
    # A body of which a few bytes come every few seconds.
    "body": ["-B", "-i", "5", "-s", "8192", "-x", "10", "-t", "POST", "-u", "/v1/customers"],
    # A long answer, asked for over and over, of which a few bytes are taken every few seconds.
    "read": ["-X", "-w", "512", "-y", "1024", "-n", "5", "-z", "32", "-k", "3", "-t", "GET", "-u", "/openapi.yaml"],
}


def attack(koi, mode, seconds):
    options = [koi.url + one if one.startswith("/") else one for one in MODES[mode]]
    # -p: how long it waits before it takes the server for dead; that is measured here by the ordinary client.
    command = ["slowhttptest", "-c", CONNECTIONS, "-r", 500, "-l", seconds, "-p", 10, *options]
    return subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def tell(report, name, reads, creates):
    millisecond = 1000
    both = reads + creates
    report.tell(f"{name}: requests", f"{len(both):,}")
    report.tell(f"{name}: median", f"{percentile(both, 0.5) * millisecond:.2f}", "ms")
    report.tell(f"{name}: p99 of reads", f"{percentile(reads, 0.99) * millisecond:.2f}", "ms")
    report.tell(f"{name}: p99 of creates", f"{percentile(creates, 0.99) * millisecond:.2f}", "ms")
    report.tell(f"{name}: longest", f"{max(both) * millisecond:.2f}", "ms")
    return percentile(both, 0.99) * millisecond


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60, help="of each mode")
    seconds = parser.parse_args().seconds
    report = Report()
    with loaded_koi() as koi:
        client = OrdinaryClient(koi)
        client.work(2)
        idle = koi.descriptors
        p99 = tell(report, "nobody else", *client.work(seconds / 3))
        report.tell("nobody else: p99", f"{p99:.2f}", "ms")
        for mode in MODES:
            attacker = attack(koi, mode, seconds)
            most = 0
            reads, creates = [], []
            for _ in range(seconds // 5):
                part = client.work(5)
                reads += part[0]
                creates += part[1]
                most = max(most, koi.descriptors - idle)
            try:
                output = attacker.communicate(timeout=60)[0]
            except subprocess.TimeoutExpired:
                attacker.kill()
                output = attacker.communicate()[0]
            report.tell(f"{mode}: most connections at once", f"{most:,}")
            # An attack that never was would prove nothing.
            if most < CONNECTIONS / 2:
                print(output[-2000:])
                report.missed.append(f"{mode}: the attack did not reach Koi")
            report.at_most(f"{mode}: p99 of the ordinary client", tell(report, mode, reads, creates), GOAL, "ms")
        report.equal("descriptors afterwards", koi.settle(idle), idle)
    report.end()


if __name__ == "__main__":
    sys.exit(main())
