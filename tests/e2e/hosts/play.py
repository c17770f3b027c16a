# SPDX-License-Identifier: Apache-2.0
"""Plays a login of the table and compares what happened with what must."""

import contextlib

import system
import visit
from drivers import HOSTS
from scenarios import CODE, ENTER, WRONG

NUMBER_TEXT = r"number \d{2,6}[^\r\n]*\r\n"  # in a text, not in a prompt


def require(what, seen, wanted):
    if seen != wanted:
        raise system.Failure(f"{what}: {seen!r} instead of {wanted!r}")


class Answers:
    """What the person types at the prompts of ours, one after the other."""

    def __init__(self, person, answers):
        self.person, self.left, self.codes = person, list(answers), []

    def next(self, prompt):
        if not self.left:
            raise system.Failure(f"one prompt too many: {prompt!r}")
        answer = self.left.pop(0)
        if answer == ENTER:
            return ""
        code = self.person.phone.code()
        if answer == WRONG:
            code = f"{(int(code) + 1 + len(self.codes)) % 10 ** len(code):0{len(code)}}"
        self.codes.append(code)
        return code


def login(scene, wanted):
    """Throws system.Failure for the first difference."""
    host = HOSTS[wanted.host]
    scene.write_files()
    person = scene.person(host, wanted.password)
    scene.stack(host, wanted.module_arguments, wanted.module_only)
    mark = scene.world.log.mark()
    answers = Answers(person, wanted.answers)
    with contextlib.ExitStack() as phones:
        def answer_at_phone(*arguments):
            phones.enter_context(person.phone.start(wanted.phone, "--wait", *arguments))

        if wanted.phone and not wanted.number:
            answer_at_phone()
        terminal = visit.Terminal(host, person.name, person.password)
        try:
            number_due = wanted.number
            while True:
                event = terminal.next(*([NUMBER_TEXT] if number_due and wanted.prompt == "after" else []))
                if event in ("entered", "ended"):
                    break
                text = terminal.visit.prompts[-1] if event == "prompt" else terminal.visit.transcript
                if number_due and "number" in text:
                    answer_at_phone("--number", visit.number_in(text))
                    number_due = False
                if event == "prompt":
                    terminal.type(answers.next(text))
        finally:
            seen = terminal.finish()
    compare(scene, wanted, person, seen, mark, answers)


def compare(scene, wanted, person, seen, mark, answers):
    try:
        require("entered", seen.entered, wanted.entered)
        require("answers left over", answers.left, [])
        require("requests at the server", scene.requests(person), wanted.requests)
        if wanted.log:
            scene.world.log.wait_for("pam_toopher", person.name, wanted.log, mark=mark)
        scene.check_silence(mark, [*answers.codes, person.password])
    except system.Failure as failure:
        raise system.Failure(f"{failure}\n--- terminal\n{seen.transcript}\n--- log\n"
                             + "\n".join(scene.world.log.since(mark))) from None


def stack(scene, row):
    """A stack without our module: proves that the drivers tell entry from refusal."""
    host = HOSTS[row.host]
    person = scene.person(host, "a long passphrase", paired=False)
    first = ["requisite pam_unix.so nodelay"] if host.asks_password else []
    scene.world.stack(host.service, *first, f"required {row.module}")
    terminal = visit.Terminal(host, person.name, person.password)
    try:
        terminal.next()
    finally:
        seen = terminal.finish()
    try:
        require("entered", seen.entered, row.entered)
        require("password asked", seen.passwords > 0, host.asks_password)
    except system.Failure as failure:
        raise system.Failure(f"{failure}\n--- terminal\n{seen.transcript}") from None
