# SPDX-License-Identifier: Apache-2.0
"""An installation of the module in a directory, for logins through libpam that touch nothing under /etc.

    with trial.Trial() as here:                      # starts toopherd, pairs a phone
        here.service("login", "prompt=before")
        with here.login("login") as terminal: ...    # toopher-login on a terminal (pexpect)

The module believes the files of their owner only without privileges: a test that root started runs all this as nobody.
"""

import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

import system

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb"}


class Installation:
    """Module, helper and toopher-login in a directory, without a server. `user`: the account that logs in."""

    def __init__(self):
        self._own = tempfile.TemporaryDirectory(prefix="toopher-trial-")
        self.directory = pathlib.Path(self._own.name)
        self.unprivileged = system.without_privileges(self.directory)
        self.user = pwd.getpwuid(self.unprivileged.get("user", os.getuid())).pw_name
        for built in ("pam_toopher.so", "toopher-helper"):
            shutil.copy(system.BUILD / "src" / built, self.directory / built)
        for tool in ("toopher-login", "toopher-pair", "toopher-authenticator"):
            if (system.BUILD / "src" / tool).exists():
                shutil.copy(system.BUILD / "src" / tool, self.directory / tool)
        (self.directory / "pam.d").mkdir()
        self.write("pam.d/other", "auth required pam_deny.so\naccount required pam_deny.so\n")

    def write(self, name, text, mode=0o600):
        """A file of the installation, owned by whoever runs the module."""
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        self._give_away()
        return path

    def set_credentials(self, key, secret):
        """The credentials file."""
        self.write("credentials", f"key = {key}\nsecret = {secret}\n")

    def configure(self, options="", base_url=None, **api):
        """The configuration file, with these lines in [Options]; `api` are further keys of [API], _ for -."""
        api = {"timeout": 5, **api}
        lines = "".join(f"{key.replace('_', '-')} = {value}\n" for key, value in api.items())
        self.write("config", f"[API]\nbase-url = {base_url}\ncredential-file = {self.directory}/credentials\n{lines}"
                             f"[Options]\n{options}\n")

    def service(self, name, arguments=""):
        """A PAM service whose auth step is the module."""
        self.write(f"pam.d/{name}",
                   f"auth required {self.directory}/pam_toopher.so conf={self.directory}/config "
                   f"helper={self.directory}/toopher-helper {arguments}\naccount required pam_permit.so\n")

    def _give_away(self):
        system.without_privileges(self.directory)

    def login_command(self, service):
        """toopher-login for that service."""
        return [str(self.directory / "toopher-login"), "--confdir", str(self.directory / "pam.d"), "--service", service,
                "--user", self.user]

    def login(self, service, *options):
        """toopher-login on a terminal of its own."""
        import pexpect  # pylint: disable=import-outside-toplevel

        def become_unprivileged():
            if self.unprivileged:
                os.setgroups([])
                os.setresgid(*[self.unprivileged["group"]] * 3)
                os.setresuid(*[self.unprivileged["user"]] * 3)

        command = [*self.login_command(service), *options]
        return pexpect.spawn(command[0], command[1:], env=ENVIRONMENT, timeout=system.PATIENCE, encoding="utf-8",
                             preexec_fn=become_unprivileged, echo=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._own.cleanup()


class Trial(Installation):
    """The same with toopherd and one paired phone."""

    def __init__(self, base_url=None, options=""):
        super().__init__()
        self.server = system.Toopherd(str(self.directory), **self.unprivileged)
        self.phone = system.Phone(self.server.url, str(self.directory / "phone"), **self.unprivileged)
        self.set_credentials(self.server.key, self.server.secret)
        self.configure(options, base_url)

    def configure(self, options="", base_url=None, **api):
        super().configure(options, base_url or self.server.url + "/v1/", **api)

    def pair(self):
        """Pairs the phone with the account, by toopher-pair as a person would."""
        with self.phone.start("pair", "--server", self.server.url, "--yes") as pairing:
            phrase = pairing.wait_for_line(r"(?:^|: |\s{2,})([a-z]+(?: [a-z]+)+)\s*$").group(1)
            done = subprocess.run(
                [self.directory / "toopher-pair", "--config", self.directory / "config", "--helper",
                 self.directory / "toopher-helper", "--user", self.user, "--phrase", phrase, "--no-code-test"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=system.PATIENCE,
                env=ENVIRONMENT, **self.unprivileged)
            if done.returncode != 0:
                raise system.Failure(f"toopher-pair failed: {done.stdout}{done.stderr}")
            pairing.wait()

    def __exit__(self, *_):
        self.server.stop()
        super().__exit__()
