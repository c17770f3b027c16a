# SPDX-License-Identifier: Apache-2.0
"""A private machine made of namespaces: sshd, sudo, su and login run in it as they do on a real one, and the real one
does not change. `enter()` is for the process that unshare started; whatever it mounts goes away with that process."""

import os
import pathlib
import pwd
import socket
import subprocess
import threading
import time

import system

HOST = "toopher-test"
UNSHARE = ("unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc",
           "--propagation", "private")
EMPTIED = ("/run", "/home", "/root", "/tmp", "/var/log", "/var/spool", "/var/mail", "/var/tmp", "/var/lib/sudo")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
PREFIX = "/usr/local"
HANDS = PREFIX + "/lib/toopher-hands"  # what works the phone's app in a browser: tests/web/support, and its packages
MODULE = PREFIX + "/lib/security/pam_toopher.so"
SERVICES = ("toopher-sshd", "sudo", "su", "login")


def run(*arguments, **options):
    """Runs a system program; Failure with its words if it does not succeed."""
    done = subprocess.run(arguments, stdin=options.pop("stdin", subprocess.DEVNULL) if "input" not in options else None,
                          capture_output=True, text=True, check=False, timeout=system.PATIENCE, **options)
    if done.returncode != 0:
        raise system.Failure(f"{' '.join(map(str, arguments))}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def write(path, text, mode=0o644, owner=0, group=0):
    """A file with exactly this mode, whatever the umask."""
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        os.fchmod(out.fileno(), mode)
        os.fchown(out.fileno(), owner, group)
        out.write(text)


def account(name):
    """Keyword arguments for subprocess that run a program as this account."""
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _mount_tmpfs(place, mode="0755"):
    run("mount", "-t", "tmpfs", "-o", f"mode={mode}", "toopher-test", place)


def _private_etc(scratch):
    layers = [os.path.join(scratch, name) for name in ("etc", "etc-work")]
    for layer in layers:
        os.mkdir(layer)
    try:
        run("mount", "-t", "overlay", "-o", f"lowerdir=/etc,upperdir={layers[0]},workdir={layers[1]}", "overlay", "/etc")
    except system.Failure:  # a container whose root is an overlay itself may refuse a second one
        run("cp", "-a", "/etc/.", layers[0])
        run("mount", "--bind", layers[0], "/etc")


def _private_dev(scratch):
    dev = os.path.join(scratch, "dev")
    for folder in ("", "pts", "shm"):
        os.mkdir(os.path.join(dev, folder))
    for name in DEVICES:
        write(os.path.join(dev, name), "")
        run("mount", "--bind", os.path.join("/dev", name), os.path.join(dev, name))
    run("mount", "-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=0620,gid=5", "devpts", os.path.join(dev, "pts"))
    _mount_tmpfs(os.path.join(dev, "shm"), "1777")
    for name, target in (("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"),
                         ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2")):
        os.symlink(target, os.path.join(dev, name))
    run("mount", "--rbind", dev, "/dev")


class Syslog:
    """What programs say to /dev/log."""

    def __init__(self):
        self._lines = []
        self._times = []  # when each came, in seconds since 1970
        self._fresh = threading.Condition()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            message = self._socket.recv(65536)
            with self._fresh:
                self._lines += message.decode("utf-8", "replace").rstrip("\0\n").split("\n")
                self._times += [time.time()] * (len(self._lines) - len(self._times))
                self._fresh.notify_all()

    def mark(self):
        """The place up to which lines have come; give it to the others to look at later ones only."""
        with self._fresh:
            return len(self._lines)

    def since(self, mark=0):
        with self._fresh:
            return self._lines[mark:]

    def last_time_of(self, line):
        """When this line, as `wait_for` gave it, came last: seconds since 1970."""
        with self._fresh:
            return max(when for when, seen in zip(self._times, self._lines) if seen == line)

    def wait_for(self, *words, mark=0, timeout=5.0):
        """The first line after `mark` that holds all `words`; Failure with all lines if none comes."""
        deadline = time.monotonic() + timeout
        with self._fresh:
            while True:
                for line in self._lines[mark:]:
                    if all(word in line for word in words):
                        return line
                left = deadline - time.monotonic()
                if left <= 0:
                    raise system.Failure(f"no log line holds {' and '.join(map(repr, words))}; seen:\n"
                                         + "\n".join(self._lines[mark:]))
                self._fresh.wait(left)


class World:
    """The private machine, after `enter()`."""

    def __init__(self):
        self.log = Syslog()
        self._next_id = 61000

    def add_user(self, name, password=None, shell="/bin/sh", home=True):
        """An account; without a password nothing typed opens it."""
        number = self._next_id
        self._next_id += 1
        folder = f"/home/{name}" if home else "/nonexistent"
        if home:
            os.mkdir(folder, 0o750)
            os.chown(folder, number, number)
        sealed = run("openssl", "passwd", "-1", "-stdin", input=password).strip() if password else "!"
        for path, line in (("/etc/passwd", f"{name}:x:{number}:{number}::{folder}:{shell}"),
                           ("/etc/group", f"{name}:x:{number}:"), ("/etc/shadow", f"{name}:{sealed}:19000:0:99999:7:::")):
            with open(path, "a", encoding="utf-8") as database:
                database.write(line + "\n")
        return number

    @staticmethod
    def stack(service, *lines):
        """The service's pam.d file: `lines` for auth, and nothing that could refuse behind them."""
        write(f"/etc/pam.d/{service}", "".join(f"auth {line}\n" for line in lines)
              + "account required pam_unix.so\nsession required pam_permit.so\npassword required pam_deny.so\n")


def enter(stage):
    """Makes the machine around this process. `stage`: DESTDIR of a `make install`, or None."""
    if os.getpid() != 1 or os.geteuid() != 0:
        raise system.Failure("enter() belongs into a PID namespace of its own, as root")
    os.umask(0o022)
    _mount_tmpfs("/mnt")  # scratch; everything below is built from it
    if stage:
        run("cp", "-r", "--no-preserve=ownership", stage + PREFIX + "/.", "/mnt/prefix")
    else:
        os.mkdir("/mnt/prefix")
    run("mount", "--bind", "/mnt/prefix", PREFIX)
    for place in EMPTIED:
        if os.path.isdir(place) and not os.path.islink(place):
            _mount_tmpfs(place, "1777" if place.endswith("tmp") else "0755")
    _private_etc("/mnt")
    _private_dev("/mnt")
    os.chdir("/")
    run("ip", "link", "set", "lo", "up")
    socket.sethostname(HOST)
    write("/etc/hosts", f"127.0.0.1 localhost {HOST}\n")
    write("/etc/hostname", HOST + "\n")
    write("/etc/sudoers", "Defaults lecture=never\nroot ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n", 0o440)
    if os.path.exists("/etc/nologin"):
        os.unlink("/etc/nologin")
    os.makedirs("/run/sshd", exist_ok=True)
    for log in ("lastlog", "wtmp", "btmp"):
        write(f"/var/log/{log}", "")
    write("/run/utmp", "")
    return World()
