# SPDX-License-Identifier: Apache-2.0
"""The admin socket: who may use it, what becomes of it, and that it is asked before something is lost."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import unittest

import pexpect

SOURCE = os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../.."
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))

import admin
import system


class Socket(admin.AdminCase):
    def exchange(self, text):
        """(status, JSON) of what is answered to these bytes."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(system.PATIENCE)
            connection.connect(self.socket)
            connection.sendall(text.encode())
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), json.loads(body)

    def post(self, path, body, method="POST"):
        return self.exchange(f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}")

    def test_only_its_user_can_reach_it(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.socket).st_mode), 0o600)
        self.assertTrue(stat.S_ISSOCK(os.stat(self.socket).st_mode))
        self.assertEqual(os.listdir(self.server.directory).count(os.path.basename(self.socket)), 1)

    @unittest.skipIf(os.geteuid() != 0, "needs root, to be somebody else")
    def test_others_are_refused(self):
        stranger = {"user": 12345, "group": 12345, "extra_groups": []}
        readable = os.path.join(self.scratch, "copy.conf")
        shutil.copy(self.config, readable)
        for path, mode in ((self.scratch, 0o711), (self.server.directory, 0o711), (readable, 0o644)):
            os.chmod(path, mode)
        with open(readable, "a", encoding="ascii") as file:
            file.write(f"admin-socket = {self.socket}\n")
        done = self.run_it("users", config=readable, **stranger)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done)
        self.assertIn("permission denied; run toopher-admin as root", done.stderr)
        # The kernel's word counts, not the file's mode.
        os.chmod(self.socket, 0o666)
        done = self.run_it("users", config=readable, **stranger)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done)
        self.assertIn("Only root and the user that runs toopherd", done.stderr)
        self.server.wait_for_line("uid 12345 may not use the admin socket")

    def test_calls_that_are_none(self):
        good = '{"parameters":{}}'
        self.assertEqual(self.post("/admin/v1/users", good)[0], 200)
        self.assertEqual(self.post("/admin/v1/users", good, "GET")[0], 405)
        self.assertEqual(self.post("/v1/users", good)[0], 404)
        self.assertEqual(self.post("/admin/v1/nonsense", good)[0], 404)
        for body in ("", "[]", "{", '{"parameters":[]}'):
            self.assertEqual(self.post("/admin/v1/users", body)[0], 400, body)
        self.assertEqual(self.post("/admin/v1/show", '{"parameters":{"user":7}}')[0], 400)
        self.assertEqual(self.post("/admin/v1/show", good)[0], 400)

    def test_a_dead_server_is_replaced_and_a_living_one_is_not(self):
        self.server.process.send_signal(signal.SIGKILL)
        self.server.wait()
        self.assertTrue(os.path.exists(self.socket))
        self.assertIn("toopherd does not run", self.run_it("users").stderr)
        self.serve_again()
        self.assertEqual(self.rows("users")[0][0], "jdoe")
        second = subprocess.run([system.program("toopherd"), "--config", self.config], capture_output=True, text=True,
                                check=False, timeout=system.PATIENCE)
        self.assertEqual(second.returncode, 1)
        self.assertIn("is another toopherd's", second.stderr)
        self.assertEqual(self.rows("users")[0][0], "jdoe")
        self.server.stop()
        self.assertFalse(os.path.exists(self.socket))

    def test_a_file_of_that_name_is_kept(self):
        self.server.stop()
        with open(self.socket, "w", encoding="ascii") as file:
            file.write("precious")
        started = subprocess.run([system.program("toopherd"), "--config", self.config], capture_output=True, text=True,
                                 check=False, timeout=system.PATIENCE)
        self.assertEqual(started.returncode, 1)
        self.assertIn("there is a file of that name", started.stderr)
        with open(self.socket, encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")

    def test_another_place_and_a_long_name(self):
        self.server.stop()
        place = os.path.join(self.scratch, "x" * 60, "run")
        os.makedirs(os.path.dirname(place))
        with open(self.config, "a", encoding="ascii") as file:
            file.write(f"admin-socket = {place}/{'y' * 60}.sock\n")
        self.serve_again()
        self.assertEqual(self.rows("users")[0][0], "jdoe")
        self.assertEqual(stat.S_IMODE(os.stat(place).st_mode), 0o700)

    def test_offline_is_refused_while_a_server_runs(self):
        done = self.run_it("--offline", "users")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("--offline is refused", done.stderr)
        self.only_a_file()
        # Nor does another socket's name lead past it.
        other = os.path.join(self.server.directory, "other.conf")
        shutil.copy(self.config, other)
        with open(other, "a", encoding="ascii") as file:
            file.write("admin-socket = nobody.sock\n")
        done = self.run_it("--yes", "disable", "jdoe", config=other)
        self.assertEqual(done.returncode, 1)
        self.assertIn("a toopherd works on", done.stderr)
        self.assertEqual(self.initiate()[0], 200)


@unittest.skipIf(os.geteuid() != 0, "needs root, to be two users")
class OfAnotherUser(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="toopher-admin-")
        self.addCleanup(scratch.cleanup)
        self.scratch = scratch.name
        self.server = system.Toopherd(self.scratch, **system.without_privileges(self.scratch))
        self.addCleanup(self.server.stop)

    def admin(self, *arguments):
        done = subprocess.run([system.program("toopher-admin"), "--config", self.server.config, *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def everything_is_the_servers(self):
        owners = {name: os.stat(os.path.join(self.server.directory, name)).st_uid
                  for name in os.listdir(self.server.directory)}
        self.assertEqual(set(owners.values()), {system.NOBODY}, owners)

    def test_root_administers_it_and_leaves_it_its_files(self):
        self.assertIn("first requester", self.admin("requesters"))
        self.admin("requester", "add", "web")
        if "://" not in self.server.database:
            self.admin("key", "rotate")
            copy = os.path.join(self.scratch, "copy")
            self.admin("backup", copy)
            self.assertEqual(os.stat(copy).st_uid, 0)
            self.admin("--yes", "restore", copy)
        self.assertIn("web", self.admin("requesters"))
        self.everything_is_the_servers()
        self.server.stop()
        self.assertIn("web", self.admin("--offline", "requesters"))
        self.admin("--offline", "requester", "set", "web", "--automation", "no")
        self.everything_is_the_servers()


class Asking(admin.AdminCase):
    """Before something is lost."""

    def spawn(self, *arguments):
        terminal = pexpect.spawn(system.program("toopher-admin"), ["--config", self.config, *arguments],
                                 timeout=system.PATIENCE, encoding="utf-8")
        self.addCleanup(terminal.close)
        return terminal

    def test_the_name_must_be_typed(self):
        for typed, status, phones in (("jdo", 1, 1), ("", 1, 1), ("yes", 1, 1), ("jdoe", 0, 0)):
            terminal = self.spawn("reset", "jdoe")
            terminal.expect_exact("This removes 1 phone and 0 recovery codes of jdoe, and withdraws 0 pending requests.")
            terminal.expect_exact("Type jdoe to go on: ")
            terminal.sendline(typed)
            terminal.expect(pexpect.EOF)
            self.assertEqual("nothing was changed" in terminal.before, status == 1)
            terminal.close()
            self.assertEqual(terminal.exitstatus, status, typed)
            self.assertEqual(self.json("show", "jdoe")["phones"], phones)

    def test_end_of_input_is_no(self):
        terminal = self.spawn("disable", "jdoe")
        terminal.expect_exact("This refuses every login of jdoe")
        terminal.expect_exact("Type jdoe to go on: ")
        terminal.sendeof()
        terminal.expect(pexpect.EOF)
        terminal.close()
        self.assertEqual(terminal.exitstatus, 1)
        self.assertTrue(self.json("show", "jdoe")["enabled"])

    def test_without_a_terminal_nobody_is_asked(self):
        for command in ("reset", "disable"):
            done = self.run_it(command, "jdoe")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("give --yes", done.stderr)
        done = self.run_it("reset", "jdoe", stdin=None, input="jdoe\n")
        self.assertEqual(done.returncode, 1)
        self.assertEqual((self.json("show", "jdoe")["phones"], self.json("show", "jdoe")["enabled"]), (1, True))
        # Nothing is lost by the first recovery codes, so nothing is asked.
        self.admin("recovery-codes", "jdoe")
        self.assertEqual(self.run_it("recovery-codes", "jdoe").returncode, 1)
        self.assertIn("10 earlier recovery codes", self.run_it("recovery-codes", "jdoe").stderr)


class Follow(admin.AdminCase):
    def test_what_happens_is_told_at_once(self):
        follower = system.Process([system.program("toopher-admin"), "--config", self.config, "--json", "audit", "log",
                                   "--follow", "--user", "jdoe"])
        self.addCleanup(follower.process.kill)
        follower.wait_for_line('"pairing allowed"')
        for _ in range(3):
            self.admin("--yes", "disable", "jdoe")
            follower.wait_for_line('"user disabled"')
            self.admin("enable", "jdoe")
        follower.wait_for_line('"user enabled"')
        system.wait_until(lambda: follower.text().count("user enabled") == 3, "the third change")
        follower.process.send_signal(signal.SIGINT)
        follower.wait()
        lines = [json.loads(line) for line in follower.text("stdout").splitlines()]
        self.assertEqual([line["number"] for line in lines], sorted({line["number"] for line in lines}))
        self.assertEqual({line.get("user") for line in lines}, {"jdoe"})

    def test_since_and_event(self):
        self.admin("--yes", "disable", "jdoe")
        lines = [json.loads(line) for line in self.admin("--json", "audit", "log", "--event", "user *").splitlines()]
        self.assertEqual([line["event"] for line in lines], ["user disabled"])
        self.assertEqual(self.admin("audit", "log", "--since", "2100-01-01"), "")
        self.assertIn("user disabled", self.admin("audit", "log", "--since", "2020-01-01 00:00"))
        self.assertEqual(len(self.admin("audit", "log").splitlines()), len(self.audit()))

    def test_long_logs_are_read_in_pages(self):
        for _ in range(250):
            self.initiate(otp="000000")
        lines = [json.loads(line) for line in self.admin("--json", "audit", "log").splitlines()]
        self.assertEqual(len(lines), len(self.audit()))
        self.assertGreater(len(lines), 250)


class Verify(admin.AdminCase):
    def test_a_grant_is_proven_and_a_forged_one_is_not(self):
        self.initiate()
        self.phone.answer_request(self.phone.pending()["requests"][0], "allow")
        (proof,) = self.json("audit", "verify", "jdoe")
        self.assertEqual((proof["action"], proof["alarming"], proof["proof"]), ("sshd", False, "proven"))
        self.assertEqual(self.json("audit", "verify", proof["id"])[0]["proof"], "proven")
        self.assertEqual(self.rows("audit", "verify", "jdoe")[0][4], "proven")
        self.assertEqual(self.run_it("audit", "verify", "nobody").returncode, 3)
        self.assertEqual(self.run_it("audit", "verify", admin.UNKNOWN).returncode, 1)
        self.only_a_file()
        self.server.stop()
        with sqlite3.connect(self.server.database) as database:
            database.execute("UPDATE requests SET action_name = 'rm -rf /'")
        database.close()
        self.serve_again()
        done = self.run_it("audit", "verify", "jdoe")
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("look into it", done.stderr)


if __name__ == "__main__":
    unittest.main()
