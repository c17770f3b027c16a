# SPDX-License-Identifier: Apache-2.0
"""One push message of a real toopherd, for others to open: python3 one_push.py P256DH AUTH prints its body in base64url."""

import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(os.environ["TOOPHER_SRCDIR"]) / "tests" / "support"))
import device  # noqa: E402
import push_service  # noqa: E402
import system  # noqa: E402


def main(point, auth):
    with tempfile.TemporaryDirectory(prefix="toopher-push-") as directory, push_service.Service() as service:
        settings = f"push-contact = mailto:admin@example.org\npush-hosts = {service.url}\n"
        with system.Toopherd(directory, settings) as server:
            phone = device.Device(server.url, os.path.join(directory, "phone"))
            phone.register()
            for call in (("push", {"endpoint": service.url + "/push", "p256dh": point, "auth": auth}), ("push/test", {})):
                status, answer = phone.call("POST", call[0], **call[1])
                if status != 200:
                    raise SystemExit(f"{call[0]}: {answer}")
            print(push_service.b64(service.next().body))


main(*sys.argv[1:])
