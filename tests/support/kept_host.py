# SPDX-License-Identifier: Apache-2.0
"""kept_host, a host that stays when a login is over, in a trial.Trial: its answers are given one by one."""

import shutil
import subprocess

import system
import trial

PAM_SUCCESS = 0


class KeptHost:
    """`log`: what its modules wrote to syslog. `wrapper`: a program and its arguments that it runs under."""

    def __init__(self, here, service, wrapper=()):
        program = shutil.copy(system.BUILD / "tests/support/kept_host", here.directory)
        self.log = []
        self.process = subprocess.Popen(
            [*wrapper, program, str(here.directory / "pam.d"), service, here.user], env=trial.ENVIRONMENT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, **here.unprivileged)

    @property
    def pid(self):
        return self.process.pid

    def begin(self):
        """Starts a login."""
        self.answer("login")

    def answer(self, line):
        """The reply to a prompt."""
        self.process.stdin.write(line + "\n")

    def heard(self):
        """(what, text) of its next line that is not about syslog."""
        for line in self.process.stdout:
            what, _, text = line.rstrip("\n").partition(" ")
            if what != "log":
                return what, text
            self.log.append(text)
        raise system.Failure(f"kept_host ended; its log: {self.log}")

    def log_in(self, *answers):
        """One login whose prompts get these answers; its PAM code."""
        self.begin()
        for answer in answers:
            what, text = self.heard()
            if what != "ask":
                raise system.Failure(f"no prompt but {what} {text}; log: {self.log}")
            self.answer(answer)
        return self.end()

    def end(self):
        """The PAM code of the login that has no prompt left."""
        what, text = self.heard()
        if what != "code":
            raise system.Failure(f"not the end but {what} {text}; log: {self.log}")
        return int(text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        for line in self.process.stdout:
            self.log.append(line.rstrip("\n"))
        self.process.stdout.close()
        self.process.wait(system.PATIENCE)
