# SPDX-License-Identifier: Apache-2.0
"""What a process has that it could lose, or could keep for good."""

import os
import pathlib
import re


class ProcessState:
    """`resident` is in KiB."""

    def __init__(self, pid):
        place = pathlib.Path(f"/proc/{pid}")
        self.descriptors = sorted(os.readlink(entry) for entry in (place / "fd").iterdir())
        self.threads = len(list((place / "task").iterdir()))
        self.mappings = (place / "maps").read_text(encoding="utf-8").count("\n")
        self.directory = os.readlink(place / "cwd")
        status = (place / "status").read_text(encoding="ascii")
        self.signals_and_umask = re.findall(r"^(?:Sig(?:Blk|Ign|Cgt)|Umask):.*", status, re.MULTILINE)
        self.resident = int(re.search(r"VmRSS:\s*(\d+)", status).group(1))
