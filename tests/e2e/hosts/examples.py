# SPDX-License-Identifier: Apache-2.0
"""Each file of pam.d-examples as the pam.d file of the host that it is for: granted, refused, exempt, not paired. Those
whose host is not here are loaded by libpam alone, and say so in their comments."""

import contextlib
import dataclasses
import os
import pathlib
import re

import play
import system
import warm
import world
from attempt import Attempt, require
from scenarios import DENIED, ENTER, GRANTED

LOCKER = warm.Locker.name
NO_SERVER = "http://127.0.0.1:1"
FOLDER = system.SOURCE / "pam.d-examples"
# Read before the private machine hides the checkout.
TEXTS = {path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
         for path in FOLDER.rglob("*") if path.is_file()}
PROFILE = "pam-configs/toopher"
NOT_FOR_A_HOST = {PROFILE, "pam-configs/README"}

# What Debian's service files have, when the second factor is in common-auth; and how Fedora's include password-auth.
COMMON = "@include common-auth\n@include common-account\n@include common-session-noninteractive\n"
FEDORA = ("auth substack password-auth\naccount include password-auth\npassword include password-auth\n"
          "session include password-auth\n")


@dataclasses.dataclass(frozen=True)
class Example:
    """`prompt`, `number`: what the file leads to. `service`: the stack around it, where it is no whole pam.d file."""

    file: str
    host: str
    prompt: str
    number: bool = True
    service: str = ""


EXAMPLES = (
    Example("sshd", "ssh keyboard-interactive", "during"),
    Example("sshd-publickey", "ssh publickey,keyboard-interactive", "during"),
    Example("sudo", "sudo", "after"),
    Example("sudo", "sudo -i", "after"),
    Example("su", "su", "after"),
    Example("su", "su to root", "after"),
    Example("login", "login", "after"),
    Example("display-manager", "libpam", "after"),
    Example("screen-locker", LOCKER, "after", number=False),
    Example("polkit-1", "libpam", "after"),
    Example("password-auth", "libpam", "during", service=FEDORA),
    Example(PROFILE, "sudo", "during", service=COMMON),
    Example(PROFILE, "ssh keyboard-interactive", "during", service=COMMON),
)


@dataclasses.dataclass(frozen=True)
class Case:
    """What is the matter with the person, and what must come of it."""

    name: str
    entered: bool
    phone: str = ""
    requests: tuple = ()
    log: str = ""
    everywhere: bool = True  # else it is libpam's affair, the same in every host


CASES = (
    Case("granted", True, "approve", (GRANTED,), "outcome=granted factor=push"),
    Case("refused", False, "deny", (DENIED,), "outcome=denied factor=push"),
    Case("exempt, and the server lost", True),
    Case("not paired", True, log="outcome=unpaired"),
    Case("exempt, and the module missing", False, everywhere=False),
    Case("wrong password", False, everywhere=False),
)


@dataclasses.dataclass(frozen=True)
class Row:
    example: Example
    case: Case

    @property
    def name(self):
        return f"{self.example.host} | example {self.example.file} | {self.case.name}"

    # What play.converse() reads.
    @property
    def phone(self):
        return self.case.phone

    @property
    def prompt(self):
        return self.example.prompt

    @property
    def number(self):
        return self.example.number and self.case.phone == "approve"

    @property
    def answers(self):
        return (ENTER,) if self.case.phone and self.prompt == "during" else ()


def with_common_auth(profile):
    """common-auth as pam-auth-update writes it when this profile is enabled; and as before when it is removed."""
    root = pathlib.Path("/tmp/pam-auth-update")
    for folder in ("etc/pam.d", "var/lib/pam", "usr/share/pam-configs"):
        world.run("mkdir", "-p", root / folder)
        world.run("cp", "-rT", f"/{folder}", root / folder)
    world.write(root / "debconf", "\n".join([
        "Config: config", "Templates: templates", "", "Name: config", "Driver: File", f"Filename: {root}/config", "",
        "Name: templates", "Driver: File", f"Filename: {root}/templates", ""]))
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBCONF_SYSTEMRC": f"{root}/debconf",
                   "DEBIAN_FRONTEND": "noninteractive"}

    def update(*arguments):
        world.run("pam-auth-update", "--root", str(root), *arguments, env=environment)
        return (root / "etc/pam.d/common-auth").read_text(encoding="utf-8")

    try:
        before = update("--package", "--force")
        world.write(root / "usr/share/pam-configs/toopher", profile)
        require("common-auth while the profile is not enabled", update("--package"), before)
        enabled = update("--enable", "toopher")
        require("common-auth when the profile is removed", update("--remove", "toopher"), before)
        return enabled
    finally:
        world.run("rm", "-r", str(root))


