#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""toopher-pair --code-app with a real helper and server: the codes of another app, from the first right one on."""

import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import unittest

import pexpect

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import code_app  # noqa: E402
import pair_scene  # noqa: E402
import requester  # noqa: E402
import system  # noqa: E402

CODE = "One-time code that the app shows, or Enter to give up: "
APPROVE = "has to be approved"


class WithServer(pair_scene.SceneWithServer):
    def setUp(self):
        super().setUp()
        self.host = requester.Requester(self.server.url, self.server.key, self.server.secret)

    def add(self, *arguments, **options):
        return self.pair("--user", "daemon", "--code-app", *arguments, **options)

    def app(self, terminal):
        """The app that has taken the link."""
        terminal.expect(r"  (otpauth://totp/\S+)\r\n")
        return code_app.App(terminal.match.group(1))

    def with_phone(self):
        """daemon with a paired phone."""
        phone, phrase = self.phrase("--yes")
        self.assertEqual(self.end(self.pair("--user", "daemon", "--no-code-test", "--phrase", phrase)), 0)
        phone.wait()

    def approve(self, terminal):
        """On the phone."""
        terminal.expect(r'shows the request "add a code token"')
        terminal.expect(r"\(number (\d\d)\)")
        self.phone.run("approve", "--number", terminal.match.group(1), "--wait", "20")
        terminal.sendline("")
        terminal.expect("Approved")

    def login(self, code):
        _, answer = self.host.post("authentication_requests/initiate", user_name="daemon", terminal_name="host", otp=code)
        return answer.get("granted", False), answer.get("reason_code", answer.get("error_code"))

    def assert_nobody(self):
        """The server knows no such user."""
        self.assertEqual(self.host.get("users", name="daemon"), (200, []))

    def test_the_first_factor(self):
        terminal = self.add()
        terminal.expect("Adding a code app for daemon")
        terminal.expect("no second factor yet")
        terminal.expect("whoever sees it")
        app = self.app(terminal)
        self.assertEqual(app.account, f"/{self.server.url.removeprefix('http://')}:daemon")
        self.assert_nobody()
        for typed, answer in (("12345", "six digits"), (app.wrong(), "wrong.*clock"), (app.now(), "The code is right")):
            terminal.expect(CODE)
            terminal.sendline(typed)
            terminal.expect(answer)
        self.assertEqual(self.end(terminal, "toopher-pair --recovery-codes"), 0)
        self.assertEqual(self.login(app.now(1)), (True, 0))
        self.assertEqual(self.login(app.now(1)), (False, 1006))
        [entry] = [line for line in self.server.audit() if line["event"] == "token provisioned and associated"]
        self.assertEqual((entry["user"], entry["by"]), ("daemon", "first requester"))
        self.assert_not_written_down(app)

    def assert_not_written_down(self, app):
        """Neither in the server's log and audit, nor in any file of server, configuration and helper."""
        files = [path for path in pathlib.Path(self.directory).rglob("*") if path.is_file()]
        self.assertTrue(any(path.suffix == ".sqlite" for path in files), files)
        written = self.server.text().encode() + b"".join(path.read_bytes() for path in files)
        for form in app.forms:
            self.assertNotIn(form, written)

    def test_a_further_factor_is_approved_on_the_phone(self):
        self.with_phone()
        terminal = self.add()
        terminal.expect(APPROVE)
        self.approve(terminal)
        app = self.app(terminal)
        self.assertNotIn("no second factor", terminal.before)
        terminal.expect(CODE)
        terminal.sendline(app.now())
        self.assertEqual(self.end(terminal, "The code is right"), 0)
        self.assertNotIn("recovery", terminal.before)
        self.assertEqual([self.login(app.now(1)), self.login(self.phone.code())], [(True, 0)] * 2)

    def test_a_further_factor_is_approved_by_a_code_of_the_first(self):
        first = self.added(self.add())
        terminal = self.add()
        terminal.expect("Recovery code, or one-time code")
        terminal.sendline(first.now(1))
        terminal.expect("Approved")
        second = self.app(terminal)
        terminal.expect(CODE)
        terminal.sendline(first.wrong())
        terminal.expect("wrong")
        terminal.sendline(second.now())
        self.assertEqual(self.end(terminal, "The code is right"), 0)
        self.assertNotEqual(first.seeds, second.seeds)

    def added(self, terminal):
        """The app, after its first code."""
        app = self.app(terminal)
        terminal.expect(CODE)
        terminal.sendline(app.now())
        self.assertEqual(self.end(terminal, "The code is right"), 0)
        return app

    def test_denied_on_the_phone(self):
        self.with_phone()
        terminal = self.add()
        terminal.expect("recovery code: ")
        self.phone.run("deny", "--wait", "20")
        terminal.sendline("")
        self.assertEqual(self.end(terminal, "Denied on the phone. Nothing was changed"), 4)
        terminal = self.add()
        terminal.expect("recovery code: ")
        terminal.sendeof()
        self.assertEqual(self.end(terminal, "Nothing was typed"), 8)
        self.assertNotIn("otpauth", terminal.before)

    def test_an_approval_that_has_become_old_is_asked_for_again(self):
        self.with_phone()
        terminal = self.add()
        self.approve(terminal)
        app = self.app(terminal)
        with sqlite3.connect(self.server.database, timeout=30) as database:
            database.execute("UPDATE requests SET modified = modified - 301000")
        terminal.expect(CODE)
        terminal.sendline(app.now())
        terminal.expect(APPROVE)
        self.approve(terminal)
        if terminal.expect(["The code is right", "wrong"]) == 1:  # it took a minute
            terminal.sendline(app.now())
        self.assertEqual(self.end(terminal), 0)

    def test_giving_up_changes_nothing(self):
        for give_up in (lambda terminal: terminal.sendline(""), lambda terminal: terminal.sendeof()):
            terminal = self.add()
            self.app(terminal)
            terminal.expect(CODE)
            give_up(terminal)
            self.assertEqual(self.end(terminal, "nothing was added"), 7)
        terminal = self.add()
        app = self.app(terminal)
        for _ in range(3):
            terminal.expect(CODE)
            terminal.sendline(app.wrong())
        self.assertEqual(self.end(terminal, "nothing was added"), 7)
        terminal = self.add()
        self.app(terminal)
        terminal.expect(CODE)
        terminal.sendintr()
        terminal.expect(pexpect.EOF)
        terminal.close()
        self.assertEqual(terminal.signalstatus, 2)
        self.assert_nobody()

    def test_a_disabled_user_gets_none(self):
        self.with_phone()
        with sqlite3.connect(self.server.database, timeout=30) as database:
            database.execute("UPDATE users SET enabled = 0")
        terminal = self.add()
        self.assertEqual(self.end(terminal, "has disabled Toopher authentication"), 1)
        self.assertNotIn("otpauth", terminal.before)

    def test_as_a_qr_code_where_there_is_room(self):
        for size, arguments, blocks, words in (((60, 120), (), True, ""), ((60, 120), ("--no-qr",), False, ""),
                                               ((60, 40), (), False, r"takes \d\d columns"), ((10, 120), (), False, r"\d\d lines")):
            with self.subTest(size=size, arguments=arguments):
                terminal = self.add(*arguments, dimensions=size)
                terminal.expect("otpauth://")
                terminal.expect(CODE)
                self.assertEqual("\u2580" in terminal.before, blocks)
                self.assertEqual("too small" in terminal.before, bool(words))
                self.assertIsNotNone(re.search(words, terminal.before))
                terminal.close(True)

    def test_without_a_terminal_there_is_the_link_alone(self):
        command = [system.program("toopher-pair"), "--config", os.path.join(self.directory, "config"), "--helper",
                   system.program("toopher-helper"), "--user", "daemon", "--code-app"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              preexec_fn=pair_scene.drop_privileges, env={"LC_ALL": "C.UTF-8", "TERM": "xterm"}) as pair:
            link = next(line.strip() for line in pair.stdout if "otpauth://" in line)
            out, errors = pair.communicate(code_app.App(link).now() + "\n", timeout=system.PATIENCE)
        self.assertEqual((pair.returncode, errors), (0, ""))
        self.assertIn("The code is right", out)
        self.assertNotRegex(out, "[^\n -~]")


