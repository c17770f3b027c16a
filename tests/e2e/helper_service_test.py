# SPDX-License-Identifier: Apache-2.0
"""toopher-helper as a service: who may ask for what, how many there may be, what is kept and what is not."""

import base64
import os
import pwd
import signal
import socket
import subprocess
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import certificates
import helper_service
import memory
import rogue_server as rogue
import system
from rogue_server import HANG, by_path, http, request
from service_scene import ServiceScene

ROOT = os.geteuid() == 0
ACCOUNT = system.NOBODY if ROOT else os.getuid()
NAME = pwd.getpwuid(ACCOUNT).pw_name
CODE = "481516"
GRANTING = {"initiate": http(request()), "status": http(request("granted")), "cancel": http(request("denied"))}


def needs_root(test):
    return unittest.skipUnless(ROOT, "only root can be somebody else")(test)


class ServiceTest(ServiceScene):
    def server(self, certificate=None, **answers):
        return self.enter(rogue.Rogue(by_path(**(answers or {
            "initiate": rogue.http(request(), **rogue.FEATURES), "status": GRANTING["status"],
            "cancel": GRANTING["cancel"]})), certificate=certificate))

    def caller(self, service, uid=ACCOUNT if ROOT else None):
        """An account that has been greeted."""
        caller = self.enter(service.call(uid))
        answer = caller.receive()
        self.assertEqual((answer.verb, answer["version"]), ("ready", "1"), answer)
        return caller

    def log_in(self, caller, user=NAME):
        caller.send("login", user=user, action="unlock", terminal="host", service="locker", ruser="root")
        for verb, expected in (("push", "pending"), ("wait", "granted")):
            answer, _ = caller.ask(verb, timeout_ms=10000, ttl=10)
            self.assertEqual(answer.verb, expected, answer)

    # --- who may ask for what ------------------------------------------------------

    def test_an_account_asks_for_itself_and_is_marked(self):
        server = self.server()
        self.log_in(self.caller(self.service(server.url)))
        fields = server.calls[0].fields
        self.assertEqual(fields["user_name"], NAME)
        self.assertIn('"verified":false', fields["requester_metadata"].replace(" ", ""))
        self.assertIn(f'"ruser":"{NAME}"', fields["requester_metadata"].replace(" ", ""))

    def test_an_account_is_called_what_the_configuration_says(self):
        server = self.server()
        service = self.service(server.url, options="[Options]\nuser-name = %u@realm\n")
        self.log_in(self.caller(service), user=NAME + "@realm")
        self.assertEqual(server.calls[0].fields["user_name"], NAME + "@realm")
        answer, _ = self.caller(service).ask("login", user=NAME)
        self.assertEqual((answer.verb, answer["kind"]), ("failed", "forbidden"), answer)

    def test_what_an_account_may_not_ask_for(self):
        server = self.server()
        service = self.service(server.url)
        for verb, fields in (("login", {"user": "root"}), ("login", {"user": NAME + " "}), ("login", {"user": NAME.upper()}),
                             ("login", {"pairing_id": rogue.PAIRING}), ("login", {"user": NAME, "pairing_id": rogue.PAIRING}),
                             ("pair", {"user": "root", "phrase": "one two", "timeout_ms": 1000}),
                             ("code-app", {"user": "root"}), ("code-app-add", {"otp": CODE, "timeout_ms": 1000}),
                             ("check", {}), ("no-such-verb", {})):
            with self.subTest(verb=verb, fields=fields):
                caller = self.caller(service)
                answer, _ = caller.ask(verb, **fields)
                self.assertEqual(answer.verb, "failed", answer)
                self.assertIn(answer["kind"], ("forbidden", "internal"), answer)
                self.assertIsNone(caller.receive().verb)
        self.assertEqual(server.calls, [])

    def test_an_account_gets_a_code_app_for_itself(self):
        server = self.server()
        answer, _ = self.caller(self.service(server.url)).ask("code-app")
        self.assertEqual(answer.verb, "code-app", answer)
        self.assertIn(f":{NAME}?secret=", answer["link"])

    @needs_root
    def test_root_asks_for_anybody(self):
        server = self.server()
        self.log_in(self.caller(self.service(server.url), uid=0), user="somebody-else")
        fields = server.calls[0].fields
        self.assertEqual(fields["user_name"], "somebody-else")
        self.assertNotIn("verified", fields["requester_metadata"])

    @needs_root
    def test_a_caller_without_an_account_is_told_so(self):
        answer = self.enter(self.service(self.server().url).call(uid=54321)).receive()
        self.assertEqual((answer.verb, answer["kind"]), ("failed", "internal"), answer)
        self.assertIn("54321", answer["text"])

    def test_a_phone_cannot_be_made_to_ring_without_end(self):
        server = self.server()
        service = self.service(server.url)
        rung = 0
        for _ in range(7):
            caller = self.caller(service)
            caller.send("login", user=NAME)
            answer, _ = caller.ask("push", timeout_ms=5000, ttl=10)
            rung += answer.verb == "pending"
            if answer.verb == "failed":
                self.assertEqual(answer["kind"], "rejected", answer)
                self.assertIn("too often", answer["text"])
            caller.ask("cancel")
            caller.hang_up()
        self.assertEqual(rung, 5)
        self.assertEqual(server.posts(), 5)
        if ROOT:
            self.log_in(self.caller(service, uid=0), user=NAME)

    # --- places ----------------------------------------------------------------------

    def test_an_account_has_four_places(self):
        service = self.service(self.server().url)
        held = [self.caller(service) for _ in range(4)]
        for _ in range(3):
            self.assertIsNone(self.enter(service.call(ACCOUNT if ROOT else None)).receive().verb)
        held[0].hang_up()
        system.wait_until(lambda: self.enter(service.call(ACCOUNT if ROOT else None)).receive().verb == "ready",
                          "a free place")

    @needs_root
    def test_accounts_cannot_take_roots_places(self):
        server = self.server()
        service = self.service(server.url)
        users = [entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0]
        held = [self.caller(service, uid) for uid in users[:8] for _ in range(4)]
        self.assertEqual(len(held), 32)
        self.assertIsNone(self.enter(service.call(users[8])).receive().verb)
        for rubbish, caller in zip([b"", b"push", b"\0\xff\n", b"login user=", b"x" * 9000, b"\n"] * 6, held):
            caller.socket.sendall(rubbish)
        self.log_in(self.caller(service, uid=0), user="alice")

    @needs_root
    def test_when_all_places_are_taken_the_next_is_turned_away_at_once(self):
        service = self.service(self.server().url)
        held = [self.caller(service, uid=0) for _ in range(64)]
        late = self.enter(service.call())
        self.assertIsNone(late.receive(timeout=0.9).verb)
        del held

    # --- sessions apart -----------------------------------------------------------------

    def test_one_that_is_stuck_delays_nobody(self):
        slow = self.server(initiate=[HANG])
        service = self.service(slow.url, timeout=10)
        stuck = self.caller(service)
        stuck.send("login", user=NAME)
        stuck.send("push", timeout_ms=10000, ttl=10)
        self.assertTrue(slow.wait_for(lambda server: server.calls))
        for _ in range(2):
            caller = self.caller(service)
            caller.send("login", user=NAME)
            _, seconds = caller.ask("cancel")
            self.assertLess(seconds, 1)

    def test_sessions_do_not_know_of_each_other(self):
        service = self.service(self.server().url)
        first = self.caller(service)
        first.send("login", user=NAME)
        self.assertEqual(first.ask("push", timeout_ms=5000, ttl=10)[0].verb, "pending")
        for verb, fields in (("wait", {"timeout_ms": 1000}), ("push", {"timeout_ms": 1000, "ttl": 10}),
                             ("code", {"timeout_ms": 1000, "otp": CODE})):
            answer, _ = self.caller(service).ask(verb, **fields)
            self.assertEqual((answer.verb, answer["kind"]), ("failed", "internal"), answer)

    def test_who_hangs_up_leaves_no_request_behind(self):
        server = self.server()
        service = self.service(server.url)
        caller = self.caller(service)
        caller.send("login", user=NAME)
        caller.ask("push", timeout_ms=5000, ttl=10)
        caller.hang_up()
        self.assertTrue(server.wait_for(lambda here: any(call.cancels for call in here.calls), 1))

    def test_the_end_of_the_service_withdraws_what_is_pending(self):
        server = self.server(initiate=http(request()), status=[HANG], cancel=GRANTING["cancel"])
        service = self.service(server.url)
        caller = self.caller(service)
        caller.send("login", user=NAME)
        caller.ask("push", timeout_ms=5000, ttl=10)
        caller.send("wait", timeout_ms=9000)
        self.assertTrue(server.wait_for(lambda here: len(here.calls) == 2))
        service.process.send_signal(signal.SIGTERM)
        self.assertEqual(caller.receive().verb, "interrupted")
        self.assertTrue(server.wait_for(lambda here: any(call.cancels for call in here.calls), 1))
        self.assertEqual(service.process.wait(3), 0)

    # --- warmth ------------------------------------------------------------------------

    def test_the_connection_is_kept_between_logins(self):
        authority = certificates.Authority(str(self.files.path))
        server = self.server(certificate=authority.server("kept"))
        service = self.service(server.url, ca_path=authority.path)
        for _ in range(4):
            caller = self.caller(service)
            self.log_in(caller)
            caller.hang_up()
            self.await_end_of_sessions(service)
        self.assertEqual(server.connections, 1)
        self.assertEqual(server.posts(), 4)

    def test_a_kept_connection_that_has_died_costs_one_request_only(self):
        server = self.server()
        service = self.service(server.url)
        for _ in range(2):
            caller = self.caller(service)
            self.log_in(caller)
            caller.hang_up()
            self.await_end_of_sessions(service)
            server.drop_connections()
        self.assertEqual(server.posts(), 2)

    @needs_root
    @unittest.skipIf(system.with_sanitizers("toopher-helper"), "AddressSanitizer keeps what was freed, as it was")
    def test_no_code_stays_in_memory(self):
        authority = certificates.Authority(str(self.files.path))
        server = self.server(certificate=authority.server("kept"), initiate=http(request("granted"), **rogue.FEATURES))
        service = self.service(server.url, ca_path=authority.path)
        caller = self.caller(service)
        caller.send("login", user=NAME)
        self.assertEqual(caller.ask("code", timeout_ms=5000, otp=CODE)[0].verb, "granted")
        self.assertEqual(server.calls[0].fields["otp"], CODE)
        caller.hang_up()
        self.await_end_of_sessions(service)
        self.assertEqual(memory.places(service.process.pid, {"code": CODE}), {"code": []})

    @needs_root
    @unittest.skipIf(system.with_sanitizers("toopher-helper"), "AddressSanitizer keeps what was freed, as it was")
    def test_the_secret_of_a_code_app_is_kept_once_and_no_longer_than_its_session(self):
        authority = certificates.Authority(str(self.files.path))
        wrong = rogue.error(1011, "This code is not one of the secret's.", **rogue.FEATURES)
        server = self.enter(rogue.Rogue(lambda *_: wrong, certificate=authority.server("kept")))
        service = self.service(server.url, ca_path=authority.path)
        caller = self.caller(service)
        answer, _ = caller.ask("code-app")
        text = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer["link"]).query))["secret"]
        secret = base64.b32decode(text)
        self.assertEqual(caller.ask("code-app-add", timeout_ms=5000, otp=CODE)[0]["kind"], "wrong-token-code")
        self.assertEqual(server.calls[0].fields["secret"], secret.hex())
        forms = {"bytes": secret, "base32": text, "hexadecimal": secret.hex()}
        kept = memory.places(service.process.pid, forms)
        self.assertEqual((len(kept.pop("bytes")), kept), (1, {"base32": [], "hexadecimal": []}))
        caller.hang_up()
        self.await_end_of_sessions(service)
        self.assertEqual(memory.places(service.process.pid, forms), {form: [] for form in forms})

    def test_it_ends_when_idle_and_begins_with_the_next_caller(self):
        service = self.service(self.server().url, idle=1)
        self.caller(service).hang_up()
        self.assertEqual(service.process.wait(4), 0)
        self.log_in(self.caller(service))
        self.assertEqual(service.starts, 2)

    def test_somebody_in_a_session_keeps_it_from_being_idle(self):
        service = self.service(self.server().url, idle=1)
        caller = self.caller(service)
        with self.assertRaises(subprocess.TimeoutExpired):
            service.process.wait(1.5)
        self.log_in(caller)

    # --- files -------------------------------------------------------------------------

    def test_changed_files_are_read_anew(self):
        first, second = self.server(), self.server()
        service = self.service(first.url)
        self.caller(service).hang_up()
        self.await_end_of_sessions(service)
        self.files.configure(second.url)
        system.without_privileges(self.files.path)
        self.log_in(self.caller(service))
        self.assertEqual((first.posts(), second.posts(), service.starts), (0, 1, 2))

    def test_who_is_in_a_session_finishes_with_the_old_files(self):
        server = self.server()
        service = self.service(server.url)
        caller = self.caller(service)
        self.files.write("credentials", "key = k2\nsecret = s2\n", 0o600)
        system.without_privileges(self.files.path)
        self.assertIsNone(self.enter(service.call(ACCOUNT if ROOT else None)).receive(timeout=0.9).verb)
        self.log_in(caller)
        caller.hang_up()
        self.assertEqual(service.process.wait(3), 0)
        self.log_in(self.caller(service))

    def test_credentials_that_systemd_passes(self):
        server = self.server()
        directory = self.files.path / "passed"
        directory.mkdir()
        (directory / "credentials").write_text("key = passed\nsecret = s\n")
        (directory / "credentials").chmod(0o400)
        self.files.write("credentials", "this is not read\n", 0o600)
        self.log_in(self.caller(self.service(server.url, environment={"CREDENTIALS_DIRECTORY": str(directory)})))
        self.assertIn('oauth_consumer_key="passed"', server.calls[0].headers["authorization"])

    def test_a_wrong_configuration_is_told_to_every_caller(self):
        service = self.service(self.server().url, no_such_key=1)
        for _ in range(2):
            answer = self.enter(service.call(ACCOUNT if ROOT else None)).receive()
            self.assertEqual((answer.verb, answer["kind"]), ("failed", "config"), answer)
            self.assertIn("no-such-key", answer["text"])
        self.assertEqual(service.starts, 1)

    def test_started_by_systemd_socket_activate(self):
        server = self.server()
        config = self.files.configure(server.url)
        identity = system.without_privileges(self.files.path)
        path = self.files.path / "activated"
        with system.Process(["systemd-socket-activate", "--listen", str(path), str(self.program), "--config", str(config),
                             "--idle", "1"], **identity) as process:
            process.wait_for_line("Listening on")
            ours = socket.socket(socket.AF_UNIX)
            helper_service.connect_as(ACCOUNT if ROOT else None, ours, str(path))
            caller = self.enter(helper_service.Caller(ours))
            self.assertEqual(caller.receive().verb, "ready")
            self.log_in(caller)
            caller.hang_up()
            self.assertEqual(process.wait(), 0)

    def test_started_by_hand_it_says_what_it_is(self):
        done = subprocess.run([system.BUILD / "src" / "toopher-helper"], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("toopher-helper(8)", done.stderr)


if __name__ == "__main__":
    unittest.main()
