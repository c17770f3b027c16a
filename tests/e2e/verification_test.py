#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""User verification as a policy: who is let in, who is not, and what they are told."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import code_app  # noqa: E402
import device  # noqa: E402
import requester  # noqa: E402
import system  # noqa: E402
import webauthn  # noqa: E402


class Scene(unittest.TestCase):
    """A server, a host and a phone, anew for each test."""

    settings = "user-verification = required\n"

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="toopher-verification-")
        self.addCleanup(scratch.cleanup)
        self.directory = scratch.name
        self.server = system.Toopherd(self.directory, self.settings, name="localhost")
        self.addCleanup(self.server.stop)
        self.host = requester.Requester(self.server.url, self.server.key, self.server.secret)
        self.phone = device.Device(self.server.origin, os.path.join(self.directory, "phone"))
        self.phone.at = self.server.url
        self.assertEqual(self.phone.register()[0], 200)

    def pair(self, authenticator=None):
        """The pairing's id."""
        status, answer = self.host.post("pairings/create", pairing_phrase=self.phone.phrase(), user_name="jdoe")
        self.assertEqual(status, 200, answer)
        entry = self.phone.pending()["pairings"][0]
        status, answer = self.phone.answer_pairing(entry, "allow", authenticator)
        self.assertEqual(status, 200, answer)
        self.assertEqual(answer["credential"], device.b64(authenticator.id) if authenticator else "")
        return entry["id"]

    def login(self, **more):
        return self.host.post("authentication_requests/initiate", user_name="jdoe", terminal_name="web1", action_name="sshd",
                              **more)[1]

    def waiting(self):
        self.login()
        return self.phone.pending()["requests"][0]

    def authenticator(self):
        return webauthn.Authenticator(self.server.origin, self.directory)

    def phones_that_verify(self):
        listed = subprocess.run([system.program("toopher-admin"), "--config", self.server.config, "--json", "devices"],
                                capture_output=True, text=True, check=True)
        return [phone["user_verification"] for phone in json.loads(listed.stdout)]

    def granted(self):
        return [line for line in self.server.audit() if line["event"] == "request granted"]


