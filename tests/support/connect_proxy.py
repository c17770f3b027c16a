# SPDX-License-Identifier: Apache-2.0
"""An HTTP proxy on 127.0.0.1 that knows CONNECT, or refuses it."""

import socket
import threading


class ConnectProxy:
    """`requests`: the first line of each that came. `refusal`: a status line to answer with instead of a tunnel."""

    def __init__(self, refusal=None):
        self.requests = []
        self._refusal = refusal
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
            with socket.create_connection((host, int(port))) as server:
                server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                back = threading.Thread(target=self._forward, args=(server, client), daemon=True)
                back.start()
                self._forward(client, server)
                back.join()

    @staticmethod
    def _forward(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._listener.shutdown(socket.SHUT_RDWR)  # close() alone leaves accept() waiting
        except OSError:
            pass
        self._thread.join()
        self._listener.close()
