# SPDX-License-Identifier: Apache-2.0
"""What the phone is told of a login and signs: sudo's command, who, whereto, from where; and which terminal it is."""

import contextlib
import json
import sqlite3

import drivers
import world
from attempt import Attempt, require
from special import Named

SHELL = ("/bin/sh", "-c", drivers.COMMAND)


def rows(scene, query, *values):
    """Of the server's database."""
    with contextlib.closing(sqlite3.connect(f"file:{scene.server.database}?mode=ro", uri=True)) as database:
        return database.execute(query, values).fetchall()


def told(scene, person):
    """Metadata of her last request, as the server keeps it."""
    found = rows(scene, "SELECT metadata FROM requests WHERE user_id = (SELECT id FROM users WHERE name = ?)"
                        " ORDER BY rowid DESC LIMIT 1", person.name)
    return json.loads(found[0][0])


def require_shown(text, *lines):
    """The phone's words hold these lines: label and text."""
    for label, value in lines:
        require(f"the phone shows {label} {value!r} in {text}", f"  {label:<11}{value}\n" in text + "\n", True)


def come_in(attempt):
    """Approves what waits and comes in; what the phone showed before."""
    terminal = attempt.start()
    require("event", terminal.next(), "prompt")
    shown = attempt.person.phone.run("pending")
    attempt.take_phone("approve")
    terminal.type("")
    require("event", terminal.next(), "entered")
    require("entered", attempt.finish().entered, True)
    return shown


def sudo_attempt(scene, host, *arguments):
    scene.write_files()
    attempt = Attempt(scene, "sudo", "number_matching=off", *arguments)
    attempt.host = host
    return attempt


def command_is_shown(scene):
    host = drivers.SudoWith("-u", "root", *SHELL, directory="/var/tmp")
    with sudo_attempt(scene, host, "show_command=yes") as attempt:
        shown = come_in(attempt)
        require_shown(shown, ("computer", world.HOST), ("service", "sudo"), ("as user", "root"),
                      ("command", f"/bin/sh -c '{drivers.COMMAND}'"), ("directory", "/var/tmp"),
                      ("by user", attempt.person.name))
        signed = rows(scene, "SELECT shown FROM decisions WHERE pairing_id IN (SELECT id FROM pairings WHERE user_id ="
                             " (SELECT id FROM users WHERE name = ?)) ORDER BY number_in_order DESC LIMIT 1",
                      attempt.person.name)
        require("metadata that was signed", json.loads(signed[0][0])["metadata"], told(scene, attempt.person))


def command_is_nobodys_business(scene):
    with sudo_attempt(scene, drivers.SudoWith(*SHELL)) as attempt:
        shown = come_in(attempt)
        require("command on the phone", "/bin/sh" in shown, False)
        require("what is told", {"command", "directory", "target"} & set(told(scene, attempt.person)), set())


def nothing_is_hidden(scene):
    """Control characters, a changed reading order, and more than a screen in front of what matters."""
    odd = "x\x1b[2J\r\n\u202e\u200b"
    script = drivers.COMMAND + " ; : " + "a" * 5000 + " evil"
    directory = "/tmp/odd\x1b[2J"
    world.run("mkdir", "-p", directory)
    host = drivers.SudoWith("/bin/sh", "-c", script, odd, directory=directory)
    with sudo_attempt(scene, host, "show_command=yes") as attempt:
        shown = come_in(attempt)
        all_told = shown + "".join(told(scene, attempt.person).values())
        require("raw characters", [raw for raw in "\x1b\r\u202e\u200b" if raw in all_told], [])
        for part in (f"/bin/sh -c '{drivers.COMMAND}", " characters left out ...] ", r"evil' $'x\x1b[2J\x0d\x0a\u202e\u200b'",
                     r"$'/tmp/odd\x1b[2J'"):
            require(f"{part} in {shown}", part in shown, True)


def unknown_option_is_shown(scene):
    """sudo's own options are part of the line where they do more than name the user; a shell runs as she asked."""
    with sudo_attempt(scene, drivers.SudoWith("-s", "--", drivers.COMMAND.split()[0], drivers.MARK, "root"),
                      "show_command=yes") as attempt:
        shown = come_in(attempt)
        require_shown(shown, ("command", f"sudo -k -s -- echo '{drivers.MARK}' root"), ("as user", "root"))


def account_is_shown(host, **wanted):
    """`wanted`: label and text; NAME is the person's."""
    def play(scene):
        scene.write_files()
        with Attempt(scene, host, "number_matching=off") as attempt:
            shown = come_in(attempt)
            require_shown(shown, ("user", attempt.person.name),
                          *((label.replace("_", " "), text.replace("NAME", attempt.person.name))
                            for label, text in wanted.items()))
    return play


def terminals(scene, person):
    return rows(scene, "SELECT name, extra FROM terminals WHERE user_id = (SELECT id FROM users WHERE name = ?)"
                       " ORDER BY rowid", person.name)


def one_place_is_one_terminal(scene):
    """Twice sudo is one terminal; su on the same computer has the same name and is another."""
    with sudo_attempt(scene, drivers.SudoWith(*SHELL)) as attempt:
        come_in(attempt)
        attempt.terminal = None
        come_in(attempt)
        first = terminals(scene, attempt.person)
        require("names after sudo twice", [name for name, _ in first], [world.HOST])
        attempt.host = drivers.HOSTS["su"]
        scene.stack(attempt.host, world.MODULE, "number_matching=off")
        come_in(attempt)
        second = terminals(scene, attempt.person)
        require("names after su", [name for name, _ in second], [world.HOST, world.HOST])
        require("sudo's is the same", second[0], first[0])
        require("identifiers differ", second[0][1] != second[1][1], True)


SCENARIOS = {
    "sudo | show-command": command_is_shown,
    "sudo | show-command is off": command_is_nobodys_business,
    "sudo | show-command, hidden characters and a long line": nothing_is_hidden,
    "sudo | show-command, a shell": unknown_option_is_shown,
    "ssh keyboard-interactive | what the phone shows":
        account_is_shown("ssh keyboard-interactive", computer=world.HOST, service="toopher-sshd", as_user="NAME", tty="ssh"),
    "su to root | what the phone shows":
        account_is_shown("su to root", computer=world.HOST, service="su", as_user="root", by_user="NAME"),
    "login | what the phone shows": account_is_shown("login", computer=world.HOST, service="login", as_user="NAME"),
    "sudo, su | terminals": one_place_is_one_terminal,
}

ALL = [(lambda scene, row: row.play(scene), Named(name, play)) for name, play in SCENARIOS.items()]
