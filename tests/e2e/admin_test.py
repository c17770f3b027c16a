# SPDX-License-Identifier: Apache-2.0
"""toopher-admin beside a running toopherd."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import device
import requester
import system


class Admin(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="toopher-admin-")
        self.addCleanup(directory.cleanup)
        self.server = system.Toopherd(directory.name)
        self.addCleanup(self.server.stop)
        self.config = os.path.join(self.server.directory, "toopherd.conf")
        self.host = requester.Requester(self.server.url, self.server.key, self.server.secret)
        self.phone = device.Device(self.server.url, os.path.join(directory.name, "phone"))
        self.phone.register()
        self.host.post("pairings/create", pairing_phrase=self.phone.phrase(), user_name="jdoe")
        self.phone.answer_pairing(self.phone.pending()["pairings"][0], "allow")

    def run_it(self, *arguments, config=None):
        return subprocess.run([system.program("toopher-admin"), "--config", config or self.config, *arguments],
                              capture_output=True, text=True, check=False, timeout=60, env={"SUDO_USER": "boss"})

    def admin(self, *arguments):
        """What it prints; on the standard error are the lines that came into the audit log, and nothing else."""
        before = len(self.audit())
        done = self.run_it(*arguments)
        mine = [line for line in self.audit()[before:] if "toopher-admin" in line.get("by", line.get("requester", ""))]
        told = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertEqual((done.returncode, told), (0, mine), done)
        self.assertEqual(bool(told), arguments[0] in ("reset", "enable", "disable", "unlock", "recovery-codes"), done)
        return done.stdout

    def initiate(self, **more):
        return self.host.post("authentication_requests/initiate", user_name="jdoe", terminal_name="host",
                              action_name="sshd", **more)

    def audit(self):
        with sqlite3.connect(f"file:{self.server.database}?mode=ro", uri=True, timeout=30) as database:
            return [json.loads(row[0]) for row in database.execute("SELECT fields FROM audit ORDER BY number_in_order")]

    def test_users_and_show(self):
        self.assertEqual(self.admin("users"), "jdoe: 1 phone, 0 recovery codes\n")
        self.initiate()
        shown = self.admin("show", "jdoe")
        self.assertIn("  phone test phone (python): paired, ", shown)
        self.assertIn("  waits for an answer: sshd at host, ", shown)
        user, = json.loads(self.admin("--json", "users"))
        self.assertEqual((user["name"], user["enabled"], user["phones"], user["codes_locked"]), ("jdoe", True, 1, False))
        details = json.loads(self.admin("--json", "show", "jdoe"))
        self.assertEqual([entry["state"] for entry in details["pairings"]], ["paired"])
        self.assertEqual([entry["action"] for entry in details["pending"]], ["sshd"])
        with open(os.path.join(self.server.directory, "toopherd.key"), encoding="ascii") as file:
            self.assertNotIn(file.read().strip(), shown)

    def test_disable_and_enable(self):
        self.admin("disable", "jdoe")
        self.assertEqual(self.initiate()[1]["error_code"], 704)
        self.assertEqual(self.admin("users"), "jdoe: 1 phone, 0 recovery codes, disabled\n")
        self.admin("enable", "jdoe")
        self.assertEqual(self.initiate()[0], 200)
        line = next(line for line in self.audit() if line["event"] == "user disabled")
        self.assertRegex(line["requester"], "^toopher-admin, .* for boss$")

    def test_unlock(self):
        for _ in range(5):
            self.initiate(otp="000000000000")
        self.assertIn("codes locked", self.admin("users"))
        code = self.phone.code(next(iter(self.phone.seeds)))
        self.assertEqual(self.initiate(otp=code)[1]["reason_code"], 1007)
        self.initiate()
        self.phone.answer_request(self.phone.pending()["requests"][0], "not_me")
        self.assertIn("no pushes until", self.admin("show", "jdoe"))
        self.admin("unlock", "jdoe")
        self.assertEqual(self.admin("users"), "jdoe: 1 phone, 0 recovery codes\n")
        self.assertTrue(self.initiate(otp=code)[1]["granted"])
        self.assertTrue(self.initiate()[1]["pending"])

    def test_recovery_codes(self):
        codes = self.admin("recovery-codes", "jdoe").split()
        self.assertEqual(len(codes), 10)
        self.assertRegex(codes[0], r"^\d{4}-\d{4}-\d{4}$")
        self.assertTrue(self.initiate(otp=codes[0])[1]["granted"])
        self.assertEqual(self.admin("users"), "jdoe: 1 phone, 9 recovery codes\n")
        self.assertNotIn(codes[0].replace("-", ""), json.dumps(self.audit()))

    def test_reset_reaches_who_waits(self):
        self.admin("recovery-codes", "jdoe")
        request = self.initiate()[1]
        waiting = system.Process(
            [sys.executable, "-c", "import sys; sys.path.insert(0, sys.argv[1]); import requester\n"
             "print(requester.Requester(*sys.argv[2:5]).get('authentication_requests/' + sys.argv[5], wait=50)[1])",
             os.path.dirname(requester.__file__), self.server.url, self.server.key, self.server.secret, request["id"]])
        began = time.monotonic()
        self.admin("reset", "jdoe")
        self.assertEqual(waiting.wait(), 0)
        self.assertIn("The user was reset.", waiting.text())
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(self.initiate()[1]["error_code"], 707)
        self.assertEqual(self.admin("users"), "jdoe: 0 phones, 0 recovery codes\n")
        self.assertIn(": removed, ", self.admin("show", "jdoe"))

    def test_wrong_use(self):
        for wrong in ((), ("nonsense",), ("show",), ("users", "jdoe"), ("reset", "jdoe", "more"), ("--json", "reset", "jdoe"),
                      ("--nonsense",)):
            self.assertEqual(self.run_it(*wrong).returncode, 2, wrong)
        for command in ("show", "reset", "enable", "disable", "unlock", "recovery-codes"):
            done = self.run_it(command, "nobody\033[2J")
            self.assertEqual((done.returncode, done.stdout), (3, ""), done)
            self.assertEqual(done.stderr, "toopher-admin: there is no user nobody[2J\n")
        self.assertEqual(self.run_it("users", config="/nonexistent/toopherd.conf").returncode, 1)
        os.rename(self.server.database, self.server.database + ".away")
        try:
            done = self.run_it("users")
            self.assertEqual(done.returncode, 1)
            self.assertIn("cannot be found", done.stderr)
            self.assertFalse(os.path.exists(self.server.database))
        finally:
            os.rename(self.server.database + ".away", self.server.database)
        self.assertEqual(self.run_it("--help").returncode, 0)


if __name__ == "__main__":
    unittest.main()
