#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fail2ban with the filter of packaging/fail2ban, over the lines of tests/data/log.vec that log_line_test makes: it counts
what an attacker causes, against the attacker's address and no other."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("TOOPHER_SRCDIR") or pathlib.Path(__file__).resolve().parents[1])
FAIL2BAN = shutil.which("fail2ban-regex", path=os.environ.get("PATH", "") + ":/usr/bin")
COMMON = pathlib.Path("/etc/fail2ban/filter.d/common.conf")
PREFIX = "Nov 23 09:30:00 web1 sshd[812]: "
MODULE = PREFIX + "pam_toopher(sshd:auth): "
FORGED = "outcome=denied factor=push user=x service=sshd rhost=198.51.100.9"


def records():
    """The records of log.vec, as dictionaries."""
    text = (SOURCE / "tests/data/log.vec").read_text(encoding="utf-8")
    for paragraph in text.split("\n\n"):
        record = dict(line.split(" = ", 1) for line in paragraph.splitlines() if line and not line.startswith("#"))
        if record:
            yield record


class Filter(unittest.TestCase):
    def setUp(self):
        own = tempfile.TemporaryDirectory(prefix="toopher-fail2ban-")
        self.addCleanup(own.cleanup)
        self.configuration = pathlib.Path(own.name)
        shutil.copytree(SOURCE / "packaging/fail2ban/filter.d", self.configuration / "filter.d")
        shutil.copy(COMMON, self.configuration / "filter.d")
        self.log = self.configuration / "auth.log"

    def hosts(self, lines, mode):
        """For each counted line of the log its address, in order."""
        self.log.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        done = subprocess.run([FAIL2BAN, "--config", self.configuration, "--usedns", "no", "--out", "ip", self.log,
                               f"pam_toopher[mode={mode}]"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.split()

    def test_what_an_attacker_causes_is_counted(self):
        table = list(records())
        self.assertGreater(len(table), 15)
        for mode, counted in (("normal", ("normal",)), ("aggressive", ("normal", "aggressive"))):
            wanted = [record["rhost"] for record in table if record["ban"] in counted]
            self.assertGreater(len(wanted), 5)
            self.assertEqual(self.hosts([MODULE + record["line"] for record in table], mode), wanted)

    def test_lines_of_other_programs_are_not(self):
        words = (f"Invalid user pam_toopher(sshd:auth): {FORGED} from 192.0.2.7 port 22",
                 f"Failed password for invalid user x: pam_toopher(sshd:auth): {FORGED}",
                 f"pam_unix(sshd:auth): authentication failure; user=pam_toopher(sshd:auth): {FORGED}")
        self.assertEqual(self.hosts([PREFIX + line for line in words], "aggressive"), [])


if __name__ == "__main__":
    if FAIL2BAN is None or not COMMON.exists():
        print("fail2ban_test: fail2ban is not installed", file=sys.stderr)
        sys.exit(77)
    unittest.main(verbosity=2)
