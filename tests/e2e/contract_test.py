# SPDX-License-Identifier: Apache-2.0
"""Every call that the official client libraries make, as each generation of them sends it and reads the answer."""

import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request
import zlib

SOURCE = os.environ.get("TOOPHER_SRCDIR", os.path.join(os.path.dirname(__file__), "../.."))
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))
import clients  # noqa: E402
import device  # noqa: E402
import system  # noqa: E402

UNKNOWN = "0b16d487-8675-4ba9-a3c3-91b833333b2c"
GATEWAY = """#!/bin/sh
# Writes down what it was given, one argument a line, and its input.
{ printf '%s\\n' "$@"; cat; } > "$0.said.part" && mv "$0.said.part" "$0.said"
case "$1" in *666) exit 3 ;; esac
"""


class Fixture(unittest.TestCase):
    """One toopherd with programs that stand for the gateways, and requesters of each set of scopes."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp()
        cls.made = 0
        cls.server = system.Toopherd(cls.directory)
        cls.server.stop()
        cls.config = os.path.join(cls.server.directory, "toopherd.conf")
        cls.gateways = {name: cls.gateway(name) for name in ("sms", "mail")}
        cls.everything = cls.requester("everything", "login,enrol,admin")
        cls.server = cls.run_server()

    @classmethod
    def run_server(cls):
        process = system.Process([system.program("toopherd"), "--config", cls.config])
        cls.url = process.wait_for_line(r"ready on (http://\S+)").group(1)
        return process

    @classmethod
    def gateway(cls, name):
        path = os.path.join(cls.directory, name + "-gateway")
        with open(path, "w", encoding="ascii") as file:
            file.write(GATEWAY)
        os.chmod(path, 0o755)
        with open(cls.config, "a", encoding="ascii") as file:
            file.write(f"{name}-command = {path}\n")
        return path

    @classmethod
    def requester(cls, name, scopes):
        """(key, secret)"""
        made = subprocess.run([system.program("toopherd"), "--add-requester", name, "--scopes", scopes, "--config",
                               cls.config], capture_output=True, text=True, check=True, timeout=system.PATIENCE)
        return [re.search(rf"^{word}\s*=\s*(\S+)", made.stdout, re.M).group(1) for word in ("key", "secret")]

    @classmethod
    def tearDownClass(cls):
        status = cls.server.stop()
        shutil.rmtree(cls.directory)
        if status != 0:
            raise AssertionError(f"toopherd ended with {status}: {cls.server.text()}")

    @classmethod
    def phone(cls):
        cls.made += 1
        made = device.Device(cls.url, os.path.join(cls.directory, f"phone{cls.made}"))
        assert made.register()[0] == 200
        return made

    def client(self, library):
        return library(self.url, *self.everything)

    def user(self, library):
        """A name that nobody has yet; not ASCII, where the library can say that."""
        type(self).made += 1
        return f"{library.__name__.lower()} {'jöe' if library.encoding == 'utf-8' else 'joe'} & son {self.made}"

    def paired(self, client):
        """(user, phone, pairing id)"""
        user, phone = self.user(type(client)), self.phone()
        pairing = client.pair(phone.phrase(), user)
        self.assertEqual((pairing["enabled"], pairing["user"]["name"]), (False, user))
        self.assertEqual(phone.answer_pairing(phone.pending()["pairings"][0], "allow")[0], 200)
        self.assertIs(client.pairing_status(pairing["id"])["enabled"], True)
        return user, phone, pairing["id"]

    def answer(self, phone, request, choice="allow"):
        entry = next(e for e in phone.pending()["requests"] if e["id"] == request["id"])
        self.assertEqual(phone.answer_request(entry, choice)[0], 200)
        return entry

    def assert_refused(self, code, function, *arguments, **named):
        with self.assertRaises(clients.Refused) as raised:
            function(*arguments, **named)
        self.assertEqual(raised.exception.code, code)
        return raised.exception


def each(libraries):
    """Runs a test for each of the libraries."""
    def decorate(test):
        def run(self):
            for library in libraries:
                with self.subTest(library.__name__):
                    test(self, library)
        run.__name__, run.__doc__ = test.__name__, test.__doc__
        return run
    return decorate


class Logins(Fixture):
    @each(clients.FIRST + clients.SECOND + clients.THIRD)
    def test_a_phone_is_paired_and_asked(self, library):
        client = self.client(library)
        _, phone, pairing = self.paired(client)
        request = client.authenticate(pairing, "työ maa" if library.encoding == "utf-8" else "host", action_name="log in")
        self.assertEqual((request["pending"], request["granted"]), (True, False))
        shown = self.answer(phone, request)["shown"]
        self.assertIn('"action":"log in"', shown)
        request = client.request_status(request["id"])
        self.assertEqual((request["pending"], request["granted"], request["automated"]), (False, True, False))
        denied = client.authenticate(pairing, "host", automation_allowed="False", challenge_required="true",
                                     test_param="42")
        self.answer(phone, denied, "deny")
        denied = client.request_status(denied["id"])
        self.assertEqual((denied["pending"], denied["granted"]), (False, False))
        self.assertTrue(denied["reason"])

    @each(clients.FIRST + clients.SECOND + clients.THIRD)
    def test_what_is_signed_wrongly_or_twice_is_refused(self, library):
        client = self.client(library)
        client.secret += "x"
        if library is clients.Perl:
            self.assertRaises(clients.Unreadable, client.pairing_status, UNKNOWN)
            return
        refused = self.assert_refused(401, client.pairing_status, UNKNOWN)
        self.assertEqual((refused.status, refused.message), (401, "Not a valid OAuth signed request"))

    @each(clients.FIRST + clients.SECOND + clients.THIRD)
    def test_a_pairing_that_waits_or_is_over_is_told_by_text_and_code(self, library):
        client = self.client(library)
        phone = self.phone()
        pairing = client.pair(phone.phrase(), self.user(library))["id"]
        refused = self.assert_refused(601, client.authenticate, pairing, "host")
        self.assertIn("Pairing has not been authorized to authenticate", refused.message)
        phone.answer_pairing(phone.pending()["pairings"][0], "allow")
        self.client(clients.Java11).deactivate(pairing)
        refused = self.assert_refused(707, client.authenticate, pairing, "host")
        self.assertIn("Pairing has been deactivated", refused.message)

    @each(clients.FIRST + clients.SECOND + clients.THIRD)
    def test_a_wrong_phrase_is_refused(self, library):
        client = self.client(library)
        if library is clients.Perl:
            self.assertRaises(clients.Unreadable, client.pair, "awkward turtle", "jdoe")
            return
        refused = self.assert_refused(400, client.pair, "awkward turtle", "jdoe")
        self.assertEqual(refused.message, "No pending pairing requests with specified pairing_phrase")

    def test_the_earlier_pam_module_asks_without_a_terminal(self):
        client = self.client(clients.Python11)
        _, phone, pairing = self.paired(client)
        for terminal in (None, ""):
            request = client.authenticate(pairing, terminal, action_name="login", automation_allowed="False")
            self.assertEqual(request["terminal"]["name"], "")
            self.answer(phone, request)

    def test_a_user_name_that_looks_like_an_id_is_an_id_to_the_libraries_of_2015(self):
        client = self.client(clients.Php20)
        _, _, pairing = self.paired(client)
        self.assertTrue(client.is_id(pairing), "PHP takes it for a user name")


class Names(Fixture):
    @each(clients.SECOND)
    def test_logins_by_name_learn_the_terminals_name(self, library):
        client = self.client(library)
        user, phone, _ = self.paired(client)
        self.assert_refused(706, client.by_user_name, user, extra="a cookie")
        client.create_terminal(user, "my laptop", "a cookie")
        request = client.by_user_name(user, extra="a cookie", action_name="")
        self.assertEqual(request["terminal"]["name"], "my laptop")
        self.answer(phone, request)
        self.assertTrue(client.request_status(request["id"])["granted"])
        self.assertEqual(client.create_terminal(user, "my old laptop", "a cookie")["id"], request["terminal"]["id"])
        self.assert_refused(705, client.by_user_name, "nobody " + user, "host", "another cookie")

    @each(clients.THIRD)
    def test_the_libraries_of_2015_learn_it_too(self, library):
        client = self.client(library)
        user, phone, pairing = self.paired(client)
        self.assert_refused(706, client.authenticate_anyhow, user, extra="a cookie")
        terminal = client.create_terminal(user, "my laptop", "a cookie")
        self.assertEqual(terminal["requester_specified_id"], "a cookie")
        self.assertEqual(client.terminal(terminal["id"]), terminal)
        request = client.authenticate_anyhow(user, extra="a cookie")
        self.assertEqual(request["terminal"]["id"], terminal["id"])
        self.assertEqual(request["action"]["name"], "log in")
        self.answer(phone, request)
        request = client.authenticate_anyhow(pairing, "my laptop", "a cookie", action_name="sign")
        self.assertEqual((request["terminal"]["id"], request["action"]["name"]), (terminal["id"], "sign"))
        self.assert_refused(705, client.authenticate_anyhow, "nobody " + user, "host", "another cookie")
        self.assert_refused(706, client.terminal, UNKNOWN)

    def test_radius_forgets_a_terminals_name(self):
        client = self.client(clients.Radius)
        user, _, _ = self.paired(client)
        made = [client.create_terminal(user, name, extra)["id"] for name, extra in (("one", "1"), ("two", "2"))]
        for terminal in made:
            self.assertEqual(client.forget_terminal(terminal)["name_extra"], "00000000")
        for extra in ("1", "2"):
            self.assert_refused(706, client.by_user_name, user, extra=extra)


class Users(Fixture):
    @each(clients.SECOND + clients.THIRD)
    def test_a_user_is_switched_off_and_on(self, library):
        client = self.client(library)
        user, _, pairing = self.paired(client)
        client.enable(user, False)
        refused = self.assert_refused(704, client.authenticate, pairing, "host")
        self.assertEqual((refused.status, refused.message),
                         (409, "The specified user has disabled Toopher authentication."))
        client.enable(user, True)
        self.assertTrue(client.authenticate(pairing, "host")["pending"])
        self.assertRaises(clients.Unreadable, client.find_user, "nobody " + user)

    @each(clients.THIRD)
    def test_users_are_made_found_and_reset(self, library):
        client = self.client(library)
        name = self.user(library)
        made = client.create_user(name)
        self.assertEqual((made["name"], made["toopher_authentication_enabled"]), (name, True))
        self.assertEqual(client.user(made["id"]), made)
        self.assertEqual(client.find_user(name), made)
        self.assertEqual(client.create_user(name)["id"], made["id"])
        user, _, pairing = self.paired(client)
        client.reset_user(user)
        self.assert_refused(707, client.authenticate_anyhow, pairing, "host")
        self.assert_refused(705, client.reset_user, "nobody " + user)
        self.assert_refused(705, client.user, UNKNOWN)

    @each((clients.Radius, clients.Java11, clients.DotNet11))
    def test_pairings_of_a_user_are_listed_and_ended(self, library):
        client = self.client(library)
        user, _, pairing = self.paired(client)
        self.assertEqual([p["id"] for p in client.pairings_of(user)], [pairing])
        self.assertFalse(client.deactivate(pairing)["enabled"])
        listed = self.client(clients.Radius).pairings_of(user)
        self.assertEqual(listed, [], "a deactivated one is listed in spite of deactivated=0")
        self.assertEqual(len(self.client(clients.DotNet11).pairings_of(user)), 1)

    def test_radius_resets_by_name(self):
        client = self.client(clients.Radius)
        user, _, pairing = self.paired(client)
        client.reset_user(user)
        self.assert_refused(707, client.authenticate, pairing, "host")


class Codes(Fixture):
    @each((clients.Python11, clients.Perl, clients.Radius, clients.Java11, clients.DotNet11) + clients.THIRD)
    def test_a_code_grants_what_is_pending(self, library):
        client = self.client(library)
        _, phone, pairing = self.paired(client)
        request = client.authenticate(pairing, "host")
        wrong = client.otp(request["id"], "0" if phone.code(pairing) == "000000" else "000000")
        self.assertFalse(wrong["granted"])
        granted = client.otp(request["id"], phone.code(pairing))
        self.assertEqual((granted["pending"], granted["granted"]), (False, True))

    def test_the_older_dotnet_sends_it_to_another_path(self):
        client = self.client(clients.DotNet11)
        _, phone, pairing = self.paired(client)
        request = client.authenticate(pairing, "host")
        self.assertTrue(client.otp_of_old(request["id"], phone.code(pairing))["granted"])

    def test_radius_sends_a_code_at_once(self):
        client = self.client(clients.Radius)
        user, phone, pairing = self.paired(client)
        self.assertTrue(client.authenticate_with_code(user, phone.code(pairing))["granted"])

    def test_radius_makes_a_list_of_codes_and_is_told_to_ask_for_one(self):
        client = self.client(clients.Radius)
        user = self.user(clients.Radius)
        codes = client.otp_list(user)
        asked = client.by_user_name(user, "host")
        self.assertEqual((asked["pending"], asked["granted"], asked["reason_code"]), (False, False, 708))
        self.assertTrue(client.authenticate_with_code(user, codes[3])["granted"])
        self.assertFalse(client.authenticate_with_code(user, codes[3])["granted"])


class Links(Fixture):
    def test_a_link_pairs_a_phone_and_its_picture_shows_it(self):
        client = self.client(clients.Ruby20)
        user, phone = self.user(clients.Ruby20), self.phone()
        pairing = client.pair_qr(user)
        self.assertLessEqual(pairing["expires_in"], 600)
        picture = client.qr_image(pairing["id"])
        self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
        self.assert_is_qr_code(picture)
        self.assertEqual(phone.join(pairing["enrolment_link"])[0], 200)
        waiting = client.pairing_status(pairing["id"])
        self.assertTrue(waiting["pending"])
        self.assertEqual((waiting["authenticator"]["name"], waiting["authenticator"]["key_fingerprint"]),
                         ("test phone", phone.fingerprint()))
        self.assertEqual(phone.answer_pairing(phone.pending()["pairings"][0], "allow")[0], 200)
        self.assertTrue(client.pairing_status(pairing["id"])["enabled"])
        self.assert_refused(404, client.qr_image, pairing["id"])
        self.assertEqual(self.phone().join(pairing["enrolment_link"])[0], 404)

    def assert_is_qr_code(self, picture):
        """A square with the three patterns in its corners, and white around it."""
        width, height = struct.unpack(">II", picture[16:24])
        self.assertEqual(width, height)
        self.assertEqual(picture[24:26], b"\x08\x00", "not eight bits of grey")
        data, at = b"", 8
        while at < len(picture):
            length, kind = struct.unpack(">I4s", picture[at:at + 8])
            data += picture[at + 8:at + 8 + length] if kind == b"IDAT" else b""
            at += 12 + length
        rows, previous = [], bytearray(width)
        raw = zlib.decompress(data)
        for y in range(height):
            kind, line = raw[y * (width + 1)], bytearray(raw[y * (width + 1) + 1:(y + 1) * (width + 1)])
            for x in range(width):
                left, above = line[x - 1] if x else 0, previous[x]
                corner = previous[x - 1] if x else 0
                line[x] = (line[x] + [0, left, above, (left + above) // 2,
                                      min((left, above, corner), key=lambda v: abs(left + above - corner - v))][kind]) & 255
            rows.append(line)
            previous = line
        cells = [[row[x] == 0 for x in range(4, width, 8)] for row in rows[4::8]]
        finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
        size = len(cells)
        for top, left in ((4, 4), (4, size - 11), (size - 11, 4)):
            self.assertEqual(["".join(str(int(cell)) for cell in row[left:left + 7]) for row in cells[top:top + 7]], finder)
        self.assertFalse(any(cells[3]) or any(row[3] for row in cells))

    @each((clients.Python20, clients.DotNet20))
    def test_some_libraries_cannot_read_the_picture(self, library):
        client = self.client(library)
        pairing = client.pair_qr(self.user(library))
        self.assertRaises(clients.Unreadable, client.qr_image, pairing["id"])

    @each((clients.Python11, clients.Java11) + clients.THIRD)
    def test_every_library_asks_for_a_link(self, library):
        pairing = self.client(library).pair_qr(self.user(library))
        self.assertFalse(pairing["enabled"])

    @each((clients.Python11,) + clients.THIRD)
    def test_a_text_message_brings_the_link(self, library):
        client = self.client(library)
        type(self).made += 1
        number, said = f"555 01{self.made:05d}", self.gateways["sms"] + ".said"
        pairing = client.pair_sms(number, self.user(library))
        self.assertNotIn("enrolment_link", pairing)
        with open(said, encoding="utf-8") as file:
            to, text = file.read().splitlines()
        self.assertEqual(to.lstrip("+1")[-10:], number.replace(" ", "")[-10:])
        link = re.search(r"http://\S+", text).group(0)
        self.assertEqual(self.phone().join(link)[0], 200)

    def test_a_gateway_that_fails_is_an_error(self):
        refused = self.assert_refused(503, self.client(clients.Python20).pair_sms, "5550666", "jdoe sms")
        self.assertIn("could not be sent", refused.message)
        self.server.wait_for_line(r"sms-command .* ended with status 3")

    def test_numbers_and_addresses_are_nothing_else(self):
        client = self.client(clients.Python20)
        _, _, pairing = self.paired(client)
        for number in ("", "-f", "1;2", "$(id)", "123", "0" * 16, "+"):
            self.assert_refused(400, client.pair_sms, number, "jdoe sms")
        for address in ("", "-f@example.org", "a@b@c", "jdoe", "a b@c", "a@b,c@d", "a@`id`", "@example.org", "a@"):
            self.assert_refused(400, client.mail_reset_link, pairing, address)

    def test_few_messages_go_to_one_number(self):
        client = self.client(clients.Python20)
        for _ in range(3):
            client.pair_sms("555 9999", "jdoe sms")
        self.assert_refused(429, client.pair_sms, "(555) 99-99", "jdoe sms")


class ResetLinks(Fixture):
    def page(self, url, **fields):
        """(status, headers, text) of the page as a browser gets it."""
        data = urllib.parse.urlencode(fields).encode() if fields else None
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(url, data, timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def press(self, url, **fields):
        place, query = url.split("?")
        token = urllib.parse.parse_qs(query)["reset_authorization"][0]
        return self.page(place, reset_authorization=token, **fields)[0]

    @each(clients.THIRD[:3] + clients.THIRD[4:] + (clients.DotNet11,))
    def test_only_the_button_removes_the_phone(self, library):
        client = self.client(library)
        user, _, pairing = self.paired(client)
        url = client.reset_link(pairing)
        for _ in range(3):
            status, headers, text = self.page(url)
            self.assertEqual(status, 200)
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertNotIn("<script", text)
        self.assertIn(user.split(" ")[0], text)
        self.assertTrue(client.pairing_status(pairing)["enabled"], "a look at the page has reset it")
        self.assertEqual(self.press(url), 200)
        self.assertFalse(client.pairing_status(pairing)["enabled"])
        self.assertEqual((self.press(url), self.page(url)[0]), (404, 404))

    def test_a_later_link_ends_the_earlier(self):
        client = self.client(clients.Python20)
        _, _, pairing = self.paired(client)
        first, second = client.reset_link(pairing), client.reset_link(pairing)
        self.assertEqual((self.press(first), self.press(second)), (404, 200))

    def test_a_question_is_asked_and_not_guessed(self):
        client = self.client(clients.Python20)
        for right, codes in ((True, [403, 403, 200]), (False, [403, 403, 403, 403, 404, 404])):
            _, _, pairing = self.paired(client)
            url = client.reset_link(pairing, ("security_question", "First <pet>?"), ("security_answer", "Rex  the Dog"))
            self.assertIn("First &lt;pet&gt;?", self.page(url)[2])
            answers = ["", "cat", " rex the dog "] if right else ["a", "b", "c", "d", "e", "rex the dog"]
            self.assertEqual([self.press(url, security_answer=answer) for answer in answers], codes)
            self.assertEqual(client.pairing_status(pairing)["enabled"], not right)

    @each((clients.Python20, clients.Ruby20, clients.Php20, clients.Java20, clients.DotNet20))
    def test_mail_brings_the_link(self, library):
        client = self.client(library)
        _, _, pairing = self.paired(client)
        said = self.gateways["mail"] + ".said"
        client.mail_reset_link(pairing, f"{library.__name__}@example.org")
        with open(said, encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertEqual(lines[0], f"{library.__name__}@example.org")
        self.assertEqual(self.press(re.search(r"http://\S+", "\n".join(lines)).group(0)), 200)
        self.assertFalse(client.pairing_status(pairing)["enabled"])

    def test_php_without_a_question_signs_what_it_does_not_send(self):
        client = self.client(clients.Php20)
        _, _, pairing = self.paired(client)
        path = f"pairings/{pairing}/generate_reset_link"
        empty = [("security_question", ""), ("security_answer", "")]
        signed = [("Authorization", client.authorization("POST", path, empty))]
        self.assertEqual(client.send("POST", "/v1/" + path, signed).status, 401)


class WithoutGateways(unittest.TestCase):
    def test_messages_are_clearly_refused(self):
        with tempfile.TemporaryDirectory() as directory, system.Toopherd(directory) as server:
            client = clients.Python20(server.url, server.key, server.secret)
            with self.assertRaises(clients.Refused) as raised:
                client.pair_sms("555 0100", "jdoe")
            self.assertEqual(raised.exception.status, 403)
            self.assertIn("sms-command", raised.exception.message)


class Scopes(Fixture):
    """docs/toopher-api.md is right about what each call needs."""

    def calls(self):
        with open(os.path.join(SOURCE, "docs/toopher-api.md"), encoding="utf-8") as file:
            rows = re.findall(r"^\| `(GET|POST) ([^`]+)` \|[^|]*\|[^|]*\| ([a-z ]+) \|", file.read(), re.M)
        self.assertGreater(len(rows), 30)
        return rows

    def test_each_call_needs_the_scope_that_is_documented(self):
        holders = {scope: clients.Python20(self.url, *self.requester("only " + scope, scope))
                   for scope in ("login", "enrol", "admin")}
        for method, path, needs in self.calls():
            for scope, client in holders.items():
                answer = client.exchange(method, path.replace("<id>", UNKNOWN), [])
                refused = b"it needs the scope" in answer.body
                with self.subTest(call=f"{method} {path}", scope=scope):
                    self.assertLess(answer.status, 500)
                    self.assertEqual(refused, needs != "any" and scope not in needs.split(" or "), answer.body)


class Tokens(Fixture):
    """OATH validators: hard tokens, and other apps for codes."""

    SECRET = "3132333435363738393031323334353637383930"

    def setUp(self):
        self.api = self.client(clients.Python20)
        type(self).made += 1
        self.name = f"token {self.made}"
        # Another secret for each test, because one that was provisioned cannot be provisioned again.
        self.secret = self.SECRET + f"{self.made:08x}"

    VALIDATOR = {"id": str, "requester_specified_id": str, "otp_type": str, "otp_digits": int, "algorithm": str,
                 "totp_step_size": int, "hotp_event_counter": int, "created": str, "modified": str}

    def hotp(self, counter, digits=6, algorithm="sha1"):
        digest = device.hmac.digest(bytes.fromhex(self.secret), struct.pack(">Q", counter), algorithm)
        value = struct.unpack_from(">I", digest, digest[-1] & 15)[0] & 0x7FFFFFFF
        return f"{value % 10**digits:0{digits}d}"

    def provision(self, path="oath_otp_validators", **more):
        answer = self.api.post(path + "/provision", self.VALIDATOR, ("secret", self.secret),
                               ("requester_specified_id", self.name), *more.items())
        self.assertNotIn(self.secret, str(answer))
        self.assertNotIn("secret", answer)
        return answer

    def login(self, user, code):
        answer = self.api.post("authentication_requests/initiate", clients.REQUEST_2, ("user_name", user),
                               ("terminal_name", "host"), ("otp", code))
        return answer["granted"], answer["reason_code"]

    def test_an_event_token_counts_forwards_only(self):
        user = self.user(clients.Python20)
        self.api.create_user(user)
        token = self.provision(otp_type="hotp")
        self.assertEqual((token["otp_digits"], token["algorithm"], token["hotp_event_counter"]), (6, "sha1", 0))
        self.assert_refused(705, self.login, user, self.hotp(0))
        associated = self.api.post("users/oath_otp_validators/associate", self.VALIDATOR, ("user_name", user),
                                   ("requester_specified_id", self.name))
        self.assertEqual(associated["id"], token["id"])
        asked = self.api.authenticate_anyhow(user, "host")
        self.assertEqual((asked["pending"], asked["granted"], asked["reason_code"]), (False, False, 708))
        self.assertEqual(self.login(user, self.hotp(3)), (True, 0))
        self.assertEqual(self.login(user, self.hotp(3)), (False, 1006), "used, but no wrong try")
        self.assertEqual(self.login(user, self.hotp(2)), (False, 1005))
        self.assertEqual(self.login(user, self.hotp(4 + 20)), (True, 0))
        self.assertEqual(self.login(user, self.hotp(25 + 21)), (False, 1005), "too far ahead")
        path = f"oath_otp_validators/{token['id']}"
        self.assertEqual(self.api.get(path, self.VALIDATOR)["hotp_event_counter"], 25)
        self.api.post(path + "/resync", clients.ANYTHING, ("otp_sequence", f"{self.hotp(5000)},{self.hotp(5001)}"))
        self.assertEqual(self.login(user, self.hotp(5002)), (True, 0))
        sequence = ("otp_sequence", f"{self.hotp(40)},{self.hotp(41)}")
        self.assert_refused(400, self.api.post, path + "/resync", clients.ANYTHING, sequence)

    def test_a_clock_token_is_good_once_and_can_be_set_again(self):
        for algorithm in ("sha1", "sha256", "sha512"):
            with self.subTest(algorithm):
                self.setUp()
                user = self.user(clients.Python20)
                made = self.api.create_user(user)
                token = self.provision("oath_otp_validator", algorithm=algorithm)
                self.assertEqual((token["otp_type"], token["otp_digits"], token["totp_step_size"]), ("totp", 8, 30))
                self.api.post(f"users/{made['id']}/oath_otp_validators/associate", self.VALIDATOR, ("id", token["id"]))
                step = int(time.time()) // 30
                code = self.hotp(step, 8, algorithm)
                self.assertEqual(self.login(user, code), (True, 0))
                self.assertEqual(self.login(user, code), (False, 1006))
                self.assertEqual(self.login(user, self.hotp(step + 400, 8, algorithm)), (False, 1005))
                sequence = f"{self.hotp(step + 400, 8, algorithm)}, {self.hotp(step + 401, 8, algorithm)}"
                self.api.post("oath_otp_validators/resync", clients.ANYTHING, ("requester_specified_id", self.name),
                              ("otp_sequence", sequence))
                self.assertEqual(self.login(user, self.hotp(step + 402, 8, algorithm)), (True, 0))

    def test_many_at_once_all_or_none(self):
        listed = '[{"secret": "%s", "requester_specified_id": "%s", "otp_digits": 7}, {"secret": "%s", "otp_type": "hotp"}]'
        made = self.api.post("oath_otp_validators/bulk_provision", {"oath_otp_validators": [self.VALIDATOR]},
                             ("oath_otp_validators", listed % (self.secret, self.name, self.secret[::-1])))
        self.assertEqual([v["otp_digits"] for v in made["oath_otp_validators"]], [7, 6])
        other = f"ff{self.secret}"
        self.assert_refused(409, self.api.post, "oath_otp_validators/bulk_provision", clients.ANYTHING,
                            ("oath_otp_validators", listed % (other, "other " + self.name, self.secret)))
        self.assert_refused(404, self.api.get, "oath_otp_validators", clients.ANYTHING,
                            ("requester_specified_id", "other " + self.name))
        for text in ("", "{}", "[1]", "[{}]", "[{\"secret\": {}}]", "[[[[", '[{"secret": "zz"}]'):
            self.assert_refused(400, self.api.post, "oath_otp_validators/bulk_provision", clients.ANYTHING,
                                ("oath_otp_validators", text))

    def test_a_deactivated_token_keeps_its_counter(self):
        user = self.user(clients.Python20)
        made = self.api.create_user(user)
        token = self.provision(otp_type="hotp")
        name = ("requester_specified_id", self.name)
        path = f"users/{made['id']}/oath_otp_validators"
        self.api.post(path + "/associate", self.VALIDATOR, name)
        listed = self.api.get("users/oath_otp_validators", {"oath_otp_validators": [self.VALIDATOR]}, ("user_name", user))
        self.assertEqual([v["id"] for v in listed["oath_otp_validators"]], [token["id"]])
        self.assertEqual(self.api.get(path, clients.ANYTHING), listed)
        self.assertEqual(self.login(user, self.hotp(0)), (True, 0))
        self.assert_refused(409, self.provision, otp_type="hotp")
        self.assertEqual(self.api.post("oath_otp_validators/deactivate", clients.ANYTHING, name), {})
        self.assert_refused(404, self.api.post, "oath_otp_validators", clients.ANYTHING, name)
        self.assert_refused(705, self.login, user, self.hotp(1))
        self.assertEqual(self.provision(otp_type="hotp")["id"], token["id"])
        self.assert_refused(705, self.login, user, self.hotp(1))
        self.api.post(path + "/associate", self.VALIDATOR, name)
        self.assertEqual(self.login(user, self.hotp(0)), (False, 1006))
        self.assertEqual(self.login(user, self.hotp(1)), (True, 0))
        self.assertEqual(self.api.post(path + "/dissociate", clients.ANYTHING, name), {})
        self.assert_refused(705, self.login, user, self.hotp(2))

    def test_a_token_is_brought_and_associated_in_one(self):
        user = self.user(clients.Python20)
        made = self.api.create_user(user)
        self.api.post(f"users/{made['id']}/oath_otp_validators/associate", self.VALIDATOR, ("secret", self.secret),
                      ("otp_type", "hotp"))
        self.assertEqual(self.login(user, self.hotp(0)), (True, 0))
        self.api.reset_user(user)
        self.assert_refused(705, self.login, user, self.hotp(1))

    def test_what_adds_a_token_needs_the_factor_that_is_there(self):
        user, phone, pairing = self.paired(self.api)
        host = clients.Python20(self.url, *self.requester("host " + self.name, "login,enrol"))
        made = self.api.find_user(user)
        path, secret = f"users/{made['id']}/oath_otp_validators/associate", ("secret", self.secret)
        self.assert_refused(1010, host.post, path, clients.ANYTHING, secret)
        approved = host.post("authentication_requests/initiate", clients.REQUEST_2, ("user_name", user),
                             ("action_name", "add a code token"), ("otp", phone.code(pairing)))
        self.assertTrue(approved["granted"])
        host.post(path, self.VALIDATOR, secret, ("authorization", approved["id"]))

    def test_a_token_shows_that_it_works(self):
        user = self.user(clients.Python20)
        step = int(time.time()) // 30
        path, fields = "users/oath_otp_validators/associate", (("user_name", user), ("secret", self.secret), ("otp_digits", "6"))
        self.assert_refused(705, self.api.post, path, clients.ANYTHING, *fields, ("otp", self.hotp(step)))
        fields += (("create_user_if_needed", "True"),)
        self.assert_refused(1011, self.api.post, path, clients.ANYTHING, *fields, ("otp", self.hotp(step + 9)))
        self.assert_refused(705, self.login, user, self.hotp(step))
        made = self.api.post(path, self.VALIDATOR, *fields, ("otp", self.hotp(step)))
        self.assertEqual(self.login(user, self.hotp(step)), (False, 1006))
        self.assertEqual(self.api.post(path, self.VALIDATOR, *fields, ("otp", self.hotp(step)))["id"], made["id"])
        self.assertEqual(self.login(user, self.hotp(step + 1)), (True, 0))

    def test_values_that_cannot_be_are_refused(self):
        for wrong in ({"secret": "zz"}, {"secret": "00" * 15}, {"secret": "00" * 65}, {"otp_digits": "5"},
                      {"otp_digits": "9"}, {"otp_digits": "six"}, {"algorithm": "md5"}, {"otp_type": "ocra"},
                      {"totp_step_size": "0"}, {"totp_step_size": "100000000"}):
            fields = {"secret": self.secret, **wrong}
            with self.subTest(str(wrong)):
                self.assert_refused(400, self.api.post, "oath_otp_validators/provision", clients.ANYTHING, *fields.items())


if __name__ == "__main__":
    unittest.main(verbosity=2)
