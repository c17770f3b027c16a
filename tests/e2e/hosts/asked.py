# SPDX-License-Identifier: Apache-2.0
"""Whether somebody is asked, and who: groups of files and of a directory, su to root, names that are not what they seem."""

import contextlib
import dataclasses
import os

import world
from attempt import Attempt, require, require_requests

DIRECTORY = "/run/toopher-directory"  # what libnss_toophertest knows; its first line says how it fares
REALM = "TOOPHER.EXAMPLE"


@dataclasses.dataclass(frozen=True)
class Named:
    name: str
    play: object


@contextlib.contextmanager
def changed(path, text):
    """The file with `text` behind it, for a while."""
    before = None
    if os.path.exists(path):
        with open(path, encoding="utf-8") as old:
            before = old.read()
    world.write(path, (before or "") + text)
    try:
        yield
    finally:
        if before is None:
            os.unlink(path)
        else:
            world.write(path, before)


@contextlib.contextmanager
def name_services(group, passwd="files"):
    """Another /etc/nsswitch.conf, in which `toophertest` may stand."""
    with open("/etc/nsswitch.conf", encoding="utf-8") as old:
        before = old.read()
    world.run("ldconfig")
    world.write("/etc/nsswitch.conf", f"passwd: {passwd}\ngroup: {group}\nshadow: files\nhosts: files\n")
    try:
        yield
    finally:
        world.write("/etc/nsswitch.conf", before)


def members(**groups):
    """Lines of /etc/group: required="alice" makes toopher-required."""
    return "".join(f"toopher-{name}:x:{62000 + number}:{people}\n" for number, (name, people) in enumerate(groups.items()))


def ends(attempt, entered, *log):
    """Passwords are answered; no prompt of ours may come. `log`: words of the module's line, none if there is no line."""
    require("event", attempt.start().next(), "entered" if entered else "ended")
    attempt.finish()
    if log:
        attempt.expect_log(*log)
        told = "cannot be found out" in attempt.terminal.visit.transcript
        require("told why", told, log[0] == "outcome=aborted")
    else:
        require("lines", [line for line in attempt.scene.world.log.since(attempt.mark) if "pam_toopher" in line], [])
    attempt.expect_requests()


def by_groups(availability, entered, *log, host="sudo", arguments="", **groups):
    """An unpaired person; `groups` are of files, and `PERSON` in them is her name."""
    def play(scene):
        scene.write_files(options=f"availability = {availability}")
        with Attempt(scene, host, *arguments.split(), paired=False) as attempt:
            if not attempt.host.asks_password:  # somebody has to let in those who are exempt
                scene.world.stack(attempt.host.service, f"required {world.MODULE} {arguments}", "required pam_permit.so")
            lists = {name: people.replace("PERSON", attempt.person.name) for name, people in groups.items()}
            with changed("/etc/group", members(**lists)):
                ends(attempt, entered, *log)
    return play


def by_directory(state, order, entered, *log, group="toopher-required", local="", availability="groups"):
    """The person is in `group` of a directory, whose entry lists nobody; `local`: a line of /etc/group."""
    def play(scene):
        scene.write_files(options=f"availability = {availability}")
        with Attempt(scene, "sudo", paired=False) as attempt, name_services(order), \
                changed(DIRECTORY, f"{state}\n{group} 62001 {attempt.person.name}\n"), \
                changed("/etc/group", local.replace("PERSON", attempt.person.name)):
            ends(attempt, entered, *log)
    return play


def by_primary_group(scene):
    """Her primary group is the required one, and its entry lists nobody."""
    scene.write_files(options="availability = groups")
    with Attempt(scene, "sudo", "required_group=" + "primary", paired=False) as attempt:
        gid = world.account(attempt.person.name)["group"]
        with changed("/etc/group", f"primary:x:{gid}:\n"):
            ends(attempt, False, "outcome=unpaired-required")