class WithoutServer(pair_scene.Scene):
    def setUp(self):
        super().setUp()
        self.configure(f"http://127.0.0.1:{system.free_port()}", timeout=5)

    def scripted(self, **answers):
        """A helper that has one answer to each verb, _ for -."""
        cases = "".join(f"{verb.replace('_', '-')}) echo '{answer}';;\n" for verb, answer in answers.items())
        return self.write("helper", f"#!/bin/sh\necho 'ready version=1'\nwhile read -r verb rest; do case $verb in\n{cases}esac\ndone\n",
                          0o700)

    def test_unreachable(self):
        terminal = self.pair("--user", "daemon", "--code-app")
        self.assertEqual(self.end(terminal, "127.0.0.1"), 3)
        self.assertNotIn("otpauth", terminal.before)

    def test_an_answer_that_is_lost(self):
        link = "otpauth://totp/s:daemon?secret=MFRGGZDFMZTWQ2LK"
        for final, words, status in (("failed kind=unreachable text=gone", "Whether the app was added is not known", 3),
                                     ("failed kind=protocol text=broken", "Whether the app was added is not known", 3),
                                     ("failed kind=internal text=starved", "Whether the app was added is not known", 3),
                                     ("failed kind=rejected text=no", "no", 1), ("granted id=x", "does not belong", 1),
                                     ("interrupted", "Interrupted", 1)):
            helper = self.scripted(push="refused kind=unpaired", code_app=f"code-app server=s link={link}", code_app_add=final)
            terminal = self.pair("--user", "daemon", "--code-app", helper=helper)
            for _ in range(3 if status == 3 else 1):
                terminal.expect(CODE)
                terminal.sendline("123456")
            self.assertEqual(self.end(terminal, words), status, final)

    def test_wrong_use(self):
        for more in (["--link"], ["--recovery-codes"], ["--offline-codes"], ["--phrase", "x"], ["--no-code-test"]):
            self.assertEqual(self.end(self.pair("--code-app", *more), "takes no"), 2, more)
        self.assertEqual(self.end(self.pair("--no-qr"), "goes with"), 2)


if __name__ == "__main__":
    unittest.main()
