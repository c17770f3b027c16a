#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is tested on SQLite, once more on PostgreSQL: the server's unit tests, and its API as a process."""

import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(os.environ.get("TOOPHER_SRCDIR") or pathlib.Path(__file__).resolve().parents[2])
sys.path.insert(0, str(SOURCE / "tests/support"))

import postgres  # noqa: E402
import system  # noqa: E402


def commands():
    """The same programs as in make check, but those about SQLite's files."""
    for test in sorted((system.BUILD / "tests/unit").glob("server_*_test")):
        if test.name not in ("server_disk_test", "server_store_test"):
            yield [str(test)]
    for test in ("server_api_test", "contract_test", "admin_test", "admin_access_test", "admin_socket_test", "admin_key_test",
                 "admin_backup_test"):
        yield [sys.executable, "-B", str(SOURCE / f"tests/e2e/{test}.py")]


def main():
    failed = []
    with postgres.Postgres() as cluster:
        environment = {**os.environ, "TOOPHER_TEST_POSTGRES": cluster.database()}
        for command in commands():
            print("==", *command, flush=True)
            if subprocess.run(command, env=environment, stderr=subprocess.STDOUT, check=False).returncode != 0:
                failed.append(command)
    for command in failed:
        print("failed on PostgreSQL:", *command)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
