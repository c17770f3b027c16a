# SPDX-License-Identifier: Apache-2.0
"""Notifications: from initiate to a push service and to ntfy, which are stand-ins on loopback."""

import json
import os
import signal
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
import uuid

SOURCE = os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../.."
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))

import certificates
import postgres
import push_service
import requester
import system
from device import Device

CONTACT = "mailto:admin@example.org"
PADDED = 16 + 4 + 1 + 65 + 2048 + 1 + 16  # salt, record size, id and its length; content; delimiter; tag


class PushCase(unittest.TestCase):
    """A server and a push service for each test, so that no message of one is another's."""

    SETTINGS = f"push-contact = {CONTACT}\npush-hosts = {{url}}, push.localhost, *.push.apple.com\n"
    postgres = None

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.service = self.new_service()
        self.addCleanup(self.service.__exit__)
        # A proxy of the environment would read who is called, and reach what this machine must not.
        proxied = {**os.environ, **{name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "all_proxy")}}
        self.server = system.Toopherd(self.scratch.name, self.SETTINGS.format(url=self.service.url), postgres=self.postgres,
                                      env=proxied)
        self.addCleanup(self.server.stop)
        self.host = requester.Requester(self.server.url, self.server.key, self.server.secret)
        self.devices = 0

    def new_service(self):
        return push_service.Service()

    def phone(self):
        self.devices += 1
        device = Device(self.server.url, os.path.join(self.scratch.name, f"phone-{self.devices}"))
        self.assertEqual(device.register()[0], 200)
        return device

    def pair(self, device, user):
        status, pairing = self.host.post("pairings/create", pairing_phrase=device.phrase(), user_name=user)
        self.assertEqual(status, 200, pairing)
        entry = device.pending()["pairings"][0]
        self.assertEqual(device.answer_pairing(entry, "allow")[0], 200)

    def subscribe(self, device, name="browser"):
        browser = push_service.Browser(self.service, name)
        self.assertEqual(device.call("POST", "push", **browser.subscription), (200, {}))
        return browser

    def subscribed(self, user="alice"):
        """(device, browser) of a new phone."""
        device = self.phone()
        self.pair(device, user)
        return device, self.subscribe(device, f"browser-{self.devices}")

    def initiate(self, user="alice", **more):
        status, request = self.host.post("authentication_requests/initiate", user_name=user, terminal_name="bastion", **more)
        self.assertEqual(status, 200, request)
        return request

    def state(self, device):
        status, answer = device.call("GET", "push")
        self.assertEqual(status, 200, answer)
        return answer

    def problem(self, device, pattern):
        """Once there is one."""
        def found():
            text = self.state(device)["problem"]
            return text if text else None
        text = system.wait_until(found, "a problem")
        self.assertRegex(text, pattern)
        return text


