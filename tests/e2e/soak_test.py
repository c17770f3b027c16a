#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""toopher-helper as a service after many sessions that were granted, denied, given up or lost their server: it has what it had.
TOOPHER_SESSIONS: how many."""

import concurrent.futures
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import rogue_server as rogue  # noqa: E402
import system  # noqa: E402
from process_state import ProcessState  # noqa: E402
from service_scene import ServiceScene  # noqa: E402

SESSIONS = int(os.environ.get("TOOPHER_SESSIONS", "400"))
AT_ONCE = 8
WARM_UP = 100
RIGHT, WRONG, BREAKING = "481516", "234200", "000000"
MOST_GROWTH = 512  # KiB: what malloc keeps between blocks of some threads; it does not grow with the number of sessions


def toopher(server, call):
    """At one code the connection breaks."""
    return rogue.CLOSE if call.fields.get("otp") == BREAKING else rogue.grants(RIGHT)(server, call)


@unittest.skipUnless(os.geteuid() == 0, "accounts other than root may ask a few times only")
class Soak(ServiceScene):
    def setUp(self):
        super().setUp()
        self.helper = self.service(self.enter(rogue.Rogue(toopher)).url)

    def begun(self):
        caller = self.helper.call()
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
        self.await_end_of_sessions(self.helper)
        return ProcessState(self.helper.process.pid)

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
        self.assertEqual(self.helper.starts, 1)
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
