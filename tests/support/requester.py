# SPDX-License-Identifier: Apache-2.0
"""A requester of the Toopher API v1 from the standard library only: a second opinion on signing, for tests."""

import base64
import hashlib
import hmac
import json
import secrets
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request


def quote(text):
    """RFC 5849, section 3.6."""
    return urllib.parse.quote(str(text), safe="-._~")


class Requester:
    """`url`: the server's origin; calls go below /v1/."""

    def __init__(self, url, key, secret):
        self.base, self.key, self.secret = url + "/v1/", key, secret
        self.headers = {}  # of the last answer

    def _authorization(self, method, url, parameters):
        oauth = {"oauth_consumer_key": self.key, "oauth_nonce": secrets.token_hex(16), "oauth_version": "1.0",
                 "oauth_signature_method": "HMAC-SHA1", "oauth_timestamp": str(int(time.time()))}
        pairs = sorted((quote(name), quote(value)) for name, value in [*parameters.items(), *oauth.items()])
        base = "&".join(map(quote, (method, url, "&".join(f"{name}={value}" for name, value in pairs))))
        mac = hmac.new((quote(self.secret) + "&").encode(), base.encode(), hashlib.sha1).digest()
        oauth["oauth_signature"] = base64.b64encode(mac).decode()
        return "OAuth " + ", ".join(f'{name}="{quote(value)}"' for name, value in oauth.items())

    def _call(self, method, path, parameters):
        url = self.base + path
        request = urllib.request.Request(
            url, method=method, data=urllib.parse.urlencode(parameters).encode() if method == "POST" else None,
            headers={"Authorization": self._authorization(method, url, parameters)})
        if method == "GET" and parameters:
            request.full_url = url + "?" + urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl._create_unverified_context()))  # pylint: disable=protected-access
        try:
            with opener.open(request, timeout=90) as answer:
                self.headers = answer.headers
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                self.headers = error.headers
                return error.code, json.load(error)

    def post(self, path, **parameters):
        """(status, answer)"""
        return self._call("POST", path, parameters)

    def get(self, path, **parameters):
        """(status, answer)"""
        return self._call("GET", path, parameters)
