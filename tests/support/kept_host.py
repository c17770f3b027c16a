# SPDX-License-Identifier: Apache-2.0
"""kept_host, a host that stays when a login is over, in a trial.Trial: its answers are given one by one."""

import shutil
import subprocess

import system
import trial

PAM_SUCCESS = 0
EXACT = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}  # what its cache holds would count as given out


class KeptHost:
    """`log`: what its modules wrote to syslog. `used`: bytes that malloc had given out when each login was over.
    `wrapper`: a program and its arguments that it runs under."""

    def __init__(self, here, wrapper=()):
        program = shutil.copy(system.BUILD / "tests/support/kept_host", here.directory)
        self.log, self.used = [], []
        self.process = subprocess.Popen(
            [*wrapper, program, str(here.directory / "pam.d"), here.user], env={**trial.ENVIRONMENT, **EXACT},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, **here.unprivileged)
        what, _ = self.heard()
        if what != "ready":
            raise system.Failure(f"kept_host is not ready: {what}")

    @property
    def pid(self):
        return self.process.pid

    def begin(self, service):
        """Starts a login."""
        self.answer(service)

    def answer(self, line):
        """The reply to a prompt."""
        self.process.stdin.write(line + "\n")

    def heard(self):
        """(what, text) of its next line that is about a login; nothing at its end."""
        for line in self.process.stdout:
            what, _, text = line.rstrip("\n").partition(" ")
            if what == "log":
                self.log.append(text)
            elif what == "used":
                self.used.append(int(text))
            else:
                return what, text
        return "end", ""

    def log_in(self, *answers, service):
        """One login whose prompts get these answers; its PAM code."""
        self.begin(service)
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

    def finish(self):
        """Ends it; its exit status."""
        self.process.stdin.close()
        while self.heard()[0] != "end":
            pass
        self.process.stdout.close()
        return self.process.wait(system.PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.process.stdin.closed:
            self.finish()
