# SPDX-License-Identifier: Apache-2.0
"""A DNS server (RFC 1035) on 127.0.0.1:53 that misbehaves as the first label of the name says. It belongs into a network
namespace of its own, and so does the resolv.conf that names it."""

import socket
import struct
import threading

DOMAIN = "faults.test"
_A = 1
_NXDOMAIN, _SERVFAIL, _REFUSED = 3, 2, 5
_AUTHORITATIVE, _TRUNCATED = 0x8580, 0x8780


def _address(text):
    return b"\xc0\x0c" + struct.pack(">HHIH", _A, 1, 60, 4) + socket.inet_aton(text)


def _reply(query, flags=_AUTHORITATIVE, records=(), question=None):
    asked = query[12:query.index(b"\0", 12) + 5] if question is None else question
    return query[:2] + struct.pack(">HHHHH", flags, 1, len(records), 0, 0) + asked + b"".join(records)


def _named(*addresses):
    return lambda query: [_reply(query, records=[_address(one) for one in addresses])]


def _code(code):
    return lambda query: [_reply(query, _AUTHORITATIVE | code)]


def _other_id(query):
    return [bytes([query[0] ^ 1]) + _named("127.0.0.1")(query)[0][1:]]


def _other_question(query):
    return [_reply(query, records=[_address("127.0.0.1")], question=b"\5other\4test\0\0\1\0\1")]


def _alias_of_itself(query):
    return [_reply(query, records=[b"\xc0\x0c" + struct.pack(">HHIH", 5, 1, 60, 2) + b"\xc0\x0c"])]


BEHAVIOURS = {
    "good": _named("127.0.0.1"),
    "silent": lambda query: [],
    "nxdomain": _code(_NXDOMAIN),
    "servfail": _code(_SERVFAIL),
    "refused": _code(_REFUSED),
    "empty": _named(),
    "elsewhere": _named("127.0.0.1"),
    "nobody": _named("127.0.0.77"),
    "deadfirst": _named("127.0.0.77", "127.0.0.1"),
    "unroutable": _named("192.0.2.1"),
    "broadcast": _named("255.255.255.255"),
    "otherid": _other_id,
    "otherquestion": _other_question,
    "alias": _alias_of_itself,
    "cut": lambda query: [_reply(query, _TRUNCATED)],
    "garbage": lambda query: [b"\xff" * 3],
    "short": lambda query: [query[:2] + b"\x85\x80\0\1\0\1\0\0\0\0"],
    "twice": lambda query: [_code(_NXDOMAIN)(query)[0], _named("127.0.0.1")(query)[0]],
}


class NameServer:
    """Answers until it is left. There is no IPv6: questions for it get an answer without records."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            query, peer = self._socket.recvfrom(512)
            if len(query) < 17:
                return
            kind = struct.unpack(">H", query[(end := query.index(b"\0", 12)) + 1:end + 3])[0]
            behave = BEHAVIOURS[query[13:13 + query[12]].decode()]
            for answer in behave(query) if kind == _A or not behave(query) else [_reply(query)]:
                self._socket.sendto(answer, peer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as knock:
            knock.sendto(b"", ("127.0.0.1", 53))
        self._thread.join()
        self._socket.close()
