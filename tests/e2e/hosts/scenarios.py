# SPDX-License-Identifier: Apache-2.0
"""The table of logins: every host program with every outcome and every way to prompt, each with what must come of it."""

import dataclasses

ENTER, RIGHT, WRONG = "enter", "right code", "wrong code"  # what the person answers to a prompt of ours
TIMEOUT = 5  # seconds of push_timeout in scenarios that wait for its end
GRANTED, DENIED, WITHDRAWN = "push granted", "push denied", "push cancelled"
EXPIRED = "push expired|push cancelled"  # at its end the server's clock and the host's withdrawal come together
CODE_OK, CODE_BAD = "code granted", "code denied"


@dataclasses.dataclass(frozen=True)
class Login:
    """One login. `requests`: what becomes of each authentication request at the server, in order."""

    host: str
    outcome: str
    prompt: str
    phone: str = ""           # approve or deny; "" is a phone that nobody looks at
    answers: tuple = ()       # one for each prompt of ours; one prompt more or less is a failure
    entered: bool = False
    requests: tuple = ()
    number: bool = False      # number matching
    arguments: tuple = ()     # further module arguments
    password: str = "a long passphrase"
    log: str = ""             # in the module's line of the system log

    @property
    def name(self):
        words = [self.host, self.outcome, "prompt=" + self.prompt, *self.arguments]
        return " | ".join(words + (["number"] if self.number else []))

    @property
    def module_arguments(self):
        merged = {"prompt": self.prompt, "number_matching": "on" if self.number else "off",
                  "push_timeout": str(TIMEOUT if EXPIRED in self.requests else 45)}
        merged.update(argument.split("=", 1) for argument in self.arguments)
        return [f"{name}={value}" for name, value in merged.items()]


# outcome: phone, entered, log, and by prompt: answers, requests
OUTCOMES = {
    "push granted": ("approve", True, "outcome=granted factor=push", {
        "during": ((ENTER,), (GRANTED,)), "before": ((ENTER,), (GRANTED,)), "after": ((), (GRANTED,))}),
    "push denied": ("deny", False, "outcome=denied factor=push", {
        "during": ((ENTER,), (DENIED,)), "before": ((ENTER,), (DENIED,)), "after": ((), (DENIED,))}),
    "code after timeout": ("", True, "outcome=granted factor=code", {
        "during": ((ENTER, RIGHT), (EXPIRED, CODE_OK)), "before": ((ENTER, RIGHT), (EXPIRED, CODE_OK)),
        "after": ((RIGHT,), (EXPIRED, CODE_OK))}),
    "code while pending": ("", True, "outcome=granted factor=code", {
        "during": ((RIGHT,), (WITHDRAWN, CODE_OK)), "before": ((RIGHT,), (CODE_OK,))}),
    "wrong code, then right": ("", True, "outcome=granted factor=code", {
        "during": ((WRONG, RIGHT), (WITHDRAWN, CODE_BAD, CODE_OK)), "before": ((WRONG, RIGHT), (CODE_BAD, CODE_OK)),
        "after": ((WRONG, RIGHT), (EXPIRED, CODE_BAD, CODE_OK))}),
    "wrong codes until refused": ("", False, "outcome=codes-used-up", {
        "during": ((WRONG,) * 3, (WITHDRAWN,) + (CODE_BAD,) * 3), "before": ((WRONG,) * 3, (CODE_BAD,) * 3),
        "after": ((WRONG,) * 3, (EXPIRED,) + (CODE_BAD,) * 3)}),
}
PROMPTING_HOSTS = ("ssh keyboard-interactive", "ssh publickey,keyboard-interactive", "sudo", "su", "login")


def _every_outcome():
    """Refusals with prompt=during are those of refusals.py."""
    for outcome, (phone, entered, log, prompts) in OUTCOMES.items():
        for prompt, (answers, requests) in prompts.items():
            for host in PROMPTING_HOSTS if entered or prompt != "during" else ():
                yield Login(host, outcome, prompt, phone, answers, entered, requests, log=log)


def _number_matching():
    """The number is in the prompt, or with prompt=after in the text above the wait where that shows at once."""
    for host in PROMPTING_HOSTS:
        yield Login(host, "push granted", "during", "approve", (ENTER,), True, (GRANTED,), number=True, log="outcome=granted factor=push")
        yield Login(host, "push granted", "before", "approve", (ENTER, ENTER), True, (GRANTED,), number=True, log="outcome=granted factor=push")
        if not host.startswith("ssh"):
            yield Login(host, "push granted", "after", "approve", (), True, (GRANTED,), number=True, log="outcome=granted factor=push")


PASSWORD_METHOD = (
    ("push granted", "approve", True, GRANTED, "outcome=granted factor=push"),
    ("push denied", "deny", False, DENIED, "outcome=denied factor=push"),
    ("push unanswered", "", False, EXPIRED, "outcome=timed-out"))


def _password_method():
    """sshd's password method shows no prompt and answers a hidden one with the login password: push works without a
    number, and the password is never sent as a code, six digits or not. ssh offers the password three times; that may
    not become three pushes."""
    for password in ("a long passphrase", "135790"):
        for arguments in ((), ("echo_code=no",), ("echo_code=no", "prompt=before")):
            for outcome, phone, entered, request, log in PASSWORD_METHOD:
                name = outcome + (", password of six digits" if password.isdigit() else "")
                yield Login("ssh password", name, "during", phone, (), entered, (request,), password=password, log=log,
                            arguments=("number_matching=on", *arguments))


LOGINS = [*_every_outcome(), *_number_matching(), *_password_method(),
          Login("su to root", "push granted", "during", "approve", (ENTER,), True, (GRANTED,), log="outcome=granted factor=push")]


@dataclasses.dataclass(frozen=True)
class Stack:
    """A login without our module, by which the test knows its own instruments."""

    host: str
    module: str
    entered: bool

    @property
    def name(self):
        return f"{self.host} | {self.module} alone"


STACKS = [Stack(host, module, entered) for host in (*PROMPTING_HOSTS, "ssh password", "su to root")
          for module, entered in (("pam_permit.so", True), ("pam_deny.so", False))]
