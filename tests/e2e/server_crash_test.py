# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the server, or of the server and its PostgreSQL, at random moments under load: what the server has acknowledged is there when it runs again, no used code is good
again, and nothing is granted without what granted it.

TOOPHER_CRASH_ROUNDS: how often it is killed; 5 if not given."""

import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
import time
import unittest
import urllib.error

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.join(os.path.dirname(__file__), "../..")),
                                "tests/support"))
import device  # noqa: E402
import postgres  # noqa: E402
import requester  # noqa: E402
import system  # noqa: E402

ROUNDS = int(os.environ.get("TOOPHER_CRASH_ROUNDS", "5"))
GONE = (OSError, urllib.error.URLError, json.JSONDecodeError, EOFError)


class Sqlite:
    """toopherd on an SQLite file."""

    def __init__(self, directory, **options):
        self._server = system.Toopherd(directory, **options)
        self._config = os.path.join(self._server.directory, "toopherd.conf")
        self._running = self._server
        self.url, self.key, self.secret = self._server.url, self._server.key, self._server.secret
        # The same address after each restart: phones sign it.
        with open(self._config, encoding="ascii") as file:
            text = file.read()
        with open(self._config, "w", encoding="ascii") as file:
            file.write(text.replace("127.0.0.1:0", self.url.split("//")[1]))

    def kill(self):
        """kill -9."""
        self._running.process.send_signal(signal.SIGKILL)
        self._running.wait()

    def start(self):
        """Again, as it was left."""
        self._running = system.Process([system.program("toopherd"), "--config", self._config])
        self._running.wait_for_line("toopherd: ready")

    def stop(self):
        return self._running.stop()

    def rows(self, sql):
        """What a query finds while the server runs."""
        with contextlib.closing(sqlite3.connect(f"file:{self._server.database}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(sql).fetchall()

    def damage(self):
        """What the database itself finds wrong with it."""
        return [row for row in self.rows("PRAGMA integrity_check") if row != ("ok",)] + self.rows("PRAGMA foreign_key_check")


class OnPostgres(Sqlite):
    """toopherd on a cluster that calls fsync. Every second time the cluster is killed with it."""

    def __init__(self, directory):
        self._cluster = postgres.Postgres(durable=True)
        self._uri = self._cluster.database()
        self._kills = 0
        super().__init__(directory, postgres=self._uri)

    def kill(self):
        self._kills += 1
        if self._kills % 2 == 0:
            self._cluster.kill()
        super().kill()
        if self._kills % 2 == 0:
            self._cluster.start()

    def stop(self):
        status = super().stop()
        self._cluster.__exit__()
        return status

    def rows(self, sql):
        return [tuple(row) for row in self._cluster.sql(self._uri, sql)]

    def damage(self):
        return []


class Ledger:
    """What the server has acknowledged."""

    def __init__(self):
        self.pending, self.granted, self.pairings = [], [], []
        self.used = []   # (user, code)
        self.lists = {}  # user: recovery codes of the last list
        self.writes = 0

    def note(self, kind, entry):
        kind.append(entry)
        self.writes += 1


class Person:
    """Somebody with a phone, who does one thing after the other until the server is gone."""

    def __init__(self, engine, directory, name, ledger):
        self.host = requester.Requester(engine.url, engine.key, engine.secret)
        self.name, self.ledger = name, ledger
        self.phone = device.Device(engine.url, os.path.join(directory, name))
        self.steps = [-1, 0, 1]
        self.codes = []
        self._register()
        self.pair()

    def _register(self):
        """From one address the server takes so many new phones a minute, and the long form has more."""
        deadline = time.monotonic() + 90
        while self.phone.register()[0] != 200:
            if time.monotonic() > deadline:
                raise system.Failure("the phone could not be registered")
            time.sleep(1)

    def _post(self, path, **parameters):
        """The answer of a call that must succeed."""
        return self._content(path, *self.host.post(path, **parameters))

    def _content(self, path, status, answer):
        """The server may still live when its database does not."""
        if status in (502, 503):
            raise OSError("not now")
        if status != 200:
            raise system.Failure(f"{path} for {self.name}: {status} {answer}")
        return answer

    def _shown(self, request):
        """A request as the phone sees it."""
        entries = self._content("pending", *self.phone.call("GET", "pending"))["requests"]
        return next(entry for entry in entries if entry["id"] == request["id"])

    def pair(self):
        pairing = self._post("pairings/create", pairing_phrase=self.phone.phrase(), user_name=self.name)
        status, _ = self.phone.answer_pairing(self.phone.pending()["pairings"][0], "allow")
        if status != 200:
            raise system.Failure(f"the pairing was answered {status}")
        self.pairing = pairing["id"]
        self.ledger.note(self.ledger.pairings, self.pairing)

    def push(self):
        request = self._post("authentication_requests/initiate", user_name=self.name, terminal_name="host")
        self.ledger.note(self.ledger.pending, request["id"])
        status, answer = self.phone.answer_request(self._shown(request), "allow", request.get("number", ""))
        if status == 200 and answer["granted"]:
            self.ledger.note(self.ledger.granted, request["id"])
        return request["id"]

    def type_code(self):
        if self.steps:
            code = self.phone.code(self.pairing, self.steps.pop(0))
            request = self._post("authentication_requests/initiate", user_name=self.name, terminal_name="host", otp=code)
            if request["granted"]:
                self.ledger.note(self.ledger.used, (self.name, code))
                self.ledger.note(self.ledger.granted, request["id"])

    def type_recovery_code(self):
        if self.codes:
            code = self.codes.pop()
            request = self._post("authentication_requests/initiate", user_name=self.name, terminal_name="host", otp=code)
            if not request["granted"]:
                raise system.Failure(f"a new recovery code was answered {request}")
            self.ledger.note(self.ledger.used, (self.name, code))
            self.ledger.lists[self.name].remove(code)

    def ask_for_recovery_codes(self):
        request = self._post("authentication_requests/initiate", user_name=self.name, terminal_name="host",
                             action_name="make new recovery codes", number_matching="true")
        status, _ = self.phone.answer_request(self._shown(request), "allow", request["number"])
        if status == 200:
            self.ledger.lists.pop(self.name, None)  # whether the next call was committed is not known until it is answered
            self.codes = self._post("users/activate_next_otp_list", user_name=self.name,
                                    authorization=request["id"])["otp_list"]
            self.ledger.lists[self.name] = list(self.codes)
            self.ledger.writes += 1

    def live(self):
        with contextlib.suppress(*GONE):
            while True:
                for deed in (self.push, self.type_code, self.ask_for_recovery_codes, self.type_recovery_code, self.push):
                    deed()


class Crash(unittest.TestCase):
    PEOPLE = 4

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="toopher-crash-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.engine = self.new_engine()
        self.addCleanup(self.engine.stop)
        self.host = requester.Requester(self.engine.url, self.engine.key, self.engine.secret)
        self.failures = []

    def new_engine(self):
        return Sqlite(self.directory)

    def live(self, person):
        try:
            person.live()
        except Exception as failure:  # pylint: disable=broad-except
            self.failures.append(failure)

    def under_load(self, number):
        """The ledger of some people whose server was killed in the middle."""
        ledger = Ledger()
        people = [Person(self.engine, self.directory, f"user{number}-{i}", ledger) for i in range(self.PEOPLE)]
        threads = [threading.Thread(target=self.live, args=(person,)) for person in people]
        before = ledger.writes
        for thread in threads:
            thread.start()
        system.wait_until(lambda: ledger.writes > before or self.failures, "the first acknowledged write")
        time.sleep(random.uniform(0, 1.5))  # the moment is what is tested
        self.engine.kill()
        for thread in threads:
            thread.join(120)
        self.assertEqual(self.failures, [])
        return ledger

    def state(self, request):
        status, answer = self.host.get("authentication_requests/" + request)
        self.assertEqual(status, 200, f"an acknowledged request is missing: {answer}")
        return answer

    def check(self, ledger):
        for request in ledger.pending:
            self.state(request)
        for request in ledger.granted:
            self.assertTrue(self.state(request)["granted"], "an acknowledged decision is missing")
        for pairing in ledger.pairings:
            status, answer = self.host.get("pairings/" + pairing)
            self.assertEqual((status, answer.get("enabled")), (200, True), "an acknowledged pairing is missing")
        for user, code in ledger.used:
            _, answer = self.host.post("authentication_requests/initiate", user_name=user, terminal_name="host", otp=code)
            self.assertFalse(answer["granted"], f"a code that was used is good again: {answer}")
        for user, codes in ledger.lists.items():
            left = self.engine.rows("SELECT count(*) FROM recovery_codes WHERE used = 0 AND user_id IN "
                                    f"(SELECT id FROM users WHERE name = '{user}')")[0][0]
            # The last one may have been used up by a call that nobody heard the answer of.
            self.assertIn(int(left), (len(codes), len(codes) - 1), "recovery codes are missing, or good again")

    def check_everything(self):
        self.assertEqual(self.engine.damage(), [])
        unsigned = self.engine.rows("SELECT id FROM requests WHERE state = 1 AND push = 1 AND totp_valid = 0 AND rule_id = '' "
                                    "AND NOT EXISTS (SELECT 1 FROM decisions WHERE subject = requests.id "
                                    "AND choice = 'allow' AND length(signature) = 64)")
        self.assertEqual(unsigned, [], "granted without a signed decision")
        granted = {row[0] for row in self.engine.rows("SELECT id FROM requests WHERE state = 1")}
        audited = {json.loads(row[0])["request"]
                   for row in self.engine.rows("SELECT fields FROM audit WHERE event = 'request granted'")}
        self.assertEqual(granted - audited, set(), "granted without a line in the audit log")

    def test_nothing_acknowledged_is_lost(self):
        writes = 0
        for number in range(ROUNDS):
            ledger = self.under_load(number)
            self.engine.start()
            self.check(ledger)
            self.check_everything()
            writes += ledger.writes
        print(f"{ROUNDS} times killed, {writes} acknowledged writes, none lost")


class CrashOnPostgres(Crash):
    def new_engine(self):
        return OnPostgres(self.directory)


if __name__ == "__main__":
    unittest.main()
