# SPDX-License-Identifier: Apache-2.0
"""Every statement of the server's store is answered by an index: none looks through a table that grows, whatever there is in
it by now."""

import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.join(os.path.dirname(__file__), "../..")),
                                "tests/support"))
import system  # noqa: E402

# Tables that have as many rows as an organisation has hosts and departments, or fewer.
SMALL = {"requesters", "directories", "retention", "forgotten_nonces", "previous_secrets"}
# Lists of everything, which operators ask for.
LISTS = {"FROM users WHERE directory = ? ORDER BY name"}
LITERAL = r'"(?:[^"\\]|\\.)*"'


def statements(text):
    """The SQL of one source file: literals in a row, with the names of #define among them."""
    text = re.sub(r"//[^\n]*", "", text).replace("\\\n", " ")
    defined = dict(re.findall(rf'#define (\w+)\s+((?:{LITERAL}\s*)+)', text))
    for call in re.finditer(rf'\b(?:query|change|post)\(\s*((?:\w+\s+|{LITERAL}\s*)+)', text):
        parts = re.findall(rf'{LITERAL}|\w+', call.group(1))
        literals = "".join(part if part.startswith('"') else defined[part] for part in parts)
        yield "".join(part[1:-1] for part in re.findall(LITERAL, literals))


def looked_through(plan):
    """The tables that a plan reads from end to end, but those that are small or a result of its own."""
    for detail in plan:
        found = re.match(r"SCAN (\w+)", detail)
        if found and found.group(1) not in SMALL and not re.match(r"SCAN (over|CONSTANT|\(|SUBQUERY)", detail):
            yield detail


class Plans(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="toopher-plans-")
        self.addCleanup(scratch.cleanup)
        directory = os.path.join(scratch.name, "toopherd")
        subprocess.run([system.program("toopherd"), "--init", directory, "--listen", "127.0.0.1:0"], check=True,
                       stdin=subprocess.DEVNULL, capture_output=True)
        self.database = sqlite3.connect(os.path.join(directory, "toopherd.sqlite"))
        self.addCleanup(self.database.close)

    def plan(self, sql):
        return [row[3] for row in self.database.execute("EXPLAIN QUERY PLAN " + sql, [1] * sql.count("?"))]

    def test_an_index_answers(self):
        seen = 0
        for file in sorted((pathlib.Path(system.SOURCE) / "src/server/store").glob("transaction*.cc")):
            for sql in statements(file.read_text(encoding="utf-8")):
                seen += 1
                if any(sql.endswith(end) for end in LISTS) or "ORDER BY number_in_order" in sql:
                    continue
                with self.subTest(file=file.name, sql=sql):
                    self.assertEqual(list(looked_through(self.plan(sql))), [])
        self.assertGreater(seen, 60, "the statements were not found in the sources")

    def test_the_past_of_a_user_is_not_read(self):
        """Who logs in every day has thousands of requests; those that are pending are found among themselves."""
        plan = self.plan("SELECT id FROM requests WHERE user_id = ? AND state = 0")
        self.assertIn("requests_pending_user", plan[0])


if __name__ == "__main__":
    unittest.main()
