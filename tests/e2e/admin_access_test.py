# SPDX-License-Identifier: Apache-2.0
"""toopher-admin: requesters, and people who cannot log in."""

import os
import shlex
import sys
import time
import unittest
import urllib.parse

import pexpect

SOURCE = os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../.."
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))

import admin
import code_app
import requester
import system


def credentials(text):
    return dict(line.split(" = ") for line in text.splitlines())


class Requesters(admin.AdminCase):
    def client(self, made):
        return requester.Requester(self.server.url, made["key"], made["secret"])

    def status(self, client):
        return client.post("authentication_requests/initiate", user_name="jdoe", terminal_name="web", action_name="log in")[0]

    def names(self):
        return [row[0] for row in self.rows("requesters")]

    def test_life_of_a_requester(self):
        first = credentials(self.admin("requester", "add", "web shop"))
        self.assertEqual(self.names(), ["first requester", "web shop"])
        self.assertEqual(self.status(self.client(first)), 200)
        self.assertIn("toopher-admin", self.audited("requester added")["by"])
        second = credentials(self.admin("requester", "rotate", "web shop"))
        self.assertEqual(second["key"], first["key"])
        self.assertEqual([self.status(self.client(made)) for made in (first, second)], [200, 200])
        self.assertEqual(self.run_it("requester", "rotate", "web shop", "--overlap", "0s").returncode, 1)
        third = credentials(self.admin("--yes", "requester", "rotate", "web shop", "--overlap", "0s"))
        self.assertEqual([self.status(self.client(made)) for made in (first, second)], [401, 401])
        self.assertNotEqual(self.status(self.client(third)), 401)
        self.assertEqual(self.run_it("requester", "remove", "web shop").returncode, 1)
        self.admin("--yes", "requester", "remove", "web shop")
        self.assertEqual(self.status(self.client(third)), 401)
        self.assertEqual(self.names(), ["first requester"])

    def test_policies(self):
        self.admin("requester", "add", "host", "--scopes", "login", "--number-matching", "required", "--number-digits", "3")
        made = self.json("requesters")[1]
        self.assertEqual((made["scopes"], made["number_matching"], made["number_digits"], made["automation"],
                          made["directory"]), ("login", "required", 3, True, "default"))
        self.admin("requester", "set", "host", "--automation", "no", "--number-matching", "off")
        made = self.json("requesters")[1]
        self.assertEqual((made["scopes"], made["number_matching"], made["number_digits"], made["automation"]),
                         ("login", "off", 3, False))
        for wrong in (("--scopes", "all"), ("--number-matching", "maybe"), ("--number-digits", "9"), ("--automation", "x")):
            self.assertEqual(self.run_it("requester", "set", "host", *wrong).returncode, 2, wrong)
        self.assertEqual(self.run_it("requester", "add", "host").returncode, 1)
        self.assertEqual(self.run_it("--yes", "requester", "remove", "nobody").returncode, 1)

    def test_directories(self):
        made = credentials(self.admin("--directory", "partners", "requester", "add", "their host"))
        self.assertEqual(self.client(made).post("authentication_requests/initiate", user_name="jdoe", terminal_name="x",
                                                action_name="y")[1]["error_code"], 705)
        self.assertEqual(self.json("--directory", "partners", "users"), [])
        self.assertEqual(self.run_it("--directory", "partners", "show", "jdoe").returncode, 3)
        self.assertEqual([row["name"] for row in self.json("--directory", "partners", "requesters")], ["their host"])
        self.assertEqual(self.run_it("--directory", "A B", "requester", "add", "x").returncode, 2)


