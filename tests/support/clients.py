# SPDX-License-Identifier: Apache-2.0
"""The official client libraries of the Toopher API v1, as far as a server can tell: how each generation signs and sends
its calls, and how strictly it reads the answers. Written from what they do on the wire, with the standard library only.

Each class has the calls that its library has. A call returns what the library would have read, or raises Refused (the
server said no, as that library notices it) or Unreadable (the library would have failed on the answer).
"""

import base64
import collections
import hashlib
import hmac
import http.client
import json
import secrets
import socket
import time
import urllib.parse
import uuid

Answer = collections.namedtuple("Answer", "status reason type body")


class Refused(Exception):
    """An error of the API: `code` and `message` as this library got them."""

    def __init__(self, status, code, message):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


class Unreadable(Exception):
    """The library would have thrown something of its own."""


# What libraries read: a type, an object, or a list of objects of one kind.
USER_1 = {"id": str, "name": str}
USER_2 = {**USER_1, "toopher_authentication_enabled": bool}
TERMINAL_1 = {"id": str, "name": str}
TERMINAL_2 = {**TERMINAL_1, "requester_specified_id": str, "user": USER_2}
ACTION = {"id": str, "name": str}
PAIRING_1 = {"id": str, "enabled": bool, "user": USER_1}
PAIRING_1_PENDING = {**PAIRING_1, "pending": bool}
PAIRING_2 = {"id": str, "enabled": bool, "pending": bool, "user": USER_2}
REQUEST_1 = {"id": str, "pending": bool, "granted": bool, "automated": bool, "reason": str, "terminal": TERMINAL_1}
REQUEST_2 = {**REQUEST_1, "reason_code": int, "terminal": TERMINAL_2, "user": USER_2, "action": ACTION}
OTP_LIST = {"otp_list": list}
ANYTHING = {}


def read(what, value, place="answer"):
    """`value` if it has all that `what` says, each of the right type; a boolean is no number."""
    if isinstance(what, dict):
        if not isinstance(value, dict):
            raise Unreadable(f"{place} is no object: {value!r}")
        for name, kind in what.items():
            if name not in value:
                raise Unreadable(f"{place} has no {name}: {value!r}")
            read(kind, value[name], f"{place}.{name}")
    elif isinstance(what, list):
        if not isinstance(value, list):
            raise Unreadable(f"{place} is no list: {value!r}")
        for element in value:
            read(what[0], element, f"{place}[]")
    elif type(value) is not what:
        raise Unreadable(f"{place} is no {what.__name__}: {value!r}")
    return value


def quote(text, encoding="utf-8"):
    """RFC 5849, section 3.6."""
    return urllib.parse.quote(str(text), safe="-._~", encoding=encoding, errors="replace")


def form(pairs, encoding="utf-8"):
    return "&".join(f"{quote(name, encoding)}={quote(value, encoding)}" for name, value in pairs)


