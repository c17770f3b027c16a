# SPDX-License-Identifier: Apache-2.0
"""A push service (RFC 8030) on loopback, and a browser that subscribed to it: what toopherd sends is checked and opened
here by python3-cryptography, as RFC 8188, 8291 and 8292 say, and not by the project's own code."""

import base64
import collections
import http.server
import json
import os
import queue
import threading
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hkdf(salt, key, info, length):
    return HKDF(hashes.SHA256(), length, salt, info).derive(key)


Message = collections.namedtuple("Message", "path headers body at")  # at: time.monotonic() when it had arrived
Answer = collections.namedtuple("Answer", "status headers delay body", defaults=({}, 0, b""))


class Service:
    """Takes messages until it is left. `url`: its origin. Answers 201, or first what answer() was given. With `tls`, an
    ssl.SSLContext, by https. `port`: 0 is any free one."""

    def __init__(self, tls=None, port=0):
        self._received = queue.Queue()
        self._answers = queue.Queue()
        self._answered = queue.Queue()
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                self.connection.settimeout(60)

            def do_POST(self):  # pylint: disable=invalid-name
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                service._received.put(Message(self.path, self.headers, body, time.monotonic()))
                try:
                    answer = service._answers.get_nowait()
                except queue.Empty:
                    answer = Answer(201)
                service._ending.wait(answer.delay)
                self.send_response(answer.status)
                for name, value in {"Content-Length": "0", **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                service._answered.put(answer.status)
                if answer.body:
                    self.wfile.write(answer.body)
                    service._ending.wait()

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self._ending = threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # whoever hangs up
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, status, delay=0, body=b"", **headers):
        """To the next message: `delay` seconds later; Retry_After="1" is a header. After a `body` more seems to come."""
        self._answers.put(Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, delay, body))

    def next(self, timeout=20):
        """The next message; AssertionError if none comes."""
        try:
            return self._received.get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(f"no message within {timeout} s") from None

    def answered(self, timeout=20):
        """Waits for the next answer to have gone out; its status."""
        return self._answered.get(timeout=timeout)

    def nothing_more(self):
        """Whether no message lies here that nobody looked at."""
        return self._received.empty()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()


class Browser:
    """A subscription at `service`, whose private key only it has."""

    def __init__(self, service, name="browser"):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)
        self.point = self._point(self._key.public_key())
        self.path = f"/push/{name}"
        self.subscription = {"endpoint": service.url + self.path, "p256dh": b64(self.point), "auth": b64(self.auth)}

    @staticmethod
    def _point(key):
        return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)

    def open(self, message):
        """The JSON in it."""
        body = message.body
        salt, record_size, id_size = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21:21 + id_size], body[21 + id_size:]
        if len(record) > record_size:
            raise AssertionError("a push message has one record")
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        key = hkdf(self.auth, shared, b"WebPush: info\0" + self.point + sender, 32)
        content = AESGCM(hkdf(salt, key, b"Content-Encoding: aes128gcm\0", 16)).decrypt(
            hkdf(salt, key, b"Content-Encoding: nonce\0", 12), record, None).rstrip(b"\0")
        if content[-1] != 2:
            raise AssertionError("the last record ends with 2")
        return json.loads(content[:-1])


def vapid(message, audience):
    """(claims, key) of its Authorization header, after the token was verified."""
    scheme, _, value = message.headers["Authorization"].partition(" ")
    parameters = dict(part.strip().split("=", 1) for part in value.split(","))
    header, claims, signature = parameters["t"].split(".")
    raw = unb64(signature)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parameters["k"]))
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    try:
        key.verify(der, f"{header}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise AssertionError("the token's signature is wrong") from None
    told = json.loads(unb64(claims))
    if scheme != "vapid" or json.loads(unb64(header)) != {"typ": "JWT", "alg": "ES256"} or told["aud"] != audience:
        raise AssertionError(f"{scheme} {told}")
    return told, parameters["k"]
