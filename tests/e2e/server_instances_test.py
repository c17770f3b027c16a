#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Several instances of toopherd on one PostgreSQL: they are one server, and stay one when parts of it fail."""

import contextlib
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import device  # noqa: E402
import helper_process  # noqa: E402
import pg_relay  # noqa: E402
import postgres  # noqa: E402
import relay  # noqa: E402
import requester  # noqa: E402
import system  # noqa: E402

BROKEN = (urllib.error.URLError, http.client.HTTPException, OSError)


class Background(threading.Thread):
    """Runs a function at once; result() waits for what it returned or raised."""

    def __init__(self, function, *arguments):
        super().__init__(daemon=True)
        self._function, self._arguments, self._result, self._error = function, arguments, None, None
        self.start()

    def run(self):
        try:
            self._result = self._function(*self._arguments)
        except Exception as error:  # pylint: disable=broad-except
            self._error = error

    def result(self, timeout=90):
        self.join(timeout)
        if self.is_alive():
            raise system.Failure(f"{self._function} still runs")
        if self._error:
            raise self._error
        return self._result


def persistently(call, timeout=60):
    """What a careful client does: after 503 or a broken connection it asks once more. The first other answer."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            status, answer = call()
            if status != 503:
                return status, answer
            said = "503"
        except BROKEN as error:
            said = repr(error)
        if time.monotonic() > deadline:
            raise system.Failure(f"still no answer after {timeout} s: {said}")
        time.sleep(0.1)


class Instances(unittest.TestCase):
    """Two instances on a database of their own, for each test."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = postgres.Postgres()
        cls.addClassCleanup(cls.cluster.__exit__)

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="toopher-instances-")
        self.addCleanup(scratch.cleanup)
        self.directory = scratch.name
        self.uri = self.cluster.database()
        self.first = self.start(system.Toopherd, self.directory, postgres=self.uri)
        self.second = self.start(system.Instance, self.first, os.path.join(self.directory))
        self.hosts = [self.host(self.first), self.host(self.second)]
        self.phones = 0

    def start(self, kind, *arguments, **options):
        instance = kind(*arguments, **options)
        self.addCleanup(lambda: instance.process.poll() is None and instance.stop(signal.SIGKILL))
        return instance

    def host(self, instance):
        return requester.Requester(instance.url, self.first.key, self.first.secret)

    def phone(self, user):
        """(phone, pairing id)"""
        self.phones += 1
        phone = device.Device(self.first.url, os.path.join(self.directory, f"phone{self.phones}"))
        self.assertEqual(phone.register()[0], 200)
        status, pairing = self.hosts[0].post("pairings/create", pairing_phrase=phone.phrase(), user_name=user)
        self.assertEqual(status, 200, pairing)
        self.assertEqual(phone.answer_pairing(phone.pending()["pairings"][0], "allow")[0], 200)
        return phone, pairing["id"]

    def initiate(self, host, user, **more):
        return host.post("authentication_requests/initiate", user_name=user, terminal_name="host", action_name="sshd", **more)

    def rows(self, sql):
        return self.cluster.sql(self.uri, sql)

    def approve(self, phone):
        """Allows what waits, asking again after failures as a phone does."""
        pending = persistently(lambda: phone.call("GET", "pending?wait=0&since="))[1]["requests"]
        self.assertEqual(len(pending), 1, pending)
        status, answer = persistently(lambda: phone.answer_request(pending[0], "allow"))
        self.assertIn(status, (200, 409), answer)  # 409: it was kept, and the answer was lost


