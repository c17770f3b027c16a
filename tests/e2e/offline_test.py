# SPDX-License-Identifier: Apache-2.0
"""Offline codes as toopher-helper keeps them: when they are made and when they count, and that one never counts twice,
whatever fails or is killed on the way. System calls are watched, delayed and broken by strace."""

import fcntl
import hashlib
import os
import re
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import helper_process
import rogue_server as rogue
import system
from rogue_server import OTHER, PAIRING, by_path, error, http, request

SALT = bytes(range(16))
CODES = ("1234567890", "0000000001")
OFFLINE = "[Options]\noffline-codes = yes\n"
SOON = {"timeout_ms": 10000}
HOUR = 3600
CALLS = "openat,flock,write,fsync,close,unlinkat,renameat,renameat2,sendto"


def digest(code):
    """By another implementation than the helper's."""
    return hashlib.scrypt(code.encode(), salt=SALT, n=1 << 15, r=8, p=1, maxmem=1 << 27, dklen=32).hex()


class OfflineTest(unittest.TestCase):
    """A configuration whose server is not there, and alice's two codes."""

    @classmethod
    def setUpClass(cls):
        cls.files = helper_process.Files()
        cls.addClassCleanup(cls.files.close)
        cls.state = cls.files.path / "offline"
        cls.state.mkdir(mode=0o700)
        cls.codes = cls.state / "alice.codes"
        cls.digests = [digest(code) for code in CODES]
        cls.nowhere = f"http://127.0.0.1:{system.free_port()}/v1/"

    def setUp(self):
        for path in self.state.iterdir():
            path.unlink()
        self.state.chmod(0o700)

    def give_codes(self, age=0, pairing=PAIRING, wrong=0):
        """alice's file; its text."""
        text = (f"toopher-offline-codes 1\nuser alice\npairing {pairing}\nconfirmed {int(time.time()) - age}\n"
                f"wrong {wrong}\nsalt {SALT.hex()}\n" + "".join(f"code {one}\n" for one in self.digests))
        return self.files.write("offline/alice.codes", text, 0o600) and text

    def confirmed(self):
        """When, by alice's file."""
        return int(re.search(r"^confirmed (\d+)$", self.codes.read_text(), re.MULTILINE).group(1))

    def start(self, *urls, options=OFFLINE, wrapper=()):
        """A helper that has greeted."""
        helper = helper_process.Helper(self.files.configure(*urls, options=options, timeout=1), self.files, wrapper)
        self.addCleanup(helper.__exit__)
        greeting = helper.receive()
        self.assertEqual(greeting.verb, "ready", greeting)
        return helper

    def login(self, *urls, **how):
        """The same, with a login described."""
        helper = self.start(*(urls or [self.nowhere]), **how)
        helper.send("login", user="alice", action="sshd", terminal="host", service="sshd")
        return helper

    def without_server(self, **how):
        """The same, after it found no server."""
        helper = self.login(**how)
        answer, _ = helper.ask("push", timeout_ms=300, ttl=20)
        self.assertEqual((answer.verb, answer["kind"]), ("failed", "unreachable"), answer)
        return helper, answer

    def spend(self, code, **how):
        """What a login without a server makes of a code."""
        helper, _ = self.without_server(**how)
        answer, _ = helper.ask("offline", otp=code, **SOON)
        helper.__exit__()
        return answer

    def denied(self, answer, reason="1005"):
        self.assertEqual((answer.verb, answer["reason"]), ("denied", reason), answer)

    def strace(self, *options):
        """A wrapper for the helper, and what it wrote when the helper has ended."""
        if options and system.with_sanitizers("toopher-helper"):
            self.skipTest("AddressSanitizer makes such calls, too, and does not survive that they fail")
        log = self.files.path / "trace"
        log.write_text("", encoding="utf-8")
        log.chmod(0o666)
        return ("strace", "-f", "-qq", "-o", str(log), "-e", f"trace={CALLS}", "-e", "signal=none", *options), log


