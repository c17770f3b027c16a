# SPDX-License-Identifier: Apache-2.0
"""The helper as a service: every host logs in by it, programs without privileges do so for themselves only, and whatever
somebody does to it, nobody gets in by that and root's logins go on."""

import contextlib
import dataclasses
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading

import pexpect

import code_app
import drivers
import helper_service
import play
import scenarios
import special
import system
import world
from attempt import PHONE_PATIENCE, Attempt, require
from scenarios import DENIED, GRANTED

FOLDER = "/run/toopher"
SOCKET = FOLDER + "/helper.sock"
HELPER = world.PREFIX + "/libexec/pam_toopher/toopher-helper"
PROGRAM = "/run/toopher-helper-program/toopher-helper"
PASSED = "/run/credentials/toopher-helper.service"
PAIR = world.PREFIX + "/bin/toopher-pair"


def prepare(scene):
    """What the package and systemd make: the socket's folder, the credentials that systemd passes on."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.mkdir(FOLDER, 0o755)
    helper = world.account("toopher")
    world.write(PASSED + "/credentials", f"key = {scene.server.key}\nsecret = {scene.server.secret}\n", 0o400,
                helper["user"], helper["group"])
    if not os.path.exists(PROGRAM):
        os.makedirs(os.path.dirname(PROGRAM))
        shutil.copy(HELPER, PROGRAM)


@contextlib.contextmanager
def warm(scene, spawning=False, **options):
    """The service runs; hosts cannot start a helper of their own unless `spawning`."""
    prepare(scene)
    command = ["setpriv", "--reuid=toopher", "--regid=toopher", "--clear-groups", PROGRAM, "--idle", "60"]
    mode = os.stat(HELPER).st_mode
    try:
        if not spawning:
            os.chmod(HELPER, 0o644)
        with helper_service.Service(SOCKET, command, env={"CREDENTIALS_DIRECTORY": PASSED}, **options) as service:
            yield service
    finally:
        os.chmod(HELPER, mode)
        shutil.rmtree(FOLDER)


class Locker(drivers.Host):
    """A screen locker: it has no privileges, and knows the person who runs it."""

    name = "screen locker"
    service = "toopher-locker"
    asks_password = False

    def __init__(self, runner=None):
        self._runner = runner

    def start(self, user):
        login = shlex.join([drivers.Libpam.trial, "--confdir", "/etc/pam.d", "--service", self.service, "--user", user])
        return drivers.spawn(["/bin/sh", "-c", f"{login} && {drivers.COMMAND}"], self._runner or user)


# --- by the service ---------------------------------------------------------------

def in_the_warm(row):
    def run(scene):
        with warm(scene) as service:
            play.login(scene, row)
            require("the service was started", service.starts > 0, True)
    return run


def gives_up(scenario):
    def run(scene):
        with warm(scene):
            scenario(scene)
    return run


def interrupts_sudo(scene):
    """During the wait sudo blocks the signal, and the module, which has no child in the terminal's foreground, looks at what
    is held back."""
    scene.write_files()
    with warm(scene), Attempt(scene, "sudo", "number_matching=off") as attempt:
        terminal = attempt.start()
        require("event", terminal.next(), "prompt")
        require("blocked at the prompt", terminal.blocks_interrupt(), False)
        terminal.type("")
        terminal.await_the_wait()
        terminal.interrupt()
        require("event", terminal.next(), "ended")
        require("entered", attempt.finish().entered, False)
        attempt.await_requests("push cancelled", timeout=1.0)
        attempt.expect_log("outcome=aborted", "interrupted")


def service_dies(scene):
    """Something was sent, so there is no second helper: lost is lost, whatever the policy."""
    scene.write_files(options="failure-policy = allow")
    with warm(scene, spawning=True) as service, Attempt(scene, "sudo", "number_matching=off") as attempt:
        terminal = attempt.start()
        require("event", terminal.next(), "prompt")
        terminal.type("")
        terminal.child.expect("\r\n")
        service.process.send_signal(signal.SIGKILL)
        require("event", terminal.next(), "ended")
        require("entered", attempt.finish().entered, False)
        attempt.expect_requests("push pending")
        attempt.expect_log("outcome=aborted")


# --- root goes on alone -----------------------------------------------------------

class Impostor:
    """Listens where the service does, says `words` and keeps what it hears."""

    def __init__(self, words, keep_open=True):
        self.heard = b""
        self._words, self._keep_open = words, keep_open
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(SOCKET)
        os.chmod(SOCKET, 0o666)
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                with caller:
                    caller.sendall(self._words)
                    while self._keep_open and (more := caller.recv(4096)):
                        self.heard += more

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        shutil.rmtree(FOLDER)


def as_somebody(words):
    """An impostor that listens with another account's rights."""
    impostor = []

    def listen():
        helper_service.set_effective_uid(pwd.getpwnam(drivers.Su.invoker).pw_uid)
        impostor.append(Impostor(words))

    os.chmod(FOLDER, 0o777)
    thread = threading.Thread(target=listen)  # a thread's rights end with it
    thread.start()
    thread.join()
    os.chmod(FOLDER, 0o755)
    return impostor[0]


