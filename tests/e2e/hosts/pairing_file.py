# SPDX-License-Identifier: Apache-2.0
"""pairing-source = file: the earlier ~/.toopher names the pairing, and is read with no rights but its owner's."""

import contextlib
import dataclasses
import os
import shutil

import world
from attempt import Attempt, require

FILE = "availability = required\npairing-source = file\nfailure-policy = allow"
UNKNOWN = "6a0c1b62-7a4e-4c0e-9f49-0123456789ab"


@dataclasses.dataclass(frozen=True)
class Named:
    name: str
    play: object


def pairings(attempt, *lines):
    """~/.toopher of the person, as the earlier toopher-pair wrote it. `ID` in the lines is her pairing."""
    account = world.account(attempt.person.name)
    path = f"/home/{attempt.person.name}/.toopher"
    text = "# This is a user-specific Toopher configuration file.\n\n[Pairings]\n" + "".join(line + "\n" for line in lines)
    if attempt.person.phone:
        text = text.replace("ID", attempt.scene.pairing_id(attempt.person))
    world.write(path, text, 0o644, account["user"], account["group"])
    return path


def asks(*lines):
    """The phone behind the pairing is asked."""
    def play(scene):
        scene.write_files(options=FILE)
        with Attempt(scene, "su", "prompt=after", "number_matching=off", "user_name=nobody-on-the-server") as attempt:
            pairings(attempt, *lines)
            attempt.take_phone("approve")
            require("event", attempt.start().next(), "entered")
            attempt.expect_requests("push granted")
            attempt.expect_log("outcome=granted factor=push")
    return play


def takes_a_code(scene):
    scene.write_files(options=FILE)
    with Attempt(scene, "su", "prompt=before") as attempt:
        pairings(attempt, "toopher-test = ID")
        terminal = attempt.start()
        require("event", terminal.next(), "prompt")
        terminal.type(attempt.code())
        require("event", terminal.next(), "entered")
        attempt.expect_requests("code granted")


def says_unpaired(availability, *lines):
    """No file, or none for this computer."""
    def play(scene):
        scene.write_files(options=f"availability = {availability}\npairing-source = file")
        with Attempt(scene, "su") as attempt:
            if lines:
                pairings(attempt, *lines)
            require("event", attempt.start().next(), "entered" if availability == "available" else "ended")
            attempt.finish()
            attempt.expect_log("outcome=unpaired" + ("" if availability == "available" else "-required"))
            require("toopher-pair is named", "toopher-pair" in attempt.terminal.visit.transcript, availability == "required")
            attempt.expect_requests()
    return play


def refuses(*lines, deactivate=False):
    """An id that stands for no usable pairing is no word that nobody is paired."""
    def play(scene):
        scene.write_files(options=FILE.replace("required", "available", 1))
        with Attempt(scene, "su") as attempt:
            pairings(attempt, *lines)
            if deactivate:
                scene.deactivate(attempt.person)
            require("event", attempt.start().next(), "ended")
            attempt.finish()
            attempt.expect_log("outcome=refused")
            attempt.expect_requests()
    return play


def replace(text):
    def spoil(path, account):
        world.write(path, text, 0o644, account["user"], account["group"])
    return spoil


def link_to(target):
    def spoil(path, account):
        os.unlink(path)
        os.symlink(target, path)
        os.lchown(path, account["user"], account["group"])
    return spoil


def move_and_link(path, account):
    os.rename(path, path + ".real")
    os.symlink(path + ".real", path)
    os.lchown(path, account["user"], account["group"])


def make_fifo(path, account):
    os.unlink(path)
    os.mkfifo(path, 0o600)
    os.chown(path, account["user"], account["group"])


