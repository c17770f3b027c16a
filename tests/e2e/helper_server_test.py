# SPDX-License-Identifier: Apache-2.0
"""toopher-helper with the real server and a real phone: outcomes, withdrawals, and how many exchanges a login takes."""

import os
import signal
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import helper_process
import relay
import system

WAIT = {"timeout_ms": 30000}
STEP = 30  # seconds that a code is good for (RFC 6238, section 5.2)
PUSH = {"timeout_ms": 30000, "ttl": 30}


class ServerTest(unittest.TestCase):
    """One server and one paired phone for all; each test has a helper of its own."""

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="toopher-helper-server-")
        cls.addClassCleanup(directory.cleanup)
        options = system.without_privileges(directory.name)
        cls.server = system.Toopherd(directory.name, **options)
        cls.addClassCleanup(cls.server.stop)
        cls.relay = relay.Relay(cls.server.url)
        cls.addClassCleanup(cls.relay.__exit__)
        cls.phone = system.Phone(cls.server.url, os.path.join(directory.name, "phone"), **options)
        cls.files = helper_process.Files()
        cls.addClassCleanup(cls.files.close)
        cls.files.write("credentials", f"key = {cls.server.key}\nsecret = {cls.server.secret}\n", 0o600)
        cls.pair()

    @classmethod
    def helper(cls):
        """A helper that has greeted."""
        helper = helper_process.Helper(cls.files.configure(cls.relay.url + "/v1/"), cls.files)
        greeting = helper.receive()
        if greeting.verb != "ready":
            raise system.Failure(f"the helper said {greeting}")
        return helper

    @classmethod
    def pair(cls):
        """Pairs the phone with alice."""
        with cls.phone.start("pair", "--server", cls.server.url, "--yes") as phone, cls.helper() as helper:
            phrase = phone.wait_for_line(r"(?:^|: |\s{2,})([a-z]+(?: [a-z]+)+)\s*$").group(1)
            pending, _ = helper.ask("pair", user="alice", phrase=phrase, **WAIT)
            paired, _ = helper.ask("pair-wait", **WAIT)
            if (pending.verb, paired.verb) != ("pending", "paired"):
                raise system.Failure(f"pairing: {pending}, {paired}")
            phone.wait()

    def setUp(self):
        self.relay.clear()

    def login(self, user="alice"):
        """A helper with a login described."""
        helper = self.helper()
        self.addCleanup(helper.__exit__)
        helper.send("login", user=user, action="log in", terminal="host", host="host", service="sshd")
        return helper

    def push(self, helper):
        """Sends a push that becomes pending; its id."""
        answer, _ = helper.ask("push", **PUSH)
        self.assertEqual(answer.verb, "pending", answer)
        return answer["id"]

    def decide(self, helper, *decision):
        """What wait answers when the phone decides."""
        helper.send("wait", **WAIT)
        self.phone.run(*decision)
        return helper.receive()

    def fresh_code(self):
        """A code of a time step that no test used before."""
        used = getattr(type(self), "used", None)
        system.wait_until(lambda: time.time() // STEP != used, "the next time step", timeout=STEP + system.PATIENCE)
        code = self.phone.code()
        type(self).used = time.time() // STEP
        return code

    def withdrawn(self):
        """Whether nothing is left on the phone."""
        self.assertNotRegex(self.phone.run("pending"), r"[0-9a-f]{8}-[0-9a-f]{4}")


class Logins(ServerTest):
    """Outcomes, and the exchanges they take on one connection."""

    def test_granted(self):
        helper = self.login()
        identity = self.push(helper)
        answer = self.decide(helper, "approve")
        self.assertEqual((answer.verb, answer["id"]), ("granted", identity))
        self.assertEqual((self.relay.connections, self.relay.paths()), (1, ["initiate", identity]))

    def test_denied(self):
        helper = self.login()
        self.push(helper)
        answer = self.decide(helper, "deny")
        self.assertEqual((answer.verb, answer["reason"]), ("denied", "1000"), answer)

    def test_code(self):
        helper = self.login()
        answer, _ = helper.ask("code", otp=self.fresh_code(), **WAIT)
        self.assertEqual(answer.verb, "granted", answer)
        self.assertEqual((self.relay.connections, self.relay.paths()), (1, ["initiate"]))

    def test_wrong_code_then_code_instead_of_push(self):
        helper = self.login()
        self.push(helper)
        code = self.fresh_code()
        wrong, _ = helper.ask("code", otp=f"{(int(code) + 1) % 1000000:06}", **WAIT)
        self.assertEqual((wrong.verb, wrong["reason"]), ("denied", "1005"), wrong)
        right, _ = helper.ask("code", otp=code, **WAIT)
        self.assertEqual(right.verb, "granted", right)
        self.withdrawn()
        helper.hang_up()
        helper.wait()
        self.assertEqual((self.relay.connections, self.relay.paths()), (1, ["initiate"] * 3))

    def test_push_then_code(self):
        helper = self.login()
        self.push(helper)
        answer, _ = helper.ask("code", otp=self.fresh_code(), **WAIT)
        self.assertEqual(answer.verb, "granted", answer)
        self.assertEqual((self.relay.connections, self.relay.paths()), (1, ["initiate"] * 2))
        self.withdrawn()

    def test_unpaired(self):
        answer, _ = self.login(user="nobody-we-know").ask("push", **PUSH)
        self.assertEqual((answer.verb, answer["kind"]), ("refused", "unpaired"), answer)

    def test_expired(self):
        helper = self.login()
        self.assertEqual(helper.ask("push", timeout_ms=20000, ttl=5)[0].verb, "pending")
        answer, seconds = helper.ask("wait", timeout_ms=20000)
        self.assertEqual(answer.verb, "expired", answer)
        self.assertLess(seconds, 10)


class Withdrawals(ServerTest):
    """The phone forgets a login that nobody waits for."""

    def test_end_of_file(self):
        helper = self.login()
        self.push(helper)
        helper.send("wait", **WAIT)
        system.wait_until(lambda: len(self.relay.requests) == 2, "a poll")
        helper.hang_up()
        self.assertLess(helper.wait()[1], 1)
        self.withdrawn()

    def test_interrupt(self):
        helper = self.login()
        self.push(helper)
        helper.send("wait", **WAIT)
        system.wait_until(lambda: len(self.relay.requests) == 2, "a poll")
        helper.signal(signal.SIGINT)
        self.assertEqual(helper.receive().verb, "interrupted")
        self.assertLess(helper.wait()[1], 1)
        self.withdrawn()

    def test_cancel(self):
        helper = self.login()
        self.push(helper)
        self.assertEqual(helper.ask("cancel")[0].verb, "cancelled")
        self.withdrawn()


if __name__ == "__main__":
    unittest.main()
