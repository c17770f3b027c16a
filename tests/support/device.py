# SPDX-License-Identifier: Apache-2.0
"""A phone of docs/authenticator-api.md from the standard library and openssl(1): a second opinion, for tests."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import secrets
import ssl
import struct
import subprocess
import time
import urllib.parse

SPKI_OF_P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def raw_signature(der):
    """r and s, 32 bytes each, of an ECDSA signature in DER."""
    length = der[3]
    r, s = der[4:4 + length], der[6 + length:]
    return r.lstrip(b"\0").rjust(32, b"\0") + s.lstrip(b"\0").rjust(32, b"\0")


class Device:
    """Keys in `directory`; registered by register(). `url`: the server's origin; `at`: the instance that is spoken to."""

    def __init__(self, url, directory):
        os.makedirs(directory, mode=0o700)
        self.url, self.at, self.directory, self.id = url, url, directory, ""
        for name in ("signing", "agreement"):
            openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self._file(name))
        self.seeds = {}

    def _file(self, name):
        return os.path.join(self.directory, name + ".pem")

    def point(self, name):
        """The public point of the key `name`, 65 bytes."""
        return openssl("pkey", "-in", self._file(name), "-pubout", "-outform", "DER")[-65:]

    def sign(self, *lines):
        text = "".join(line + "\n" for line in lines).encode()
        return raw_signature(openssl("dgst", "-sha256", "-sign", self._file("signing"), data=text))

    def headers(self, method, target, body, timestamp=None, nonce=None):
        timestamp, nonce = str(timestamp or int(time.time())), nonce or secrets.token_urlsafe(16)
        signature = self.sign("toopher-call-v1", method, self.url, target, self.id, timestamp, nonce,
                              hashlib.sha256(body).hexdigest())
        return {"Content-Type": "application/json", "Authorization":
                f'Toopher-Device device="{self.id}",timestamp="{timestamp}",nonce="{nonce}",signature="{b64(signature)}"'}

    def send(self, method, target, body, headers):
        url = urllib.parse.urlsplit(self.at)
        if url.scheme == "https":
            unverified = ssl._create_unverified_context()  # pylint: disable=protected-access
            connection = http.client.HTTPSConnection(url.netloc, timeout=90, context=unverified)
        else:
            connection = http.client.HTTPConnection(url.netloc, timeout=90)
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        result = answer.status, json.loads(answer.read())
        connection.close()
        return result

    def call(self, method, path, **body):
        """(status, answer)"""
        target = "/authenticator/v1/" + path
        data = json.dumps(body).encode() if method == "POST" else b""
        return self.send(method, target, data, self.headers(method, target, data))

    def register(self):
        answer = self.call("POST", "devices", name="test phone", platform="python",
                           signing_key=b64(self.point("signing")), agreement_key=b64(self.point("agreement")))
        self.id = answer[1].get("device_id", "")
        return answer

    def phrase(self):
        return self.call("POST", "phrases")[1]["phrase"]

    def pending(self, wait=0, since=""):
        return self.call("GET", f"pending?wait={wait}&since={since}")[1]

    def decision(self, pairing, shown, choice, number=""):
        digest = hashlib.sha256(shown.encode()).hexdigest()
        return b64(self.sign("toopher-decision-v1", self.url, pairing, digest, choice, number))

    def remembering(self, pairing, shown, days, choice="allow", number=""):
        """The signature of an answer that makes a rule for so many days."""
        digest = hashlib.sha256(shown.encode()).hexdigest()
        return b64(self.sign("toopher-decision-v2", self.url, pairing, digest, choice, number, str(days)))

    def join(self, link):
        """(status, answer) of joining by an enrolment link; checks the server's proof where it gave one."""
        pairing, secret = link.split("#")[1].split(".")
        keys = [b64(self.point("signing")), b64(self.point("agreement"))]

        def proof(kind, *more):
            text = "".join(line + "\n" for line in [f"toopher-enrolment-{kind}-v1", self.url, pairing, *keys, *more])
            return b64(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())

        status, answer = self.call("POST", "enrolments/" + pairing, proof=proof("device"))
        if status == 200 and answer["proof"] != proof("server", answer["server_key"]):
            raise AssertionError("the server's proof is wrong")
        return status, answer

    def fingerprint(self):
        digest = hashlib.sha256(self.point("signing") + self.point("agreement")).hexdigest()[:20]
        return " ".join(digest[i:i + 4] for i in range(0, 20, 4))

    def challenge(self, pairing, shown, choice, number=""):
        """What user verification of this answer is about."""
        digest = hashlib.sha256(shown.encode()).hexdigest()
        lines = ("toopher-decision-v1", self.url, pairing, digest, choice, number)
        return hashlib.sha256("".join(line + "\n" for line in lines).encode()).digest()

    def answer_pairing(self, entry, choice, authenticator=None):
        """(status, answer); computes the seed when it allows. `authenticator`: of webauthn.py, for user verification."""
        if choice == "allow":
            self.seeds[entry["id"]] = self._agree(entry["id"], unb64(entry["server_key"]))
        more = {}
        if authenticator:
            made = authenticator.create(self.challenge(entry["id"], entry["shown"], choice))
            made["signature"] = b64(self.sign("toopher-credential-v1", self.url, entry["id"], b64(authenticator.id),
                                              b64(authenticator.point)))
            more["credential"] = made
        return self.call("POST", "pairings/" + entry["id"], choice=choice,
                         signature=self.decision(entry["id"], entry["shown"], choice), **more)

    def answer_request(self, entry, choice, number="", authenticator=None):
        """(status, answer)"""
        more = {}
        if authenticator:
            more["verification"] = authenticator.get(self.challenge(entry["pairing_id"], entry["shown"], choice, number))
        return self.call("POST", f"requests/{entry['id']}/decision", choice=choice, number=number,
                         signature=self.decision(entry["pairing_id"], entry["shown"], choice, number), **more)

    def set_up_code_app(self, pairing, authenticator=None, **other):
        """(status, answer). `authenticator`: verifies the person for this call, or for one with `other` timestamp or nonce."""
        target, body = f"/authenticator/v1/pairings/{pairing}/code_app", {}
        timestamp, nonce = int(time.time()), secrets.token_urlsafe(16)
        if authenticator:
            lines = ("toopher-code-app-v1", self.url, pairing, str(other.get("timestamp", timestamp)), other.get("nonce", nonce))
            body["verification"] = authenticator.get(hashlib.sha256("".join(line + "\n" for line in lines).encode()).digest())
        data = json.dumps(body).encode()
        return self.send("POST", target, data, self.headers("POST", target, data, timestamp, nonce))

    def _agree(self, pairing, server_point):
        peer = self._file("peer-" + pairing)
        with open(peer, "wb") as file:
            file.write(openssl("pkey", "-pubin", "-inform", "DER", "-pubout", data=SPKI_OF_P256 + server_point))
        shared = openssl("pkeyutl", "-derive", "-inkey", self._file("agreement"), "-peerkey", peer)
        extracted = hmac.new(pairing.encode(), shared, hashlib.sha256).digest()
        info = b"toopher-code-seed-v1\0" + self.point("agreement") + server_point
        return hmac.new(extracted, info + b"\1", hashlib.sha256).digest()[:20]

    def code(self, pairing, steps=0):
        """RFC 6238."""
        counter = struct.pack(">Q", int(time.time()) // 30 + steps)
        digest = hmac.new(self.seeds[pairing], counter, hashlib.sha1).digest()
        value = struct.unpack_from(">I", digest, digest[-1] & 15)[0] & 0x7FFFFFFF
        return f"{value % 10**6:06d}"
