# SPDX-License-Identifier: Apache-2.0
"""A person who tries to come in where the module is part of the stack; on a failure everything seen is told."""

import system
import visit
from drivers import HOSTS
from world import MODULE

PHONE_PATIENCE = "30"  # seconds until the phone gives up waiting for a request


def require(what, seen, wanted):
    """Failure unless both are equal."""
    if seen != wanted:
        raise system.Failure(f"{what}: {seen!r} instead of {wanted!r}")


def require_requests(seen, wanted):
    """`wanted`: for each request what may have become of it, alternatives between bars."""
    if len(seen) != len(wanted) or any(one not in other.split("|") for one, other in zip(seen, wanted)):
        raise system.Failure(f"requests at the server: {seen!r} instead of {wanted!r}")


class Attempt:
    """`host`: a name in HOSTS, or a Host. `arguments`: the module's. Leaving it stops what it started."""

    def __init__(self, scene, host, *arguments, module=MODULE, password="a long passphrase", paired=True):
        self.scene, self.host = scene, HOSTS.get(host, host)
        self.person = scene.person(self.host, password, paired)
        scene.stack(self.host, module, *arguments)
        self.mark = scene.world.log.mark()
        self.codes = []  # typed ones
        self.terminal = None
        self._phones = []

    def start(self, user=None):
        """The host program, for the person or for another name."""
        self.terminal = visit.Terminal(self.host, user or self.person.name, self.person.password)
        return self.terminal

    def take_phone(self, *command):
        """toopher-authenticator in the background, waiting for a request."""
        self._phones.append(self.person.phone.start(*command, "--wait", PHONE_PATIENCE))
        return self._phones[-1]

    def code(self, right=True):
        """A code to type: the one of now, or one that differs from it and from those typed before."""
        code = self.person.phone.code()
        if not right:
            code = f"{(int(code) + 1 + len(self.codes)) % 10 ** len(code):0{len(code)}}"
        self.codes.append(code)
        return code

    def finish(self):
        """What happened at the terminal, after its end."""
        return self.terminal.finish()

    def expect_requests(self, *wanted):
        require_requests(self.scene.requests(self.person), wanted)

    def await_requests(self, *wanted, timeout=5.0):
        """For what becomes of requests after the host program has ended."""
        def settled():
            seen = self.scene.requests(self.person)
            return None if "push pending" in seen else [seen]
        require_requests(system.wait_until(settled, "the end of the request", timeout)[0], wanted)

    def expect_log(self, *words):
        """The module's line about this person, with `words`."""
        return self.scene.world.log.wait_for("pam_toopher", f"{self.host.person_field}={self.person.name} ", *words,
                                             mark=self.mark)

    def log_lines(self):
        """All lines of the module about this person."""
        named = f" {self.host.person_field}={self.person.name} "
        return [line for line in self.scene.world.log.since(self.mark) if "pam_toopher(" in line and named in line + " "]

    def expect_silence(self):
        """No code or password in any log."""
        self.scene.check_silence(self.mark, [*self.codes, self.person.password])

    def _story(self):
        parts = [("terminal", self.terminal.visit.transcript if self.terminal else "")]
        parts += [("phone", phone.text()) for phone in self._phones]
        parts += [("log", "\n".join(self.scene.world.log.since(self.mark)))]
        return "".join(f"\n--- {title}\n{text}" for title, text in parts)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.terminal:
            self.terminal.finish()
        for phone in self._phones:
            phone.stop()
        if kind and issubclass(kind, system.Failure):
            raise system.Failure(f"{error}{self._story()}") from None
