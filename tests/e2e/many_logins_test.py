#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Many logins in one process, granted, denied and failed: it stays as it was. TOOPHER_LOGINS: how many; with TOOPHER_VALGRIND=1
they are looked at by valgrind, which takes a third of a second for each."""

import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import kept_host  # noqa: E402
import rogue_server as rogue  # noqa: E402
import system  # noqa: E402
import trial  # noqa: E402
from process_state import ProcessState  # noqa: E402

LOGINS = int(os.environ.get("TOOPHER_LOGINS", "50"))
VALGRIND = os.environ.get("TOOPHER_VALGRIND") == "1"
WARM_UP = 10  # what the C library, name services and libpam keep is there then
VALGRIND_OPTIONS = ("--error-exitcode=9", "--track-fds=yes", "--leak-check=full", "--keep-debuginfo=yes",
                    "--errors-for-leak-kinds=definite,possible")
RIGHT, WRONG = "481516", "234200"
PAM_SUCCESS, PAM_SERVICE_ERR, PAM_AUTHINFO_UNAVAIL, PAM_MAXTRIES = 0, 3, 9, 11

# The service, what its prompts are answered, and how it ends.
WAYS = (("code", (RIGHT,), PAM_SUCCESS), ("code", ("",), PAM_SUCCESS), ("code", (WRONG, WRONG), PAM_MAXTRIES),
        ("denied", ("",), PAM_MAXTRIES), ("broken", (), PAM_SERVICE_ERR), ("forbidden", (RIGHT,), PAM_AUTHINFO_UNAVAIL))


def forbidding(_server, _call):
    return rogue.error(403, "Not yours", status=403)


def denying(_server, call):
    return rogue.http(rogue.request("pending" if call.initiates else "denied"), **rogue.FEATURES)


class ManyLogins(unittest.TestCase):
    def setUp(self):
        self.here = trial.Trial()
        self.addCleanup(self.here.__exit__)
        for name, behaviour in (("code", rogue.grants(RIGHT)), ("denied", denying), ("forbidden", forbidding)):
            server = rogue.Rogue(behaviour)
            self.addCleanup(server.__exit__)
            self.here.configure(base_url=server.url)
            os.rename(self.here.directory / "config", self.here.directory / f"config-{name}")
            self.service(name)
        self.here.write("config-broken", "[API]\nno-such-key = 1\n")
        self.service("broken")

    def service(self, name):
        self.here.service(name, "prompt=before otp_tries=2 push_timeout=5")
        path = self.here.directory / "pam.d" / name
        self.here.write(f"pam.d/{name}", path.read_text(encoding="utf-8").replace("/config ", f"/config-{name} "))

    def log_in(self, host, number):
        service, answers, code = WAYS[number % len(WAYS)]
        self.assertEqual(host.log_in(*answers, service=service), code, host.log)

    @unittest.skipIf(VALGRIND, "valgrind sees more, and needs memory of its own")
    def test_the_process_stays_as_it_was(self):
        with kept_host.KeptHost(self.here) as host:
            unused = ProcessState(host.pid)
            for number in range(WARM_UP):
                self.log_in(host, number)
            before = ProcessState(host.pid)
            for number in range(WARM_UP, LOGINS):
                self.log_in(host, number)
            after = ProcessState(host.pid)
            self.assertEqual(host.finish(), 0)
        self.assertEqual(before.descriptors, after.descriptors)
        for what in ("threads", "signals_and_umask", "directory"):
            self.assertEqual(getattr(unused, what), getattr(after, what), what)
        if not system.with_sanitizers("pam_toopher.so"):  # which have memory of their own
            self.assertEqual(before.mappings, after.mappings)
            self.assertLessEqual(after.resident - before.resident, 16, "KiB more are resident")
            self.assertEqual(len(host.used), LOGINS)
            for way in range(len(WAYS)):  # to the byte
                used = host.used[len(WAYS) + way::len(WAYS)]
                self.assertEqual(used, used[:1] * len(used), WAYS[way])

    @unittest.skipUnless(VALGRIND, "make check-long")
    def test_valgrind_finds_nothing(self):
        report = self.here.write("report", "")
        with kept_host.KeptHost(self.here, ("valgrind", *VALGRIND_OPTIONS, f"--log-file={report}")) as host:
            for number in range(LOGINS):
                self.log_in(host, number)
            status = host.finish()
        said = report.read_text(encoding="utf-8")
        self.assertEqual(status, 0, said)
        for finding in ("definitely lost: 0 bytes in 0 blocks", "possibly lost: 0 bytes in 0 blocks",
                        "ERROR SUMMARY: 0 errors", "FILE DESCRIPTORS: 4 open (3 std) at exit"):  # the fourth is the report
            self.assertIn(finding, said)
        print(f"{LOGINS} logins under valgrind: {re.search('still reachable: .*', said).group()}, no errors, no descriptor left")


if __name__ == "__main__":
    unittest.main()
