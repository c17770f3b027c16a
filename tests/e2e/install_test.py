#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`make install` puts each file where it belongs, and `make uninstall` takes all of them away."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.dirname(__file__) + "/../.."), "tests/support"))
import system  # noqa: E402

# By the names that directories have in a Makefile; a pattern stands for the files of the source that it matches.
PLACES = {
    "bindir": ["toopher-authenticator", "toopher-pair"],
    "sbindir": ["toopher-check"],
    "pkglibexecdir": ["toopher-helper"],
    "pamdir": ["pam_toopher.so"],
    "systemdsystemunitdir": ["toopher-helper.service", "toopher-helper.socket"],
    "bashcompletiondir": ["packaging/bash-completion/*", "toopher-check", "toopher-pair"],
    "docdir": ["README.md", "docs/*.md"],
    "imagesdir": ["docs/images/*.png"],
    "examplesdir": ["pam.d-examples/*"],
    "profilesdir": ["pam.d-examples/pam-configs/*"],
    "man1dir": ["man/*.1"],
    "man5dir": ["man/*.5"],
    "man8dir": ["man/*.8"],
}
SERVER = {"sbindir": ["toopher-admin", "toopherd"], "systemdsystemunitdir": ["toopherd.service"]}
CATALOGUE = ("po/de.mo", "localedir", "de/LC_MESSAGES/toopher.mo")  # built where msgfmt is there


def make(*words):
    """In the build directory, as if nobody else's make ran around it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    done = subprocess.run(["make", "-s", "-C", system.BUILD, *words], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False, env=environment)
    if done.returncode != 0:
        raise system.Failure(f"make {' '.join(words)}:\n{done.stdout}{done.stderr}")


def directories():
    """Those that configure was given, by their names in a Makefile."""
    values = dict(re.findall(r"^(\w+) = (.*)$", (system.BUILD / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    def expand(value):
        return re.sub(r"\$[{(](\w+)[})]", lambda name: expand(values[name.group(1)]), value)
    return {name: expand(value) for name, value in values.items() if name.endswith("dir") and value}


def files_below(folder):
    return {"/" + path.relative_to(folder).as_posix() for path in pathlib.Path(folder).rglob("*") if not path.is_dir()}


class Install(unittest.TestCase):
    def setUp(self):
        self.stage = tempfile.TemporaryDirectory(prefix="toopher-install-")
        self.addCleanup(self.stage.cleanup)

    @staticmethod
    def wanted():
        where = directories()
        groups = [PLACES, SERVER] if (system.BUILD / "src" / "toopherd").exists() else [PLACES]
        files = set()
        for place, names in ((place, names) for group in groups for place, names in group.items() if where[place] != "no"):
            for name in names:
                found = [path.name for path in system.SOURCE.glob(name) if path.is_file()] or [name]
                files |= {f"{where[place]}/{one}" for one in found}
        built, place, name = CATALOGUE
        return files | ({f"{where[place]}/{name}"} if (system.BUILD / built).exists() else set())

    def test_install_and_uninstall(self):
        make("install", f"DESTDIR={self.stage.name}")
        installed = files_below(self.stage.name)
        self.assertEqual(installed, self.wanted())
        for path in installed:
            mode = os.stat(self.stage.name + path).st_mode & 0o7777
            self.assertIn(mode, (0o644, 0o755), path)  # no setuid, nothing that others may write
        make("uninstall", f"DESTDIR={self.stage.name}")
        self.assertEqual(files_below(self.stage.name), set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