class Counts(OfflineTest):
    """Which codes count, and when."""

    def test_once(self):
        self.give_codes()
        helper, answer = self.without_server()
        self.assertEqual(answer["offline"], "2")
        first, _ = helper.ask("offline", otp=CODES[0], **SOON)
        self.assertEqual((first.verb, first["left"]), ("granted", "1"), first)
        again, _ = helper.ask("offline", otp=CODES[0], **SOON)
        self.denied(again)
        helper.__exit__()
        self.denied(self.spend(CODES[0]))
        self.assertEqual(self.spend("00000-00001").verb, "granted")
        self.denied(self.spend(CODES[1]), "1007")  # nothing is left that could count

    def test_wrong_ones_lock_until_the_next_contact(self):
        self.give_codes(wrong=3)
        self.denied(self.spend("1111111111"))
        self.denied(self.spend("1111111112"))
        self.assertEqual(self.without_server()[1]["offline"], "")
        self.denied(self.spend(CODES[0]), "1007")
        with rogue.Rogue(by_path(initiate=http(request("granted", pairing_id=PAIRING)))) as server:
            helper = self.login(server.url)
            self.assertEqual(helper.ask("code", otp="123456", **SOON)[0].verb, "granted")
            helper.__exit__()
        self.assertEqual(self.spend(CODES[0]).verb, "granted")

    def test_only_for_a_while(self):
        for age in (8 * 24 * HOUR, -HOUR):
            self.give_codes(age)
            self.assertEqual(self.without_server()[1]["offline"], "", age)
            self.denied(self.spend(CODES[0]), "1007")
        self.give_codes(3 * 24 * HOUR)
        self.assertEqual(self.without_server()[1]["offline"], "2")
        self.assertEqual(self.without_server(options=OFFLINE + "offline-max-age = 2\n")[1]["offline"], "")

    def test_only_where_they_are_wanted(self):
        self.give_codes()
        helper, answer = self.without_server(options="")
        self.assertEqual(answer["offline"], "")
        self.assertEqual(helper.ask("offline", otp=CODES[0], **SOON)[0].verb, "failed")

    def test_only_for_their_owner(self):
        self.give_codes()
        helper = self.start(self.nowhere)
        helper.send("login", user="mallory", action="sshd")
        answer, _ = helper.ask("push", timeout_ms=300, ttl=20)
        self.assertEqual(answer["offline"], "")
        self.denied(helper.ask("offline", otp=CODES[0], **SOON)[0], "1007")

    def test_only_after_no_server_was_found(self):
        given = self.give_codes()
        helper = self.login()
        self.assertEqual(helper.ask("offline", otp=CODES[0], **SOON)[0].verb, "failed")
        self.assertEqual(self.codes.read_text(), given)

    def test_5xx_is_no_server(self):
        self.give_codes()
        with rogue.Rogue(by_path(initiate=http("busy", status=503))) as server:
            helper = self.login(server.url)
            self.assertEqual(helper.ask("push", timeout_ms=300, ttl=20)[0]["offline"], "2")
            self.assertEqual(helper.ask("offline", otp=CODES[0], **SOON)[0].verb, "granted")

    def test_any_other_answer_closes_the_way(self):
        answers = {"credentials": error(401, "no", status=401), "protocol": http("<html/>", content_type="text/html"),
                   "rejected": error(429, "no", status=429), "forbidden": error(403, "no", status=403)}
        for kind, answer in answers.items():
            self.give_codes()
            with self.subTest(kind), rogue.Rogue(by_path(initiate=answer)) as server:
                helper = self.login(server.url)
                first, _ = helper.ask("push", timeout_ms=1000, ttl=20)
                self.assertEqual((first["kind"], first["offline"]), (kind, ""), first)
                server.__exit__()
                second, _ = helper.ask("push", timeout_ms=300, ttl=20)
                self.assertEqual((second["kind"], second["offline"]), ("unreachable", ""), second)
                self.assertEqual(helper.ask("offline", otp=CODES[0], **SOON)[0].verb, "failed")

    def test_a_server_that_goes_away_closes_it_too(self):
        self.give_codes()
        with rogue.Rogue(by_path(initiate=http(request()))) as server:
            helper = self.login(server.url)
            self.assertEqual(helper.ask("push", timeout_ms=1000, ttl=20)[0].verb, "pending")
        answer, _ = helper.ask("code", otp="123456", timeout_ms=300)
        self.assertEqual((answer["kind"], answer["offline"]), ("unreachable", ""))
        self.assertEqual(helper.ask("offline", otp=CODES[0], **SOON)[0].verb, "failed")

    def test_they_never_reach_a_server_and_others_never_the_disk(self):
        self.give_codes()
        with rogue.Rogue(by_path(initiate=http(request("granted")))) as server:
            self.assertEqual(self.login(server.url).ask("code", otp=CODES[0], **SOON)[0].verb, "failed")
            self.assertEqual(server.calls, [])
        for code in ("123456", "123456789012"):
            helper, _ = self.without_server()
            self.assertEqual(helper.ask("offline", otp=code, **SOON)[0].verb, "failed")