def in_writable_folder(words):
    impostor = Impostor(words)
    os.chmod(FOLDER, 0o777)
    return impostor


READY = b"ready version=1\n"
IMPOSTORS = {
    "says nothing": lambda: Impostor(b""), "closes at once": lambda: Impostor(b"", keep_open=False),
    "says rubbish": lambda: Impostor(b"\0\xff\n"), "has another version": lambda: Impostor(b"ready version=99\n"),
    "says half a line": lambda: Impostor(b"ready vers"), "failed to start": lambda: Impostor(b"failed kind=config text=x\n"),
    "is somebody else": lambda: as_somebody(READY), "lies in a folder that others may write": lambda: in_writable_folder(READY),
}


def root_goes_on(listen):
    """The login is made by a helper of its own, and who listened has learnt nothing."""
    def run(scene):
        scene.write_files()
        prepare(scene)
        with listen() as impostor, Attempt(scene, "sudo", "prompt=after", "number_matching=off") as attempt:
            attempt.take_phone("approve")
            special.attempt_ends(attempt, entered=True)
            attempt.expect_requests(GRANTED)
            require("what was heard", impostor.heard, b"")
    return run


def service_is_full(scene):
    scene.write_files()
    with warm(scene, spawning=True) as service, contextlib.ExitStack() as held:
        for _ in range(64):
            require("greeting", held.enter_context(service.call()).receive().verb, "ready")
        with Attempt(scene, "sudo", "prompt=after", "number_matching=off") as attempt:
            attempt.take_phone("approve")
            special.attempt_ends(attempt, entered=True)


# --- abuse ------------------------------------------------------------------------

LIMITS = {"descriptors": "ulimit -n 8", "processes": "ulimit -u 1", "file size": "ulimit -f 0", "memory": "ulimit -v 40000",
          "processor time": "ulimit -S -t 1", "all of them": "ulimit -n 12 -u 1 -f 0"}


class Starved(drivers.Sudo):
    """sudo by somebody who has set limits before."""

    def __init__(self, limit):
        self.name = "sudo"
        self._limit = limit

    def start(self, user):
        sudo = shlex.join(["sudo", "-k", "/bin/sh", "-c", drivers.COMMAND])
        return drivers.spawn(["/bin/bash", "-c", f"{self._limit} && exec {sudo}"], user)


def starved(limit, service):
    """Whether the push arrives or the helper breaks: without an approval nobody enters."""
    def run(scene):
        scene.write_files(options="failure-policy = allow")
        with warm(scene) if service else contextlib.nullcontext():
            with Attempt(scene, Starved(limit), "prompt=after", "number_matching=off", "push_timeout=5") as attempt:
                attempt.take_phone("deny")
                special.attempt_ends(attempt)
    return run


KILLER = """
import os, signal
while True:
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            if open(f"/proc/{process}/comm").read() == "toopher-helper\\n":
                os.kill(int(process), signal.SIGKILL)
                print("killed", flush=True)
        except OSError:
            pass
"""


def killed(service):
    """In sudo the helper has the person's real uid until it gives it up; the service never has."""
    def run(scene):
        scene.write_files(options="failure-policy = allow")
        with warm(scene) if service else contextlib.nullcontext():
            with Attempt(scene, "sudo", "prompt=after", "number_matching=off", "push_timeout=5") as attempt:
                attempt.take_phone("deny")
                with system.Process([sys.executable, "-c", KILLER], **world.account(attempt.person.name)) as killer:
                    special.attempt_ends(attempt)
                    if service:
                        require("killed", killer.text(), "")
                        attempt.expect_requests(DENIED)
                attempt.expect_log("outcome=")
    return run


CROWD = """
import socket, sys, time
crowd = []
for number in range(400):
    caller = socket.socket(socket.AF_UNIX)
    try:
        caller.connect(sys.argv[1])
        caller.send([b"login user=", b"\\0" * 100, b"push\\n", b"wait timeout-ms=99", b""][number % 5] or b"\\n")
    except OSError:
        pass
    crowd.append(caller)
print("crowded", flush=True)
time.sleep(60)
"""