def sudo_with_rootpw(scene):
    """PAM_USER is root then, but it is the person who calls."""
    scene.write_files(options="availability = groups")
    with Attempt(scene, "sudo", paired=False) as attempt:
        scene.world.stack("sudo", f"required {world.MODULE}")
        with changed("/etc/group", members(required=attempt.person.name)), \
                changed(f"/etc/sudoers.d/{attempt.person.name}", f"Defaults:{attempt.person.name} rootpw\n"):
            os.chmod(f"/etc/sudoers.d/{attempt.person.name}", 0o440)
            require("event", attempt.start().next(), "ended")
            attempt.scene.world.log.wait_for("outcome=unpaired-required", "user=root", f"asked={attempt.person.name} ",
                                             mark=attempt.mark)


def several_names_for_one_uid(scene):
    """Whoever has a person's uid is that person, under whatever name she came."""
    scene.write_files(options="availability = groups")
    with Attempt(scene, "su to root", paired=False) as attempt:
        person = attempt.person.name
        account = world.account(person)
        other = f"{person}-too:x:{account['user']}:{account['group']}::/home/{person}:/bin/sh\n"
        with changed("/etc/passwd", other), changed("/etc/group", members(required=person, excluded=person + "-too")):
            attempt.terminal = None
            require("event", attempt.start(person + "-too").next(), "ended")
            attempt.expect_log("outcome=unpaired-required", "user=root")


def su_asks(arguments, asked, **groups):
    """Of somebody who calls su for another account."""
    def play(scene):
        scene.write_files(options="availability = groups")
        with Attempt(scene, "su", paired=False) as attempt:
            scene.world.stack("su", f"required {world.MODULE} {arguments}")
            names = {"PERSON": attempt.person.name, "INVOKER": attempt.host.invoker}
            lists = {name: names[member] for name, member in groups.items()}
            with changed("/etc/group", members(**lists)):
                require("event", attempt.start().next(), "ended")
                line = attempt.expect_log("outcome=unpaired-required")
                require("asked", f"asked={names[asked]} " in line, asked == "INVOKER")
    return play


def nobody_to_ask(scene):
    """ask = ruser where no caller is known: an error, but for those who are exempt in any case."""
    scene.write_files(options="ask = ruser\navailability = required")
    with Attempt(scene, "login", paired=False) as attempt:
        require("event", attempt.start().next(), "ended")
        attempt.finish()
        attempt.expect_log("outcome=misconfigured", "ask = ruser")
    with Attempt(scene, "login", paired=False) as attempt, \
            changed("/etc/group", members(excluded=attempt.person.name)):
        require("event", attempt.start().next(), "entered")


def named_by_host(scene):
    """With %u@%h, a phone that is paired for all computers is not this one's."""
    scene.write_files(options="availability = required\nuser-name = %u@%h")
    with Attempt(scene, "sudo") as attempt:
        ends(attempt, False, "outcome=unpaired-required")


def another_spelling(typed):
    """The phone of the account is asked, whatever was typed."""
    def play(scene):
        scene.write_files()
        with Attempt(scene, "login") as attempt, name_services("files", "files toophertest"):
            world.write("/etc/pam.d/login", f"auth required {world.MODULE} prompt=after number_matching=off\n"
                                            "account required pam_permit.so\nsession required pam_permit.so\n")
            attempt.take_phone("approve")
            name = typed(attempt.person.name)
            require("event", attempt.start(name).next(), "entered")
            attempt.expect_requests("push granted")
            attempt.scene.world.log.wait_for("outcome=granted", f"user={name} asked={attempt.person.name} ", mark=attempt.mark)
    return play


def named_like_a_pairing(scene):
    """An account whose name is the id of another person's pairing: a name is never taken for a pairing."""
    scene.write_files(options="availability = required")
    with Attempt(scene, "su") as attempt:
        pairing = scene.pairing_id(attempt.person)
        scene.world.stack("su", f"required {world.MODULE}")
        scene.world.add_user(pairing)
        require("event", attempt.start(pairing).next(), "ended")
        scene.world.log.wait_for("outcome=unpaired-required", f"user={pairing} ", mark=attempt.mark)
        require_requests(scene.requests(attempt.person), ())


