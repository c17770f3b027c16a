# SPDX-License-Identifier: Apache-2.0
"""toopher-admin beside a toopherd that has one paired user, jdoe."""

import json
import os
import sqlite3
import subprocess
import tempfile
import unittest

import device
import requester
import system

def query(path, sql):
    """All rows of an SQLite file that others may be writing to."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


UNKNOWN = "00000000-0000-4000-8000-000000000000"  # an id that nothing has


class AdminCase(unittest.TestCase):
    """`server`, `host` (its first requester), `phone` (jdoe's); `offline`: the server is stopped before the test."""
    offline = False

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="toopher-admin-")
        self.addCleanup(directory.cleanup)
        self.scratch = directory.name
        self.server = system.Toopherd(directory.name)
        self.addCleanup(lambda: self.server.stop())
        self.config = self.server.config
        self.postgres = "://" in self.server.database
        self.socket = (self.config if self.postgres else self.server.database) + "-admin"
        self.host = requester.Requester(self.server.url, self.server.key, self.server.secret)
        self.phone = device.Device(self.server.url, os.path.join(directory.name, "phone"))
        self.phone.register()
        self.pair("jdoe", self.phone)
        if self.offline:
            self.server.stop()

    def pair(self, user, phone):
        """Its pairing's id."""
        status, pairing = self.host.post("pairings/create", pairing_phrase=phone.phrase(), user_name=user)
        self.assertEqual(status, 200, pairing)
        phone.answer_pairing(phone.pending()["pairings"][0], "allow")
        return pairing["id"]

    def serve_again(self):
        """The same server, at another port."""
        self.server.stop()
        self.server.start_again()
        self.host.base = self.server.url + "/v1/"
        self.phone.url = self.server.url

    def run_it(self, *arguments, config=None, **options):
        options.setdefault("env", {"SUDO_USER": "boss"})
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([system.program("toopher-admin"), "--config", config or self.config, *arguments],
                              capture_output=True, text=True, check=False, timeout=120, **options)

    def admin(self, *arguments, **options):
        """What it prints. It succeeds, and says nothing else while the server runs."""
        done = self.run_it(*arguments, **options)
        self.assertEqual(done.returncode, 0, done)
        if self.server.process.poll() is None:
            self.assertEqual(done.stderr, "", done)
        return done.stdout

    def only_a_file(self):
        """Skips where the database is a PostgreSQL."""
        if self.postgres:
            self.skipTest("about a database that is a file")

    def rows(self, *arguments):
        """A table's rows, as lists of cells; the header is checked to be aligned with each."""
        lines = self.admin(*arguments).splitlines()
        self.assertTrue(lines, arguments)
        starts = [i for i, c in enumerate(lines[0]) if c != " " and (i == 0 or lines[0][i - 2:i] == "  ")]
        for line in lines[1:]:
            for start in starts[1:]:
                self.assertEqual(line[start - 2:start], "  ", lines)
        return [[line[a:b].strip() for a, b in zip(starts, [*starts[1:], None])] for line in lines[1:]]

    def json(self, *arguments):
        return json.loads(self.admin("--json", *arguments))

    def initiate(self, **more):
        return self.host.post("authentication_requests/initiate", user_name="jdoe", terminal_name="host",
                              action_name="sshd", **more)

    def audit(self):
        if self.postgres:
            lines = [json.loads(line) for line in self.run_it("--json", "audit", "log").stdout.splitlines()]
            return [{name: value for name, value in line.items() if name != "number"} for line in lines]
        return [json.loads(fields) for fields, in query(self.server.database,
                                                        "SELECT fields FROM audit ORDER BY number_in_order")]

    def audited(self, event):
        """The last audit line of this event."""
        return [line for line in self.audit() if line["event"] == event][-1]
