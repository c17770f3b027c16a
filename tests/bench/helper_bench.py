# SPDX-License-Identifier: Apache-2.0
"""What the network side of one push costs: instructions of toopher-helper and of a bare libcurl program that makes the
same exchanges over one verified TLS connection, and what of it is spent before any of their own code runs."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.dirname(__file__) + "/../.."), "tests/support"))
import certificates  # noqa: E402
import cost  # noqa: E402
import helper_process  # noqa: E402
import rogue_server as rogue  # noqa: E402
import system  # noqa: E402

BENCH = system.BUILD / "tests/bench"
ABOVE_BARE = 1.1  # the promise
PAM_DUO = 26.7    # millions, measured with its own mock server


def answers():
    """A push that is granted in the first poll."""
    return rogue.by_path(initiate=rogue.http(rogue.request()), status=rogue.http(rogue.request("granted")))


def bare(server, authority, scratch):
    """The bare program, counted."""
    output = os.path.join(scratch, "callgrind")
    subprocess.run([*cost.callgrind(output), BENCH / "bare_curl", server.url, authority.path], check=True, env={},
                   capture_output=True)
    return cost.instructions(output) / 1e6


def helper(server, authority, scratch):
    """The helper, counted."""
    files = helper_process.Files()
    try:
        system.without_privileges(scratch)
        output = os.path.join(scratch, "callgrind")
        config = files.configure(server.url, ca_path=authority.path, timeout=30)
        with helper_process.Helper(config, files, wrapper=cost.callgrind(output), program=BENCH / "helper_unconfined") as process:
            process.receive()
            process.send("login", user="alice", action="log in", terminal="host", host="host", service="sshd")
            for verb, expected in (("push", "pending"), ("wait", "granted")):
                answer, _ = process.ask(verb, timeout_ms=20000, ttl=20)
                if answer.verb != expected:
                    raise system.Failure(f"the helper answered {verb} with {answer}")
            process.hang_up()
            process.wait(60)
        return cost.instructions(output) / 1e6
    finally:
        files.close()


def loading(program, scratch):
    """Up to main() and a message about its use: dynamic linking."""
    output = os.path.join(scratch, "callgrind")
    subprocess.run([*cost.callgrind(output), program], check=False, env={}, capture_output=True, stdin=subprocess.DEVNULL)
    return cost.instructions(output) / 1e6


def main():
    with tempfile.TemporaryDirectory(prefix="toopher-bench-") as directory:
        os.chmod(directory, 0o755)
        authority = certificates.Authority(directory)
        scratch = os.path.join(directory, "scratch")
        os.mkdir(scratch)
        with rogue.Rogue(answers(), certificate=authority.server("bench")) as server:
            rows = [("bare libcurl: linked and loaded", loading(BENCH / "bare_curl", scratch)),
                    ("bare libcurl: push granted", bare(server, authority, scratch)),
                    ("toopher-helper: linked and loaded", loading(BENCH / "helper_unconfined", scratch)),
                    ("toopher-helper: push granted", helper(server, authority, scratch))]
            connections = server.connections
    floor, spent = rows[1][1], rows[3][1]
    print(f"{'network side, one push over TLS':44}{'Minstr':>10}{'of bare':>10}")
    for name, millions in rows:
        print(f"{name:44}{millions:10.2f}{millions / floor:10.2f}")
    print(f"{'pam_duo, whole login, for comparison':44}{PAM_DUO:10.2f}{PAM_DUO / floor:10.2f}")
    met = spent <= ABOVE_BARE * floor and connections == 2
    print(f"promise: at most {ABOVE_BARE} times bare libcurl, one connection each: {'met' if met else 'NOT MET'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
