# SPDX-License-Identifier: Apache-2.0
"""toopher-helper as its callers see it: lines over a socketpair."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

import system


class Answer:
    """One line of the helper; None as verb when it hung up."""

    def __init__(self, line):
        words = line.decode().rstrip("\n").split(" ") if line else [""]
        self.verb = words[0] or None
        self.fields = {key: urllib.parse.unquote(value) for key, _, value in (word.partition("=") for word in words[1:])}

    def __getitem__(self, key):
        return self.fields.get(key, "")

    def __repr__(self):
        return f"{self.verb} {self.fields}"


class Files:
    """A directory with config and credentials that the helper believes."""

    def __init__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="toopher-helper-")
        self.path = pathlib.Path(self._directory.name)
        self.write("credentials", "key = k\nsecret = s\n", 0o600)

    def write(self, name, text, mode=0o644):
        """The path of a file with this content."""
        target = self.path / name
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)
        return target

    def configure(self, *base_urls, options="", **api):
        """The path of a configuration file; `api` are keys of its first section, _ for -."""
        api = {"credential_file": self.path / "credentials", "base_url": ", ".join(base_urls), "timeout": 2, **api}
        lines = [f"{key.replace('_', '-')} = {value}" for key, value in api.items() if value != ""]
        return self.write("config", "[API]\n" + "\n".join(lines) + "\n" + options)

    def close(self):
        """Removes everything."""
        self._directory.cleanup()


class Caller:
    """The caller's end of a session."""

    def __init__(self, ours):
        self.socket = ours
        self._stream = ours.makefile("rb")

    def send(self, verb, **fields):
        """Sends a line."""
        words = [verb] + [f"{key.replace('_', '-')}={urllib.parse.quote(str(value), safe='')}"
                          for key, value in fields.items()]
        self.socket.sendall((" ".join(words) + "\n").encode())

    def receive(self, timeout=20):
        """The next line."""
        self.socket.settimeout(timeout)
        try:
            return Answer(self._stream.readline())
        except ConnectionResetError:  # it hung up without reading everything
            return Answer(b"")

    def ask(self, verb, **fields):
        """(answer, seconds it took)"""
        started = time.monotonic()
        self.send(verb, **fields)
        return self.receive(), time.monotonic() - started

    def hang_up(self):
        """Closes our end."""
        self._stream.close()
        self.socket.close()


class Helper(Caller):
    """A running helper. As root the test starts it as nobody, who may own the files then."""

    def __init__(self, config, files, wrapper=(), program=system.BUILD / "src" / "toopher-helper"):
        copy = files.path / "program"  # the build tree may be closed to nobody
        if not copy.exists():
            shutil.copy(program, copy)
            copy.chmod(0o755)
        identity = system.without_privileges(files.path)
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen([*wrapper, str(copy), "--config", str(config)], stdin=theirs, stdout=theirs,
                                            stderr=subprocess.DEVNULL, env={}, **identity)
        super().__init__(ours)

    def signal(self, number=signal.SIGINT):
        """As the terminal does on Ctrl-C."""
        os.kill(self.process.pid, number)

    def wait(self, timeout=10):
        """Its exit status, and the seconds until it was there."""
        started = time.monotonic()
        return self.process.wait(timeout), time.monotonic() - started

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang_up()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