class Calls(PushCase):
    def listed(self):
        """What toopher-admin says of the one phone: (column of the table, members of the JSON)."""
        outputs = [subprocess.run([system.program("toopher-admin"), "--config", self.server.config, *form, "devices"],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
                                  timeout=system.PATIENCE).stdout for form in ([], ["--json"])]
        return outputs[0].splitlines()[1], json.loads(outputs[1])[0]

    def test_what_an_administrator_sees(self):
        device = self.phone()
        self.pair(device, "alice")
        self.assertRegex(self.listed()[0], " no$")
        self.subscribe(device)
        self.assertRegex(self.listed()[0], " not yet$")
        device.call("POST", "push/test")
        system.wait_until(lambda: self.listed()[1]["last_notified"], "a delivery")
        self.assertTrue(self.listed()[1]["notified"])
        self.service.answer(410)
        device.call("POST", "push/test")
        self.problem(device, "again")
        line, members = self.listed()
        self.assertRegex(line, " trouble$")
        self.assertIn("again", members["notification_problem"])

    def test_a_phone_subscribes_tries_and_leaves(self):
        device = self.phone()
        state = self.state(device)
        key = push_service.unb64(state.pop("application_server_key"))
        self.assertEqual((len(key), key[0]), (65, 4))
        self.assertEqual(state, {"available": True, "subscribed": False, "last_delivered": 0, "problem": ""})
        self.assertEqual(device.call("POST", "push/test")[0], 409)
        browser = self.subscribe(device)
        self.assertTrue(self.state(device)["subscribed"])

        self.assertEqual(device.call("POST", "push/test"), (200, {}))
        message = self.service.next()
        self.assertEqual(message.headers["Urgency"], "normal")
        told = browser.open(message)
        self.assertEqual((told["web_push"], told["toopher"]["kind"]), (8030, "test"))
        self.assertEqual(told["notification"]["navigate"], self.server.url + "/")
        delivered = system.wait_until(lambda: self.state(device)["last_delivered"], "a delivery")
        self.assertAlmostEqual(delivered, time.time(), delta=10)

        for _ in range(4):
            self.assertEqual(device.call("POST", "push/test")[0], 200)
            self.service.next()
        self.assertEqual(device.call("POST", "push/test")[0], 429)
        for _ in range(2):
            self.assertEqual(device.call("POST", "push/remove"), (200, {}))
        self.assertFalse(self.state(device)["subscribed"])
        events = [line["event"] for line in self.server.audit()]
        self.assertIn("push subscribed", events)
        self.assertIn("push unsubscribed", events)
        self.assertEqual(events.count("push unsubscribed"), 1)
        self.assertNotIn("/push/browser", self.server.text())
        for _ in range(19):
            self.subscribe(device)
        self.assertEqual(device.call("POST", "push", **browser.subscription)[0], 429)

    def test_what_cannot_be_subscribed_to(self):
        device = self.phone()
        good = push_service.Browser(self.service).subscription
        off_the_curve = push_service.b64(b"\x04" + bytes(63) + b"\x01")
        for change, words in (({"endpoint": "https://evil.example/x"}, "https://evil.example"),
                              ({"endpoint": "http://127.0.0.1:1/x"}, "push-hosts"),
                              ({"endpoint": "https://127.0.0.1/x"}, "push-hosts"),
                              ({"endpoint": "file:///etc/passwd"}, "not the URL"),
                              ({"endpoint": good["endpoint"].replace("://", "://x@")}, "not the URL"),
                              ({"p256dh": off_the_curve}, "p256dh"), ({"p256dh": "AAAA"}, "p256dh"),
                              ({"p256dh": "+/"}, "base64url"), ({"auth": push_service.b64(bytes(15))}, "16 bytes")):
            status, answer = device.call("POST", "push", **{**good, **change})
            self.assertEqual(status, 400, change)
            self.assertIn(words, answer["error_message"])
        self.assertEqual(device.call("POST", "push", endpoint=good["endpoint"])[0], 400)
        self.assertEqual(device.call("POST", "push/other")[0], 404)
        self.assertFalse(self.state(device)["subscribed"])

    def test_the_key_stays_the_same(self):
        device = self.phone()
        key = self.state(device)["application_server_key"]
        self.server.stop()
        self.server.start_again()
        device.at = self.server.url
        device.url = self.server.url
        self.assertEqual(self.state(device)["application_server_key"], key)


class NoContact(PushCase):
    SETTINGS = "push-hosts = {url}\n"

    def test_there_is_no_push_until_there_is_a_contact(self):
        self.server.wait_for_line("push-contact is missing")
        device = self.phone()
        self.pair(device, "alice")
        state = self.state(device)
        self.assertEqual((state["available"], state["application_server_key"]), (False, ""))
        self.assertIn("push-contact", state["problem"])
        subscription = push_service.Browser(self.service).subscription
        status, answer = device.call("POST", "push", **subscription)
        self.assertEqual(status, 409)
        self.assertIn("push-contact", answer["error_message"])
        with open(self.server.config, "a", encoding="utf-8") as file:
            file.write(f"push-contact = {CONTACT}\n")
        self.server.process.send_signal(signal.SIGHUP)
        self.server.wait_for_line("are in force")
        self.assertTrue(self.state(device)["available"])
        browser = self.subscribe(device)
        self.initiate()
        self.assertEqual(browser.open(self.service.next())["toopher"]["kind"], "request")


