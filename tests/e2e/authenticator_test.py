#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""toopher-authenticator against a real toopherd: pairing, answering, watching, codes, and what is said when it fails."""

import os
import re
import signal
import sys
import tempfile
import time
import unittest

import pexpect

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import certificates  # noqa: E402
import requester  # noqa: E402
import rogue_server  # noqa: E402
import system  # noqa: E402
import wire  # noqa: E402

ALLOW = "this was not me\\) "


class Scene(unittest.TestCase):
    """A server and a phone that is paired with `user`, anew for each test."""

    user = "alice"

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="toopher-authenticator-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.server = system.Toopherd(self.directory)
        self.addCleanup(self.server.stop)
        self.requester = requester.Requester(self.server.url, self.server.key, self.server.secret)
        self.state = os.path.join(self.directory, "phone")
        self.phone = system.Phone(self.server.url, self.state)

    def pair(self):
        """Pairs the phone with the user; the pairing's id."""
        with self.phone.start("pair", "--server", self.server.url, "--yes") as pairing:
            identifier = self.offer(pairing.wait_for_line(r"^Pairing phrase: ([a-z ]+)$").group(1))
            self.assertEqual(pairing.wait(), 0, pairing.text())
        return identifier

    def offer(self, phrase):
        status, answer = self.requester.post("pairings/create", pairing_phrase=phrase, user_name=self.user)
        self.assertEqual(status, 200, answer)
        return answer["id"]

    def login(self, **parameters):
        """The answer to a new request for a push."""
        status, answer = self.requester.post("authentication_requests/initiate", user_name=self.user,
                                             terminal_name="web1", action_name="sshd", **parameters)
        self.assertEqual(status, 200, answer)
        return answer

    def outcome(self, identifier):
        """granted and reason_code of a request that is over."""
        status, answer = self.requester.get("authentication_requests/" + identifier, wait=10)
        self.assertEqual((status, answer["pending"]), (200, False), answer)
        return answer["granted"], answer["reason_code"]

    def run_phone(self, *arguments):
        """Exit status and all output of a command."""
        with self.phone.start(*arguments) as command:
            return command.wait(), command.text()

    def terminal(self, *arguments):
        """A command at a terminal of its own."""
        child = pexpect.spawn(system.program("toopher-authenticator"), list(arguments), encoding="utf-8",
                              timeout=system.PATIENCE, env=self.phone.options["env"])
        self.addCleanup(child.close, True)
        return child


class Pairing(Scene):
    def test_the_person_is_shown_who_asks_and_may_refuse(self):
        phone = self.terminal("pair", "--server", self.server.url)
        phone.expect("Pairing phrase: ([a-z ]+)\r\n")
        identifier = self.offer(phone.match.group(1))
        phone.expect("user +alice\r\n +asked by .*\r\n +server +" + re.escape(self.server.url))
        phone.expect("y/N")
        phone.sendline("n")
        phone.expect("Denied")
        phone.expect(pexpect.EOF)
        phone.close()
        self.assertEqual(phone.exitstatus, 1)
        _, answer = self.requester.get("pairings/" + identifier)
        self.assertEqual((answer["pending"], answer["enabled"]), (False, False))
        self.assertEqual(self.run_phone("otp")[0], 1)

    def test_no_answer_is_neither_yes_nor_no(self):
        with self.phone.start("pair", "--server", self.server.url) as pairing:
            identifier = self.offer(pairing.wait_for_line(r"^Pairing phrase: ([a-z ]+)$").group(1))
            self.assertEqual(pairing.wait(), 1)
        _, answer = self.requester.get("pairings/" + identifier)
        self.assertEqual((answer["pending"], answer["enabled"]), (True, False))

    def test_a_device_keeps_to_its_server(self):
        identifier = self.pair()
        self.assertEqual(self.run_phone("pair", "--server", "https://elsewhere.example.org")[0], 2)
        status, text = self.run_phone("list")
        self.assertEqual(status, 0)
        self.assertIn(f"{identifier}  alice at ", text)

    def test_the_state_is_private(self):
        self.pair()
        folder = os.path.join(self.state, "toopher-authenticator")
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
        self.assertEqual(os.stat(os.path.join(folder, "state.json")).st_mode & 0o777, 0o600)
        os.chmod(folder, 0o750)
        self.assertEqual(self.run_phone("otp", "--quiet")[0], 1)


