# SPDX-License-Identifier: Apache-2.0
"""The real parts as processes, for tests: toopherd in a directory of its own, and toopher-authenticator as the phone.

    with tempfile.TemporaryDirectory() as directory, system.Toopherd(directory) as server:
        phone = system.Phone(server.url, os.path.join(directory, "phone"))
        ...

Everything listens on loopback, is awaited by its own words and is stopped by its own pid.
"""

import functools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

BUILD = pathlib.Path(os.environ.get("TOOPHER_BUILDDIR") or pathlib.Path(__file__).resolve().parents[2] / "build")
SOURCE = pathlib.Path(os.environ.get("TOOPHER_SRCDIR") or pathlib.Path(__file__).resolve().parents[2])
PATIENCE = 30.0  # seconds until a test gives up on an event that should come at once
NOBODY = 65534

# A shell that starts the tests in the background has them ignore SIGINT, and so all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Failure(Exception):
    """Something did not happen; the text says what, and what was seen instead."""


def configured(name):
    """A directory of the build, as `make` has it."""
    makefile = (BUILD / "src/Makefile").read_text(encoding="utf-8")
    values = dict(re.findall(r"^(\w+) = (.*)$", makefile, re.MULTILINE))
    value = values[name]
    while "$" in value:
        value = re.sub(r"\$[{(](\w+)[})]", lambda reference: values[reference.group(1)], value)
    return value


def with_sanitizers(name):
    """Whether this program of the build has AddressSanitizer or ThreadSanitizer in it, which take memory, make calls and
    trace by themselves."""
    return _has(name, b"__asan_init") or _has(name, b"__tsan_init")


def threads(name, pid):
    """How many threads this process of a program of the build has, not counting the one that ThreadSanitizer begins together
    with the program's first."""
    return len(os.listdir(f"/proc/{pid}/task")) - _has(name, b"__tsan_init")


def sanitizer_options():
    """What a program with sanitizers needs of the environment, though its own is empty."""
    return {name: os.environ[name] for name in ("TSAN_OPTIONS",) if name in os.environ}


@functools.lru_cache(maxsize=None)
def _has(name, symbol):
    return symbol in (BUILD / "src" / name).read_bytes()


def sanitizer_runtime():
    """AddressSanitizer's library: a program that was built without it has to load it before a module that was built with it."""
    compiler = configured("CXX").split()
    library = f"libclang_rt.asan-{os.uname().machine}.so" if any("clang" in word for word in compiler) else "libasan.so"
    path = subprocess.run([*compiler, f"-print-file-name={library}"], check=True, capture_output=True, text=True).stdout.strip()
    if not os.path.isabs(path):
        raise Failure(f"{' '.join(compiler)} has no {library}")
    return path


@functools.lru_cache(maxsize=None)
def _copies():
    """A directory that everybody can read; removed at the end."""
    directory = tempfile.TemporaryDirectory(prefix="toopher-programs-")
    os.chmod(directory.name, 0o755)
    return directory


@functools.lru_cache(maxsize=None)
def _reachable(path):
    """The path, or for root, whose checkout may lie where nobody else can look, that of a copy."""
    if os.geteuid() != 0 or os.environ.get("TOOPHER_PREFIX"):
        return path
    return shutil.copy(path, _copies().name)


def program(name):
    """The program's path: below TOOPHER_PREFIX (an installation) if that is set, else in the build tree."""
    prefix = os.environ.get("TOOPHER_PREFIX")
    places = [pathlib.Path(prefix) / folder for folder in ("bin", "sbin")] if prefix else [BUILD / "src"]
    for place in places:
        if os.access(place / name, os.X_OK):
            return _reachable(str(place / name))
    raise Failure(f"{name} is not in {' or '.join(map(str, places))}; run make first")


def without_privileges(directory=None):
    """Keyword arguments for subprocess that run a program as nobody when the test itself is root, else nothing.

    `directory`, if given, is handed over to nobody, so that the program can write there."""
    if os.geteuid() != 0:
        return {}
    if directory is not None:
        for root, folders, files in os.walk(directory):
            for name in [root] + [os.path.join(root, entry) for entry in folders + files]:
                os.chown(name, NOBODY, NOBODY, follow_symlinks=False)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def free_port():
    """A TCP port of 127.0.0.1 that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, timeout=PATIENCE):
    """The first true value of condition(); for states that no event announces. Raises Failure naming `what`."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {timeout:g} s")
        time.sleep(0.01)


