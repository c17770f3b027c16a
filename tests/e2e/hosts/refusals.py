# SPDX-License-Identifier: Apache-2.0
"""One refusal costs one push, one prompt and one log line: every way to be refused, in every host program."""

import dataclasses
import os
import shutil

import device
import world
from attempt import Attempt, require
from play import converse
from scenarios import (CODE_BAD, DENIED, ENTER, EXPIRED, PROMPTING_HOSTS, TIMEOUT, WITHDRAWN, WRONG)

NO_SERVER = "http://127.0.0.1:1"
NO_PHONE_LEFT = ()  # no request reaches the server


# --- what is arranged before the login; each is called with the scene and the attempt ---------------------

def nothing(_scene, _attempt):
    pass


def wear_out_pushes(scene, attempt):
    """As many withdrawn pushes as the server allows; then it asks for codes only."""
    for _ in range(3):
        request = scene.requester.post("authentication_requests/initiate", user_name=attempt.person.name,
                                       terminal_name="elsewhere")[1]
        scene.requester.post(f"authentication_requests/{request['id']}/cancel")


def wear_out_codes(scene, attempt):
    """As many wrong codes as the server allows; then it looks at none for a while."""
    for _ in range(5):
        scene.requester.post("authentication_requests/initiate", user_name=attempt.person.name, terminal_name="elsewhere",
                             otp=attempt.code(right=False))


def switch_off(scene, attempt):
    user = scene.requester.get("users", name=attempt.person.name)[1][0]
    require("status", scene.administrator.post("users/" + user["id"], disable_toopher_auth="true")[0], 200)


def remove_pairing(scene, attempt):
    pairing = scene.pairing_id(attempt.person)
    require("status", scene.administrator.post("pairings/" + pairing, deactivated="true")[0], 200)


def pair_unconfirmed(scene, attempt):
    """A phone that has shown its phrase, and whose owner has not said yes."""
    folder = f"/tmp/phone-{attempt.person.name}"
    phone = device.Device(scene.server.url, folder)
    phone.register()
    require("status", scene.requester.post("pairings/create", pairing_phrase=phone.phrase(),
                                           user_name=attempt.person.name)[0], 200)
    shutil.rmtree(folder)


def lose_server(scene, _attempt):
    scene.write_files(url=NO_SERVER, timeout=1)


def change_secret(scene, _attempt):
    world.write(scene.credentials, f"key = {scene.server.key}\nsecret = wrong\n", 0o600)


def lose_config(scene, _attempt):
    os.unlink(scene.config)


@dataclasses.dataclass(frozen=True)
class Refusal:
    """`said`: the one sentence about it; `log`: in the one log line; `requests`: what becomes of each at the server."""

    outcome: str
    said: str
    log: str
    requests: tuple = NO_PHONE_LEFT
    answers: tuple = ()
    phone: str = ""
    arrange: object = nothing
    paired: bool = True
    arguments: tuple = ()
    earlier: tuple = ()  # requests made while arranging
    shown: int = 1       # how often the sentence is said: once for each wrong code


GIVE_UP = (ENTER,) * 3  # what a person without a code answers to the prompt for one
REFUSALS = (
    Refusal("denied on the phone", "The request was denied on your phone.", "outcome=denied factor=push", (DENIED,), (ENTER,),
            phone="deny"),
    Refusal("not answered, no code", "The request was not answered in time.", "outcome=timed-out", (EXPIRED,),
            (ENTER, *GIVE_UP)),
    Refusal("not answered, no code, prompt=after", "The request was not answered in time.", "outcome=timed-out",
            (EXPIRED,), GIVE_UP, arguments=("prompt=after",)),
    Refusal("wrong codes", "That code is not valid.", "outcome=codes-used-up", (WITHDRAWN,) + (CODE_BAD,) * 3, (WRONG,) * 3,
            shown=3),
    Refusal("codes locked", "Too many wrong codes.", "outcome=codes-used-up", (WITHDRAWN,) + (CODE_BAD,) * 3, (WRONG,) * 3,
            arrange=wear_out_codes, earlier=(CODE_BAD,) * 5, shown=3),
    Refusal("pushes used up, no code", "No request can be sent to your phone now.", "outcome=timed-out", (), GIVE_UP,
            arrange=wear_out_pushes, earlier=("push cancelled",) * 3),
    Refusal("switched off", "Your second factor is switched off.", "outcome=refused", arrange=switch_off),
    Refusal("pairing removed", "The pairing with your phone was removed.", "outcome=refused", arrange=remove_pairing),
    Refusal("pairing not confirmed", "The pairing was not confirmed", "outcome=refused", arrange=pair_unconfirmed,
            paired=False),
    Refusal("not paired, required", "No phone is paired with this account.", "outcome=unpaired-required", paired=False,
            arguments=("availability=required",)),
    Refusal("server unreachable", "The authentication server cannot be reached.", "outcome=unreachable",
            arrange=lose_server),
    Refusal("server fault", "The authentication server gave no usable answer.", "outcome=server-fault",
            arrange=change_secret),
    Refusal("misconfigured", "Two-factor authentication is not set up correctly", "outcome=misconfigured",
            arrange=lose_config),
)
NEEDS_PROMPT = ("wrong codes", "codes locked", "not answered, no code, prompt=after")


