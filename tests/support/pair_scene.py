# SPDX-License-Identifier: Apache-2.0
"""toopher-pair at a terminal, with a real helper, a real server and a phone."""

import os
import tempfile
import unittest

import pexpect

import system


def drop_privileges():
    """toopher-pair believes files and a helper of its own only where it is not root."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(system.NOBODY)
        os.setuid(system.NOBODY)


class Scene(unittest.TestCase):
    """A directory with a configuration, and whoever runs toopher-pair with it."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="toopher-pair-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.options = system.without_privileges(self.directory)

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        if os.geteuid() == 0:
            os.chown(path, system.NOBODY, system.NOBODY)
        return path

    def configure(self, url, key="key", secret="secret", options="", timeout=20):
        credentials = self.write("credentials", f"key = {key}\nsecret = {secret}\n")
        self.write("config", f"[API]\nbase-url = {url}/v1/\ncredential-file = {credentials}\ntimeout = {timeout}\n"
                             f"[Options]\nuser-name = %u\n{options}")

    def pair(self, *arguments, helper=None, **options):
        """toopher-pair at a terminal of its own."""
        child = pexpect.spawn(
            system.program("toopher-pair"),
            ["--config", os.path.join(self.directory, "config"), "--helper", helper or system.program("toopher-helper"),
             *arguments], encoding="utf-8", timeout=system.PATIENCE, preexec_fn=drop_privileges,
            env={**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8"}, **options)
        self.addCleanup(child.close, True)
        return child

    def end(self, child, text=""):
        """The exit status, after `text` and the end."""
        child.expect(text)
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus


class SceneWithServer(Scene):
    """The same with a server and a phone."""

    def setUp(self):
        super().setUp()
        self.server = system.Toopherd(self.directory, **self.options)
        self.addCleanup(self.server.stop)
        self.phone = system.Phone(self.server.url, os.path.join(self.directory, "phone"), **self.options)
        self.configure(self.server.url, self.server.key, self.server.secret)

    def phrase(self, *arguments):
        """A phone that waits, and its phrase."""
        phone = self.phone.start("pair", "--server", self.server.url, *arguments)
        self.addCleanup(phone.stop)
        return phone, phone.wait_for_line(r"^Pairing phrase: ([a-z ]+)$").group(1)
