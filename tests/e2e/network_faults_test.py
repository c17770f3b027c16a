#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Logins by the real module and helper over a network that fails, a row each: the PAM code, how often a question reached the
server, and the time against the deadline. Every answer that is spoiled here says "granted": who believes a part of it lets
somebody in. TOOPHER_EVERY_BYTE=1 breaks the exchange at each byte, not only at some.

What the helper tells the module about such servers, word by word, is in helper_test.py."""

import collections
import concurrent.futures
import contextlib
import dataclasses
import email.utils
import os
import queue
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import bad_network  # noqa: E402
import certificates  # noqa: E402
import kept_host  # noqa: E402
import name_server  # noqa: E402
import relay  # noqa: E402
import rogue_server as rogue  # noqa: E402
import system  # noqa: E402
import trial  # noqa: E402
from rogue_server import CLOSE, FEATURES, HANG, READ, RESET, Slowly, by_path, error, http, request  # noqa: E402

PRIVATE = "TOOPHER_PRIVATE_NETWORK"  # this process has a network and mounts of its own
EVERY_BYTE = os.environ.get("TOOPHER_EVERY_BYTE") == "1"
WORKERS = 14
TIMEOUT = 2       # seconds: `timeout`, for an answer to a push or a code
PUSH_TIMEOUT = 5  # seconds: the least
GRACE = 1.5       # seconds that the module gives the helper beyond a deadline
START = 2         # seconds that a machine which does much else may need for module and helper themselves
MARGIN = 0.3      # seconds before it that the helper answers
CODE = "481516"
SECRET = "network-faults-secret"

# What a host is told, under failure-policy = deny and = allow.
PAM_CODES = {"granted": (0, 0), "unreachable": (9, 0), "server-fault": (9, 9), "denied": (11, 11), "timed-out": (11, 11),
             "unpaired-required": (11, 11), "refused": (11, 11), "misconfigured": (3, 3),
             "unpaired": (6, 6)}  # PAM_IGNORE of the only module is PAM_PERM_DENIED

PENDING, GRANTED, DENIED = (http(request(state)) for state in ("pending", "granted", "denied"))
BODY = GRANTED[GRANTED.index(b"\r\n\r\n") + 4:]
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
TYPE = b"Content-Type: application/json\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + TYPE + LENGTH + b"\r\n" + BODY
CHUNKS = b"%x\r\n%b\r\n" % (len(BODY) // 2, BODY[:len(BODY) // 2]), b"%x\r\n%b\r\n" % (
    len(BODY) - len(BODY) // 2, BODY[len(BODY) // 2:])
CHUNKED = OK + TYPE + b"Transfer-Encoding: chunked\r\n\r\n"
SOON = 1   # seconds that a server asks to wait
LONG = 99  # more than anybody has


def date(offset):
    """A date of HTTP, so many seconds from now."""
    return email.utils.formatdate(time.time() + offset, usegmt=True)


def with_header(line, status=OK):
    return status + TYPE + LENGTH + line + b"\r\n\r\n" + BODY


# HTTP/1.1 as servers and what stands before them write it: what is sent, and how a login ends whose question it answers.
ANSWERS = {
    # Odd, but HTTP (RFC 9112), and the whole answer is there.
    "chunked": (CHUNKED + CHUNKS[0] + CHUNKS[1] + b"0\r\n\r\n", "granted"),
    "chunks with extensions": (CHUNKED + CHUNKS[0].replace(b"\r\n", b";a=b\r\n", 1) + CHUNKS[1] + b"0;last\r\n\r\n", "granted"),
    "chunks with trailers": (CHUNKED + CHUNKS[0] + CHUNKS[1] + b"0\r\nX-Trailer: 1\r\n\r\n", "granted"),
    "chunks of single bytes": (CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n", "granted"),
    "byte by byte": ([Slowly(WHOLE, 0)], "granted"),
    "until the connection ends": ([OK + TYPE + b"\r\n" + BODY, CLOSE], "granted"),
    "HTTP/1.0": ([WHOLE.replace(b"1.1", b"1.0"), CLOSE], "granted"),
    "Connection: close": ([with_header(b"Connection: close"), CLOSE], "granted"),
    "100 first": (b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE, "granted"),
    "103 first": (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + WHOLE, "granted"),
    "no reason": (WHOLE.replace(b"200 OK", b"200 "), "granted"),
    "names in capitals": (WHOLE.replace(b"Content-", b"CONTENT-"), "granted"),
    "charset": (WHOLE.replace(b"json\r\n", b"json; charset=utf-8\r\n"), "granted"),
    "cookies": (with_header(b"Set-Cookie: a=b; Secure"), "granted"),
    "another status of success": (WHOLE.replace(b"200 OK", b"201 Created"), "granted"),
    "line feeds alone": (WHOLE.replace(b"\r\n", b"\n"), "granted"),
    "another version": ([WHOLE.replace(b"HTTP/1.1", b"HTTP/2.0"), CLOSE], "granted"),
    "a coding that was not asked for, and is not applied": (with_header(b"Content-Encoding: x-rot13"), "granted"),
    # Not HTTP, or not all of it.
    "nothing": ([CLOSE], "unreachable"),
    "reset": ([RESET], "unreachable"),
    "silence": ([HANG], "unreachable"),
    "a byte a second": ([Slowly(WHOLE, 1)], "unreachable"),
    "a byte a second after the header": ([WHOLE[:-len(BODY)], Slowly(BODY, 1)], "server-fault"),
    "half a status line": ([OK[:10], CLOSE], "unreachable"),
    "status line, reset": ([OK, RESET], "server-fault"),
    "header, reset": ([OK + TYPE + LENGTH, RESET], "server-fault"),
    "header, silence": ([OK + TYPE + LENGTH, HANG], "server-fault"),
    "header without an end": ([OK + b"X: y\r\n" * 40000, CLOSE], "server-fault"),
    "a header line of 200 kB": (with_header(b"X: " + b"y" * 200_000), "server-fault"),
    "one byte short": ([WHOLE[:-1], CLOSE], "server-fault"),
    "one byte short, reset": ([WHOLE[:-1], RESET], "server-fault"),
    "one byte short, silence": ([WHOLE[:-1], HANG], "server-fault"),
    "no last chunk": ([CHUNKED + CHUNKS[0] + CHUNKS[1], CLOSE], "server-fault"),
    "no last chunk, silence": ([CHUNKED + CHUNKS[0] + CHUNKS[1], HANG], "server-fault"),
    "half a chunk": ([CHUNKED + CHUNKS[0], CLOSE], "server-fault"),
    "a chunk of no size": ([CHUNKED + b"zz\r\n" + BODY + b"\r\n0\r\n\r\n", CLOSE], "server-fault"),
    "a chunk of 2^64 bytes": ([CHUNKED + b"1" + b"0" * 16 + b"\r\n" + BODY, CLOSE], "server-fault"),
    "a chunk longer than said": ([CHUNKED + b"8\r\n" + BODY + b"\r\n0\r\n\r\n", CLOSE], "server-fault"),
    "length too large": ([WHOLE.replace(LENGTH, b"Content-Length: 60000\r\n"), CLOSE], "server-fault"),
    "length beyond all limits": ([WHOLE.replace(LENGTH, b"Content-Length: 99999999999999999999\r\n"), CLOSE], "server-fault"),
    "length below zero": ([WHOLE.replace(LENGTH, b"Content-Length: -5\r\n"), CLOSE], "server-fault"),
    "length that is no number": ([WHOLE.replace(LENGTH, b"Content-Length: all\r\n"), CLOSE], "server-fault"),
    "length of ten bytes": ([WHOLE.replace(LENGTH, b"Content-Length: 10\r\n"), CLOSE], "server-fault"),
    "an unknown transfer coding": ([CHUNKED.replace(b"chunked", b"x-rot13") + BODY, CLOSE], "server-fault"),
    "HTTP/0.9": ([BODY, CLOSE], "server-fault"),
    "HTTP/3.7": ([WHOLE.replace(b"HTTP/1.1", b"HTTP/3.7"), CLOSE], "server-fault"),
    "TLS without being asked": ([b"\x15\x03\x01\0\x02\x02\x28", CLOSE], "server-fault"),
    "100 and no more": ([b"HTTP/1.1 100 Continue\r\n\r\n", CLOSE], "server-fault"),
    "101": (WHOLE.replace(b"200 OK", b"101 Switching Protocols"), "server-fault"),
    "204": (WHOLE.replace(b"200 OK", b"204 No Content"), "server-fault"),
    "205": (WHOLE.replace(b"200 OK", b"205 Reset Content"), "granted"),
    "206": (WHOLE.replace(b"200 OK", b"206 Partial Content"), "granted"),
    "a status of two digits": ([WHOLE.replace(b"200 OK", b"20 OK"), CLOSE], "server-fault"),
    "600": (WHOLE.replace(b"200 OK", b"600 Odd"), "server-fault"),
    "999": (WHOLE.replace(b"200 OK", b"999 Odd"), "server-fault"),
    "a NUL in a header": ([with_header(b"X: a\0b"), CLOSE], "server-fault"),
    # HTTP, but no word of a Toopher server.
    "another type": (WHOLE.replace(b"application/json", b"text/plain"), "server-fault"),
    "a type that begins like it": (WHOLE.replace(b"json\r\n", b"jsonp\r\n"), "server-fault"),
    "a byte order mark": (http(b"\xef\xbb\xbf" + BODY), "server-fault"),
    "UTF-16": (http(BODY.decode().encode("utf-16")), "server-fault"),
    "Latin-1": (http(BODY.replace(b"log in", b"log \xfcn")), "server-fault"),
    "two objects": (http(BODY + BODY), "server-fault"),
    "an object and a word": (http(BODY + b" x"), "server-fault"),
    "an object in a list": (http(b"[" + BODY + b"]"), "server-fault"),
    "granted twice, differently": (http(BODY.replace(b'"granted"', b'"granted": false, "granted"')), "server-fault"),
    "granted as a number": (http(BODY.replace(b'"granted": true', b'"granted": 1')), "server-fault"),
    "granted and pending": (http(request("granted", pending=True)), "server-fault"),
    "granted by a rule that is not allowed": (http(request("granted", automated=True)), "server-fault"),
    "no id": (http(BODY.replace(b'"id"', b'"di"', 1)), "server-fault"),
    "an id that is a path": (http(request("granted", identity="../../users")), "server-fault"),
    # Statuses; their bodies say granted.
    "400": (WHOLE.replace(b"200 OK", b"400 Bad"), "server-fault"),
    "401": (WHOLE.replace(b"200 OK", b"401 No"), "server-fault"),
    "407 without a proxy": (WHOLE.replace(b"200 OK", b"407 No"), "server-fault"),
    "408": (WHOLE.replace(b"200 OK", b"408 Late"), "server-fault"),
    "409 unpaired": (error(705, "No matching user exists."), "unpaired-required"),
    "409 disabled": (error(704, "Disabled."), "refused"),
    "421": (WHOLE.replace(b"200 OK", b"421 Misdirected"), "server-fault"),
    "425": (WHOLE.replace(b"200 OK", b"425 Early"), "server-fault"),
    "429": (error(429, "Too many", 429), "server-fault"),
    "429 for a second": (error(429, "Too many", 429, **{"Retry-After": SOON}), "server-fault"),
    "429 for long": (error(429, "Too many", 429, **{"Retry-After": LONG}), "server-fault"),
    "429 without sense": (error(429, "Too many", 429, **{"Retry-After": "soon"}), "server-fault"),
    "500": (WHOLE.replace(b"200 OK", b"500 Broken"), "unreachable"),
    "502": (WHOLE.replace(b"200 OK", b"502 Broken"), "unreachable"),
    "503 for long": (with_header(b"Retry-After: 99", b"HTTP/1.1 503 Busy\r\n"), "unreachable"),
    "504": (WHOLE.replace(b"200 OK", b"504 Broken"), "unreachable"),
    "300": (WHOLE.replace(b"200 OK", b"300 Choose"), "server-fault"),
    "304": (WHOLE.replace(b"200 OK", b"304 Same"), "server-fault"),
}

# What a person who waits after a push is told. Unless the server says something else before, the push times out.
WAITS = {
    "granted": (GRANTED, "granted"),
    "denied": (DENIED, "denied"),
    "granted, chunked": (CHUNKED + CHUNKS[0] + CHUNKS[1] + b"0\r\n\r\n", "granted"),
    "granted, byte by byte": ([Slowly(WHOLE, 0)], "granted"),
    "another request": (http(request("granted", identity=rogue.OTHER)), "server-fault"),
    "granted and pending": (http(request("granted", pending=True)), "server-fault"),
    "granted by a rule that is not allowed": (http(request("granted", automated=True)), "server-fault"),
    "another type": (WHOLE.replace(b"application/json", b"text/plain"), "server-fault"),
    "two objects": (http(BODY + BODY), "server-fault"),
    "length below zero": ([WHOLE.replace(LENGTH, b"Content-Length: -5\r\n"), CLOSE], "server-fault"),
    "300": (WHOLE.replace(b"200 OK", b"300 Choose"), "server-fault"),
    "404": (error(404, "gone", 404), "server-fault"),
    "unpaired meanwhile": (error(705, "No matching user exists."), "server-fault"),
    "silence": ([HANG], "timed-out"),
    "reset": ([RESET], "timed-out"),
    "closed": ([CLOSE], "timed-out"),
    "one byte short": ([WHOLE[:-1], CLOSE], "timed-out"),
    "one byte short, silence": ([WHOLE[:-1], HANG], "timed-out"),
    "a byte a second": ([Slowly(WHOLE, 1)], "timed-out"),
    "503": (WHOLE.replace(b"200 OK", b"503 Busy"), "timed-out"),
    "429 for long": (error(429, "Too many", 429, **{"Retry-After": LONG}), "timed-out"),
    "429 until a date": (error(429, "Too many", 429, **{"Retry-After": "Fri, 31 Dec 2999 23:59:59 GMT"}), "timed-out"),
}
# These heal: the second question is answered.
HEALING = {
    "reset once": [RESET],
    "closed once": [CLOSE],
    "one byte short once": [WHOLE[:-1], CLOSE],
    "503 once": http("busy", 503),
    "429 once": error(429, "Too many", 429, **{"Retry-After": SOON}),
}


@dataclasses.dataclass
class Network:
    """What a login finds. `servers`: who counts questions; `passive`: others, which must not get any."""
    url: str
    servers: list
    api: dict = dataclasses.field(default_factory=dict)
    passive: list = dataclasses.field(default_factory=list)

    def posts(self):
        return sum(server.posts() for server in self.servers)


@dataclasses.dataclass
class Case:
    """`network`: a function of a contextlib.ExitStack. `at_least`, `at_most`: seconds."""
    name: str
    network: object
    outcome: str
    posts: int = 1
    way: str = "push"
    at_least: float = 0
    at_most: float = TIMEOUT + GRACE + START
    words: str = ""  # of the log, a regular expression
    arguments: str = ""


def plain(**answers):
    """A server without TLS; a list of lists is used up by each login anew."""
    def network(stack):
        server = stack.enter_context(rogue.Rogue(by_path(**{kind: list(answer) if isinstance(answer, list) else answer
                                                            for kind, answer in answers.items()})))
        return Network(server.url, [server])
    return network


def accepting(*steps, encrypted=False):
    """One that does this with each connection before anything else."""
    def network(stack):
        server = stack.enter_context(rogue.Rogue(by_path(initiate=GRANTED), after_accept=list(steps)))
        return Network(server.url.replace("http:", "https:") if encrypted else server.url, [server])
    return network


def hangs(steps):
    return isinstance(steps, list) and any(step is HANG or isinstance(step, Slowly) and step.pause for step in steps)


def late_if(waits):
    """Seconds that a login takes at least whose helper waits until the deadline."""
    return TIMEOUT - MARGIN if waits else 0


def answers_to_a_question():
    for name, (steps, outcome) in ANSWERS.items():
        for way in ("push", "code"):
            yield Case(f"{way}: {name}", plain(initiate=steps), outcome, way=way, at_least=late_if(hangs(steps)))


def answers_that_nobody_is_paired():
    """With availability = available these words let in: only a whole, proper error may say them."""
    unpaired = error(705, "No matching user exists.")
    head, body = unpaired.split(b"\r\n\r\n")
    status = b"409 Status"
    for name, steps, outcome in (
            ("proper", unpaired, "unpaired"),
            ("403", unpaired.replace(status, b"403 No"), "unpaired"),
            ("200", unpaired.replace(status, b"200 OK"), "server-fault"),
            ("302", unpaired.replace(status, b"302 Go"), "server-fault"),
            ("401", unpaired.replace(status, b"401 No"), "server-fault"),
            ("500", unpaired.replace(status, b"500 Broken"), "unreachable"),
            ("503", unpaired.replace(status, b"503 Busy"), "unreachable"),
            ("600", unpaired.replace(status, b"600 Odd"), "server-fault"),
            ("another type", unpaired.replace(b"application/json", b"text/html"), "server-fault"),
            ("one byte short", [unpaired[:-1], CLOSE], "server-fault"),
            ("one byte short, silence", [unpaired[:-1], HANG], "server-fault"),
            ("header only", [head + b"\r\n\r\n", RESET], "server-fault"),
            ("as text", http('{"error_code": "705", "error_message": "No matching user exists."}', 409), "unpaired"),
            ("twice", http(body + body, 409), "server-fault"),
            ("by a status of 705", unpaired.replace(status, b"705 Odd"), "server-fault"),
            ("disabled", error(704, "Disabled."), "refused"),
            ("deactivated", error(707, "Deactivated."), "refused"),
            ("no such request", error(404, "gone", 404), "server-fault")):
        yield Case(f"nobody paired: {name}", plain(initiate=steps), outcome, arguments="availability=available",
                   at_least=late_if(hangs(steps)))


def answers_while_waiting():
    for name, (steps, outcome) in WAITS.items():
        waits = outcome == "timed-out"
        yield Case(f"waiting: {name}", plain(initiate=PENDING, status=steps), outcome,
                   at_least=PUSH_TIMEOUT - 1 if waits and "429" not in name else 0, at_most=PUSH_TIMEOUT + GRACE + START)
    for name, steps in HEALING.items():
        first = steps if isinstance(steps, list) else [steps]
        yield Case(f"waiting: {name}", plain(initiate=PENDING, status=[first, [GRANTED]]), "granted",
                   at_least=SOON if "429" in name else 0, at_most=PUSH_TIMEOUT + START)
    # An answer that nobody asked for yet is none.
    yield Case("waiting: granted was sent ahead", plain(initiate=PENDING + GRANTED, status=DENIED), "denied")


def down(stack):
    with rogue.Rogue(by_path()) as server:
        url = server.url
    return Network(url, [server])


def black_hole(stack):
    hole = stack.enter_context(bad_network.BlackHole())
    return Network(hole.url, [])


def then_good(first):
    """The first of two servers fails so, the other one is good."""
    def network(stack):
        bad = first(stack)
        good = stack.enter_context(rogue.Rogue(by_path(initiate=GRANTED)))
        return Network(f"{bad.url}, {good.url}", [*bad.servers, good])
    return network


def connections():
    late = late_if(True)
    yield Case("connection: refused", down, "unreachable", 0)
    yield Case("connection: black hole", black_hole, "unreachable", 0, at_least=late, words="no connection in time")
    yield Case("connection: reset at once", accepting(RESET), "unreachable", 0)
    yield Case("connection: closed at once", accepting(CLOSE), "unreachable", 0)
    yield Case("connection: never read", accepting(HANG), "unreachable", 0, at_least=late)
    yield Case("connection: a banner of SSH", accepting(b"SSH-2.0-OpenSSH_9.2\r\n", CLOSE), "server-fault", 0)
    yield Case("connection: an answer before the question", accepting(GRANTED, READ, CLOSE), "granted", 0)
    for name, first, posts, outcome in (("refused", down, 1, "granted"), ("black hole", black_hole, 1, "granted"),
                                        ("silence", plain(initiate=[HANG]), 1, "unreachable"),
                                        ("reset after the question", plain(initiate=[RESET]), 1, "unreachable"),
                                        ("500", plain(initiate=http("", 500)), 1, "unreachable"),
                                        ("redirect", plain(initiate=http("", 302)), 1, "server-fault")):
        yield Case(f"two servers: first {name}", then_good(first), outcome, posts)
    again = http("busy", 503, **FEATURES)
    yield Case("repeat: 503, then granted, and the server knows repeats", plain(initiate=[[again], [GRANTED]]), "granted", 2)
    yield Case("repeat: reset, then granted, and the server is not known", plain(initiate=[[RESET], [GRANTED]]), "unreachable", 1)


def redirects():
    """Nobody is followed anywhere, least of all with a signature."""
    for status in (301, 302, 303, 307, 308):
        for phase in ("initiate", "status"):
            def network(stack, status=status, phase=phase):
                target = stack.enter_context(rogue.Rogue(lambda *_: GRANTED))
                answer = http("", status, Location=target.url + "authentication_requests/initiate")
                answers = {"initiate": PENDING, phase: answer}
                server = stack.enter_context(rogue.Rogue(by_path(**answers)))
                return Network(server.url, [server], passive=[target])
            yield Case(f"redirect: {status} in {phase}", network, "server-fault", words="redirects are not followed")


def clocked(*answers):
    """A server whose answers are whole, or offsets of the clock that it refuses with."""
    def network(stack):
        steps = [[answer if isinstance(answer, bytes) else error(401, "Not valid", 401, Date=date(answer))] for answer in answers]
        server = stack.enter_context(rogue.Rogue(by_path(initiate=steps)))
        return Network(server.url, [server])
    return network


def clocks():
    for name, offset in (("an hour ahead", 3600), ("a day behind", -86400), ("ten years ahead", 315_360_000)):
        yield Case(f"clock: {name}, corrected", clocked(offset, GRANTED), "granted", 2)
        yield Case(f"clock: {name}, refused again", clocked(offset), "server-fault", 2)
    yield Case("clock: it is right", clocked(0), "server-fault")
    yield Case("clock: no date", plain(initiate=error(401, "Not valid", 401, Date="yesterday")), "server-fault")
    yield Case("clock: it jumps", clocked(3600, -3600, GRANTED), "server-fault", 2)


class Certificates:
    """One authority that is trusted, and what others may show."""

    def __init__(self, directory):
        trusted, stranger = (certificates.Authority(self._room(directory, name)) for name in ("trusted", "stranger"))
        self.file = trusted.file
        middle = trusted.intermediate("middle")
        leaf = trusted.intermediate("leaf", extensions=("basicConstraints=critical,CA:FALSE",))
        no_signing = trusted.intermediate("nosigning", extensions=(certificates.AUTHORITY_EXTENSIONS[0], "keyUsage=critical,cRLSign"))
        weak = ("-newkey", "rsa:1024", "-nodes")
        self.good = trusted.server("good")
        self.named = trusted.server("named", f"DNS:*.{name_server.DOMAIN}")
        self.subject = trusted.server("subject", "", subject="127.0.0.1")
        self.by_chain = middle.server("chained")
        self.revoked = trusted.server("revoked")
        old_middle = trusted.intermediate("oldmiddle")
        self.by_revoked = old_middle.server("oldchained")
        named = trusted.revocation_list(self.revoked[0], old_middle.file)
        out_of_date = ("-crl_lastupdate", "20200101000000Z", "-crl_nextupdate", "20200201000000Z")
        self.lists = {name: self._list(directory, name, text) for name, text in (
            ("root's", named), ("both", named + middle.revocation_list()), ("old", trusted.revocation_list(times=out_of_date)),
            ("stranger's", stranger.revocation_list()), ("with the old one's", named + old_middle.revocation_list()),
            ("not PEM", "no list"))}
        self.bad = {
            "expired": trusted.server("expired", expired=True),
            "not valid yet": trusted.server("future", times=certificates.NOT_YET),
            "another name": trusted.server("other", "DNS:other.example"),
            "another address": trusted.server("address", "IP:127.0.0.2"),
            "the address as a name": trusted.server("asname", "DNS:127.0.0.1"),
            "a wildcard": trusted.server("wildcard", "DNS:*.0.0.1,DNS:*"),
            "the name as subject, and other names": trusted.server("both", "DNS:other.example", subject="127.0.0.1"),
            "self-signed": trusted.self_signed(),
            "of an unknown authority": stranger.server("unknown"),
            "without its intermediate": middle.server("unchained", chain=False),
            "of an expired intermediate": trusted.intermediate("old", times=certificates.EXPIRED).server("ofold"),
            "of one that is no authority": leaf.server("ofleaf"),
            "of one that may not sign": no_signing.server("ofnosigning"),
            "of an unknown authority's intermediate": stranger.intermediate("far").server("offar"),
            "a weak key": trusted.server("weak", key=weak),
            "a SHA-1 signature": trusted.server("sha1", digest="sha1"),
            "for clients only": trusted.server("client", f"{certificates.LOOPBACK}", usage="clientAuth"),
        }

    @staticmethod
    def _list(directory, name, text):
        path = os.path.join(directory, name + ".crl")
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    @staticmethod
    def _room(directory, name):
        path = os.path.join(directory, name)
        os.mkdir(path)
        return path


class Tls:
    """Networks with TLS. `files`: Certificates."""

    def __init__(self, files):
        self.files = files

    def server(self, certificate, host="127.0.0.1", proxy=None, revoked_in=None, **options):
        def network(stack):
            server = stack.enter_context(rogue.Rogue(by_path(initiate=GRANTED), certificate=certificate, **options))
            api = {"ca_file": self.files.file}
            if revoked_in:
                api["crl_file"] = self.files.lists[revoked_in]
            if proxy:
                api["proxy"] = stack.enter_context(proxy()).url
            return Network(server.url.replace("127.0.0.1", host), [server], api)
        return network

    @staticmethod
    def _context(certificate, configure):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        configure(context)
        if certificate:
            context.load_cert_chain(*certificate)
        return context

    def cases(self):
        yield Case("TLS: good", self.server(self.files.good), "granted")
        yield Case("TLS: the name as subject only, RFC 2818", self.server(self.files.subject), "granted")
        yield Case("TLS: good, by an intermediate", self.server(self.files.by_chain), "granted")
        yield Case("TLS: revoked, and nobody looks", self.server(self.files.revoked), "granted")
        for name, certificate, lists, words in (
                ("good, and in no list", self.files.good, "root's", None),
                ("good, by an intermediate, and in no list", self.files.by_chain, "both", None),
                ("revoked", self.files.revoked, "root's", "was revoked"),
                ("by a revoked intermediate", self.files.by_revoked, "with the old one's", "was revoked"),
                ("by an intermediate without a list", self.files.by_chain, "root's", "revocation list is missing"),
                ("with a list that is out of date", self.files.good, "old", "out of date"),
                ("with a stranger's list", self.files.good, "stranger's", "TLS failed"),
                ("with a list that is none", self.files.good, "not PEM", "crl-file is PEM")):
            outcome = "granted" if not words else "misconfigured" if "PEM" in words else "server-fault"
            yield Case(f"TLS: {name}", self.server(certificate, revoked_in=lists), outcome, int(not words), words=words or "")
        def careless(context):
            context.set_ciphers("ALL:@SECLEVEL=0")

        for name, certificate in self.files.bad.items():
            yield Case(f"TLS: {name}", self.server(self._context(certificate, careless)), "server-fault", 0)

        def old(version):
            def configure(context):
                careless(context)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)
                    context.minimum_version = ssl.TLSVersion.TLSv1
                    context.maximum_version = version
            return configure

        def asks_for_a_certificate(context):
            context.maximum_version = ssl.TLSVersion.TLSv1_2  # later ones refuse after the handshake, by an alert or a reset
            context.load_verify_locations(self.files.file)
            context.verify_mode = ssl.CERT_REQUIRED

        def anonymous(context):
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers("ADH-AES256-GCM-SHA384:@SECLEVEL=0")

        for name, certificate, configure, outcome in (
                ("TLS 1.0 at most", self.files.good, old(ssl.TLSVersion.TLSv1), "server-fault"),
                ("TLS 1.1 at most", self.files.good, old(ssl.TLSVersion.TLSv1_1), "server-fault"),
                ("TLS 1.2 at most", self.files.good, old(ssl.TLSVersion.TLSv1_2), "granted"),
                ("a certificate of the client is asked for", self.files.good, asks_for_a_certificate, "server-fault"),
                ("no certificate", None, anonymous, "server-fault")):
            yield Case(f"TLS: {name}", self.server(self._context(certificate, configure)), outcome, int(outcome == "granted"))
        alert = b"\x15\x03\x03\0\x02"
        for name, steps, outcome in (
                ("alert: handshake failure", (READ, alert + b"\x02\x28", CLOSE), "server-fault"),
                ("alert: unrecognised name", (READ, alert + b"\x02\x70", CLOSE), "server-fault"),
                ("alert: internal error", (READ, alert + b"\x02\x50", CLOSE), "server-fault"),
                ("alert: end", (READ, alert + b"\x01\x00", CLOSE), "server-fault"),
                ("an unknown record", (READ, b"\x99\x03\x03\0\x02\0\0", CLOSE), "server-fault"),
                ("a record that is too long", (READ, b"\x16\x03\x03\xff\xff" + b"x" * 70000, CLOSE), "server-fault"),
                ("half a record", (READ, b"\x16\x03\x03\0\x50\x02\0", CLOSE), "server-fault"),
                ("HTTP in clear", (READ, GRANTED, CLOSE), "server-fault"),
                ("closed after the first message", (READ, CLOSE), "server-fault"),
                ("reset after the first message", (READ, RESET), "server-fault"),
                ("no answer to the first message", (READ, HANG), "unreachable"),
                ("half a record, silence", (READ, b"\x16\x03\x03\0\x50\x02\0", HANG), "unreachable")):
            yield Case(f"TLS: {name}", accepting(*steps, encrypted=True), outcome, 0, at_least=late_if(hangs(list(steps))))


class ScriptedProxy(relay.Middleman):
    """Answers CONNECT by these bytes; `after` it waits for the client to leave, or breaks the connection."""

    def __init__(self, answer, after=HANG):
        self._answer, self._after = answer, after
        super().__init__()

    def _serve(self, client):
        with client, contextlib.suppress(OSError):
            client.recv(65536)
            client.sendall(self._answer)
            while self._after is HANG and client.recv(65536):
                pass


def proxies(tls):
    def through(proxy):
        return tls.server(tls.files.good, proxy=proxy)
    yield Case("proxy: good", through(relay.ConnectProxy), "granted")
    for status in ("400 Bad", "403 No", "407 Who", "429 Later", "500 Broken", "502 Bad Gateway", "503 Busy", "504 Late"):
        yield Case(f"proxy: {status[:3]}", through(lambda status=status: relay.ConnectProxy(status)), "unreachable", 0)
    for name, answer, after, outcome, late in (
            ("redirect", b"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:1/\r\n\r\n", CLOSE, "unreachable", False),
            ("silence", b"", HANG, "unreachable", True),
            ("closed", b"", CLOSE, "unreachable", False),
            ("no HTTP", b"hello\r\n\r\n", CLOSE, "unreachable", False),
            ("half an answer", b"HTTP/1.1 200 Conn", CLOSE, "unreachable", False),
            ("header without an end", b"HTTP/1.1 200 OK\r\nX: y\r\n", HANG, "unreachable", True),
            ("a tunnel to nowhere", b"HTTP/1.1 200 OK\r\n\r\n", HANG, "unreachable", True),
            ("a tunnel that ends", b"HTTP/1.1 200 OK\r\n\r\n", CLOSE, "server-fault", False),
            ("the proxy answers instead", b"HTTP/1.1 200 OK\r\n\r\n" + GRANTED, CLOSE, "server-fault", False)):
        yield Case(f"proxy: {name}", through(lambda answer=answer, after=after: ScriptedProxy(answer, after)), outcome, 0,
                   at_least=late_if(late))

    for name, certificate, lists, words in (
            ("good", tls.files.good, None, None),
            ("good, and in no list", tls.files.good, "root's", None),
            ("revoked", tls.files.revoked, "root's", "was revoked"),
            ("expired", tls.files.bad["expired"], None, "has expired"),
            ("for another name", tls.files.bad["another name"], None, "is for another name"),
            ("of an unknown authority", tls.files.bad["of an unknown authority"], None, "is not signed by a trusted authority")):
        def encrypted(certificate=certificate):
            return relay.ConnectProxy(certificate=certificate)
        network = tls.server(tls.files.good, proxy=encrypted, revoked_in=lists)
        if words:
            yield Case(f"proxy with TLS: {name}", network, "server-fault", 0, words=rf"\(the proxy\): certificate {words}")
        else:
            yield Case(f"proxy with TLS: {name}", network, "granted")
    yield Case("proxy with TLS: the server's is for another name",
               tls.server(tls.files.bad["another name"], proxy=lambda: relay.ConnectProxy(certificate=tls.files.good)), "server-fault", 0,
               words=r"\d: certificate is for another name")

    def no_proxy(stack):
        network = tls.server(tls.files.good)(stack)
        network.api["proxy"] = down(stack).url.removesuffix("/v1/")
        return network
    yield Case("proxy: refused", no_proxy, "unreachable", 0)


def names(tls):
    """DNS that is silent, or lies."""
    def named(label, certificate=None):
        return tls.server(certificate or tls.files.named, host=f"{label}.{name_server.DOMAIN}")
    for label, outcome in (("good", "granted"), ("deadfirst", "granted"), ("nxdomain", "unreachable"), ("servfail", "unreachable"),
                           ("refused", "unreachable"), ("empty", "unreachable"), ("nobody", "unreachable"), ("alias", "unreachable"),
                           ("unroutable", "unreachable"), ("broadcast", "unreachable"), ("cut", "unreachable"),
                           ("twice", "unreachable")):
        yield Case(f"DNS: {label}", named(label), outcome, int(outcome == "granted"))
    for label in ("silent", "otherid", "otherquestion", "garbage", "short"):
        yield Case(f"DNS: {label}", named(label), "unreachable", 0, at_least=late_if(True))
    yield Case("DNS: elsewhere", named("elsewhere", tls.files.good), "server-fault", 0, words="another name")


class Worker:
    """An installation and a host that has one login after another."""

    def __init__(self):
        self.here = trial.Installation()
        self.here.set_credentials("k", SECRET)
        self.host = kept_host.KeptHost(self.here)

    def log_in(self, network, way, policy="deny", arguments=""):
        """(PAM code, seconds, what it logged)"""
        api = dict(network.api)
        for key in {"ca_file", "crl_file"} & api.keys():
            target = self.here.directory / os.path.basename(api[key])
            if not target.exists():
                shutil.copy(api[key], target)
            api[key] = target
        self.here.configure("availability = required", network.url, **{"timeout": TIMEOUT, **api})
        prompt = "before" if way == "code" else "during"
        self.here.service("login", f"prompt={prompt} number_matching=off otp_tries=1 push_timeout={PUSH_TIMEOUT} "
                                   f"failure_policy={policy} {arguments}")
        before = len(self.host.log)
        started = time.monotonic()
        self.host.begin("login")
        while (heard := self.host.heard())[0] == "ask":
            self.host.answer(CODE if way == "code" else "")
        if heard[0] != "code":
            raise system.Failure(f"the host ended; log: {self.host.log[before:]}")
        return int(heard[1]), time.monotonic() - started, "\n".join(self.host.log[before:])

    def close(self):
        self.host.finish()
        self.here.__exit__()


class NetworkFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="toopher-ca-")
        cls.addClassCleanup(directory.cleanup)
        cls.tls = Tls(Certificates(directory.name))
        cls.workers = queue.SimpleQueue()
        for _ in range(WORKERS):
            worker = Worker()
            cls.addClassCleanup(worker.close)
            cls.workers.put(worker)

    @contextlib.contextmanager
    def worker(self):
        worker = self.workers.get()
        try:
            yield worker
        finally:
            self.workers.put(worker)

    def each(self, run, rows):
        """run(row) for all rows, some at the same time; what was wrong with each."""
        rows = list(rows)
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            wrong = [problem for problem in pool.map(run, rows) if problem]
        self.assertFalse(wrong, "\n" + "\n".join(wrong))
        return len(rows)

    def table(self):
        for rows in (answers_to_a_question(), answers_that_nobody_is_paired(), answers_while_waiting(), connections(),
                     redirects(), clocks(), self.tls.cases(), proxies(self.tls), names(self.tls) if PRIVATE in os.environ else ()):
            yield from rows

    def run_case(self, case, policy, outcomes):
        with self.worker() as worker, contextlib.ExitStack() as stack:
            network = case.network(stack)
            code, seconds, log = worker.log_in(network, case.way, policy, case.arguments)
            posts, strayed = network.posts(), sum(len(server.calls) for server in network.passive)
        outcome = log.partition("outcome=")[2].partition(" ")[0]
        outcomes[outcome] += 1
        expected = PAM_CODES[case.outcome][policy == "allow"]
        wrong = [what for what, bad in (
            (f"PAM code {code}, not {expected}", code != expected),
            (f"outcome {outcome}, not {case.outcome}", outcome != case.outcome),
            (f"{posts} questions, not {case.posts}", posts != case.posts),
            (f"{strayed} requests went elsewhere", strayed),
            (f"{seconds:.2f} s, not {case.at_least:.1f} to {case.at_most:.1f}", not case.at_least <= seconds <= case.at_most),
            (f"no word of {case.words!r}", not re.search(case.words, log)),
            ("a secret in the log", SECRET in log or CODE in log)) if bad]
        return f"{case.name} ({policy}): {'; '.join(wrong)} | {log}" if wrong else None

    def test_table(self):
        cases = list(self.table())
        self.assertEqual(len({case.name for case in cases}), len(cases))
        outcomes = collections.Counter()
        longest_first = sorted(cases, key=lambda case: -case.at_least)
        rows = [(case, policy) for case in longest_first for policy in ("deny", "allow")]
        self.each(lambda row: self.run_case(*row, outcomes), rows)
        print(f"network faults: {len(cases)} cases, each with failure-policy deny and allow: {dict(outcomes)}")


    def run_cut(self, certificate, limit, from_client):
        """(what was wrong, bytes that passed): one login by a code through a relay that breaks both connections."""
        with self.worker() as worker, contextlib.ExitStack() as stack:
            server = stack.enter_context(rogue.Rogue(by_path(initiate=GRANTED), certificate=certificate))
            cut = stack.enter_context(bad_network.CutRelay(server.url, limit, from_client))
            url = cut.url.replace("http:", server.url.partition(":")[0] + ":") + "/v1/"
            code, seconds, log = worker.log_in(Network(url, [server], {"ca_file": self.tls.files.file}), "code")
        # At its end TLS sends a word of farewell, after question and answer were whole.
        whole = (server.posts(), server.connections) == (1, 1) if from_client else not cut.cut
        wrong = [what for what, bad in (
            (f"PAM code {code}", (code == 0) != whole),
            (f"{server.posts()} questions on {server.connections} connections", server.posts() > 1),
            (f"{seconds:.2f} s", seconds > TIMEOUT + GRACE + START)) if bad]
        where = "question" if from_client else "answer"
        return f"{where} cut after {cut.passed} bytes: {', '.join(wrong)} | {log}" if wrong else None, cut.passed

    def test_cut_at_each_byte(self):
        """Of the exchange with and without TLS, in both directions: only a whole answer counts, and nothing is asked twice."""
        kinds = [(certificate, from_client) for certificate in (None, self.tls.files.good) for from_client in (False, True)]
        rows = []
        for certificate, from_client in kinds:
            wrong, total = self.run_cut(certificate, 1 << 20, from_client)
            self.assertIsNone(wrong)
            self.assertGreater(total, 100)
            limits = {*range(0, total, 1 if EVERY_BYTE else 67), *(() if certificate else (total - 1,))}
            rows += [(certificate, limit, from_client) for limit in sorted(limits)]
        count = self.each(lambda row: self.run_cut(*row)[0], rows)
        print(f"network faults: an exchange broken at {count} places, {len(kinds)} kinds")


def in_a_private_network():
    """Starts this program anew in a network and mounts of its own, with name_server for DNS; as root only."""
    unshare = ["unshare", "--mount", "--net", "--propagation", "private"]
    if os.geteuid() != 0 or subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode != 0:
        print("not root: without the cases of DNS")
        return
    os.environ[PRIVATE] = "1"
    os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv])


def serve_names(stack):
    """DNS by name_server and nothing else, for this mount namespace."""
    directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="toopher-names-"))
    os.chmod(directory, 0o755)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    files = {"resolv.conf": "nameserver 127.0.0.1\n", "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n"}
    for name, text in files.items():
        path = os.path.join(directory, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(path, 0o644)
        subprocess.run(["mount", "--bind", path, os.path.realpath(f"/etc/{name}")], check=True)
        stack.callback(subprocess.run, ["umount", os.path.realpath(f"/etc/{name}")], check=True)
    stack.enter_context(name_server.NameServer())


if __name__ == "__main__":
    if PRIVATE not in os.environ:
        in_a_private_network()
    with contextlib.ExitStack() as private:
        if PRIVATE in os.environ:
            serve_names(private)
        unittest.main()
