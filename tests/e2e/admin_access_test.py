# SPDX-License-Identifier: Apache-2.0
"""toopher-admin: requesters, and people who cannot log in."""

import os
import sys
import unittest

SOURCE = os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../.."
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))

import admin
import requester


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
