# SPDX-License-Identifier: Apache-2.0
"""What a whole ssh login takes of the processor on the server's side, beside the same stack with pam_permit."""

import os
import re
import shlex
import statistics

import system
from attempt import Attempt, require
from drivers import SSH_FOLDER, Ssh
from special import Named

LOGINS = 25  # the kernel counts in ticks, which only many even out
TIMES = os.path.join(SSH_FOLDER, "times")


class CountedSsh(Ssh):
    """Its sshd leaves in a file what it and its children took. ssh hangs up on it, which the shell around it outlives."""

    @property
    def daemon(self):
        return shlex.join(["setsid", "bash", "-c", f"trap : HUP TERM; {super().daemon}; times >{TIMES}.new; mv {TIMES}.new {TIMES}"])


def milliseconds():
    """User and system time of the children, from what `times` printed."""
    def written():
        return os.path.exists(TIMES)
    system.wait_until(written, "the end of sshd")
    with open(TIMES, encoding="ascii") as text:
        children = text.read().splitlines()[1]
    os.remove(TIMES)
    return sum(int(minutes) * 60e3 + float(seconds) * 1e3 for minutes, seconds in re.findall(r"(\d+)m([\d.]+)s", children))


def log_in(attempt, phone):
    if phone:
        attempt.take_phone("approve")
    attempt.start().next()
    require("entered", attempt.finish().entered, True)
    return milliseconds()


def beside_permit(scene):
    host = CountedSsh("keyboard-interactive")
    host.prepare(scene.world)
    scene.write_files()
    with Attempt(scene, host, module="pam_permit.so", paired=False) as attempt:
        permit = statistics.mean(log_in(attempt, phone=False) for _ in range(LOGINS))
    with Attempt(scene, host, "prompt=after", "number_matching=off") as attempt:
        push = statistics.mean(log_in(attempt, phone=True) for _ in range(LOGINS))
    return (f"sshd, shell and what they start, mean of {LOGINS}: {permit:.1f} ms with pam_permit, {push:.1f} with a push, "
            f"{push / permit:.2f} times")


ALL = [(lambda scene, row: row.play(scene), Named("bench | ssh beside pam_permit", beside_permit))]