class OneServer(Instances):
    def test_a_decision_at_one_releases_who_waits_at_the_other(self):
        phone, _ = self.phone("jdoe")
        for asked, decided in ((self.first, self.second), (self.second, self.first)):
            phone.at = decided.url
            shown = Background(phone.pending, 30)
            request = self.initiate(self.host(asked), "jdoe")[1]
            waits = Background(lambda host=self.host(asked), name=request["id"]:
                               host.get("authentication_requests/" + name, wait=30))
            entry = (shown.result()["requests"] or phone.pending()["requests"])[0]
            began = time.monotonic()
            self.assertEqual(phone.answer_request(entry, "allow")[0], 200)
            self.assertTrue(waits.result()[1]["granted"])
            self.assertLess(time.monotonic() - began, 10)

    def admin(self, *arguments):
        return subprocess.run([system.program("toopher-admin"), "--config", self.first.config, "--yes", *arguments], check=True,
                              capture_output=True, text=True, timeout=system.PATIENCE).stdout

    def known(self, host):
        """Whether this instance knows the requester by its secret."""
        return host.get("users", name="nobody")[0] != 401

    def test_a_secret_that_was_replaced_is_refused_by_all(self):
        self.assertTrue(all(self.known(host) for host in self.hosts))
        ending = threading.Event()

        def keep_remembered():
            while not ending.is_set():
                self.known(self.hosts[1])

        busy = Background(keep_remembered)
        made = dict(line.split(" = ") for line in self.admin("requester", "rotate", "first requester", "--overlap", "0s")
                    .splitlines())
        self.assertEqual([self.known(host) for host in reversed(self.hosts)], [False, False])
        ending.set()
        busy.result()
        fresh = requester.Requester(self.second.url, made["key"], made["secret"])
        self.assertTrue(self.known(fresh))
        self.admin("requester", "remove", "first requester")
        self.assertFalse(self.known(fresh))

    def test_what_changes_is_told_at_once(self):
        # With one connection the answer says what that remembers.
        self.second.stop()
        self.hosts[1] = self.host(self.start(system.Instance, self.first, os.path.join(self.directory, "third"),
                                             settings="database-connections = 1\n"))
        for _ in range(3):
            self.assertTrue(self.known(self.hosts[1]))
            self.rows("BEGIN; UPDATE requesters SET consumer_key = 'taken' || consumer_key WHERE name = 'first requester';"
                      "SELECT pg_notify('toopherd', 'another requesters'); COMMIT")
            began = time.monotonic()
            while self.known(self.hosts[1]):
                pass
            took = time.monotonic() - began
            self.rows("UPDATE requesters SET consumer_key = substr(consumer_key, 6) WHERE name = 'first requester'")
            if took < 0.5:
                return
        self.fail(f"it took {took} s")

    def test_what_is_not_told_is_forgotten_in_a_second(self):
        self.assertTrue(self.known(self.hosts[1]))
        self.rows("UPDATE requesters SET consumer_key = 'taken' WHERE name = 'first requester'")
        time.sleep(1)
        self.assertFalse(self.known(self.hosts[1]))

    def test_all_instances_are_listed(self):
        system.wait_until(lambda: len(json.loads(self.admin("--json", "status"))["instances"]) == 2, "both are connected")
        instances = json.loads(self.admin("--json", "status"))["instances"]
        self.assertEqual({one["name"].rpartition(" ")[0] for one in instances}, {socket.gethostname()[:32]})
        self.assertEqual(self.admin("status").count("instance: "), 2)
        self.second.stop()
        system.wait_until(lambda: len(json.loads(self.admin("--json", "status"))["instances"]) == 1, "one has gone")

    def findings(self):
        done = subprocess.run([system.program("toopher-admin"), "--config", self.first.config, "--json", "doctor"], check=False,
                              capture_output=True, text=True, timeout=system.PATIENCE)
        return {(one["subject"], one["level"]): one["finding"] for one in json.loads(done.stdout)}

    def test_doctor_knows_the_database_server(self):
        found = self.findings()
        self.assertIn("2 instances", found["instances", "good"])
        self.assertEqual(found["database time", "good"], "as here")
        self.assertIn("full_page_writes is off", found["postgresql", "error"])  # as tests have it, to be quick
        self.addCleanup(self.rows, "ALTER ROLE CURRENT_USER RESET ALL")
        self.rows("ALTER ROLE CURRENT_USER SET synchronous_commit = off")
        self.second.stop()
        self.first.stop()
        self.first.start_again()
        self.assertIn("synchronous_commit is off", self.findings()["postgresql", "warning"])

    def test_of_200_submissions_of_one_code_one_is_granted(self):
        phone, pairing = self.phone("jdoe")
        self.phone("other")
        code = phone.code(pairing)
        ready = threading.Barrier(200)

        def submit(host):
            mark = secrets.token_hex(16)
            ready.wait()
            return persistently(lambda: self.initiate(host, "jdoe", otp=code, client_request_id=mark))

        tries = [Background(submit, self.hosts[number % 2]) for number in range(200)]
        answers = [one.result() for one in tries]
        self.assertEqual({status for status, _ in answers}, {200})
        self.assertEqual([answer["granted"] for _, answer in answers].count(True), 1)
        self.assertEqual({answer["reason_code"] for _, answer in answers if not answer["granted"]}, {1006})
        self.assertEqual(self.rows("SELECT state, count(*) FROM requests GROUP BY state ORDER BY state"), [["1", "1"], ["2", "199"]])

    def test_of_200_wrong_codes_five_are_judged(self):
        """The lock holds at whatever instance they arrive."""
        phone, pairing = self.phone("jdoe")
        good = {phone.code(pairing, step) for step in range(-3, 4)}
        wrong = [code for code in (f"{number:06}" for number in range(300)) if code not in good][:200]
        tries = [Background(lambda code=code, host=self.hosts[number % 2]: persistently(
            lambda: self.initiate(host, "jdoe", otp=code))) for number, code in enumerate(wrong)]
        reasons = [one.result()[1]["reason_code"] for one in tries]
        self.assertEqual((reasons.count(1005), reasons.count(1007)), (5, 195), reasons)

    def test_a_repeat_at_another_instance_is_the_same_request(self):
        phone, pairing = self.phone("jdoe")
        for more in ({}, {"otp": phone.code(pairing)}):
            mark = secrets.token_hex(16)
            answers = [one.result()[1] for one in
                       [Background(lambda host=host, more=more, mark=mark: persistently(
                           lambda: self.initiate(host, "jdoe", client_request_id=mark, **more))) for host in self.hosts * 4]]
            self.assertEqual(len({answer["id"] for answer in answers}), 1)
            self.assertEqual({answer["granted"] for answer in answers}, {bool(more)})

    def test_housekeeping_is_done_once(self):
        self.phone("jdoe")
        requests = [self.initiate(host, "jdoe", ttl=5)[1]["id"] for host in self.hosts]
        waits = [Background(lambda host=host, name=name: host.get("authentication_requests/" + name, wait=30))
                 for host, name in zip(reversed(self.hosts), requests)]
        self.assertEqual({one.result()[1]["reason_code"] for one in waits}, {1003})
        third = self.initiate(self.hosts[0], "jdoe", ttl=5)[1]["id"]  # nobody waits: housekeeping notices
        system.wait_until(lambda: self.rows(f"SELECT 1 FROM requests WHERE id = '{third}' AND state = 3"), "the expiry")
        self.assertEqual(self.rows("SELECT count(*) FROM audit WHERE event = 'request expired'"), [["3"]])
        told = [line for server in (self.first, self.second) for line in server.text("stderr").splitlines()
                if '"event":"request expired"' in line]
        self.assertEqual(len(told), 3)


