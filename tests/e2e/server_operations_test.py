# SPDX-License-Identifier: Apache-2.0
"""toopherd as its operator sees it: reload, drain, health, metrics, logs, and what it tells the service manager."""

import contextlib
import functools
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.join(os.path.dirname(__file__), "../..")),
                                "tests/support"))
import certificates  # noqa: E402
import device  # noqa: E402
import requester  # noqa: E402
import system  # noqa: E402
import wire  # noqa: E402

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\[\\n"])*",?)*)\})? ([0-9.e+-]+|\+Inf|NaN)')


def parse_exposition(text):
    """{family: (type, {(sample, labels): value})}; AssertionError where the format 0.0.4 is broken."""
    assert text.endswith("\n")
    families, name = {}, None
    for line in text.splitlines():
        words = line.split(" ", 3)
        if line.startswith("# HELP "):
            name = words[2]
            assert name not in families and len(words) == 4, line
            families[name] = (None, {})
        elif line.startswith("# TYPE "):
            assert words[2] == name and words[3] in ("counter", "gauge", "histogram") and not families[name][1], line
            families[name] = (words[3], {})
        else:
            found = SAMPLE.fullmatch(line)
            assert found, line
            ends = ("_bucket", "_sum", "_count") if families[name][0] == "histogram" else ("",)
            assert found[1] in [name + end for end in ends], line
            assert (found[1], found[2]) not in families[name][1], line
            families[name][1][found[1], found[2]] = float(found[3])
    for name, (kind, samples) in families.items():
        assert kind == "histogram" or samples or kind == "counter", name
        assert kind != "counter" or name.endswith("_total"), name
        if kind == "histogram":
            buckets = [value for (sample, _), value in samples.items() if sample.endswith("_bucket")]
            assert buckets == sorted(buckets) and buckets[-1] == samples[name + "_count", None], name
    return families


class Operated(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.directory)
        self.tls = None

    def start(self, settings="", tls=False, **options):
        if tls:
            self.authority = certificates.Authority(self.directory)
            self.certificate, self.key = self.authority.server("server")
            settings += f"certificate = {self.certificate}\nprivate-key = {self.key}\n"
            self.tls = wire.insecure()
        self.server = system.Toopherd(self.directory, settings, **options)
        self.addCleanup(self.server.__exit__)
        self.host = requester.Requester(self.server.url, self.server.key, self.server.secret)
        return self.server

    def phone(self, user="jdoe"):
        phone = device.Device(self.server.url, os.path.join(self.directory, "phone " + user))
        phone.register()
        self.host.post("pairings/create", pairing_phrase=phone.phrase(), user_name=user)
        self.assertEqual(phone.answer_pairing(phone.pending()["pairings"][0], "allow")[0], 200)
        return phone

    def initiate(self, user="jdoe", **more):
        status, request = self.host.post("authentication_requests/initiate", user_name=user, terminal_name="host", **more)
        self.assertEqual(status, 200, request)
        return request["id"]

    def park(self, request):
        """A poll that is parked by now."""
        parked = wire.metric(self.server, "toopherd_parked_polls", self.tls)
        poll = wire.Poll(self.server, self.host, request, tls=self.tls)
        self.addCleanup(poll.close)
        system.wait_until(lambda: wire.metric(self.server, "toopherd_parked_polls", self.tls) > parked, "the poll to be parked")
        return poll

    def change_config(self, change):
        with open(self.server.config, encoding="utf-8") as file:
            text = file.read()
        with open(self.server.config, "w", encoding="utf-8") as file:
            file.write(change(text))

    def events(self, event):
        lines = [json.loads(line) for line in self.server.text("stderr").splitlines()]
        return [line for line in lines if line["event"] == event]

    def reload(self, event="reloaded"):
        """The log line about it."""
        seen = len(self.events(event))
        self.server.process.send_signal(signal.SIGHUP)
        return system.wait_until(lambda: self.events(event)[seen:], f"the event {event}")[0]