def with_module(text, module=world.MODULE):
    """The stack with the module of the build instead of the one in libpam's directory."""
    text, named = re.subn(r"(?m)^(auth\s.*)\bpam_toopher\.so\b", rf"\1{module}", text)
    require("lines with pam_toopher", named, 1)
    return text


@contextlib.contextmanager
def loaded(scene, row, host):
    """The example in its place, with the module of the build; what was there comes back."""
    text = with_common_auth(TEXTS[PROFILE]) if row.example.file == PROFILE else TEXTS[row.example.file]
    module = world.MODULE + ("-missing" if "module missing" in row.case.name else "")
    text = with_module(text, module)
    if not row.example.service:
        world.write(f"/etc/pam.d/{host.service}", text)
        yield
        return
    world.write(f"/etc/pam.d/{host.service}", row.example.service)
    place = "/etc/pam.d/" + ("common-auth" if row.example.file == PROFILE else row.example.file)
    before = pathlib.Path(place).read_text(encoding="utf-8") if os.path.exists(place) else None
    world.write(place, text)
    try:
        yield
    finally:
        os.unlink(place)
        if before is not None:
            world.write(place, before)


@contextlib.contextmanager
def exempt(accounts):
    """For a while, members of the group that toopher.conf(5) exempts by default."""
    path = pathlib.Path("/etc/group")
    before = path.read_text(encoding="utf-8")
    path.write_text(before + (f"toopher-excluded:x:60999:{accounts}\n" if accounts else ""), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def give_root_password(password):
    """su to root asks for it; elsewhere in these tests root has none that could be typed."""
    sealed = world.run("openssl", "passwd", "-1", "-stdin", input=password).strip()
    path = pathlib.Path("/etc/shadow")
    path.write_text(re.sub(r"(?m)^root:[^:]*:", f"root:{sealed}:", path.read_text(encoding="utf-8")), encoding="utf-8")


def example(scene, row):
    lost = "exempt" in row.case.name
    scene.write_files(url=NO_SERVER if lost else None)
    is_locker = row.example.host == LOCKER
    with warm.warm(scene) if is_locker else contextlib.nullcontext(), \
            Attempt(scene, warm.Locker() if is_locker else row.example.host,
                    paired="not paired" not in row.case.name) as attempt, \
            loaded(scene, row, attempt.host):
        to_root = attempt.host.name == "su to root"
        if to_root:
            give_root_password(attempt.person.password)
        # su to root: the stricter of what is asked of her and of root counts.
        exempted = attempt.person.name + (",root" if to_root else "") if lost else ""
        if row.case.name == "wrong password":
            attempt.person.password += "x"
        with exempt(exempted):
            left = play.converse(attempt, row)
        require("entered", attempt.finish().entered, row.case.entered)
        require("answers left over", left, [])
        attempt.expect_requests(*row.case.requests)
        if row.case.log:
            attempt.expect_log(row.case.log)
        attempt.expect_silence()


def all_are_tried(_scene):
    require("files of pam.d-examples", set(TEXTS), {one.file for one in EXAMPLES} | NOT_FOR_A_HOST)


def _rows():
    for one in EXAMPLES:
        for case in CASES:
            if case.everywhere or one.host in ("libpam", LOCKER):
                yield Row(one, case)


@dataclasses.dataclass(frozen=True)
class Named:
    name: str


ALL = [*((example, row) for row in _rows()),
       (lambda scene, _: all_are_tried(scene), Named("examples | every file is tried"))]
