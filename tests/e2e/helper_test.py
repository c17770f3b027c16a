# SPDX-License-Identifier: Apache-2.0
"""toopher-helper against servers that misbehave: its verdict, its time, and what reached the server."""

import base64
import email.utils
import os
import shutil
import signal
import ssl
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import certificates
import helper_process
import rogue_server as rogue
from rogue_server import CLOSE, HANG, OTHER, RESET, by_path, error, http, request

TIMEOUT_MS = 1200
BIG = b"x" * (10 * 1024 * 1024)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PENDING = http(request())


def chunked(body):
    """An answer that does not say how long it is."""
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def date(offset):
    """A Date header, `offset` seconds from now."""
    return {"Date": email.utils.formatdate(time.time() + offset, usegmt=True)}


# What initiate is answered with, and what the helper must make of it: verb, kind, words of the text, POSTs that arrived.
BAD_INITIATE = {
    "slow": ([HANG], "failed", "unreachable", "no answer in time", 1),
    "html": (http("<html>Welcome</html>", content_type="text/html"), "failed", "protocol", "not JSON but text/html", 1),
    "html_as_json": (http("<html>Welcome</html>"), "failed", "protocol", "not a JSON object", 1),
    "no_type": (http(request(), content_type=""), "failed", "protocol", "not JSON", 1),
    "500": (http("oops", status=500), "failed", "unreachable", "500", 1),
    "500_refusing": (error(705, "No matching user", status=500), "failed", "unreachable", "500", 1),
    "truncated": ([PENDING[:-20], CLOSE], "failed", "protocol", "broke off", 1),
    "truncated_header": ([HEAD[:40], CLOSE], "failed", "protocol", "", 1),
    "stalled_body": ([PENDING[:-20], HANG], "failed", "protocol", "did not end in time", 1),
    "large": (http(BIG), "failed", "protocol", "larger", 1),
    "large_chunked": (chunked(BIG), "failed", "protocol", "larger", 1),
    "not_http": ([b"SSH-2.0-OpenSSH_9.2\r\n", CLOSE], "failed", "protocol", "not HTTP", 1),
    "array": (http("[]"), "failed", "protocol", "not a JSON object", 1),
    "deep": (http("[" * 30000), "failed", "protocol", "not a JSON object", 1),
    "empty": (http(""), "failed", "protocol", "not a JSON object", 1),
    "empty_object": (http("{}"), "failed", "protocol", "no authentication request", 1),
    "nul": (http(b'{"id": "\x00"}'), "failed", "protocol", "", 1),
    "key_twice": (http('{"pending": true, "pending": false}'), "failed", "protocol", "not a JSON object", 1),
    "id_no_uuid": (http(request(identity="../users")), "failed", "protocol", "no authentication request", 1),
    "pending_and_granted": (http(request(granted=True)), "failed", "protocol", "pending and granted", 1),
    "granted_as_text": (http(request("denied", granted="true")), "failed", "protocol", "no authentication request", 1),
    "redirect": (http("", status=302, Location="http://127.0.0.1:1/"), "failed", "protocol", "redirects", 1),
    "204": (http("", status=204), "failed", "protocol", "", 1),
    "404_html": (http("<html/>", status=404, content_type="text/html"), "failed", "protocol", "base-url", 1),
    "401": (error(401, "Not a valid OAuth signed request", status=401), "failed", "credentials", "401", 1),
    "401_same_clock": (error(401, "Not valid", status=401, **date(0)), "failed", "credentials", "401", 1),
    "403": (error(403, "Not yours", status=403), "failed", "forbidden", "Not yours", 1),
    "429": (error(429, "Too many", status=429, **{"Retry-After": "1"}), "failed", "rejected", "Too many", 1),
    "706": (error(706, "No matching terminal exists."), "failed", "rejected", "terminal", 1),
    "reset": ([RESET], "failed", "unreachable", "broke", 1),
    "reset_in_status": ([b"HTTP/1.1 2", RESET], "failed", None, "", 1),
    "reset_in_header": ([HEAD, RESET], "failed", "protocol", "broke off", 1),
    "reset_in_body": ([PENDING[:-1], RESET], "failed", "protocol", "broke off", 1),
    "closed": ([CLOSE], "failed", "unreachable", "broke", 1),
    "unpaired": (error(705, "No matching user exists."), "refused", "unpaired", "No matching", 1),
    "disabled": (error(704, "Disabled."), "refused", "disabled", "", 1),
    "deactivated": (error(707, "Deactivated."), "refused", "deactivated", "", 1),
    "not_authorized": (error(601, "Not authorized.", status=403), "refused", "not-authorized", "", 1),
    "code_required": (error(708, "User requires OTP"), "refused", "code-required", "", 1),
    "code_required_200": (http(request("denied", reason_code=708)), "refused", "code-required", "", 1),
    "error_html_705": (http('{"error_code": 705, "error_message": ""}', status=409, content_type="text/html"),
                       "failed", "protocol", "", 1),
    "denied": (http(request("denied", reason="no \x1b[31mway\u202e\n")), "denied", "", "no [31mway", 1),
    "granted": (http(request("granted", automated=True)), "granted", "", "", 1),
}