UNKNOWN = ("outcome=aborted", "Connection refused")
SCENARIOS = {
    "sudo | required-group of files": by_groups("groups", False, "outcome=unpaired-required", required="PERSON"),
    "sudo | in no group": by_groups("groups", True, required="somebody", available="somebody"),
    "sudo | required-group, nullok":
        by_groups("required", False, "outcome=unpaired-required", arguments="nullok", required="PERSON"),
    "sudo | nullok": by_groups("required", True, "outcome=unpaired ", arguments="nullok"),
    "sudo | the argument wins over the file":
        by_groups("none", False, "outcome=unpaired-required", arguments="availability=required"),
    "sudo | groups of the service's own":
        by_groups("groups", False, "outcome=unpaired-required", arguments="required_group=toopher-mine", mine="PERSON",
                  required="somebody"),
    "sudo | excluded wins": by_groups("required", True, required="PERSON", excluded="PERSON"),
    "sudo | required by primary group": by_primary_group,
    "sudo | required-group of a directory":
        by_directory("up", "files toophertest", False, "outcome=unpaired-required"),
    "sudo | in no group of a directory": by_directory("up", "files toophertest", True, group="others"),
    "sudo | directory down": by_directory("down", "files toophertest", False, *UNKNOWN),
    "sudo | directory down, files after it": by_directory("down", "toophertest files", False, *UNKNOWN),
    "sudo | directory forgets memberships": by_directory("forgetful", "files toophertest", False, *UNKNOWN),
    "sudo | directory forgets memberships for a moment":
        by_directory("late-memberships", "files toophertest", False, "outcome=unpaired-required"),
    "sudo | directory down for a moment":
        by_directory("late", "files toophertest", False, "outcome=aborted", "group 62001"),
    "sudo | directory down, group of files without members":
        by_directory("down", "files toophertest", False, *UNKNOWN, local="toopher-required:x:62001:\n"),
    "sudo | directory down, availability=available":
        by_directory("down", "files toophertest", False, *UNKNOWN, availability="available"),
    "sudo | directory down, excluded by files":
        by_directory("down", "files toophertest", True, local="toopher-excluded:x:62009:PERSON\n"),
    "sudo | directory down, everybody required":
        by_directory("down", "files toophertest", False, "outcome=unpaired-required", availability="required"),
    "sudo | name service that is not installed":
        by_directory("up", "files nosuchservice", False, "outcome=aborted", "nosuchservice", "cannot be loaded"),
    "su to root | required for the caller":
        by_groups("groups", False, "outcome=unpaired-required", host="su to root", required="PERSON"),
    "su to root | required for root, caller excluded":
        by_groups("groups", False, "outcome=unpaired-required", host="su to root", required="root", excluded="PERSON"),
    "su to root | required for the caller, root excluded":
        by_groups("required", False, "outcome=unpaired-required", host="su to root", excluded="root"),
    "su to root | both excluded": by_groups("required", True, host="su to root", excluded="root,PERSON"),
    "su to root | neither required": by_groups("groups", True, host="su to root", available="somebody"),
    "su to root | several names for one uid": several_names_for_one_uid,
    "su | asks for the account": su_asks("", "PERSON", required="PERSON"),
    "su | ask=ruser asks the caller": su_asks("ask=ruser", "INVOKER", required="INVOKER"),
    "su | ask=ruser, the account is required": su_asks("ask=ruser", "INVOKER", required="PERSON"),
    "login | ask=ruser": nobody_to_ask,
    "sudo | user-name with the host": named_by_host,
    "sudo | rootpw": sudo_with_rootpw,
    "login | typed in capitals": another_spelling(str.upper),
    "login | typed with the realm": another_spelling(lambda name: f"{name}@{REALM}"),
    "su | named like a pairing": named_like_a_pairing,
}

ALL = [(lambda scene, row: row.play(scene), Named(name, play)) for name, play in SCENARIOS.items()]
