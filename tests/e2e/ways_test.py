#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The ways to a server that the configuration names: several base-urls within one deadline, a proxy, and nothing else."""

import os
import shutil
import socket
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import certificates
import helper_process
import relay
import rogue_server as rogue
from rogue_server import CLOSE, HANG, by_path, http, request

PENDING = http(request())
GRANTS = {"initiate": PENDING, "status": http(request("granted"))}


class SilentListener:
    """A port whose connections nobody takes: one fills the queue, and whoever comes after it waits."""

    def __init__(self):
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self._filler = [socket.create_connection(self._listener.getsockname())]
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1/"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for end in (*self._filler, self._listener):
            end.close()


class Ways(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = helper_process.Files()
        cls.addClassCleanup(cls.files.close)
        directory = tempfile.TemporaryDirectory(prefix="toopher-ca-")
        cls.addClassCleanup(directory.cleanup)
        os.chmod(directory.name, 0o755)
        authority = certificates.Authority(directory.name)
        cls.certificate = authority.server("good")
        cls.self_signed = authority.self_signed()
        shutil.copy(authority.file, cls.files.path / "ca.pem")
        cls.ca = cls.files.path / "ca.pem"

    def login(self, *urls, wrapper=(), **api):
        helper = helper_process.Helper(self.files.configure(*urls, **api), self.files, wrapper)
        self.addCleanup(helper.__exit__)
        greeting = helper.receive()
        self.assertEqual(greeting.verb, "ready", greeting)
        helper.send("login", user="alice", action="log in", terminal="host", host="host", service="sshd")
        return helper

    def push(self, helper, timeout_ms=2000):
        return helper.ask("push", timeout_ms=timeout_ms, ttl=20)

    # several servers

    def test_a_server_that_swallows_connections_leaves_time_for_the_next(self):
        with SilentListener() as silent, rogue.Rogue(by_path(**GRANTS)) as up:
            helper = self.login(silent.url, up.url, timeout=2)
            answer, seconds = self.push(helper)
            self.assertEqual(answer.verb, "pending", answer)
            self.assertLess(seconds, 1.5)
            self.assertEqual(helper.ask("wait", timeout_ms=3000)[0].verb, "granted")
            self.assertEqual((up.posts(), up.connections), (1, 1))

    def test_a_handshake_that_hangs_leaves_time_for_the_next(self):
        with rogue.Rogue(by_path(), certificate=self.certificate, after_accept=[HANG]) as hanging, \
                rogue.Rogue(by_path(**GRANTS), certificate=self.certificate) as up:
            answer, seconds = self.push(self.login(hanging.url, up.url, timeout=2, ca_file=self.ca))
            self.assertEqual(answer.verb, "pending", answer)
            self.assertLess(seconds, 1.5)
            self.assertEqual((hanging.posts(), up.posts()), (0, 1))

    def test_a_name_that_does_not_exist_leaves_time_for_the_next(self):
        with rogue.Rogue(by_path(**GRANTS)) as up:
            answer, _ = self.push(self.login("https://no-such-host.invalid/v1/", up.url, timeout=2))
            self.assertEqual(answer.verb, "pending", answer)

    def test_three_servers_share_the_deadline(self):
        with SilentListener() as one, SilentListener() as two, rogue.Rogue(by_path(**GRANTS)) as up:
            answer, seconds = self.push(self.login(one.url, two.url, up.url, timeout=2))
            self.assertEqual(answer.verb, "pending", answer)
            self.assertLess(seconds, 1.9)

    def test_all_silent_are_unreachable_at_the_deadline(self):
        with SilentListener() as one, SilentListener() as two:
            answer, seconds = self.push(self.login(one.url, two.url, timeout=1), timeout_ms=1000)
            self.assertEqual((answer.verb, answer["kind"]), ("failed", "unreachable"), answer)
            self.assertLess(seconds, 1)

    def test_what_one_may_have_received_is_never_sent_to_the_next(self):
        for steps in ([HANG], http("", status=503)):
            with self.subTest(steps), rogue.Rogue(by_path(initiate=steps)) as first, rogue.Rogue(by_path(**GRANTS)) as second:
                answer, _ = self.push(self.login(first.url, second.url, timeout=1), timeout_ms=1500)
                self.assertEqual((answer.verb, answer["kind"]), ("failed", "unreachable"), answer)
                self.assertEqual((first.posts(), second.posts()), (1, 0))

    # a proxy

    def test_through_the_proxy(self):
        with relay.ConnectProxy() as proxy, rogue.Rogue(by_path(**GRANTS), certificate=self.certificate) as server:
            helper = self.login(server.url, proxy=proxy.url, ca_file=self.ca)
            self.assertEqual(self.push(helper)[0].verb, "pending")
            self.assertEqual(helper.ask("wait", timeout_ms=3000)[0].verb, "granted")
            authority = server.origin.removeprefix("https://")
            self.assertEqual(proxy.requests, [f"CONNECT {authority} HTTP/1.1"])
            self.assertEqual(server.posts(), 1)

    def test_the_proxy_cannot_be_believed_instead_of_the_server(self):
        with rogue.Rogue(by_path(**GRANTS)) as proxy, rogue.Rogue(by_path(**GRANTS), certificate=self.certificate) as server:
            answer, _ = self.push(self.login(server.url, proxy=proxy.origin, ca_file=self.ca), timeout_ms=600)
            self.assertEqual(answer.verb, "failed", answer)
            self.assertEqual((proxy.posts(), server.posts()), (0, 0))

    def test_a_proxy_that_refuses_is_no_server(self):
        for refusal in ("403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway"):
            with self.subTest(refusal), relay.ConnectProxy(refusal) as proxy, \
                    rogue.Rogue(by_path(**GRANTS), certificate=self.certificate) as server:
                # Less than a second is haste, in which no silence of a busy machine counts as an outage.
                answer, _ = self.push(self.login(server.url, proxy=proxy.url, ca_file=self.ca), timeout_ms=1100)
                self.assertEqual((answer.verb, answer["kind"]), ("failed", "unreachable"), answer)
                self.assertIn(refusal[:3], answer["text"])
                self.assertEqual(server.connections, 0)

    def test_no_way_around_a_proxy_that_is_down(self):
        with relay.ConnectProxy() as proxy, rogue.Rogue(by_path(**GRANTS), certificate=self.certificate) as server:
            proxy.__exit__()
            answer, _ = self.push(self.login(server.url, proxy=proxy.url, ca_file=self.ca), timeout_ms=1000)
            self.assertEqual((answer.verb, answer["kind"]), ("failed", "unreachable"), answer)
            self.assertEqual(server.connections, 0)

    def test_a_bad_proxy_is_named_after_a_kept_connection_broke_too(self):
        with relay.ConnectProxy(certificate=self.certificate) as proxy, \
                rogue.Rogue(by_path(initiate=PENDING, status=[CLOSE]), certificate=self.certificate) as server:
            helper = self.login(server.url, proxy=proxy.url, ca_file=self.ca)
            self.assertEqual(self.push(helper)[0].verb, "pending")
            proxy.show(self.self_signed)
            answer, _ = helper.ask("wait", timeout_ms=3000)
            self.assertEqual((answer.verb, answer["kind"]), ("failed", "tls"), answer)
            self.assertIn(f"{proxy.url} (the proxy): certificate is not signed", answer["text"])
            self.assertEqual([call.path.rpartition("/")[2] for call in server.calls][:1], ["initiate"])
            self.assertGreater(proxy.connections, 1)

    def test_what_is_for_this_machine_passes_no_proxy(self):
        with relay.ConnectProxy() as proxy, rogue.Rogue(by_path(**GRANTS)) as server:
            self.assertEqual(self.push(self.login(server.url, proxy=proxy.url))[0].verb, "pending")
            self.assertEqual(proxy.requests, [])

    def test_variables_of_the_environment_are_ignored(self):
        names = ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        with relay.ConnectProxy() as proxy, rogue.Rogue(by_path(**GRANTS), certificate=self.certificate) as server:
            wrapper = ["/usr/bin/env", *(f"{name}={proxy.url}" for name in names), "SSL_CERT_FILE=/nonexistent"]
            helper = self.login(server.url, wrapper=wrapper, ca_file=self.ca)
            self.assertEqual(self.push(helper)[0].verb, "pending")
            self.assertEqual(proxy.requests, [])

    def test_no_proxy_of_the_environment_is_ignored(self):
        with relay.ConnectProxy() as proxy, rogue.Rogue(by_path(**GRANTS), certificate=self.certificate) as server:
            wrapper = ["/usr/bin/env", "no_proxy=*", "NO_PROXY=127.0.0.1"]
            helper = self.login(server.url, wrapper=wrapper, proxy=proxy.url, ca_file=self.ca)
            self.assertEqual(self.push(helper)[0].verb, "pending")
            self.assertEqual(len(proxy.requests), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
