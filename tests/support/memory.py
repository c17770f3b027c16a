# SPDX-License-Identifier: Apache-2.0
"""What is in the memory of a process: in use, given back to the allocator, or left on a stack.

Reading it needs to be root for a process that is not dumpable, or belongs to somebody else.
"""

import os
import re
import signal

CHUNK = 1 << 20
LONGEST_MARK = 4096


def _areas(pid):
    """(description, begin, end) of what the process can write to."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
        for line in maps:
            area, mode, _ = line.split(" ", 2)
            begin, end = (int(number, 16) for number in area.split("-"))
            if "w" in mode and end - begin <= 1 << 30:  # AddressSanitizer's own books fill terabytes
                yield line.rstrip(), begin, end


def _chunks(pid):
    """(area, bytes, address): each overlaps the next, so that nothing hides on a border."""
    memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    try:
        for area, begin, end in _areas(pid):
            for offset in range(begin, end, CHUNK):
                try:
                    yield area, os.pread(memory, min(CHUNK + LONGEST_MARK, end - offset), offset), offset
                except OSError:  # [vvar]
                    break
    finally:
        os.close(memory)


def pattern(mark):
    """What finds `mark` in bytes. Digits count only where they are not a part of a longer number, as the time in a log may be."""
    literal = re.escape(mark if isinstance(mark, bytes) else mark.encode())
    return re.compile(rb"(?<![0-9])" + literal + rb"(?![0-9])" if mark.isdigit() else literal)


def places(pid, marks):
    """Where each of `marks` ({name: str or bytes}) is: {name: [address and area, ...]}. The process stands still meanwhile."""
    patterns = {name: pattern(mark) for name, mark in marks.items()}
    found = {name: {} for name in marks}
    os.kill(pid, signal.SIGSTOP)
    try:
        for area, content, offset in _chunks(pid):
            for name, wanted in patterns.items():
                for match in wanted.finditer(content):
                    around = content[max(0, match.start() - 24):match.end() + 24]
                    found[name][offset + match.start()] = f"{offset + match.start():x} in {area}: {around!r}"
    finally:
        os.kill(pid, signal.SIGCONT)
    return {name: list(where.values()) for name, where in found.items()}
