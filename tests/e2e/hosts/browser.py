# SPDX-License-Identifier: Apache-2.0
"""Logins that are approved in the phone's app, in Chromium and Firefox: from sshd to the shell."""

import contextlib
import json
import os
import re
import statistics
import subprocess

import system
import visit
import world
from attempt import Attempt, require
from drivers import COMMAND, HOST, Ssh, SuToRoot, spawn
from special import Named

MOST = 1000  # milliseconds from the tap to the shell; 50 are promised where nothing else runs
LOGINS = 5


TIMED = f"date +%s%N; {COMMAND}"  # says first when it was started, in nanoseconds since 1970


class TimedSsh(Ssh):
    def start(self, user):
        return spawn(["ssh", *self.options(), "-tt", f"{user}@{HOST}", TIMED])


class TimedSu(SuToRoot):
    def start(self, user):
        return spawn(["su", "-c", TIMED], user)


class App:
    """The app in a browser of its own. `first` is what its script says when it is ready."""

    def __init__(self, script, *arguments):
        environment = os.environ | {"TOOPHER_SRCDIR": world.HANDS, "TOOPHER_BUILDDIR": world.HANDS + "/build"}
        # The phone is another machine: its drawing must not take the processor from the host.
        command = ["nice", "-n", "19", "node", f"{world.HANDS}/tests/web/support/{script}", *arguments]
        self._process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.first = self._answer()

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise system.Failure("the browser ended; run `make check-web` first, which fetches what it needs")
        return json.loads(line)

    def call(self, call, value=None):
        self.begin(call, value)
        return self._answer()

    def begin(self, call, value=None):
        self._process.stdin.write(json.dumps({"call": call, "value": value}) + "\n")
        self._process.stdin.flush()

    end = _answer

    def pair(self, scene, name):
        phrase = self.call("phrase", scene.server.url)
        status, answer = scene.requester.post("pairings/create", pairing_phrase=phrase, user_name=name)
        require("pairings/create", status, 200)
        self.call("allowPairing")
        return answer

    def close(self):
        self._process.stdin.close()
        self._process.wait(system.PATIENCE)


@contextlib.contextmanager
def paired(scene, app, host, *arguments):
    """An attempt of a person who has the app."""
    scene.write_files()
    with contextlib.closing(app), Attempt(scene, host, *arguments, paired=False) as attempt:
        app.pair(scene, attempt.person.name)
        yield attempt


def allow_with_number(attempt, app):
    """The number stands in the prompt, and is typed on the phone."""
    terminal = attempt.start()
    require("event", terminal.next(), "prompt")
    app.call("allow", visit.number_in(terminal.visit.prompts[-1]))
    terminal.type("")
    require("event", terminal.next(), "entered")
    require("entered", attempt.finish().entered, True)
    attempt.expect_requests("push granted")
    attempt.expect_log("outcome=granted factor=push")


NUMBER = ("ssh keyboard-interactive", "prompt=during", "number_matching=on")


def with_number(scene):
    """The app is open, and hears of the login by its poll."""
    app = App("hand.js", scene.server.url)
    with paired(scene, app, *NUMBER) as attempt:
        allow_with_number(attempt, app)


def by_push(scene):
    """The app is closed, and a push opens it."""
    app = App("hand-firefox.js")
    with scene.another_server(f"push-contact = mailto:admin@example.org\npush-hosts = {app.first}\n"):
        with paired(scene, app, *NUMBER) as attempt:
            allow_with_number(attempt, app)


def at_once_in_sshd(scene):
    """Enter was pressed: before its first prompt sshd would stretch the wait, for as long as it took already at most."""
    return at_once(scene, TimedSsh("publickey,keyboard-interactive", asks_password=False), "prompt=during", True)


def at_once_in_su(scene):
    return at_once(scene, TimedSu(), "prompt=after", False)


def at_once(scene, host, prompt, enters):
    """Nothing but the tap lies between the person and the shell."""
    app = App("hand.js", scene.server.url)
    shell, module = [], []
    with paired(scene, app, host, prompt, "number_matching=off") as attempt:
        for _ in range(LOGINS):
            terminal = attempt.start()
            if enters:
                require("event", terminal.next(), "prompt")
                terminal.type("")
            app.begin("allow")
            require("event", terminal.next(), "entered")
            began = re.search(r"^(\d{19})\r$", attempt.terminal.visit.transcript, re.MULTILINE)
            require("entered", attempt.finish().entered, True)
            tapped = app.end()
            granted = attempt.expect_log("outcome=granted factor=push")
            module.append(scene.world.log.last_time_of(granted) * 1e3 - tapped)
            shell.append(int(began.group(1)) / 1e6 - tapped)
            attempt.mark = scene.world.log.mark()
        attempt.expect_requests(*["push granted"] * LOGINS)
    if statistics.median(shell) > MOST:
        raise system.Failure(f"milliseconds from the tap to the shell: {shell}; to the module: {module}")
    return (f"from the tap {statistics.median(module):.0f} ms to the module's answer, {statistics.median(shell):.0f} to the"
            f" shell, at best {min(shell):.0f}")


ALL = [(lambda scene, row: row.play(scene), Named(f"{host} | approved in the app | {name}", play))
       for host, name, play in (("ssh", "with its number", with_number), ("ssh", "with its number, after a push", by_push),
                                ("ssh", "the shell comes at once", at_once_in_sshd),
                                ("su to root", "the shell comes at once", at_once_in_su))]
