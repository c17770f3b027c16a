# SPDX-License-Identifier: Apache-2.0
"""toopher-admin key add and key rotate: at each step, and after a crash there, the server opens all its secrets."""

import glob
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import unittest

SOURCE = os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../.."
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))

import admin
import system

ALREADY_USED = 1006  # the code of this half minute, which only a server that knows the seed tells from a wrong one

class Keys(admin.AdminCase):
    def setUp(self):
        super().setUp()
        self.file = os.path.join(self.server.directory, "toopherd.key")
        self.codes = self.admin("recovery-codes", "jdoe").split()

    def lines(self):
        with open(self.file, encoding="ascii") as file:
            return file.read().splitlines()

    def write(self, *lines):
        with open(self.file, "w", encoding="ascii") as file:
            file.write("".join(line + "\n" for line in lines))

    def rotate(self):
        """To its end; a PostgreSQL may have several instances, which are told in between."""
        if self.postgres and len(self.lines()) == 1:
            self.assertEqual(self.run_it("key", "rotate").returncode, 1)
            self.assertEqual(self.run_it("key", "add").returncode, 0)
        told = ""
        for more in ((), ("--finish",)) if self.postgres else ((),):
            done = self.run_it("key", "rotate", *more)
            self.assertEqual(done.returncode, 0, done)
            told += done.stderr
        self.assertIn("sealed anew", told)

    def assert_all_open(self):
        """The requester's secret (each call), the salt of the recovery codes, and the phone's seed."""
        self.assertTrue(self.initiate(otp=self.codes.pop())[1]["granted"])
        answer = self.initiate(otp=self.phone.code(next(iter(self.phone.seeds))))[1]
        self.assertTrue(answer["granted"] or answer["reason_code"] == ALREADY_USED, answer)

    def test_rotation(self):
        before = self.lines()
        self.assertEqual(len(before), 1)
        self.rotate()
        after = self.lines()
        self.assertEqual(len(after), 1)
        self.assertNotEqual(before, after)
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
        self.assert_all_open()
        self.serve_again()
        self.assert_all_open()
        self.assertIn("toopher-admin", self.audited("key rotated")["by"])
        # The old key opens nothing any more.
        self.server.stop()
        self.write(*before)
        done = self.run_it("--offline", "users")
        self.assertEqual(done.returncode, 1)
        self.assertIn("key file", done.stderr)

    def test_without_a_server(self):
        self.server.stop()
        self.rotate()
        self.assertEqual(len(self.lines()), 1)
        self.serve_again()
        self.assert_all_open()

    def test_crash_at_each_step(self):
        """The states that a rotation passes, each met by a kill -9 of server and toopher-admin."""
        old = self.lines()[0]
        new = "ab" * 32
        for lines in ((old, "next " + new), (new, old)):
            self.server.process.send_signal(signal.SIGKILL)
            self.server.wait()
            self.write(*lines)
            self.serve_again()
            self.assert_all_open()
        # In the middle: some is sealed under the new key, some under the old one.
        link = self.post("/admin/v1/key/reseal", '{"parameters":{"column":0}}')
        self.assertIn('"changed":1', link)
        self.server.process.send_signal(signal.SIGKILL)
        self.server.wait()
        self.serve_again()
        self.assert_all_open()
        self.rotate()
        self.assertEqual(self.lines(), [new])
        self.serve_again()
        self.assert_all_open()

    def post(self, path, body):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(system.PATIENCE)
            connection.connect(self.socket)
            connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        return answer.decode()

    def test_kill_at_random_under_load(self):
        ended = threading.Event()
        refused = []

        def load():
            while not ended.is_set():
                try:
                    status, answer = self.initiate(otp="000000")
                    if status not in (200, 429):
                        refused.append(answer)
                except OSError:
                    pass  # killed just now
        thread = threading.Thread(target=load, daemon=True)
        thread.start()
        try:
            for delay in (0.005, 0.01, 0.02, 0.03, 0.05):
                rotation = system.Process([system.program("toopher-admin"), "--config", self.config, "key", "rotate"])
                try:
                    rotation.process.wait(delay)
                except subprocess.TimeoutExpired:
                    pass
                self.server.process.send_signal(signal.SIGKILL)
                rotation.process.kill()
                rotation.wait()
                self.server.wait()
                self.server.start_again()
                self.host.base = self.server.url + "/v1/"
                self.phone.url = self.server.url
        finally:
            ended.set()
            thread.join(system.PATIENCE)
        self.assertEqual(refused, [])
        self.rotate()
        self.assertEqual(len(self.lines()), 1)
        self.serve_again()
        self.admin("unlock", "jdoe")
        self.assert_all_open()

    def test_two_phases(self):
        self.only_a_file()
        self.assertEqual(self.run_it("key", "add").returncode, 0)
        old, new = self.lines()
        self.assertTrue(new.startswith("next "))
        self.assertEqual(self.run_it("key", "add").returncode, 1)
        self.assertEqual(self.run_it("key", "rotate").returncode, 0)
        self.assertEqual(self.lines(), [new[len("next "):]])
        self.assertEqual(self.run_it("key", "rotate", "--finish").returncode, 1)
        self.assert_all_open()

    def test_a_damaged_file_is_no_key(self):
        good = self.lines()
        self.server.stop()
        for lines in ((), ("abcd",), ("next " + good[0],), (good[0], "next x"), (good[0], good[0], "what is this")):
            self.write(*lines)
            done = self.run_it("--offline", "users")
            self.assertEqual(done.returncode, 1)
            self.assertIn("restore it from a backup", done.stderr)

    def test_every_sealed_column_is_known(self):
        self.only_a_file()
        with open(os.path.join(SOURCE, "src/server/store/transaction_keys.cc"), encoding="utf-8") as file:
            known = set(re.findall(r"UPDATE (\w+) SET (sealed_\w+)", file.read()))
        columns = set()
        for (table,) in admin.query(self.server.database, "SELECT name FROM sqlite_schema WHERE type = 'table'"):
            columns |= {(table, row[1]) for row in admin.query(self.server.database, f"PRAGMA table_info({table})")
                        if row[1].startswith("sealed_")}
        self.assertEqual(known, columns)
        self.assertEqual(glob.glob(self.file + ".*"), [])


if __name__ == "__main__":
    unittest.main()
