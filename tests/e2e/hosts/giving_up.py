# SPDX-License-Identifier: Apache-2.0
"""Whoever gives up leaves no request on the phone: every way to end a login early, measured at the server."""

import contextlib
import dataclasses
import os
import re
import select
import signal
import time

import drivers
import system
import warm
import world
from attempt import Attempt, require

GRACE = 3  # seconds of LoginGraceTime and LOGIN_TIMEOUT
LIMIT = 1000  # milliseconds until the request must be withdrawn, and the login over
REACTION = 0.15  # seconds: what fails faster is not a person but a host that cannot prompt
PROMPTING, WAITING = "at the prompt", "during the wait"


class DaemonSsh(drivers.Ssh):
    """sshd as its daemon starts it: in a process group of its own, out of reach of the client's terminal."""

    def __init__(self, methods, grace=120):
        super().__init__(methods, asks_password="publickey" not in methods)
        self._grace = grace

    @property
    def daemon(self):
        return f"setsid {super().daemon} -o LoginGraceTime={self._grace}"


# --- events; each returns the moment (CLOCK_MONOTONIC, nanoseconds) from which is counted ------------------

def interrupt(attempt):
    moment = time.monotonic_ns()
    attempt.terminal.interrupt()
    return moment


def press_quit(attempt):
    """Ctrl-\\: a helper that the module started is in the foreground of the terminal, and gets the signal, too."""
    moment = time.monotonic_ns()
    attempt.terminal.quit()
    return moment


def kill_client(attempt):
    moment = time.monotonic_ns()
    attempt.terminal.child.kill(signal.SIGKILL)
    return moment


def close_terminal(attempt):
    moment = time.monotonic_ns()
    attempt.terminal.child.ptyproc.fileobj.close()
    return moment


def let_sshd_end_it(attempt):
    """LoginGraceTime. sshd says nothing of it where its log is not safe in a signal handler; its end is the moment."""
    return end_of(attempt.sshd)


def kill_client_and_let_sshd_end_it(attempt):
    """Nothing else tells sshd during a wait that the client is gone."""
    attempt.terminal.child.kill(signal.SIGKILL)
    return end_of(attempt.sshd)


def end_of(process):
    """Waits for the end of the process behind a pidfd."""
    if not select.select([process], [], [], system.PATIENCE)[0]:
        raise system.Failure("sshd does not end")
    return time.monotonic_ns()


@contextlib.contextmanager
def watched_sshd(attempt):
    """attempt.sshd is a pidfd of the sshd that ssh has started."""
    pid = attempt.terminal.child.pid
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        attempt.sshd = os.pidfd_open(int(children.read().split()[0]))
    try:
        yield
    finally:
        os.close(attempt.sshd)


def let_login_end_it(attempt):
    attempt.terminal.child.expect("timed out after")
    return time.monotonic_ns()


EVENTS = {"Ctrl-C": interrupt, "Ctrl-\\": press_quit, "client killed": kill_client, "terminal gone": close_terminal,
          "LoginGraceTime": let_sshd_end_it, "client killed, LoginGraceTime": kill_client_and_let_sshd_end_it,
          "login's alarm": let_login_end_it}


@contextlib.contextmanager
def impatient_login():
    """LOGIN_TIMEOUT of login.defs(5)."""
    with open("/etc/login.defs", encoding="utf-8") as file:
        before = file.read()
    world.write("/etc/login.defs", re.sub(r"(?m)^\s*LOGIN_TIMEOUT.*$", "", before) + f"\nLOGIN_TIMEOUT {GRACE}\n")
    try:
        yield
    finally:
        world.write("/etc/login.defs", before)