class Load:
    """Logins at every instance until it is left; what was acknowledged is in `acknowledged`: {id: user}."""

    def __init__(self, test, hosts):
        self.acknowledged, self.unavailable, self.granted = {}, 0, 0
        self._test, self._end = test, threading.Event()
        self._workers = [Background(self._work, host, number) for number, host in enumerate(hosts * 2)]

    def _work(self, host, number):
        while not self._end.is_set():
            mark = secrets.token_hex(16)

            def submit(mark=mark):
                answer = self._test.initiate(host, f"load{number}", otp="000000", client_request_id=mark)
                self.unavailable += answer[0] == 503
                return answer

            status, answer = persistently(submit)
            if status != 200:
                raise system.Failure(f"{status}: {answer}")
            self.acknowledged[answer["id"]] = mark

    def __enter__(self):
        system.wait_until(lambda: len(self.acknowledged) >= 20, "logins before the trouble")
        return self

    def more(self, count=20):
        """Waits for further logins."""
        enough = len(self.acknowledged) + count
        system.wait_until(lambda: len(self.acknowledged) >= enough or any(not one.is_alive() for one in self._workers),
                          "logins after the trouble", timeout=60)

    def __exit__(self, *_):
        self._end.set()
        for one in self._workers:
            one.result()


class Trouble(Instances):
    """Parked polls and logins go on when the database does."""

    def survive(self, trouble):
        phone, _ = self.phone("jdoe")
        for number in range(4):
            self.phone(f"load{number}")
        request = self.initiate(self.hosts[0], "jdoe")[1]
        waits = [Background(persistently, lambda host=host: host.get("authentication_requests/" + request["id"], wait=60))
                 for host in self.hosts]
        with Load(self, self.hosts) as load:
            trouble()
            load.more()
            self.approve(phone)
            for one in waits:
                self.assertTrue(one.result()[1]["granted"])
        kept = dict(self.rows("SELECT id, client_request_id FROM requests"))
        missing = {name for name, mark in load.acknowledged.items() if kept.get(name) != mark}
        self.assertEqual(missing, set(), "acknowledged, and not in the database")
        self.assertEqual(self.rows("SELECT count(*) FROM decisions"), [["6"]])
        return load

    def test_postgresql_is_restarted(self):
        self.survive(self.cluster.restart)

    def test_every_connection_is_ended(self):
        self.survive(lambda: self.cluster.disconnect_all(self.uri))

    def test_postgresql_is_killed(self):
        def kill():
            self.cluster.kill()
            self.cluster.start()
        self.survive(kill)

    def test_while_postgresql_is_away_calls_end_with_503(self):
        self.phone("jdoe")
        request = self.initiate(self.hosts[0], "jdoe")[1]
        parked = Background(persistently, lambda: self.hosts[1].get("authentication_requests/" + request["id"], wait=60))
        self.cluster.stop()
        began = time.monotonic()
        status, answer = self.initiate(self.hosts[0], "jdoe", otp="000000")
        self.assertEqual((status, answer["error_code"]), (503, 503))
        self.assertLess(time.monotonic() - began, 20)
        self.assertTrue(parked.is_alive())
        self.cluster.start()
        persistently(lambda: self.hosts[0].post(f"authentication_requests/{request['id']}/cancel"))
        self.assertEqual(parked.result()[1]["reason_code"], 1004)


