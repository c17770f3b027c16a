# SPDX-License-Identifier: Apache-2.0
"""The helper's sandbox lets name services work: a login by a server whose name comes from files, from DNS, or from
systemd-resolved by its NSS module; by a helper of the host's own and by the service."""

import contextlib
import dataclasses
import json
import os
import socket
import struct
import threading

import certificates
import rogue_server as rogue
import special
import warm
import world
from attempt import Attempt, require

NAME = "login.toopher.test"
RESOLVED = "/run/systemd/resolve/io.systemd.Resolve"
AUTHORITY = "/tmp/names"


class Answering:
    """A socket and a thread that answers what comes. `asked`: how often."""

    def __init__(self, listener):
        self.asked = 0
        self._socket = listener
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                self.answer(self._socket)

    def answer(self, listener):
        raise NotImplementedError

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class Dns(Answering):
    """RFC 1035, 127.0.0.1 for every name."""

    def __init__(self):
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listener.bind(("127.0.0.1", 53))
        super().__init__(listener)

    def answer(self, listener):
        query, peer = listener.recvfrom(512)
        if not query:
            raise OSError("shut down")
        self.asked += 1
        end = query.index(b"\0", 12) + 5
        wants_a = query[end - 4:end - 2] == b"\0\1"
        record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + bytes([127, 0, 0, 1]) if wants_a else b""
        header = query[:2] + b"\x85\x80" + struct.pack(">HHHH", 1, int(wants_a), 0, 0)
        listener.sendto(header + query[12:end] + record, peer)


class Resolved(Answering):
    """systemd-resolved's varlink service, as its NSS module calls it."""

    def __init__(self):
        os.makedirs(os.path.dirname(RESOLVED), exist_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(RESOLVED)
        os.chmod(RESOLVED, 0o666)
        listener.listen()
        super().__init__(listener)

    def answer(self, listener):
        caller, _ = listener.accept()
        with caller:
            message = b""
            while not message.endswith(b"\0"):
                more = caller.recv(4096)
                if not more:
                    return
                message += more
            call = json.loads(message[:-1])
            require("method", call["method"], "io.systemd.Resolve.ResolveHostname")
            self.asked += 1
            answer = {"addresses": [{"ifindex": 1, "family": int(socket.AF_INET), "address": [127, 0, 0, 1]}],
                      "name": call["parameters"]["name"], "flags": 1}
            caller.sendall(json.dumps({"parameters": answer}).encode() + b"\0")

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        os.unlink(RESOLVED)


class Files:
    """/etc/hosts."""

    def __enter__(self):
        with open("/etc/hosts", encoding="utf-8") as hosts:
            self._before = hosts.read()
        world.write("/etc/hosts", f"{self._before}127.0.0.1 {NAME}\n")
        self.asked = 1
        return self

    def __exit__(self, *_):
        world.write("/etc/hosts", self._before)


@contextlib.contextmanager
def instead(path, text):
    """The file with another content, for a while."""
    before = None
    if os.path.lexists(path):
        with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as old:
            before = old.read()
        os.unlink(path)
    world.write(path, text)
    try:
        yield
    finally:
        os.unlink(path)
        if before is not None:
            world.write(path, before)


def authority():
    """(certificate of the name, its key), and the file to trust; made once a world."""
    trusted = f"{world.PREFIX}/etc/security/toopher-test-ca.pem"
    if not os.path.exists(trusted):
        os.mkdir(AUTHORITY)
        made = certificates.Authority(AUTHORITY)
        made.server("named", f"DNS:{NAME}")
        with open(made.file, encoding="ascii") as pem:
            world.write(trusted, pem.read())
    return (AUTHORITY + "/named.pem", AUTHORITY + "/named.key"), trusted


def logs_in(hosts_line, source, service):
    def run(scene):
        scene.write_files()
        certificate, trusted = authority()
        behaviour = rogue.by_path(initiate=rogue.http(rogue.request()), status=rogue.http(rogue.request("granted")))
        world.run("ldconfig")
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(rogue.Rogue(behaviour, certificate=certificate))
            port = server.origin.rsplit(":", 1)[1]
            world.write(scene.config, f"[API]\nbase-url = https://{NAME}:{port}/v1/\nca-file = {trusted}\ntimeout = 5\n"
                                      f"credential-file = {scene.credentials}\n")
            stack.enter_context(instead("/etc/resolv.conf", "nameserver 127.0.0.1\n"))
            stack.enter_context(instead("/etc/nsswitch.conf",
                                        f"passwd: files systemd\ngroup: files systemd\nshadow: files\nhosts: {hosts_line}\n"))
            names = stack.enter_context(source())
            if service:
                stack.enter_context(warm.warm(scene))
            with Attempt(scene, "sudo", "prompt=after", "number_matching=off", paired=False) as attempt:
                special.attempt_ends(attempt, entered=True)
                attempt.expect_log("outcome=granted")
            require("logins at the server", server.posts(), 1)
            require("the name was looked up there", names.asked > 0, True)
    return run


@dataclasses.dataclass(frozen=True)
class Named:
    name: str
    play: object


SOURCES = {"files": ("files", Files), "DNS": ("dns", Dns), "systemd-resolved": ("resolve [!UNAVAIL=return]", Resolved),
           "DNS, systemd-resolved not running": ("resolve [!UNAVAIL=return] dns", Dns)}
SCENARIOS = {f"names | {name}{', service' if service else ''}": logs_in(line, source, service)
             for name, (line, source) in SOURCES.items() for service in (False, True)}

ALL = [(lambda scene, row: row.play(scene), Named(name, scenario)) for name, scenario in SCENARIOS.items()]
