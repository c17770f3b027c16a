# SPDX-License-Identifier: Apache-2.0
"""What toopherd takes: answers a second of its own processor time, beside a bare server that writes the same rows and
beside nginx, which writes nothing.

Server and load generator have a processor each. Everything is on loopback and on the disk of TMPDIR; each row starts
with a copy of the same database."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.dirname(__file__) + "/../.."), "tests/support"))
import requester  # noqa: E402
import system  # noqa: E402

BENCH = system.BUILD / "tests/bench"
PEOPLE = int(os.environ.get("TOOPHER_BENCH_PEOPLE", "60000"))
CONNECTIONS = 256
LOGINS = 8  # one of so many people takes part in whole logins
PUSH_OF_BARE, PUSHES, CODES = 0.5, 20000, 15000  # the promises; the latter two a second of processor time

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = {CORES[0]}, {CORES[-1]}


def on(cores):
    """For subprocess: there the program runs."""
    return {"preexec_fn": lambda: os.sched_setaffinity(0, cores)}


class Measured:
    """One row of the table."""

    def __init__(self, name, line):
        self.name = name
        self.replies, self.good, self.wall, self.cpu = (line[key] for key in ("replies", "good", "wall", "cpu"))

    def per_cpu(self, part=1):
        return self.good / part / max(self.cpu, 0.01)

    def __str__(self):
        return f"{self.name:42}{self.good:9}{self.good / self.wall:11.0f}{self.per_cpu():13.0f}"


class Bench:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.template = self.directory / "template"
        subprocess.run([system.program("toopherd"), "--init", self.template, "--listen", "127.0.0.1:0"],
                       stdin=subprocess.DEVNULL, capture_output=True, check=True)
        subprocess.run([BENCH / "server_pool", self.template / "toopherd.conf", str(PEOPLE), self.template / "phones.key"],
                       check=True)
        self.place = self.directory / "run"

    def fresh(self):
        """A copy of the filled database."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.template, self.place)
        return self.place

    def load(self, name, scenario, port, pid, count, first=0, credentials=None):
        done = subprocess.run([BENCH / "server_load", scenario, str(port), str(pid), credentials or self.place / "credentials",
                               str(first), str(count), str(CONNECTIONS), self.place / "phones.key"],
                              stdout=subprocess.PIPE, text=True, check=True, **on(LOAD_CORE))
        row = Measured(name, json.loads(done.stdout))
        if row.good != count:
            raise system.Failure(f"{name}: {row.good} of {count} were answered as they should be")
        print(row, flush=True)
        return row

    def rows(self):
        """How many rows there are, by table."""
        query = "SELECT (SELECT count(*) FROM nonces), (SELECT count(*) FROM requests), (SELECT count(*) FROM audit)"
        with sqlite(self.place / "toopherd.sqlite") as database:
            return database.execute(query).fetchone()

    def toopherd(self):
        with open(self.place / "log", "wb") as log:
            process = subprocess.Popen([system.program("toopherd"), "--config", self.place / "toopherd.conf"],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
                                       **on(SERVER_CORE))
        return Running(process)

    def scenario(self, name, scenario, count):
        """toopherd under this load, and the rows it has then."""
        self.fresh()
        with self.toopherd() as server:
            row = self.load(name, scenario, server.port, server.process.pid, count)
        return row, self.rows()

    def answer_size(self):
        self.fresh()
        with self.toopherd() as server:
            key, secret = (line.split(" = ")[1] for line in (self.place / "credentials").read_text().splitlines())
            host = requester.Requester(f"http://127.0.0.1:{server.port}", key, secret)
            status, answer = host.post("authentication_requests/initiate", user_name="user0", terminal_name="host")
            if status != 200:
                raise system.Failure(f"the first push was answered {status} {answer}")
        return len(json.dumps(answer, separators=(",", ":")))

    def bare(self, size):
        self.fresh()
        process = subprocess.Popen([BENCH / "bare_server", self.place / "toopherd.sqlite", str(size)],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, **on(SERVER_CORE))
        request = self.directory / "request"
        request.write_bytes(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 300\r\n\r\n" + b"x" * 300)
        with Running(process) as server:
            row = self.load("bare server, the rows of a push", "raw", server.port, process.pid, PEOPLE, credentials=request)
        return row, self.rows()

    def nginx(self, size):
        """nginx with one worker and a file of this size; None if it is not installed."""
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if program is None:
            print("nginx, static file: left out, the package nginx is not installed")
            return
        prefix = self.directory / "nginx"
        (prefix / "html").mkdir(parents=True)
        (prefix / "html/answer").write_bytes(b"x" * size)
        port = system.free_port()
        (prefix / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {prefix}/pid; error_log stderr;\n"
            "events { worker_connections 1024; }\n"
            f"http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {prefix}/body;\n"
            f"proxy_temp_path {prefix}/proxy; fastcgi_temp_path {prefix}/fastcgi; uwsgi_temp_path {prefix}/uwsgi;\n"
            f"scgi_temp_path {prefix}/scgi; server {{ listen 127.0.0.1:{port}; root {prefix}/html; }} }}\n", encoding="ascii")
        (self.directory / "get").write_bytes(b"GET /answer HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        process = subprocess.Popen([program, "-p", prefix, "-c", prefix / "nginx.conf", "-e", "stderr"],
                                   stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **on(SERVER_CORE))
        try:
            system.wait_until(lambda: listens(port), "nginx to listen")
            self.load("nginx, a file of the same size", "raw", port, process.pid, PEOPLE, credentials=self.directory / "get")
        finally:
            process.terminate()
            process.wait(30)


class Running:
    """A server that says where it is ready, until the end of the block."""

    def __init__(self, process):
        self.process = process
        line = process.stdout.readline()
        self.port = int(line.rsplit(":" if "http" in line else " ", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)
        self.process.stdout.close()


def listens(port):
    import socket  # pylint: disable=import-outside-toplevel
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def sqlite(path):
    import contextlib  # pylint: disable=import-outside-toplevel
    import sqlite3  # pylint: disable=import-outside-toplevel
    return contextlib.closing(sqlite3.connect(path))


def promise(text, reached, wanted):
    print(f"promise: {text} at least {wanted}: {reached:.2f}, {'met' if reached >= wanted else 'NOT MET'}")
    return reached >= wanted


def main():
    with tempfile.TemporaryDirectory(prefix="toopher-bench-") as directory:
        bench = Bench(directory)
        size = bench.answer_size()
        print(f"{'toopherd, one processor, ' + str(CONNECTIONS) + ' connections':42}{'answers':>9}{'a second':>11}"
              f"{'a CPU second':>13}")
        bench.nginx(size)
        bare, bare_rows = bench.bare(size)
        push, push_rows = bench.scenario("push (initiate)", "push", PEOPLE)
        code, _ = bench.scenario("good code (initiate with otp)", "code", PEOPLE)
        bench.scenario("wrong code", "wrong-code", PEOPLE)
        bench.scenario("status poll", "poll", PEOPLE // 2)
        bench.scenario("whole login by push (4 calls)", "login", PEOPLE // LOGINS)
    if bare_rows[1] != push_rows[1]:
        raise system.Failure(f"the bare server wrote other rows than toopherd: {bare_rows}, {push_rows}")
    met = [promise("push, of the bare server's rate", push.per_cpu() / bare.per_cpu(), PUSH_OF_BARE),
           promise("pushes a CPU second", push.per_cpu(), PUSHES),
           promise("good codes a CPU second", code.per_cpu(), CODES)]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
