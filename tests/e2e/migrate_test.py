#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""toopher-admin migrate: an SQLite installation becomes one on PostgreSQL, and everybody can still log in."""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../.."
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))

import device  # noqa: E402
import postgres  # noqa: E402
import requester  # noqa: E402
import system  # noqa: E402

PASSING = ("nonces", "tries", "phrases")  # housekeeping removes from these what is over


class Migration(unittest.TestCase):
    """Of a database of the second schema, which has a row in every table that it knows."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = postgres.Postgres()
        cls.addClassCleanup(cls.cluster.__exit__)

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="toopher-migrate-")
        self.addCleanup(scratch.cleanup)
        self.directory = scratch.name
        with open(os.path.join(SOURCE, "tests/data/toopherd-2.sql"), encoding="utf-8") as file:
            dump = file.read()
        self.facts = {name: value.split() for name, value in re.findall(r"^-- (key file|\w+): (.*)$", dump, re.M)}
        self.sqlite = self.file("toopherd.sqlite")
        database = sqlite3.connect(self.sqlite)
        database.executescript(dump)
        database.close()
        self.write("toopherd.key", self.facts["key file"][0])
        self.configure("toopherd.sqlite")
        self.uri = self.cluster.database()

    def file(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.file(name), "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(text + "\n")

    def configure(self, database):
        self.write("toopherd.conf", f"[server]\nlisten = 127.0.0.1:0\ndatabase = {database}\nkey-file = toopherd.key\n")

    def migrate(self, to=None):
        return subprocess.run([system.program("toopher-admin"), "--config", self.file("toopherd.conf"), "migrate", "--to",
                               to or self.uri], capture_output=True, text=True, check=False, timeout=120)

    def refused(self, done, *words):
        self.assertEqual(done.returncode, 1, done)
        for word in words:
            self.assertIn(word, done.stderr)

    def serve(self):
        server = system.Process([system.program("toopherd"), "--config", self.file("toopherd.conf")])
        self.addCleanup(server.stop)
        return server, server.wait_for_line(r"toopherd: ready on (http://127\.0\.0\.1:\d+)").group(1)

    def tables(self):
        """{table: (columns, rows)} of the file."""
        database = sqlite3.connect(f"file:{self.sqlite}?mode=ro", uri=True)
        try:
            names = [name for name, in database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
            return {name: ([row[1] for row in database.execute(f"PRAGMA table_info({name})")],
                           sorted(map(repr, database.execute(f"SELECT * FROM {name}")))) for name in names}
        finally:
            database.close()

    def arrived(self, table, columns):
        """The rows of a table in PostgreSQL, as sqlite3 shows them."""
        types = dict(self.cluster.sql(self.uri, "SELECT column_name, data_type FROM information_schema.columns "
                                                f"WHERE table_name = '{table}'"))
        shown = [f"encode(convert_to({name}, 'UTF8'), 'hex')" if types[name] == "text" else
                 f"encode({name}, 'hex')" if types[name] == "bytea" else name for name in columns]
        value = {"text": lambda text: bytes.fromhex(text).decode(), "bytea": bytes.fromhex, "bigint": int}
        rows = self.cluster.sql(self.uri, f"SELECT {', '.join(shown)} FROM {table}")
        return sorted(repr(tuple(value[types[name]](cell) for name, cell in zip(columns, row))) for row in rows)

    def test_every_row_arrives_and_the_file_stays(self):
        done = self.migrate()
        self.assertEqual(done.returncode, 0, done)
        self.assertIn(f"database = {self.uri}", done.stdout)
        tables = self.tables()
        self.assertEqual(len(tables["requests"][1]), 4)
        for table, (columns, rows) in tables.items():
            self.assertEqual(self.arrived(table, columns), rows, table)
            self.assertRegex(done.stdout, rf"(?m)^{table}: {len(rows)}$")
        self.assertEqual(len(tables), len(self.cluster.sql(self.uri, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'")) - 1)

    def test_logins_go_on(self):
        self.assertEqual(self.migrate().returncode, 0)
        self.configure(self.uri)
        _, url = self.serve()
        host = requester.Requester(url, *self.facts["requester"])
        pairing, seed = self.facts["seed"]
        phone = device.Device(url, self.file("phone"))
        phone.seeds[pairing] = bytes.fromhex(seed)

        def login(**more):
            return host.post("authentication_requests/initiate", user_name="jdoe", terminal_name="host", **more)[1]

        self.assertTrue(login(otp=phone.code(pairing))["granted"])
        self.assertEqual([login(otp=code)["granted"] for code in self.facts["recovery"][:2]], [False, True])
        # The audit log is continued, not begun anew.
        numbers = [int(row[0]) for row in self.cluster.sql(self.uri, "SELECT number_in_order FROM audit ORDER BY at, 1")]
        self.assertEqual(numbers, sorted(numbers))
        self.assertGreater(len(numbers), 12)

    def test_a_running_server_is_left_alone(self):
        self.serve()
        self.refused(self.migrate(), "stop toopherd first")
        self.assertEqual(self.cluster.sql(self.uri, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'"), [])

    def test_a_database_that_is_not_empty_is_left_alone(self):
        self.assertEqual(self.migrate().returncode, 0)
        before = self.cluster.sql(self.uri, "SELECT count(*) FROM audit")
        self.refused(self.migrate(), "name an empty database")
        self.assertEqual(self.cluster.sql(self.uri, "SELECT count(*) FROM audit"), before)

    def test_what_does_not_fit_leaves_nothing_behind(self):
        database = sqlite3.connect(self.sqlite)
        with database:
            database.execute("INSERT INTO nonces (owner, nonce, expires) VALUES ('somebody', CAST(x'ff' AS TEXT), 1)")
        database.close()
        self.refused(self.migrate(), "table nonces")
        self.assertEqual(self.cluster.sql(self.uri, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'"), [])

    def test_another_key_file_is_noticed(self):
        self.write("toopherd.key", "00" * 32)
        self.refused(self.migrate(), "does not belong")
        self.assertEqual(self.cluster.sql(self.uri, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'"), [])

    def test_wrong_targets(self):
        self.refused(self.migrate("toopherd2.sqlite"), "postgresql://")
        done = self.migrate("postgresql://user:sesame@127.0.0.1/x")
        self.refused(done, "password")
        self.assertNotIn("sesame", done.stderr)
        self.refused(self.migrate(f"postgresql://nobody@127.0.0.1:{system.free_port()}/x"), "cannot be reached")


if __name__ == "__main__":
    unittest.main()