def crowded(scene):
    """Somebody's connections fill no place but her own; others go on by the service."""
    scene.write_files()
    with warm(scene) as service:
        for number in range(3):
            name = f"crowd{number}"
            if not [entry for entry in pwd.getpwall() if entry.pw_name == name]:
                scene.world.add_user(name)
        with contextlib.ExitStack() as crowds:
            for number in range(3):
                crowd = crowds.enter_context(system.Process(
                    [sys.executable, "-c", "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))\n" + CROWD,
                     SOCKET], **world.account(f"crowd{number}")))
                crowd.wait_for_line("crowded")
            with Attempt(scene, "sudo", "prompt=after", "number_matching=off") as attempt:
                attempt.take_phone("approve")
                special.attempt_ends(attempt, entered=True)
                attempt.expect_requests(GRANTED)
        require("the service was started", service.starts, 1)


# --- without privileges -----------------------------------------------------------

def locker(choice):
    def run(scene):
        scene.write_files()
        with warm(scene), Attempt(scene, Locker(), "prompt=after", "number_matching=off") as attempt:
            phone = attempt.take_phone(choice)
            special.attempt_ends(attempt, entered=choice == "approve")
            attempt.expect_requests(GRANTED if choice == "approve" else DENIED)
            attempt.expect_log(f"outcome={'granted' if choice == 'approve' else 'denied'}")
            phone.wait_for_line("not verified by the system")
    return run


def locker_with_code(scene):
    scene.write_files()
    with warm(scene), Attempt(scene, Locker(), "prompt=before") as attempt:
        terminal = attempt.start()
        require("event", terminal.next(), "prompt")
        terminal.type(attempt.code())
        require("event", terminal.next(), "entered")
        require("entered", attempt.finish().entered, True)
        attempt.expect_silence()


def locker_without_service(scene):
    scene.write_files(options="failure-policy = allow")
    with Attempt(scene, Locker()) as attempt:
        special.attempt_ends(attempt)
        attempt.expect_requests()
        attempt.expect_log("outcome=aborted", "toopher-helper.socket")


def locker_for_somebody_else(scene):
    """No phone rings but the own one."""
    scene.write_files(options="failure-policy = allow")
    intruder = scene.person(Locker(), "another passphrase")
    with warm(scene), Attempt(scene, Locker(intruder.name)) as victim:
        special.attempt_ends(victim)
        victim.expect_requests()
        victim.expect_log("outcome=server-fault", "may ask for itself only")


def secrets_stay_secret(scene):
    """Neither file nor process tells the credentials."""
    scene.write_files()
    with warm(scene) as service:
        person = scene.person(Locker(), "a long passphrase", paired=False)
        with service.call(pwd.getpwnam(person.name).pw_uid) as caller:
            require("greeting", caller.receive().verb, "ready")
            pid = service.process.pid
            for path in (scene.credentials, PASSED + "/credentials", f"/proc/{pid}/environ", f"/proc/{pid}/mem",
                         f"/proc/{pid}/fd", f"/proc/{pid}/maps"):
                done = subprocess.run(["ls" if path.endswith("fd") else "cat", path], capture_output=True, text=True,
                                      check=False, **world.account(person.name))
                require(f"{path} could be read", (done.returncode != 0, done.stdout), (True, ""))


def pairs_herself_only(scene):
    """toopher-pair without sudo."""
    scene.write_files()
    with warm(scene):
        person = scene.person(Locker(), "a long passphrase", paired=False)
        account = world.account(person.name)
        person.phone = system.Phone(scene.server.url, f"/home/{person.name}/phone", **account)
        with person.phone.start("pair", "--server", scene.server.url, "--yes") as pairing:
            phrase = pairing.wait_for_line(r"phrase[^:]*: *([a-z][a-z -]+[a-z])\s*$").group(1)

            def pair(user):
                return subprocess.run([PAIR, "--user", user, "--phrase", phrase, "--no-code-test"], capture_output=True,
                                      text=True, check=False, stdin=subprocess.DEVNULL, **account)

            for somebody_else in ("root", drivers.Su.invoker):
                refused = pair(somebody_else)
                require("refused", ("may ask for itself only" in refused.stderr, refused.returncode), (True, 1))
            done = pair(person.name)
            require("paired", (f"Paired: {person.name}" in done.stdout, done.returncode, done.stderr), (True, 0, ""))