class Process:
    """A program in the background. Its output is collected line by line and can be waited for."""

    def __init__(self, arguments, **options):
        self.lines = []  # (stream, text), as they came
        self.times = []  # when each was read, in nanoseconds of CLOCK_MONOTONIC
        self._fresh = threading.Condition()
        self._open = 2
        self.arguments = arguments
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="replace", **options)
        self._readers = [
            threading.Thread(target=self._read, args=(name, getattr(self.process, name)), daemon=True)
            for name in ("stdout", "stderr")]
        for reader in self._readers:
            reader.start()

    def _read(self, name, stream):
        for line in stream:
            with self._fresh:
                self.lines.append((name, line.rstrip("\n")))
                self.times.append(time.monotonic_ns())
                self._fresh.notify_all()
        with self._fresh:
            self._open -= 1
            self._fresh.notify_all()

    def text(self, stream=None):
        """What it has said so far, on one stream or on both."""
        with self._fresh:
            return "\n".join(line for name, line in self.lines if stream in (None, name))

    def wait_for_line(self, pattern, timeout=PATIENCE):
        """The match of the first line, past or to come, that `pattern` matches."""
        deadline = time.monotonic() + timeout
        seen = 0
        with self._fresh:
            while True:
                for _, line in self.lines[seen:]:
                    found = re.search(pattern, line)
                    if found:
                        return found
                seen = len(self.lines)
                left = deadline - time.monotonic()
                if self._open == 0 or left <= 0:
                    said = "\n".join(line for _, line in self.lines)
                    raise Failure(f"{self.arguments[0]} did not say {pattern!r}"
                                  f"{' and ended' if self._open == 0 else ''}; it said:\n{said}")
                self._fresh.wait(left)

    def wait(self, timeout=PATIENCE):
        """Its exit status, after all its output has been read."""
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.arguments} did not end within {timeout:g} s; it said:\n{self.text()}") from None
        for reader in self._readers:
            reader.join(timeout)
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def stop(self, number=signal.SIGTERM, timeout=PATIENCE):
        """Ends it if it still runs; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.wait(timeout)
        except Failure:
            self.process.kill()
            self.wait()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


class Toopherd(Process):
    """toopherd with a fresh database. `url`: http://127.0.0.1:PORT, or https. `key`, `secret`: its first requester.
    `settings`: lines for its configuration. `name`: by which phones address it, in `origin`; without, that is `url`.
    `postgres`: URI of an empty database; where it and TOOPHER_TEST_POSTGRES are missing, the database is an SQLite file in
    `directory`. `database`: that file, to be looked at only, or the URI."""

    def __init__(self, directory, settings="", postgres=None, name="", **options):
        self.directory = os.path.join(directory, "toopherd")
        self.config = os.path.join(self.directory, "toopherd.conf")
        self.database = postgres or self._shared_postgres() or os.path.join(self.directory, "toopherd.sqlite")
        choice = ["--database", self.database] if "://" in self.database else []
        port = free_port() if name else 0
        self.origin = f"http://{name}:{port}" if name else ""
        if name:
            choice += ["--origin", self.origin]
        made = subprocess.run([program("toopherd"), "--init", self.directory, "--listen", f"127.0.0.1:{port}", *choice],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=PATIENCE,
                              **options)
        if made.returncode != 0:
            raise Failure(f"toopherd --init failed: {made.stdout}{made.stderr}")
        self.key, self.secret = (self._value(name, made.stdout) for name in ("key", "secret"))
        with open(self.config, "a", encoding="utf-8") as file:
            file.write(settings)
        self.options = options
        self.start_again()

    def start_again(self):
        """Once it has ended; `url` is another one then."""
        super().__init__([program("toopherd"), "--config", self.config], **self.options)
        self.url = self.wait_for_line(r"toopherd: ready on (https?://127\.0\.0\.1:\d+)").group(1)
        self.origin = self.origin or self.url

    @staticmethod
    def _shared_postgres():
        if not os.environ.get("TOOPHER_TEST_POSTGRES"):
            return None
        import postgres as engine  # pylint: disable=import-outside-toplevel,cyclic-import
        return engine.own_schema(os.environ["TOOPHER_TEST_POSTGRES"])

    @staticmethod
    def _value(name, text):
        found = re.search(rf"^\s*{name}\s*[=:]\s*(\S+)\s*$", text, re.MULTILINE)
        if not found:
            raise Failure(f"toopherd --init printed no {name}")
        return found.group(1)

    def audit(self):
        """The audit lines so far, as dictionaries."""
        lines = [json.loads(line) for line in self.text("stderr").splitlines() if line.startswith("{")]
        return [line for line in lines if line["kind"] == "audit"]


class Instance(Process):
    """A further toopherd on the PostgreSQL of `first`, under the same origin. `url`: its own. `settings`: as there."""

    def __init__(self, first, directory, database=None, listen="127.0.0.1:0", settings=""):
        self.directory = os.path.join(directory, "instance")
        os.makedirs(self.directory, mode=0o700)
        for name, text in (("toopherd.key", pathlib.Path(first.directory, "toopherd.key").read_text(encoding="ascii")),
                           ("toopherd.conf", f"[server]\nlisten = {listen}\norigin = {first.url}\n"
                                             f"database = {database or first.database}\nkey-file = toopherd.key\n"
                                             + settings)):
            with open(os.path.join(self.directory, name), "w", encoding="ascii",
                      opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(text)
        super().__init__([program("toopherd"), "--config", os.path.join(self.directory, "toopherd.conf")])
        self.url = self.wait_for_line(r"toopherd: ready on (http://127\.0\.0\.1:\d+)").group(1)


class Phone:
    """toopher-authenticator with a state of its own."""

    def __init__(self, url, directory, **options):
        os.makedirs(directory, mode=0o700, exist_ok=True)
        if "user" in options:
            os.chown(directory, options["user"], options["group"])
        self.url = url
        self.options = dict(options, env={"XDG_DATA_HOME": directory, "HOME": directory, "PATH": "/usr/bin:/bin"})

    def start(self, *arguments):
        """A command in the background, as a Process."""
        return Process([program("toopher-authenticator"), *arguments], **self.options)

    def run(self, *arguments, timeout=PATIENCE):
        """A command's standard output; Failure if it did not end with status 0."""
        with self.start(*arguments) as process:
            if process.wait(timeout) != 0:
                raise Failure(f"toopher-authenticator {' '.join(arguments)} failed:\n{process.text()}")
            return process.text("stdout")

    def code(self):
        """The one-time code of now."""
        return self.run("otp", "--quiet").strip()
