#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A database that an earlier toopherd made is opened, brought up to date, and nothing in it is lost."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../.."
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))

import device
import requester
import system

PASSING = ("nonces", "tries", "phrases", "forgotten_nonces")  # housekeeping removes from these what is over


def query(path, sql):
    """All rows."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def version(path):
    return query(path, "PRAGMA user_version")[0][0]


def parts(path):
    """Tables, indexes and triggers."""
    return sorted(query(path, "SELECT type, name, tbl_name FROM sqlite_schema"))


def columns(path):
    """Those of every lasting table."""
    tables = [name for name, in query(path, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    return {table: [row[1] for row in query(path, f"PRAGMA table_info({table})")] for table in tables
            if table not in PASSING}


def rows(path, tables):
    """What stands in these columns of each table; not the device that stands for one that has not joined yet. Requests
    become past ones as time goes by."""
    def all_of(table, names):
        found = query(path, f"SELECT {', '.join(names)} FROM {table}")
        if table == "requests" and "past_requests" in columns(path):
            found += query(path, f"SELECT {', '.join(names)} FROM past_requests")
        return sorted(row for row in found if row[0] != "")
    return {table: all_of(table, names) for table, names in tables.items() if table != "past_requests"}


class OldDatabase:
    """The same for each schema. `number`: of the schema; `requests`: how many rows the table of requests has."""
    number = requests = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="toopher-old-")
        self.addCleanup(scratch.cleanup)
        self.directory = scratch.name
        self.database = self.file("toopherd.sqlite")
        with open(os.path.join(SOURCE, f"tests/data/toopherd-{self.number}.sql"), encoding="utf-8") as file:
            dump = file.read()
        with sqlite3.connect(self.database) as database:
            database.executescript(dump)
        database.close()
        self.facts = {name: value.split() for name, value in re.findall(r"^-- (key file|\w+): (.*)$", dump, re.M)}
        self.write("toopherd.key", self.facts["key file"][0])
        self.write("toopherd.conf", "[server]\nlisten = 127.0.0.1:0\ndatabase = toopherd.sqlite\nkey-file = toopherd.key\n"
                                    "keep-requests = 0\nkeep-audit = 0\n")

    def file(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.file(name), "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(text + "\n")

    def admin(self, *arguments):
        """What toopher-admin prints. It succeeds."""
        done = subprocess.run([system.program("toopher-admin"), "--config", self.file("toopherd.conf"), "--yes", *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def serve(self):
        server = system.Process([system.program("toopherd"), "--config", self.file("toopherd.conf")])
        self.addCleanup(server.stop)
        return server, server.wait_for_line(r"toopherd: ready on (http://127\.0\.0\.1:\d+)").group(1)

    def login(self, url, **more):
        return requester.Requester(url, *self.facts["requester"]).post(
            "authentication_requests/initiate", user_name="jdoe", terminal_name="host", **more)[1]

    def code(self):
        """The one of jdoe's phone."""
        pairing, seed = self.facts["seed"]
        phone = device.Device("", tempfile.mkdtemp(dir=self.directory) + "/phone")
        phone.seeds[pairing] = bytes.fromhex(seed)
        return phone.code(pairing)

    def newest(self):
        """The version, the parts and the columns of a database that was made today."""
        made = subprocess.run([system.program("toopherd"), "--init", self.file("new")], capture_output=True, text=True,
                              check=False)
        self.assertEqual(made.returncode, 0, made.stderr)
        path = self.file("new/toopherd.sqlite")
        return version(path), parts(path), columns(path)

    def test_everything_is_kept(self):
        tables = columns(self.database)
        before = rows(self.database, tables)
        self.assertEqual((version(self.database), len(before["requests"]), len(before["pairings"])),
                         (self.number, self.requests, 1))
        server, _ = self.serve()
        server.stop()
        self.assertEqual((version(self.database), parts(self.database), columns(self.database)), self.newest())
        self.assertEqual(rows(self.database, tables), before)
        after = rows(self.database, columns(self.database))
        server, _ = self.serve()  # and once more, with nothing left to do
        server.stop()
        self.assertEqual(rows(self.database, columns(self.database)), after)

    def test_what_was_sealed_still_counts(self):
        _, url = self.serve()
        self.assertTrue(self.login(url, otp=self.code())["granted"])
        self.assertTrue(self.login(url)["pending"])
        for used, code in zip((True, False, False), self.facts.get("recovery", [])):
            self.assertEqual(self.login(url, otp=code)["granted"], not used)
        made = self.admin("recovery-codes", "jdoe")
        self.assertTrue(self.login(url, otp=made.split()[0])["granted"])

    def restore_one_from_before(self, is_running):
        backup = self.file("backup.sqlite")
        shutil.copy(self.database, backup)
        tables = columns(backup)
        before = rows(backup, tables)
        server, url = self.serve()
        self.login(url)
        if not is_running:
            server.stop()
        self.admin("restore", backup)
        if not is_running:
            _, url = self.serve()
        self.assertEqual((version(self.database), parts(self.database), columns(self.database)), self.newest())
        after = rows(self.database, tables)
        for told in ("audit", "memos"):  # of the restoring, too
            self.assertEqual([row for row in before.get(told, []) if row not in after[told]], [])
        same = tables.keys() - {"audit", "memos", "sqlite_sequence", "past_requests"}
        self.assertEqual({table: after[table] for table in same}, {table: before[table] for table in same})
        self.assertTrue(self.login(url, otp=self.code())["granted"])

    def test_a_backup_from_before_is_restored(self):
        self.restore_one_from_before(is_running=True)

    def test_a_backup_from_before_is_restored_without_a_server(self):
        self.restore_one_from_before(is_running=False)

    def test_a_newer_database_is_left_alone(self):
        database = sqlite3.connect(self.database)
        with database:
            database.execute("PRAGMA user_version = 1000")
        database.close()
        tables = columns(self.database)
        before = rows(self.database, tables)
        done = subprocess.run([system.program("toopherd"), "--config", self.file("toopherd.conf")], capture_output=True,
                              text=True, check=False, timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn("newer than this toopherd", done.stderr)
        self.assertEqual((rows(self.database, tables), version(self.database)), (before, 1000))


class FirstSchema(OldDatabase, unittest.TestCase):
    number, requests = 1, 2


class SecondSchema(OldDatabase, unittest.TestCase):
    number, requests = 2, 4


class ThirdSchema(OldDatabase, unittest.TestCase):
    number, requests = 3, 4


class FourthSchema(OldDatabase, unittest.TestCase):
    number, requests = 4, 5

    def test_the_past_is_put_apart(self):
        (oldest,), *_ = query(self.database, "SELECT id FROM requests ORDER BY modified")
        server, url = self.serve()
        host = requester.Requester(url, *self.facts["requester"])
        self.assertTrue(host.get("authentication_requests/" + oldest)[1]["granted"])
        server.stop()
        self.assertEqual(query(self.database, f"SELECT count(*) FROM requests WHERE id = '{oldest}'"), [(0,)])
        self.assertIn((oldest,), query(self.database, "SELECT id FROM past_requests"))


class FifthSchema(OldDatabase, unittest.TestCase):
    number, requests = 5, 7

    def test_calls_of_the_last_minutes_stay_used(self):
        used = (int(time.time() + 300) * 1000, "somebody", "a nonce")
        with sqlite3.connect(self.database) as database:
            database.execute("INSERT INTO nonces (expires, owner, nonce) VALUES (?, ?, ?)", used)
        database.close()
        server, _ = self.serve()
        server.stop()
        self.assertIn(used, query(self.database, "SELECT expires, owner, nonce FROM nonces"))


if __name__ == "__main__":
    unittest.main()