class Access(admin.AdminCase):
    def test_bypass(self):
        made = self.json("bypass", "jdoe", "--for", "30m")
        self.assertEqual(made["uses"], 1)
        self.assertEqual(self.rows("users")[0][4], "bypass code")
        self.assertEqual([self.initiate(otp=made["code"])[1]["granted"] for _ in range(2)], [True, False])
        again = self.json("bypass", "jdoe", "--uses", "0")
        self.assertTrue(all(self.initiate(otp=again["code"])[1]["granted"] for _ in range(3)))
        self.admin("bypass", "jdoe", "--end")
        self.assertFalse(self.initiate(otp=again["code"])[1]["granted"])
        self.assertEqual(self.run_it("bypass", "newcomer").returncode, 3)
        self.assertEqual(self.run_it("bypass", "newcomer", "--create").returncode, 0)
        for wrong in (("--for", "8d"), ("--for", "soon"), ("--uses", "-1"), ("--uses", "many")):
            self.assertEqual(self.run_it("bypass", "jdoe", *wrong).returncode, 2, wrong)

    def test_an_invitation(self):
        link = self.admin_at_no_terminal("invite", "newcomer")
        newcomer = system.Phone(self.server.url, os.path.join(self.scratch, "newcomer"))
        newcomer.run("pair", "--yes", "--link", link)
        self.assertTrue(self.host.post("authentication_requests/initiate", user_name="newcomer", terminal_name="host",
                                       action_name="sshd", otp=newcomer.code())[1]["granted"])
        again = system.Phone(self.server.url, os.path.join(self.scratch, "again")).start("pair", "--yes", "--link", link)
        self.addCleanup(again.stop)
        self.assertEqual(again.wait(), 1)
        self.assertIn("used before", again.text())
        made = self.audited("invitation made")
        self.assertEqual((made["user"], made["by"].split(",")[0]), ("newcomer", "toopher-admin"))

    def admin_at_no_terminal(self, *arguments):
        """The link alone on standard output; how long it is good beside it."""
        done = self.run_it(*arguments)
        self.assertEqual(done.returncode, 0, done)
        self.assertRegex(done.stdout, r"^http://[0-9.:]+/enrol#\S+\n$")
        self.assertRegex(done.stderr, "^toopher-admin: good once, until 2")
        return done.stdout.strip()

    def test_another_code_app(self):
        made = self.json("code-app", "carol")
        link = urllib.parse.urlsplit(made["link"])
        app = code_app.App(made["link"])
        host = self.server.url.removeprefix("http://")
        self.assertEqual((link.scheme, link.netloc, app.account, app.asked["issuer"]),
                         ("otpauth", "totp", f"/{host}:carol", host))

        def login(code):
            return self.host.post("authentication_requests/initiate", user_name="carol", terminal_name="host",
                                  action_name="sshd", otp=code)[1].get("granted", False)

        self.assertEqual([login(code) for code in (app.now(), app.now())], [True, False])
        self.assertNotEqual(self.json("code-app", "carol")["link"], made["link"])
        self.assertTrue(login(app.now(1)))
        entry = self.audited("code app enrolled")
        self.assertEqual((entry["user"], entry["by"].split(",")[0]), ("carol", "toopher-admin"))
        self.assertNotIn(app.asked["secret"], self.server.text())
        self.assertRegex(self.run_it("code-app", "jdoe").stderr, "shown this once")
        self.assertEqual(self.run_it("code-app", "jdoe", "--requester", "nobody").returncode, 1)
        self.admin("--yes", "disable", "jdoe")
        self.assertEqual(self.run_it("code-app", "jdoe").returncode, 1)
        self.admin("--yes", "reset", "carol")
        self.assertFalse(login(app.now(1)))

    def test_who_invites_and_who_is_invited(self):
        made = self.json("invite", "jdoe", "--for", "2d")
        self.assertEqual((made["requester"], made["further"]), ("first requester", True))
        self.assertAlmostEqual(made["expires"], time.time() + 2 * 24 * 3600, delta=60)
        self.assertAlmostEqual(self.json("invite", "jdoe")["expires"], time.time() + 24 * 3600, delta=60)
        self.assertRegex(self.run_it("invite", "jdoe").stderr, "second factor already")
        self.admin("requester", "add", "web shop")
        done = self.run_it("invite", "newcomer")
        self.assertEqual(done.returncode, 2)
        self.assertIn("first requester, web shop", done.stderr)
        self.assertEqual(self.run_it("show", "newcomer").returncode, 3)
        self.assertEqual(self.json("invite", "newcomer", "--requester", "web shop")["requester"], "web shop")
        self.assertEqual(self.run_it("invite", "newcomer", "--requester", "nobody").returncode, 1)
        self.assertEqual(self.run_it("--directory", "partners", "invite", "newcomer", "--requester", "web shop").returncode, 1)
        self.assertIn("has the scope enrol", self.run_it("--directory", "partners", "invite", "newcomer").stderr)
        for wrong in ("8d", "soon", "0s"):
            self.assertEqual(self.run_it("invite", "jdoe", "--for", wrong).returncode, 2, wrong)
        self.admin("--yes", "disable", "jdoe")
        self.assertEqual(self.run_it("invite", "jdoe", "--requester", "web shop").returncode, 1)

    def at_terminal(self, *arguments, size=(50, 120), locale="C.UTF-8"):
        """What a person sees."""
        shown, status = pexpect.run(shlex.join([system.program("toopher-admin"), "--config", self.config, *arguments]),
                                    withexitstatus=True, encoding="utf-8", timeout=system.PATIENCE, dimensions=size,
                                    env={"SUDO_USER": "boss", "TERM": "xterm", "LC_ALL": locale})
        self.assertEqual(status, 0, shown)
        self.assertRegex(shown, "/enrol#|otpauth://")
        return shown

    def test_an_invitation_is_shown_as_a_qr_code(self):
        shown = self.at_terminal("invite", "newcomer")
        self.assertGreater(shown.count("\u2580"), 100)
        self.assertGreater(self.at_terminal("code-app", "newcomer").count("\u2580"), 100)
        for plain in (self.at_terminal("invite", "newcomer", "--no-qr"), self.at_terminal("invite", "newcomer", size=(50, 40)),
                      self.at_terminal("invite", "newcomer", size=(12, 120)), self.at_terminal("invite", "newcomer", locale="C"),
                      self.at_terminal("--json", "invite", "newcomer")):
            self.assertNotIn("\u2580", plain)

    def test_enrol_until(self):
        until = self.json("enrol-until", "newcomer", "--until", "2h")["enrol_until"]
        self.assertEqual(self.json("show", "newcomer")["enrol_until"], until)
        self.assertEqual(self.json("enrol-until", "newcomer", "--until", "never")["enrol_until"], 0)
        self.assertEqual(self.run_it("enrol-until").returncode, 1)
        self.assertIn("without a second factor", self.run_it("enrol-until").stderr)
        self.assertGreater(self.json("--yes", "enrol-until", "--until", "90d")["enrol_until"], until)
        self.assertEqual(self.json("enrol-until", "--until", "never")["enrol_until"], 0)
        self.assertEqual(self.run_it("--yes", "enrol-until", "--until", "2020-01-01").returncode, 2)


if __name__ == "__main__":
    unittest.main()
