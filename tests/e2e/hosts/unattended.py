# SPDX-License-Identifier: Apache-2.0
"""Where nobody is asked, though the module is in the stack: scp over the connection of a login, a key alone, sudo without
a password, su by root. Each as pam_toopher(8) says."""

import dataclasses
import os

import drivers
import examples
import system
import visit
import world
from attempt import Attempt, require
from scenarios import GRANTED

FILE = "/tmp/to-be-copied"
PASSWORD = "typed ahead"


# --- one connection, several sessions -------------------------------------------

def copy(attempt):
    """scp to the person's home, where nobody could answer a prompt."""
    world.run("scp", *attempt.host.options(BatchMode="yes"), FILE, f"{attempt.person.name}@{world.HOST}:copied")


def require_refusal(attempt):
    try:
        copy(attempt)
    except system.Failure as error:
        require("refused", "Permission denied" in str(error), True)
    else:
        raise system.Failure("scp came in by itself")


def log_in(attempt):
    terminal = attempt.start()
    require("event", terminal.next(), "prompt")
    attempt.take_phone("approve", "--number", visit.number_in(terminal.visit.prompts[0]))
    terminal.type("")
    require("event", terminal.next(), "entered")


def scp_after_login(scene):
    scene.write_files()
    world.write(FILE, "by scp\n")
    with Attempt(scene, "ssh shared") as attempt:
        require_refusal(attempt)
        log_in(attempt)
        try:
            for _ in range(2):
                copy(attempt)
            with open(f"/home/{attempt.person.name}/copied", encoding="utf-8") as copied:
                require("what was copied", copied.read(), "by scp\n")
            attempt.expect_requests(GRANTED)
        finally:
            world.run("ssh", *attempt.host.options(), "-O", "exit", f"{attempt.person.name}@{world.HOST}")
            os.unlink(FILE)
        require_refusal(attempt)


# --- nobody is asked --------------------------------------------------------------

class SudoCommand(drivers.Sudo):
    """sudo, run by a shell of the person's."""

    def __init__(self, rule, script):
        self.rule, self.script = rule, script

    def prepare_user(self, name):
        world.write(f"/etc/sudoers.d/{name}", f"{name} ALL=(ALL) {self.rule}\n", 0o440)

    def start(self, user):
        return drivers.spawn(["/bin/sh", "-c", self.script], user)


class SuByRoot(drivers.Su):
    def start(self, user):
        return drivers.spawn(["su", user, "-c", drivers.COMMAND])


ENTER_AS_ROOT = f"/bin/sh -c '{drivers.COMMAND}'"
HOSTS = {
    "ssh publickey | automation by a key alone": (drivers.HOSTS["ssh publickey"], True),
    "sudo | NOPASSWD": (SudoCommand("NOPASSWD: ALL", f"sudo -k {ENTER_AS_ROOT}"), True),
    "sudo | sudo -n without a timestamp": (SudoCommand("ALL", f"sudo -k -n {ENTER_AS_ROOT}"), False),
    "su | by root": (SuByRoot(), True),
}


def nobody_is_asked(host, entered):
    def play(scene):
        scene.write_files(options="availability = required")
        with Attempt(scene, host) as attempt:
            if isinstance(host, SuByRoot):
                world.write("/etc/pam.d/su", examples.with_module(examples.TEXTS["su"]))
            require("event", attempt.start().next(), "entered" if entered else "ended")
            seen = attempt.finish()
            require("entered", seen.entered, entered)
            require("passwords asked", seen.passwords, 0)
            attempt.expect_requests()
    return play


def sudo_without_replies(scene):
    """Where sudo found no reply to a prompt, it refuses whatever the module says then: nobody is asked to approve in vain."""
    scene.write_files()
    host = SudoCommand("ALL", f"echo '{PASSWORD}' | sudo -k -S {ENTER_AS_ROOT}")
    with Attempt(scene, host, password=PASSWORD) as attempt:
        terminal = attempt.start()
        event = terminal.next()
        if event == "prompt":  # shown, and seen if the terminal is read before the next line comes
            event = terminal.next()
        require("event", event, "ended")
        require("entered", attempt.finish().entered, False)
        attempt.expect_requests("push cancelled")
        attempt.expect_log("outcome=aborted")


def sudo_remembers(scene):
    """Within sudo's timestamp a second sudo on the same terminal asks for nothing."""
    scene.write_files()
    host = SudoCommand("ALL", f"sudo -k && sudo true && sudo {ENTER_AS_ROOT}")
    with Attempt(scene, host) as attempt:
        log_in(attempt)
        require("entered", attempt.finish().entered, True)
        attempt.expect_requests(GRANTED)


@dataclasses.dataclass(frozen=True)
class Named:
    name: str
    play: object


SCENARIOS = {
    "ssh shared | scp over the connection of a login": scp_after_login,
    "sudo | -S, with a password only": sudo_without_replies,
    "sudo | a timestamp, then sudo again": sudo_remembers,
    **{name: nobody_is_asked(host, entered) for name, (host, entered) in HOSTS.items()},
}

ALL = [(lambda scene, row: row.play(scene), Named(name, play)) for name, play in SCENARIOS.items()]