@dataclasses.dataclass(frozen=True)
class GivingUp:
    """`by`: how the module reaches the helper."""

    host: str
    moment: str
    event: str
    by: str

    @property
    def name(self):
        return f"giving up | helper {self.by} | {self.host} | {self.event} {self.moment}"

    def driver(self):
        """The host program, with short limits where it is the one that ends the login."""
        if not self.host.startswith("ssh"):
            return self.host
        host = DaemonSsh(self.host.removeprefix("ssh "), **({"grace": GRACE} if "Grace" in self.event else {}))
        host.name = self.host
        return host


def begin(attempt, row):
    """Until the moment at which the person gives up."""
    terminal = attempt.start()
    if attempt.host.name == "ssh password":
        terminal.child.expect("password: ")
        terminal.type(attempt.person.password)
        system.wait_until(lambda: attempt.scene.requests(attempt.person), "the request")
        return
    require("event", terminal.next(), "prompt")
    attempt.expect_requests("push pending")
    time.sleep(REACTION)
    if row.moment == WAITING:
        terminal.type("")
        # Enter has arrived when its line end is echoed; only then does the wait begin.
        terminal.child.expect("\r\n")
        if row.host == "sudo":
            terminal.await_the_wait()


def withdrawal(attempt):
    """When the server said that it withdrew the request."""
    words = ('"event":"request cancelled"', f'"user":"{attempt.person.name}"')
    server = attempt.scene.server

    def find():
        for (_, line), moment in zip(list(server.lines), list(server.times)):
            if all(word in line.replace(": ", ":") for word in words):
                return moment
        return None
    return system.wait_until(find, "the withdrawal", timeout=5.0)


def play(scene, row):
    """Measured: from the event until the request is withdrawn, and until the login is over."""
    scene.write_files()
    reached = warm.warm(scene) if row.by == "as a service" else contextlib.nullcontext()
    limits = impatient_login() if row.event == "login's alarm" else contextlib.nullcontext()
    with reached, limits, Attempt(scene, row.driver(), "number_matching=off") as attempt:
        begin(attempt, row)
        with watched_sshd(attempt) if "Grace" in row.event else contextlib.nullcontext():
            moment = EVENTS[row.event](attempt)
        withdrawn = (withdrawal(attempt) - moment) // 1_000_000
        over = None
        # The client reads nothing but its terminal while it prompts, and sees the end of the connection with the reply.
        client_sees_it = not (row.host.startswith("ssh") and row.event == "LoginGraceTime" and row.moment == PROMPTING)
        if row.event != "terminal gone" and client_sees_it:
            attempt.terminal.next()
            over = (time.monotonic_ns() - moment) // 1_000_000
        require("entered", attempt.finish().entered, False)
        attempt.expect_requests("push cancelled")
        note = f"withdrawn after {withdrawn} ms" + ("" if over is None else f", over after {over} ms")
        if withdrawn > LIMIT or (over or 0) > LIMIT:
            raise system.Failure(f"{note}: more than {LIMIT}")
        return note


def rows():
    kinds = [("ssh keyboard-interactive", PROMPTING, event) for event in ("Ctrl-C", "client killed", "terminal gone", "LoginGraceTime")]
    kinds += [("ssh keyboard-interactive", WAITING, event) for event in ("LoginGraceTime", "client killed, LoginGraceTime")]
    kinds += [("ssh publickey,keyboard-interactive", PROMPTING, "Ctrl-C"), ("ssh password", WAITING, "LoginGraceTime")]
    kinds += [(host, moment, event) for host in ("sudo", "su", "login") for moment in (PROMPTING, WAITING)
              for event in ("Ctrl-C", "client killed", "terminal gone")]
    kinds += [(host, moment, "Ctrl-\\") for host in ("sudo", "su") for moment in (PROMPTING, WAITING)]
    kinds += [("su to root", moment, "Ctrl-C") for moment in (PROMPTING, WAITING)]
    kinds += [("login", moment, "login's alarm") for moment in (PROMPTING, WAITING)]
    return [GivingUp(*kind, by) for by in ("of its own", "as a service") for kind in kinds]


ALL = [(play, row) for row in rows()]