# What the poll is answered with after a push that is pending.
BAD_STATUS = {
    "wrong_id": (http(request("granted", identity=OTHER)), "failed", "protocol", "another request"),
    "pending_and_granted": (http(request(granted=True)), "failed", "protocol", ""),
    "html": (http("<html/>", content_type="text/html"), "failed", "protocol", ""),
    "large": (http(BIG), "failed", "protocol", "larger"),
    "404": (error(404, "gone", status=404), "failed", "rejected", "gone"),
    "401": (error(401, "no", status=401), "failed", "credentials", ""),
    "705": (error(705, "no"), "failed", "rejected", ""),
    "redirect": (http("", status=302), "failed", "protocol", ""),
    "500": (http("oops", status=500), "expired", "", "500"),
    "reset": ([RESET], "expired", "", "broke"),
    "truncated": ([PENDING[:-5], CLOSE], "expired", "", "broke off"),
    "silent": ([HANG], "expired", "", "no answer in time"),
    "pending": (PENDING, "expired", "", ""),
    "expired": (http(request("denied", reason_code=1003)), "expired", "", ""),
    "denied": (http(request("denied")), "denied", "", ""),
    "granted": (http(request("granted")), "granted", "", ""),
}


class HelperTest(unittest.TestCase):
    """Files and conversations that all tests share."""

    @classmethod
    def setUpClass(cls):
        cls.files = helper_process.Files()
        cls.addClassCleanup(cls.files.close)

    def start(self, *urls, **api):
        """A helper for these servers that has greeted."""
        helper = helper_process.Helper(self.files.configure(*urls, **api), self.files)
        self.addCleanup(helper.__exit__)
        greeting = helper.receive()
        self.assertEqual((greeting.verb, greeting["version"]), ("ready", "1"), greeting)
        return helper

    def login(self, *urls, **api):
        """The same, with a login described."""
        helper = self.start(*urls, **api)
        helper.send("login", user="alice", action="log in", terminal="host", host="host", service="sshd")
        return helper

    def pending(self, server, **api):
        """The same, with a push that is pending."""
        helper = self.login(server.url, **api)
        answer, _ = helper.ask("push", timeout_ms=20000, ttl=20)
        self.assertEqual(answer.verb, "pending", answer)
        return helper

    def check(self, answer, verb, kind, words):
        """Verb, kind (None: any) and part of the text."""
        self.assertEqual(answer.verb, verb, answer)
        if kind is not None:
            self.assertEqual(answer["kind"], kind, answer)
        self.assertIn(words, answer["text"], answer)

    def check_push(self, helper, verb, kind, words, timeout_ms=TIMEOUT_MS):
        """Pushes and checks the answer, the text's server name and the time."""
        answer, seconds = helper.ask("push", timeout_ms=timeout_ms, ttl=20)
        self.check(answer, verb, kind, words)
        self.assertLess(seconds, timeout_ms / 1000, answer)
        return answer


