# SPDX-License-Identifier: Apache-2.0
"""A network between toopherd and PostgreSQL that can be told to fail: relay.Relay for bytes that it understands a little.

    with pg_relay.PgRelay(cluster.port) as relay:
        server = system.Toopherd(directory, postgres=cluster.uri("test1", port=relay.port))
        relay.swallow()                 # from now on bytes vanish, connections stay
        relay.pass_on()                 # new connections work again, old ones are dead
        relay.lose_commits("answer")    # the next COMMIT is carried out, and its connection breaks before the answer
        relay.lose_commits("question")  # … breaks before PostgreSQL sees it
"""

import socket
import threading

import relay


class PgRelay(relay.Middleman):
    """`port`: its own. `lost`: how many commits were lost as told."""

    def __init__(self, port):
        self._target = ("127.0.0.1", port)
        self._swallowing = threading.Event()
        self._loses = None
        self.lost = 0
        self._lock = threading.Lock()
        self._ends = set()
        super().__init__()
        self.port = int(self.url.rpartition(":")[2])

    def swallow(self):
        """Whatever either side says from now on is lost, and the other hears nothing; connections can still be made."""
        self._swallowing.set()

    def pass_on(self):
        """Connections made from now on work. Those that lost something are cut off."""
        self._swallowing.clear()
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            _shut(end)

    def lose_commits(self, what, count=1):
        """Of the next `count` commits, either the "answer" or the "question"."""
        with self._lock:
            self._loses, self._left = what, count

    def _take_commit(self):
        with self._lock:
            if self._loses is None or self._left == 0:
                return None
            self._left -= 1
            self.lost += 1
            return self._loses

    def _serve(self, client):
        with client, socket.create_connection(self._target) as server:
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._ends |= {client, server}
            mute = threading.Event()
            back = threading.Thread(target=self._answers, args=(server, client, mute), daemon=True)
            back.start()
            self._questions(client, server, mute)
            back.join()
            with self._lock:
                self._ends -= {client, server}

    def _answers(self, server, client, mute):
        try:
            while data := server.recv(65536):
                if mute.is_set():
                    break  # the answer to the commit: it is carried out, and nobody hears of it
                if not self._swallowing.is_set():
                    client.sendall(data)
        except OSError:
            pass
        _shut(client, server)

    def _questions(self, client, server, mute):
        watch = _Statements()
        try:
            while data := client.recv(65536):
                if self._swallowing.is_set():
                    continue
                loses = self._take_commit() if watch.commits(data) else None
                if loses == "question":
                    break
                if loses == "answer":
                    mute.set()
                server.sendall(data)
        except OSError:
            pass
        if not mute.is_set():
            _shut(client, server)


def _shut(*ends):
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class _Statements:
    """Reads the messages of one client (PostgreSQL's manual, section 55.7) and knows prepared statements by name."""

    def __init__(self):
        self._data = b""
        self._started = False
        self._commits = set()

    def commits(self, data):
        """Whether a COMMIT is among the messages that these bytes complete."""
        self._data += data
        found = False
        while True:
            kind = b"" if not self._started else self._data[:1]
            length = int.from_bytes(self._data[len(kind):len(kind) + 4], "big")
            if len(self._data) < len(kind) + 4 or len(self._data) < len(kind) + length:
                return found
            body = self._data[len(kind) + 4:len(kind) + length]
            self._data = self._data[len(kind) + length:]
            # The first is the startup message; before it libpq may ask for TLS or GSS, and hears that there is none.
            self._started = self._started or body[:4] == (3 << 16).to_bytes(4, "big")
            found = self._take(kind, body) or found

    def _take(self, kind, body):
        words = body.split(b"\0")
        if kind == b"P" and words[1].strip() == b"COMMIT":
            self._commits.add(words[0])
        return kind == b"B" and words[1] in self._commits
