# SPDX-License-Identifier: Apache-2.0
"""toopherd and a requester for the tests in JavaScript: a line of JSON in, a line of JSON out.

    {"call": "post", "path": "pairings/create", "parameters": {...}}   -> [status, answer]
    {"call": "end_pairing", "id": ID}                                  -> [status, answer]; as an administrator
    {"call": "code_of", "link": LINK, "steps": 1}                      -> the code of an otpauth link, so many steps ahead
    {"call": "audit"}                                                  -> [event, ...]
    {"call": "stop"}, {"call": "start"}                                -> null; the same port and database
The first line says {"url": ...}. It ends with its standard input. Arguments are further lines of toopherd.conf. Where these
ask for user verification, which browsers offer at no address, the URL is one of localhost.
"""

import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(os.environ["TOOPHER_SRCDIR"]) / "tests" / "support"))
import code_app  # noqa: E402
import requester  # noqa: E402
import system  # noqa: E402


class Server:
    """toopherd on one port, however often it is started."""

    def __init__(self, directory, lines):
        name = "localhost" if any(line.startswith("user-verification") for line in lines) else ""
        self.process = system.Toopherd(directory, settings="".join(line + "\n" for line in lines), name=name)
        self.url, self.origin = self.process.url, self.process.origin
        self.host = requester.Requester(self.url, self.process.key, self.process.secret)
        config = pathlib.Path(self.process.directory) / "toopherd.conf"
        config.write_text(config.read_text("utf-8").replace("127.0.0.1:0", self.url.removeprefix("http://")), "utf-8")
        self.command = [system.program("toopherd"), "--config", str(config)]

    def post(self, path, parameters):
        return self.host.post(path, **parameters)

    def get(self, path, parameters):
        return self.host.get(path, **parameters)

    @functools.cached_property
    def administrator(self):
        made = subprocess.run([*self.command, "--add-requester", "operator", "--scopes", "admin"], check=True,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=system.PATIENCE).stdout
        key, secret = (re.search(rf"^{name} = (\S+)$", made, re.MULTILINE).group(1) for name in ("key", "secret"))
        return requester.Requester(self.url, key, secret)

    def end_pairing(self, **pairing):
        return self.administrator.post("pairings/" + pairing["id"], deactivated="True")

    def code_of(self, link, steps=0):
        return code_app.App(link).now(steps)

    def audit(self):
        lines = self.process.text("stderr").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def stop(self):
        self.process.stop()

    def start(self):
        self.process = system.Process(self.command)
        self.process.wait_for_line("toopherd: ready on")


def main():
    with tempfile.TemporaryDirectory(prefix="toopher-web-") as directory:
        server = Server(directory, sys.argv[1:])
        print(json.dumps({"url": server.origin}), flush=True)
        for line in sys.stdin:
            call = json.loads(line)
            result = getattr(server, call.pop("call"))(**call)
            print(json.dumps(result), flush=True)
        server.stop()


main()
