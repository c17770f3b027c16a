# SPDX-License-Identifier: Apache-2.0
"""The system set up in a private machine: toopherd, the module's files, and people with accounts and phones."""

import contextlib
import dataclasses
import os
import re
import sqlite3
import tempfile

import requester
import system
import world as machine
from drivers import HOSTS

SERVER_USER = "toopherd"
STATES = ("pending", "granted", "denied", "expired", "cancelled")  # RequestState of the server's store


@dataclasses.dataclass
class Person:
    """An account of her own for each scenario: the server counts refusals and codes per user."""

    name: str
    password: str
    phone: system.Phone = None


class Scene:
    """`sysconfdir`: the one compiled in."""

    def __init__(self, world, sysconfdir):
        self.world = world
        self.folder = f"{sysconfdir}/security/toopher"
        self.config, self.credentials = f"{self.folder}/config", f"{self.folder}/credentials"
        self._people = 0
        self._server = None
        self._requester = None
        self._administrator = None
        for name in ("toopher", SERVER_USER):
            world.add_user(name, shell="/usr/sbin/nologin", home=False)
        for host in HOSTS.values():
            host.prepare(world)

    @property
    def requester(self):
        """The server's first requester, who may log people in and pair them."""
        _ = self.server
        return self._requester

    @property
    def administrator(self):
        """A requester with the scope admin."""
        if self._administrator is None:
            made = machine.run(system.program("toopherd"), "--add-requester", "administrator", "--scopes", "admin",
                               "--config", f"{self.server.directory}/toopherd.conf", **machine.account(SERVER_USER))
            key, secret = (re.search(rf"^\s*{name}\s*[=:]\s*(\S+)\s*$", made, re.MULTILINE).group(1)
                           for name in ("key", "secret"))
            self._administrator = requester.Requester(self.server.url, key, secret)
        return self._administrator

    @property
    def server(self):
        """toopherd, started when first needed."""
        if self._server is None:
            account = machine.account(SERVER_USER)
            os.mkdir("/tmp/server", 0o700)
            os.chown("/tmp/server", account["user"], account["group"])
            self._server = system.Toopherd("/tmp/server", **account)
            self._requester = requester.Requester(self._server.url, self._server.key, self._server.secret)
        return self._server

    @contextlib.contextmanager
    def another_server(self, settings):
        """For a while, another toopherd with these lines in its configuration is the one."""
        before = self._server, self._requester
        account = machine.account(SERVER_USER)
        with tempfile.TemporaryDirectory() as directory:
            os.chown(directory, account["user"], account["group"])
            try:
                with system.Toopherd(directory, settings, **account) as self._server:
                    self._requester = requester.Requester(self._server.url, self._server.key, self._server.secret)
                    yield
            finally:
                self._server, self._requester = before

    def write_files(self, url=None, options="", timeout=10):
        """The module's configuration and credentials, as an administrator writes them. `options`: further lines."""
        machine.write(self.config, f"[API]\nbase-url = {url or self.server.url}/v1/\ntimeout = {timeout}\n"
                                   f"credential-file = {self.credentials}\n\n[Options]\n{options}\n")
        machine.write(self.credentials, f"key = {self.server.key}\nsecret = {self.server.secret}\n", 0o600)

    def person(self, host, password, paired=True):
        """A new person, who may use `host`."""
        self._people += 1
        person = Person(f"person{self._people}", password)
        self.world.add_user(person.name, password)
        host.prepare_user(person.name)
        if paired:
            self.pair(person)
        return person

    def pair(self, person):
        """Gives her a phone and pairs it."""
        account = machine.account(person.name)
        person.phone = system.Phone(self.server.url, f"/home/{person.name}/phone", **account)
        with person.phone.start("pair", "--server", self.server.url, "--yes") as pairing:
            phrase = pairing.wait_for_line(r"phrase[^:]*: *([a-z][a-z -]+[a-z])\s*$").group(1)
            status, answer = self._requester.post("pairings/create", pairing_phrase=phrase, user_name=person.name)
            if status != 200:
                raise system.Failure(f"pairings/create answered {status}: {answer}")
            if pairing.wait() != 0:
                raise system.Failure(f"toopher-authenticator pair failed:\n{pairing.text()}")

    def stack(self, host, module, *arguments):
        """The host's pam.d file: its login password if it asks for one, then `module`."""
        first = ["requisite pam_unix.so nodelay"] if host.asks_password else []
        self.world.stack(host.service, *first, " ".join(["required", module, *arguments]))

    def requests(self, person):
        """What has become of her requests at the server, in the order in which they came."""
        with contextlib.closing(sqlite3.connect(f"file:{self.server.database}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT push, state FROM requests WHERE user_id = (SELECT id FROM users WHERE name = ?)"
                                    " ORDER BY rowid", (person.name,))
            return tuple(f"{'push' if push else 'code'} {STATES[state]}" for push, state in rows)

    def pairing_id(self, person):
        """The id of her pairing at the server."""
        with contextlib.closing(sqlite3.connect(f"file:{self.server.database}?mode=ro", uri=True)) as database:
            return database.execute("SELECT id FROM pairings WHERE user_id = (SELECT id FROM users WHERE name = ?)",
                                    (person.name,)).fetchone()[0]

    def deactivate(self, person):
        """An administrator removes her pairing."""
        made = machine.run(system.program("toopherd"), "--add-requester", f"for {person.name}", "--scopes", "admin", "--config",
                           f"{self.server.directory}/toopherd.conf", **machine.account(SERVER_USER))
        key, secret = (re.search(rf"^{name} = (\S+)$", made, re.MULTILINE).group(1) for name in ("key", "secret"))
        admin = requester.Requester(self.server.url, key, secret)
        status, answer = admin.post(f"pairings/{self.pairing_id(person)}", deactivated="True")
        if status != 200:
            raise system.Failure(f"deactivating answered {status}: {answer}")

    def check_silence(self, mark, secrets):
        """No code, password or secret may be in any log."""
        said = self.world.log.since(mark) + self.server.text().splitlines()
        for secret in [*secrets, self.server.secret]:
            pattern = re.compile(rf"(?<![0-9A-Za-z-]){re.escape(secret)}(?![0-9A-Za-z-])")
            for line in said:
                if pattern.search(line):
                    raise system.Failure(f"a secret is in a log: {line}")
