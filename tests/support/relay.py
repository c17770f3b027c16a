# SPDX-License-Identifier: Apache-2.0
"""What stands between the helper and a server, on loopback: a relay that counts, and a proxy that knows CONNECT."""

import contextlib
import select
import socket
import ssl
import threading
import urllib.parse


class Middleman:
    """Takes connections until it is left. `url`: its own; `connections`: how many were made; `requests`: what came."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self.requests = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        raise NotImplementedError

    def _join(self, client, target, count=lambda data: None):
        """Passes on what either side says, until both are silent. `count` sees what the client says."""
        with socket.create_connection(target) as server:
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=self._forward, args=(server, client, lambda data: None), daemon=True)
            back.start()
            self._forward(client, server, count)
            back.join()

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
        try:
            self._listener.shutdown(socket.SHUT_RDWR)  # close() alone leaves accept() waiting, and the port open
        except OSError:
            pass
        self._thread.join()
        self._listener.close()


class Relay(Middleman):
    """Forwards to `url`, HTTP in clear. `requests`: (method, path) in their order."""

    def __init__(self, url):
        target = urllib.parse.urlsplit(url)
        self._target = (target.hostname, target.port)
        super().__init__()

    def clear(self):
        """Starts to count anew."""
        self.connections = 0
        self.requests = []

    def paths(self):
        """The last word of each path, a query left out: ["initiate", "<id>", …]."""
        return [path.partition("?")[0].rsplit("/", 1)[1] for _, path in self.requests]

    def _serve(self, client):
        with client:
            try:
                self._join(client, self._target, self._count)
            except ConnectionRefusedError:  # the server has gone, and so does the client's connection
                pass

    def _count(self, data):
        for line in data.split(b"\r\n"):
            if line.endswith(b" HTTP/1.1"):
                self.requests.append(tuple(line.decode().split(" ")[:2]))


class ConnectProxy(Middleman):
    """`requests`: the first line of each. `refusal`: a status to answer with instead of a tunnel. `certificate`: file and key,
    by which it speaks TLS itself."""

    def __init__(self, refusal=None, certificate=None):
        self._refusal = refusal
        self._tls = None
        if certificate:
            self.show(certificate)
        super().__init__()
        if certificate:
            self.url = self.url.replace("http://", "https://")

    def show(self, certificate):
        """Another certificate, to whoever connects from now on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self._tls = context

    def _serve(self, client):
        if not self._tls:
            self._tunnel(client)
            return
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            self._tunnel(self._tls.wrap_socket(client, server_side=True))

    def _tunnel(self, client):
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                data = client.recv(4096)
                if not data:
                    return
                head += data
            line = head.split(b"\r\n")[0].decode()
            self.requests.append(line)
            if self._refusal or not line.startswith("CONNECT "):
                client.sendall(f"HTTP/1.1 {self._refusal or '405 No'}\r\nContent-Length: 0\r\n\r\n".encode())
                return
            host, _, port = line.split(" ")[1].rpartition(":")
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            if self._tls:
                self._take_turns(client, (host, int(port)))
            else:
                self._join(client, (host, int(port)))

    @staticmethod
    def _take_turns(client, target):
        """_join() in one thread, because an ssl.SSLSocket is for one; until one side ends."""
        with socket.create_connection(target) as server:
            other = {client: server, server: client}
            while True:
                unread = [client] if client.pending() else []
                for end in unread or select.select(list(other), [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    other[end].sendall(data)