class Answering(Scene):
    def setUp(self):
        super().setUp()
        self.pair()

    def test_approve_and_deny(self):
        login = self.login()
        status, text = self.run_phone("approve")
        self.assertEqual(status, 0, text)
        self.assertRegex(text, "terminal +web1")
        self.assertEqual(self.outcome(login["id"]), (True, 0))
        login = self.login()
        self.assertEqual(self.run_phone("deny")[0], 0)
        self.assertEqual(self.outcome(login["id"]), (False, 1000))
        login = self.login()
        self.assertEqual(self.run_phone("deny", "--not-me")[0], 0)
        self.assertEqual(self.outcome(login["id"]), (False, 1001))

    def test_a_login_can_be_remembered_and_forgotten(self):
        login = self.login(automation_allowed="false")
        status, text = self.run_phone("approve", "--remember", "30")
        self.assertEqual((status, "cannot be remembered" in text), (1, True), text)
        self.assertEqual(self.run_phone("approve")[0], 0)
        self.assertEqual(self.outcome(login["id"]), (True, 0))
        self.assertEqual(self.run_phone("approve", "--remember", "366")[0], 2)
        self.assertEqual(self.run_phone("deny", "--remember", "3")[0], 2)
        self.assertIn("Nothing is allowed", self.phone.run("rules"))
        login = self.login()
        self.assertIn("allowed for 30 days", self.phone.run("approve", "--remember", "30"))
        login = self.login()
        self.assertEqual((login["pending"], login["granted"], login["automated"]), (False, True, True))
        self.server.wait_for_line(r'"factor":"rule".*"rule":"')
        listed = self.phone.run("rules")
        self.assertRegex(listed, "alice at .*: sshd on web1, until 20.* UTC")
        self.assertEqual(self.run_phone("rules", "forget", listed.split()[0])[0], 2)
        self.assertIn("Removed", self.phone.run("rules", "remove", listed.split()[0]))
        self.assertTrue(self.login()["pending"])

    def test_a_request_can_be_waited_for(self):
        with self.phone.start("approve", "--wait", "30") as command:
            login = self.login()
            self.assertEqual(command.wait(), 0, command.text())
        self.assertEqual(self.outcome(login["id"]), (True, 0))
        status, text = self.run_phone("approve")
        self.assertEqual((status, "No request waits" in text), (1, True), text)

    def test_the_one_that_is_meant_must_be_named(self):
        first, second = self.login(), self.login(number_matching="true")
        status, text = self.run_phone("approve")
        self.assertEqual(status, 1)
        self.assertIn(first["id"], text)
        self.assertIn(second["id"], text)
        self.assertEqual(self.run_phone("deny", first["id"][:13])[0], 0)
        self.assertEqual(self.outcome(first["id"]), (False, 1000))
        _, waiting = self.requester.get("authentication_requests/" + second["id"])
        self.assertTrue(waiting["pending"])

    def test_the_number_must_match(self):
        login = self.login(number_matching="true")
        self.assertEqual(self.run_phone("approve")[0], 2)
        self.assertEqual(self.run_phone("approve", "--number", login["number"] + "0")[0], 2)
        self.assertEqual(self.run_phone("approve", "--number", login["number"])[0], 0)
        self.assertEqual(self.outcome(login["id"]), (True, 0))
        login = self.login(number_matching="true")
        wrong = str((int(login["number"]) + 1) % 10 ** len(login["number"])).zfill(len(login["number"]))
        status, text = self.run_phone("approve", "--number", wrong)
        self.assertEqual((status, "number was wrong" in text), (1, True), text)
        self.assertEqual(self.outcome(login["id"]), (False, 1002))
        self.login()
        self.assertEqual(self.run_phone("approve", "--number", "12")[0], 2)

    def test_what_is_over_cannot_be_answered(self):
        login = self.login()
        self.requester.post(f"authentication_requests/{login['id']}/cancel")
        self.assertEqual(self.run_phone("approve", login["id"])[0], 1)

    def test_text_of_others_is_only_text(self):
        self.requester.post("authentication_requests/initiate", user_name=self.user, action_name="a\x1b]0;x\x07b\nc",
                            terminal_name="w\u202eb")
        status, text = self.run_phone("pending")
        self.assertEqual(status, 0)
        self.assertRegex(text, r"terminal +w\\u202eb\n +action +a\\x1b\]0;x\\x07b\\x0ac\n")

    def test_codes_need_no_network(self):
        self.server.stop()
        code = self.phone.code()
        self.assertRegex(code, r"^[0-9]{6}$")
        self.assertEqual(self.run_phone("otp", "--user", "bob")[0], 1)
        status, text = self.run_phone("list")
        self.assertEqual((status, "not reachable" in text, "alice at" in text), (0, True, True), text)
        self.assertEqual(self.run_phone("pending")[0], 3)
        self.assertEqual(self.run_phone("approve", "--wait", "5")[0], 3)

    def test_the_server_takes_the_code(self):
        _, answer = self.requester.post("authentication_requests/initiate", user_name=self.user, terminal_name="web1",
                                        action_name="sshd", otp=self.phone.code())
        self.assertEqual((answer["pending"], answer["granted"]), (False, True), answer)


