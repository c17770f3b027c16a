# SPDX-License-Identifier: Apache-2.0
"""What a call costs does not grow with the past: instructions and database pages of pushes, a poll and a code in a database of
few people, and in one with a history. The first push to somebody since the server's start is told apart: it has to look the
person up among all users, where each level that an index is deeper is one page more.

TOOPHER_BENCH_USERS, TOOPHER_BENCH_REQUESTS: how long the history is; a million and ten million if not given, which takes a
while and some 15 GB below TMPDIR. `--short`: 10 against 100,000, in a minute."""

import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.dirname(__file__) + "/../.."), "tests/support"))
import cost  # noqa: E402
import system  # noqa: E402

BENCH = system.BUILD / "tests/bench"
SHORT = sys.argv[1:] == ["--short"]
PEOPLE = 450      # with a phone, who log in
USERS = int(os.environ.get("TOOPHER_BENCH_USERS", "100000" if SHORT else "1000000"))
REQUESTS = int(os.environ.get("TOOPHER_BENCH_REQUESTS", "100000" if SHORT else "10000000"))
FEW, MANY = 40, 140  # calls of the two runs whose difference is counted
GROWTH = 1.10     # the promise

# Ids as random as the server's, and the same person every so often.
UUID = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' || " \
       "substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {})"


def fill(database, users, requests):
    """A past of a year that ended an hour ago."""
    indexes = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL "
                               "AND tbl_name IN ('past_requests', 'audit')").fetchall()
    database.execute("PRAGMA journal_mode=OFF")
    database.execute("PRAGMA synchronous=OFF")
    database.execute("PRAGMA cache_size=-500000")
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    columns = [row[1] for row in database.execute("PRAGMA table_info(users)")]
    values = {"id": UUID, "name": "'past' || i", "enabled": "1", "directory": "'default'"}
    database.execute(f"INSERT INTO users {NUMBERS.format(users)} SELECT "
                     + ", ".join(values.get(name, "0") for name in columns) + " FROM n")
    first = "(SELECT min(rowid) FROM users)"
    count = "(SELECT count(*) FROM users)"
    age = f"(strftime('%s', 'now') - 3600 - (({requests} - i) * 31536000 / {requests})) * 1000"
    values = {"id": UUID, "requester_id": "(SELECT id FROM requesters)", "user_id": f"(SELECT id FROM users WHERE rowid = {first} "
              f"+ i % {count})", "pairing_id": "''", "client_request_id": UUID, "fingerprint": "randomblob(32)", "push": "1",
              "terminal_id": UUID, "terminal_name": "'workstation.example.org'", "terminal_extra": "''", "action_id": UUID,
              "action_name": "'log in'", "metadata": "'{}'", "number": "''", "automation_allowed": "1", "state": "1",
              "reason": "''", "rule_id": "''", "created": age, "modified": age, "expires": age}
    columns = [row[1] for row in database.execute("PRAGMA table_info(past_requests)")]
    database.execute(f"INSERT INTO past_requests {NUMBERS.format(requests)} SELECT "
                     + ", ".join(values.get(name, "0") for name in columns) + " FROM n")
    database.execute("INSERT INTO audit (at, event, fields) SELECT created, 'request granted', "
                     "'{\"request\":\"' || id || '\"}' FROM past_requests")
    for _, sql in indexes:
        database.execute(sql)
    database.execute("ANALYZE sqlite_schema")
    database.commit()


class Place:
    """A database with so long a past."""

    def __init__(self, directory, users, requests):
        self.path = pathlib.Path(directory)
        self.runs = 0
        subprocess.run([system.program("toopherd"), "--init", self.path, "--listen", "127.0.0.1:0"], check=True,
                       stdin=subprocess.DEVNULL, capture_output=True)
        subprocess.run([BENCH / "server_pool", self.path / "toopherd.conf", str(PEOPLE), self.path / "key"], check=True)
        if requests:
            with contextlib.closing(sqlite3.connect(self.path / "toopherd.sqlite", isolation_level=None)) as database:
                fill(database, users, requests)

    def run(self, count, *wrapper):
        """Pages by the kind of call. Each run has people of its own, because a code is good once."""
        first = self.runs * MANY
        self.runs += 1
        done = subprocess.run([*wrapper, BENCH / "server_history", self.path / "toopherd.conf", str(first), str(count),
                               str(self.runs)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise system.Failure(done.stderr)
        return {kind: float(pages) for kind, pages in (line.rsplit(None, 1) for line in done.stdout.splitlines())}

    def instructions(self, count):
        output = self.path / "callgrind"
        self.run(count, *cost.callgrind(output))
        return cost.instructions(output)

    def costs(self):
        """By name: pages of each kind of call, and thousands of instructions of all four together."""
        costs = {f"pages of a {kind}": pages for kind, pages in self.run(FEW).items()}
        few, many = self.instructions(FEW), self.instructions(MANY)
        costs["thousand instructions of the four"] = (many - few) / (MANY - FEW) / 1000
        return costs


def main():
    with tempfile.TemporaryDirectory(prefix="toopher-bench-") as directory:
        small = Place(os.path.join(directory, "small"), 0, 0).costs()
        big = Place(os.path.join(directory, "big"), USERS, REQUESTS).costs()
        shutil.rmtree(os.path.join(directory, "big"))
    print(f"{'one call':44}{'no past':>10}{f'{USERS} users, {REQUESTS} requests':>36}{'growth':>9}")
    for name, spent in small.items():
        print(f"{name:44}{spent:10.1f}{big[name]:36.1f}{big[name] / spent:9.2f}")
    grown = [name for name, spent in small.items() if big[name] > GROWTH * spent]
    print(f"promise: grows by at most {GROWTH}: {'NOT MET by ' + ', '.join(grown) if grown else 'met'}")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
