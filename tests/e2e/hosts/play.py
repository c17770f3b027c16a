# SPDX-License-Identifier: Apache-2.0
"""Plays the rows of the table and compares what happened with what must."""

import system
import visit
from attempt import Attempt, require
from scenarios import ENTER, RIGHT

NUMBER_TEXT = r"number \d{2,6}[^\r\n]*\r\n"  # in a text, not in a prompt


def stack(scene, row):
    """A stack without our module: proves that the drivers tell entry from refusal."""
    with Attempt(scene, row.host, module=row.module, paired=False) as attempt:
        attempt.start().next()
        seen = attempt.finish()
        require("entered", seen.entered, row.entered)
        require("password asked", seen.passwords > 0, attempt.host.asks_password)


def login(scene, wanted):
    """One login with everything that must come of it."""
    scene.write_files()
    with Attempt(scene, wanted.host, *wanted.module_arguments, password=wanted.password) as attempt:
        left = converse(attempt, wanted)
        require("entered", attempt.finish().entered, wanted.entered)
        require("answers left over", left, [])
        attempt.expect_requests(*wanted.requests)
        attempt.expect_log(wanted.log)
        attempt.expect_silence()


def converse(attempt, wanted):
    """The person's part. The answers for which no prompt came."""
    answers = list(wanted.answers)
    number_due = wanted.number
    if wanted.phone and not number_due:
        attempt.take_phone(wanted.phone)
    terminal = attempt.start()
    while True:
        event = terminal.next(*([NUMBER_TEXT] if number_due and wanted.prompt == "after" else []))
        if event in ("entered", "ended"):
            return answers
        text = terminal.visit.prompts[-1] if event == "prompt" else terminal.visit.transcript
        if number_due and "number" in text:
            attempt.take_phone(wanted.phone, "--number", visit.number_in(text))
            number_due = False
        if event != "prompt":
            continue
        if not answers:
            raise system.Failure(f"one prompt too many: {text!r}")
        answer = answers.pop(0)
        terminal.type("" if answer == ENTER else attempt.code(answer == RIGHT))
