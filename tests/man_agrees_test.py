#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The man pages name what the programs know, and nothing else: keys of the configurations, options, names of outcomes."""

import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.dirname(__file__) + "/.."), "tests/support"))
import system  # noqa: E402

MAN = system.SOURCE / "man"
OPTION = r"(?<![\w-])--([a-z][a-z-]+)"
ALWAYS = {"help", "version"}  # of every program; usages may leave them out


def source(path):
    return (system.SOURCE / "src" / path).read_text(encoding="utf-8")


def page(name):
    """The page as it is shown, in one long line a paragraph."""
    shown = subprocess.run(["groff", "-mandoc", "-Tascii", "-P-cbou", "-rLL=500n", "-rHY=0", MAN / name], check=True,
                           capture_output=True, text=True, timeout=system.PATIENCE).stdout
    return re.sub(r".\x08", "", shown)


def section(text, name):
    found = re.search(rf"^{name}\n(.*?)(?=^\S)", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise system.Failure(f"no section {name}")
    return found.group(1)


def keys_between(name, begin, end, macro="Cm"):
    """The keys that head the entries of the outermost list between two lines of a page."""
    text = (MAN / name).read_text(encoding="utf-8")
    depth, keys = 0, set()
    for line in text[text.index(begin):text.index(end)].splitlines():
        depth += line.startswith(".Bl") - line.startswith(".El")
        if depth == 1 and line.startswith(f".It {macro} "):
            keys.update(re.findall(r"[a-z][a-z-]+", line.split(macro, 1)[1]))
    return keys


def keys_of(array):
    """Those of one table of config.cc."""
    body = re.search(rf"\b{array}\{{\{{(.*?)\n\}}\}};", source("config/config.cc"), re.DOTALL).group(1)
    return set(re.findall(r'^    \{"([a-z-]+)",', body, re.MULTILINE))


class Keys(unittest.TestCase):
    def test_configuration(self):
        self.assertEqual(keys_between("toopher.conf.5", ".Ss [API]", ".Ss [Options]"), keys_of("kApiKeys"))
        self.assertEqual(keys_between("toopher.conf.5", ".Ss [Options]", ".Ss The credentials file"), keys_of("kOptionKeys"))

    def test_module_arguments(self):
        text = source("config/config.cc")
        known = set(re.findall(r'argument (?:==|!=) "([a-z_]+)"', text)) | set(re.findall(r'starts_with\("([a-z]+)="', text))
        page = (MAN / "pam_toopher.8").read_text(encoding="utf-8")
        arguments = page[page.index(".Sh ARGUMENTS"):page.index(".Sh RETURN VALUES")]
        self.assertEqual(set(re.findall(r"^\.It Cm ([a-z_]+)", arguments, re.MULTILINE)), known)

    def test_server_configuration(self):
        known = set(re.findall(r'\bkey == "([a-z-]+)"', source("server/server_config.cc")))
        self.assertEqual(keys_between("toopherd.8", ".Sh CONFIGURATION", ".Sh RULES", "Ic"), known)

    def test_outcomes(self):
        known = set(re.findall(r'\{Verdict::\w+, "([a-z-]+)"', source("pam/outcome.cc")))
        log = section(page("pam_toopher.8"), "LOG")
        self.assertEqual({name for name in known if not re.search(rf"(?<![\w-]){name}(?![\w-])", log)}, set())


class Options(unittest.TestCase):
    def test_every_program_has_a_page(self):
        rooms = "\n".join(path.read_text(encoding="utf-8") for path in (system.SOURCE / "src").glob("*/room.mk"))
        for programs in re.findall(r"^s?bin_PROGRAMS \+= (.*)$", rooms, re.MULTILINE):
            for program in programs.split():
                self.assertTrue(any((MAN / (program + end)).exists() for end in (".1", ".8")), program)

    def agree(self, program, name):
        # toopher-helper, which nobody calls, says it as an error.
        usage = subprocess.run([system.program(program), "--help"], check=False, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, timeout=system.PATIENCE).stdout
        options, text = set(re.findall(OPTION, usage)), page(name)
        self.assertNotEqual(options, set())
        self.assertEqual(options - set(re.findall(OPTION, text)), set(), "not in the page")
        self.assertEqual(set(re.findall(OPTION, section(text, "SYNOPSIS"))) - options - ALWAYS, set(), "not in the usage")


def _add_programs():
    """A test for each program that has a page."""
    for man in sorted(MAN.iterdir()):
        if (system.BUILD / "src" / man.stem).exists():
            setattr(Options, "test_" + man.stem.replace("-", "_"),
                    lambda self, man=man: self.agree(man.stem, man.name))


_add_programs()

if __name__ == "__main__":
    unittest.main(verbosity=2)