def adds_a_code_app(scene):
    """toopher-pair --code-app without sudo: her phone approves it, and the app's codes let her in. For somebody else nothing
    is asked."""
    scene.write_files()
    with warm(scene), Attempt(scene, Locker(), "prompt=before") as attempt:
        name = attempt.person.name
        refused = drivers.spawn([PAIR, "--user", drivers.Su.invoker, "--code-app"], name)
        refused.expect("may ask for itself only")
        refused.expect(pexpect.EOF)
        refused.close()
        require("refused", refused.exitstatus, 1)
        terminal = drivers.spawn([PAIR, "--user", name, "--code-app"], name)
        terminal.expect(r"\(number (\d\d)\)")
        attempt.person.phone.run("approve", "--number", terminal.match.group(1), "--wait", PHONE_PATIENCE)
        terminal.sendline("")
        terminal.expect(r"  (otpauth://totp/\S+)\r\n")
        app = code_app.App(terminal.match.group(1))
        attempt.codes += [app.now(), app.now(1)]
        terminal.expect("Enter to give up: ")
        terminal.sendline(attempt.codes[0])
        terminal.expect("The code is right")
        terminal.expect(pexpect.EOF)
        terminal.close()
        require("added", terminal.exitstatus, 0)
        at_the_locker = attempt.start()
        require("event", at_the_locker.next(), "prompt")
        at_the_locker.type(attempt.codes[1])
        require("event", at_the_locker.next(), "entered")
        require("entered", attempt.finish().entered, True)
        attempt.expect_silence()


def rings_often(scene):
    """Seven logins in a row: five are sent, of which the server has the phone ring for some."""
    scene.write_files()
    with warm(scene) as service:
        person = scene.person(Locker(), "a long passphrase")
        kinds = []
        for _ in range(7):
            with service.call(pwd.getpwnam(person.name).pw_uid) as caller:
                caller.receive()
                caller.send("login", user=person.name, action="unlock", terminal="here")
                answer, _ = caller.ask("push", timeout_ms=5000, ttl=30)
                kinds.append(answer["kind"] or answer.verb)
                if answer.verb == "pending":
                    caller.ask("cancel")
        require("refused by the service", [kind == "rejected" for kind in kinds], [False] * 5 + [True] * 2)


# --- the scenarios ------------------------------------------------------------------

@dataclasses.dataclass(frozen=True)
class Named:
    name: str
    play: object


LOGINS = {f"{host} | {outcome} | prompt={'before' if outcome == 'push denied' else 'during'}" for host, outcome in [
    *((host, "push granted") for host in ("ssh publickey,keyboard-interactive", "sudo", "su", "su to root", "login")),
    *((host, "wrong code, then right") for host in ("ssh keyboard-interactive", "sudo", "login")),
    ("ssh keyboard-interactive", "push denied"), ("sudo", "push denied")]}


def warm_logins():
    for row in scenarios.LOGINS:
        if row.name in LOGINS:
            yield f"service | {row.name}", in_the_warm(row)


SCENARIOS = {
    **dict(warm_logins()),
    **{f"service | {host} | Ctrl-C during the wait": gives_up(special.interrupts_the_wait(host))
       for host in ("su", "login")},
    "service | sudo | Ctrl-C during the wait": interrupts_sudo,
    **{f"service | {host} | the person leaves at the prompt": gives_up(special.leaves_at_the_prompt(host))
       for host in ("ssh keyboard-interactive", "sudo", "login")},
    "service | it dies while sudo waits": service_dies,
    **{f"service | root goes on alone when it {what}": root_goes_on(listen) for what, listen in IMPOSTORS.items()},
    "service | root goes on alone when it is full": service_is_full,
    **{f"abuse | starved of {what}": starved(limit, False) for what, limit in LIMITS.items()},
    "abuse | starved, with the service": starved(LIMITS["all of them"], True),
    "abuse | the helper is killed": killed(False),
    "abuse | the service cannot be killed": killed(True),
    "abuse | a crowd at the socket": crowded,
    "screen locker | approved": locker("approve"),
    "screen locker | denied": locker("deny"),
    "screen locker | code": locker_with_code,
    "screen locker | no service": locker_without_service,
    "screen locker | for somebody else": locker_for_somebody_else,
    "screen locker | the credentials stay secret": secrets_stay_secret,
    "screen locker | a phone that rings often": rings_often,
    "toopher-pair | without privileges, for herself only": pairs_herself_only,
    "toopher-pair | a code app, without privileges, for herself only": adds_a_code_app,
}

ALL = [(lambda scene, row: row.play(scene), Named(name, scenario)) for name, scenario in SCENARIOS.items()]
