#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A database that an earlier toopherd made is opened, brought up to date, and nothing in it is lost."""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../.."
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))

import device
import requester
import system

PASSING = ("nonces", "tries", "phrases")  # housekeeping removes from these what is over


class FirstSchema(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="toopher-old-")
        self.addCleanup(scratch.cleanup)
        self.directory = scratch.name
        self.database = self.file("toopherd.sqlite")
        with open(os.path.join(SOURCE, "tests/data/toopherd-1.sql"), encoding="utf-8") as file:
            dump = file.read()
        with sqlite3.connect(self.database) as database:
            database.executescript(dump)
        database.close()
        self.facts = {name: value.split() for name, value in re.findall("^-- (key file|requester|seed): (.*)$", dump, re.M)}
        self.write("toopherd.key", self.facts["key file"][0])
        self.write("toopherd.conf", "[server]\nlisten = 127.0.0.1:0\ndatabase = toopherd.sqlite\nkey-file = toopherd.key\n")

    def file(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.file(name), "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(text + "\n")

    def rows(self):
        """Every lasting table of the first schema, and the version."""
        database = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)
        try:
            names = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
            tables = {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in names if name not in PASSING}
            return tables, database.execute("PRAGMA user_version").fetchone()[0]
        finally:
            database.close()

    def serve(self):
        server = system.Process([system.program("toopherd"), "--config", self.file("toopherd.conf")])
        self.addCleanup(server.stop)
        return server, server.wait_for_line(r"toopherd: ready on (http://127\.0\.0\.1:\d+)").group(1)

    def test_everything_is_kept(self):
        before, version = self.rows()
        self.assertEqual((version, len(before["requests"]), len(before["pairings"])), (1, 2, 1))
        server, _ = self.serve()
        server.stop()
        after, version = self.rows()
        self.assertEqual(version, 2)
        self.assertEqual({name: after[name] for name in before}, before)
        server, _ = self.serve()  # and once more, with nothing left to do
        server.stop()
        self.assertEqual(self.rows(), (after, 2))

    def test_what_was_sealed_still_counts(self):
        _, url = self.serve()
        host = requester.Requester(url, *self.facts["requester"])
        pairing, seed = self.facts["seed"]
        phone = device.Device(url, self.file("phone"))
        phone.seeds[pairing] = bytes.fromhex(seed)

        def login(**more):
            return host.post("authentication_requests/initiate", user_name="jdoe", terminal_name="host", **more)[1]

        self.assertTrue(login(otp=phone.code(pairing))["granted"])
        self.assertTrue(login()["pending"])
        made = subprocess.run([system.program("toopher-admin"), "--config", self.file("toopherd.conf"), "recovery-codes",
                               "jdoe"], capture_output=True, text=True, check=True)
        self.assertTrue(login(otp=made.stdout.split()[0])["granted"])

    def test_a_newer_database_is_left_alone(self):
        database = sqlite3.connect(self.database)
        with database:
            database.execute("PRAGMA user_version = 1000")
        database.close()
        before = self.rows()
        done = subprocess.run([system.program("toopherd"), "--config", self.file("toopherd.conf")], capture_output=True,
                              text=True, check=False, timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn("newer than this toopherd", done.stderr)
        self.assertEqual(self.rows(), before)


if __name__ == "__main__":
    unittest.main()
