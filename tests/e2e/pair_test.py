#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""toopher-pair with a real helper, server and phone; only what a real server would take minutes for is scripted."""

import os
import re
import socket
import sys
import textwrap
import unittest

import pexpect

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import pair_scene  # noqa: E402
import requester  # noqa: E402
import system  # noqa: E402

HOST = socket.gethostname()


class WithServer(pair_scene.SceneWithServer):
    def test_a_pairing_and_its_code(self):
        phone, phrase = self.phrase("--yes")
        pair = self.pair("--user", "daemon", "--phrase", phrase.upper())
        pair.expect("Paired: daemon\\.")
        self.assertEqual(phone.wait(), 0)
        pair.expect("One-time code: ")
        pair.sendline("12345")
        pair.expect("six to eight digits")
        pair.sendline("000000")
        pair.expect("wrong")
        pair.sendline(self.phone.code())
        pair.expect("The code is right")
        self.recovery_codes(pair)
        self.assertEqual(self.end(pair), 0)

    def test_a_link_the_other_way_round(self):
        pair = self.pair("--user", "daemon", "--link", "--no-code-test", "--no-qr")
        pair.expect(r"(http://\S+/enrol#\S+)\r\n")
        phone = self.phone.start("pair", "--yes", "--link", pair.match.group(1))
        self.addCleanup(phone.stop)
        shown = phone.wait_for_line(r"^  ((?:[0-9a-f]{4} ){4}[0-9a-f]{4})$").group(1)
        self.assertEqual(phone.wait(), 0)
        pair.expect(shown)
        self.assertEqual(self.end(pair, "Paired: daemon\\."), 0)
        again = self.phone.start("pair", "--yes", "--link", "http://127.0.0.1:1" + "/enrol#" + "x")
        self.addCleanup(again.stop)
        self.assertEqual(again.wait(), 2)

    def test_enter_shows_a_code_to_scan_and_goes_on_to_recovery_codes(self):
        pair = self.pair("--user", "daemon", dimensions=(60, 120))
        pair.expect("Pairing phrase that the phone shows, or Enter for a code to scan: ")
        pair.sendline("correct horse battery staple")
        pair.expect("knows no such phrase")
        pair.expect("or Enter")
        pair.sendline("")
        pair.expect(r"(http://\S+/enrol#\S+)\r\n")
        link = pair.match.group(1)
        pair.expect("\u2580")
        self.phone.run("pair", "--yes", "--link", link)
        pair.expect("Paired: daemon\\.")
        pair.expect("One-time code: ")
        pair.sendline(self.phone.code())
        pair.expect("The code is right")
        self.assertEqual(len(set(self.recovery_codes(pair))), 10)
        self.assertEqual(self.end(pair), 0)

    def test_after_too_many_wrong_phrases_it_says_to_wait(self):
        host = requester.Requester(self.server.url, self.server.key, self.server.secret)
        for number in range(20):
            host.post("pairings/create", pairing_phrase=f"wrong phrase {number}", user_name="daemon")
        pair = self.pair("--user", "daemon", "--phrase", "correct horse battery staple")
        self.assertEqual(self.end(pair, "Too many wrong pairing phrases; try again in some minutes"), 1)

    def test_a_link_as_a_qr_code(self):
        wide = self.pair("--user", "daemon", "--link", dimensions=(60, 120))
        wide.expect("/enrol#")
        wide.expect("\u2580")
        narrow = self.pair("--user", "daemon", "--link", dimensions=(60, 30))
        narrow.expect("/enrol#")
        narrow.expect("It is good once")
        self.assertNotIn("\u2580", narrow.before)

    @staticmethod
    def recovery_codes(pair):
        """What toopher-pair shows."""
        pair.expect("Recovery codes, each good for one login without your phone")
        codes = []
        for _ in range(10):
            pair.expect(r"    (\d{4}-\d{4}-\d{4})\r\n")
            codes.append(pair.match.group(1))
        pair.expect("not shown again")
        return codes

    def paired(self, user="daemon"):
        """A phone, and the recovery codes of the first pairing."""
        _, phrase = self.phrase("--yes")
        pair = self.pair("--user", user, "--phrase", phrase)
        pair.expect("One-time code: ")
        pair.sendline(self.phone.code())
        codes = self.recovery_codes(pair)
        self.assertEqual(self.end(pair), 0)
        return codes

    def second_phone(self):
        phone = system.Phone(self.server.url, os.path.join(self.directory, "second"), **self.options)
        waiting = phone.start("pair", "--server", self.server.url, "--yes")
        self.addCleanup(waiting.stop)
        return phone, waiting.wait_for_line(r"^Pairing phrase: ([a-z ]+)$").group(1)

    def test_another_phone_is_approved_by_the_first(self):
        self.paired()
        second, phrase = self.second_phone()
        pair = self.pair("--user", "daemon", "--phrase", phrase)
        pair.expect("has a second factor already")
        pair.expect('shows the request "pair another phone"')
        pair.expect(r"Approve it there \(number (\d\d)\) and press Enter, or type a one-time code or a recovery code: ")
        self.phone.run("approve", "--number", pair.match.group(1), "--wait", "10")
        pair.sendline("")
        pair.expect("Approved")
        pair.expect("Paired: daemon\\.")
        pair.expect("have the new phone show a one-time code")
        pair.expect("One-time code: ")
        pair.sendline(second.code())
        pair.expect("The code is right")
        self.assertEqual(self.end(pair), 0)
        self.assertNotIn("Recovery codes", pair.before)

    def test_a_recovery_code_approves_too(self):
        codes = self.paired()
        _, phrase = self.second_phone()
        pair = self.pair("--user", "daemon", "--no-code-test", "--phrase", phrase)
        pair.expect("recovery code: ")
        pair.sendline("12345-67890")
        pair.expect("recovery code twelve")
        pair.expect("recovery code: ")
        pair.sendline(codes[0])
        self.assertEqual(self.end(pair, "Approved"), 0)
        self.assertIn("Paired: daemon", pair.before)

    def test_another_phone_is_denied_by_the_first(self):
        self.paired()
        _, phrase = self.second_phone()
        pair = self.pair("--user", "daemon", "--phrase", phrase)
        pair.expect("recovery code: ")
        self.phone.start("deny", "--wait", "10").wait()
        pair.sendline("")
        self.assertEqual(self.end(pair, "Denied on the phone. Nothing was changed"), 4)

    def test_offline_codes(self):
        phone, phrase = self.phrase("--yes")
        self.assertEqual(self.end(self.pair("--user", "daemon", "--no-code-test", "--phrase", phrase)), 0)
        phone.wait()
        self.assertEqual(self.end(self.pair("--user", "daemon", "--offline-codes"), "keeps no offline codes"), 1)
        self.configure(self.server.url, self.server.key, self.server.secret, "offline-codes = yes\n")
        pair = self.pair("--user", "daemon", "--offline-codes")
        pair.expect(r"Approve it there \(number (\d\d)\)")
        self.phone.run("approve", "--number", pair.match.group(1), "--wait", "10")
        pair.expect(r"((?:    \d{5}-\d{5}\r\n){10})")
        codes = pair.match.group(1).split()
        self.assertEqual(self.end(pair, "not shown again"), 0)
        self.assertEqual(len(set(codes)), 10)
        with open(os.path.join(self.directory, "offline", "daemon.codes"), encoding="utf-8") as kept:
            self.assertEqual(len(re.findall("^code ", kept.read(), re.MULTILINE)), 10)

    def test_offline_codes_need_the_phone(self):
        phone, phrase = self.phrase("--yes")
        self.assertEqual(self.end(self.pair("--user", "daemon", "--no-code-test", "--phrase", phrase)), 0)
        phone.wait()
        self.configure(self.server.url, self.server.key, self.server.secret, "offline-codes = yes\n")
        pair = self.pair("--user", "daemon", "--offline-codes")
        pair.expect("Approve it there")
        self.phone.run("deny", "--wait", "10")
        self.assertEqual(self.end(pair, "Denied on the phone"), 4)
        self.assertFalse(os.path.exists(os.path.join(self.directory, "offline", "daemon.codes")))

    def test_nothing_typed_approves_nothing(self):
        self.paired()
        pair = self.pair("--user", "daemon", "--recovery-codes")
        pair.expect("recovery code: ")
        pair.sendeof()
        self.assertEqual(self.end(pair, "Nothing was typed. Nothing was changed"), 8)
        pair = self.pair("--user", "daemon", "--recovery-codes")
        for _ in range(3):
            pair.expect("recovery code: ")
            pair.sendline("000000000000")
        self.assertEqual(self.end(pair, "No right code was typed. Nothing was changed"), 8)

    def test_new_recovery_codes_end_the_old_ones(self):
        old = self.paired()
        pair = self.pair("--user", "daemon", "--recovery-codes")
        pair.expect('shows the request "make new recovery codes"')
        pair.expect(r"number (\d\d)")
        self.phone.run("approve", "--number", pair.match.group(1), "--wait", "10")
        pair.expect("recovery code: ")
        pair.sendline("")
        new = self.recovery_codes(pair)
        self.assertEqual(self.end(pair), 0)
        self.assertFalse(set(old) & set(new))
        pair = self.pair("--user", "daemon", "--recovery-codes")
        pair.expect("recovery code: ")
        pair.sendline(old[0])
        pair.expect("wrong")
        pair.expect("recovery code: ")
        pair.sendline(new[0])
        self.recovery_codes(pair)
        self.assertEqual(self.end(pair), 0)

    def test_a_code_that_is_never_right(self):
        _, phrase = self.phrase("--yes")
        pair = self.pair("--user", "daemon", "--phrase", phrase)
        for _ in range(3):
            pair.expect("One-time code: ")
            pair.sendline("000000")
        self.assertEqual(self.end(pair, "The pairing itself is made"), 7)

    def test_the_name_on_the_server(self):
        phone, phrase = self.phrase("--yes")
        self.assertEqual(self.end(self.pair("--user", "daemon", "--host-specific", "--no-code-test", "--phrase", phrase)), 0)
        phone.wait()
        self.assertRegex(phone.text(), f"user +daemon@{HOST}\n")
        phone, phrase = self.phrase("--yes")
        self.configure(self.server.url, self.server.key, self.server.secret, "")
        self.assertEqual(self.end(self.pair("--user", "daemon", "--shared", "--no-code-test", "--phrase", phrase)), 0)
        phone.wait()
        self.assertRegex(phone.text(), "user +daemon\n")

    def test_a_wrong_phrase_may_be_typed_again(self):
        _, phrase = self.phrase("--yes")
        pair = self.pair("--user", "daemon", "--no-code-test")
        pair.expect("Pairing phrase")
        pair.sendline("no such phrase")
        pair.expect("knows no such phrase")
        pair.expect("Pairing phrase")
        pair.sendline("  " + phrase.replace(" ", "   "))
        self.assertEqual(self.end(pair, "Paired: daemon"), 0)

    def test_a_phrase_is_good_once(self):
        phone, phrase = self.phrase("--yes")
        self.assertEqual(self.end(self.pair("--user", "daemon", "--no-code-test", "--phrase", phrase)), 0)
        phone.wait()
        self.assertEqual(self.end(self.pair("--user", "bin", "--no-code-test", "--phrase", phrase), "no such phrase"), 6)

    def test_denied_on_the_phone(self):
        phone = pexpect.spawn(system.program("toopher-authenticator"), ["pair", "--server", self.server.url],
                              encoding="utf-8", timeout=system.PATIENCE, preexec_fn=pair_scene.drop_privileges,
                              env=self.phone.options["env"])
        self.addCleanup(phone.close, True)
        phone.expect("Pairing phrase: ([a-z ]+)\r\n")
        pair = self.pair("--user", "daemon", "--phrase", phone.match.group(1))
        phone.expect("y/N")
        pair.expect("Waiting for the phone: 1[0-9][0-9] s left")
        phone.sendline("n")
        self.assertEqual(self.end(pair, "Denied on the phone"), 4)

    def test_wrong_credentials(self):
        self.configure(self.server.url, self.server.key, "wrong")
        self.assertEqual(self.end(self.pair("--user", "daemon", "--phrase", "any words here")), 1)


