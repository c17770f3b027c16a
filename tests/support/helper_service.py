# SPDX-License-Identifier: Apache-2.0
"""toopher-helper as systemd runs it: started by the first caller on a socket, and again after it has ended."""

import contextlib
import ctypes
import os
import select
import socket
import subprocess
import threading

import helper_process
import system

# Passes standard input on as the socket that sd_listen_fds(3) describes.
PASS_ON = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&0 </dev/null'


SYS_SETRESUID = {"x86_64": 117}.get(os.uname().machine, 147)


def set_effective_uid(uid):
    """Of this thread only, unlike os.seteuid(): others go on starting programs."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(SYS_SETRESUID, -1, uid, -1) != 0:
        raise OSError(ctypes.get_errno(), "setresuid")


def connect_as(uid, caller, path):
    """Connects as this account, or as who we are."""
    if uid is not None:
        set_effective_uid(uid)
    try:
        caller.connect(path)
    finally:
        if uid is not None:
            set_effective_uid(0)


class Service:
    """Listens at `path` and starts `command` for whoever comes. `options`: of subprocess, for the command."""

    def __init__(self, path, command, **options):
        self.path = str(path)
        self.starts = 0
        self.process = None
        self._command = ["/bin/sh", "-c", PASS_ON, "sh", *map(str, command)]
        self._options = {"stderr": subprocess.DEVNULL, **options, "env": {**system.sanitizer_options(), **options.get("env", {})}}
        self._listener = socket.socket(socket.AF_UNIX)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        self._listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self._listener.listen(128)
        self._end, self._ending = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            ready, _, _ = select.select([self._listener, self._end], [], [])
            if self._end in ready:
                return
            self.starts += 1
            self.process = subprocess.Popen(self._command, stdin=self._listener, **self._options)
            self.process.wait()

    def call(self, uid=None):
        """A caller that is connected; with `uid`, as that account (the test is root then)."""
        caller = socket.socket(socket.AF_UNIX)
        connect_as(uid, caller, self.path)
        return Caller(caller)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.write(self._ending, b"x")
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
        self._thread.join(10)
        if self._thread.is_alive():
            self.process.kill()
            self._thread.join()
        self._listener.close()
        os.close(self._end)
        os.close(self._ending)
        os.unlink(self.path)


class Caller(helper_process.Caller):
    """One session."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang_up()
