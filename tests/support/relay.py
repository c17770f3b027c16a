# SPDX-License-Identifier: Apache-2.0
"""Counts what goes to a server: connections, and the first line of each request. HTTP in clear, on loopback."""

import socket
import threading
import urllib.parse


class Relay:
    """Forwards to `url`. `connections`: how many were made; `requests`: (method, path) in their order."""

    def __init__(self, url):
        target = urllib.parse.urlsplit(url)
        self._target = (target.hostname, target.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self.requests = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def clear(self):
        """Starts to count anew."""
        self.connections = 0
        self.requests = []

    def paths(self):
        """The last word of each path, a query left out: ["initiate", "<id>", …]."""
        return [path.partition("?")[0].rsplit("/", 1)[1] for _, path in self.requests]

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, socket.create_connection(self._target) as server:
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=self._forward, args=(server, client, lambda data: None), daemon=True)
            back.start()
            self._forward(client, server, self._count)
            back.join()

    def _count(self, data):
        for line in data.split(b"\r\n"):
            if line.endswith(b" HTTP/1.1"):
                self.requests.append(tuple(line.decode().split(" ")[:2]))

    @staticmethod
    def _forward(source, sink, count):
        try:
            while data := source.recv(65536):
                count(data)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