class Watching(Scene):
    def setUp(self):
        super().setUp()
        self.pair()
        self.watch = self.terminal("watch")
        self.watch.expect("Ctrl-C ends")

    def answer(self, login, *typed):
        for line in typed:
            self.watch.expect([ALLOW, "denies\\): "])
            self.watch.sendline(line)
        return self.outcome(login["id"])

    def test_each_answer(self):
        self.assertEqual(self.answer(self.login(), "y"), (True, 0))
        self.assertEqual(self.answer(self.login(), "what?", "yes"), (True, 0))
        login = self.login(number_matching="true")
        self.assertEqual(self.answer(login, "y", "no number", login["number"]), (True, 0))
        self.assertEqual(self.answer(self.login(), ""), (False, 1000))
        self.assertEqual(self.answer(self.login(), "!"), (False, 1001))

    def test_an_answer_is_for_what_was_shown(self):
        first = self.login()
        self.watch.expect(ALLOW)
        self.watch.send("y")
        self.requester.post(f"authentication_requests/{first['id']}/cancel")
        self.watch.expect("This is over")
        second = self.login()
        self.watch.expect(ALLOW)
        self.watch.sendline("")
        self.watch.expect(ALLOW)
        _, waiting = self.requester.get("authentication_requests/" + second["id"])
        self.assertTrue(waiting["pending"])

    def test_ctrl_c_ends_without_an_answer(self):
        login = self.login()
        self.watch.expect(ALLOW)
        self.watch.sendintr()
        self.watch.expect(pexpect.EOF)
        self.watch.close()
        self.assertEqual((self.watch.exitstatus, self.watch.signalstatus), (0, None))
        _, waiting = self.requester.get("authentication_requests/" + login["id"])
        self.assertTrue(waiting["pending"])

    def test_a_server_that_goes_away_is_waited_for(self):
        port = self.server.url.rpartition(":")[2]
        system.wait_until(lambda: wire.metric(self.server, "toopherd_parked_polls") == 1, "the list to be known and watched")
        self.server.stop(signal.SIGKILL)
        self.watch.expect("not reachable")
        config = os.path.join(self.server.directory, "toopherd.conf")
        with open(config, "r+", encoding="utf-8") as file:
            text = re.sub(r"(?m)^listen = .*$", f"listen = 127.0.0.1:{port}", file.read())
            file.seek(0)
            file.write(text)
        again = system.Process([system.program("toopherd"), "--config", config])
        self.addCleanup(again.stop)
        again.wait_for_line("toopherd: ready on .*:" + port + "$")
        self.watch.expect("reachable again")
        self.assertEqual(self.answer(self.login(), "y"), (True, 0))


def run_phone(*arguments):
    """Exit status and all output of a command without a state of its own."""
    with system.Process([system.program("toopher-authenticator"), *arguments]) as command:
        return command.wait(), command.text()


