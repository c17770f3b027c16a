#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Malware in the user's session, which has the user's uid and may speak as the host does, must not add a factor of its
own: neither with the requester's credentials nor by the helper's socket."""

import os
import pwd
import shutil
import sqlite3
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import code_app
import device
import helper_process
import helper_service
import requester
import system

ROOT = os.geteuid() == 0
ACCOUNT = system.NOBODY if ROOT else os.getuid()
VICTIM = pwd.getpwuid(ACCOUNT).pw_name
PAIR, CODES = "pair another phone", "make new recovery codes"
NEEDED = 1010


class Malware(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="toopher-approval-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.server = system.Toopherd(self.directory)
        self.addCleanup(self.server.stop)
        self.host = requester.Requester(self.server.url, self.server.key, self.server.secret)
        self.phone = self.paired("phone", VICTIM)
        self.malware = self.device("malware")

    def device(self, name):
        made = device.Device(self.server.url, os.path.join(self.directory, name))
        self.assertEqual(made.register()[0], 200)
        return made

    def paired(self, name, user):
        phone = self.device(name)
        status, pairing = self.host.post("pairings/create", pairing_phrase=phone.phrase(), user_name=user)
        self.assertEqual(status, 200, pairing)
        self.assertEqual(phone.answer_pairing(phone.pending()["pairings"][0], "allow")[0], 200)
        return phone

    def ask(self, user, action):
        status, request = self.host.post("authentication_requests/initiate", user_name=user, terminal_name="host",
                                         action_name=action)
        self.assertEqual(status, 200, request)
        return request

    def approved(self, action, phone=None, user=VICTIM):
        """The id of a request that the person has allowed."""
        request = self.ask(user, action)
        phone = phone or self.phone
        status, answer = phone.answer_request(phone.pending()["requests"][0], "allow", request.get("number", ""))
        self.assertEqual((status, answer["granted"]), (200, True), answer)
        return request["id"]

    def pair(self, authorization):
        return self.host.post("pairings/create", pairing_phrase=self.malware.phrase(), user_name=VICTIM,
                              authorization=authorization)

    def codes(self, authorization):
        return self.host.post("users/activate_next_otp_list", user_name=VICTIM, authorization=authorization)

    def assert_refused(self, answer):
        status, error = answer
        self.assertEqual((status, error.get("error_code")), (403, NEEDED), error)

    def assert_nothing_enrolled(self):
        self.assertEqual(self.malware.pending()["pairings"], [])
        self.assertEqual(self.host.get("users/oath_otp_validators", user_name=VICTIM), (200, {"oath_otp_validators": []}))
        user = self.host.get("users", name=VICTIM)[1][0]
        self.assertEqual(user["number_of_pregenerated_otps_remaining"], 0)

    def assert_worthless(self, authorization, calls=None):
        for call in calls or (self.pair, self.codes):
            self.assert_refused(call(authorization))
        self.assert_nothing_enrolled()

    def test_what_is_no_approval(self):
        other = self.paired("other", "other")
        for name, authorization in (("none", ""), ("nonsense", "x"), ("a pairing's id", next(iter(self.phone.seeds))),
                                    ("not answered", self.ask(VICTIM, CODES)["id"]),
                                    ("another user's", self.approved(PAIR, other, "other")),
                                    ("another user's", self.approved(CODES, other, "other"))):
            with self.subTest(name):
                self.assert_worthless(authorization)
        self.assertTrue(any(line["event"] == "ALERT approval refused" for line in self.server.audit()))

    def test_an_approved_login_is_no_approval(self):
        self.assert_worthless(self.approved("sshd"))
        self.assert_worthless(self.approved("sudo"))

    def test_an_approval_is_for_its_action(self):
        self.assert_worthless(self.approved(PAIR), [self.codes])
        self.assert_worthless(self.approved(CODES), [self.pair])

    def test_an_approval_of_earlier(self):
        for action, call in ((PAIR, self.pair), (CODES, self.codes)):
            authorization = self.approved(action)
            with sqlite3.connect(self.server.database, timeout=30) as database:
                database.execute("UPDATE requests SET modified = modified - 301000 WHERE id = ?", (authorization,))
            self.assert_worthless(authorization, [call])

    def test_another_requesters_approval(self):
        made = device.subprocess.run(
            [system.program("toopherd"), "--add-requester", "elsewhere", "--config",
             os.path.join(self.server.directory, "toopherd.conf")], capture_output=True, text=True, check=True)
        here = self.host
        self.host = requester.Requester(self.server.url, *(line.split(" = ")[1] for line in made.stdout.splitlines()))
        authorization = self.approved(PAIR)
        self.host = here
        self.assert_worthless(authorization)

    def test_an_approval_counts_once(self):
        authorization = self.approved(PAIR)
        self.assertEqual(self.pair(authorization)[0], 200)  # what the person meant
        self.malware.answer_pairing(self.malware.pending()["pairings"][0], "deny")
        self.assert_worthless(authorization)
        authorization = self.approved(CODES)
        self.assertEqual(self.codes(authorization)[0], 200)
        self.assert_refused(self.codes(authorization))

    def test_an_approval_counts_once_also_at_the_same_time(self):
        authorization = self.approved(CODES)
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.codes(authorization))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(status for status, _ in answers), [200, 403, 403, 403])

    def helper(self):
        """A session with the helper's service as the victim's account."""
        files = helper_process.Files()
        self.addCleanup(files.close)
        program = files.path / "program"
        shutil.copy(system.BUILD / "src" / "toopher-helper", program)
        program.chmod(0o755)
        files.write("credentials", f"key = {self.server.key}\nsecret = {self.server.secret}\n", 0o600)
        config = files.configure(self.server.url + "/v1/", timeout=10)
        identity = system.without_privileges(files.path)
        directory = files.path / "run"
        directory.mkdir()
        for folder in (files.path, directory):
            folder.chmod(0o755)
        service = helper_service.Service(directory / "sock", [program, "--config", config], **identity)
        service.__enter__()
        self.addCleanup(service.__exit__, None, None, None)

        def session():
            caller = service.call(ACCOUNT if ROOT else None)
            caller.__enter__()
            self.addCleanup(caller.__exit__, None, None, None)
            self.assertEqual(caller.receive().verb, "ready")
            return caller
        return session

    def test_by_the_helpers_socket(self):
        session = self.helper()

        def ask_once(verb, **fields):
            caller = session()
            answer, _ = caller.ask(verb, **fields)
            caller.hang_up()
            return answer

        def attempts(authorization=""):
            extra = {"authorization": authorization} if authorization else {}
            for verb, fields in (("pair", {"phrase": self.malware.phrase()}), ("recovery-codes", {})):
                answer = ask_once(verb, user=VICTIM, timeout_ms=10000, **fields, **extra)
                self.assertEqual((answer.verb, answer["kind"]), ("refused", "approval-needed"), answer)
            self.assert_nothing_enrolled()

        attempts()
        attempts(self.approved("sshd"))
        answer = ask_once("recovery-codes", user="other", timeout_ms=10000)
        self.assertEqual((answer.verb, answer["kind"]), ("failed", "forbidden"), answer)
        caller = session()
        caller.send("login", user=VICTIM, action=CODES, terminal="host")
        answer, _ = caller.ask("push", timeout_ms=10000, ttl=60)
        self.assertEqual(answer.verb, "pending", answer)
        self.assertRegex(answer["number"], r"^\d\d$")  # asked for or not
        entry = self.phone.pending()["requests"][0]
        self.assertEqual(self.phone.answer_request(entry, "allow")[0], 400)  # by somebody who does not see the number
        attempts(answer["id"])

    def test_a_code_app_by_the_helpers_socket(self):
        session = self.helper()
        for authorization in (None, self.approved("sshd"), self.approved(PAIR)):
            caller = session()
            app = code_app.App(caller.ask("code-app", user=VICTIM)[0]["link"])
            extra = {"authorization": authorization} if authorization else {}
            answer, _ = caller.ask("code-app-add", otp=app.now(), timeout_ms=10000, **extra)
            caller.hang_up()
            self.assertEqual((answer.verb, answer["kind"]), ("refused", "approval-needed"), answer)
            self.assert_nothing_enrolled()


if __name__ == "__main__":
    unittest.main()
