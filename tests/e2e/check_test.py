#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""toopher-check over an installation in a directory, with one thing wrong in each test; and a trial login with a real push."""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest

import pexpect

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))
import certificates  # noqa: E402
import relay  # noqa: E402
import system  # noqa: E402
import trial  # noqa: E402

UNIX = "auth required pam_unix.so\n"


class Scene(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = trial.Trial()
        cls.addClassCleanup(cls.here.__exit__)
        shutil.copy(system.BUILD / "src" / "toopher-check", cls.here.directory / "toopher-check")

    def setUp(self):
        self.here.configure("failure-policy = deny")
        for path in (self.here.directory / "pam.d").iterdir():
            path.unlink()
        self.stack("other", "auth required pam_deny.so\n")

    def stack(self, name, text):
        """A service; @ stands for the line of the module without its control."""
        module = (f"{self.here.directory}/pam_toopher.so conf={self.here.directory}/config "
                  f"helper={self.here.directory}/toopher-helper")
        self.here.write(f"pam.d/{name}", text.replace("@", module))

    def command(self, *arguments):
        return [str(self.here.directory / "toopher-check"), "--pam-dir", str(self.here.directory / "pam.d"),
                "--config", str(self.here.directory / "config"), "--helper", str(self.here.directory / "toopher-helper"),
                *arguments]

    def check(self, *arguments):
        """(exit status, findings)"""
        done = subprocess.run(self.command("--json", *arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=system.PATIENCE, env=trial.ENVIRONMENT, **self.here.unprivileged)
        self.assertNotIn(self.here.server.secret, done.stdout + done.stderr)
        self.assertNotIn(self.here.server.key, done.stdout + done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["status"], done.returncode)
        return done.returncode, answer["findings"]

    @staticmethod
    def wrong(findings):
        """What warnings and errors say."""
        return [each["what"] for each in findings if each["severity"] in ("warning", "error")]

    def finding(self, severity, pattern, *arguments):
        """The one of that severity that matches; its advice."""
        _, findings = self.check(*arguments)
        for each in findings:
            if each["severity"] == severity and re.search(pattern, each["what"]):
                return each["what_to_do"]
        return self.fail(f"no {severity} {pattern!r} among {json.dumps(findings, indent=1)}")


class Files(Scene):
    def test_nothing_is_wrong(self):
        self.stack("sudo", UNIX + "auth required @\n")
        status, findings = self.check()
        self.assertEqual(status, 1)
        plain, only = self.wrong(findings)
        self.assertIn("is not encrypted: while the server does not run, any user", plain)
        self.assertIn("no other way in is left", only)

    def test_credentials_that_others_read(self):
        self.here.write("credentials", f"key = {self.here.server.key}\nsecret = {self.here.server.secret}\n", 0o644)
        self.addCleanup(os.chmod, self.here.directory / "credentials", 0o600)
        self.assertEqual(self.finding("error", "credentials holds a secret"),
                         f"chmod 600 {self.here.directory}/credentials")

    def test_every_wrong_mode_is_listed(self):
        config = self.here.directory / "config"
        os.chmod(config, 0o666)
        os.chmod(self.here.directory, 0o777)
        self.addCleanup(os.chmod, self.here.directory, 0o755)
        self.assertEqual(self.finding("error", "config may be written"), f"chmod go-w {config}")
        self.assertEqual(self.finding("error", "toopher-trial-[^/]* may be written"), f"chmod go-w {self.here.directory}")

    def test_a_link(self):
        config = self.here.directory / "config"
        os.rename(config, self.here.directory / "elsewhere")
        os.symlink(self.here.directory / "elsewhere", config)
        self.addCleanup(os.unlink, config)
        self.finding("error", "config is a symbolic link")

    def test_an_unknown_key(self):
        self.here.configure("no-such-key = 1")
        self.finding("error", r"config:6: unknown key")
        self.assertEqual(self.check()[0], 2)

    def test_a_missing_file(self):
        os.unlink(self.here.directory / "config")
        self.finding("error", "config does not exist")


class Services(Scene):
    def test_bad_stacks(self):
        for text, severity, pattern in (
                ("auth required @\n", "error", "^sudo: exempt users are locked out"),
                ("auth sufficient @\n" + UNIX, "error", "^sudo: somebody who was denied .* gets in"),
                ("auth optional @\nauth required pam_permit.so\n", "error", "gets in nevertheless"),
                ("auth sufficient pam_unix.so\nauth required @\n", "error", "^sudo: a right password ends the stack"),
                ("auth required @\nauth required pam_permit.so\n", "error", "without anything"),
                (UNIX + "auth required @ no_such_argument\n", "error", "sudo:2: unknown module argument"),
                (UNIX + "auth required @\naccount required @\n", "error", "sudo:3: pam_toopher does nothing but auth"),
                ("auth requird @\n", "error", "sudo:1: the control"),
                (UNIX + "auth required /nowhere/pam_toopher.so\n", "error", "/nowhere/pam_toopher.so does not exist"),
                (UNIX, "warning", "no service uses pam_toopher"),
                (UNIX + "auth required @\n", "warning", "no other way in is left")):
            with self.subTest(text):
                self.stack("sudo", text)
                self.finding(severity, pattern)

    def test_a_console_without_the_module_is_a_way_in(self):
        self.stack("sudo", UNIX + "auth required @\n")
        self.stack("login", UNIX)
        self.finding("info", "still open: login")
        status, findings = self.check()
        [plain] = self.wrong(findings)
        self.assertEqual(status, 1)
        self.assertIn("is not encrypted", plain)

    def test_earlier_module(self):
        self.stack("sudo", UNIX + "auth required @ config_fail_closed\n")
        for difference in ("failure-policy is deny", "pairing-source = file", "704"):
            self.finding("info", difference)


class Sshd(Scene):
    ROWS = (("usepam no\n", "error", "UsePAM is off"),
            ("usepam yes\nkbdinteractiveauthentication no\npasswordauthentication yes\n", "warning", "can show no prompt"),
            ("usepam yes\nkbdinteractiveauthentication no\npasswordauthentication no\n", "error", "both off"),
            ("usepam yes\nkbdinteractiveauthentication yes\npubkeyauthentication yes\nauthenticationmethods any\n", "warning",
             "publickey alone lets in"),
            ("usepam yes\nkbdinteractiveauthentication yes\nauthenticationmethods publickey,keyboard-interactive\n", "ok",
             "are on"),
            ("usepam yes\nkbdinteractiveauthentication yes\nlogingracetime 50\n", "warning", "LoginGraceTime"),
            ("", "info", "said nothing"))

    def test_settings(self):
        self.stack("sshd", UNIX + "auth required @\n")
        for settings, severity, pattern in self.ROWS:
            with self.subTest(settings):
                sshd = self.here.write("sshd", f"#!/bin/sh\ncat <<END\n{settings}END\n" if settings else "#!/bin/sh\n", 0o755)
                self.finding(severity, pattern, "--sshd", str(sshd))

    def test_exempt_users_without_a_key(self):
        self.stack("sshd", "auth required @\nauth required pam_permit.so\n")
        sshd = self.here.write("sshd", "#!/bin/sh\necho usepam yes\necho kbdinteractiveauthentication yes\n", 0o755)
        self.finding("error", "over the network with nothing at all", "--sshd", str(sshd))


class Server(Scene):
    def configure(self, url, *lines):
        self.here.write("config", f"[API]\nbase-url = {url}/v1/\ncredential-file = {self.here.directory}/credentials\n"
                        "timeout = 3\n" + "".join(line + "\n" for line in lines))

    def test_a_good_server(self):
        self.finding("ok", "answers in .* accepts key and secret")
        self.finding("ok", "clock is 0 s|clock is 1 s")
        self.finding("info", "does not know nobody-of-this-server|does not know", "--user", self.here.user)

    def test_wrong_credentials(self):
        self.here.write("credentials", "key = wrong\nsecret = wrong\n")
        self.addCleanup(self.here.write, "credentials",
                        f"key = {self.here.server.key}\nsecret = {self.here.server.secret}\n")
        self.finding("error", "does not accept the requester's key")

    def test_no_server(self):
        self.configure(f"http://127.0.0.1:{system.free_port()}")
        self.finding("error", "no connection")


class Proxy(Scene):
    """In front of a server with TLS, and with TLS itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.authority, stranger = (certificates.Authority(cls.folder(name)) for name in ("authority", "stranger"))
        cls.good, cls.unknown = cls.authority.server("good"), stranger.server("unknown")
        system.without_privileges(cls.here.directory)
        certificate, key = cls.good
        cls.server = system.Toopherd(cls.folder("with-tls"), f"certificate = {certificate}\nprivate-key = {key}\n",
                                     **cls.here.unprivileged)
        cls.addClassCleanup(cls.server.stop)
        cls.here.set_credentials(cls.server.key, cls.server.secret)

    @classmethod
    def folder(cls, name):
        path = cls.here.directory / name
        path.mkdir()
        system.without_privileges(path)
        return str(path)

    def through(self, certificate):
        """A proxy with this certificate, as the configuration has it."""
        proxy = relay.ConnectProxy(certificate=certificate)
        proxy.__enter__()
        self.addCleanup(proxy.__exit__)
        self.here.configure(base_url=self.server.url + "/v1/", ca_file=self.authority.file, proxy=proxy.url)
        return proxy

    def test_a_good_one(self):
        proxy = self.through(self.good)
        self.finding("ok", "answers in .* accepts key and secret")
        self.assertTrue(proxy.requests)
        self.assertEqual(set(proxy.requests), {f"CONNECT {self.server.url.removeprefix('https://')} HTTP/1.1"})

    def test_one_of_an_unknown_authority_is_named(self):
        proxy = self.through(self.unknown)
        self.finding("error", rf"{re.escape(proxy.url)} \(the proxy\): certificate is not signed by a trusted authority")
        self.assertEqual(proxy.requests, [])

    def test_one_that_is_not_there(self):
        port = system.free_port()
        self.here.configure(base_url=self.server.url + "/v1/", ca_file=self.authority.file, proxy=f"https://127.0.0.1:{port}")
        self.finding("error", f"no connection: .* port {port} ")


class Login(Scene):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here.pair()

    def login(self, service, *arguments):
        def become_unprivileged():
            if self.here.unprivileged:
                os.setgroups([])
                os.setresgid(*[self.here.unprivileged["group"]] * 3)
                os.setresuid(*[self.here.unprivileged["user"]] * 3)

        command = self.command("--login", service, *(arguments or (self.here.user,)))
        return pexpect.spawn(command[0], command[1:], env=trial.ENVIRONMENT, timeout=system.PATIENCE, encoding="utf-8",
                             preexec_fn=become_unprivileged)

    def ended(self, terminal, pattern):
        terminal.expect(pattern)
        terminal.expect(pexpect.EOF)
        terminal.close()
        return terminal.exitstatus

    def test_a_code(self):
        self.stack("sudo", UNIX + "auth required @ prompt=before\n")
        terminal = self.login("sudo")
        terminal.expect("one-time code: ")
        self.assertEqual([name for name in os.listdir("/tmp") if name.startswith("toopher-login-")], [])
        terminal.sendline(self.here.phone.code())
        terminal.expect("Granted by code")
        self.assertEqual(self.ended(terminal, "sudo lets in"), 0)

    def test_a_denial(self):
        self.stack("sudo", UNIX + "auth required @\n")
        terminal = self.login("sudo")
        terminal.expect("one-time code: ")
        self.here.phone.run("deny")
        terminal.sendline("")
        terminal.expect("Refused: ")
        self.assertEqual(self.ended(terminal, "sudo lets nobody in"), 2)

    def test_exempt(self):
        self.stack("sudo", "auth required @ availability=none\n")
        terminal = self.login("sudo")
        terminal.expect("Not asked")
        self.assertEqual(self.ended(terminal, "lets nobody in"), 2)

    def test_what_cannot_be_tried(self):
        self.stack("sudo", UNIX)
        self.assertEqual(self.ended(self.login("sudo"), "does not use"), 2)
        self.stack("sudo", UNIX + "auth required @\n")
        self.assertEqual(self.ended(self.login("sudo", "root"), "Only root"), 2)
        self.assertEqual(self.ended(self.login("sudo", "no-such-account"), "no account"), 2)


class Usage(Scene):
    def test_wrong_use(self):
        for arguments in (["--nonsense"], ["extra"], ["--login", "sudo"], ["--login", "--json", "sudo", "x"]):
            done = subprocess.run(self.command(*arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  check=False, timeout=system.PATIENCE, env=trial.ENVIRONMENT, **self.here.unprivileged)
            self.assertEqual(done.returncode, 64, arguments)


if __name__ == "__main__":
    unittest.main()
