# SPDX-License-Identifier: Apache-2.0
"""Names without an account: sshd's client sees byte for byte what it sees of a paired person who does not answer, and the
server has no request of it."""

import contextlib
import dataclasses
import re
import sqlite3
import statistics
import time

import drivers
import world
from attempt import Attempt, require
from refusals import NO_SERVER
from scenarios import ENTER, TIMEOUT, WRONG

NOBODY = "nobody-of-that-name"
TOLERANCE = 3  # seconds by which the waits may differ: sshd stretches those before a first prompt
ROUNDS = 5


def change_nothing(_scene):
    pass


def lose_server(scene):
    scene.write_files(url=NO_SERVER, timeout=1)


def spoil_secret(scene):
    scene.write_files()
    world.write(scene.credentials, f"key = {scene.server.key}\nsecret = wrong\n", 0o600)


@dataclasses.dataclass(frozen=True)
class Script:
    """What is typed at the prompts, one after the other."""

    what: str
    answers: tuple
    arguments: tuple = ()
    host: str = "ssh keyboard-interactive"
    spoil: object = change_nothing

    @property
    def name(self):
        return " | ".join((self.host, "unknown user", self.what, *self.arguments))


def visit(attempt, script, user):
    """(what the client showed, with names and numbers made alike; seconds between the events)"""
    attempt.codes.clear()
    terminal = attempt.start(user)
    answers, moments = list(script.answers), [time.monotonic()]
    while True:
        event = terminal.next()
        moments.append(time.monotonic())
        if event != "prompt":
            break
        answer = answers.pop(0)
        terminal.type("" if answer == ENTER else "000000" if answer == WRONG else answer)
    require("event", event, "ended")
    require("answers left over", answers, [])
    terminal.finish()
    shown = terminal.visit.transcript.replace(user, "NAME")
    return re.sub(r"\(number \d\d\)", "(number NN)", shown), [end - start for start, end in zip(moments, moments[1:])]


def request_count(scene):
    with contextlib.closing(sqlite3.connect(f"file:{scene.server.database}?mode=ro", uri=True)) as database:
        return tuple(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("requests", "users"))


def alike(scene, script):
    """The person's phone lies in a drawer; her password and the one for the unknown name are wrong or not asked."""
    scene.write_files()
    host = drivers.Ssh(script.host.removeprefix("ssh "), asks_password=False)
    host.name = script.host
    with Attempt(scene, host, f"push_timeout={TIMEOUT}", *script.arguments) as attempt:
        script.spoil(scene)
        known, waits = visit(attempt, script, attempt.person.name)
        attempt.terminal.finish()
        before = request_count(scene)
        unknown, their_waits = visit(attempt, script, NOBODY)
        require("requests and users that the unknown name makes", request_count(scene), before)
        require("what the client shows", unknown, known)
        # The last wait is libpam's after a failure: one to three seconds, which sshd may double where nothing was asked.
        different = [(one, other) for one, other in list(zip(waits, their_waits))[:-1] if abs(one - other) > TOLERANCE]
        require("waits that differ", different, [])
        require("the server has heard the name", NOBODY in scene.server.text(), False)


def medians(scene, _row):
    """Until the first prompt, in turns; reported, and not demanded beyond what a busy machine can keep."""
    scene.write_files()
    host = drivers.Ssh("keyboard-interactive", asks_password=False)
    seconds = {True: [], False: []}
    for _ in range(ROUNDS):
        for known in (True, False):
            with Attempt(scene, host, "push_timeout=30") as attempt:
                began = time.monotonic()
                require("event", attempt.start(attempt.person.name if known else NOBODY).next(), "prompt")
                seconds[known].append(time.monotonic() - began)
                attempt.terminal.vanish()
    known, unknown = (statistics.median(seconds[kind]) for kind in (True, False))
    require("difference below half a second", abs(known - unknown) < 0.5, True)
    return f"first prompt after {known * 1000:.0f} ms (known), {unknown * 1000:.0f} ms (unknown), medians of {ROUNDS}"


GIVE_UP = (ENTER,) * 3
SCRIPTS = [
    Script("Enter", (ENTER, *GIVE_UP)),
    Script("Enter", (ENTER, *GIVE_UP), ("echo_code=no",)),
    Script("Enter", (ENTER, ENTER, *GIVE_UP), ("prompt=before",)),
    Script("Enter", GIVE_UP, ("prompt=after",)),
    Script("codes", (WRONG,) * 3),
    Script("codes", (WRONG,) * 3, ("prompt=before",)),
    Script("a code, then Enter", (WRONG, ENTER, *GIVE_UP)),
    Script("server down", (), spoil=lose_server),
    Script("server down", (ENTER,), ("prompt=before",), spoil=lose_server),
    Script("server down", (), ("prompt=after",), spoil=lose_server),
    Script("wrong consumer secret", (), spoil=spoil_secret),
]


@dataclasses.dataclass(frozen=True)
class Named:
    name: str


ALL = [*((alike, script) for script in SCRIPTS), (medians, Named("ssh keyboard-interactive | unknown user | time until the prompt"))]
