# SPDX-License-Identifier: Apache-2.0
"""A Toopher server that misbehaves in one chosen way, and counts what reaches it.

A behaviour is a function of (server, call) that gives what is sent back: bytes, or a list of bytes and actions.
"""

import json
import socket
import ssl
import struct
import threading
import urllib.parse

REQUEST = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
PAIRING = "33333333-3333-4333-8333-333333333333"
FEATURES = {"Toopher-Features": "wait cancel ttl supersedes client_request_id number_matching"}

HANG = object()   # say no more and keep the connection
RESET = object()  # break the connection with a RST
CLOSE = object()  # end the connection properly
READ = object()   # what is there of what the client sends


class Slowly:
    """These bytes one by one, with a pause of so many seconds after each."""

    def __init__(self, content, pause):
        self.content, self.pause = content, pause


class Take:
    """So many bytes of what the client sends are read, and no more."""

    def __init__(self, size):
        self.size = size


def http(body, status=200, content_type="application/json", **headers):
    """A whole HTTP answer."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    lines = [f"HTTP/1.1 {status} Status", f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def request(state="pending", identity=REQUEST, **members):
    """An authentication request as the API gives it."""
    user = {"id": OTHER, "name": "alice", "toopher_authentication_enabled": True}
    return {"id": identity, "pending": state == "pending", "granted": state == "granted", "automated": False,
            "reason": "", "reason_code": 1000 if state == "denied" else 0, "user": user,
            "terminal": {"id": OTHER, "name": "host", "requester_specified_id": "", "user": user},
            "action": {"id": OTHER, "name": "log in"}, **members}


def error(code, message, status=409, **headers):
    """An error as the API gives it."""
    return http({"error_code": code, "error_message": message}, status=status, **headers)


class Call:
    """One request that arrived."""

    def __init__(self, method, target, headers, body):
        self.method = method
        self.path, _, query = target.partition("?")
        self.headers = headers
        self.fields = dict(urllib.parse.parse_qsl(body or query))

    @property
    def initiates(self):
        """Whether it asks for something new."""
        return self.method == "POST" and self.path.endswith(("/initiate", "/create"))

    @property
    def cancels(self):
        """Whether it withdraws a request."""
        return self.method == "POST" and self.path.endswith("/cancel")


class Rogue:
    """Listens on 127.0.0.1. `calls`: what arrived; `connections`: how many; `certificate`: (file, key) for TLS, or an
    SSLContext."""

    def __init__(self, behaviour, certificate=None, after_accept=None, port=0):
        self.behaviour = behaviour
        self.after_accept = after_accept
        self.calls = []
        self.connections = 0
        self.arrived = threading.Condition()
        self._open = set()
        self._over = threading.Event()
        self._tls = None
        if isinstance(certificate, ssl.SSLContext):
            self._tls = certificate
        elif certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(*certificate)
        self._listener = socket.create_server(("127.0.0.1", port), backlog=16)
        scheme = "https" if certificate else "http"
        self.origin = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = self.origin + "/v1/"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def posts(self):
        """How many pushes, codes or pairings were asked for."""
        return sum(call.initiates for call in self.calls)

    def drop_connections(self):
        """Ends all that are open; new ones may come."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def wait_for(self, condition, timeout=10):
        """True as soon as condition(self) holds, which is looked at whenever a request arrived."""
        with self.arrived:
            return self.arrived.wait_for(lambda: condition(self), timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._over.set()
        try:
            self._listener.shutdown(socket.SHUT_RDWR)  # close() alone leaves accept() waiting, and the port open
        except OSError:
            pass
        self._thread.join()
        self._listener.close()
        self.drop_connections()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        raw = connection
        try:
            if self.after_accept and not self._play(connection, raw, self.after_accept):
                return
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.add(connection)
            stream = connection.makefile("rb")
            while self._answer(connection, raw, stream):
                pass
        except (OSError, ValueError):
            pass
        finally:
            self._open.discard(raw)
            self._open.discard(connection)
            raw.close()
            connection.close()

    def _answer(self, connection, raw, stream):
        first = stream.readline().decode().split()
        if not first:
            return False
        headers = {}
        for line in iter(stream.readline, b"\r\n"):
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0))).decode()
        call = Call(first[0], first[1], headers, body)
        with self.arrived:
            self.calls.append(call)
            self.arrived.notify_all()
        steps = self.behaviour(self, call)
        return self._play(connection, raw, steps if isinstance(steps, list) else [steps])

    def _play(self, connection, raw, steps):
        for step in steps:
            if step is HANG:
                while connection.recv(4096):
                    pass
                return False
            if step is RESET:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            if step is CLOSE:
                return False
            if step is READ:
                connection.recv(65536)
            elif isinstance(step, Take):
                left = step.size
                while left and (data := connection.recv(left)):
                    left -= len(data)
            elif isinstance(step, Slowly):
                for byte in step.content:
                    connection.sendall(bytes([byte]))
                    if step.pause and self._over.wait(step.pause):
                        return False
            else:
                connection.sendall(step)
        return True


def by_path(**answers):
    """A behaviour from answers by kind of call: initiate, status, cancel. A list is used up from its start."""
    def behave(_, call):
        kind = "initiate" if call.initiates else "cancel" if call.cancels else "status"
        answer = answers.get(kind, error(404, "Not found", status=404))
        if isinstance(answer, list) and answer and isinstance(answer[0], list):
            return answer.pop(0) if len(answer) > 1 else answer[0]
        return answer
    return behave


def grants(right):
    """A behaviour: every push, and of all codes this one."""
    def behave(_, call):
        if not call.initiates:
            return http(request("granted"), **FEATURES)
        code = call.fields.get("otp")
        state = {None: "pending", right: "granted"}.get(code, "denied")
        extra = {} if code in (None, right) else {"reason_code": 1002, "reason": "Wrong code"}
        return http(request(state, **extra), **FEATURES)
    return behave