class Verification(Scene):
    def test_a_verified_person_is_let_in(self):
        authenticator = self.authenticator()
        pairing = self.pair(authenticator)
        entry = self.waiting()
        self.assertEqual((entry["user_verification"], entry["credential"]), (True, device.b64(authenticator.id)))
        status, answer = self.phone.answer_request(entry, "allow")
        self.assertEqual(status, 403, answer)
        self.assertIn("fingerprint, face or PIN", answer["error_message"])
        status, answer = self.phone.answer_request(entry, "allow", authenticator=self.authenticator())
        self.assertEqual(status, 403, answer)
        self.assertIn("wrong signature", answer["error_message"])
        status, answer = self.phone.answer_request(entry, "allow", authenticator=authenticator)
        self.assertEqual((status, answer["granted"]), (200, True), answer)
        self.server.wait_for_line('"request granted"')
        self.assertEqual([line["user_verification"] for line in self.granted()], ["yes"])
        events = [line["event"] for line in self.server.audit()]
        self.assertIn("approval without user verification refused", events)
        self.assertIn("ALERT user verification does not hold", events)
        self.assertTrue(self.login(otp=self.phone.code(pairing))["granted"])
        proofs = subprocess.run([system.program("toopher-admin"), "--config", self.server.config, "audit", "verify", "jdoe"],
                                capture_output=True, text=True, check=False)
        self.assertEqual((proofs.returncode, proofs.stdout.count("proven")), (0, 1), proofs.stdout + proofs.stderr)
        self.assertEqual(self.phones_that_verify(), [True])

    def test_a_phone_without_a_credential_denies_and_has_codes(self):
        pairing = self.pair()
        entry = self.waiting()
        self.assertEqual((entry["user_verification"], entry["credential"]), (True, ""))
        self.assertEqual(self.phone.answer_request(entry, "allow")[0], 403)
        self.assertEqual(self.phone.answer_request(entry, "deny")[0], 200)
        self.assertTrue(self.login(otp=self.phone.code(pairing))["granted"])
        self.server.wait_for_line('"request granted"')
        self.assertNotIn("user_verification", self.granted()[0])
        self.assertEqual(self.phones_that_verify(), [False])

    def test_another_code_app_is_set_up_by_a_verified_person_only(self):
        authenticator = self.authenticator()
        pairing = self.pair(authenticator)
        self.assertEqual(self.phone.set_up_code_app(pairing)[0], 403)
        self.assertEqual(self.phone.set_up_code_app(pairing, self.authenticator())[0], 403)
        self.assertEqual(self.phone.set_up_code_app(pairing, authenticator, nonce="another-call-s-nonce")[0], 403)
        self.assertEqual(self.phone.call("GET", f"pairings/{pairing}/code_apps")[1]["code_apps"], [])
        status, answer = self.phone.set_up_code_app(pairing, authenticator)
        self.assertEqual((status, set(answer)), (200, {"link"}), answer)
        host = self.server.origin.removeprefix("http://")
        self.assertTrue(answer["link"].startswith("otpauth://totp/" + host.replace(":", "%3A") + ":jdoe?"), answer)
        app = code_app.App(answer["link"])
        self.assertEqual(app.asked["digits"], "6")
        self.assertTrue(self.login(otp=app.now())["granted"])
        [listed] = self.phone.call("GET", f"pairings/{pairing}/code_apps")[1]["code_apps"]
        self.assertEqual((listed["pairing_id"], listed["phone"]), (pairing, "test phone"))
        self.assertAlmostEqual(listed["last_used"], time.time(), delta=90)
        self.assertEqual(self.phone.call("POST", f"code_apps/{listed['id']}/remove"), (200, {}))
        self.assertFalse(self.login(otp=app.now(1)).get("granted"))
        lines = {line["event"]: line for line in self.server.audit() if line["event"].startswith("code app ")}
        self.assertEqual({line["by"] for line in lines.values()}, {f"test phone {self.phone.id}"})
        self.assertEqual((lines["code app enrolled"]["user_verification"], lines["code app ended"]["pairing"]), ("yes", pairing))

    def test_a_terminal_says_why_it_cannot_and_its_codes_are_accepted(self):
        phone = system.Phone(self.server.origin, os.path.join(self.directory, "terminal"))
        with phone.start("pair", "--server", self.server.origin, "--yes") as pairing:
            phrase = pairing.wait_for_line(r"^Pairing phrase: ([a-z ]+)$").group(1)
            self.assertEqual(self.host.post("pairings/create", pairing_phrase=phrase, user_name="jdoe")[0], 200)
            self.assertEqual(pairing.wait(), 0, pairing.text())
        waiting = self.login()
        with phone.start("approve", waiting["id"]) as answer:
            self.assertNotEqual(answer.wait(), 0)
            self.assertIn("Type a one-time code at the login", answer.text())
        self.assertTrue(self.host.get("authentication_requests/" + waiting["id"])[1]["pending"])
        self.assertTrue(self.login(otp=phone.code())["granted"])


class Policy(Scene):
    settings = ""

    def test_it_is_in_force_after_a_reload(self):
        self.pair()
        entry = self.waiting()
        self.assertFalse(entry["user_verification"])
        self.assertNotIn("credential", entry)
        with open(self.server.config, "a", encoding="utf-8") as file:
            file.write("user-verification = required\n")
        self.server.process.send_signal(signal.SIGHUP)
        self.server.wait_for_line('"reloaded"')
        self.assertTrue(self.phone.pending()["requests"][0]["user_verification"])
        self.assertEqual(self.phone.answer_request(entry, "allow")[0], 403)

    def test_it_needs_an_origin_that_browsers_verify_at(self):
        for settings, words in (("origin = https://192.0.2.1\nuser-verification = required\n", "numeric address"),
                                ("user-verification = required\n", "numeric address"),
                                ("user-verification = yes\n", "off or required")):
            path = os.path.join(self.directory, "wrong.conf")
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"[server]\nlisten = 127.0.0.1:0\ndatabase = db\nkey-file = key\n{settings}")
            done = subprocess.run([system.program("toopherd"), "--config", path], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