class Initiate(HelperTest):
    """One push, one answer, never a second POST."""

    def test_answers(self):
        for name, (steps, verb, kind, words, posts) in BAD_INITIATE.items():
            with self.subTest(name), rogue.Rogue(by_path(initiate=steps)) as server:
                answer = self.check_push(self.login(server.url), verb, kind, words)
                self.assertEqual(server.posts(), posts)
                if verb == "failed":
                    self.assertIn(server.origin, answer["text"])

    def test_down(self):
        with rogue.Rogue(by_path()) as server:
            url = server.url
        self.check_push(self.login(url), "failed", "unreachable", "no connection")

    def test_stopped_meanwhile(self):
        """Ctrl-Z, or a frozen cgroup: whoever can stop the helper must not turn that into an outage of the server."""
        with rogue.Rogue(by_path(initiate=[HANG])) as server:
            helper = self.login(server.url)
            helper.send("push", timeout_ms=20000, ttl=20)
            server.wait_for(lambda s: s.posts() == 1)
            helper.signal(signal.SIGSTOP)
            time.sleep(2.2)  # past the timeout of the configuration
            helper.signal(signal.SIGCONT)
            self.check(helper.receive(), "failed", "internal", "was stopped or starved")

    def test_asked_too_late(self):
        """Nor by stopping the caller until there is hardly time for an answer."""
        with rogue.Rogue(by_path(initiate=[HANG])) as server:
            self.check_push(self.login(server.url), "failed", "internal", "left no time", timeout_ms=200)

    def test_reset_on_accept(self):
        with rogue.Rogue(by_path(), after_accept=[RESET]) as server:
            self.check_push(self.login(server.url), "failed", "unreachable", "")
            self.assertEqual(server.posts(), 0)

    def test_repeat_where_the_server_recognises_it(self):
        busy = [http("busy", status=503, **rogue.FEATURES)]
        with rogue.Rogue(by_path(initiate=[busy, [PENDING]])) as server:
            self.check_push(self.login(server.url), "pending", "", "", timeout_ms=4000)
            self.assertEqual(server.posts(), 2)
            first, second = server.calls
            self.assertEqual(first.fields, second.fields)
            self.assertRegex(first.fields["client_request_id"], "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
            self.assertNotEqual(first.headers["authorization"], second.headers["authorization"])

    def test_busy_until_the_deadline(self):
        with rogue.Rogue(by_path(initiate=http("busy", status=503, **rogue.FEATURES))) as server:
            self.check_push(self.login(server.url), "failed", "unreachable", "503")
            self.assertGreaterEqual(server.posts(), 2)

    def test_clock_is_corrected_once(self):
        wrong = [error(401, "Not a valid OAuth signed request", status=401, **date(3600))]
        with rogue.Rogue(by_path(initiate=[wrong, [PENDING]])) as server:
            self.check_push(self.login(server.url), "pending", "", "")
            first, second = (dict(part.strip().split("=", 1) for part in call.headers["authorization"][6:].split(","))
                             for call in server.calls)
            moved = int(second["oauth_timestamp"].strip('"')) - int(first["oauth_timestamp"].strip('"'))
            self.assertAlmostEqual(moved, 3600, delta=3)
            self.assertNotEqual(first["oauth_nonce"], second["oauth_nonce"])
        with rogue.Rogue(by_path(initiate=wrong)) as server:
            self.check_push(self.login(server.url), "failed", "credentials", "")
            self.assertEqual(server.posts(), 2)

    def test_what_is_sent(self):
        with rogue.Rogue(by_path(initiate=http(request(number="42")))) as server:
            helper = self.start(server.url)
            helper.send("login", user="alice@host", action="log in", terminal="t", terminal_extra="x",
                        host="h", service="sudo", rhost="1.2.3.4", tty="pts/1", ruser="bob", command='rm "ü"', target="root",
                        directory="/home")
            answer, _ = helper.ask("push", timeout_ms=20000, ttl=21, number=1)
            self.assertEqual(answer["number"], "42")
            fields = server.calls[0].fields
            fields.pop("client_request_id")
            self.assertEqual(fields, {
                "user_name": "alice@host", "action_name": "log in", "terminal_name": "t", "terminal_name_extra": "x",
                "automation_allowed": "false", "number_matching": "true", "ttl": "21",
                "requester_metadata": '{"host":"h","service":"sudo","rhost":"1.2.3.4","tty":"pts/1","ruser":"bob",'
                                      '"target":"root","command":"rm \\"\\u00FC\\"","directory":"/home"}'})


    def terminal_ids(self, *logins):
        """What the server is told to tell the terminals of these `login` lines apart by."""
        ids = []
        for login in logins:
            with rogue.Rogue(by_path(initiate=http(request()))) as server:
                helper = self.start(server.url)
                helper.send("login", user="alice", action="log in", **login)
                helper.ask("push", timeout_ms=20000, ttl=21)
                self.assertEqual(server.calls[0].fields["terminal_name"], login["terminal"])
                ids.append(server.calls[0].fields["terminal_name_extra"])
        return ids

    def test_equal_terminal_names_of_different_places(self):
        here = {"terminal": "192.0.2.7", "host": "web1", "service": "sshd", "rhost": "192.0.2.7", "tty": "ssh"}
        sudo = {"terminal": "web1", "host": "web1", "service": "sudo", "tty": "/dev/pts/1"}
        first, again, other_host, other_service, other_rhost, unnamed = self.terminal_ids(
            here, here, dict(here, host="web2"), dict(here, service="su"), dict(here, rhost="192.0.2.8"),
            dict(here, host="web1:4", service="sshd"))
        self.assertRegex(first, "^[0-9a-f]{32}$")
        self.assertEqual(first, again)
        self.assertEqual(len({first, other_host, other_service, other_rhost, unnamed}), 5)
        pts1, pts2, console = self.terminal_ids(sudo, dict(sudo, tty="/dev/pts/22"), dict(sudo, tty="/dev/tty1"))
        self.assertEqual(pts1, pts2)
        self.assertNotEqual(pts1, console)

    def test_no_terminal_has_no_identifier(self):
        with rogue.Rogue(by_path(initiate=http(request()))) as server:
            helper = self.start(server.url)
            helper.send("login", user="alice", action="log in", host="web1")
            helper.ask("push", timeout_ms=20000, ttl=21)
            self.assertNotIn("terminal_name_extra", server.calls[0].fields)


class SeveralServers(HelperTest):
    """They are tried in order, but what one may have received is never sent to another."""

    def test_next_when_down(self):
        with rogue.Rogue(by_path()) as down, rogue.Rogue(by_path(initiate=PENDING, status=http(request("granted")))) as up:
            down.__exit__()
            helper = self.login(down.url, up.url)
            self.check_push(helper, "pending", "", "")
            self.assertEqual(helper.ask("wait", timeout_ms=TIMEOUT_MS)[0].verb, "granted")
            self.assertEqual((up.posts(), up.connections), (1, 1))

    def test_not_after_it_was_sent(self):
        for steps in ([HANG], [RESET], http("", status=500)):
            with self.subTest(steps), rogue.Rogue(by_path(initiate=steps)) as first, rogue.Rogue(by_path(initiate=PENDING)) as second:
                helper = self.login(first.url, second.url, timeout=1)
                self.check_push(helper, "failed", "unreachable", first.origin, timeout_ms=2500)
                self.assertEqual((first.posts(), second.posts()), (1, 0))

    def test_server_comes_up(self):
        with rogue.Rogue(by_path()) as first:
            port = int(first.origin.rsplit(":", 1)[1])
        helper = self.login(first.url)
        helper.send("push", timeout_ms=8000, ttl=20)
        time.sleep(0.2)  # the first attempt is over; nothing announces it
        with rogue.Rogue(by_path(initiate=PENDING), port=port) as second:
            self.assertEqual(helper.receive().verb, "pending")
            self.assertEqual(second.posts(), 1)


class Tls(HelperTest):
    """Certificates that must not be believed; nothing is sent to their owners."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        directory = tempfile.TemporaryDirectory(prefix="toopher-ca-")
        cls.addClassCleanup(directory.cleanup)
        os.chmod(directory.name, 0o755)
        cls.authority = certificates.Authority(directory.name)
        shutil.copy(cls.authority.file, cls.files.path / "ca.pem")

    def test_certificates(self):
        for name, certificate, words in (
                ("other name", self.authority.server("other", "DNS:other.example"), "for another name"),
                ("self-signed", self.authority.self_signed(), "not signed by a trusted authority"),
                ("expired", self.authority.server("expired", expired=True), "has expired")):
            for api in ({"ca_path": self.authority.path}, {"ca_file": self.files.path / "ca.pem"}):
                with self.subTest(name, **api), rogue.Rogue(by_path(initiate=PENDING), certificate=certificate) as server:
                    self.check_push(self.login(server.url, **api), "failed", "tls", f"{server.origin}: certificate")
                    self.assertIn(words, self.check_push(self.login(server.url, **api), "failed", "tls", "")["text"])
                    self.assertEqual(server.posts(), 0)

    def test_trusted(self):
        certificate = self.authority.server("good")
        for api in ({"ca_path": self.authority.path}, {"ca_file": self.files.path / "ca.pem"}):
            with rogue.Rogue(by_path(initiate=PENDING, status=http(request("granted"))), certificate=certificate) as server:
                helper = self.login(server.url, **api)
                self.check_push(helper, "pending", "", "")
                self.assertEqual(helper.ask("wait", timeout_ms=TIMEOUT_MS)[0].verb, "granted")
                self.assertEqual(server.connections, 1)

    def test_not_trusted_by_default(self):
        with rogue.Rogue(by_path(initiate=PENDING), certificate=self.authority.server("good")) as server:
            self.check_push(self.login(server.url), "failed", "tls", "not signed by a trusted authority")

    def test_handshake_never_answered(self):
        with rogue.Rogue(by_path(), certificate=self.authority.server("good"), after_accept=[HANG]) as server:
            self.check_push(self.login(server.url, ca_path=self.authority.path), "failed", "unreachable", "in time")

    def test_no_tls_at_all(self):
        with rogue.Rogue(by_path(), after_accept=[b"hello\r\n", HANG]) as server:
            url = server.url.replace("http:", "https:")
            self.check_push(self.login(url), "failed", "tls", "")

    def test_no_certificate_at_all(self):
        """Whoever offers only ciphers that need none could be anybody."""
        anonymous = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        anonymous.maximum_version = ssl.TLSVersion.TLSv1_2
        anonymous.set_ciphers("ADH-AES256-GCM-SHA384:AECDH-AES256-SHA:@SECLEVEL=0")
        with rogue.Rogue(by_path(initiate=PENDING), certificate=anonymous) as server:
            self.check_push(self.login(server.url, ca_path=self.authority.path), "failed", "tls", server.origin)
            self.assertEqual(server.posts(), 0)

    def test_tls_is_not_hidden_by_an_outage(self):
        with rogue.Rogue(by_path()) as down, rogue.Rogue(by_path(initiate=PENDING), certificate=self.authority.self_signed()) as bad:
            down.__exit__()
            for urls in ((down.url, bad.url), (bad.url, down.url)):
                self.check_push(self.login(*urls), "failed", "tls", "")
            self.assertEqual(bad.posts(), 0)


class Waiting(HelperTest):
    """After a push."""

    def test_answers(self):
        for name, (steps, verb, kind, words) in BAD_STATUS.items():
            with self.subTest(name), rogue.Rogue(by_path(initiate=PENDING, status=steps)) as server:
                helper = self.pending(server)
                answer, seconds = helper.ask("wait", timeout_ms=TIMEOUT_MS)
                self.check(answer, verb, kind, words)
                self.assertLess(seconds, TIMEOUT_MS / 1000)
                self.assertEqual(server.posts(), 1)

    def test_backoff(self):
        with rogue.Rogue(by_path(initiate=PENDING, status=PENDING)) as server:
            self.pending(server).ask("wait", timeout_ms=4000)
            self.assertIn(sum(call.method == "GET" for call in server.calls), (4, 5))

    def test_retry_after(self):
        busy = error(429, "Slow down", status=429, **{"Retry-After": "1"})
        with rogue.Rogue(by_path(initiate=PENDING, status=[[busy], [http(request("granted"))]])) as server:
            answer, seconds = self.pending(server).ask("wait", timeout_ms=5000)
            self.assertEqual(answer.verb, "granted")
            self.assertGreater(seconds, 0.99)

    def test_retry_after_a_date(self):
        """Two seconds from now: dates have no parts of a second, so that it is one at least."""
        def busy(server, call):
            if call.initiates:
                return PENDING
            later = email.utils.formatdate(time.time() + 2, usegmt=True)
            return http(request("granted")) if len(server.calls) > 2 else error(429, "Slow down", 429, **{"Retry-After": later})
        with rogue.Rogue(busy) as server:
            answer, seconds = self.pending(server).ask("wait", timeout_ms=6000)
            self.assertEqual(answer.verb, "granted")
            self.assertGreater(seconds, 0.99)

    def test_retry_after_the_end_of_time(self):
        never = error(429, "Slow down", status=429, **{"Retry-After": str(2**63 - 1)})
        with rogue.Rogue(by_path(initiate=PENDING, status=never)) as server:
            answer, _ = self.pending(server).ask("wait", timeout_ms=TIMEOUT_MS)
            self.check(answer, "expired", "", "Slow down")
            self.assertEqual(sum(call.method == "GET" for call in server.calls), 1)

    def test_server_comes_back(self):
        with rogue.Rogue(by_path(initiate=PENDING, status=[[RESET], [http(request("granted"))]])) as server:
            self.assertEqual(self.pending(server).ask("wait", timeout_ms=5000)[0].verb, "granted")


class Codes(HelperTest):
    """One-time codes."""

    def test_with_push(self):
        with rogue.Rogue(by_path(initiate=[[PENDING], [http(request("denied", reason_code=1005))],
                                           [http(request("granted"))]])) as server:
            helper = self.pending(server)
            answer, _ = helper.ask("code", otp="123456", timeout_ms=TIMEOUT_MS)
            self.assertEqual((answer.verb, answer["reason"]), ("denied", "1005"))
            self.assertEqual(helper.ask("code", otp="654321", timeout_ms=TIMEOUT_MS)[0].verb, "granted")
            helper.hang_up()
            helper.wait()
            self.assertEqual([call.fields.get("otp") for call in server.calls], [None, "123456", "654321"])
            self.assertEqual([call.fields.get("supersedes") for call in server.calls], [None] + [rogue.REQUEST] * 2)
            self.assertEqual(len({call.fields["client_request_id"] for call in server.calls}), 3)

    def test_never_sent(self):
        for text in ("", "hunter2", "12345", "123456789", "12345a"):
            with self.subTest(text), rogue.Rogue(by_path(initiate=http(request("granted")))) as server:
                fields = {"otp": text} if text else {}
                self.assertEqual(self.login(server.url).ask("code", timeout_ms=TIMEOUT_MS, **fields)[0]["kind"], "internal")
                self.assertEqual(server.connections, 0)

    def test_server_pushes_instead(self):
        with rogue.Rogue(by_path(initiate=PENDING, cancel=http(request("denied")))) as server:
            answer, _ = self.login(server.url).ask("code", otp="123456", timeout_ms=TIMEOUT_MS)
            self.check(answer, "failed", "protocol", "does not check")
            self.assertTrue(server.calls[-1].cancels)


class GivingUp(HelperTest):
    """Whatever ends the helper, the phone is not left with a request."""

    CANCELLED = http(request("denied", reason_code=1004))

    def cancelled(self, server):
        """The withdrawal that reached the server, if one did."""
        return server.wait_for(lambda s: any(call.cancels for call in s.calls), timeout=2)

    def test_end_of_file(self):
        for during in ("", "wait"):
            with self.subTest(during), rogue.Rogue(by_path(initiate=PENDING, status=[HANG], cancel=self.CANCELLED)) as server:
                helper = self.pending(server)
                if during:
                    helper.send("wait", timeout_ms=20000)
                    server.wait_for(lambda s: s.calls[-1].method == "GET")
                helper.hang_up()
                self.assertLess(helper.wait()[1], 1)
                self.assertTrue(self.cancelled(server))

    def test_end_of_file_at_a_dead_server(self):
        with rogue.Rogue(by_path(initiate=PENDING, cancel=[HANG])) as server:
            helper = self.pending(server)
            helper.hang_up()
            self.assertLess(helper.wait()[1], 1)

    def test_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for during in ("", "wait"):
                with self.subTest(number, during=during), rogue.Rogue(
                        by_path(initiate=PENDING, status=[HANG], cancel=self.CANCELLED)) as server:
                    helper = self.pending(server)
                    if during:
                        helper.send("wait", timeout_ms=20000)
                        server.wait_for(lambda s: s.calls[-1].method == "GET")
                    helper.signal(number)
                    self.assertEqual(helper.receive().verb, "interrupted")
                    self.assertLess(helper.wait()[1], 1)
                    self.assertTrue(self.cancelled(server))

    def test_during_initiate(self):
        """The answer that names the request is waited for a moment."""
        def slow(server, call):
            if call.cancels:
                return self.CANCELLED
            with server.arrived:
                server.arrived.wait_for(lambda: stopped, 5)
            return PENDING
        for how in ("hang up", "signal"):
            stopped = []
            with self.subTest(how), rogue.Rogue(slow) as server:
                helper = self.login(server.url)
                helper.send("push", timeout_ms=20000, ttl=20)
                server.wait_for(lambda s: s.calls)
                helper.hang_up() if how == "hang up" else helper.signal()
                with server.arrived:
                    stopped.append(True)
                    server.arrived.notify_all()
                self.assertLess(helper.wait()[1], 1)
                self.assertTrue(self.cancelled(server))

    def test_initiate_hangs(self):
        with rogue.Rogue(by_path(initiate=[HANG])) as server:
            helper = self.login(server.url)
            helper.send("push", timeout_ms=20000, ttl=20)
            server.wait_for(lambda s: s.calls)
            helper.signal(signal.SIGTERM)
            self.assertEqual(helper.receive().verb, "interrupted")
            self.assertLess(helper.wait()[1], 1)

    def test_cancel(self):
        for during in ("", "wait"):
            with self.subTest(during), rogue.Rogue(by_path(initiate=PENDING, status=[HANG], cancel=self.CANCELLED)) as server:
                helper = self.pending(server)
                if during:
                    helper.send("wait", timeout_ms=20000)
                    server.wait_for(lambda s: s.calls[-1].method == "GET")
                self.assertEqual(helper.ask("cancel")[0].verb, "cancelled")
                self.assertTrue(self.cancelled(server))
                self.assertEqual(helper.ask("push", timeout_ms=20000, ttl=20)[0].verb, "pending")

    def test_nothing_to_withdraw(self):
        with rogue.Rogue(by_path(initiate=PENDING, status=http(request("granted")))) as server:
            helper = self.pending(server)
            self.assertEqual(helper.ask("wait", timeout_ms=TIMEOUT_MS)[0].verb, "granted")
            helper.hang_up()
            helper.wait()
            self.assertFalse(any(call.cancels for call in server.calls))


class Pairing(HelperTest):
    """pair and pair-wait."""

    @staticmethod
    def pairing(**members):
        """A pairing as the API gives it."""
        return {"id": rogue.PAIRING, "enabled": False, "pending": True, "user": {"id": OTHER, "name": "alice"}, **members}

    def test_ends(self):
        for members, verb in (({"enabled": True, "pending": False}, "paired"), ({"pending": False}, "denied"), ({}, "expired")):
            with self.subTest(verb), rogue.Rogue(by_path(initiate=http(self.pairing()), status=http(self.pairing(**members)))) as server:
                helper = self.start(server.url)
                answer, _ = helper.ask("pair", user="alice", phrase="awkward turtle", timeout_ms=TIMEOUT_MS)
                self.assertEqual((answer.verb, answer["id"]), ("pending", rogue.PAIRING))
                self.assertEqual(helper.ask("pair-wait", timeout_ms=TIMEOUT_MS)[0].verb, verb)
                self.assertEqual(server.calls[0].fields, {"user_name": "alice", "pairing_phrase": "awkward turtle"})

    def test_wrong_phrase(self):
        wrong = error(400, "No pending pairing requests with specified pairing_phrase", status=400)
        with rogue.Rogue(by_path(initiate=wrong)) as server:
            answer, _ = self.start(server.url).ask("pair", user="alice", phrase="x", timeout_ms=TIMEOUT_MS)
            self.check(answer, "refused", "phrase", "No pending")

    def test_wrong_id(self):
        with rogue.Rogue(by_path(initiate=http(self.pairing()), status=http(self.pairing(id=OTHER, enabled=True)))) as server:
            helper = self.start(server.url)
            helper.ask("pair", user="alice", phrase="x", timeout_ms=TIMEOUT_MS)
            self.check(helper.ask("pair-wait", timeout_ms=TIMEOUT_MS)[0], "failed", "protocol", "another request")


class CodeApp(HelperTest):
    """code-app and code-app-add."""

    ADDED = http({"id": OTHER, "otp_verified": True}, **rogue.FEATURES)
    WRONG = error(1011, "This code is not one of the secret's.", **rogue.FEATURES)

    def server(self, *answers):
        answers = list(answers)
        server = rogue.Rogue(lambda *_: answers.pop(0))
        self.addCleanup(server.__exit__)
        return server.__enter__()

    def link(self, helper, server, user="alice"):
        """The secret of a new code app, in hexadecimal."""
        answer, _ = helper.ask("code-app", user=user)
        place = server.origin.removeprefix("http://")
        self.assertEqual((answer.verb, answer["server"]), ("code-app", place), answer)
        link = urllib.parse.urlsplit(answer["link"])
        self.assertEqual((link.scheme, link.netloc, urllib.parse.unquote(link.path)), ("otpauth", "totp", f"/{place}:{user}"))
        told = dict(urllib.parse.parse_qsl(link.query))
        self.assertEqual((told["issuer"], told["algorithm"], told["digits"], told["period"]), (place, "SHA1", "6", "30"))
        return base64.b32decode(told["secret"]).hex()

    def add(self, helper, otp="123456", **more):
        return helper.ask("code-app-add", otp=otp, timeout_ms=TIMEOUT_MS, **more)[0]

    def test_the_server_hears_of_it_with_its_first_code_only(self):
        server = self.server(self.WRONG, error(1010, "Not approved.", status=403), self.ADDED)
        helper = self.start(server.url)
        secret = self.link(helper, server)
        self.assertEqual((server.calls, len(secret)), ([], 40))
        self.check(self.add(helper), "refused", "wrong-token-code", "not one of")
        self.check(self.add(helper, "654321"), "refused", "approval-needed", "Not approved")
        self.assertEqual(self.add(helper, "654 322", authorization=rogue.REQUEST).verb, "code-app-added")
        self.assertEqual(server.calls[0].path, "/v1/users/oath_otp_validators/associate")
        fields = server.calls[2].fields
        self.assertEqual(len(fields.pop("client_request_id")), 36)
        self.assertEqual(fields, {"user_name": "alice", "create_user_if_needed": "True", "otp_type": "totp", "otp_digits": "6",
                                  "algorithm": "sha1", "totp_step_size": "30", "secret": secret, "otp": "654322",
                                  "authorization": rogue.REQUEST})
        self.assertEqual([call.fields["secret"] for call in server.calls], [secret] * 3)

    def test_after_a_lost_answer_the_same_secret_comes_again(self):
        server = self.server(self.WRONG, [RESET], [RESET], self.ADDED, self.ADDED)
        helper = self.start(server.url)
        secret = self.link(helper, server)
        self.add(helper)
        self.assertEqual(self.add(helper).verb, "code-app-added")
        self.assertEqual([call.fields["secret"] for call in server.calls], [secret] * len(server.calls))
        self.assertEqual(self.add(helper).verb, "failed")

    def test_each_has_a_secret_of_its_own(self):
        server = self.server()
        self.assertNotEqual(*[self.link(self.start(server.url), server, "bob and/or: carol") for _ in range(2)])

    def test_out_of_place(self):
        server = self.server()
        for lines in ([("code-app", {})], [("code-app", {"user": "x" * 300})], [("code-app-add", {"otp": "123456", "timeout_ms": 100})],
                      [("code-app", {"user": "alice"})] * 2,
                      [("code-app", {"user": "alice"}), ("code-app-add", {"otp": "123456789012", "timeout_ms": 100})],
                      [("code-app", {"user": "alice"}), ("code-app-add", {"otp": "123456"})]):
            with self.subTest(lines=lines):
                helper = self.start(server.url)
                *_, answer = [helper.ask(verb, **fields)[0] for verb, fields in lines]
                self.check(answer, "failed", "internal", "toopher-helper was asked to code-app")
                self.assertIsNone(helper.receive().verb)
        self.assertEqual(server.calls, [])

    def test_unreachable(self):
        server = self.server([RESET])
        helper = self.start(server.url)
        self.link(helper, server)
        self.check(self.add(helper), "failed", "unreachable", "")

    def test_a_server_that_does_not_look_at_the_code(self):
        for more in ({}, {"otp_verified": False}):
            server = self.server(http({"id": OTHER, **more}))
            helper = self.start(server.url)
            self.link(helper, server)
            self.check(self.add(helper), "failed", "protocol", "did not check the code")


class Start(HelperTest):
    """Files that must not be believed, and callers that do not speak the protocol."""

    def refused(self, config, *words):
        """The helper must end with a line that has these words."""
        with helper_process.Helper(config, self.files) as helper:
            answer = helper.receive()
            self.assertEqual((answer.verb, answer["kind"]), ("failed", "config"), answer)
            for word in words:
                self.assertIn(str(word), answer["text"])
            self.assertIsNone(helper.receive().verb)

    def test_config(self):
        url = "https://127.0.0.1:1/"
        self.refused(self.files.path / "missing", "missing", "does not exist")
        self.refused("config", "absolute path")
        self.refused(self.files.configure(url, color="red"), "config:5", "color")
        self.refused(self.files.configure("http://192.0.2.1/"), "config", "http")
        self.refused(self.files.configure(url, credential_file=self.files.path / "none"), "none", "does not exist")
        self.refused(self.files.configure(url, ca_file=self.files.path / "none.pem"), "none.pem", "does not exist")
        anchors = self.files.path / "anchors"
        anchors.mkdir()
        anchors.chmod(0o777)
        self.refused(self.files.configure("https://127.0.0.1:1/", ca_path=anchors), "anchors", "chmod go-w")
        self.refused(self.files.configure(url, credential_file=self.files.write("open", "key = k\nsecret = s\n", 0o644)),
                     "open", "chmod 600")
        writable = self.files.configure(url)
        writable.chmod(0o666)
        self.refused(writable, "config", "chmod go-w")
        writable.chmod(0o644)
        for text in ("key = k\n", "secret = s\n", "key = k\nsecret = s\nsecrets3cret = 1\n", "\0"):
            path = self.files.write("wrong", text, 0o600)
            self.refused(self.files.configure(url, credential_file=path), "wrong")
        link = self.files.path / "link"
        link.symlink_to(writable)
        self.refused(link, "link", "symbolic link")

    def test_lines(self):
        with rogue.Rogue(by_path(initiate=PENDING)) as server:
            for lines, verb in ((b"\x00\n", None), (b"push timeout-ms=1000\n", "failed"), (b"dance\n", "failed"),
                                (b"login action=x\n", "failed"), (b"login user=a\nlogin user=b\n", "failed"),
                                (b"login user=a\npush\n", "failed"), (b"login user=a\npush timeout-ms=x ttl=20\n", "failed"),
                                (b"login user=a\npush timeout-ms=1000\n", "failed"),
                                (b"login user=a\nwait timeout-ms=1000\n", "failed"), (b"x" * 9000, None),
                                (b"login user=%zz\n", None)):
                with self.subTest(lines[:40]):
                    helper = self.start(server.url)
                    helper.socket.sendall(lines)
                    self.assertEqual(helper.receive().verb, verb)
            self.assertEqual(server.connections, 0)


if __name__ == "__main__":
    unittest.main()
