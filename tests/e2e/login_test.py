#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Logins through libpam on a terminal, with the real module, helper, server and phone: every prompt, every way to end."""

import json
import os
import re
import socket
import sys
import time
import unittest

import pexpect

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.dirname(__file__) + "/../.."), "tests/support"))
import rogue_server as rogue  # noqa: E402
import system  # noqa: E402
import trial  # noqa: E402

APPROVE = r"Approve the request on your phone( \(number (\d\d)\))? and press Enter, or type a one-time code: "
BEFORE = "Press Enter for a push, or type a one-time code: "
CODE = "One-time code: "
GRANTED_PUSH = r"login granted \(push\)"
GRANTED_CODE = r"login granted \(code\)"


class Login(unittest.TestCase):
    """Each test has a server, a phone and a pairing of its own, so that no code was used before."""

    def setUp(self):
        self.here = trial.Trial()
        self.addCleanup(self.here.__exit__)
        self.here.pair()

    def start(self, arguments=""):
        self.here.service("login", arguments)
        terminal = self.here.login("login")
        self.addCleanup(terminal.close, force=True)
        return terminal

    def approve_prompt(self, terminal):
        """Waits for the prompt of a pending push; the number it shows."""
        terminal.expect(APPROVE)
        return terminal.match.group(2)

    def requests(self, word):
        return [line for line in self.here.server.audit() if word in str(line.get("event", ""))]

    def ends(self, terminal, pattern, status):
        terminal.expect(pattern)
        terminal.expect(pexpect.EOF)
        terminal.close()
        self.assertEqual(terminal.exitstatus, status)

    def wrong_code(self):
        """Digits that are no code of any step near now."""
        right = self.here.phone.code()
        return f"{(int(right) + 500_000) % 1_000_000:06}"

    # during: the push is out when the prompt comes

    def test_push_approved_with_its_number(self):
        terminal = self.start()
        self.here.phone.run("approve", "--wait", "20", "--number", self.approve_prompt(terminal))
        terminal.sendline("")
        self.ends(terminal, GRANTED_PUSH, 0)

    def test_push_approved_while_it_waits(self):
        terminal = self.start("number_matching=off")
        self.assertIsNone(self.approve_prompt(terminal))
        terminal.sendline("")
        self.here.phone.run("approve", "--wait", "20")
        self.ends(terminal, GRANTED_PUSH, 0)

    def test_push_denied(self):
        terminal = self.start()
        self.approve_prompt(terminal)
        self.here.phone.run("deny", "--wait", "20")
        terminal.sendline("")
        terminal.expect_exact("The request was denied on your phone.")
        self.ends(terminal, "login denied", 1)

    def test_wrong_number_ends_it(self):
        terminal = self.start()
        number = self.approve_prompt(terminal)
        with self.here.phone.start("approve", "--wait", "20", "--number", str(109 - int(number))) as phone:
            phone.wait()
        terminal.sendline("")
        terminal.expect_exact("Another number was entered on the phone.")
        self.ends(terminal, "login denied", 1)

    def test_code_while_pending(self):
        terminal = self.start()
        self.approve_prompt(terminal)
        code = self.here.phone.code()
        terminal.sendline(f"{code[:3]} {code[3:]}")
        self.ends(terminal, GRANTED_CODE, 0)
        self.assertNotIn(self.here.user, self.here.phone.run("pending"))

    def test_code_after_timeout(self):
        terminal = self.start("push_timeout=5")
        self.approve_prompt(terminal)
        terminal.sendline("")
        terminal.expect_exact("The request was not answered in time.")
        terminal.expect_exact(CODE)
        terminal.sendline(self.here.phone.code())
        self.ends(terminal, GRANTED_CODE, 0)

    def test_wrong_code_then_the_right_one(self):
        terminal = self.start()
        self.approve_prompt(terminal)
        terminal.sendline(self.wrong_code())
        terminal.expect_exact("That code is not valid.")
        self.approve_prompt(terminal)
        terminal.sendline("12345")
        terminal.expect_exact("A one-time code has 6 to 8 digits, a recovery code 12.")
        self.approve_prompt(terminal)
        terminal.sendline(self.here.phone.code())
        self.ends(terminal, GRANTED_CODE, 0)

    def test_wrong_codes_end_it(self):
        terminal = self.start("otp_tries=2")
        for _ in range(2):
            self.approve_prompt(terminal)
            terminal.sendline(self.wrong_code())
            terminal.expect_exact("That code is not valid.")
        self.ends(terminal, "login denied", 1)

    def test_a_code_is_good_once(self):
        code = self.here.phone.code()
        first = self.start()
        self.approve_prompt(first)
        first.sendline(code)
        self.ends(first, GRANTED_CODE, 0)
        second = self.start()
        self.approve_prompt(second)
        second.sendline(code)
        second.expect_exact("That code was used already. Wait for the next one.")
        self.here.phone.run("approve", "--wait", "20", "--number", self.approve_prompt(second))
        second.sendline("")
        self.ends(second, GRANTED_PUSH, 0)

    def test_a_code_cannot_undo_a_denial(self):
        terminal = self.start()
        self.approve_prompt(terminal)
        self.here.phone.run("deny", "--wait", "20")
        terminal.sendline(self.here.phone.code())
        terminal.expect_exact("The request was denied on your phone.")
        self.ends(terminal, "login denied", 1)

    # before: nothing is sent until the person chose

    def test_code_up_front_causes_no_push(self):
        terminal = self.start("prompt=before")
        terminal.expect_exact(BEFORE)
        terminal.sendline(self.here.phone.code())
        self.ends(terminal, GRANTED_CODE, 0)
        self.assertEqual(self.requests("push sent"), [])

    def test_push_up_front(self):
        terminal = self.start("prompt=before")
        terminal.expect_exact(BEFORE)
        terminal.sendline("")
        self.here.phone.run("approve", "--wait", "20", "--number", self.approve_prompt(terminal))
        terminal.sendline("")
        self.ends(terminal, GRANTED_PUSH, 0)

    # after: hands-free

    def test_hands_free(self):
        terminal = self.start("prompt=after")
        terminal.expect(r"Approve the request on your phone \(number (\d\d)\)\.")
        self.here.phone.run("approve", "--wait", "20", "--number", terminal.match.group(1))
        self.ends(terminal, GRANTED_PUSH, 0)

    def test_hands_free_then_code(self):
        terminal = self.start("prompt=after push_timeout=5")
        terminal.expect_exact("The request was not answered in time.")
        terminal.expect_exact(CODE)
        terminal.sendline(self.here.phone.code())
        self.ends(terminal, GRANTED_CODE, 0)

    # what the host says of the remote side is data

    def test_a_remote_host_arrives_as_it_was_said(self):
        said = ("192.0.2.7", "2001:db8::7", "nowhere", "%s%n", "!@#$%^&*()_+<>{}|;'\\", 'a=b c="d"', "\u00fcml\u00e4ut")
        with rogue.Rogue(lambda _server, _call: rogue.http(rogue.request("granted"))) as server:
            self.here.configure(base_url=server.url)
            self.here.service("login")
            for remote in said:
                self.ends(self.here.login("login", "--rhost", remote), GRANTED_PUSH, 0)
            metadata = [json.loads(call.fields["requester_metadata"]) for call in server.calls]
        self.assertEqual([each["rhost"] for each in metadata], list(said))
        self.assertEqual({each["host"] for each in metadata}, {socket.gethostname()})

    # giving up, and servers that are not there

    def pending(self):
        return re.findall(r"[0-9a-f]{8}", self.here.phone.run("pending"))

    def test_a_login_that_dies_withdraws_its_request(self):
        terminal = self.start()
        self.approve_prompt(terminal)
        self.assertTrue(self.pending())
        terminal.kill(9)
        killed = time.monotonic()
        system.wait_until(lambda: not self.pending(), "the request is withdrawn", timeout=5)
        self.assertLess(time.monotonic() - killed, 1.5)

    def test_ctrl_c_while_waiting_withdraws_the_request(self):
        terminal = self.start("prompt=after number_matching=off")
        terminal.expect_exact("Approve the request on your phone.")
        system.wait_until(self.pending, "the request is pending")
        terminal.sendintr()
        system.wait_until(lambda: not self.pending(), "the request is withdrawn", timeout=5)

    def test_the_next_server_where_the_first_is_down(self):
        self.here.configure(base_url=f"http://127.0.0.1:1/v1/, {self.here.server.url}/v1/")
        terminal = self.start("prompt=before")
        terminal.expect_exact(BEFORE)
        terminal.sendline(self.here.phone.code())
        self.ends(terminal, GRANTED_CODE, 0)

    def test_a_user_name_that_is_the_id_of_a_pairing(self):
        audit = self.here.server.text("stderr")
        pairing = re.search(r'"pairing(?:_id)?":"([0-9a-f-]{36})"', audit).group(1)
        terminal = self.start(f"availability=required user_name={pairing}")
        self.ends(terminal, "login denied", 1)
        self.assertEqual(self.requests("request"), [])

    def test_no_server(self):
        self.here.configure("failure-policy = deny", base_url=f"http://127.0.0.1:{system.free_port()}/v1/")
        terminal = self.start()
        terminal.expect_exact("The authentication server cannot be reached.")
        self.ends(terminal, "login denied", 1)

    def test_no_server_where_the_administrator_allows_that(self):
        self.here.configure("failure-policy = allow", base_url=f"http://127.0.0.1:{system.free_port()}/v1/")
        terminal = self.start()
        self.ends(terminal, r"login granted \(not asked\)", 0)

    def test_wrong_credentials_never_let_in(self):
        self.here.configure("failure-policy = allow")
        self.here.write("credentials", f"key = {self.here.server.key}\nsecret = wrong\n")
        terminal = self.start()
        terminal.expect_exact("The authentication server gave no usable answer.")
        self.ends(terminal, "login denied", 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