class BadServer(unittest.TestCase):
    """What is no Toopher server is told so, and leaves no state behind."""

    def register(self, behaviour, certificate=None, ca_file=None):
        with tempfile.TemporaryDirectory() as directory, rogue_server.Rogue(behaviour, certificate) as server:
            more = ["--ca-file", ca_file] if ca_file else []
            result = run_phone("--state", directory, "pair", "--server", server.origin, *more)
            self.assertEqual(os.path.exists(os.path.join(directory, "state.json")), result[0] == 0)
            self.calls = len(server.calls)
            return result

    def test_wrong_answers(self):
        page, truncated = "<html>Please log in</html>", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"
        for answer, status, said in (
                (rogue_server.http(page, content_type="text/html"), 1, "not answer like a Toopher server"),
                (rogue_server.http(page, status=404, content_type="text/html"), 1, "HTTP status 404"),
                (rogue_server.http("", status=302, Location="https://127.0.0.1:1/"), 1, "HTTP status 302"),
                (rogue_server.http(page, status=500), 3, "HTTP status 500"),
                (rogue_server.http({"device_id": "not a UUID"}), 1, "not a UUID"),
                (rogue_server.http({"device_id": 7}), 1, "device_id"),
                (rogue_server.http("{" + " " * 10_000_000 + "}"), 1, "too long"),
                ([truncated, rogue_server.CLOSE], 3, "not reachable"),
                (rogue_server.RESET, 3, "not reachable"),
                (rogue_server.error(403, "no\x1b[2J", status=403), 1, "no[2J")):
            result = self.register(lambda *_, given=answer: given)
            self.assertEqual((result[0], said in result[1]), (status, True), (said, result[1]))

    def test_a_server_that_does_not_know_the_links_secret_pairs_nothing(self):
        pairing = "0b16d487-8675-4ba9-a3c3-91b833333b2c"
        point = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"

        def behave(_, call):
            if call.path.endswith("/devices"):
                return rogue_server.http({"device_id": pairing})
            return rogue_server.http({"pairing_id": pairing, "server_key": point, "proof": "A" * 43})

        with tempfile.TemporaryDirectory() as directory, rogue_server.Rogue(behave) as server:
            link = f"{server.origin}/enrol#{pairing}.k3x7qp2maz5d4w6r"
            status, text = run_phone("--state", directory, "pair", "--yes", "--link", link)
            self.assertEqual(status, 1)
            self.assertIn("does not know the secret of this link", text)
            self.assertEqual(len(server.calls), 2, "it went on")
            for broken in (link[:-1], link.split("#", maxsplit=1)[0], "k3x7qp2maz5d4w6r"):
                self.assertEqual(run_phone("--state", directory, "pair", "--link", broken)[0], 2)

    def test_a_wrong_clock_is_told(self):
        body = {"error_code": 401, "error_message": "no", "server_time": int(time.time()) + 1000}
        status, text = self.register(lambda *_: rogue_server.http(body, status=401))
        self.assertEqual(status, 1)
        self.assertRegex(text, "clock of this machine is (999|1000) seconds behind")

    def test_certificates(self):
        with tempfile.TemporaryDirectory() as directory:
            authority = certificates.Authority(directory)
            believed = authority.server("good")
            for certificate, ca_file in ((believed, None), (authority.self_signed(), authority.file),
                                         (authority.server("other", "DNS:other.example.org"), authority.file),
                                         (authority.server("old", expired=True), authority.file)):
                status, text = self.register(lambda *_: rogue_server.HANG, certificate, ca_file)
                self.assertEqual((status, "certificate" in text, self.calls), (1, True, 0), text)
            status, text = self.register(lambda *_: rogue_server.http("", status=503), believed, authority.file)
            self.assertEqual((status, self.calls), (3, 1), text)


class CommandLine(unittest.TestCase):
    def test_wrong_use_is_told_apart(self):
        with tempfile.TemporaryDirectory() as directory:
            for wrong in ([], ["dance"], ["otp", "--yes"], ["list", "x"], ["approve", "a", "b"], ["deny", "--number", "1"],
                          ["approve", "--wait", "soon"], ["pair", "--frob"], ["pair"],
                          ["pair", "--server", "http://login.example.org"]):
                self.assertEqual(run_phone("--state", directory, *wrong)[0], 2, wrong)
            self.assertEqual(run_phone("--state", directory, "watch")[0], 1)
            port = system.free_port()
            self.assertEqual(run_phone("--state", directory, "pair", "--server", f"http://127.0.0.1:{port}")[0], 3)
        self.assertEqual(run_phone("--help")[0], 0)


if __name__ == "__main__":
    unittest.main()
