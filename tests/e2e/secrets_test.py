#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Where secrets are after logins: in the memory of host, helper and toopherd, freed parts included, in logs, in /proc."""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import code_app  # noqa: E402
import device  # noqa: E402
import kept_host  # noqa: E402
import memory  # noqa: E402
import requester  # noqa: E402
import system  # noqa: E402
import trial  # noqa: E402

# Of a size that nothing else has, so that memory it was freed from is not soon used again; malloc(3) writes to its beginning only.
PASSWORD_END = "gravel-lantern-orchard-41"
PASSWORD = "correct-horse-battery-staple-".ljust(300, "x") + PASSWORD_END
WRONG_CODE = "918273645546"  # of a recovery code's form
APPROVE, PASSWORD_PROMPT = "Approve the request", "Password: "
ROOT = os.geteuid() == 0


def children(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def told_by_proc(pid):
    """What everybody, or the same user, can read about a process."""
    return b"".join(pathlib.Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ"))


class Scene:
    """A server, a phone, a host that stays, and two logins: by push, then by a code after a wrong one."""

    def __init__(self):
        self.here = trial.Trial()
        self.here.pair()
        shutil.copy(system.BUILD / "tests/support/pam_password.so", self.here.directory)
        self.here.service("marked", "number_matching=off debug")
        service = (self.here.directory / "pam.d/marked").read_text(encoding="utf-8")
        self.here.write("pam.d/marked", f"auth required {self.here.directory}/pam_password.so\n{service}")
        self.host = kept_host.KeptHost(self.here)
        self.secrets = {"password": PASSWORD_END, "requester secret": self.here.server.secret[-20:]}
        self.in_host, self.in_helper, self.told = [], {}, b""

    def close(self):
        self.host.__exit__()
        self.here.__exit__()

    def prompted(self, words):
        what, text = self.host.heard()
        if what != "ask" or words not in text:
            raise system.Failure(f"not {words!r} but {what} {text}; log: {self.host.log}")

    def to_the_push(self):
        self.host.begin("marked")
        self.prompted(PASSWORD_PROMPT)
        self.host.answer(PASSWORD)
        self.prompted(APPROVE)

    def granted(self):
        code = self.host.end()
        if code != kept_host.PAM_SUCCESS:
            raise system.Failure(f"the login ended with {code}; log: {self.host.log}")
        self.in_host.append(memory.places(self.host.pid, self.secrets))

    def log_in_by_push(self):
        """As sshd's password method has it: the password is the reply to every prompt."""
        self.to_the_push()
        self.host.answer(PASSWORD)
        self.here.phone.run("approve", "--wait", "20")
        self.granted()

    def log_in_by_code(self):
        self.to_the_push()
        self.secrets["wrong code"] = WRONG_CODE
        self.host.answer(WRONG_CODE)
        self.prompted(APPROVE)
        self.look_into_the_helper()
        self.secrets["code"] = self.here.phone.code()
        self.host.answer(self.secrets["code"])
        self.granted()

    def look_into_the_helper(self):
        [helper] = children(self.host.pid)
        if ROOT:  # it is not dumpable
            self.in_helper = memory.places(helper, self.secrets)
            self.told += told_by_proc(helper)

    def set_up_another_code_app(self):
        """By a phone of another account: the secret as the link holds it, and as it is."""
        server = self.here.server
        host = requester.Requester(server.url, server.key, server.secret)
        phone = device.Device(server.url, str(self.here.directory / "another phone"))
        phone.register()
        host.post("pairings/create", pairing_phrase=phone.phrase(), user_name="another")
        entry = phone.pending()["pairings"][0]
        phone.answer_pairing(entry, "allow")
        status, answer = phone.set_up_code_app(entry["id"])
        if status != 200:
            raise system.Failure(str(answer))
        app = code_app.App(answer["link"])
        code = app.now()
        if not host.post("authentication_requests/initiate", user_name="another", terminal_name="host", otp=code)[1]["granted"]:
            raise system.Failure("the code of the other app does not count")
        return {"secret in the link": app.asked["secret"], "secret of the link": app.seeds["app"], "code of the other app": code}

    def invite(self):
        """By an administrator; the end of the link."""
        link = subprocess.run([system.program("toopher-admin"), "--config", self.here.server.config, "invite", "newcomer"],
                              check=True, capture_output=True, text=True, timeout=system.PATIENCE).stdout
        return {"secret of the invitation": link.strip().split(".")[-1]}

    def seed(self):
        """What the phone makes its codes of."""
        [state] = (self.here.directory / "phone").rglob("state.json")
        text = json.loads(state.read_text(encoding="utf-8"))["pairings"][0]["seed"]
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@unittest.skipIf(system.with_sanitizers("toopher-helper"), "AddressSanitizer keeps what was freed, as it was")
class SecretsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene()
        cls.addClassCleanup(cls.scene.close)
        cls.scene.log_in_by_push()
        cls.scene.log_in_by_code()
        cls.of_links = {**cls.scene.set_up_another_code_app(), **cls.scene.invite()}
        cls.server = cls.scene.here.server
        cls.key = pathlib.Path(cls.server.directory, "toopherd.key").read_text(encoding="ascii").strip()

    def count(self, places, **most):
        """None of the secrets is there, but for those that may be there so often."""
        for name, found in places.items():
            with self.subTest(secret=name):
                self.assertLessEqual(len(found), most.get(name.replace(" ", "_"), 0), "\n".join(found))

    def test_host_keeps_nothing(self):
        self.assertEqual(self.scene.host.log[-1].count("outcome=granted factor=code"), 1, self.scene.host.log)
        for places in self.scene.in_host:
            self.count(places)

    @unittest.skipUnless(ROOT, "only root may look into a helper")
    def test_helper_keeps_the_requester_s_secret_only(self):
        self.assertEqual(set(self.scene.in_helper), {"password", "requester secret", "wrong code"})
        self.count(self.scene.in_helper, requester_secret=1)

    def test_server_keeps_its_key_and_the_secret_of_who_called(self):
        """The key seals, and makes digests; the secret is that of the requester whom it remembers between calls."""
        secrets = dict(self.scene.secrets, **self.of_links, seed=self.scene.seed(), key=bytes.fromhex(self.key), key_in_hex=self.key)
        self.count(memory.places(self.server.process.pid, secrets), requester_secret=1, key=2)

    def test_nothing_is_written_down(self):
        host, server = self.scene.host, self.server
        database = b"".join(path.read_bytes() for path in pathlib.Path(server.directory).glob("*.sqlite*") if path.is_file())
        written = {"the host's log": "\n".join(host.log).encode(), "the server's log and audit": server.text().encode(),
                   "the database": database,
                   "/proc": self.scene.told + told_by_proc(host.pid) + told_by_proc(server.process.pid)}
        secrets = {name: value if isinstance(value, bytes) else value.encode()
                   for name, value in dict(self.scene.secrets, **self.of_links, key=self.key).items()}
        secrets.update({"seed": self.scene.seed(), "key in bytes": bytes.fromhex(self.key)})
        self.assertIn(b"outcome=granted", written["the host's log"])
        self.assertIn(b'"kind":"audit"', written["the server's log and audit"].replace(b" ", b""))
        for place, content in written.items():
            for name, secret in secrets.items():
                with self.subTest(place=place, secret=name):
                    self.assertIsNone(memory.pattern(secret).search(content))


if __name__ == "__main__":
    unittest.main()