GOOD = f"[Pairings]\ntoopher-test = {UNKNOWN}\n"
# what is wrong: how it comes about, and the words of the log behind the path
SPOILED = {
    "a link to her own": (move_and_link, ": is a symbolic link"),
    "a link to what only root may read": (link_to("/etc/shadow"), ": is a symbolic link"),
    "a directory": (lambda path, account: (os.unlink(path), os.mkdir(path)), ": is not a regular file"),
    "a FIFO": (make_fifo, ": is not a regular file"),
    "owned by root": (lambda path, account: os.chown(path, 0, 0), ": belongs to uid 0"),
    "owned by somebody": (lambda path, account: os.chown(path, 61999, 61999), ": belongs to uid 61999"),
    "writable by its group": (lambda path, account: os.chmod(path, 0o664), "chmod go-w"),
    "writable by all": (lambda path, account: os.chmod(path, 0o646), "chmod go-w"),
    "unreadable for her": (lambda path, account: os.chmod(path, 0), ": Permission denied"),
    "in a home that she cannot enter": (lambda path, account: os.chmod(os.path.dirname(path), 0), ": Permission denied"),
    "in a home that others may write": (lambda path, account: os.chmod(os.path.dirname(path), 0o777), "chmod go-w"),
    "in a home that is not there": (lambda path, account: shutil.rmtree(os.path.dirname(path)), ": does not exist"),
    "too long": (replace("#" * 20000 + "\n"), ": is longer than 16384 bytes"),
    "with an over-long line": (replace(GOOD + "# " + "x" * 5000), ":3: the line is longer than 4096 bytes"),
    "with a NUL": (replace(GOOD + "x\0y = 1\n"), ":3: a NUL byte"),
    "with an entry twice": (replace(GOOD + f"toopher-test = {UNKNOWN}\n"), ":3: toopher-test was already set in line 2"),
    "with no id": (replace("[Pairings]\ntoopher-test = 12345\n"), ":2: toopher-test: the value is not the id"),
    "with an id that is a path": (replace("[Pairings]\ntoopher-test = ../users\n"), ":2: toopher-test: the value is not"),
    "with another host's entry wrong": (replace(GOOD + "other =\n"), ":3: other: the value is not the id"),
    "with a wrong section": (replace("[Pairing]\n" + GOOD.split("\n")[1] + "\n"), ":2: pairings stand in [Pairings]"),
    "without a section": (replace(GOOD.split("\n")[1] + "\n"), ":1: pairings stand in [Pairings]"),
    "that is no INI": (replace("what is this\n"), ":1: expected `key = value`"),
}


def wrong_ones(scene):
    """Nobody gets in, no phone rings, and the log names the file; whatever the failure policy, and though nobody need be
    paired. All at the same time, because su makes each of them wait."""
    scene.write_files(options=FILE.replace("required", "available", 1))
    attempts = {}
    with contextlib.ExitStack() as stack:
        for what, (spoil, _) in SPOILED.items():
            attempts[what] = attempt = Attempt(scene, "su", paired=False)
            stack.callback(lambda attempt=attempt: attempt.terminal and attempt.finish())
            spoil(pairings(attempt, f"toopher-test = {UNKNOWN}"), world.account(attempt.person.name))
        scene.world.stack("su", f"required {world.MODULE}")  # no password: nobody is there to type so many
        for attempt in attempts.values():
            attempt.start()
        for what, attempt in attempts.items():
            require(what, attempt.terminal.next(), "ended")
            attempt.finish()
            attempt.expect_log("outcome=misconfigured", f"/home/{attempt.person.name}", SPOILED[what][1])
            attempt.expect_requests()


SCENARIOS = {
    "pairing file | names this host": asks("toopher-test = ID"),
    "pairing file | names this host in capitals and quotes": asks('  Toopher-Test = "ID"  # by toopher-pair'),
    "pairing file | is shared": asks(f"elsewhere = {UNKNOWN}", "shared-pairing-id = ID"),
    "pairing file | names this host and is shared": asks(f"shared-pairing-id = {UNKNOWN}", "toopher-test = ID"),
    "pairing file | takes a code": takes_a_code,
    **{f"pairing file | {what}, availability={availability}": says_unpaired(availability, *lines)
       for what, lines in (("missing", ()), ("of another host", (f"elsewhere = {UNKNOWN}",)))
       for availability in ("available", "required")},
    "pairing file | unknown to the server": refuses(f"toopher-test = {UNKNOWN}"),
    "pairing file | pairing removed": refuses("toopher-test = ID", deactivate=True),
    "pairing file | wrong in any way": wrong_ones,
}

ALL = [(lambda scene, row: row.play(scene), Named(name, play)) for name, play in SCENARIOS.items()]
