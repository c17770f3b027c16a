# SPDX-License-Identifier: Apache-2.0
"""Files of the module that belong to somebody else, or lie where somebody else may put them: nobody gets in. What else can be
wrong with them does not need root: tests/pam/bad_input_test.cc."""

import dataclasses
import os
import shutil

import world
from attempt import Attempt, require

SOMEBODY = 61999


@dataclasses.dataclass(frozen=True)
class Named:
    name: str
    play: object


def install(scene):
    """Each of the three files in a directory of its own, as good as can be; their paths."""
    root = "/etc/toopher-owners"
    shutil.rmtree(root, ignore_errors=True)
    paths = {name: f"{root}/{name}/file" for name in ("config", "credentials", "ca-file")}
    world.write(paths["config"], f"[API]\nbase-url = {scene.server.url}/v1/\ncredential-file = {paths['credentials']}\n"
                                 f"ca-file = {paths['ca-file']}\n[Options]\nfailure-policy = allow\navailability = required\n")
    world.write(paths["credentials"], f"key = {scene.server.key}\nsecret = {scene.server.secret}\n", 0o600)
    certificates = world.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                             "-subj", "/CN=Test", "-keyout", "/dev/null", "-outform", "PEM")
    world.write(paths["ca-file"], certificates)
    return paths


def wrong(name, spoil, words):
    def play(scene):
        paths = install(scene)
        spoil(paths[name])
        with Attempt(scene, "su", f"conf={paths['config']}", paired=False) as attempt:
            require("event", attempt.start().next(), "ended")
            attempt.finish()
            attempt.expect_log("outcome=misconfigured", words.format(path=paths[name], parent=os.path.dirname(paths[name])))
            attempt.expect_requests()
    return play


def right(scene):
    """The rows are refused for what they say: without it, the server is asked."""
    paths = install(scene)
    with Attempt(scene, "su", f"conf={paths['config']}", paired=False) as attempt:
        require("event", attempt.start().next(), "ended")
        attempt.finish()
        attempt.expect_log("outcome=unpaired-required")


def of_helper(path):
    """What a package may do: root's, and readable for the helper's group."""
    os.chown(path, 0, world.account("toopher")["group"])
    os.chmod(path, 0o640)


def helpers_group(scene):
    paths = install(scene)
    of_helper(paths["credentials"])
    with Attempt(scene, "su", f"conf={paths['config']}", paired=False) as attempt:
        require("event", attempt.start().next(), "ended")
        attempt.finish()
        attempt.expect_log("outcome=unpaired-required")


def another_group(path):
    os.chown(path, 0, SOMEBODY)
    os.chmod(path, 0o640)


SCENARIOS = {
    "owners | as they should be": right,
    "owners | credentials for the helper's group": helpers_group,
    "owners | credentials for another group": wrong("credentials", another_group, "{path}: holds a secret"),
    **{f"owners | {name} of somebody": wrong(name, lambda path: os.chown(path, SOMEBODY, 0), "{path}: belongs to uid 61999")
       for name in ("config", "credentials", "ca-file")},
    "owners | credentials of the helper's user": wrong(
        "credentials", lambda path: os.chown(path, world.account("toopher")["user"], 0), "{path}: belongs to uid"),
    **{f"owners | {name} in a directory of somebody's": wrong(
        name, lambda path: os.chown(os.path.dirname(path), SOMEBODY, 0), "{parent}: belongs to uid 61999")
       for name in ("config", "credentials", "ca-file")},
}

ALL = [(lambda scene, row: row.play(scene), Named(name, play)) for name, play in SCENARIOS.items()]