class Contact(OfflineTest):
    """What the server says decides how long they live."""

    def contact(self, answer, pairing=None, verb="code"):
        """One question to a server that gives `answer`, and to questions about pairings `pairing`; the helper's answer.
        The helper has ended on return."""
        def behave(_, call):
            return answer if call.initiates else pairing if "/pairings/" in call.path else error(404, "?", status=404)
        with rogue.Rogue(behave) as server:
            helper = self.login(server.url)
            said, _ = helper.ask(verb, otp="123456", **SOON) if verb == "code" else helper.ask(verb, ttl=20, **SOON)
            gone = not self.codes.exists()
            helper.__exit__()
            return said, gone, len(server.calls)

    def test_refusals_take_them_away_at_once(self):
        for code, verb in ((601, "push"), (704, "push"), (705, "code"), (707, "push")):
            self.give_codes()
            said, gone, _ = self.contact(error(code, "no"), verb=verb)
            self.assertEqual((said.verb, gone), ("refused", True), code)
        self.assertEqual(self.without_server()[1]["offline"], "")

    def test_damaged_files_go_as_well(self):
        self.files.write("offline/alice.codes", "damaged", 0o600)
        self.assertTrue(self.contact(error(707, "no"))[1])

    def test_other_answers_leave_them(self):
        denied = http(request("denied", reason_code=1005))
        for answer in (error(708, "code"), error(401, "no", status=401), denied, http("busy", status=503)):
            text = self.give_codes(2 * HOUR)
            self.contact(answer)
            self.assertEqual(self.codes.read_text(), text)

    def test_a_login_confirms(self):
        self.give_codes(6 * 24 * HOUR)
        self.contact(http(request("granted", pairing_id=PAIRING)))
        self.assertLess(time.time() - self.confirmed(), 60)

    def test_but_writes_once_an_hour(self):
        text = self.give_codes(HOUR // 2)
        _, _, calls = self.contact(http(request("granted", pairing_id=PAIRING)))
        self.assertEqual((self.codes.read_text(), calls), (text, 1))

    def test_another_phone_asks_about_the_pairing(self):
        def pairing(**members):
            return http({"id": PAIRING, "enabled": True, "pending": False, "user": {"id": OTHER, "name": "alice"}, **members})
        for how, answer, fate in (("good", pairing(), "confirmed"), ("removed", pairing(deactivated=True), "gone"),
                                  ("unknown", error(404, "no such pairing", status=404), "gone"),
                                  ("another", pairing(id=OTHER), "left"), ("broken", http("busy", status=503), "left")):
            for said in (OTHER, ""):  # by another pairing, or by none: a recovery code
                text = self.give_codes(2 * HOUR)
                self.contact(http(request("granted", pairing_id=said)), answer)
                now = "gone" if not self.codes.exists() else "left" if self.codes.read_text() == text else "confirmed"
                self.assertEqual(now, fate, how)


class Making(OfflineTest):
    """New codes need the phone's approval for just that."""

    def ask(self, final, verb="offline-ask"):
        """A helper whose request was decided by `final`, and the server's calls."""
        with rogue.Rogue(by_path(initiate=http(request()), status=http(final))) as server:
            helper = self.login(server.url)
            self.assertEqual(helper.ask(verb, ttl=20, **SOON)[0].verb, "pending")
            helper.ask("wait", **SOON)
            return helper, server.calls

    def test_made_once(self):
        helper, calls = self.ask(request("granted", pairing_id=PAIRING))
        self.assertRegex(calls[0].fields["action_name"], "^make offline codes for .+")
        self.assertEqual(calls[0].fields["automation_allowed"], "false")
        made, _ = helper.ask("offline-make", timeout_ms=60000)
        codes = made["codes"].split()
        self.assertEqual(made.verb, "offline-codes")
        self.assertRegex(made["codes"], r"^\d{10}( \d{10}){9}$")
        self.assertEqual(len(set(codes)), 10)
        self.assertEqual((self.codes.stat().st_mode & 0o7777, self.state.stat().st_mode & 0o7777), (0o600, 0o700))
        self.assertEqual(helper.ask("offline-make", **SOON)[0].verb, "failed")
        helper.__exit__()
        self.assertEqual(self.spend(codes[7]).verb, "granted")

    def test_not_without_that_approval(self):
        granted = request("granted", pairing_id=PAIRING)
        for why, final, verb in (("a login was approved", granted, "push"), ("denied", request("denied"), "offline-ask"),
                                 ("by a rule", {**granted, "automated": True}, "offline-ask"),
                                 ("nobody knows by whom", request("granted"), "offline-ask")):
            helper, _ = self.ask(final, verb)
            self.assertEqual(helper.ask("offline-make", **SOON)[0].verb, "failed", why)
            self.assertFalse(self.codes.exists(), why)
        self.assertEqual(self.login().ask("offline-make", **SOON)[0].verb, "failed")


class Disk(OfflineTest):
    """The steps to the disk: their order, their failures, and death between them."""

    def test_order(self):
        self.give_codes()
        wrapper, log = self.strace()
        self.assertEqual(self.spend(CODES[0], wrapper=wrapper).verb, "granted")
        # The helper's memory is closed to strace without root, so calls are known by their numbers.
        patterns = [r"openat\((?P<dir>\d+), .*O_RDWR\|O_CREAT\|.* = (?P<lock>\d+)",
                    r"flock\((?P=lock), LOCK_EX\|LOCK_NB\) += 0",
                    r"openat\((?P=dir), .*O_RDONLY.* = (?P<old>\d+)",
                    r"close\((?P=old)\) += 0",
                    r"unlinkat\((?P=dir), .*",
                    r"openat\((?P=dir), .*O_WRONLY\|O_CREAT\|O_EXCL\|O_NOFOLLOW\|O_CLOEXEC, 0600\) = (?P<new>\d+)",
                    r"write\((?P=new), .* = \d+",
                    r"fsync\((?P=new)\) += 0",
                    r"close\((?P=new)\) += 0",
                    r"renameat2?\((?P=dir), .*, (?P=dir), .*\) = 0",
                    r"fsync\((?P=dir)\) += 0",
                    r"close\((?P=lock)\) += 0",
                    rf"sendto\(0, .*, {len('granted left=1') + 1}, .*\) = {len('granted left=1') + 1}"]
        calls = re.sub(r"^\d+ +", "", log.read_text(), flags=re.MULTILINE)
        self.assertRegex(calls, "(?m)^" + "\n".join(patterns) + "$")

    def test_a_step_that_fails_denies(self):
        for fault in ("unlinkat:error=EROFS", "write:error=ENOSPC", "fsync:error=EIO:when=1", "fsync:error=EIO:when=2",
                      "renameat,renameat2:error=EROFS", "flock:error=ENOLCK"):
            self.give_codes()
            answer = self.spend(CODES[0], wrapper=self.strace("-e", "inject=" + fault)[0])
            self.assertEqual((answer.verb, answer["kind"]), ("failed", "config"), fault)
            self.assertIn(str(self.state), answer["text"])
            self.denied_unless_never_struck_off(struck_off=fault == "fsync:error=EIO:when=2")

    def test_a_wrong_code_that_cannot_be_counted_is_no_free_try(self):
        self.give_codes()
        answer = self.spend("1111111111", wrapper=self.strace("-e", "inject=write:error=ENOSPC")[0])
        self.assertEqual((answer.verb, answer["kind"]), ("failed", "config"))

    def test_killed_between_the_steps(self):
        granted = 3  # the third line that it sends: after ready and failed
        for step, struck_off in (("write:when=1", False), ("fsync:when=1", False), ("renameat,renameat2:when=1", None),
                                 ("fsync:when=2", True), (f"sendto:when={granted}", True)):
            call, _, when = step.partition(":")
            self.give_codes()
            wrapper, _ = self.strace("-e", f"inject={call}:signal=KILL:{when}")
            helper, _ = self.without_server(wrapper=wrapper)
            self.assertIsNone(helper.ask("offline", otp=CODES[0], **SOON)[0].verb, step)
            self.assertEqual(helper.wait()[0], -signal.SIGKILL, step)
            self.denied_unless_never_struck_off(struck_off)

    def denied_unless_never_struck_off(self, struck_off):
        """One more login by the code at most, and none if it was struck off (None: either)."""
        first = self.spend(CODES[0])
        if struck_off is not None:
            self.assertEqual(first.verb, "denied" if struck_off else "granted", first)
        self.denied(self.spend(CODES[0]))

    def test_two_at_once(self):
        self.give_codes()
        slow, _ = self.without_server(wrapper=self.strace("-e", "inject=renameat,renameat2:delay_enter=700000")[0])
        quick, _ = self.without_server()
        slow.send("offline", otp=CODES[0], **SOON)
        lock = self.state / "alice.lock"
        system.wait_until(lambda: lock.exists() and self.is_locked(lock), "the first login holds the lock")
        quick.send("offline", otp=CODES[0], **SOON)
        answers = sorted(helper.receive().verb for helper in (slow, quick))
        self.assertEqual(answers, ["denied", "granted"])

    def test_a_lock_that_is_never_given_back_denies(self):
        self.give_codes()
        self.assertEqual(self.spend(CODES[1]).verb, "granted")
        helper, _ = self.without_server()
        with open(self.state / "alice.lock", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            answer, seconds = helper.ask("offline", otp=CODES[0], timeout_ms=1500)
        self.assertEqual((answer.verb, answer["kind"]), ("failed", "config"), answer)
        self.assertLess(seconds, 1.5)

    @staticmethod
    def is_locked(path):
        with open(path, encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def test_damaged_files_count_for_nothing_and_are_named(self):
        text = self.give_codes()
        for damaged in ("", text[:-1], text.replace("wrong 0", "wrong -1"), text.replace("alice", "bob")):
            self.files.write("offline/alice.codes", damaged, 0o600)
            answer = self.without_server()[1]
            self.assertEqual(answer["offline"], "")
            self.assertIn("alice.codes", answer["text"])

    def test_a_directory_that_others_may_touch(self):
        self.state.chmod(0o750)
        helper = helper_process.Helper(self.files.configure(self.nowhere, options=OFFLINE), self.files)
        self.addCleanup(helper.__exit__)
        answer = helper.receive()
        self.assertEqual((answer.verb, answer["kind"]), ("failed", "config"), answer)
        self.assertIn(str(self.state), answer["text"])


if __name__ == "__main__":
    unittest.main()
