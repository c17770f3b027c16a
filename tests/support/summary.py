#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The closing lines of ./check: cmocka's own for each program, then `N passed, N failed` over every test case.

    summary.py [--failed N] LOG...

N failures are counted on top. Each LOG is what `make check` left (a directory with .trs files) or what hosts/run.py or web/run.sh printed.
"""

import argparse
import pathlib
import re
import sys


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else "")


def count_program(trs):
    """One program of `make check`: its cmocka cases, or itself where it is not a cmocka program."""
    count = Count()
    result = re.search(r"^:test-result: (\w+)", trs.read_text(encoding="utf-8"), re.MULTILINE)
    result = result.group(1) if result else "ERROR"
    log = trs.with_suffix(".log").read_text(encoding="utf-8", errors="replace")
    count.passed = len(re.findall(r"^\[       OK \]", log, re.MULTILINE))
    # A case's own line has a name; cmocka repeats the names under a line that counts.
    count.failed = len(set(re.findall(r"^\[  (?:FAILED|ERROR ) \] ([A-Za-z_]\w*)$", log, re.MULTILINE)))
    count.skipped = len(set(re.findall(r"^\[  SKIPPED \] ([A-Za-z_]\w*)$", log, re.MULTILINE)))
    cases = count.passed + count.failed + count.skipped
    if result in ("FAIL", "ERROR", "XPASS") and count.failed == 0:
        count.failed = 1  # it died, or it is one case as a whole
    elif cases == 0 and result in ("PASS", "XFAIL"):
        count.passed = 1
    elif cases == 0:
        count.skipped = 1
    closing = re.findall(r"^\[(?:=+|  PASSED  |  FAILED  |  SKIPPED )\] \d+ .*$", log, re.MULTILINE)
    if cases and not count.failed:
        print(f"{trs.stem}: {'  '.join(closing[-2:])}")
    elif count.failed:
        print(f"--- {trs.with_suffix('.log')}\n{log.rstrip()}")
    return count


def count_directory(directory):
    total = Count()
    for trs in sorted(directory.glob("**/*.trs")):
        total.add(count_program(trs))
    if total.passed + total.failed == 0:
        total.failed = 1
        print(f"--- no test has run in {directory}")
    return total


def count_printed(log):
    count = Count()
    found = re.findall(r"^(?:hosts|web): (\d+) passed, (\d+) failed$", log.read_text(encoding="utf-8"), re.MULTILINE)
    if found:
        count.passed, count.failed = map(int, found[-1])
    else:
        count.failed = 1
    return count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--failed", type=int, default=0)
    parser.add_argument("logs", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    total = Count()
    total.failed = options.failed
    parts = []
    for path in options.logs:
        part = count_directory(path) if path.is_dir() else count_printed(path)
        parts.append(f"{path}: {part}")
        total.add(part)
    print("\n".join(parts))
    if total.skipped:
        print(f"{total.skipped} skipped: their logs say why")
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
