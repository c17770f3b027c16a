# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL for tests: a cluster of their own on loopback, and a database for each.

    with postgres.Postgres() as cluster:
        uri = cluster.database()              # an empty database; postgresql://...
        cluster.sql(uri, "SELECT 1")          # rows, as lists of texts
        cluster.kill(); cluster.start()       # as a crash and a restart

As a program it starts a cluster, runs another program with TOOPHER_TEST_POSTGRES set to the URI of a database, and ends as
that does: postgres.py PROGRAM [ARGUMENT...]. Unit tests and system.Toopherd then use that database, in schemas of their own.
"""

import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile

import system

USER = "tester"
# Tests of what a crash leaves behind are right in any case: the machine does not crash, so its kernel writes everything.
FAST = {"fsync": "off", "full_page_writes": "off"}
SETTINGS = {"listen_addresses": "127.0.0.1", "max_connections": 60, "shared_buffers": "32MB", "log_min_messages": "warning",
            "max_worker_processes": 1, "autovacuum_max_workers": 1, "max_wal_senders": 0, "wal_level": "minimal",
            "wal_buffers": "1MB", "logging_collector": "off", "ssl": "off"}


def _programs():
    """The directory of PostgreSQL's own programs: the newest that Debian has installed, or that of PATH."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    path = shutil.which("postgres")
    if not path:
        raise system.Failure("PostgreSQL is not installed; on Debian: apt-get install postgresql")
    return pathlib.Path(path).parent


def _run(program, *arguments, text=""):
    """What it prints; run by nobody where the test is root."""
    done = subprocess.run([_programs() / program, *map(str, arguments)], input=text, capture_output=True, text=True,
                          check=False, timeout=120, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, cwd="/",
                          **system.without_privileges())
    if done.returncode != 0:
        raise system.Failure(f"{program} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def own_schema(uri):
    """A URI of the same database, in which all tables are one's own."""
    name = "own_" + secrets.token_hex(8)
    Postgres.sql(uri, f"CREATE SCHEMA {name}")
    return f"{uri}?options=-csearch_path%3D{name}"


class Postgres:
    """One cluster in a temporary directory, run by nobody where the test is root: PostgreSQL refuses root.

    `port`: of 127.0.0.1, kept over restarts. `directory`: with its socket, too. `durable`: whether it calls fsync."""

    def __init__(self, durable=False, **settings):
        self._own = tempfile.TemporaryDirectory(prefix="toopher-pg-")
        self.directory = pathlib.Path(self._own.name)
        self._identity = system.without_privileges(self.directory)
        self._databases = 0
        self._process = None
        self.port = system.free_port()
        self._settings = {**SETTINGS, **({} if durable else FAST), **settings}
        try:
            _run("initdb", "--pgdata", self.directory / "data", "--username", USER, "--auth", "trust", "--encoding",
                      "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
            self.start()
        except BaseException:
            self._own.cleanup()
            raise

    @property
    def pid(self):
        """Of the postmaster."""
        return self._process.process.pid

    def start(self, wait=True):
        """Starts it; returns when it takes connections, unless told not to wait."""
        settings = {**self._settings, "port": self.port, "unix_socket_directories": self.directory}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._process = system.Process([str(_programs() / "postgres"), "-D", str(self.directory / "data"), *options],
                                       env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, cwd="/", **self._identity)
        if wait:
            self._process.wait_for_line("database system is ready to accept connections")

    def stop(self, number=signal.SIGINT):
        """Ends it; SIGINT disconnects everybody, SIGTERM waits until they have gone, SIGQUIT leaves recovery to the start."""
        self._process.stop(number)

    def restart(self):
        """As an administrator does it: everybody is disconnected."""
        self.stop()
        self.start()

    def kill(self):
        """All its processes at once, as when its machine dies; the kernel keeps what was written."""
        os.kill(self.pid, signal.SIGSTOP)  # no further children
        children = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        for pid in [self.pid, *map(int, children)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self._process.wait()
        system.wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in children), "the end of PostgreSQL")

    def uri(self, database, user=USER, port=None, **parameters):
        """Over TCP; `port`: of a relay in front of it."""
        text = f"postgresql://{user}@127.0.0.1:{port or self.port}/{database}"
        return text + ("?" + "&".join(f"{name}={value}" for name, value in parameters.items()) if parameters else "")

    def database(self):
        """The URI of a new, empty database."""
        self._databases += 1
        name = f"test{self._databases}"
        self.sql(self.uri("postgres"), f"CREATE DATABASE {name}")
        return self.uri(name)

    @staticmethod
    def sql(uri, text):
        """Runs statements; their rows as lists of texts."""
        out = _run("psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\t",
                   "--set=ON_ERROR_STOP=1", uri, text=text)
        return [line.split("\t") for line in out.splitlines()]

    def disconnect_all(self, uri):
        """pg_terminate_backend on every connection to that database."""
        name = uri.partition("?")[0].rpartition("/")[2]
        self.sql(self.uri("postgres"), f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.process.poll() is None:
            self.stop(signal.SIGQUIT)
        self._own.cleanup()


def main():
    """See the head of this file."""
    with Postgres() as cluster:
        environment = {**os.environ, "TOOPHER_TEST_POSTGRES": cluster.database()}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
