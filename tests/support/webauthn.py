# SPDX-License-Identifier: Apache-2.0
"""An authenticator of WebAuthn from the standard library and openssl(1): a second opinion, for tests."""

import hashlib
import json
import os
import struct
import urllib.parse

from device import b64, openssl

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """A credential whose key is in `directory`. `origin`: of the page; its host is the RP ID."""

    def __init__(self, origin, directory):
        self.origin, self.count = origin, 0
        self.id = os.urandom(16)
        self.key = os.path.join(directory, "credential-" + self.id.hex() + ".pem")
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.key)
        self.point = openssl("pkey", "-in", self.key, "-pubout", "-outform", "DER")[-65:]

    def _client_data(self, kind, challenge):
        return json.dumps({"type": "webauthn." + kind, "challenge": b64(challenge), "origin": self.origin,
                           "crossOrigin": False}, separators=(",", ":")).encode()

    def _data(self, flags, more=b""):
        relying_party = urllib.parse.urlsplit(self.origin).hostname.encode()
        return hashlib.sha256(relying_party).digest() + struct.pack(">BI", flags, self.count) + more

    def create(self, challenge):
        """Members of the API's `credential`, but for its signature."""
        key = bytes.fromhex("a5010203262001215820") + self.point[1:33] + bytes.fromhex("225820") + self.point[33:]
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + key
        return {"authenticator_data": b64(self._data(PRESENT | VERIFIED | ATTESTED, attested)),
                "client_data": b64(self._client_data("create", challenge))}

    def get(self, challenge, flags=PRESENT | VERIFIED):
        """The API's `verification`."""
        self.count += 1
        data, client = self._data(flags), self._client_data("get", challenge)
        signature = openssl("dgst", "-sha256", "-sign", self.key, data=data + hashlib.sha256(client).digest())
        return {"authenticator_data": b64(data), "client_data": b64(client), "signature": b64(signature)}
