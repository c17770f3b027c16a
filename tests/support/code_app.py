# SPDX-License-Identifier: Apache-2.0
"""Another code app (Aegis, FreeOTP): makes the codes of an otpauth link."""

import base64
import urllib.parse

import device


class App(device.Device):
    """What makes the codes of a link. `asked`: its parameters."""

    def __init__(self, link):  # pylint: disable=super-init-not-called: it has no keys
        url = urllib.parse.urlsplit(link)
        self.account = urllib.parse.unquote(url.path)
        self.asked = dict(urllib.parse.parse_qsl(url.query))
        text = self.asked["secret"]
        self.seeds = {"app": base64.b32decode(text + "=" * (-len(text) % 8))}
        self.forms = [text.encode(), self.seeds["app"], self.seeds["app"].hex().encode(), base64.b64encode(self.seeds["app"])]

    def now(self, steps=0):
        return self.code("app", steps)

    def wrong(self):
        """A code that no step near now has."""
        near = {self.now(steps) for steps in range(-4, 5)}
        return next(code for code in (f"{number:06d}" for number in range(10)) if code not in near)
