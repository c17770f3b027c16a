#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Each call of the C library that module and helper make fails in turn, in a login that the server denies or whose code is
wrong, under failure-policy = allow: nobody is let in, nothing hangs, no descriptor or child is left, no secret is told, and the
host lives on.

    faults_test.py [--all]     the first call by each line of ours that makes it or has a library make it, or every one
                               (make check-long)
"""

import collections
import concurrent.futures
import contextlib
import errno
import mmap
import os
import pathlib
import pwd
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.dirname(__file__) + "/../.."), "tests/support"))
import rogue_server as rogue  # noqa: E402
import system  # noqa: E402

BUILT = system.BUILD / "tests/faults"
ALL = "--all" in sys.argv
HEAD, CALL, MOST = struct.Struct("40s4I"), struct.Struct("40sQQ"), 65536  # faults/shim.h
PAM_SUCCESS, PAM_IGNORE = 0, 25
INTERRUPTIBLE = {"open", "openat", "connect", "send", "recv", "read", "write", "poll", "waitid"}  # signal(7)
CODE = "135790"
SECRET = "hunter2-is-the-secret"
LONGEST = 20  # seconds of a login: timeout and push-timeout below, and what the machine is late
WORKERS = (os.cpu_count() or 1) + 1

Seen = collections.namedtuple("Seen", "status text struck calls")


class Place:
    """An installation whose module or helper fails. One login at a time."""

    def __init__(self, directory, url, arguments, faulty):
        self.path = pathlib.Path(directory)
        self.path.chmod(0o755)
        (self.path / "pam.d").mkdir()
        shutil.copy(BUILT / "faulty_host", self.path)
        shutil.copy(system.BUILD / "src/pam_toopher.so", self.path)
        # The one that shall not fail finds no record.
        (self.path / "helper").mkdir()
        shutil.copy(BUILT / "faulty_helper", self.path / "helper/toopher-helper")
        self.record = self.path / ("faults" if faulty == "module" else "helper/faults")
        self.record.write_bytes(bytes(HEAD.size + MOST * CALL.size))
        (self.path / "credentials").write_text(f"key = k\nsecret = {SECRET}\n", encoding="ascii")
        (self.path / "credentials").chmod(0o600)
        (self.path / "config").write_text(
            f"[API]\nbase-url = {url}\ncredential-file = {self.path}/credentials\ntimeout = 3\n[Options]\n"
            "failure-policy = allow\npush-timeout = 5\nnumber-matching = off\n", encoding="ascii")
        (self.path / "pam.d/faults").write_text(
            f"auth required {self.path}/pam_toopher.so conf={self.path}/config helper={self.path}/helper/toopher-helper "
            f"otp_tries=1 {arguments}\n", encoding="ascii")
        self.unprivileged = system.without_privileges(self.path)
        user = pwd.getpwuid(self.unprivileged.get("user", os.getuid())).pw_name
        self.command = [self.path / "faulty_host", self.path / "pam.d", "faults", user]

    def log_in(self, *typed, function="", failing=0, error=0):
        """One login in which call number `failing` of a function fails with `error` (0: what fits it)."""
        with open(self.record, "r+b") as file, mmap.mmap(file.fileno(), HEAD.size) as head:
            head[:HEAD.size] = HEAD.pack(function.encode(), failing, error, 0, 0)
            try:
                done = subprocess.run([*self.command, *typed], capture_output=True, text=True, check=False, env={},
                                      errors="replace", timeout=LONGEST, **self.unprivileged)
            except subprocess.TimeoutExpired:
                return Seen("hangs", "", True, 0)
            _, _, _, calls, struck = HEAD.unpack(head[:HEAD.size])
        return Seen(done.returncode, done.stdout + done.stderr, bool(struck), calls)

    def calls(self, count):
        """(function, way to it, line of ours) of each call of the last login, in which none failed."""
        with open(self.record, "rb") as file:
            file.seek(HEAD.size)
            for _ in range(count):
                name, way, line = CALL.unpack(file.read(CALL.size))
                yield name.rstrip(b"\0").decode(), way, line


def complaint(seen):
    """What must not be, or None."""
    end = re.search(r"^code=(\d+) descriptors=(-?\d+) children=(\d)$", seen.text, re.MULTILINE)
    if seen.status == "hangs":
        return "hangs"
    if seen.status != 0 or not end:
        return f"the host ended with {seen.status}"
    code, descriptors, children = map(int, end.groups())
    if code in (PAM_SUCCESS, PAM_IGNORE):
        return f"somebody got in ({code})"
    if descriptors or children:
        return f"{descriptors} descriptors and {children} children are left"
    if SECRET in seen.text or CODE in seen.text:
        return "a secret was told"
    return None


def outcome(seen):
    found = re.search(r"log .*outcome=(\S+)", seen.text)
    return found.group(1) if found else "no log"


def denying(_server, call):
    """A push is denied in the first poll; no code is right."""
    if not call.initiates:
        return rogue.http(rogue.request("denied"), **rogue.FEATURES)
    if "otp" in call.fields:
        return rogue.http(rogue.request("denied", reason_code=1103, reason="The one-time code is wrong."), **rogue.FEATURES)
    return rogue.http(rogue.request(), **rogue.FEATURES)


class Faults(unittest.TestCase):
    def sweep(self, faulty, arguments, *typed, interrupt=False):
        """Fails each chosen call once."""
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(rogue.Rogue(denying))
            places = [Place(stack.enter_context(tempfile.TemporaryDirectory(prefix="toopher-faults-")), server.url, arguments,
                            faulty) for _ in range(WORKERS)]
            without = places[0].log_in(*typed)
            self.assertIsNone(complaint(without), without)
            self.assertIn(outcome(without), ("denied", "codes-used-up"), without.text)
            calls = list(places[0].calls(without.calls))
            self.assertEqual(len(calls), without.calls)
            chosen = range(1, len(calls) + 1) if ALL else one_of_each(calls)
            if interrupt:
                chosen = [number for number in chosen if calls[number - 1][0] in INTERRUPTIBLE]

            def fail(number):
                # Counted by function, because memory is asked for a little more or less often from login to login.
                function = calls[number - 1][0]
                which = sum(name == function for name, _, _ in calls[:number])
                place = places.pop()
                try:
                    return number, place.log_in(*typed, function=function, failing=which, error=errno.EINTR if interrupt else 0)
                finally:
                    places.append(place)
            with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
                results = list(pool.map(fail, chosen))
        what = f"{faulty} ({arguments}{', interrupted' if interrupt else ''})"
        self.report(what, calls, results, outcome(without) if interrupt else None)

    def report(self, what, calls, results, wanted):
        outcomes = collections.Counter(outcome(seen) for _, seen in results if seen.struck)
        struck = sum(outcomes.values())
        wrong = []
        for number, seen in results:
            trouble = complaint(seen)
            if wanted and not trouble and outcome(seen) != wanted:
                trouble = f"ended as {outcome(seen)} instead of {wanted}"
            if trouble:
                wrong.append(f"call {number} ({calls[number - 1][0]}): {trouble}\n{seen.text}")
        told = ", ".join(f"{count} {name}" for name, count in outcomes.most_common())
        print(f"{what}: {len(calls)} calls by {len(set(calls))} ways, {struck} of {len(results)} failed: {told}", flush=True)
        # Where threads and random numbers come in, a count may differ a little from that of the first login.
        self.assertGreater(struck, 0.9 * len(results))
        if wrong:
            self.fail(f"{len(wrong)} of them:\n" + "\n".join(wrong[:20]))

    def test_module_push(self):
        self.sweep("module", "prompt=after")

    def test_module_code(self):
        self.sweep("module", "prompt=before", CODE)

    def test_module_interrupted(self):
        """The helper blocks all signals; a host does not."""
        self.sweep("module", "prompt=after", interrupt=True)

    def test_helper_push(self):
        self.sweep("helper", "prompt=after")

    @unittest.skipUnless(ALL, "much the same; make check-long")
    def test_helper_code(self):
        self.sweep("helper", "prompt=before", CODE)


def one_of_each(calls):
    """The number of the first call of each function by each line."""
    first = {}
    for number, (name, _, line) in enumerate(calls, 1):
        first.setdefault((name, line), number)
    return sorted(first.values())


if __name__ == "__main__":
    unittest.main(argv=[word for word in sys.argv if word != "--all"])
