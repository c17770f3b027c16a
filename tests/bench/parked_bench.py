#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a parked login costs: bytes of toopherd's heap for each, plain and over TLS; that all are released; that memory is
the same after many cycles; and how long a decision takes to reach who waits.

    parked_bench.py            a short form, for make check
    parked_bench.py --long     20,000 at once as far as descriptors allow, ten cycles, and times (make bench)
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.dirname(__file__) + "/../.."), "tests/support"))
import certificates  # noqa: E402
import system  # noqa: E402

BENCH = system.BUILD / "tests/bench"
BYTES = {"plain": 8 * 1024, "tls": 22 * 1024}  # the promises
P50, P99 = 2.0, 10.0  # milliseconds, with 5,000 parked
GROWTH = 1.1  # from the second cycle on
CYCLES_OF_A_PERSON = 3
CACHE = 64 << 20  # bytes of the database that toopherd keeps in memory at most


def most_connections():
    """How many this process, and so the server too, can have open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most - 256


class Installation:
    """A toopherd, plain or TLS, with so many people."""

    def __init__(self, directory, kind, people):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix=kind + "-", dir=directory)) / "toopherd"
        self.kind = kind
        self.meter = None if system.with_sanitizers("toopherd") else self.place / "heap"
        subprocess.run([system.program("toopherd"), "--init", self.place, "--listen", "127.0.0.1:0"],
                       stdin=subprocess.DEVNULL, capture_output=True, check=True)
        self.key = self.place / "phones.key"
        self.config = self.place / "toopherd.conf"
        subprocess.run([BENCH / "server_pool", self.config, str(people), self.key], check=True)
        if kind == "tls":
            authority = tempfile.mkdtemp(prefix="authority-", dir=directory)
            certificate, key = certificates.Authority(authority).server("server")
            with open(self.config, "a", encoding="utf-8") as file:
                file.write(f"certificate = {certificate}\nprivate-key = {key}\n")

    def measure(self, count, cycles, decisions=0):
        preloaded = {"LD_PRELOAD": str(BENCH / "heap_meter.so"), "TOOPHER_HEAP_METER": str(self.meter)} if self.meter else {}
        # The log goes to a file: a reader would take turns with what is measured.
        with open(self.place / "log", "wb") as log, subprocess.Popen(
                [system.program("toopherd"), "--config", self.config], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=log, text=True, env={**os.environ, **preloaded}) as server:
            port = re.search(r"ready on https?://127\.0\.0\.1:(\d+)", server.stdout.readline()).group(1)
            done = subprocess.run([BENCH / "parked_polls", port, str(server.pid), self.place / "credentials", self.key,
                                   str(count), str(cycles), self.kind, str(decisions), self.place / "toopherd.sqlite",
                                   self.meter or "-"],
                                  stdout=subprocess.PIPE, text=True, check=False)
            server.terminate()
            if done.returncode != 0 or server.wait(system.PATIENCE) != 0:
                raise system.Failure(f"parked_polls failed; toopherd said:\n{(self.place / 'log').read_text()[-2000:]}")
        return json.loads(done.stdout)


class Promises:
    def __init__(self):
        self.broken = 0

    def hold(self, what, value, limit, unit):
        kept = value <= limit
        self.broken += not kept
        print(f"{what:60}{value:12.2f} {unit}, at most {limit:g}{'' if kept else '   BROKEN'}", flush=True)


def run(long):
    promises = Promises()
    most = most_connections()
    plans = {"plain": (20000, 10), "tls": (20000, 3)} if long else {"plain": (2000, 3), "tls": (2000, 3)}
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="toopher-bench-"))
        for kind, (wanted, cycles) in plans.items():
            count = min(wanted, most)
            if count < wanted:
                print(f"{kind}: {count} instead of {wanted} parked at once: no more open files are allowed here")
            here = Installation(directory, kind, count * -(-cycles // CYCLES_OF_A_PERSON))
            seen = here.measure(count, cycles)
            if here.meter:
                promises.hold(f"{kind}: bytes of a parked login, {count} parked", seen["bytes"], BYTES[kind], "bytes")
                # Beside the database's pages, which the server keeps in memory up to a limit.
                memory = [resident - min(pages, CACHE) for resident, pages in zip(seen["cycles"], seen["database"])]
                promises.hold(f"{kind}: memory after {cycles} cycles, to that of the second", memory[-1] / memory[1], GROWTH,
                              "times")
            if long and kind == "plain":
                # Of people who had no pushes yet: too many that went unanswered lead to codes only.
                seen = Installation(directory, kind, 5000).measure(5000, 1, decisions=500)
                promises.hold("decision to release, 5,000 parked: p50", seen["p50"], P50, "ms")
                promises.hold("decision to release, 5,000 parked: p99", seen["p99"], P99, "ms")
    return 1 if promises.broken else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    sys.exit(run(parser.parse_args().long))
