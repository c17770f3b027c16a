# SPDX-License-Identifier: Apache-2.0
"""Offline codes in real hosts: root makes them with the phone's approval, and one opens one login while no server is there."""

import os
import pwd
import re

import pexpect

import system
import world
from attempt import Attempt, require
from special import NO_SERVER, Named

OPTIONS = "offline-codes = yes"
STATE = world.PREFIX + "/var/lib/toopher/offline"


def make_codes(scene, attempt, made_by_systemd):
    """By toopher-pair, as root; where systemd has made the directory above for the helper's user, or nobody has."""
    if made_by_systemd and not os.path.exists(os.path.dirname(STATE)):
        toopher = pwd.getpwnam("toopher")
        os.makedirs(os.path.dirname(STATE))
        os.chmod(os.path.dirname(STATE), 0o700)
        os.chown(os.path.dirname(STATE), toopher.pw_uid, toopher.pw_gid)
    scene.write_files(options=OPTIONS)
    pair = pexpect.spawn(world.PREFIX + "/bin/toopher-pair", ["--user", attempt.person.name, "--offline-codes"],
                         encoding="utf-8", timeout=system.PATIENCE, env={"PATH": "/usr/bin:/bin"})
    try:
        pair.expect(r"Approve it there \(number (\d\d)\)")
        attempt.take_phone("approve", "--number", pair.match.group(1))
        pair.expect("not shown again")
        codes = re.findall(r"^    (\d{5}-\d{5})\r$", pair.before, re.MULTILINE)
    finally:
        pair.close(force=True)
    require("codes", len(codes), 10)
    status = os.stat(STATE)
    require("directory", (status.st_uid, status.st_mode & 0o7777), (pwd.getpwnam("toopher").pw_uid, 0o700))
    return codes


def log_in(scene, attempt, code, entered, words):
    """With that code, without a server."""
    scene.write_files(url=NO_SERVER, timeout=1, options=OPTIONS)
    terminal = attempt.start()
    require("event", terminal.next(), "prompt")
    require("prompt", "cannot be reached. Type an offline code (" in terminal.visit.prompts[-1], True)
    attempt.codes += [code, code.replace("-", "")]
    terminal.type(code)
    require("event", terminal.next(), "entered" if entered else "prompt")
    if not entered:
        terminal.vanish()
    require("entered", attempt.finish().entered, entered)
    if entered:
        attempt.expect_log(*words)
        attempt.expect_silence()


def once(host):
    def play(scene):
        scene.write_files(options=OPTIONS)
        with Attempt(scene, host, "number_matching=off") as attempt:
            codes = make_codes(scene, attempt, host == "sudo")
            log_in(scene, attempt, codes[0], True, ("outcome=granted factor=offline", "offline codes left: 9"))
            log_in(scene, attempt, codes[0], False, ())
    return play


ALL = [(lambda scene, row: row.play(scene), Named(f"{host} | an offline code, once", once(host)))
       for host in ("sudo", "ssh keyboard-interactive")]
