#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""toopher-helper as a service after many sessions that were granted, denied, given up or lost their server: it has what it had.
TOOPHER_SESSIONS: how many."""

import concurrent.futures
import os
import shutil
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import helper_process  # noqa: E402
import helper_service  # noqa: E402
import rogue_server as rogue  # noqa: E402
import system  # noqa: E402
from process_state import ProcessState  # noqa: E402

SESSIONS = int(os.environ.get("TOOPHER_SESSIONS", "400"))
AT_ONCE = 8
WARM_UP = 100
RIGHT, WRONG, BREAKING = "481516", "234200", "000000"
MOST_GROWTH = 512  # KiB: what malloc keeps between blocks of some threads; it does not grow with the number of sessions


def toopher(_server, call):
    """Grants pushes and one code; at another code the connection breaks."""
    if not call.initiates:
        return rogue.http(rogue.request("granted"), **rogue.FEATURES)
    code = call.fields.get("otp")
    if code == BREAKING:
        return rogue.CLOSE
    state = {None: "pending", RIGHT: "granted"}.get(code, "denied")
    return rogue.http(rogue.request(state), **rogue.FEATURES)


@unittest.skipUnless(os.geteuid() == 0, "accounts other than root may ask a few times only")
class Soak(unittest.TestCase):
    def enter(self, context):
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def setUp(self):
        files = helper_process.Files()
        self.addCleanup(files.close)
        program = shutil.copy(system.BUILD / "src" / "toopher-helper", files.path)
        server = self.enter(rogue.Rogue(toopher))
        config = files.configure(server.url)
        identity = system.without_privileges(files.path)
        directory = files.path / "run"
        directory.mkdir()
        for path in (files.path, directory):
            path.chmod(0o755)
        self.service = self.enter(helper_service.Service(directory / "sock", [program, "--config", config, "--idle", 60], **identity))

    def begun(self):
        caller = self.service.call()
        self.assertEqual(caller.receive().verb, "ready")
        caller.send("login", user="jdoe", action="log in", terminal="host", service="sshd")
        return caller

    def push(self):
        with self.begun() as caller:
            for verb, expected in (("push", "pending"), ("wait", "granted")):
                self.assertEqual(caller.ask(verb, timeout_ms=10000, ttl=10)[0].verb, expected)

    def code(self, code, expected):
        with self.begun() as caller:
            self.assertEqual(caller.ask("code", otp=code, timeout_ms=300 if code == BREAKING else 10000)[0].verb, expected)

    def given_up(self):
        with self.begun() as caller:
            self.assertEqual(caller.ask("push", timeout_ms=10000, ttl=10)[0].verb, "pending")

    def unheard(self):
        """Without a word of the caller's."""
        self.begun().hang_up()

    def state(self):
        pid = self.service.process.pid
        system.wait_until(lambda: ProcessState(pid).threads == 1, "the end of all sessions")
        return ProcessState(pid)

    def sessions(self, first, end):
        """That many, some at once."""
        ways = (self.push, lambda: self.code(RIGHT, "granted"), lambda: self.code(WRONG, "denied"),
                lambda: self.code(BREAKING, "failed"), self.given_up, self.unheard)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for done in [pool.submit(ways[number % len(ways)]) for number in range(first, end)]:
                done.result()

    def test_sessions_leave_it_as_it_was(self):
        self.sessions(0, WARM_UP)
        before = self.state()
        self.sessions(WARM_UP, SESSIONS)
        after = self.state()
        self.assertEqual(self.service.starts, 1)
        for what in ("threads", "signals_and_umask", "directory"):
            self.assertEqual(getattr(before, what), getattr(after, what), what)
        # Of the handles that are kept, each has its connection to the server, or has just lost it.
        self.assertLessEqual(len(after.descriptors), len(before.descriptors) + AT_ONCE)
        grown = after.resident - before.resident
        print(f"{SESSIONS} sessions: {grown} KiB more are resident")
        if not system.with_sanitizers("toopher-helper"):
            self.assertLessEqual(grown, MOST_GROWTH)


if __name__ == "__main__":
    unittest.main()