class Library:
    """What most of them have in common: HMAC-SHA1 in the Authorization header, failure from status 400 on."""

    failure_from = 400
    separator = ", "
    agent = None
    realm = False
    encoding = "utf-8"

    def __init__(self, url, key, secret):
        self.origin, self.base, self.key, self.secret = url, url + "/v1/", key, secret
        self.host = urllib.parse.urlsplit(url).netloc

    def nonce(self):
        return str(secrets.randbelow(10**18)) + str(int(time.time()))

    def oauth(self, method, path, pairs, more=()):
        """All OAuth parameters, signature included, for a call with these parameters."""
        oauth = [("oauth_consumer_key", self.key), ("oauth_nonce", self.nonce()), ("oauth_version", "1.0"),
                 ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", str(int(time.time()))), *more]
        encoded = sorted((quote(n, self.encoding), quote(v, self.encoding)) for n, v in [*pairs, *oauth])
        base = "&".join([method, quote(self.base + path), quote("&".join(f"{n}={v}" for n, v in encoded))])
        mac = hmac.new((quote(self.secret) + "&").encode(), base.encode(), hashlib.sha1).digest()
        return [*oauth, ("oauth_signature", base64.b64encode(mac).decode())]

    def authorization(self, method, path, pairs):
        fields = [f'{name}="{quote(value)}"' for name, value in self.oauth(method, path, pairs)]
        if self.realm:
            fields.insert(0, f'realm="http://{self.host.split(":")[0]}/"')
        return "OAuth " + self.separator.join(fields)

    def send(self, method, target, headers, body=b""):
        connection = http.client.HTTPConnection(self.host, timeout=90)
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if self.agent:
            connection.putheader("User-Agent", self.agent)
        if method == "POST":
            connection.putheader("Content-Type", "application/x-www-form-urlencoded")
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body if method == "POST" else None)
        answer = connection.getresponse()
        result = Answer(answer.status, answer.reason, answer.headers["Content-Type"], answer.read())
        connection.close()
        return result

    def exchange(self, method, path, pairs):
        signed = [("Authorization", self.authorization(method, path, pairs))]
        target = "/v1/" + path
        if method == "GET":
            return self.send("GET", target + ("?" + form(pairs) if pairs else ""), signed)
        return self.send("POST", target, signed, form(pairs, self.encoding).encode("ascii"))

    def parse(self, answer):
        """The JSON value; what every library needs of it is checked here."""
        if not answer.body:
            raise Unreadable("an empty body")
        if any(byte > 126 for byte in answer.body):
            raise Unreadable(f"not pure ASCII: {answer.body!r}")
        try:
            return json.loads(answer.body.decode("iso-8859-1"))
        except ValueError as error:
            raise Unreadable(f"no JSON: {answer.body!r}") from error

    def failed(self, answer, value):
        """Whether this library takes the answer for a failure."""
        del value
        return answer.status >= self.failure_from

    def refuse(self, answer, value):
        raise Refused(answer.status, read(int, value["error_code"]), read(str, value["error_message"]))

    def call(self, method, path, what, *pairs):
        answer = self.exchange(method, path, list(pairs))
        value = self.parse(answer)
        if self.failed(answer, value):
            self.refuse(answer, value)
        if isinstance(value, dict) and "error_code" in value:
            raise Unreadable("a success with an error_code")
        return read(what, value)

    def get(self, path, what, *pairs):
        return self.call("GET", path, what, *pairs)

    def post(self, path, what, *pairs):
        return self.call("POST", path, what, *pairs)

    # Every generation has these.
    pairing = PAIRING_1
    request = REQUEST_1

    def pair(self, phrase, user):
        if any(c.isdigit() for c in phrase):
            raise Unreadable("a phrase with a digit is a telephone number to the libraries of 2015")
        return self.post("pairings/create", self.pairing, ("pairing_phrase", phrase), ("user_name", user))

    def pairing_status(self, pairing):
        return self.get("pairings/" + pairing, self.pairing)

    def authenticate(self, pairing, terminal, **more):
        return self.post("authentication_requests/initiate", self.request, ("pairing_id", pairing),
                         ("terminal_name", terminal), *more.items())

    def request_status(self, request):
        return self.get("authentication_requests/" + request, self.request)


class Python10(Library):
    """python-oauth2: everything in the query or the body; any status but 200 is a failure."""

    agent = "Python-httplib2/0.9 (gzip)"

    def nonce(self):
        return f"{secrets.randbelow(10**8):08d}"

    def exchange(self, method, path, pairs):
        empty = base64.b64encode(hashlib.sha1(b"").digest()).decode()
        more = [("oauth_body_hash", empty)] if method == "GET" else []
        everything = form([*pairs, *self.oauth(method, path, pairs, more)])
        if method == "GET":
            return self.send("GET", "/v1/" + path + "?" + everything, [])
        return self.send("POST", "/v1/" + path, [], everything.encode())

    def failed(self, answer, value):
        return answer.status != 200


class Generation11(Library):
    """What came with 1.1: users, terminals, codes, and logins by user name."""

    def by_user_name(self, user, terminal="", extra="", **more):
        """An absent value is sent empty."""
        return self.post("authentication_requests/initiate", self.request, ("pairing_id", ""), ("user_name", user),
                         ("terminal_name", terminal), ("terminal_name_extra", extra), *more.items())

    def otp(self, request, code):
        return self.post(f"authentication_requests/{request}/otp_auth", self.request, ("otp", code))

    def create_terminal(self, user, name, extra):
        return self.post("user_terminals/create", ANYTHING, ("user_name", user), ("name", name), ("name_extra", extra))

    def find_user(self, name):
        found = self.get("users", [USER_1], ("name", name))
        if len(found) != 1:
            raise Unreadable(f"{len(found)} users")
        return found[0]

    def enable(self, user, enabled):
        return self.post("users/" + self.find_user(user)["id"], ANYTHING,
                         ("disable_toopher_auth", "false" if enabled else "true"))

    def refuse(self, answer, value):
        try:
            super().refuse(answer, value)
        except Refused as refused:
            text = refused.message.lower()
            refused.deactivated = ("pairing has been deactivated" in text or
                                   "pairing has not been authorized" in text)
            raise