class Requests(PushCase):
    def test_one_push_says_who_is_asked_and_no_secret(self):
        device, browser = self.subscribed()
        metadata = json.dumps({"host": "bastion.example.org", "service": "sshd", "command": "rm -rf /secret"})
        parameters = {"requester_metadata": metadata, "number_matching": "true", "ttl": "60",
                      "client_request_id": uuid.uuid4().hex}
        request = self.initiate(**parameters)
        self.assertEqual(self.initiate(**parameters)["id"], request["id"])
        message = self.service.next()
        self.assertEqual(message.path, browser.path)
        self.assertEqual(len(message.body), PADDED)
        self.assertEqual(message.headers["Content-Encoding"], "aes128gcm")
        self.assertEqual(message.headers["Urgency"], "high")
        self.assertIn(int(message.headers["TTL"]), range(50, 61))
        self.assertRegex(message.headers["Topic"], r"^[A-Za-z0-9_-]{32}$")
        claims, key = push_service.vapid(message, self.service.url)
        self.assertEqual(claims["sub"], CONTACT)
        self.assertTrue(time.time() < claims["exp"] <= time.time() + 24 * 3600)
        self.assertEqual(key, self.state(device)["application_server_key"])

        told = browser.open(message)
        self.assertEqual(set(told), {"web_push", "notification", "toopher"})
        self.assertEqual(told["web_push"], 8030)
        self.assertEqual(set(told["notification"]), {"title", "body", "navigate", "tag"})
        self.assertEqual(told["notification"]["navigate"], f"{self.server.url}/#/request/{request['id']}")
        self.assertEqual(told["notification"]["tag"], request["id"])
        own = told["toopher"]
        self.assertAlmostEqual(own.pop("expires"), time.time() + 60, delta=10)
        self.assertEqual(own, {"kind": "request", "id": request["id"], "user": "alice", "host": "bastion.example.org",
                               "service": "sshd"})
        self.assertNotIn("secret", json.dumps(told))
        del told["web_push"], told["toopher"]["id"], told["notification"]["navigate"], told["notification"]["tag"]
        self.assertNotIn(request["number"], json.dumps(told))
        self.assertTrue(self.service.nothing_more())

    def test_the_phones_of_this_user_and_no_others(self):
        browsers = dict(self.subscribed(user) for user in ("alice", "bob"))
        (first, browser), _ = browsers.items()
        self.initiate("alice")
        message = self.service.next()
        self.assertEqual(message.path, browser.path)
        # A second pairing is asked for on the phone that is to have it.
        status, _ = self.host.post("pairings/create", pairing_phrase=first.phrase(), user_name="carol")
        self.assertEqual(status, 200)
        told = browser.open(self.service.next())
        self.assertEqual((told["toopher"]["kind"], told["toopher"]["user"]), ("pairing", "carol"))
        self.assertTrue(self.service.nothing_more())

    def ended(self, browser, request, topic):
        message = self.service.next()
        told = browser.open(message)
        self.assertEqual((told["toopher"]["kind"], told["toopher"]["id"]), ("ended", request["id"]))
        self.assertEqual(message.headers["Topic"], topic)
        self.assertGreaterEqual(int(message.headers["TTL"]), 50)

    def test_what_is_over_is_taken_back(self):
        device, browser = self.subscribed()
        request = self.initiate()
        topic = self.service.next().headers["Topic"]
        self.host.post(f"authentication_requests/{request['id']}/cancel")
        self.ended(browser, request, topic)

        request = self.initiate()
        topic = self.service.next().headers["Topic"]
        entry = device.pending()["requests"][0]
        self.assertEqual(device.answer_request(entry, "allow")[0], 200)
        self.ended(browser, request, topic)

        request = self.initiate(ttl="5")
        message = self.service.next()
        self.assertIn(int(message.headers["TTL"]), (4, 5))
        self.host.get(f"authentication_requests/{request['id']}", wait="10")
        self.ended(browser, request, message.headers["Topic"])
        self.assertTrue(self.service.nothing_more())

    def test_what_ends_before_it_was_sent_is_never_sent(self):
        _, browser = self.subscribed()
        self.subscribed("bob")
        self.service.answer(503, Retry_After="2")
        first = self.initiate()
        self.service.next()
        self.assertEqual(self.service.answered(), 503)
        # toopherd's sender, being one thread, has read that once another message of it is here.
        self.initiate("bob")
        self.service.next()
        # Its service wants to be left alone for two seconds; what begins and ends meanwhile is told to nobody.
        second = self.initiate()
        self.host.post(f"authentication_requests/{second['id']}/cancel")
        message = self.service.next()
        self.assertEqual(browser.open(message)["toopher"]["id"], first["id"])
        self.host.post(f"authentication_requests/{first['id']}/cancel")
        told = browser.open(self.service.next())["toopher"]
        self.assertEqual((told["kind"], told["id"]), ("ended", first["id"]))
        self.assertTrue(self.service.nothing_more())

    def test_a_slow_push_service_delays_nobody(self):
        self.subscribed()
        _, other = self.subscribed("bob")
        self.service.answer(201, delay=8)
        began = time.monotonic()
        request = self.initiate()
        self.service.next()
        self.host.post(f"authentication_requests/{request['id']}/cancel")
        # Nor messages to others.
        self.initiate("bob")
        self.assertEqual(self.service.next().path, other.path)
        self.assertLess(time.monotonic() - began, 4)


