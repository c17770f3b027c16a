# SPDX-License-Identifier: Apache-2.0
"""Scenarios that the table of logins cannot hold: interruption, wrong files, a server that is down."""

import dataclasses
import os
import re

import world
from attempt import Attempt, require

NO_SERVER = "http://127.0.0.1:1"


@dataclasses.dataclass(frozen=True)
class Named:
    name: str
    play: object


def attempt_ends(attempt, entered=False):
    """The person answers passwords only; no prompt of ours may come."""
    require("event", attempt.start().next(), "entered" if entered else "ended")
    require("entered", attempt.finish().entered, entered)


# --- the person gives up -------------------------------------------------------

def leaves_at_the_prompt(host):
    def play(scene):
        scene.write_files()
        with Attempt(scene, host) as attempt:
            require("event", attempt.start().next(), "prompt")
            attempt.expect_requests("push pending")
            attempt.terminal.vanish()
            attempt.await_requests("push cancelled")
    return play


def interrupts_the_wait(host):
    def play(scene):
        scene.write_files()
        with Attempt(scene, host, "number_matching=off") as attempt:
            terminal = attempt.start()
            require("event", terminal.next(), "prompt")
            terminal.type("")
            # Enter has arrived when its line end is echoed; only then does the wait begin.
            terminal.child.expect("\r\n")
            if host == "sudo":
                terminal.await_the_wait()
            terminal.interrupt()
            require("event", terminal.next(), "ended")
            require("entered", attempt.finish().entered, False)
            attempt.await_requests("push cancelled")
    return play


# --- files ---------------------------------------------------------------------

def append(text):
    def spoil(scene):
        with open(scene.config, "a", encoding="utf-8") as config:
            config.write(text)
        return scene.config
    return spoil


def remove(which):
    def spoil(scene):
        path = getattr(scene, which)
        os.unlink(path)
        return path
    return spoil


def change_mode(which, mode):
    def spoil(scene):
        path = getattr(scene, which)
        os.chmod(path, mode)
        return path
    return spoil


def give_away(which):
    def spoil(scene):
        path = getattr(scene, which)
        os.chown(path, 61000, 61000)
        return path
    return spoil


def make_link(which):
    def spoil(scene):
        path = getattr(scene, which)
        os.rename(path, path + ".real")
        os.symlink(path + ".real", path)
        return path
    return spoil


SPOILED = {
    "config missing": remove("config"), "config writable by its group": change_mode("config", 0o664),
    "config owned by somebody": give_away("config"), "config a symbolic link": make_link("config"),
    "config with an unknown key": append("no-such-key = 1\n"), "config with a wrong value": append("prompt = sometimes\n"),
    "config that is not INI": append("what is this\n"), "config with a key twice": append("otp-tries = 3\notp-tries = 4\n"),
    "credentials missing": remove("credentials"), "credentials readable by all": change_mode("credentials", 0o644),
    "credentials owned by somebody": give_away("credentials"), "credentials a symbolic link": make_link("credentials"),
}


def wrong_file(host, spoil, options=""):
    """Nobody gets in, no phone rings, and the log names the file; whatever the failure policy."""
    def play(scene):
        scene.write_files(options=options)
        try:
            path = spoil(scene)
            with Attempt(scene, host) as attempt:
                attempt_ends(attempt)
                attempt.expect_requests()
                attempt.expect_log("outcome=misconfigured", path)
                attempt.expect_silence()
        finally:
            for name in (scene.config, scene.credentials, scene.config + ".real", scene.credentials + ".real"):
                if os.path.lexists(name):
                    os.unlink(name)
    return play


def unknown_argument(scene):
    scene.write_files()
    with Attempt(scene, "sudo", "no_such_argument") as attempt:
        attempt_ends(attempt)
        attempt.expect_log("outcome=misconfigured", "no_such_argument")


def wrong_secret(scene):
    scene.write_files(options="failure-policy = allow")
    world.write(scene.credentials, f"key = {scene.server.key}\nsecret = wrong\n", 0o600)
    with Attempt(scene, "sudo") as attempt:
        attempt_ends(attempt)
        attempt.expect_requests()
        attempt.expect_log("outcome=server-fault", "credentials")


def no_helper_user(scene):
    """Root never runs the helper as itself, or as nobody, instead."""
    scene.write_files(options="failure-policy = allow")
    with open("/etc/passwd", encoding="utf-8") as file:
        accounts = file.read()
    try:
        world.write("/etc/passwd", re.sub(r"^toopher:.*\n", "", accounts, flags=re.MULTILINE))
        with Attempt(scene, "sudo") as attempt:
            attempt_ends(attempt)
            attempt.expect_requests()
            attempt.expect_log("outcome=misconfigured", "the system user toopher", "useradd --system")
    finally:
        world.write("/etc/passwd", accounts)


# --- server and pairing -----------------------------------------------------------

def server_down(host):
    """Where the administrator wrote so; refused otherwise (refusals.py)."""
    def play(scene):
        scene.write_files(url=NO_SERVER, timeout=1, options="failure-policy = allow")
        with Attempt(scene, host) as attempt:
            attempt_ends(attempt, entered=True)
            attempt.expect_log("outcome=unreachable", "policy=allow")
    return play


def unpaired_optional(scene):
    scene.write_files(options="availability = available")
    with Attempt(scene, "sudo", paired=False) as attempt:
        attempt_ends(attempt, entered=True)
        attempt.expect_log("outcome=unpaired")


SCENARIOS = {
    **{f"{host} | the person leaves at the prompt": leaves_at_the_prompt(host)
       for host in ("ssh keyboard-interactive", "ssh publickey,keyboard-interactive", "sudo", "su", "login")},
    **{f"{host} | Ctrl-C during the wait": interrupts_the_wait(host) for host in ("sudo", "su", "login")},
    **{f"sudo | {what}": wrong_file("sudo", spoil) for what, spoil in SPOILED.items()},
    "sudo | credentials readable by all, failure-policy=allow":
        wrong_file("sudo", SPOILED["credentials readable by all"], "failure-policy = allow"),
    "sudo | unknown module argument": unknown_argument,
    "sudo | wrong consumer secret, failure-policy=allow": wrong_secret,
    "sudo | the helper's user does not exist, failure-policy=allow": no_helper_user,
    **{f"{host} | server down, failure-policy=allow": server_down(host)
       for host in ("ssh keyboard-interactive", "ssh password", "sudo", "su", "login")},
    "sudo | unpaired, availability=available": unpaired_optional,
}

ALL = [(lambda scene, row: row.play(scene), Named(name, play)) for name, play in SCENARIOS.items()]