class Python11(Generation11):
    """requests-oauthlib; booleans are True and False."""

    agent = "Toopher-Python/1.1.0 (Python 2.7.9)"

    def authenticate(self, pairing, terminal, **more):
        """As the earlier PAM module called it: without a remote host there is no terminal at all."""
        names = [("terminal_name", terminal)] if terminal is not None else []
        return self.post("authentication_requests/initiate", self.request, ("pairing_id", pairing), *names,
                         *more.items())

    def pair_sms(self, number, user, country=None):
        more = [("phone_country", country)] if country else []
        return self.post("pairings/create/sms", self.pairing, ("phone_number", number), ("user_name", user), *more)

    def pair_qr(self, user):
        return self.post("pairings/create/qr", self.pairing, ("user_name", user))


class Generation20(Library):
    """What came with 2.0; the terminal's identifier at initiate has another name than at creation."""

    pairing = PAIRING_2
    request = REQUEST_2
    extra_name = "name_extra"
    terminal_name = "name"
    reset_name = "user_name"
    find_name = "name"

    def is_id(self, text):
        """Whether the first argument of authenticate() is taken for a pairing's id."""
        try:
            uuid.UUID(text)
        except ValueError:
            return False
        return True

    def authenticate_anyhow(self, who, terminal="", extra="", **more):
        whom = ("pairing_id", who) if self.is_id(who) else ("user_name", who)
        return self.post("authentication_requests/initiate", self.request, whom, ("terminal_name", terminal),
                         ("requester_specified_terminal_id", extra), *more.items())

    def otp(self, request, code):
        return self.post(f"authentication_requests/{request}/otp_auth", self.request, ("otp", code))

    def pair_sms(self, number, user):
        return self.post("pairings/create/sms", self.pairing, ("phone_number", number), ("user_name", user))

    def pair_qr(self, user):
        return self.post("pairings/create/qr", self.pairing, ("user_name", user))

    def qr_image(self, pairing):
        answer = self.exchange("GET", "qr/pairings/" + pairing, [])
        if answer.status >= 400:
            self.refuse(answer, self.parse(answer))
        return answer.body

    def reset_link(self, pairing, *question):
        return self.post(f"pairings/{pairing}/generate_reset_link", {"url": str}, *question)["url"]

    def mail_reset_link(self, pairing, address):
        return self.post(f"pairings/{pairing}/send_reset_link", ANYTHING, ("reset_email", address))

    def create_user(self, name):
        return self.post("users/create", USER_2, ("name", name))

    def user(self, user):
        return self.get("users/" + user, USER_2)

    def find_user(self, name):
        found = self.get("users", [USER_2], (self.find_name, name))
        if len(found) != 1:
            raise Unreadable(f"{len(found)} users")
        return found[0]

    def enable(self, user, enabled):
        return self.post("users/" + self.find_user(user)["id"], USER_2,
                         ("toopher_authentication_enabled", "true" if enabled else "false"))

    def reset_user(self, name):
        answer = self.exchange("POST", "users/reset", [(self.reset_name, name)])
        value = self.parse(answer)
        if self.failed(answer, value):
            self.refuse(answer, value)

    def create_terminal(self, user, name, extra):
        return self.post("user_terminals/create", TERMINAL_2, ("user_name", user), (self.terminal_name, name),
                         (self.extra_name, extra))

    def terminal(self, terminal):
        return self.get("user_terminals/" + terminal, TERMINAL_2)


class Python20(Generation20):
    agent = "Toopher-Python/2.0.0 (Python 3.8.5)"

    def enable(self, user, enabled):
        return self.post("users/" + self.find_user(user)["id"], USER_2,
                         ("toopher_authentication_enabled", str(enabled)))

    def qr_image(self, pairing):
        """It parses every answer as JSON."""
        return self.get("qr/pairings/" + pairing, ANYTHING)