class Trouble(PushCase):
    def test_a_subscription_that_is_gone(self):
        device, _ = self.subscribed()
        self.service.answer(410)
        self.initiate()
        self.service.next()
        self.problem(device, "does not know this phone.*again")
        self.assertFalse(self.state(device)["subscribed"])
        self.assertIn("push subscription dropped", [line["event"] for line in self.server.audit()])
        self.initiate()
        browser = self.subscribe(device, "new")
        self.assertEqual(self.state(device)["problem"], "")
        self.initiate()
        self.assertEqual(self.service.next().path, browser.path)

    def test_a_service_that_is_busy_is_asked_again(self):
        device, browser = self.subscribed()
        self.service.answer(503, Retry_After="1")
        self.service.answer(500)
        request = self.initiate()
        times = [self.service.next() for _ in range(3)]
        self.assertGreaterEqual(times[1].at - times[0].at, 1)
        self.assertGreater(times[2].at - times[1].at, 0.3)
        self.assertEqual({browser.open(message)["toopher"]["id"] for message in times}, {request["id"]})
        self.assertNotEqual(times[0].body, times[1].body)
        system.wait_until(lambda: self.state(device)["last_delivered"], "a delivery")
        self.assertEqual(self.state(device)["problem"], "")

    def test_a_service_that_is_away_for_a_moment(self):
        device, browser = self.subscribed()
        self.service.__exit__()
        request = self.initiate()
        port = int(self.service.url.rsplit(":", 1)[1])
        with push_service.Service(port=port) as again:
            self.assertEqual(browser.open(again.next())["toopher"]["id"], request["id"])
            system.wait_until(lambda: self.state(device)["last_delivered"], "a delivery")

    def test_a_service_that_stays_busy_is_given_up(self):
        device, _ = self.subscribed()
        self.service.answer(429, Retry_After="3600")
        self.initiate()
        self.service.next()
        self.problem(device, "answered 429")
        self.assertTrue(self.state(device)["subscribed"])
        self.server.wait_for_line("notification lost")

    def test_a_redirect_is_not_followed(self):
        device, _ = self.subscribed()
        self.service.answer(307, Location=self.service.url + "/elsewhere")
        self.initiate()
        self.service.next()
        self.problem(device, "answered 307")
        self.assertTrue(self.service.nothing_more())

    def test_a_refused_key(self):
        device, _ = self.subscribed()
        self.service.answer(403)
        self.initiate()
        self.problem(device, "off and on again")

    def test_a_name_with_a_private_address(self):
        device, _ = self.subscribed()
        subscription = push_service.Browser(self.service).subscription
        subscription["endpoint"] = "https://push.localhost/x"
        self.assertEqual(device.call("POST", "push", **subscription)[0], 200)
        self.initiate()
        self.problem(device, "private address")

    def test_a_flood_of_body(self):
        device, _ = self.subscribed()
        self.service.answer(201, body=bytes(20000), Content_Length="1000000000")
        began = time.monotonic()
        self.initiate()
        system.wait_until(lambda: self.state(device)["last_delivered"], "a delivery")
        self.assertLess(time.monotonic() - began, 8)

    def test_metrics(self):
        device, _ = self.subscribed()
        self.service.answer(410)
        self.initiate()
        self.problem(device, "again")
        with urllib.request.urlopen(self.server.url + "/metrics", timeout=30) as answer:
            self.assertIn('toopherd_notifications_total{way="webpush",outcome="gone"} 1', answer.read().decode())


class Certificate(PushCase):
    def new_service(self):
        authority = certificates.Authority(self.scratch.name)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*authority.server("push"))
        return push_service.Service(tls)

    def test_one_that_nobody_vouches_for(self):
        device, _ = self.subscribed()
        self.initiate()
        self.problem(device, "certificate")
        self.assertTrue(self.service.nothing_more())


