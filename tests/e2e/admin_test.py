# SPDX-License-Identifier: Apache-2.0
"""toopher-admin and the users, beside a running toopherd and on the database alone."""

import json
import os
import sys
import time
import unittest

SOURCE = os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../.."
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))

import admin
import device
import requester
import system


class Users(admin.AdminCase):
    def state(self):
        return self.rows("users")[0][4]

    def test_users(self):
        (row,) = self.rows("users")
        self.assertEqual((row[0], row[1], row[2], row[4]), ("jdoe", "1", "0", "-"))
        self.assertRegex(row[3], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$")
        (user,) = self.json("users")
        self.assertEqual((user["name"], user["enabled"], user["phones"], user["codes_locked"]), ("jdoe", True, 1, False))

    def test_users_are_filtered_and_paged(self):
        names = [f"user{i:04}@example.org" for i in range(450)]
        for name in names:
            self.host.post("users/create", name=name)
        if len(self.json("users")) == 1:
            self.skipTest("this server makes no users without a phone")
        self.assertEqual([user["name"] for user in self.json("users")], ["jdoe", *names])
        self.assertEqual(len(self.rows("users", "--pattern", "*@example.org")), 450)
        self.assertEqual([row[0] for row in self.rows("users", "--pattern", "user000?@*")], names[:10])
        self.assertEqual(len(self.json("users", "--unpaired")), 450)
        self.assertEqual(self.json("users", "--unpaired", "--pattern", "jdoe"), [])

    def test_show(self):
        self.initiate()
        self.assertRegex(self.admin("show", "jdoe"), r"(?s)^user: +jdoe\nstate: +as usual\n.*test phone +python +paired.*"
                                                     r"sshd +host +pending")
        details = self.json("show", "jdoe")
        self.assertEqual([entry["state"] for entry in details["pairings"]], ["paired"])
        self.assertEqual([(entry["action"], entry["state"]) for entry in details["pending"]], [("sshd", "pending")])
        with open(os.path.join(self.server.directory, "toopherd.key"), encoding="ascii") as file:
            self.assertNotIn(file.read().strip(), json.dumps(details))

    def test_requests(self):
        self.initiate()
        self.assertEqual([row[1:5] for row in self.rows("requests")], [["jdoe", "sshd", "host", "pending"]])
        self.phone.answer_request(self.phone.pending()["requests"][0], "deny")
        self.assertEqual(self.json("requests"), [])
        self.assertEqual([entry["state"] for entry in self.json("requests", "--user", "jdoe")], ["denied"])

    def test_disable_and_enable(self):
        self.admin("--yes", "disable", "jdoe")
        self.assertEqual(self.initiate()[1]["error_code"], 704)
        self.assertEqual(self.state(), "disabled")
        self.assertEqual(self.rows("users", "--disabled")[0][0], "jdoe")
        self.assertRegex(self.audited("user disabled")["requester"], "^toopher-admin, .* for boss$")
        self.admin("enable", "jdoe")
        self.assertEqual(self.initiate()[0], 200)
        self.assertEqual(self.json("users", "--disabled"), [])

    def test_unlock(self):
        for _ in range(5):
            self.initiate(otp="000000000000")
        self.assertEqual(self.state(), "codes locked")
        self.assertEqual(len(self.rows("users", "--locked")), 1)
        code = self.phone.code(next(iter(self.phone.seeds)))
        self.assertEqual(self.initiate(otp=code)[1]["reason_code"], 1007)
        self.initiate()
        self.phone.answer_request(self.phone.pending()["requests"][0], "not_me")
        self.assertRegex(self.admin("show", "jdoe"), "no pushes: +until 2")
        self.admin("unlock", "jdoe")
        self.assertEqual(self.state(), "-")
        self.assertTrue(self.initiate(otp=code)[1]["granted"])
        self.assertTrue(self.initiate()[1]["pending"])

    def test_recovery_codes(self):
        codes = self.admin("recovery-codes", "jdoe").split()
        self.assertEqual(len(codes), 10)
        self.assertRegex(codes[0], r"^\d{4}-\d{4}-\d{4}$")
        self.assertTrue(self.initiate(otp=codes[0])[1]["granted"])
        self.assertEqual(self.rows("users")[0][2], "9")
        self.assertNotIn(codes[0].replace("-", ""), json.dumps(self.audit()))
        self.assertEqual(len(self.json("--yes", "recovery-codes", "jdoe")["recovery_codes"]), 10)
        self.assertFalse(self.initiate(otp=codes[1])[1]["granted"])

    def test_reset_reaches_who_waits_at_once(self):
        self.admin("recovery-codes", "jdoe")
        request = self.initiate()[1]
        waiting = system.Process(
            [sys.executable, "-c", "import sys; sys.path.insert(0, sys.argv[1]); import requester\n"
             "print(requester.Requester(*sys.argv[2:5]).get('authentication_requests/' + sys.argv[5], wait=50)[1])",
             os.path.dirname(requester.__file__), self.server.url, self.server.key, self.server.secret, request["id"]])
        began = time.monotonic()
        self.admin("--yes", "reset", "jdoe")
        self.assertEqual(waiting.wait(), 0)
        self.assertIn("The user was reset.", waiting.text())
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(self.initiate()[1]["error_code"], 707)
        self.assertEqual(self.rows("users")[0][1:3], ["0", "0"])
        self.assertEqual(self.state(), "unpaired")
        self.assertEqual(self.json("show", "jdoe")["pairings"][0]["state"], "removed")

    def test_one_phone_of_two_is_revoked(self):
        second = device.Device(self.server.url, os.path.join(self.scratch, "second"))
        second.register()
        self.admin("--yes", "reset", "jdoe")
        kept, lost = self.pair("jdoe", self.phone), None
        request = self.initiate()[1]
        self.phone.answer_request(self.phone.pending()["requests"][0], "allow")
        del request
        other = self.pair("asmith", second)
        self.assertEqual({row[0] for row in self.rows("devices")}, {kept, other})
        self.assertEqual([row[0] for row in self.rows("devices", "--user", "asmith")], [other])
        self.assertEqual(len(self.json("devices", "--all")), 3)
        lost = other
        self.assertEqual(second.set_up_code_app(lost)[0], 200)
        self.assertEqual([phone["code_apps"] for phone in self.json("devices", "--user", "asmith")], [1])
        self.assertIn("of asmith, and 1 code app that it has set up.", self.run_it("device", "revoke", lost).stderr)
        self.admin("--yes", "device", "revoke", lost)
        self.assertEqual(self.audited("code app ended")["pairing"], lost)
        self.assertEqual([row[0] for row in self.rows("devices")], [kept])
        self.assertEqual(self.json("device", "show", lost)["state"], "removed")
        self.assertIn("toopher-admin", self.audited("pairing deactivated")["by"])
        self.assertEqual(self.run_it("--yes", "device", "revoke", admin.UNKNOWN).returncode, 1)
        self.assertEqual(self.run_it("--yes", "device", "revoke", "jdoe").returncode, 2)

    def test_wrong_use(self):
        for wrong in ((), ("nonsense",), ("show",), ("users", "jdoe"), ("reset", "jdoe", "more"), ("--json", "enable", "jdoe"),
                      ("--nonsense",), ("users", "--follow"), ("users", "--pattern"), ("users", "--locked", "--locked"),
                      ("users", "--locked=yes"), ("device",), ("audit", "log", "--since", "yesterday")):
            self.assertEqual(self.run_it(*wrong).returncode, 2, wrong)
        for command in ("show", "reset", "enable", "disable", "unlock", "recovery-codes"):
            done = self.run_it("--yes", command, "nobody\033[2J")
            self.assertEqual((done.returncode, done.stdout), (3, ""), done)
            self.assertEqual(done.stderr, "toopher-admin: there is no user nobody[2J\n")
        self.assertEqual(self.run_it("users", config="/nonexistent/toopherd.conf").returncode, 1)
        self.assertEqual(self.run_it("--help").returncode, 0)


class Offline(admin.AdminCase):
    """The same table works on the database of a server that does not run."""
    offline = True

    def test_reading(self):
        done = self.run_it("users")
        self.assertEqual(done.stderr, "toopher-admin: toopherd does not run; this works on the database itself\n")
        self.assertEqual(self.run_it("--offline", "users").stderr, "")
        self.assertEqual(json.loads(self.run_it("--json", "users").stdout)[0]["name"], "jdoe")
        self.assertEqual(json.loads(self.run_it("--json", "devices").stdout)[0]["user"], "jdoe")
        self.assertIn("pairing allowed", self.run_it("audit", "log").stdout)
        self.assertEqual(self.run_it("audit", "log", "--follow").returncode, 1)

    def test_a_change_is_audited_and_told(self):
        done = self.run_it("--offline", "--yes", "disable", "jdoe")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(json.loads(done.stderr), self.audit()[-1])
        self.assertRegex(self.audit()[-1]["requester"], "^toopher-admin, .* for boss$")
        self.serve_again()
        self.assertEqual(self.initiate()[1]["error_code"], 704)

    def test_no_database(self):
        self.only_a_file()
        os.rename(self.server.database, self.server.database + ".away")
        done = self.run_it("users")
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be found", done.stderr)
        self.assertFalse(os.path.exists(self.server.database))


if __name__ == "__main__":
    unittest.main()
