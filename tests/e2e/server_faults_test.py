# SPDX-License-Identifier: Apache-2.0
"""A disk that is full or that cannot be written, a damaged page, a database that is gone, a key that does not fit: the server
says what is wrong and what to do, grants nothing, and goes on by itself where that is possible."""

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.join(os.path.dirname(__file__), "../..")),
                                "tests/support"))
import device  # noqa: E402
import requester  # noqa: E402
import system  # noqa: E402

ROOT = os.geteuid() == 0
# A small disk of its own for the server, who is started on a copy of what is there.
ON_A_SMALL_DISK = 'mount -t tmpfs -o size=4m toopher "$1" && cp -a "$2"/. "$1" && shift 2 && exec "$@"'


class Faults(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="toopher-faults-")
        self.addCleanup(scratch.cleanup)
        self.directory = scratch.name
        self.made = os.path.join(self.directory, "toopherd")
        done = subprocess.run([system.program("toopherd"), "--init", self.made, "--listen",
                               f"127.0.0.1:{system.free_port()}"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=True)
        self.key, self.secret = (line.split(" = ")[1] for line in done.stdout.splitlines()[:2])
        self.database = os.path.join(self.made, "toopherd.sqlite")

    def start(self, place=None, wrapper=(), **options):
        config = os.path.join(place or self.made, "toopherd.conf")
        server = system.Process([*wrapper, system.program("toopherd"), "--config", config], **options)
        self.addCleanup(server.stop)
        self.url = server.wait_for_line(r"toopherd: ready on (http://127\.0\.0\.1:\d+)").group(1)
        self.host = requester.Requester(self.url, self.key, self.secret)
        return server

    def start_in_vain(self, **options):
        """What it says when it does not start."""
        done = subprocess.run([system.program("toopherd"), "--config", os.path.join(self.made, "toopherd.conf")],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60, **options)
        self.assertEqual(done.returncode, 1, done.stderr)
        return done.stderr

    def pair(self, user):
        phone = device.Device(self.url, os.path.join(self.directory, user))
        phone.register()
        _, pairing = self.host.post("pairings/create", pairing_phrase=phone.phrase(), user_name=user)
        self.assertEqual(phone.answer_pairing(phone.pending()["pairings"][0], "allow")[0], 200)
        return phone, pairing["id"]

    def log_in(self, user, **more):
        return self.host.post("authentication_requests/initiate", user_name=user, terminal_name="host", **more)

    def until_it_fails(self):
        """The first answer that is none of the rules: pushes end, but reading a request writes, too."""
        status, request = self.log_in("alice")
        for _ in range(20000 if status == 200 else 0):
            status, answer = self.host.get("authentication_requests/" + request["id"])
            if status != 200:
                return status, answer
        return status, request

    def fill_up_and_make_room(self, server, fill, make_room):
        phone, pairing = self.pair("alice")
        fill()
        status, answer = self.until_it_fails()
        self.assertEqual(status, 503, answer)
        self.assertGreater(int(self.host.headers["Retry-After"]), 0)
        server.wait_for_line("storing: .*(full|grow).*room")
        code = phone.code(pairing)
        status, answer = self.log_in("alice", otp=code)
        self.assertEqual(status, 503, f"nothing can be written, and this was the answer: {answer}")
        make_room()
        status, answer = self.log_in("alice", otp=code)
        self.assertEqual((status, answer["granted"]), (200, True), "a code of which nothing is known is good, without a restart")
        self.assertFalse(self.log_in("alice", otp=code)[1]["granted"])
        server.wait_for_line("storing: .*again")

    @unittest.skipUnless(ROOT, "mounts a disk")
    def test_a_full_disk(self):
        disk = os.path.join(self.directory, "disk")
        os.mkdir(disk)
        server = self.start(disk, ["unshare", "--mount", "--propagation", "private", "sh", "-ec", ON_A_SMALL_DISK, "sh", disk,
                                   self.made])
        seen = f"/proc/{server.process.pid}/root{disk}"
        ballast = os.path.join(seen, "ballast")

        def fill():
            with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))

        self.fill_up_and_make_room(server, fill, lambda: os.unlink(ballast))

    def test_a_file_that_may_not_grow(self):
        """As a full disk, for those who cannot mount one."""
        import resource  # pylint: disable=import-outside-toplevel
        server = self.start()
        unlimited = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)

        def fill():
            size = max(os.path.getsize(self.database + end) for end in ("", "-wal"))
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, unlimited[1]))

        self.fill_up_and_make_room(server, fill,
                                   lambda: resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, unlimited))

    def test_a_directory_that_cannot_be_written(self):
        identity = system.without_privileges(self.made)
        os.chmod(self.directory, 0o755)
        os.chmod(self.made, 0o500)
        os.chmod(self.database, 0o400)
        said = self.start_in_vain(**identity)
        os.chmod(self.made, 0o700)
        self.assertRegex(said, r"toopherd\.sqlite.*cannot be written.*user")

    def test_a_key_that_does_not_fit(self):
        with open(os.path.join(self.made, "toopherd.key"), "w", encoding="ascii") as file:
            file.write("00" * 32 + "\n")
        self.assertRegex(self.start_in_vain(), "key file does not belong to the database .*restore")

    def test_a_database_that_is_gone(self):
        server = self.start()
        phone, pairing = self.pair("alice")
        for end in ("", "-wal", "-shm"):
            shutil.move(self.database + end, self.database + end + ".elsewhere")
        status, answer = self.log_in("alice", otp=phone.code(pairing))
        self.assertEqual(status, 503, answer)
        server.wait_for_line(r"toopherd\.sqlite is gone.*start toopherd again")
        self.assertFalse(os.path.exists(self.database), "an empty one in its place would have forgotten everybody")
        server.stop()
        self.assertRegex(self.start_in_vain(), r"toopherd\.sqlite")
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                shutil.move(self.database + end + ".elsewhere", self.database + end)
        self.start()
        self.assertTrue(self.log_in("alice", otp=phone.code(pairing))[1]["granted"])

    def test_a_damaged_page(self):
        server = self.start()
        phone, pairing = self.pair("alice")
        server.stop()
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            size = database.execute("PRAGMA page_size").fetchone()[0]
            root = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'pairings'").fetchone()[0]
        with open(self.database, "r+b") as file:
            file.seek((root - 1) * size)
            page = file.read(size)
            file.seek((root - 1) * size)
            file.write(bytes(byte ^ 0xFF for byte in page))
        server = self.start()
        status, answer = self.log_in("alice", otp=phone.code(pairing))
        self.assertEqual(status, 503, answer)
        server.wait_for_line("damaged.*backup")
        status, _ = self.host.post("authentication_requests/initiate", user_name="nobody")
        self.assertEqual(status, 409, "what is not damaged is still answered")
        self.assertFalse(re.search('"event":"request granted"', server.text()))


if __name__ == "__main__":
    unittest.main()