class WithoutServer(pair_scene.Scene):
    def scripted(self, *answers):
        """A helper that gives these answers, one a question, and then hangs up."""
        lines = "".join(f"read -r question && echo '{answer}'\n" for answer in answers)
        return self.write("helper", textwrap.dedent("#!/bin/sh\necho 'ready version=1'\n") + lines, 0o700)

    def setUp(self):
        super().setUp()
        self.configure(f"http://127.0.0.1:{system.free_port()}", timeout=5)

    def ended(self, *answers, text=""):
        return self.end(self.pair("--user", "daemon", "--phrase", "a b c", helper=self.scripted(*answers)), text)

    def test_unreachable(self):
        self.assertEqual(self.end(self.pair("--user", "daemon", "--phrase", "any words here")), 3)

    def test_no_answer_is_no_success(self):
        self.assertEqual(self.ended("pending id=x", "expired id=x", text="Nobody answered"), 5)
        self.assertEqual(self.ended("pending id=x", text="did not answer|ended unexpectedly"), 1)
        self.assertEqual(self.ended("pending id=x", "pending id=x", text="does not belong"), 1)
        self.assertEqual(self.ended("granted id=x", text="does not belong"), 1)
        self.assertEqual(self.ended("pending id=x", "failed kind=unreachable text=gone", text="gone"), 3)
        self.assertEqual(self.ended("pending id=x", "interrupted", text="Interrupted"), 1)

    def test_wrong_use(self):
        self.assertEqual(self.end(self.pair("--shared", "--host-specific"), "exclude"), 2)
        self.assertEqual(self.end(self.pair("--user", "no-such-account-here"), "no account"), 2)
        self.assertEqual(self.end(self.pair("extra"), "too much"), 2)

    def test_files_that_are_not_believed(self):
        os.chmod(os.path.join(self.directory, "config"), 0o666)
        self.assertEqual(self.end(self.pair("--user", "daemon"), "may be written"), 1)
        os.unlink(os.path.join(self.directory, "config"))
        self.assertEqual(self.end(self.pair("--user", "daemon"), "does not exist"), 1)


if __name__ == "__main__":
    unittest.main()
