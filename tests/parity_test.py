#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/scenario-parity.md: each scenario names tests that are there, or says why it has none."""

import functools
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.dirname(__file__) + "/.."), "tests/support"))
import system  # noqa: E402

TESTS = system.SOURCE / "tests"
HOSTS = "e2e/hosts/run.py"
FILE = re.compile(r"[\w/]+\.(?:py|cc|sh)")
NAME = re.compile(r"\bdef (test_\w+)\(|\bcmocka_unit_test\((\w+)\)|\"([^\"\n]+)\"")
REASON = "Not here: "


def rows():
    """(scenario, what is said of it) of every table."""
    for line in (system.SOURCE / "docs/scenario-parity.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 2 and not cells[0].startswith("---") and cells[1] != "here":
            yield cells


@functools.lru_cache(maxsize=None)
def names_in(file):
    """What is a test, a row of a test's table, or a scenario there."""
    if file == HOSTS:
        listed = subprocess.run([sys.executable, "-B", TESTS / file, "--list"], check=True, capture_output=True, text=True,
                                timeout=system.PATIENCE)
        return set(listed.stdout.splitlines())
    text = (TESTS / file).read_text(encoding="utf-8")
    return set(filter(None, (name for found in NAME.findall(text) for name in found)))


class Parity(unittest.TestCase):
    def test_each_scenario_has_a_test_or_a_reason(self):
        scenarios = list(rows())
        self.assertGreater(len(scenarios), 100)
        for scenario, said in scenarios:
            with self.subTest(scenario):
                self.assertTrue(said.startswith(REASON) or FILE.match(said[1:]), said)

    def test_the_tests_are_there(self):
        for scenario, said in rows():
            file = None
            for name in re.findall(r"`([^`]+)`", said):
                with self.subTest(scenario, name=name):
                    if FILE.fullmatch(name):
                        file = name
                        self.assertTrue((TESTS / file).is_file())
                    elif file is not None:
                        self.assertIn(name, names_in(file))


if __name__ == "__main__":
    unittest.main()