class Reload(Operated):
    def test_limits_change_and_a_parked_poll_stays(self):
        self.start()
        self.phone()
        poll = self.park(self.initiate())
        self.change_config(lambda text: text + "max-connections-per-address = 2\n")
        self.reload()
        with wire.connect(self.server) as second:
            second.sendall(wire.HEALTHZ)
            self.assertEqual(wire.answer_of(second)[0], 200)
            with wire.connect(self.server) as third:
                self.assertEqual(third.recv(12), b"HTTP/1.1 429")
        self.change_config(lambda text: text.replace("per-address = 2", "per-address = 100"))
        self.reload()
        self.assertEqual(wire.ask(self.server, "/healthz")[0], 200)
        with sqlite3.connect(self.server.database) as database:
            request = database.execute("SELECT id FROM requests").fetchone()[0]
        self.host.post(f"authentication_requests/{request}/cancel")
        self.assertTrue(poll.answer()[1]["cancelled"])

    def test_a_new_certificate_is_for_new_connections(self):
        self.start(tls=True)
        self.phone()
        request = self.initiate()
        poll = self.park(request)
        with wire.connect(self.server, tls=self.tls) as connection:
            before = connection.getpeercert(binary_form=True)
        for fresh, old in zip(self.authority.server("fresh"), (self.certificate, self.key)):
            os.replace(fresh, old)
        self.reload()
        with wire.connect(self.server, tls=self.tls) as connection:
            self.assertNotEqual(connection.getpeercert(binary_form=True), before)
        self.assertEqual(poll.connection.getpeercert(binary_form=True), before)
        self.host.post(f"authentication_requests/{request}/cancel")
        self.assertTrue(poll.answer()[1]["cancelled"])

    def test_what_is_broken_changes_nothing(self):
        self.start(tls=True)
        self.change_config(lambda text: text + "colour = red\n")
        complaint = self.reload("not reloaded")
        self.assertRegex(complaint["message"], r"toopherd\.conf:\d+: unknown key colour")
        self.assertEqual(complaint["level"], "error")
        self.change_config(lambda text: text.replace("colour = red\n", "max-body = 5000\n"))
        with open(self.certificate, "w", encoding="ascii") as file:
            file.write("no certificate\n")
        self.assertIn(self.certificate, self.reload("not reloaded")["message"])
        self.assertEqual(wire.ask(self.server, "/healthz", tls=self.tls)[0], 200)
        # Nothing of the new configuration holds, not even what was right in it.
        with wire.connect(self.server, tls=self.tls) as connection:
            connection.sendall(b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 6000\r\n\r\n" + b"a" * 6000)
            self.assertEqual(wire.answer_of(connection)[0], 200)

    def test_what_needs_a_restart_is_named(self):
        self.start()
        self.change_config(lambda text: text.replace("listen = 127.0.0.1:0", "listen = 127.0.0.1:1")
                           .replace("toopherd.sqlite", "other.sqlite") + "origin = https://other.example.org\n")
        self.reload()
        self.server.wait_for_line("restart needed")
        message = self.events("restart needed")[0]["message"]
        self.assertIn("listen, origin, database", message)
        self.assertEqual(wire.ask(self.server, "/healthz")[0], 200)


class Drain(Operated):
    def drain(self, tls):
        self.start(tls=tls)
        self.phone()
        request = self.initiate()
        polls = [self.park(request) for _ in range(3)]
        with wire.connect(self.server, tls=self.tls) as idle:
            self.server.process.send_signal(signal.SIGTERM)
            self.server.wait_for_line('"event":"ending"')
            for poll in polls:
                status, answer = poll.answer()
                self.assertEqual((status, answer["id"], answer["pending"]), (200, request, True))
            self.assertEqual(wire.rest(idle), b"")
        self.assertEqual(self.server.wait(), 0)
        with self.assertRaises(OSError):
            wire.connect(self.server)

    def test_plain(self):
        self.drain(False)

    def test_tls(self):
        self.drain(True)


class Health(Operated):
    def test_ending(self):
        self.start()
        with wire.connect(self.server) as balancer:
            balancer.sendall(wire.HEALTHZ[:-2])
            system.wait_until(lambda: wire.unread_at_peer(balancer) == 0, "the server to begin to read")
            self.server.process.send_signal(signal.SIGTERM)
            self.server.wait_for_line('"event":"ending"')
            balancer.sendall(wire.HEALTHZ[-2:])
            status, header, body = wire.answer_of(balancer)
        self.assertEqual((status, json.loads(body)["status"]), (503, "ending"))
        self.assertEqual(header["Retry-After"], "5")
        self.assertEqual(self.server.wait(), 0)

    def test_a_lost_database_and_no_crowd_before_it(self):
        self.start()
        self.assertEqual(wire.ask(self.server, "/healthz"), (200, b'{"status":"ok"}'))
        with contextlib.closing(sqlite3.connect(self.server.database, isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            before = wire.metric(self.server, "toopherd_store_queue")
            with contextlib.ExitStack() as stack:
                probes = [stack.enter_context(wire.connect(self.server)) for _ in range(50)]
                for probe in probes:
                    probe.sendall(wire.HEALTHZ)
                for probe in probes:
                    status, headers, body = wire.answer_of(probe)
                    self.assertEqual(status, 503)
                    self.assertTrue(headers["Retry-After"])
                    self.assertEqual(json.loads(body)["status"], "failing")
            self.assertLess(wire.metric(self.server, "toopherd_store_queue") - before, 10)
            database.execute("ROLLBACK")
        system.wait_until(lambda: wire.ask(self.server, "/healthz")[0] == 200, "health again")


class Metrics(Operated):
    def test_format_and_counts(self):
        self.start()
        phone = self.phone()
        before = self.host.get("authentication_requests/" + self.initiate())[1]
        phone.answer_request(phone.pending()["requests"][0], "allow")
        self.initiate()
        phone.answer_request(phone.pending()["requests"][0], "deny")
        self.initiate(otp=phone.code(list(phone.seeds)[0]))
        self.initiate(otp=phone.code(list(phone.seeds)[0]))
        self.assertEqual(self.host.get("nothing")[0], 404)
        status, body = wire.ask(self.server, "/metrics")
        self.assertEqual(status, 200)
        families = parse_exposition(body.decode())
        ended = families["toopherd_requests_ended_total"][1]
        self.assertEqual(ended["toopherd_requests_ended_total", 'state="granted",factor="push",reason="none"'], 1)
        self.assertEqual(ended["toopherd_requests_ended_total", 'state="denied",factor="push",reason="refused"'], 1)
        self.assertEqual(families["toopherd_pushes_total"][1]["toopherd_pushes_total", None], 2)
        codes = families["toopherd_code_verifications_total"][1]
        self.assertEqual(codes["toopherd_code_verifications_total", 'result="valid"'], 1)
        self.assertEqual(codes["toopherd_code_verifications_total", 'result="code_used_before"'], 1)
        answers = families["toopherd_http_requests_total"][1]
        self.assertEqual(answers["toopherd_http_requests_total", 'route="toopher",status="404"'], 1)
        for word in ("jdoe", "host", before["id"]):
            self.assertNotIn(word, body.decode(), "nothing about people")

    def test_who_may_read_them(self):
        self.start("metrics-allow = 192.0.2.0/24\ntrusted-proxies = 127.0.0.9\n")
        ask = functools.partial(wire.ask, self.server, "/metrics")
        self.assertEqual(ask()[0], 200)
        self.assertEqual(ask(X_Forwarded_For="127.0.0.1")[0], 404, "somebody behind a balancer of this host")
        self.assertEqual(ask(source="127.0.0.9", X_Forwarded_For="192.0.2.7")[0], 200)
        self.assertEqual(ask(source="127.0.0.9", X_Forwarded_For="192.0.3.7")[0], 404)


class Logs(Operated):
    def test_every_line_is_json(self):
        self.start()
        self.phone()
        self.reload()
        self.server.stop()
        lines = [json.loads(line) for line in self.server.text("stderr").splitlines()]
        for line in lines:
            self.assertIn(line["kind"], ("audit", "server"))
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$")
            self.assertIn(line["level"], ("error", "warning", "notice", "info"))
            self.assertTrue(line["event"])
        self.assertEqual({line["kind"] for line in lines}, {"audit", "server"})

    def test_text(self):
        self.start("log-format = text\n")
        self.phone()
        self.server.wait_for_line(r"^toopherd: audit: pairing allowed .*user=jdoe")
        self.server.stop()
        self.assertNotIn("{", self.server.text("stderr"))

    def test_priorities_are_for_the_journal(self):
        read, write = os.pipe()
        status = os.fstat(write)
        self.start()
        config = self.server.config
        self.server.stop()
        process = subprocess.Popen([system.program("toopherd"), "--config", config], stdout=subprocess.PIPE, stderr=write,
                                   env=dict(os.environ, JOURNAL_STREAM=f"{status.st_dev}:{status.st_ino}"))
        os.close(write)
        self.assertIn(b"ready on", process.stdout.readline())
        process.terminate()
        self.assertEqual(process.wait(system.PATIENCE), 0)
        process.stdout.close()
        with open(read, encoding="utf-8") as said:
            for line in said.read().splitlines():
                self.assertRegex(line, "^<[3-6]>{")


class ServiceManager(Operated):
    def test_notifications(self):
        path = os.path.join(self.directory, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(system.PATIENCE)
            self.start(env=dict(os.environ, NOTIFY_SOCKET=path, WATCHDOG_USEC="400000"))

            def next_state():
                while True:
                    state = manager.recv(1000).decode()
                    if state != "WATCHDOG=1":
                        return state
            self.assertEqual(next_state(), "READY=1")
            while manager.recv(1000) != b"WATCHDOG=1":
                pass
            self.reload()
            self.assertRegex(next_state(), r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
            self.assertEqual(next_state(), "READY=1")
            self.server.process.send_signal(signal.SIGTERM)
            self.assertEqual(next_state(), "STOPPING=1")
            self.assertEqual(self.server.wait(), 0)

    def unit(self):
        """The unit as it is installed in /usr."""
        text = (system.SOURCE / "packaging/systemd/toopherd.service.in").read_text(encoding="utf-8")
        for name, value in (("sbindir", "/usr/sbin"), ("localstatedir", "/var"), ("sysconfdir", "/etc")):
            text = text.replace(f"@{name}@", value)
        path = os.path.join(self.directory, "toopherd.service")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_the_sandbox(self):
        done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=20", self.unit()],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertLessEqual(float(re.search(r"exposure level for toopherd.service: ([0-9.]+)", done.stdout)[1]), 2.0)

    @staticmethod
    def calls_of(name):
        shown = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
        calls = set()
        for word in (line.strip() for line in shown.splitlines()[1:]):
            if word.startswith("@"):
                calls |= ServiceManager.calls_of(word)
            elif word and not word.startswith("#"):
                calls.add(word)
        return calls

    def allowed_calls(self):
        """What the lines SystemCallFilter= of the unit let through, in their order."""
        allowed = set()
        with open(self.unit(), encoding="utf-8") as unit:
            for line in re.findall(r"^SystemCallFilter=(.*)$", unit.read(), re.MULTILINE):
                for word in line.removeprefix("~").split():
                    calls = self.calls_of(word) if word.startswith("@") else {word}
                    allowed = allowed - calls if line.startswith("~") else allowed | calls
        return allowed

    @unittest.skipUnless(shutil.which("systemd-analyze") and shutil.which("strace"), "systemd-analyze or strace is not installed")
    @unittest.skipIf(system.with_sanitizers("toopherd"), "a sanitizer makes calls of its own")
    def test_no_call_is_outside_of_the_filter(self):
        self.start(tls=True)
        config = self.server.config
        self.server.stop()
        trace = os.path.join(self.directory, "trace")
        with system.Process(["strace", "-f", "-qq", "-o", trace, system.program("toopherd"), "--config", config]) as self.server:
            self.server.url = self.server.wait_for_line(r"ready on (\S+)").group(1)
            self.server.config = config
            pid = int(subprocess.run(["pgrep", "-P", str(self.server.process.pid)], capture_output=True, check=True).stdout)
            self.host.base = self.server.url + "/v1/"
            self.phone()
            self.assertEqual(wire.ask(self.server, "/metrics", tls=self.tls)[0], 200)
            self.host.post("users/activate_next_otp_list", user_name="paper", create_user_if_needed="True")
            os.kill(pid, signal.SIGHUP)
            self.server.wait_for_line('"event":"reloaded"')
            os.kill(pid, signal.SIGTERM)
            self.assertEqual(self.server.wait(), 0)
        with open(trace, encoding="utf-8", errors="replace") as lines:
            used = {found[1] for found in (re.match(r"\d+ +([a-z0-9_]+)\(", line) for line in lines) if found}
        self.assertIn("accept" if "accept" in used else "accept4", used)
        # strace's own, and what SQLite calls as root only.
        self.assertEqual(used - self.allowed_calls() - {"execve", "fchown"}, set())


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
