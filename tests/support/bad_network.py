# SPDX-License-Identifier: Apache-2.0
"""Networks between the helper and a server, on loopback: one swallows connections, one breaks them at a chosen byte."""

import contextlib
import socket
import struct

import relay


class BlackHole:
    """A listener that accepts nothing and whose queue is full: the kernel drops whoever calls, as a firewall does."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.origin = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = self.origin + "/v1/"
        self._queued = [socket.create_connection(self._listener.getsockname()[:2])]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in (*self._queued, self._listener):
            each.close()


class CutRelay(relay.Relay):
    """Lets `limit` bytes of the first connection pass towards the client (or, `from_client`, towards the server) and resets both
    ends then; later ones pass whole. `passed`: how many bytes did; `cut`: whether there were more."""

    def __init__(self, url, limit, from_client=False):
        self._limit, self._from_client = limit, from_client
        self._later = set()
        self.passed, self.cut = 0, False
        super().__init__(url)

    def _serve(self, client):
        if self.connections > 1:
            self._later.add(client)
        super()._serve(client)

    def _forward(self, source, sink, count):  # pylint: disable=arguments-differ
        if {source, sink} & self._later:
            super()._forward(source, sink, count)
            return
        limited = (count == self._count) == self._from_client  # only what the client says is counted
        with contextlib.suppress(OSError):
            while not self.cut and (data := source.recv(65536)):
                count(data)
                piece = data[:self._limit - self.passed] if limited else data
                self.passed += len(piece) if limited else 0
                self.cut = self.cut or len(piece) < len(data)
                sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                if self.cut:  # closed so, it is reset
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RD if self.cut else socket.SHUT_RDWR)