class Ntfy(PushCase):
    """The stand-in takes ntfy's publish call: JSON, posted to the server's root."""
    SETTINGS = "push-hosts = {url}\n"

    def setUp(self):
        super().setUp()
        self.device = self.phone()
        self.pair(self.device, "alice")
        token = os.path.join(self.server.directory, "token")
        with open(token, "w", encoding="ascii", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write("tk_secret\n")
        with open(self.server.config, "a", encoding="ascii") as file:
            file.write(f"ntfy-url = {self.service.url}\nntfy-token-file = token\n")
        self.server.process.send_signal(signal.SIGHUP)
        self.server.wait_for_line("are in force")

    def admin(self, *arguments, status=0):
        done = subprocess.run([system.program("toopher-admin"), "--config", self.server.config, "ntfy", "alice", *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=system.PATIENCE)
        self.assertEqual(done.returncode, status, done)
        return done.stdout + done.stderr

    def test_a_title_and_a_link(self):
        self.assertIn("not told through ntfy", self.admin())
        self.initiate()
        self.admin("--topic", "alice-7f3a")
        self.assertEqual(self.admin(), "told through ntfy\n")
        request = self.initiate()
        message = self.service.next()
        self.assertEqual((message.path, message.headers["Authorization"]), ("/", "Bearer tk_secret"))
        told = json.loads(message.body)
        self.assertEqual(told.pop("click"), f"{self.server.url}/#/request/{request['id']}")
        self.assertEqual(told, {"topic": "alice-7f3a", "title": "A login waits for you", "priority": 4, "tags": ["key"],
                                "message": "Open to see it and to answer."})
        for text in ("alice-7f3a", "tk_secret"):
            self.assertNotIn(text, self.server.text())
        self.admin("--off")
        self.initiate()
        self.assertTrue(self.service.nothing_more())

    def test_trouble(self):
        self.admin("--topic", "a topic", status=2)
        self.admin("--topic", "x", "--off", status=2)
        self.admin("--topic", "alice-7f3a")
        self.service.answer(500)
        self.service.answer(401)
        self.initiate()
        self.assertEqual(self.service.next().path, self.service.next().path)
        self.server.wait_for_line("notification lost.*ntfy.*answered 401")


class Instances(PushCase):
    """Two on one PostgreSQL: who took the request tells, who ended it takes it back."""

    def setUp(self):
        cluster = postgres.Postgres()
        self.addCleanup(cluster.__exit__)
        self.postgres = cluster.database()
        super().setUp()
        settings = self.SETTINGS.format(url=self.service.url)
        self.other = system.Instance(self.server, self.scratch.name, settings=settings)
        self.addCleanup(self.other.stop)
        self.other_host = requester.Requester(self.other.url, self.server.key, self.server.secret)

    def test_one_message_whoever_does_what(self):
        device, browser = self.subscribed()
        key = self.state(device)["application_server_key"]
        device.at = self.other.url
        self.assertEqual(self.state(device)["application_server_key"], key)

        self.service.answer(201)
        self.service.answer(503, Retry_After="2")
        self.initiate()
        self.service.next()
        second = self.initiate()
        failed = self.service.next()
        self.assertEqual(browser.open(failed)["toopher"]["id"], second["id"])
        # Withdrawn at the other instance: that one takes it back, and this one does not try again.
        self.assertEqual(self.other_host.post(f"authentication_requests/{second['id']}/cancel")[0], 200)
        told = browser.open(self.service.next())["toopher"]
        self.assertEqual((told["kind"], told["id"]), ("ended", second["id"]))
        third = self.initiate()
        told = browser.open(self.service.next())["toopher"]
        self.assertEqual((told["kind"], told["id"]), ("request", third["id"]))
        self.assertTrue(self.service.nothing_more())


class Speed(PushCase):
    def test_from_initiate_to_the_push_service(self):
        device, _ = self.subscribed()
        times = []
        for _ in range(25):
            began = time.monotonic()
            self.initiate()
            times.append((self.service.next().at - began) * 1000)
            entry = device.pending()["requests"][0]
            self.assertEqual(device.answer_request(entry, "allow")[0], 200)
            self.service.next()
        print(f"from initiate to the push service: median {statistics.median(times):.1f} ms, most {max(times):.1f} ms")
        self.assertLess(statistics.median(times), 150)


if __name__ == "__main__":
    unittest.main()
