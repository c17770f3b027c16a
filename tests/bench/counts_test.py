#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Instructions that must not creep up: what callgrind counts now, beside counts.json. A count may grow by 3 %; more needs a
change of that file, which `--update` (`make update-counts`) makes and whose reason belongs in the commit.

Counted for what `configure` makes without options (g++ 12, -O2, Debian 12's libraries), by root, with names from files; left
out elsewhere."""

import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.dirname(__file__) + "/../.."), "tests/support"))
import certificates  # noqa: E402
import cost  # noqa: E402
import helper_bench  # noqa: E402
import history_bench  # noqa: E402
import peers_bench  # noqa: E402
import rogue_server as rogue  # noqa: E402
import system  # noqa: E402

COUNTS = pathlib.Path(__file__).parent / "counts.json"
GROWTH = 1.03
LEFT_OUT = 77  # automake's exit code for it


def hosts(directory):
    bench = peers_bench.Bench(directory)
    for row in bench.own_rows():
        output = bench.directory / "counted"
        bench.log_in(row)
        bench.log_in(row, cost.callgrind(output))
        yield f"host process: {row.name}", cost.instructions(output)


def helper(directory):
    authority = certificates.Authority(directory)
    scratch = os.path.join(directory, "scratch")
    os.mkdir(scratch)
    with rogue.Rogue(helper_bench.answers(), certificate=authority.server("bench")) as server:
        yield "toopher-helper: push over TLS", round(helper_bench.helper(server, authority, scratch) * 1e6)


def server(directory):
    place = history_bench.Place(directory, 0, 0)
    few, many = place.instructions(history_bench.FEW), place.instructions(history_bench.MANY)
    yield "toopherd: two pushes, code and poll", (many - few) // (history_bench.MANY - history_bench.FEW)


def counted():
    counts = {}
    for count in (hosts, helper, server):
        with tempfile.TemporaryDirectory(prefix="toopher-bench-") as directory:
            os.chmod(directory, 0o755)
            counts.update(count(directory))
    return counts


def compare(now):
    held = json.loads(COUNTS.read_text(encoding="utf-8"))
    failed = sorted(set(held) ^ set(now))
    for name in failed:
        print(f"not ok {name}: only in {'counts.json' if name in held else 'what was counted'}")
    for name in (name for name in now if name in held):
        growth = now[name] / held[name]
        good = growth <= GROWTH
        print(f"{'ok' if good else 'not ok'} {name}: {now[name]:,}, {growth:.3f} of {held[name]:,}"
              + (" (lower counts.json: make update-counts)" if growth < 2 - GROWTH else ""))
        failed += [] if good else [name]
    if failed:
        print("What grew, and should have: `make -C tests update-counts`, and the reason in the commit.")
    return 1 if failed else 0


def main():
    if os.geteuid() != 0 or "-O2" not in system.configured("CXXFLAGS").split() or system.configured("SANITIZER_FLAGS"):
        print("left out: counts are those of root and of -O2 without sanitizers")
        return LEFT_OUT
    if "--inside" not in sys.argv:
        return cost.alone(__file__, *sys.argv[1:])
    now = counted()
    if "--update" in sys.argv:
        COUNTS.write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")
        return 0
    return compare(now)


if __name__ == "__main__":
    sys.exit(main())
