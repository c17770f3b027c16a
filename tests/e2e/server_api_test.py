# SPDX-License-Identifier: Apache-2.0
"""toopherd as a process: both APIs over its socket, good calls and bad ones."""

import contextlib
import http.client
import json
import os
import random
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.join(os.path.dirname(__file__), "../..")),
                                "tests/support"))
import device  # noqa: E402
import requester  # noqa: E402
import system  # noqa: E402


def in_background(function):
    """Runs `function` in a thread; the returned function waits for its result and for how long it took."""
    result = []

    def run():
        begin = time.monotonic()
        result.extend([function(), time.monotonic() - begin])

    thread = threading.Thread(target=run)
    thread.start()

    def wait():
        thread.join()
        return result

    return wait


def server_holds(server_port, client_port):
    """Whether the server's end of this connection is open."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    ends = (f"0100007F:{server_port:04X}", f"0100007F:{client_port:04X}")
    return any((row[1], row[2]) == ends and row[9] != "0" for row in rows)


class Server(unittest.TestCase):
    """One toopherd for all tests below; each test has users of its own."""

    @classmethod
    def setUpClass(cls):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most if 0 < most < 4096 else 4096, most))
        cls.directory = tempfile.mkdtemp()
        cls.server = system.Toopherd(cls.directory)
        cls.host = requester.Requester(cls.server.url, cls.server.key, cls.server.secret)
        cls.config = os.path.join(cls.server.directory, "toopherd.conf")
        cls.slow = cls.connect()
        cls.slow.sendall(b"GET /healthz HTT")
        cls.slow_since = time.monotonic()
        cls.phones = 0

    @classmethod
    def tearDownClass(cls):
        cls.slow.close()
        status = cls.server.stop()
        shutil.rmtree(cls.directory)
        if status != 0:
            raise AssertionError(f"toopherd ended with {status}: {cls.server.text()}")

    @classmethod
    def address(cls):
        url = urllib.parse.urlsplit(cls.server.url)
        return url.hostname, url.port

    @classmethod
    def connect(cls):
        return socket.create_connection(cls.address(), timeout=30)

    @classmethod
    def phone(cls):
        cls.phones += 1
        made = device.Device(cls.server.url, os.path.join(cls.directory, f"phone{cls.phones}"))
        assert made.register()[0] == 200
        return made

    @classmethod
    def paired(cls, user):
        """(phone, pairing id)"""
        phone = cls.phone()
        status, pairing = cls.host.post("pairings/create", pairing_phrase=phone.phrase(), user_name=user)
        assert status == 200, pairing
        assert phone.answer_pairing(phone.pending()["pairings"][0], "allow")[0] == 200
        return phone, pairing["id"]

    def initiate(self, user, **more):
        status, request = self.host.post("authentication_requests/initiate", user_name=user, terminal_name="host",
                                         action_name="sshd", **more)
        self.assertEqual(status, 200, request)
        return request

    def assert_alive(self):
        connection = http.client.HTTPConnection(*self.address(), timeout=30)
        connection.request("GET", "/healthz")
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()

    def talk(self, data):
        """Everything the server answers to these bytes until it closes, or "" if it only closes."""
        with self.connect() as connection:
            answer = b""
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                while chunk := connection.recv(65536):
                    answer += chunk
            except OSError:  # cut off in the middle
                pass
            return answer


class Pairing(Server):
    def test_a_phone_allows_while_the_host_waits(self):
        phone = self.phone()
        status, pairing = self.host.post("pairings/create", pairing_phrase=phone.phrase(), user_name="jdoe")
        self.assertEqual(status, 200)
        self.assertEqual((pairing["pending"], pairing["enabled"]), (True, False))
        self.assertNotIn("secret", pairing)
        waiting = in_background(lambda: self.host.get("pairings/" + pairing["id"], wait=30))
        entry = phone.pending(wait=30)["pairings"][0]
        self.assertEqual(phone.answer_pairing(entry, "allow")[0], 200)
        (status, answer), seconds = waiting()
        self.assertEqual((status, answer["pending"], answer["enabled"]), (200, False, True))
        self.assertLess(seconds, 20)
        self.assertEqual(phone.call("GET", "pairings")[1]["pairings"][0]["user"], "jdoe")
        request = self.initiate("jdoe", otp=phone.code(pairing["id"]))
        self.assertEqual((request["granted"], request["totp_valid"]), (True, True))
        self.assertEqual(request["pairing_id"], pairing["id"], "whose code it was")

    def test_a_denied_pairing_asks_nobody(self):
        phone = self.phone()
        _, pairing = self.host.post("pairings/create", pairing_phrase=phone.phrase(), user_name="denier")
        phone.answer_pairing(phone.pending()["pairings"][0], "deny")
        answer = self.host.get("pairings/" + pairing["id"])[1]
        self.assertEqual((answer["pending"], answer["enabled"]), (False, False))
        status, error = self.host.post("authentication_requests/initiate", user_name="denier")
        self.assertEqual((status, error["error_code"]), (409, 705))

    def test_a_further_phone_and_switches_need_an_administrator(self):
        _, pairing = self.paired("further")
        status, error = self.host.post("pairings/create", pairing_phrase=self.phone().phrase(), user_name="further")
        self.assertEqual((status, error["error_code"]), (403, 1010))
        made = subprocess.run(
            [system.program("toopherd"), "--add-requester", "admin", "--scopes", "admin", "--config", self.config],
            capture_output=True, text=True, check=True)
        key, secret = (line.split(" = ")[1] for line in made.stdout.splitlines())
        admin = requester.Requester(self.server.url, key, secret)
        self.assertEqual(admin.post("authentication_requests/initiate", user_name="further")[0], 403)
        user = admin.get("users", name="further")[1][0]
        self.assertEqual(self.host.post("users/" + user["id"], toopher_authentication_enabled="False")[0], 403)
        self.assertFalse(admin.post("users/" + user["id"], disable_toopher_auth="True")[1][
            "toopher_authentication_enabled"])
        status, error = self.host.post("authentication_requests/initiate", user_name="further")
        self.assertEqual((status, error["error_code"]), (409, 704))
        admin.post("users/" + user["id"], toopher_authentication_enabled="true")
        self.assertTrue(admin.post("pairings/" + pairing, deactivated="True")[1]["deactivated"])
        status, error = self.host.post("authentication_requests/initiate", user_name="further")
        self.assertEqual((status, error["error_code"]), (409, 707))


class Requests(Server):
    def decide(self, user, choice, number=False):
        phone, _ = self.paired(user)
        request = self.initiate(user, number_matching="true") if number else self.initiate(user)
        waiting = in_background(lambda: self.host.get("authentication_requests/" + request["id"], wait=30))
        entry = phone.pending(wait=30)["requests"][0]
        status, _ = phone.answer_request(entry, choice, request["number"] if number else "")
        self.assertEqual(status, 200)
        (status, answer), seconds = waiting()
        self.assertEqual(status, 200)
        self.assertLess(seconds, 20)
        return answer

    def test_push(self):
        self.assertTrue(self.decide("pusher", "allow")["granted"])
        self.assertTrue(self.decide("number", "allow", number=True)["granted"])
        denied = self.decide("refuser", "deny")
        self.assertEqual((denied["granted"], denied["pending"], denied["reason_code"]), (False, False, 1000))
        reported = self.decide("reporter", "not_me")
        self.assertEqual((reported["granted"], reported["reason_code"]), (False, 1001))
        self.server.wait_for_line('"event":"ALERT not me"')

    def test_the_number_is_told_to_the_requester_once_and_never_to_the_phone(self):
        phone, _ = self.paired("secretive")
        request = self.initiate("secretive", number_matching="True")
        self.assertRegex(request["number"], "^[1-9][0-9]$")
        self.assertFalse(self.host.get("authentication_requests/" + request["id"])[1].get("number"))
        entry = phone.pending()["requests"][0]
        self.assertEqual(entry["number_digits"], 2)
        wrong = "11" if request["number"] != "11" else "12"
        self.assertEqual(phone.answer_request(entry, "allow")[0], 400)
        self.assertEqual(phone.answer_request(entry, "allow", wrong)[1]["reason_code"], 1002)
        self.assertEqual(phone.answer_request(entry, "allow", request["number"])[0], 409)

    def test_a_code_counts_once_even_after_a_crash(self):
        with tempfile.TemporaryDirectory() as directory:
            with system.Toopherd(directory) as server:
                host = requester.Requester(server.url, server.key, server.secret)
                phone = device.Device(server.url, os.path.join(directory, "phone"))
                phone.register()
                host.post("pairings/create", pairing_phrase=phone.phrase(), user_name="u")
                entry = phone.pending()["pairings"][0]
                phone.answer_pairing(entry, "allow")
                code = phone.code(entry["id"])
                self.assertTrue(host.post("authentication_requests/initiate", user_name="u", otp=code)[1]["granted"])
                server.stop(signal.SIGKILL)
            config = os.path.join(server.directory, "toopherd.conf")
            with system.Process([system.program("toopherd"), "--config", config]) as again:
                url = again.wait_for_line(r"ready on (\S+)").group(1)
                host = requester.Requester(url, server.key, server.secret)
                answer = host.post("authentication_requests/initiate", user_name="u", otp=code)[1]
                self.assertEqual((answer["granted"], answer["reason_code"]), (False, 1006))

    def test_cancelling_releases_host_and_phone(self):
        phone, _ = self.paired("canceller")
        request = self.initiate("canceller")
        version = phone.pending()["version"]
        host_waits = in_background(lambda: self.host.get("authentication_requests/" + request["id"], wait=30))
        phone_waits = in_background(lambda: phone.pending(wait=30, since=version))
        self.assertTrue(self.host.post(f"authentication_requests/{request['id']}/cancel")[1]["cancelled"])
        (_, answer), host_seconds = host_waits()
        listed, phone_seconds = phone_waits()
        self.assertEqual((answer["pending"], answer["reason_code"]), (False, 1004))
        self.assertEqual(listed["requests"], [])
        self.assertLess(max(host_seconds, phone_seconds), 20)

    def test_a_parked_poll_is_answered_at_the_expiry(self):
        self.paired("sleeper")
        request = self.initiate("sleeper", ttl="5")
        begin = time.monotonic()
        answer = self.host.get("authentication_requests/" + request["id"], wait=30)[1]
        self.assertEqual((answer["pending"], answer["reason_code"]), (False, 1003))
        self.assertTrue(3 < time.monotonic() - begin < 10)

    def test_wait_ends_with_the_current_state(self):
        self.paired("waiter")
        request = self.initiate("waiter")
        self.assertTrue(self.host.get("authentication_requests/" + request["id"], wait=1)[1]["pending"])

    def test_otp_auth_and_supersedes(self):
        phone, pairing = self.paired("typist")
        request = self.initiate("typist")
        wrong = next(code for code in (f"{n:06d}" for n in range(9))
                     if code not in [phone.code(pairing, step) for step in (-2, -1, 0, 1, 2)])
        answer = self.host.post(f"authentication_requests/{request['id']}/otp_auth", otp=wrong)[1]
        self.assertEqual((answer["pending"], answer["granted"], answer["reason_code"]), (True, False, 1005))
        answer = self.initiate("typist", otp=phone.code(pairing), supersedes=request["id"])
        self.assertTrue(answer["granted"])
        self.assertTrue(self.host.get("authentication_requests/" + request["id"])[1]["cancelled"])

    def test_a_forged_decision_is_refused(self):
        phone, _ = self.paired("victim")
        request = self.initiate("victim")
        entry = phone.pending()["requests"][0]
        forged = dict(entry, shown=entry["shown"].replace("sshd", "sudo"))
        self.assertEqual(phone.answer_request(forged, "allow")[0], 401)
        self.assertTrue(self.host.get("authentication_requests/" + request["id"])[1]["pending"])


class RecoveryCodes(Server):
    def make(self, user, **more):
        return self.host.post("users/activate_next_otp_list", user_name=user, **more)

    def test_each_is_good_once_also_at_the_same_time(self):
        codes = self.make("paper", create_user_if_needed="True")[1]["otp_list"]
        self.assertEqual(len(set(codes)), 10)
        self.assertTrue(all(len(code) == 12 and code.isdigit() for code in codes))
        answer = self.initiate("paper")
        self.assertEqual((answer["pending"], answer["granted"], answer["reason_code"]), (False, False, 708))
        tries = [in_background(lambda: self.initiate("paper", otp=codes[0])) for _ in range(4)]
        self.assertEqual([wait()[0]["granted"] for wait in tries].count(True), 1)
        answer = self.initiate("paper", otp=f"{codes[1][:4]}-{codes[1][4:8]}-{codes[1][8:]}")
        self.assertTrue(answer["granted"])
        self.assertEqual(answer["user"]["number_of_pregenerated_otps_remaining"], 8)
        self.server.wait_for_line('"event":"recovery code used"')
        self.assertNotIn(codes[0], self.server.text())

    def test_new_ones_need_the_phone(self):
        phone, _ = self.paired("careful")
        status, error = self.make("careful")
        self.assertEqual((status, error["error_code"]), (403, 1010))
        login = self.initiate("careful")
        phone.answer_request(phone.pending()["requests"][0], "allow")
        self.assertEqual(self.make("careful", authorization=login["id"])[0], 403)
        self.server.wait_for_line('"event":"ALERT approval refused"')
        _, request = self.host.post("authentication_requests/initiate", user_name="careful", terminal_name="host",
                                    action_name="make new recovery codes")
        phone.answer_request(phone.pending()["requests"][0], "allow", request["number"])
        self.assertEqual(len(self.make("careful", authorization=request["id"])[1]["otp_list"]), 10)
        self.assertEqual(self.make("careful", authorization=request["id"])[1]["error_code"], 1010)

    def test_other_calls_go_on_while_codes_are_checked(self):
        codes = self.make("hasty", create_user_if_needed="True")[1]["otp_list"]
        made = in_background(lambda: self.make("bulk", create_user_if_needed="True"))
        for _ in range(3):
            begin = time.monotonic()
            self.assert_alive()
            self.assertEqual(self.host.get("users", name="hasty")[0], 200)
            self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(made()[0][0], 200)
        self.assertTrue(self.initiate("hasty", otp=codes[0])["granted"])


class Calls(Server):
    def test_a_wrong_signature_is_answered_as_clients_expect(self):
        wrong = requester.Requester(self.server.url, self.server.key, "wrong")
        connection = http.client.HTTPConnection(*self.address(), timeout=30)
        authorization = wrong._authorization("GET", wrong.base + "users", {})
        connection.request("GET", "/v1/users", headers={"Authorization": authorization})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 401)
        self.assertTrue(answer.headers["Date"])
        self.assertEqual(answer.headers["Toopher-Features"],
                         "wait cancel ttl supersedes client_request_id number_matching authorization enrolment_link")
        self.assertEqual(answer.read(), b'{"error_code":401,"error_message":"Not a valid OAuth signed request"}')
        connection.close()

    def test_a_replayed_call_is_refused(self):
        authorization = self.host._authorization("GET", self.host.base + "users", {"name": "x"})
        statuses = []
        for _ in range(2):
            connection = http.client.HTTPConnection(*self.address(), timeout=30)
            connection.request("GET", "/v1/users?name=x", headers={"Authorization": authorization})
            statuses.append(connection.getresponse().status)
            connection.close()
        self.assertEqual(statuses, [200, 401])

    def test_a_devices_call_is_checked(self):
        phone = self.phone()
        target = "/authenticator/v1/pending"
        headers = phone.headers("GET", target, b"")
        self.assertEqual(phone.send("GET", target, b"", headers)[0], 200)
        self.assertEqual(phone.send("GET", target, b"", headers)[0], 401)
        status, answer = phone.send("GET", target + "?wait=1", b"", phone.headers("GET", target, b""))
        self.assertEqual(status, 401)
        self.assertAlmostEqual(answer["server_time"], time.time(), delta=5)
        late = phone.headers("GET", target, b"", timestamp=int(time.time()) - 301)
        self.assertEqual(phone.send("GET", target, b"", late)[0], 401)

    def test_unknown_calls_and_wrong_parameters(self):
        self.assertEqual(self.host.get("nothing")[0], 404)
        self.assertEqual(self.host.get("authentication_requests/" + "0" * 36)[0], 404)
        self.assertEqual(self.host.post("pairings/create", pairing_phrase="no such phrase", user_name="x")[1],
                         {"error_code": 400,
                          "error_message": "No pending pairing requests with specified pairing_phrase"})
        self.assertEqual(self.host.post("authentication_requests/initiate", user_name="x", ttl="abc")[0], 400)
        self.assertEqual(self.host.post("authentication_requests/initiate", user_name="")[0], 400)

    def test_oversized_and_broken_messages(self):
        long_header = b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20000 + b"\r\n\r\n"
        self.assertIn(self.talk(long_header)[:12], (b"", b"HTTP/1.1 431"))
        announced = b"POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n"
        self.assertEqual(self.talk(announced)[:12], b"HTTP/1.1 413")
        self.assertEqual(self.talk(b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")[:12],
                         b"HTTP/1.1 400")
        for endless in (b"5;", b"0\r\nX: "):  # a chunk's extension, the trailer
            chunked = b"POST /v1/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + endless
            self.assertEqual(self.talk(chunked + b"a" * 9000)[:12], b"HTTP/1.1 431")
        self.assertEqual(self.talk(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")[:12], b"HTTP/1.1 400")
        self.assertEqual(self.talk(b"GET /healthz HTTP/1.1\r\n"), b"")
        self.assert_alive()

    def test_broken_json_is_refused(self):
        phone = self.phone()
        target = "/authenticator/v1/pairings/" + "0" * 8 + "-0000-4000-8000-" + "0" * 12
        for body in (b"", b"[]", b"{", b'{"a":' * 5000, b'{"choice":null}', b'{"choice":"allow","signature":"*"}',
                     b'{"choice":"allow","choice":"deny"}', b"\xff\xfe"):
            status, answer = phone.send("POST", target, body, phone.headers("POST", target, body))
            self.assertEqual((status, answer["error_code"]), (400, 400), body[:40])

    def test_garbage_does_no_harm(self):
        dice = random.Random(1)
        good = (b"POST /v1/authentication_requests/initiate HTTP/1.1\r\nHost: x\r\nContent-Type: application/"
                b"x-www-form-urlencoded\r\nContent-Length: 9\r\nAuthorization: OAuth a=\"b\"\r\n\r\nuser=%41b")
        for _ in range(200):
            data = bytearray(good)
            for _ in range(dice.randint(1, 8)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            self.assertNotIn(b"HTTP/1.1 200", self.talk(bytes(data)))
        self.assert_alive()

    def test_a_vanished_host_frees_its_poll(self):
        self.paired("vanisher")
        request = self.initiate("vanisher")
        parameters = {"wait": "60"}
        path = "authentication_requests/" + request["id"]
        authorization = self.host._authorization("GET", self.host.base + path, parameters)
        connection = http.client.HTTPConnection(*self.address(), timeout=30)
        connection.request("GET", f"/v1/{path}?wait=60", headers={"Authorization": authorization})
        port = connection.sock.getsockname()[1]
        self.host.get(path)  # its answer comes after the poll was read and parked
        self.assertTrue(server_holds(self.address()[1], port))
        connection.close()
        system.wait_until(lambda: not server_holds(self.address()[1], port), "the end of the poll", timeout=20)

    def test_one_device_cannot_park_any_number_of_polls(self):
        phone = self.phone()
        target = f"/authenticator/v1/pending?wait=60&since={phone.pending()['version']}"
        parked = []
        for _ in range(16):
            connection = http.client.HTTPConnection(*self.address(), timeout=30)
            connection.request("GET", target, headers=phone.headers("GET", target, b""))
            parked.append(connection)
        phone.pending()  # its answer comes after the polls were read and parked
        self.assertEqual(phone.send("GET", target, b"", phone.headers("GET", target, b""))[0], 429)
        for connection in parked:
            connection.close()
        self.assertEqual(phone.pending()["requests"], [])

    def test_one_address_cannot_take_every_connection(self):
        with contextlib.ExitStack() as stack:
            for _ in range(1024):
                stack.enter_context(self.connect())
            with self.connect() as further:
                self.assertEqual(further.recv(12), b"HTTP/1.1 429")
            with socket.create_connection(self.address(), timeout=30, source_address=("127.0.0.2", 0)) as other:
                other.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertEqual(other.recv(12), b"HTTP/1.1 200")
        system.wait_until(lambda: self.talk(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), "room again")

    def test_a_slow_client_is_cut_off(self):
        self.slow.settimeout(40)
        self.assertEqual(self.slow.recv(12), b"HTTP/1.1 408")
        self.assertLess(time.monotonic() - self.slow_since, 40)


class Ending(unittest.TestCase):
    def test_a_signal_answers_parked_polls(self):
        with tempfile.TemporaryDirectory() as directory, system.Toopherd(directory) as server:
            phone = device.Device(server.url, os.path.join(directory, "phone"))
            phone.register()
            version = phone.pending()["version"]
            target = f"/authenticator/v1/pending?wait=60&since={version}"
            address = urllib.parse.urlsplit(server.url)
            connection = http.client.HTTPConnection(address.hostname, address.port, timeout=90)
            connection.request("GET", target, headers=phone.headers("GET", target, b""))
            phone.pending()  # its answer comes after the poll was read and parked
            begin = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertEqual(json.loads(connection.getresponse().read())["version"], version)
            self.assertLess(time.monotonic() - begin, 20)
            connection.close()


class Starting(unittest.TestCase):
    def run_with(self, *arguments):
        return subprocess.run([system.program("toopherd"), *arguments], capture_output=True, text=True, check=False,
                              timeout=30)

    def start_with(self, directory, change):
        """toopherd's complaint about a changed configuration."""
        config = os.path.join(directory, "s", "toopherd.conf")
        with open(config, encoding="utf-8") as file:
            text = file.read()
        with open(config, "w", encoding="utf-8") as file:
            file.write(change(text))
        made = self.run_with("--config", config)
        with open(config, "w", encoding="utf-8") as file:
            file.write(text)
        self.assertEqual(made.returncode, 1, made.stderr)
        return made.stderr

    def test_usage(self):
        self.assertEqual(self.run_with("--help").returncode, 0)
        self.assertIn("0.1.0", self.run_with("--version").stdout)
        for wrong in (["--nonsense"], [], ["extra"], ["--config"], ["--init", "x", "--config", "y"]):
            self.assertEqual(self.run_with(*wrong).returncode, 2, wrong)
        self.assertEqual(self.run_with("--config", "/nonexistent/toopherd.conf").returncode, 1)

    def test_an_option_of_another_call_is_refused(self):
        nowhere = "/nonexistent/toopherd.conf"
        for option in ("--listen", "--origin", "--push-contact", "--database", "--database-password-file"):
            for call in (["--config", nowhere], ["--config", nowhere, "--add-requester", "web"]):
                refused = self.run_with(*call, option, "x")
                self.assertEqual((refused.returncode, "go with --init only" in refused.stderr), (2, True), refused.stderr)
                self.assertIn(option, refused.stderr)
        for call in (["--config", nowhere], ["--init", "/nonexistent/s"]):
            refused = self.run_with(*call, "--scopes", "login")
            self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn("--database-password-file", self.run_with("--init", "x", "--config", nowhere).stderr)

    def test_what_is_wrong_is_said(self):
        with tempfile.TemporaryDirectory() as directory:
            made = self.run_with("--init", os.path.join(directory, "s"), "--listen", "127.0.0.1:0")
            self.assertEqual(made.returncode, 0, made.stderr)
            self.assertEqual(self.run_with("--init", os.path.join(directory, "s")).returncode, 1)
            self.assertIn("toopherd.conf:12: unknown key colour",
                          self.start_with(directory, lambda text: text + "colour = red\n"))
            self.assertIn("clear text", self.start_with(directory, lambda text: text.replace("127.0.0.1", "0.0.0.0")))
            self.assertIn("database", self.start_with(directory, lambda text: text.replace("database =", "# ")))
            self.assertIn("listen", self.start_with(directory, lambda text: text.replace("127.0.0.1", "localhost")))
            key = os.path.join(directory, "s", "toopherd.key")
            os.chmod(key, 0o644)
            self.assertIn(key, self.start_with(directory, lambda text: text))
            os.chmod(key, 0o600)
            with open(key, "w", encoding="utf-8") as file:
                file.write("00" * 32 + "\n")
            self.assertIn("key file", self.start_with(directory, lambda text: text))

    def test_tls(self):
        with tempfile.TemporaryDirectory() as directory:
            place = os.path.join(directory, "s")
            self.run_with("--init", place, "--listen", "127.0.0.1:0")
            device.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                           "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-keyout",
                           os.path.join(place, "private-key.pem"), "-out", os.path.join(place, "certificate.pem"))
            config = os.path.join(place, "toopherd.conf")
            with open(config, encoding="utf-8") as file:
                text = file.read()
            with open(config, "w", encoding="utf-8") as file:
                file.write(text.replace("# certificate", "certificate").replace("# private", "private"))
            key = os.path.join(place, "private-key.pem")
            os.chmod(key, 0o644)
            refused = self.run_with("--config", config)
            self.assertEqual(refused.returncode, 1)
            self.assertIn(key, refused.stderr)
            os.chmod(key, 0o640)
            os.rename(key, key + ".1")
            os.symlink(key + ".1", key)
            with system.Process([system.program("toopherd"), "--config", config]) as server:
                port = int(server.wait_for_line(r"ready on https://127\.0\.0\.1:(\d+)").group(1))
                context = ssl.create_default_context(cafile=os.path.join(place, "certificate.pem"))
                connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
                for _ in range(2):
                    connection.request("GET", "/healthz")
                    answer = connection.getresponse()
                    self.assertEqual((answer.status, answer.read()), (200, b'{"status":"ok"}'))
                connection.close()
                with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
                    plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                    self.assertEqual(plain.recv(1000), b"")
                self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