class Network(Instances):
    """What lies between an instance and the database fails."""

    def setUp(self):
        super().setUp()
        self.relay = pg_relay.PgRelay(self.cluster.port)
        self.addCleanup(self.relay.__exit__)
        path = os.path.join(self.directory, "far")
        os.mkdir(path)
        far = self.uri.replace(f":{self.cluster.port}/", f":{self.relay.port}/")
        self.far = self.start(system.Instance, self.first, path, database=far)
        self.far_host = self.host(self.far)

    def raw(self, host, **parameters):
        """(status, header Retry-After) of an initiate."""
        url = host.base + "authentication_requests/initiate"
        connection = http.client.HTTPConnection(url.split("/")[2], timeout=60)
        with contextlib.closing(connection):
            body = "&".join(f"{name}={requester.quote(value)}" for name, value in parameters.items())
            connection.request("POST", "/v1/authentication_requests/initiate", body, {
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": host._authorization("POST", url, parameters)})  # pylint: disable=protected-access
            answer = connection.getresponse()
            return answer.status, answer.getheader("Retry-After"), json.loads(answer.read())

    def test_a_network_that_swallows_everything(self):
        phone, _ = self.phone("jdoe")
        request = self.initiate(self.hosts[0], "jdoe")[1]
        parked = Background(persistently, lambda: self.far_host.get("authentication_requests/" + request["id"], wait=60))
        self.far.wait_for_line("ready")
        self.relay.swallow()
        began = time.monotonic()
        status, after, _ = self.raw(self.far_host, user_name="jdoe", terminal_name="host", otp="000000")
        self.assertEqual((status, after), (503, "1"))
        self.assertLess(time.monotonic() - began, 25)
        self.approve(phone)  # at the first instance; the far one cannot hear of it
        self.relay.pass_on()
        self.assertTrue(parked.result()[1]["granted"])

    def lose(self, what, otp):
        self.relay.lose_commits(what)
        mark = secrets.token_hex(16)
        parameters = {"user_name": "jdoe", "terminal_name": "host", "otp": otp, "client_request_id": mark}
        status, after, _ = self.raw(self.far_host, **parameters)
        self.assertEqual((status, after, self.relay.lost), (503, "1", 1))
        kept = self.rows(f"SELECT count(*) FROM requests WHERE client_request_id = '{mark}'")
        return kept, [self.raw(host, **parameters)[2] for host in (self.far_host, self.hosts[0])]

    def test_the_answer_to_a_commit_is_lost(self):
        phone, pairing = self.phone("jdoe")
        code = phone.code(pairing)
        kept, answers = self.lose("answer", code)
        self.assertEqual(kept, [["1"]])  # it was carried out, and not run again, which would have said that it is used
        self.assertEqual({(answer["granted"], answer["id"]) for answer in answers}, {(True, answers[0]["id"])})
        self.assertEqual(self.initiate(self.hosts[0], "jdoe", otp=code)[1]["reason_code"], 1006)
        self.assertEqual(self.rows("SELECT count(*) FROM requests WHERE state = 1"), [["1"]])

    def test_a_commit_is_lost_on_its_way(self):
        phone, pairing = self.phone("jdoe")
        code = phone.code(pairing)
        kept, answers = self.lose("question", code)
        self.assertEqual(kept, [["0"]])
        self.assertEqual({(answer["granted"], answer["id"]) for answer in answers}, {(True, answers[0]["id"])})
        self.assertEqual(self.initiate(self.hosts[0], "jdoe", otp=code)[1]["reason_code"], 1006)


class Starting(Instances):
    """What an operator may get wrong, and what may happen at the same time."""

    def fails(self, database, *words, more=""):
        """toopherd with this database ends with these words."""
        path = os.path.join(self.first.directory, "other.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(f"[server]\nlisten = 127.0.0.1:0\ndatabase = {database}\nkey-file = toopherd.key\n{more}")
        with system.Process([system.program("toopherd"), "--config", path]) as server:
            self.assertEqual(server.wait(), 1)
            for word in words:
                self.assertIn(word, server.text())
            return server.text()

    def test_the_configuration_is_wrong(self):
        said = self.fails(self.uri.replace("tester@", "tester:sesame@"), "other.conf:3", "database-password-file")
        self.assertNotIn("sesame", said)
        self.assertNotIn("%zz", self.fails("postgresql://tester:%zz@127.0.0.1/x", "other.conf:3"))
        self.fails(self.uri, "other.conf:5", more="database-connections = 0\n")
        self.fails("toopherd.sqlite", "PostgreSQL", more="database-password-file = toopherd.key\n")
        self.fails(f"postgresql://tester@127.0.0.1:{system.free_port()}/x", "cannot be reached")

    def test_another_key_file_is_noticed(self):
        with open(os.path.join(self.first.directory, "toopherd.key"), "w", encoding="ascii") as file:
            file.write("11" * 32 + "\n")
        self.fails(self.uri, "does not belong to the database")

    def test_a_newer_database_is_left_alone(self):
        self.rows("UPDATE toopherd_schema SET version = 1000")
        self.fails(self.uri, "newer than this toopherd")
        self.assertEqual(self.rows("SELECT version FROM toopherd_schema"), [["1000"]])

    def test_a_network_without_verification_is_warned_about(self):
        far = self.start(system.Instance, self.first, self.scratch("far"), database=self.uri.replace(
            "127.0.0.1", "127.0.0.1,db.example.org") + "?hostaddr=127.0.0.1,127.0.0.1")
        far.wait_for_line('"warning".*verify-full')

    def scratch(self, name):
        path = os.path.join(self.directory, name)
        os.mkdir(path)
        return path

    def test_instances_that_start_together_make_the_tables_once(self):
        empty = self.cluster.database()
        together = [Background(system.Instance, self.first, self.scratch(f"i{number}"), empty) for number in range(4)]
        for one in together:
            instance = one.result()
            self.addCleanup(instance.stop)
        self.assertEqual(self.cluster.sql(empty, "SELECT count(*) FROM toopherd_schema"), [["1"]])

    def test_few_privileges_are_enough(self):
        self.rows("CREATE ROLE clerk LOGIN; GRANT USAGE ON SCHEMA public TO clerk;"
                  "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk;"
                  "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO clerk")
        clerk = self.start(system.Instance, self.first, self.scratch("clerk"), database=self.uri.replace("tester@", "clerk@"))
        phone, _ = self.phone("jdoe")
        phone.at = clerk.url
        request = self.initiate(self.host(clerk), "jdoe")[1]
        self.approve(phone)
        self.assertTrue(self.host(clerk).get("authentication_requests/" + request["id"])[1]["granted"])
        for kept in ("DELETE FROM audit", "UPDATE decisions SET choice = 'deny'", "TRUNCATE audit",
                     "UPDATE requests SET state = 0"):
            with self.assertRaises(system.Failure, msg=kept):
                self.rows(kept)

    def test_what_the_fifth_schema_had_is_kept(self):
        phone, _ = self.phone("jdoe")
        request = self.initiate(self.hosts[0], "jdoe")[1]
        self.approve(phone)
        self.first.stop()
        self.second.stop()
        self.rows("ALTER TABLE requests ADD FOREIGN KEY (requester_id) REFERENCES requesters, "
                  "ADD FOREIGN KEY (user_id) REFERENCES users;"
                  "DROP INDEX requests_client; CREATE UNIQUE INDEX requests_client ON requests (requester_id, client_request_id) "
                  "WHERE client_request_id <> ''; UPDATE toopherd_schema SET version = 5")
        newer = self.start(system.Instance, self.first, self.scratch("newer"))
        self.assertTrue(self.host(newer).get("authentication_requests/" + request["id"])[1]["granted"])
        self.assertEqual(self.rows("SELECT version FROM toopherd_schema"), [["6"]])
        self.assertEqual(self.rows("SELECT 1 FROM pg_constraint WHERE conrelid = 'requests'::regclass AND contype = 'f'"), [])
        (defined,), = self.rows("SELECT indexdef FROM pg_indexes WHERE indexname = 'requests_client'")
        self.assertIn("(client_request_id, requester_id)", defined)
        with self.assertRaises(system.Failure):
            self.rows("UPDATE requests SET state = 0")


class Helper(Instances):
    """toopher-helper with both instances as base-url."""

    def setUp(self):
        super().setUp()
        self.front = Cut(self.first)
        self.addCleanup(self.front.__exit__)
        self.files = helper_process.Files()
        self.addCleanup(self.files.close)
        self.files.write("credentials", f"key = {self.first.key}\nsecret = {self.first.secret}\n", 0o600)
        self.helper = helper_process.Helper(
            self.files.configure(self.front.url + "/v1/", self.second.url + "/v1/", timeout=5), self.files)
        self.addCleanup(self.helper.__exit__)
        self.assertEqual(self.helper.receive().verb, "ready")
        self.me, self.pairing = self.phone("jdoe")
        self.me.at = self.second.url
        self.helper.send("login", user="jdoe", action="log in", terminal="host", host="host", service="sshd")

    def pushes(self):
        return self.rows("SELECT count(*) FROM requests WHERE push = 1")

    def test_killed_while_the_phone_is_asked(self):
        answer, _ = self.helper.ask("push", timeout_ms=30000, ttl=30)
        self.assertEqual(answer.verb, "pending", answer)
        self.helper.send("wait", timeout_ms=30000)
        system.wait_until(lambda: any("wait=" in path for _, path in self.front.requests), "a poll")
        self.first.stop(signal.SIGKILL)
        self.approve(self.me)
        granted = self.helper.receive(40)
        self.assertEqual((granted.verb, granted["id"]), ("granted", answer["id"]), granted)
        self.assertEqual(self.pushes(), [["1"]])

    def test_killed_before_it_answers_a_push(self):
        self.front.kill_after_next()
        answer, _ = self.helper.ask("push", timeout_ms=30000, ttl=30)
        self.assertEqual(answer.verb, "pending", answer)
        self.assertEqual((self.front.killed, self.pushes()), (1, [["1"]]))
        self.helper.send("wait", timeout_ms=30000)
        self.approve(self.me)
        self.assertEqual(self.helper.receive(40).verb, "granted")

    def test_killed_before_it_answers_a_code(self):
        code = self.me.code(self.pairing)
        self.front.kill_after_next()
        answer, _ = self.helper.ask("code", otp=code, timeout_ms=30000)
        self.assertEqual((answer.verb, self.front.killed), ("granted", 1), answer)
        self.assertEqual(self.rows("SELECT state, count(*) FROM requests GROUP BY state"), [["1", "1"]])
        self.assertEqual(self.initiate(self.hosts[1], "jdoe", otp=code)[1]["reason_code"], 1006)

    def test_killed_before_a_login_is_withdrawn(self):
        self.assertEqual(self.helper.ask("push", timeout_ms=30000, ttl=30)[0].verb, "pending")
        self.first.stop(signal.SIGKILL)
        self.assertEqual(self.helper.ask("cancel")[0].verb, "cancelled")
        self.assertEqual(self.me.pending()["requests"], [])


class Cut(relay.Relay):
    """In front of an instance; on demand kills it after it has answered, and keeps the answer to itself."""

    def __init__(self, instance):
        self._instance, self._armed, self.killed = instance, False, 0
        super().__init__(instance.url)

    def kill_after_next(self):
        self._armed = True

    def _forward(self, source, sink, count):  # pylint: disable=arguments-differ
        def judge(data):
            count(data)
            if self._armed and data.startswith(b"HTTP/1.1 200"):
                self._armed, self.killed = False, self.killed + 1
                self._instance.process.send_signal(signal.SIGKILL)
                self._instance.wait()
                sink.shutdown(socket.SHUT_RDWR)
        super()._forward(source, sink, judge)


if __name__ == "__main__":
    unittest.main()
