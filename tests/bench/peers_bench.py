# SPDX-License-Identifier: Apache-2.0
"""One login through this module and through others that ask for a code, side by side: what it costs the host process and
its children. All in one run, with names from files; for root, in a mount namespace of its own. A helper of its own is started by
nobody, because root's is only the installed one; the service is asked by root, as by sshd.

The other modules come from Debian's packages, which are unpacked below the build directory and not installed."""

import base64
import contextlib
import hashlib
import hmac
import os
import pathlib
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.dirname(__file__) + "/../.."), "tests/support"))
import cost  # noqa: E402
import rogue_server as rogue  # noqa: E402
import helper_service  # noqa: E402
import system  # noqa: E402

BENCH = system.BUILD / "tests/bench"
FETCHED = system.BUILD / "fetched"
SOCKET = "/run/toopher/helper.sock"
SEED = b"12345678901234567890"
LOGINS = 15  # whose median is told, where it differs from run to run
PUSH = rogue.by_path(initiate=rogue.http(rogue.request(), **rogue.FEATURES), status=rogue.http(rogue.request("granted")))
CODE = rogue.by_path(initiate=rogue.http(rogue.request("granted"), **rogue.FEATURES))


def code():
    """RFC 6238 with what all authenticators take for granted: SHA-1, 30 seconds, six digits."""
    digest = hmac.new(SEED, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 10 ** 6:06}"


class Row:
    """A way to log in. `renew` puts back what a login has used up; `root`: who logs in, instead of nobody."""

    def __init__(self, name, module, typed=None, renew=lambda: None, environment=None, root=False):
        self.name, self.module, self.typed, self.renew = name, module, typed, renew
        self.environment, self.root = environment or {}, root


class Bench:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        (self.directory / "pam.d").mkdir()
        self.config = pathlib.Path(system.configured("sysconfdir")) / "security/toopher/config"
        self.config.parent.mkdir(parents=True)
        for built in (BENCH / "host_login", BENCH / "helper_unconfined", system.BUILD / "src/pam_toopher.so"):
            shutil.copy(built, self.directory)
        self.credentials = self.directory / "credentials"
        self.credentials.write_text("key = k\nsecret = s\n", encoding="ascii")
        self.credentials.chmod(0o400)
        os.mkdir(os.path.dirname(SOCKET))

    def peers(self):
        """Those whose packages could be unpacked."""
        google, oath = (next(FETCHED.glob(f"**/{name}.so"), None) for name in ("pam_google_authenticator", "pam_oath"))
        if google:
            state = self.directory / "google_authenticator"

            def renew_google():
                state.unlink(missing_ok=True)  # it leaves it read-only
                state.write_text(base64.b32encode(SEED).decode() + '\n" DISALLOW_REUSE\n" TOTP_AUTH\n', encoding="ascii")
                state.chmod(0o600)
            yield Row("pam_google_authenticator, code", f"{google} secret={state}", code, renew_google)
        if oath:
            users = self.directory / "users.oath"

            def renew_oath():
                users.write_text(f"HOTP/T30/6 nobody - {SEED.hex()}\n", encoding="ascii")
                users.chmod(0o600)
            library = next(FETCHED.glob("**/liboath.so.0"))
            yield Row("pam_oath, code", f"{oath} usersfile={users} window=1 digits=6", code, renew_oath,
                      {"LD_PRELOAD": str(library)})

    def own(self, typed, way, arguments="", **options):
        """This module, with a code or a push."""
        module = f"{self.directory}/pam_toopher.so number_matching=off show_prompt=no {arguments}"
        if typed:
            return Row(f"pam_toopher, code, {way}", module + " prompt=before", lambda: "123456", **options)
        return Row(f"pam_toopher, push, {way}", module + " prompt=after", **options)

    def configure(self, url):
        text = f"[API]\nbase-url = {url}\ncredential-file = {self.credentials}\ntimeout = 30\n"
        for config in (self.config, self.directory / "config"):
            config.write_text(text, encoding="ascii")

    def log_in(self, row, wrapper=()):
        """(peak KiB of the host process, milliseconds of processor time of it and its children)"""
        row.renew()
        (self.directory / "pam.d/peer").write_text(f"auth required {row.module}\n", encoding="ascii")
        words = ["root" if row.root else "nobody", *([row.typed()] if row.typed else [])]
        whose = system.without_privileges(self.directory)
        with tempfile.TemporaryFile("w+") as said:
            # pylint: disable-next=consider-using-with: waited for by its pid, which tells what it took
            host = subprocess.Popen([*wrapper, self.directory / "host_login", self.directory / "pam.d", "peer", *words],
                                    stdout=said, stderr=said, env=row.environment, **({} if row.root else whose))
            _, status, used = os.wait4(host.pid, 0)
            host.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            text = said.read()
        if "code=0 " not in text:
            raise system.Failure(f"{row.name}: {text}")
        return int(text.split("peak_kib=")[1].split()[0]), (used.ru_utime + used.ru_stime) * 1e3

    def measure(self, row):
        output = self.directory / "counted"
        self.log_in(row)
        self.log_in(row, cost.callgrind(output))
        instructions = cost.instructions(output)
        self.log_in(row, cost.strace(output))
        calls = cost.system_calls(output)
        peaks, milliseconds = zip(*(self.log_in(row) for _ in range(LOGINS)))
        return instructions / 1e6, statistics.median(milliseconds), statistics.median(peaks), calls

    def rows(self):
        yield Row("pam_permit", "pam_permit.so")
        yield from self.peers()
        yield from self.own_rows()

    def own_rows(self):
        """Each way to log in, while what it talks to is there."""
        for typed, behaviour in ((True, CODE), (False, PUSH)):
            with rogue.Rogue(behaviour) as server:
                self.configure(server.url)
                yield self.own(typed, "its own helper", f"conf={self.directory}/config helper={self.directory}/helper_unconfined")
                with self.service():
                    yield self.own(typed, "the service", root=True)

    @contextlib.contextmanager
    def service(self):
        scratch = self.directory / "scratch"
        scratch.mkdir(exist_ok=True)
        shutil.copy(self.credentials, scratch)
        command = [self.directory / "helper_unconfined", "--config", self.config]
        with helper_service.Service(SOCKET, command, **system.without_privileges(scratch),
                                    env={"CREDENTIALS_DIRECTORY": str(scratch)}) as service:
            yield service

    def run(self):
        print(f"{'one granted login':44}{'Minstr':>9}{'above':>9}{'CPU ms':>9}{'peak KiB':>10}{'above':>8}{'calls':>8}")
        floor = None
        for row in self.rows():
            seen = self.measure(row)
            floor = floor or seen
            print(f"{row.name:44}{seen[0]:9.3f}{seen[0] - floor[0]:9.3f}{seen[1]:9.1f}{seen[2]:10.0f}"
                  f"{seen[2] - floor[2]:8.0f}{seen[3]:8}", flush=True)
        print("Minstr, peak KiB: of the host process. CPU ms, calls to the system: with its children; the service is none.")
        return 0


def main():
    if os.geteuid() != 0:
        print("beside other modules: only root can measure it (make bench as root)")
        return 0
    if sys.argv[1:] != ["--inside"]:
        return cost.alone(__file__)
    with tempfile.TemporaryDirectory(prefix="toopher-bench-") as directory:
        os.chmod(directory, 0o755)
        return Bench(directory).run()


if __name__ == "__main__":
    sys.exit(main())
