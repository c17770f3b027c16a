#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long a decision at one instance takes to release the host that waits at another, on one durable PostgreSQL.

    instances_bench.py [COUNT]      p50 and p99 in milliseconds, from sending the decision to having read the host's answer
"""

import json
import os
import statistics
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../..", "tests/support"))

import device  # noqa: E402
import postgres  # noqa: E402
import requester  # noqa: E402
import system  # noqa: E402


def release(host_here, host_there, phone):
    """Milliseconds."""
    status, request = host_here.post("authentication_requests/initiate", user_name="jdoe", terminal_name="host")
    if status != 200:
        raise system.Failure(f"initiate: {status} {request}")
    released = []

    def wait():
        status, answer = host_there.get("authentication_requests/" + request["id"], wait=30)
        released.append((time.monotonic(), status, answer))

    waiter = threading.Thread(target=wait)
    waiter.start()
    entry = phone.pending()["requests"][0]
    target = f"/authenticator/v1/requests/{entry['id']}/decision"
    data = json.dumps({"choice": "allow", "number": "", "signature": phone.decision(
        entry["pairing_id"], entry["shown"], "allow")}).encode()
    headers = phone.headers("POST", target, data)
    time.sleep(0.02)  # the poll is parked long before; it took less than the signatures
    began = time.monotonic()
    status, answer = phone.send("POST", target, data, headers)
    waiter.join()
    if status != 200 or not released[0][2]["granted"]:
        raise system.Failure(f"decision: {status} {answer}, {released}")
    return (released[0][0] - began) * 1000


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with postgres.Postgres(durable=True) as cluster, tempfile.TemporaryDirectory(prefix="toopher-bench-") as directory:
        with system.Toopherd(directory, postgres=cluster.database()) as first, system.Instance(first, directory) as second:
            hosts = [requester.Requester(instance.url, first.key, first.secret) for instance in (first, second)]
            phone = device.Device(first.url, os.path.join(directory, "phone"))
            phone.register()
            hosts[0].post("pairings/create", pairing_phrase=phone.phrase(), user_name="jdoe")
            phone.answer_pairing(phone.pending()["pairings"][0], "allow")
            for name, there in (("one instance", hosts[0]), ("across two instances", hosts[1])):
                times = sorted(release(hosts[0], there, phone) for _ in range(count))
                print(f"decision -> release, {name}: p50 {statistics.median(times):.1f} ms, "
                      f"p99 {times[int(len(times) * 0.99)]:.1f} ms, of {count}", flush=True)


if __name__ == "__main__":
    main()
