#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of toopherd under attack: many calls at the same moment, of which one must count."""

import json
import os
import secrets
import socket
import sys
import tempfile
import unittest
import urllib.parse

SOURCE = os.environ.get("TOOPHER_SRCDIR") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))
import device  # noqa: E402
import postgres  # noqa: E402
import requester  # noqa: E402
import system  # noqa: E402

BUSY = (429, 503)  # answers that ask for a repeat
USED, LOCKED, INVALID, CANCELLED = 1006, 1007, 1005, 1004


class Call:
    """One HTTP call that is sent in two parts: all of it but the last byte, and that."""

    def __init__(self, url, method, target, body, headers):
        parts = urllib.parse.urlsplit(url)
        self.address = (parts.hostname, parts.port)
        lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close",
                 f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items())]
        self.data = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        self.socket = None

    def load(self):
        self.socket = socket.create_connection(self.address, timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(self.data[:-1])

    def fire(self):
        self.socket.sendall(self.data[-1:])

    def answer(self):
        """(status, JSON)"""
        with self.socket:
            data = b""
            while chunk := self.socket.recv(65536):
                data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        return int(head.split()[1]), json.loads(body or b"null")


def volley(calls):
    """The answers to calls that arrive at the same moment as far as possible."""
    for call in calls:
        call.load()
    for call in calls:
        call.fire()
    return [call.answer() for call in calls]


def post_of(host, path, **parameters):
    """A call of a requester."""
    return Call(host.base, "POST", urllib.parse.urlsplit(host.base).path + path,
                urllib.parse.urlencode(parameters).encode(),
                {"Content-Type": "application/x-www-form-urlencoded",
                 "Authorization": host._authorization("POST", host.base + path, parameters)})


def call_of(phone, url, path, **body):
    """A call of a phone, at the instance of that URL: what it signs names the one that it knows."""
    target, data = "/authenticator/v1/" + path, json.dumps(body).encode()
    return Call(url, "POST", target, data, phone.headers("POST", target, data))


class Attack:
    """The tests, for whatever engine and however many instances `start` gives: `urls`, of which phones know the first, and
    `hosts`, one requester at each."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="toopher-attack-")
        cls.phones = 0
        cls.start(cls.scratch.name)

    @classmethod
    def tearDownClass(cls):
        cls.stop()
        cls.scratch.cleanup()

    @property
    def host(self):
        return self.hosts[0]

    def at(self, i):
        """The host at the instance whose turn it is."""
        return self.hosts[i % len(self.hosts)]

    def decisions(self, phone, entry, answers):
        """Calls of a phone, one for each (choice, number), spread over the instances."""
        return [call_of(phone, self.urls[i % len(self.urls)], f"requests/{entry['id']}/decision", choice=choice,
                        number=number, signature=phone.decision(entry["pairing_id"], entry["shown"], choice, number))
                for i, (choice, number) in enumerate(answers)]

    def at_each(self, count, path, **parameters):
        """As many calls, spread over the instances; each is signed by itself."""
        return [post_of(self.at(i), path, **parameters) for i in range(count)]

    def repeated(self, answers, path, **parameters):
        """The answers, with another try in the place of those that ask for one."""
        return [self.until_answered(path, **parameters) if status in BUSY else (status, answer)
                for status, answer in answers]

    def until_answered(self, path, **parameters):
        def ask():
            status, answer = self.host.post(path, **parameters)
            return None if status in BUSY else (status, answer)
        return system.wait_until(ask, "an answer that is no request to try again")

    @classmethod
    def phone(cls):
        cls.phones += 1
        made = device.Device(cls.urls[0], os.path.join(cls.scratch.name, f"phone{cls.phones}"))
        assert made.register()[0] == 200
        return made

    def paired(self, user):
        """(phone, pairing id)"""
        phone = self.phone()
        status, pairing = self.host.post("pairings/create", pairing_phrase=phone.phrase(), user_name=user)
        self.assertEqual(status, 200, pairing)
        self.assertEqual(phone.answer_pairing(phone.pending()["pairings"][0], "allow")[0], 200)
        return phone, pairing["id"]

    def login(self, user, **more):
        return dict(user_name=user, terminal_name="host", action_name="sshd", **more)

    INITIATE = "authentication_requests/initiate"

    def push(self, user, **more):
        status, request = self.host.post(self.INITIATE, **self.login(user, **more))
        self.assertEqual(status, 200, request)
        return request

    def state(self, request):
        return self.host.get("authentication_requests/" + request["id"])[1]

    def test_of_many_submissions_of_one_code_one_is_granted(self):
        phone, pairing = self.paired("code")
        login = self.login("code", otp=phone.code(pairing))
        answers = self.repeated(volley(self.at_each(200, self.INITIATE, **login)), self.INITIATE, **login)
        self.assertEqual({status for status, _ in answers}, {200})
        self.assertEqual([answer["granted"] for _, answer in answers].count(True), 1)
        self.assertEqual({answer["reason_code"] for _, answer in answers if not answer["granted"]}, {USED})

    def test_of_many_submissions_to_one_push_one_is_granted(self):
        phone, pairing = self.paired("push-code")
        pushes = [self.push("push-code") for _ in range(3)]
        code = phone.code(pairing)
        answers = volley([post_of(self.at(i // 3), f"authentication_requests/{pushes[i % 3]['id']}/otp_auth", otp=code)
                          for i in range(60)])
        granted = {answer["id"] for status, answer in answers if status == 200 and answer["granted"]}
        self.assertEqual(len(granted), 1)
        self.assertEqual([self.state(push)["granted"] for push in pushes].count(True), 1)

    def test_a_recovery_code_counts_once(self):
        codes = self.until_answered("users/activate_next_otp_list", user_name="paper",
                                    create_user_if_needed="True")[1]["otp_list"]
        login = self.login("paper", otp=codes[0])
        answers = self.repeated(volley(self.at_each(20, self.INITIATE, **login)), self.INITIATE, **login)
        self.assertEqual([answer["granted"] for _, answer in answers].count(True), 1)
        self.assertEqual({answer["reason_code"] for _, answer in answers if not answer["granted"]}, {USED})

    def test_guessing_fast_gives_no_more_tries(self):
        phone, pairing = self.paired("guesser")
        right = {phone.code(pairing, step) for step in range(-3, 4)}
        wrong = [code for code in (f"{n:06d}" for n in range(120)) if code not in right][:100]
        answers = volley([post_of(self.at(i), self.INITIATE, **self.login("guesser", otp=code))
                          for i, code in enumerate(wrong)])
        reasons = [answer["reason_code"] for status, answer in answers if status == 200]
        self.assertEqual(reasons.count(INVALID), 5)
        self.assertEqual(set(reasons), {INVALID, LOCKED})
        self.assertEqual(self.push("guesser", otp=phone.code(pairing))["reason_code"], LOCKED)

    def test_at_most_three_pushes_wait_and_one_of_them_has_no_number(self):
        phone, _ = self.paired("flooded")
        answers = volley(self.at_each(40, self.INITIATE, **self.login("flooded")))
        made = [answer for status, answer in answers if status == 200]
        self.assertEqual({status for status, _ in answers if status != 200}, {429})
        self.assertLessEqual(len(made), 3)
        listed = phone.pending()["requests"]
        self.assertEqual({entry["id"] for entry in listed}, {answer["id"] for answer in made})
        self.assertEqual(sorted(entry["number_digits"] for entry in listed), [0] + [2] * (len(made) - 1))

    def test_a_repeated_initiate_is_one_push(self):
        phone, _ = self.paired("repeater")
        login = self.login("repeater", client_request_id=secrets.token_hex(16))
        answers = self.repeated(volley(self.at_each(20, self.INITIATE, **login)), self.INITIATE, **login)
        self.assertEqual({status for status, _ in answers}, {200})
        self.assertEqual(len({answer["id"] for _, answer in answers}), 1)
        self.assertEqual(len(phone.pending()["requests"]), 1)

    def test_a_repeated_code_is_one_use(self):
        phone, pairing = self.paired("repeated-code")
        login = self.login("repeated-code", otp=phone.code(pairing), client_request_id=secrets.token_hex(16))
        answers = self.repeated(volley(self.at_each(20, self.INITIATE, **login)), self.INITIATE, **login)
        self.assertEqual({(status, answer["granted"]) for status, answer in answers}, {(200, True)})
        self.assertEqual(len({answer["id"] for _, answer in answers}), 1)
        again = dict(login, client_request_id=secrets.token_hex(16))
        self.assertEqual(self.host.post(self.INITIATE, **again)[1]["reason_code"], USED)
        clash = dict(login, terminal_name="elsewhere")
        self.assertEqual({status for status, _ in volley(self.at_each(5, self.INITIATE, **clash))}, {409})

    def test_the_same_call_counts_once(self):
        self.paired("replayed")
        first = post_of(self.host, self.INITIATE, **self.login("replayed"))
        self.assert_counts_once(first)

    def assert_counts_once(self, call):
        """One of many copies, at whatever instance; they name the first as whom they call."""
        copies = [Call(self.urls[i % len(self.urls)], "GET", "/", b"", {}) for i in range(30)]
        for copy in copies:
            copy.data = call.data
        self.assertEqual(sorted(status for status, _ in volley(copies)), [200] + [401] * 29)

    def test_the_same_call_of_a_phone_counts_once(self):
        phone = self.phone()
        self.assert_counts_once(call_of(phone, self.urls[0], "phrases"))

    def test_of_many_answers_of_a_phone_one_decides(self):
        phone, _ = self.paired("undecided")
        request = self.push("undecided")
        entry = phone.pending()["requests"][0]
        choices = [(choice, "") for choice in ("allow", "deny", "not_me")] * 7
        answers = volley(self.decisions(phone, entry, choices))
        won = [answer for status, answer in answers if status == 200]
        self.assertEqual(len(won), 1)
        self.assertEqual({status for status, _ in answers}, {200, 409})
        state = self.state(request)
        self.assertEqual((state["granted"], state["reason_code"]), (won[0]["granted"], won[0]["reason_code"]))

    def test_the_number_has_one_attempt_also_at_the_same_moment(self):
        phone, _ = self.paired("number")
        request = self.push("number", number_matching="true")
        entry = phone.pending()["requests"][0]
        answers = volley(self.decisions(phone, entry, [("allow", str(number)) for number in range(10, 100)]))
        won = [answer for status, answer in answers if status == 200]
        self.assertEqual(len(won), 1)
        self.assertEqual(self.state(request)["granted"], won[0]["granted"])

    def test_allowing_and_withdrawing_at_the_same_moment_ends_in_one_of_them(self):
        phone, _ = self.paired("wavering")
        for _ in range(8):
            request = self.push("wavering")
            entry = phone.pending()["requests"][0]
            allow, = self.decisions(phone, entry, [("allow", "")])
            cancel = post_of(self.hosts[-1], f"authentication_requests/{request['id']}/cancel")
            (by_phone, _), (by_host, withdrawn) = volley([allow, cancel])
            state = self.state(request)
            self.assertEqual(by_host, 200)
            self.assertEqual(by_phone, 200 if state["granted"] else 409)
            self.assertEqual(withdrawn["granted"], state["granted"])
            self.assertNotEqual(state["granted"], state["reason_code"] == CANCELLED)
            # Withdrawn pushes count; a granted one starts anew.
            if not state["granted"]:
                self.approve_one(phone, "wavering")

    def approve_one(self, phone, user):
        self.push(user)
        entry = phone.pending()["requests"][0]
        self.assertEqual(phone.answer_request(entry, "allow")[0], 200)

    def test_an_approval_is_used_once(self):
        phone, _ = self.paired("approver")
        _, request = self.host.post(self.INITIATE, user_name="approver", terminal_name="host",
                                    action_name="pair another phone")
        phone.answer_request(phone.pending()["requests"][0], "allow", request["number"])
        phrases = [self.phone().phrase() for _ in range(8)]
        answers = volley([post_of(self.at(i), "pairings/create", pairing_phrase=phrase, user_name="approver",
                                  authorization=request["id"]) for i, phrase in enumerate(phrases)])
        self.assertEqual(sorted(status for status, _ in answers), [200] + [403] * 7)

    def test_a_phrase_is_used_once(self):
        phrase = self.phone().phrase()
        answers = volley([post_of(self.at(i), "pairings/create", pairing_phrase=phrase,
                                  user_name=f"phrase{i}") for i in range(10)])
        self.assertEqual(sorted(status for status, _ in answers), [200] + [400] * 9)

    def test_a_user_who_is_new_to_many_calls_is_one(self):
        phrases = [self.phone().phrase() for _ in range(6)]
        answers = volley([post_of(self.at(i), "pairings/create", pairing_phrase=phrase,
                                  user_name="newcomer") for i, phrase in enumerate(phrases)])
        self.assertEqual({status for status, _ in answers}, {200})
        self.assertEqual(len({answer["user"]["id"] for _, answer in answers}), 1)

    def test_of_phones_that_pair_at_the_same_moment_one_is_first(self):
        phones = [self.phone() for _ in range(5)]
        for phone in phones:
            self.host.post("pairings/create", pairing_phrase=phone.phrase(), user_name="first")
        calls = []
        for i, phone in enumerate(phones):
            entry = phone.pending()["pairings"][0]
            calls.append(call_of(phone, self.urls[i % len(self.urls)], "pairings/" + entry["id"], choice="allow",
                                 signature=phone.decision(entry["id"], entry["shown"], "allow")))
        self.assertEqual(sorted(status for status, _ in volley(calls)), [200] + [409] * 4)

    def test_rules_made_at_the_same_moment_are_one(self):
        phone, _ = self.paired("ruler")
        self.push("ruler")
        entries = phone.pending()["requests"]
        days = [1, 7, 30, 365]
        pairing, shown = entries[0]["pairing_id"], entries[0]["shown"]
        answers = volley([call_of(phone, self.urls[i % len(self.urls)], f"requests/{entries[0]['id']}/decision",
                                  choice="allow", number="", remember_days=day,
                                  signature=phone.remembering(pairing, shown, day)) for i, day in enumerate(days)])
        self.assertEqual(sorted(status for status, _ in answers), [200, 409, 409, 409])
        self.assertEqual(len(phone.call("GET", "rules")[1]["rules"]), 1)


class OnSqlite(Attack, unittest.TestCase):
    @classmethod
    def start(cls, directory):
        cls.server = system.Toopherd(directory)
        cls.urls = [cls.server.url]
        cls.hosts = [requester.Requester(cls.server.url, cls.server.key, cls.server.secret)]

    @classmethod
    def stop(cls):
        if cls.server.stop() != 0:
            raise AssertionError(cls.server.text())


class OnPostgres(Attack):
    """`instances` of toopherd on one database, with one key file and one origin."""
    instances = None

    @classmethod
    def start(cls, directory):
        cls.cluster = postgres.Postgres()
        cls.addClassCleanup(cls.cluster.stop)
        first = system.Toopherd(directory, postgres=cls.cluster.database())
        more = [system.Instance(first, os.path.join(directory, str(i))) for i in range(1, cls.instances)]
        cls.servers = [first, *more]
        cls.urls = [server.url for server in cls.servers]
        cls.hosts = [requester.Requester(url, first.key, first.secret) for url in cls.urls]

    @classmethod
    def stop(cls):
        statuses = [server.stop() for server in reversed(cls.servers)]
        if any(statuses):
            raise AssertionError("\n".join(server.text() for server in cls.servers))


class OnOnePostgres(OnPostgres, unittest.TestCase):
    instances = 1


class OnTwoInstances(OnPostgres, unittest.TestCase):
    instances = 2


if __name__ == "__main__":
    unittest.main(verbosity=2)
