# SPDX-License-Identifier: Apache-2.0
"""What a program costs: instructions by callgrind, system calls by strace; and a place where only the program counts."""

import os
import re
import subprocess
import sys
import tempfile

import system


def callgrind(output):
    """The words before a command whose instructions are to be counted."""
    return ["/usr/bin/valgrind", "--tool=callgrind", f"--callgrind-out-file={output}"]


def instructions(output):
    """What callgrind() counted."""
    with open(output, encoding="ascii", errors="replace") as text:
        return int(re.search(r"^(?:summary|totals): (\d+)", text.read(), re.MULTILINE).group(1))


def strace(output):
    """The words before a command whose system calls are to be counted, with those of its children."""
    return ["/usr/bin/strace", "-f", "-c", "-o", str(output)]


def system_calls(output):
    """What strace() counted."""
    with open(output, encoding="utf-8") as text:
        return int(re.search(r"^\s*100\.00\s+\S+\s+(?:\S+\s+)?(\d+).*total$", text.read(), re.MULTILINE).group(1))


def alone(program, *arguments):
    """Starts this Python program again, as root, with `--inside` and its arguments in a mount namespace where /run and the configuration's
    directory are empty and names come from files: what other name services cost is not the module's. Its exit code."""
    with tempfile.NamedTemporaryFile("w", prefix="toopher-bench-nsswitch.") as nsswitch:
        nsswitch.write("passwd: files\ngroup: files\nhosts: files\n")
        nsswitch.flush()
        os.chmod(nsswitch.name, 0o644)
        script = ('mount --bind "$1" /etc/nsswitch.conf && mount -t tmpfs -o mode=755 toopher /run && mkdir -p "$2" && '
                  'mount -t tmpfs -o mode=755 toopher "$2" && shift 2 && exec "$@"')
        return subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-ec", script, "sh", nsswitch.name,
                               system.configured("sysconfdir"), sys.executable, "-B", program, "--inside", *arguments], check=False).returncode
