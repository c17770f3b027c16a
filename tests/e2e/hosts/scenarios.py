# SPDX-License-Identifier: Apache-2.0
"""The table of logins: every host program with every outcome and every way to prompt, each with what must come of it."""

import dataclasses

ENTER, CODE, WRONG = "enter", "code", "wrong code"  # what the person answers to a prompt of ours
TIMEOUT = 5  # seconds of push_timeout in scenarios that wait for its end


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
    module_only: bool = False  # the stack has no pam_unix before the module
    log: str = ""             # words of the module's line in the system log

    @property
    def name(self):
        words = [self.host, self.outcome, "prompt=" + self.prompt, *self.arguments]
        return " | ".join(words + (["number"] if self.number else []) + (["module only"] if self.module_only else []))

    @property
    def module_arguments(self):
        return (f"prompt={self.prompt}", f"number_matching={'on' if self.number else 'off'}",
                f"push_timeout={TIMEOUT if self.phone == '' else 45}", *self.arguments)


GRANTED, DENIED, EXPIRED, WITHDRAWN = "push granted", "push denied", "push expired", "push cancelled"
CODE_OK, CODE_BAD = "code granted", "code denied"
# outcome: phone, entered, log, and by prompt: answers, requests
OUTCOMES = {
    "push granted": ("approve", True, "granted", {
        "during": ((ENTER,), (GRANTED,)), "before": ((ENTER,), (GRANTED,)), "after": ((), (GRANTED,))}),
    "push denied": ("deny", False, "denied", {
        "during": ((ENTER,), (DENIED,)), "before": ((ENTER,), (DENIED,)), "after": ((), (DENIED,))}),
    "code after timeout": ("", True, "granted", {
        "during": ((ENTER, CODE), (EXPIRED, CODE_OK)), "before": ((ENTER, CODE), (EXPIRED, CODE_OK)),
        "after": ((CODE,), (EXPIRED, CODE_OK))}),
    "code while pending": ("", True, "granted", {
        "during": ((CODE,), (WITHDRAWN, CODE_OK)), "before": ((CODE,), (CODE_OK,))}),
    "wrong code, then right": ("", True, "granted", {
        "during": ((WRONG, CODE), (WITHDRAWN, CODE_BAD, CODE_OK)), "before": ((WRONG, CODE), (CODE_BAD, CODE_OK)),
        "after": ((WRONG, CODE), (EXPIRED, CODE_BAD, CODE_OK))}),
    "wrong codes until refused": ("", False, "denied", {
        "during": ((WRONG,) * 3, (WITHDRAWN,) + (CODE_BAD,) * 3), "before": ((WRONG,) * 3, (CODE_BAD,) * 3),
        "after": ((WRONG,) * 3, (EXPIRED,) + (CODE_BAD,) * 3)}),
}
PROMPTING_HOSTS = ("ssh keyboard-interactive", "ssh publickey,keyboard-interactive", "sudo", "su", "login")


def _every_outcome():
    for outcome, (phone, entered, log, prompts) in OUTCOMES.items():
        for prompt, (answers, requests) in prompts.items():
            for host in PROMPTING_HOSTS:
                yield Login(host, outcome, prompt, phone, answers, entered, requests, log=log)


def _number_matching():
    """The number is in the prompt, or with prompt=after in the text above the wait where that shows at once."""
    for host in PROMPTING_HOSTS:
        yield Login(host, "push granted", "during", "approve", (ENTER,), True, (GRANTED,), number=True, log="granted")
        yield Login(host, "push granted", "before", "approve", (ENTER, ENTER), True, (GRANTED,), number=True, log="granted")
        if not host.startswith("ssh"):
            yield Login(host, "push granted", "after", "approve", (), True, (GRANTED,), number=True, log="granted")


def _password_method():
    """sshd's password method shows no prompt and answers a hidden one with the login password: push works, and the
    password is never sent as a code, six digits or not."""
    for password in ("a long passphrase", "135790"):
        for arguments in ((), ("echo_code=off",)):
            for phone, entered, request in (("approve", True, GRANTED), ("deny", False, DENIED), ("", False, EXPIRED)):
                yield Login("ssh password", {"approve": "push granted", "deny": "push denied", "": "push unanswered"}[phone]
                            + (", six digits" if password.isdigit() else ""), "during", phone, (), entered, (request,),
                            arguments=arguments, password=password, log="granted" if entered else "denied" if phone else "")


LOGINS = [*_every_outcome(), *_number_matching(), *_password_method()]


@dataclasses.dataclass(frozen=True)
class Stack:
    """A login without our module, by which the test knows its own instruments."""

    host: str
    module: str
    entered: bool

    @property
    def name(self):
        return f"{self.host} | {self.module} alone"


STACKS = [Stack(host, module, entered) for host in (*PROMPTING_HOSTS, "ssh password")
          for module, entered in (("pam_permit.so", True), ("pam_deny.so", False))]
