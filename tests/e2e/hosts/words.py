# SPDX-License-Identifier: Apache-2.0
"""What the person reads and types: other languages, the administrator's words, hidden prompts, codes with blanks."""

import contextlib
import os
import pwd
import re
import shutil

import drivers
import visit
import world
from attempt import Attempt, require
from special import Named

GERMAN = r"Bestätigen Sie die Anfrage auf Ihrem Telefon \(Zahl (\d\d)\) und drücken Sie die Eingabetaste, oder geben Sie " \
         r"einen Einmalcode ein: ?$"
ENGLISH = r"Approve the request on your phone \(number (\d\d)\) and press Enter, or type a one-time code: ?$"
CATALOGUE = f"{world.PREFIX}/share/locale/de/LC_MESSAGES/toopher.mo"
PROMPTING = ("ssh keyboard-interactive", "sudo", "su", "login")


def comes_in_by_push(attempt, prompt):
    """The prompt is this one, and its number is what the phone needs."""
    terminal = attempt.start()
    event = terminal.next(prompt)
    shown = re.search(prompt, terminal.visit.prompts[-1] if event == "prompt" else terminal.child.match.group(0))
    require("prompt is as expected", shown is not None, True)
    attempt.take_phone("approve", "--number", shown.group(1))
    terminal.type("")
    require("event", terminal.next(), "entered")
    require("entered", attempt.finish().entered, True)
    attempt.expect_log("outcome=granted factor=push")


def prompt_is(host, prompt, *arguments):
    def play(scene):
        scene.write_files()
        with Attempt(scene, host, *arguments) as attempt:
            comes_in_by_push(attempt, prompt)
    return play


def german_refusal(scene):
    """Other sentences than the prompt are German, too."""
    scene.write_files(options="language = de_AT.UTF-8")
    with Attempt(scene, "sudo", "number_matching=off", "otp_tries=1") as attempt:
        terminal = attempt.start()
        prompt = r"Einmalcode ein: ?$"
        require("event", terminal.next(prompt), prompt)
        terminal.type(attempt.code(right=False))
        require("event", terminal.next(), "ended")
        require("entered", attempt.finish().entered, False)
        require("German", "Dieser Code ist nicht gültig." in terminal.visit.transcript, True)


def environment_is_not_asked(prompt, *arguments):
    """sudo passes the caller's environment on to the module, which must not choose its words."""
    def play(scene):
        scene.write_files()
        with Attempt(scene, "sudo", *arguments) as attempt:
            home = pwd.getpwnam(attempt.person.name).pw_dir
            place = f"{home}/de/LC_MESSAGES"
            os.makedirs(place)
            shutil.copy(CATALOGUE, f"{place}/toopher.mo")
            attempt.host = drivers.SudoWith(LANGUAGE="de:fr" if prompt == ENGLISH else "en", LOCPATH=home, TEXTDOMAINDIR=home,
                                    NLSPATH=f"{home}/%l/LC_MESSAGES/%N.mo", LC_MESSAGES="de_DE.UTF-8")
            comes_in_by_push(attempt, prompt)
    return play


def rewrite(change):
    def spoil():
        with open(CATALOGUE, "r+b") as catalogue:
            content = catalogue.read()
            catalogue.seek(0)
            catalogue.truncate()
            catalogue.write(change(content))
    return spoil


def replace_by_link():
    os.rename(CATALOGUE, CATALOGUE + ".real")
    os.symlink(CATALOGUE + ".real", CATALOGUE)


SPOILED = {
    "missing": lambda: os.unlink(CATALOGUE), "a person's": lambda: os.chown(CATALOGUE, 61000, 61000),
    "a symbolic link": replace_by_link, "cut off": rewrite(lambda content: content[:100]),
    "nonsense": rewrite(lambda content: bytes(255 - byte for byte in content)),
    "with lengths beyond its end": rewrite(lambda content: content[:28] + b"\xff" * (len(content) - 28)),
}


@contextlib.contextmanager
def spoiled_catalogue(spoil):
    shutil.copy2(CATALOGUE, CATALOGUE + ".good")
    try:
        spoil()
        yield
    finally:
        for name in (CATALOGUE, CATALOGUE + ".real"):
            if os.path.lexists(name):
                os.unlink(name)
        os.rename(CATALOGUE + ".good", CATALOGUE)
        os.chown(CATALOGUE, 0, 0)


def broken_catalogue(spoil):
    """English, and nobody is kept out."""
    def play(scene):
        scene.write_files()
        with spoiled_catalogue(spoil), Attempt(scene, "sudo", "language=de") as attempt:
            comes_in_by_push(attempt, ENGLISH)
    return play


