# SPDX-License-Identifier: Apache-2.0
"""toopher-admin backup and restore, while logins go on and without a server."""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import unittest

import pexpect

SOURCE = os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../.."
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))

import admin
import device
import requester
import system


class Load:
    """Pushes of many users, as fast as one client can ask."""

    def __init__(self, server):
        self.host = requester.Requester(server.url, server.key, server.secret)
        self.ended = threading.Event()
        self.statuses = []
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while not self.ended.is_set():
            self.statuses.append(self.host.post("authentication_requests/initiate", user_name="jdoe", terminal_name="host",
                                                action_name="sshd", otp="000000")[0])

    def __enter__(self):
        self.thread.start()
        system.wait_until(lambda: len(self.statuses) > 5, "logins under way")
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join(system.PATIENCE)


class Backup(admin.AdminCase):
    def setUp(self):
        super().setUp()
        self.only_a_file()
        self.file = os.path.join(self.scratch, "backup.sqlite")

    def back_up(self, *more):
        done = self.run_it("backup", self.file, *more)
        self.assertEqual(done.returncode, 0, done)
        return done

    def restore(self):
        done = self.run_it("--yes", "restore", self.file)
        self.assertEqual(done.returncode, 0, done)
        return done

    def code(self):
        return self.phone.code(next(iter(self.phone.seeds)))

    def test_backup_under_load_is_whole(self):
        with Load(self.server) as load:
            before = len(load.statuses)
            done = self.back_up()
            system.wait_until(lambda: len(load.statuses) > before, "logins go on")
        self.assertEqual(set(load.statuses), {200})
        self.assertIn("is complete and checked", done.stderr)
        self.assertIn("toopherd.key", done.stderr)
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
        self.assertEqual(os.listdir(self.scratch).count("backup.sqlite"), 1)
        self.assertFalse([name for name in os.listdir(self.scratch) if name.startswith("backup.sqlite") and name != "backup.sqlite"])
        self.assertEqual(admin.query(self.file, "PRAGMA integrity_check"), [("ok",)])
        self.assertGreater(admin.query(self.file, "SELECT count(*) FROM requests")[0][0], 5)
        self.assertEqual(self.audited("backup made")["file"], self.file)
        with open(self.server.database + "-wal", "rb") as wal, open(self.file, "rb") as copy:
            key = open(os.path.join(self.server.directory, "toopherd.key"), "rb").read().strip()
            self.assertNotIn(key, wal.read() + copy.read())

    def test_nothing_is_overwritten(self):
        with open(self.file, "w", encoding="ascii") as file:
            file.write("precious")
        self.assertEqual(self.run_it("backup", self.file).returncode, 1)
        with open(self.file, encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")
        self.back_up("--force")
        self.assertEqual(admin.query(self.file, "SELECT count(*) FROM users"), [(1,)])
        self.assertEqual(self.run_it("backup", "/nonexistent/file").returncode, 1)

    def check_restored(self):
        self.assertEqual([user["name"] for user in self.json("users")], ["jdoe"])
        self.assertTrue(self.initiate(otp=self.code())[1]["granted"])
        self.assertEqual(self.audited("database restored")["file"], self.file)
        kept = self.audited("database restored")["kept"]
        self.assertEqual(admin.query(kept, "SELECT count(*) FROM users"), [(2,)])
        self.assertEqual(stat.S_IMODE(os.stat(kept).st_mode), 0o600)
        self.assertFalse(os.path.exists(self.server.database + ".restore"))

    def change_after_backup(self):
        self.back_up()
        second = device.Device(self.server.url, os.path.join(self.scratch, "second"))
        second.register()
        self.pair("asmith", second)
        self.assertEqual(len(self.json("users")), 2)

    def test_restore_through_the_running_server(self):
        self.change_after_backup()
        waiting = system.Process(
            [sys.executable, "-c", "import sys; sys.path.insert(0, sys.argv[1]); import requester\n"
             "print(requester.Requester(*sys.argv[2:5]).get('authentication_requests/' + sys.argv[5], wait=50))",
             os.path.dirname(requester.__file__), self.server.url, self.server.key, self.server.secret, self.initiate()[1]["id"]])
        system.wait_until(lambda: self.json("status")["parked"] == 1, "the poll waits")
        owner = os.stat(self.server.database)
        done = self.restore()
        self.assertIn("the replaced database is", done.stderr)
        self.assertEqual(waiting.wait(), 0)
        self.assertIn("'pending': True", waiting.text(), "its poll was answered before the server ended")
        self.assertIsNone(self.server.process.poll(), "the same process serves again, at the same address")
        self.assertEqual((os.stat(self.server.database).st_uid, os.stat(self.server.database).st_gid),
                         (owner.st_uid, owner.st_gid))
        self.check_restored()

    def test_restore_without_a_server(self):
        self.change_after_backup()
        self.server.process.send_signal(signal.SIGKILL)
        self.server.wait()
        self.restore()
        self.serve_again()
        self.check_restored()

    def test_what_cannot_be_restored_changes_nothing(self):
        self.change_after_backup()
        damaged = os.path.join(self.scratch, "damaged")
        shutil.copy(self.file, damaged)
        with open(damaged, "r+b") as file:
            file.seek(5 * 4096)
            file.write(b"\xa5" * 3 * 4096)
        os.mkdir(os.path.join(self.scratch, "foreign"))
        foreign = system.Toopherd(os.path.join(self.scratch, "foreign"))
        foreign.stop()
        newer = os.path.join(self.scratch, "newer")
        shutil.copy(self.file, newer)
        with sqlite3.connect(newer) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
        garbage = os.path.join(self.scratch, "garbage")
        with open(garbage, "wb") as file:
            file.write(b"no database" * 1000)
        for file, word in ((damaged, "damaged"), (foreign.database, "key file"), (newer, "newer"), (garbage, "garbage"),
                           (os.path.join(self.scratch, "missing"), "missing")):
            done = self.run_it("--yes", "restore", file)
            self.assertEqual(done.returncode, 1, done)
            self.assertIn(word, done.stderr)
        self.assertEqual(len(self.json("users")), 2)
        self.assertFalse([name for name in os.listdir(self.server.directory) if ".restore" in name or ".before" in name])
        self.assertTrue(self.initiate(otp=self.code())[1]["granted"])

    def test_it_is_asked_first(self):
        self.back_up()
        self.assertEqual(self.run_it("restore", self.file).returncode, 1)
        terminal = pexpect.spawn(system.program("toopher-admin"), ["--config", self.config, "restore", self.file],
                                 timeout=system.PATIENCE, encoding="utf-8", dimensions=(24, 500))
        self.addCleanup(terminal.close)
        terminal.expect_exact("codes that were used since are good again")
        terminal.expect("to go on: ")
        terminal.sendline("no")
        terminal.expect_exact("nothing was changed")

    def test_killed_at_any_moment_leaves_no_half_file(self):
        for delay in (0.0, 0.01, 0.02, 0.05):
            backup = subprocess.Popen([system.program("toopher-admin"), "--config", self.config, "backup", "--force", self.file],
                                      stderr=subprocess.DEVNULL)
            try:
                backup.wait(delay)
            except subprocess.TimeoutExpired:
                backup.kill()
            backup.wait()
            if os.path.exists(self.file):
                self.assertEqual(admin.query(self.file, "PRAGMA integrity_check"), [("ok",)])
        self.back_up("--force")


class OnPostgres(admin.AdminCase):
    def test_the_command_is_named(self):
        if not self.postgres:
            self.skipTest("about a PostgreSQL")
        for command, program in (("backup", "pg_dump"), ("restore", "pg_restore")):
            done = self.run_it("--yes", command, "/tmp/file")
            self.assertEqual(done.returncode, 1)
            self.assertIn(program, done.stderr)
            self.assertIn("key file is not in", done.stderr)


if __name__ == "__main__":
    unittest.main()
