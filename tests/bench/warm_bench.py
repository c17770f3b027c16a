# SPDX-License-Identifier: Apache-2.0
"""What a login costs in all where the helper's service runs: instructions of the host above pam_permit and of the
service, on a TLS connection that is kept.

For root, who gets a mount namespace with an empty /run and configuration directory; names come from files."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.dirname(__file__) + "/../.."), "tests/support"))
import certificates  # noqa: E402
import cost  # noqa: E402
import helper_service  # noqa: E402
import rogue_server as rogue  # noqa: E402
import system  # noqa: E402

BENCH = system.BUILD / "tests/bench"
TOGETHER = 2.0  # millions; the promise
FEW, MANY = 3, 13  # logins of the two runs whose difference is counted
SOCKET = "/run/toopher/helper.sock"


class Bench:
    def __init__(self, directory, authority, sysconfdir):
        self.directory, self.authority = pathlib.Path(directory), authority
        self.config = pathlib.Path(sysconfdir) / "security/toopher/config"
        self.config.parent.mkdir(parents=True)
        for name in ("host_login", "helper_unconfined"):
            shutil.copy(BENCH / name, self.directory)
        shutil.copy(system.BUILD / "src/pam_toopher.so", self.directory)
        (self.directory / "pam.d").mkdir()
        self.service("permit", "pam_permit.so")
        self.service("push", f"{self.directory}/pam_toopher.so prompt=after number_matching=off show_prompt=no")
        os.mkdir(os.path.dirname(SOCKET))
        self.scratch = self.directory / "scratch"
        self.scratch.mkdir()
        (self.scratch / "credentials").write_text("key = k\nsecret = s\n", encoding="ascii")
        (self.scratch / "credentials").chmod(0o400)

    def service(self, name, module):
        (self.directory / "pam.d" / name).write_text(f"auth required {module}\n", encoding="ascii")

    def log_in(self, service, callgrind=False):
        output = self.directory / "host.callgrind"
        done = subprocess.run([*(cost.callgrind(output) if callgrind else []), self.directory / "host_login",
                               self.directory / "pam.d", service, "root"], capture_output=True, text=True, check=False, env={})
        if "code=0 " not in done.stdout:
            raise system.Failure(f"{service}: {done.stdout}{done.stderr}")
        return cost.instructions(output) / 1e6 if callgrind else None

    def helper(self, logins):
        """Instructions of the service for so many logins, and those of one more host."""
        output = self.scratch / "helper.callgrind"
        behaviour = rogue.by_path(initiate=rogue.http(rogue.request(), **rogue.FEATURES),
                                  status=rogue.http(rogue.request("granted")))
        with rogue.Rogue(behaviour, certificate=self.certificate) as server:
            self.config.write_text(f"[API]\nbase-url = {server.url}\nca-path = {self.authority.path}\ntimeout = 30\n",
                                   encoding="ascii")
            command = [*cost.callgrind(output), self.directory / "helper_unconfined", "--config", self.config]
            with helper_service.Service(SOCKET, command, **system.without_privileges(self.scratch),
                                        env={"CREDENTIALS_DIRECTORY": str(self.scratch)}) as service:
                service.call().receive(60)  # valgrind takes longer to start than a host waits
                for _ in range(logins):
                    self.log_in("push")
                    # A session that still lives, and valgrind is slow, has not given its connection back.
                    system.wait_until(lambda: system.threads("toopher-helper", service.process.pid) == 1, "its end")
                host = self.log_in("push", callgrind=True)
                served = server.posts()
            if served != logins + 1 or server.connections != 1:
                raise system.Failure(f"{served} pushes on {server.connections} connections")
        return cost.instructions(output) / 1e6, host

    def run(self):
        permit = self.log_in("permit", callgrind=True)
        few, _ = self.helper(FEW)
        many, host = self.helper(MANY)
        warm = (many - few) / (MANY - FEW)
        together = host - permit + warm
        print(f"{'one login by push, helper as a service':44}{'Minstr':>10}")
        for name, millions in (("host process, above pam_permit", host - permit), ("toopher-helper", warm),
                               ("together", together)):
            print(f"{name:44}{millions:10.3f}")
        met = together <= TOGETHER
        print(f"promise: at most {TOGETHER} Minstr together: {'met' if met else 'NOT MET'}")
        return 0 if met else 1


def main():
    if os.geteuid() != 0:
        print("the helper's service: only root can measure it (make bench as root)")
        return 0
    if sys.argv[1:] != ["--inside"]:
        return cost.alone(__file__)
    with tempfile.TemporaryDirectory(prefix="toopher-bench-") as directory:
        os.chmod(directory, 0o755)
        authority = certificates.Authority(directory)
        bench = Bench(directory, authority, system.configured("sysconfdir"))
        bench.certificate = authority.server("bench")
        return bench.run()


if __name__ == "__main__":
    sys.exit(main())