class Ruby10(Library):
    """An error_code in the answer is a failure, whatever the status."""

    agent = "OAuth gem v0.4.7"

    def nonce(self):
        return secrets.token_hex(21)

    def failed(self, answer, value):
        return "error_code" in value


class Ruby20(Generation20):
    agent = "Toopher-Ruby/2.0.0 (Ruby 2.1.2)"
    extra_name = "requester_specified_id"
    reset_name = "name"

    def pair_sms(self, number, user):
        return self.post("pairings/create/sms", self.pairing, ("phone_number", number), ("user_name", user),
                         ("country_code", "1"))

    def nonce(self):
        return secrets.token_hex(21)


class Perl(Generation11):
    """No blank after commas; an error with an unknown code is an object without an id."""

    agent = "toopher-perl/1.1.0 (perl 5.018002 on linux)"
    separator = ","
    failure_from = 300
    pairing = PAIRING_1_PENDING

    def nonce(self):
        return str(secrets.randbelow(10**15))

    def refuse(self, answer, value):
        known = {704, 705, 706}
        text = read(str, value["error_message"]).lower()
        if value["error_code"] in known or "pairing has been deactivated" in text or \
                "pairing has not been authorized" in text:
            super().refuse(answer, value)
        raise Unreadable("an object without an id")


class Radius(Perl):
    """The Perl library's copy in the RADIUS module: phrases are tokens, and a 401 is tried again with other nonces."""

    pairing = {**PAIRING_1_PENDING, "deactivated": bool}
    request = {**REQUEST_1, "reason_code": int}
    tries = 3

    def exchange(self, method, path, pairs):
        for _ in range(self.tries):
            answer = super().exchange(method, path, pairs)
            if answer.status != 401:
                break
        return answer

    def refuse(self, answer, value):
        Generation11.refuse(self, answer, value)

    def pair(self, phrase, user):
        return self.post("pairings/create", self.pairing, ("pairing_token", phrase), ("user_name", user))

    def authenticate_with_code(self, user, code):
        """With an empty identifier, and no terminal at all."""
        return self.post("authentication_requests/initiate", self.request, ("user_name", user),
                         ("terminal_name_extra", ""), ("otp", code))

    def pairings_of(self, user):
        return self.get(f"users/{self.find_user(user)['id']}/pairings", [self.pairing], ("deactivated", "0"))

    def deactivate(self, pairing):
        return self.post("pairings/" + pairing, self.pairing, ("deactivated", "1"))

    def forget_terminal(self, terminal):
        return self.post("user_terminals/" + terminal, ANYTHING, ("name_extra", "00000000"))

    def otp_list(self, user):
        return self.post("users/activate_next_otp_list", OTP_LIST, ("user_name", user),
                         ("create_user_if_needed", "True"))["otp_list"]

    def reset_user(self, user):
        return self.call("POST", "users/reset", ANYTHING, ("user_name", user))


class Php10(Library):
    """Realm first; any status but 200 is a failure."""

    realm = True
    agent = "HTTP_Request2/2.2.1 (http://pear.php.net/package/http_request2) PHP/5.4.4"

    def nonce(self):
        return secrets.token_hex(16)

    def failed(self, answer, value):
        return answer.status != 200


class Php20(Generation20):
    """Only UUIDs of version 4 are ids to it."""

    realm = True
    agent = "Toopher-PHP/2.0.0 (PHP 5.5.9)"
    find_name = "user_name"

    def nonce(self):
        return secrets.token_hex(16)

    def is_id(self, text):
        try:
            parsed = uuid.UUID(text)
        except ValueError:
            return False
        return parsed.version == 4 and str(parsed) == text.lower()


class Php20Curl(Php20):
    """Through HTTP_Request2's Curl adapter: chunked and with a Content-Length, after an Expect."""

    def send(self, method, target, headers, body=b""):
        if method == "GET":
            return super().send(method, target, headers, body)
        head = [f"POST {target} HTTP/1.1", f"Host: {self.host}", f"User-Agent: {self.agent}",
                *(f"{name}: {value}" for name, value in headers), "Transfer-Encoding: chunked",
                f"Content-Length: {len(body)}", "Content-Type: application/x-www-form-urlencoded",
                "Expect: 100-continue", "Connection: close", "", ""]
        name, port = self.host.split(":")
        with socket.create_connection((name, int(port)), timeout=30) as connection:
            connection.sendall("\r\n".join(head).encode())
            connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
            answer = http.client.HTTPResponse(connection, method="POST")
            answer.begin()
            return Answer(answer.status, answer.reason, answer.headers["Content-Type"], answer.read())