@dataclasses.dataclass(frozen=True)
class Cell:
    host: str
    refusal: Refusal
    prompt = "during"  # for play.converse

    @property
    def name(self):
        return f"{self.host} | refused: {self.refusal.outcome}"

    @property
    def can_prompt(self):
        return self.host != "ssh password"

    @property
    def answers(self):
        return self.refusal.answers if self.can_prompt else ()

    @property
    def phone(self):
        return self.refusal.phone

    number = False


def play(scene, cell):
    """The person is asked once, reads once why not, and leaves one line in the log."""
    refusal = cell.refusal
    scene.write_files()
    timeout = TIMEOUT if EXPIRED in refusal.requests else 45
    with Attempt(scene, cell.host, "number_matching=off", f"push_timeout={timeout}", *refusal.arguments,
                 paired=refusal.paired) as attempt:
        refusal.arrange(scene, attempt)
        left = converse(attempt, cell)
        require("answers left over", left, [])
        require("entered", attempt.finish().entered, False)
        attempt.await_requests(*refusal.earlier, *refusal.requests)
        # sshd's password method keeps texts to itself until somebody is in.
        shown = refusal.shown if cell.can_prompt else 0
        require(f"times that {refusal.said!r} is said", attempt.terminal.visit.transcript.count(refusal.said), shown)
        require("log lines", [refusal.log in line for line in attempt.log_lines()], [True])
        attempt.expect_silence()


# --- a handle that is used again ------------------------------------------------------------------------------

def used_again(another):
    """login asks for a name again on the same PAM handle. Another name starts afresh; the same one is refused at once."""
    def play_again(scene, _row):
        scene.write_files()
        with Attempt(scene, "login", "number_matching=off") as attempt, \
                Attempt(scene, "login", "number_matching=off") as second:
            os.unlink(scene.config)
            terminal = attempt.start()
            require("event", terminal.next(), "ended")
            require("another name is asked for", terminal.child.isalive(), True)
            scene.write_files()
            if another:
                second.take_phone("approve")
                terminal.user, terminal.password = second.person.name, second.person.password
            terminal.type(terminal.user)
            if another:
                require("event", terminal.next(), "prompt")
                terminal.type("")
            require("event", terminal.next(), "entered" if another else "ended")
            require("another name is asked for", terminal.visit.transcript.count(" login: "), 1)
            require("entered", attempt.finish().entered, another)
            require("log lines", ["outcome=misconfigured" in line for line in attempt.log_lines()], [True])
            second.expect_requests(*(["push granted"] if another else []))
            attempt.expect_requests()
    return play_again


@dataclasses.dataclass(frozen=True)
class Named:
    name: str


CELLS = [Cell(host, refusal) for refusal in REFUSALS
         for host in (*PROMPTING_HOSTS, "su to root", "ssh password")
         if host != "ssh password" or refusal.outcome not in NEEDS_PROMPT]

ALL = [*((play, cell) for cell in CELLS),
       (used_again(True), Named("login | another name on a handle that has failed")),
       (used_again(False), Named("login | the same name on a handle that has failed"))]
