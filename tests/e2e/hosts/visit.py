# SPDX-License-Identifier: Apache-2.0
"""One attempt to come in: a person at the terminal of a host program, who reads and types."""

import dataclasses
import re
import signal
import time

import pexpect

import system
from drivers import COMMAND, MARK

PASSWORD = r"(?i)password[^\r\n]*: ?$"
PROMPT = r"(?i)[^\r\n]*(?:one-time code|offline code \(\d+ left\)): ?$"
SHELL = r"\$ $"
AGAIN = r"(?m)^\S+ login: $"  # login starts over


@dataclasses.dataclass
class Visit:
    """What happened. `transcript` is the terminal's text, `prompts` what the module asked, `seconds` how long it took."""

    entered: bool = False
    prompts: list = dataclasses.field(default_factory=list)
    passwords: int = 0
    transcript: str = ""
    status: int = -1
    seconds: float = 0.0


class Terminal:
    """The person's side of a running host program."""

    def __init__(self, host, user, password):
        self.host, self.user, self.password = host, user, password
        self.visit = Visit()
        self.child = host.start(user)
        self._began = time.monotonic()

    def next(self, *events):
        """Waits for what the person reacts to, answering password prompts on the way.
        'prompt', 'entered', 'ended', or one of `events` (patterns)."""
        while True:
            patterns = [MARK + " ([a-z0-9-]+)\r", PROMPT, PASSWORD, AGAIN, SHELL, pexpect.EOF, *events]
            try:
                found = self.child.expect(patterns)
            except pexpect.TIMEOUT:
                self.visit.transcript += self.child.before
                raise system.Failure("nothing that a person would react to came") from None
            self.visit.transcript += self.child.before + (self.child.after if isinstance(self.child.after, str) else "")
            if found == 0:
                self.visit.entered = self.child.match.group(1) == self.host.shell_user(self.user)
                return "entered"
            if found == 1:
                self.visit.prompts.append(self.child.after.strip())
                return "prompt"
            if found == 2:
                self.visit.passwords += 1
                if self.visit.passwords > 5:
                    raise system.Failure("the password is asked for again and again")
                self.child.sendline(self.password)
            elif found == 4 and self.host.types_command:
                self.child.sendline(f"exec /bin/sh -c '{COMMAND}'")
            elif found in (3, 5):
                return "ended"
            elif found > 5:
                return events[found - 6]

    def type(self, text):
        self.child.sendline(text)

    def interrupt(self):
        """Ctrl-C."""
        self._press("\x03")

    def quit(self):
        """Ctrl-\\."""
        self._press("\x1c")

    def await_the_wait(self):
        """Until sudo lets the module wait for the phone. Before, it takes a Ctrl-C for itself; from then on it blocks the signal."""
        system.wait_until(self.blocks_interrupt, "the wait")

    def blocks_interrupt(self):
        blocked = int(re.search(r"^SigBlk:\s*(\w+)", self._process("status"), re.MULTILINE).group(1), 16)
        return bool(blocked >> (signal.SIGINT - 1) & 1)

    def _press(self, key):
        """A key that makes a signal and empties the line. Between a prompt and its read(2), where no person is fast enough to
        press one, sudo takes note of the signal and reads nevertheless, without end: so not before the program sleeps."""
        system.wait_until(lambda: self._process("stat").rpartition(")")[2].split()[0] == "S", "the program reads or waits")
        self.child.send(key)

    def _process(self, what):
        with open(f"/proc/{self.child.pid}/{what}", encoding="utf-8") as file:
            return file.read()

    def vanish(self):
        """The person's end of the terminal is gone at once."""
        self.child.kill(signal.SIGKILL)
        self.child.close(force=True)

    def finish(self):
        """Ends the program, if it has not, and tells what happened."""
        if self.child.closed:
            return self.visit
        if self.visit.entered:
            self.child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=5)
        self.child.close(force=True)
        self.visit.seconds = time.monotonic() - self._began
        self.visit.status = self.child.exitstatus if self.child.exitstatus is not None else -(self.child.signalstatus or 0)
        return self.visit


def number_in(text):
    """The number that the person has to enter at the phone."""
    found = re.search(r"number (\d{2,6})", text)
    if not found:
        raise system.Failure(f"no number is shown in {text!r}")
    return found.group(1)
