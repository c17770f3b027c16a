# SPDX-License-Identifier: Apache-2.0
"""Bytes to and from a toopherd, for tests of what no client library would send."""

import contextlib
import http.client
import json
import socket
import ssl
import urllib.parse

import system

HEALTHZ = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def address(server):
    url = urllib.parse.urlsplit(server.url)
    return url.hostname, url.port


def insecure():
    """A context that believes every certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(server, source="127.0.0.1", tls=None):
    """A socket; through TLS with this context."""
    plain = socket.create_connection(address(server), timeout=system.PATIENCE, source_address=(source, 0))
    return tls.wrap_socket(plain) if tls else plain


def rest(connection):
    """All that still comes."""
    answer = b""
    with contextlib.suppress(OSError):
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def answer_of(connection):
    """(status, header as a message, body) of the next answer."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, response.headers, response.read()


def unread_at_peer(connection):
    """How many bytes the other end of this IPv4 connection on loopback has not read yet."""
    (_, here), (_, there) = connection.getsockname(), connection.getpeername()
    with open("/proc/net/tcp", encoding="ascii") as table:
        for fields in map(str.split, table):
            if fields[1].endswith(f":{there:04X}") and fields[2].endswith(f":{here:04X}"):
                return int(fields[4].split(":")[1], 16)
    return 0


def ask(server, path, source="127.0.0.1", tls=None, **headers):
    """(status, body) of a GET on a connection of its own."""
    with connect(server, source, tls) as connection:
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
        status, _, body = answer_of(connection)
        return status, body


def metric(server, name, tls=None):
    """The value of a sample without labels, or with the labels that are part of `name`."""
    for line in ask(server, "/metrics", tls=tls)[1].decode().splitlines():
        if line.rpartition(" ")[0] == name:
            return float(line.rpartition(" ")[2])
    return 0.0


class Poll:
    """A parked poll of a requester for a pending request, as a socket."""

    def __init__(self, server, host, request_id, wait=60, tls=None):
        path = "authentication_requests/" + request_id
        authorization = host._authorization("GET", host.base + path, {"wait": str(wait)})  # pylint: disable=protected-access
        self.connection = connect(server, tls=tls)
        netloc = urllib.parse.urlsplit(server.url).netloc
        self.connection.sendall(f"GET /v1/{path}?wait={wait} HTTP/1.1\r\nHost: {netloc}\r\n"
                                f"Authorization: {authorization}\r\n\r\n".encode())

    def answer(self):
        """(status, answer)"""
        status, _, body = answer_of(self.connection)
        return status, json.loads(body)

    def close(self):
        self.connection.close()