def typed_code(host, spell, *arguments, visible=True):
    """`spell`: the code as the person types it."""
    def play(scene):
        scene.write_files()
        with Attempt(scene, host, *arguments) as attempt:
            terminal = attempt.start()
            require("event", terminal.next(), "prompt")
            typed = spell(attempt.code())
            terminal.type(typed)
            require("event", terminal.next(), "entered")
            require("entered", attempt.finish().entered, True)
            require("the code is on the screen", typed in terminal.visit.transcript, visible)
            attempt.expect_requests("push cancelled", "code granted")
            attempt.expect_log("outcome=granted factor=code")
            attempt.expect_silence()
    return play


def silent_host(scene):
    """sudo says PAM_SILENT: no "Waiting for your phone", but the number without which nobody can approve."""
    scene.write_files()
    with Attempt(scene, "sudo", "prompt=after") as attempt:
        terminal = attempt.start()
        cue = r"Approve the request on your phone \(number (\d\d)\)\."
        require("event", terminal.next(cue), cue)
        attempt.take_phone("approve", "--number", terminal.child.match.group(1))
        require("event", terminal.next(), "entered")
    with Attempt(scene, "sudo", "prompt=before", "number_matching=off") as attempt:
        terminal = attempt.start()
        require("event", terminal.next(), "prompt")
        attempt.take_phone("approve")
        terminal.type("")
        require("event", terminal.next(), "entered")
        require("chatter", "Waiting" in terminal.visit.transcript, False)


OWN_PROMPT = "[words of my own] "


def sudo_in_own_words(*arguments, by_code):
    """sudo -p puts the person's own prompt in the place of each of ours, and one that was meant for a password may be
    answered with it: ours is told before, and nothing typed is seen."""
    asks = re.escape(OWN_PROMPT) + "$"

    def play(scene):
        scene.write_files()
        with Attempt(scene, drivers.SudoWith(*arguments, "/bin/sh", "-c", drivers.COMMAND)) as attempt:
            terminal = attempt.start()
            require("event", terminal.next(asks), asks)
            terminal.type(attempt.person.password)
            require("event", terminal.next(asks), asks)
            told = terminal.visit.transcript
            require("what is asked is told", "and press Enter, or type a one-time code." in told, True)
            typed = attempt.code() if by_code else ""
            if not by_code:
                attempt.take_phone("approve", "--number", visit.number_in(told))
            terminal.type(typed)
            require("event", terminal.next(), "entered")
            require("the code is on the screen", bool(typed) and typed in terminal.visit.transcript, False)
            attempt.expect_log(f"outcome=granted factor={'code' if by_code else 'push'}")
    return play


SCENARIOS = {
    **{f"{host} | language=de": prompt_is(host, GERMAN, "language=de") for host in PROMPTING},
    "sudo | language=de_AT.UTF-8 in the file, wrong code": german_refusal,
    "sudo | LANGUAGE and the like say German, language says nothing": environment_is_not_asked(ENGLISH),
    "sudo | LANGUAGE and the like say English, language=de": environment_is_not_asked(GERMAN, "language=de"),
    **{f"sudo | language=de, catalogue {what}": broken_catalogue(spoil) for what, spoil in SPOILED.items()},
    "sudo | prompt-text": prompt_is("sudo", r"Confirm with the ACME app \(number (\d\d)\): ?$",
                                    "[prompt_text=Confirm with the ACME app]"),
    "ssh keyboard-interactive | code with a blank": typed_code("ssh keyboard-interactive", lambda c: f"{c[:3]} {c[3:]}"),
    "login | code with a hyphen": typed_code("login", lambda c: f"{c[:3]}-{c[3:]}"),
    "sudo | echo-code=no": typed_code("sudo", str, "echo_code=no", visible=False),
    "login | echo-code=no": typed_code("login", str, "echo_code=no", visible=False),
    "ssh publickey,keyboard-interactive | echo-code=no stays visible without a password":
        typed_code("ssh publickey,keyboard-interactive", str, "echo_code=no"),
    "sudo | PAM_SILENT": silent_host,
    "sudo | -p, approved": sudo_in_own_words("-p", OWN_PROMPT, by_code=False),
    "sudo | -p, a code": sudo_in_own_words("-u", "root", "-Hp" + OWN_PROMPT, by_code=True),
    "sudo | --prompt": sudo_in_own_words("--user=root", "--prompt", OWN_PROMPT, by_code=True),
}

ALL = [(lambda scene, row: row.play(scene), Named(name, play)) for name, play in SCENARIOS.items()]