class Java10(Library):
    """Forms in ISO-8859-1; answers by the charset of their type; a nonce may begin with a hyphen."""

    agent = "ToopherJava/1.0.0"
    failure_from = 300
    encoding = "iso-8859-1"
    pairing = PAIRING_1_PENDING

    def nonce(self):
        return str(secrets.randbelow(2**64) - 2**63)


class Java11(Generation11, Java10):
    agent = "Toopher-Java/1.1.0"
    failure_from = 300

    def by_user_name(self, user, terminal=None, extra="", **more):
        """What is null is left out."""
        names = [("terminal_name", terminal)] if terminal else []
        return self.post("authentication_requests/initiate", self.request, ("user_name", user), *names,
                         ("terminal_name_extra", extra), *more.items())

    def pair_qr(self, user):
        return self.post("pairings/create/qr", self.pairing, ("user_name", user))

    def deactivate(self, pairing):
        return self.post("pairings/" + pairing, self.pairing, ("deactivated", "true"))

    def pairings_of(self, user):
        return self.get(f"users/{self.find_user(user)['id']}/pairings", [self.pairing])


class Java20(Generation20, Java10):
    """Some fields a second time, in camel case."""

    agent = "Toopher-Java/2.0.0"
    failure_from = 300
    pairing = PAIRING_2
    extra_name = "requester_specified_id"
    reset_name = "name"

    def authenticate_anyhow(self, who, terminal="", extra="", **more):
        given = [("terminal_name", terminal), ("terminalName", terminal)] if terminal else []
        if extra:
            given += [("requester_specified_terminal_id", extra), ("requesterSpecifiedId", extra)]
        if "action_name" in more:
            given += [("actionName", more["action_name"])]
        whom = ("pairing_id", who) if self.is_id(who) else ("user_name", who)
        return self.post("authentication_requests/initiate", self.request, whom, *given, *more.items())


class DotNet:
    """Every field of a POST twice, in the query (badly escaped) and in the body, and signed once; answers are cast."""

    separator = ","

    def nonce(self):
        return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(16))

    def exchange(self, method, path, pairs):
        signed = [("Authorization", self.authorization(method, path, pairs))]
        target = "/v1/" + path
        unescaped = "&".join(f"{name}={value.replace(' ', '%20')}" for name, value in pairs)
        if method == "GET":
            return self.send("GET", target + ("?" + form(pairs) if pairs else ""), signed)
        ascii_copy = urllib.parse.quote(unescaped, safe="%&=;/?:@+$,#'()*!~-._")
        return self.send("POST", target + "?" + ascii_copy.replace("#", "%23"), signed, form(pairs).encode())


class DotNet10(DotNet, Library):
    request = {**REQUEST_1, "totp_valid": bool}


class DotNet11(DotNet, Generation11):
    agent = "Toopher-DotNet/1.1.0 (DotNet 4.0)"
    pairing = PAIRING_1_PENDING
    request = {**REQUEST_1, "totp_valid": bool}

    def deactivate(self, pairing):
        return self.post("pairings/" + pairing, self.pairing, ("deactivated", "True"))

    def pairings_of(self, user):
        return self.get(f"users/{self.find_user(user)['id']}/pairings", [self.pairing])

    def otp_of_old(self, request, code):
        """The older path."""
        return self.post("authentication_requests/" + request, self.request, ("otp", code))

    def reset_link(self, pairing, *question):
        return self.post(f"pairings/{pairing}/generate_reset_link", {"url": str}, *question)["url"]


class DotNet20(DotNet, Generation20):
    """What has no result must be an object."""

    agent = "Toopher-DotNet/2.0.0 (DotNet 4.0)"
    extra_name = "requester_specified_id"
    terminal_name = "terminal_name"
    reset_name = "name"

    def reset_user(self, name):
        return self.post("users/reset", ANYTHING, (self.reset_name, name))

    def qr_image(self, pairing):
        return self.get("qr/pairings/" + pairing, ANYTHING)


FIRST = (Python10, Ruby10, Php10, Java10, DotNet10)
SECOND = (Python11, Perl, Radius, Java11, DotNet11)
THIRD = (Python20, Ruby20, Php20, Php20Curl, Java20, DotNet20)
