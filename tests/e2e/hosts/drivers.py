# SPDX-License-Identifier: Apache-2.0
"""The host programs, each started on a terminal as a person would, and ended by a command that only a login can run."""

import os
import pwd
import shlex

import pexpect

import system
from world import HOST, PREFIX, run, write

MARK = "entered as"
COMMAND = f"echo {MARK} $(id -un)"
SSH_FOLDER = "/run/toopher-ssh"  # holds sshd by another name: the name is its PAM service
# What sshd itself leaves to exit() is no leak of the module's.
SANITIZER = ["env", f"LD_PRELOAD={os.environ['TOOPHER_SANITIZER']}", "ASAN_OPTIONS=detect_leaks=0"] if os.environ.get("TOOPHER_SANITIZER") else []


def _as_user(name):
    """A pexpect preexec_fn that becomes this account."""
    account = pwd.getpwnam(name)

    def become():
        os.setgroups([])
        os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
        os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
    return become


def spawn(command, user="root"):
    """A program on a terminal of its own, in the account's home, as a pexpect child."""
    folder = pwd.getpwnam(user).pw_dir
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": folder, "LANG": "C.UTF-8", "TERM": "dumb",
                   "USER": user, "LOGNAME": user, "SHELL": "/bin/sh"}
    child = pexpect.spawn(command[0], command[1:], cwd=folder, env=environment, encoding="utf-8",
                          codec_errors="replace", timeout=system.PATIENCE, dimensions=(24, 250),
                          preexec_fn=_as_user(user) if user != "root" else None)
    child.delaybeforesend = None
    return child


class Host:
    """A host program. `service` names its pam.d file."""

    name = ""
    service = ""
    person_field = "user"  # of the module's log line that names the person
    asks_password = True  # its stack checks the login password before the second factor
    types_command = False  # a shell comes, and the command has to be typed

    def prepare(self, world):
        """Once a world."""

    def prepare_user(self, name):
        """Once an account."""

    def shell_user(self, name):
        """The account whose shell `name` gets."""
        return name

    def start(self, user):
        """The program on a terminal, logging `user` in, as a pexpect child."""
        raise NotImplementedError


class Ssh(Host):
    """sshd -i behind ssh's ProxyCommand: no port, no daemon."""

    service = "toopher-sshd"

    def __init__(self, methods, asks_password=True):
        self.name = "ssh " + methods
        self.methods = methods.split(",")
        self.asks_password = asks_password
        self.configuration = os.path.join(SSH_FOLDER, "+".join(self.methods) + ".conf")

    def prepare(self, world):
        if not os.path.isdir(SSH_FOLDER):
            os.mkdir(SSH_FOLDER)
            os.symlink("/usr/sbin/sshd", os.path.join(SSH_FOLDER, self.service))
            for key in ("host_key", "client_key"):
                run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", os.path.join(SSH_FOLDER, key))
        switches = {"KbdInteractiveAuthentication": "keyboard-interactive", "PasswordAuthentication": "password",
                    "PubkeyAuthentication": "publickey"}
        write(self.configuration, "\n".join([
            f"HostKey {SSH_FOLDER}/host_key", "UsePAM yes", "LogLevel VERBOSE", "PrintMotd no", "PrintLastLog no",
            "PidFile none", "Subsystem sftp internal-sftp", "AuthorizedKeysFile .ssh/authorized_keys", "AuthenticationMethods " + ",".join(self.methods),
            *(f"{switch} {'yes' if method in self.methods else 'no'}" for switch, method in switches.items()), ""]))

    def prepare_user(self, name):
        account = pwd.getpwnam(name)
        folder = f"{account.pw_dir}/.ssh"
        os.mkdir(folder, 0o700)
        os.chown(folder, account.pw_uid, account.pw_gid)
        with open(f"{SSH_FOLDER}/client_key.pub", encoding="utf-8") as key:
            write(f"{folder}/authorized_keys", key.read(), 0o600, account.pw_uid, account.pw_gid)

    @property
    def daemon(self):
        return shlex.join([*SANITIZER, os.path.join(SSH_FOLDER, self.service), "-i", "-f", self.configuration])

    def options(self, **more):
        """The words that lead ssh, scp or sftp here."""
        options = {"ProxyCommand": self.daemon, "IdentityFile": f"{SSH_FOLDER}/client_key", "IdentitiesOnly": "yes",
                   "StrictHostKeyChecking": "no", "UserKnownHostsFile": "/dev/null", "LogLevel": "INFO", **more}
        return ["-F", "none", *(word for option in options.items() for word in ("-o", "=".join(option)))]

    def start(self, user):
        return spawn(["ssh", *self.options(), "-tt", f"{user}@{HOST}", COMMAND])


class SharedSsh(Ssh):
    """ssh that leaves its connection for others to use, as README.md says."""

    def __init__(self):
        super().__init__("keyboard-interactive")
        self.name = "ssh shared"

    @property
    def daemon(self):
        return "setsid " + super().daemon  # not to be hung up on with the terminal of the first ssh

    def options(self, **more):
        return super().options(ControlMaster="auto", ControlPath=f"{SSH_FOLDER}/control-%C", ControlPersist="60", **more)


class Sudo(Host):
    """sudo by the person for herself, as root's shell; the password is her own."""

    name = "sudo"
    service = "sudo"

    def prepare_user(self, name):
        write(f"/etc/sudoers.d/{name}", f"{name} ALL=(ALL) ALL\n", 0o440)

    def shell_user(self, name):
        return "root"

    def start(self, user):
        return spawn(["sudo", "-k", "/bin/sh", "-c", COMMAND], user)


class SudoLogin(Sudo):
    """sudo -i, which is a PAM service of its own."""

    name = "sudo -i"
    service = "sudo-i"

    def start(self, user):
        return spawn(["sudo", "-k", "-i", "/bin/sh", "-c", COMMAND], user)


class SudoWith(Sudo):
    """sudo with a command, a directory and an environment that the person chose; the command says COMMAND in the end."""

    def __init__(self, *command, directory="/", **environment):
        self.command = command or ("/bin/sh", "-c", COMMAND)
        self.directory, self.environment = directory, environment

    def start(self, user):
        settings = [f"{name}={value}" for name, value in self.environment.items()]
        return spawn(["env", "-C", self.directory, *settings, "sudo", "-k", *self.command], user)


class Su(Host):
    """su from another account to the person's."""

    name = "su"
    service = "su"
    invoker = "toopher-invoker"

    def prepare(self, world):
        world.add_user(self.invoker)

    def start(self, user):
        return spawn(["su", user, "-c", COMMAND], self.invoker)


class SuToRoot(Host):
    """su to root by the person: her own phone is asked, not root's."""

    name = "su to root"
    service = "su"
    person_field = "ruser"
    asks_password = False

    def shell_user(self, name):
        return "root"

    def start(self, user):
        return spawn(["su", "-c", COMMAND], user)


class Login(Host):
    """login on a terminal, as getty starts it."""

    name = "login"
    service = "login"
    types_command = True

    def start(self, user):
        return spawn(["login", user])


class Libpam(Host):
    """libpam without a host program, for services whose host is not here."""

    name = "libpam"
    service = "toopher-libpam"
    trial = os.path.join(PREFIX, "bin", "toopher-login")

    def shell_user(self, name):
        return "root"

    def start(self, user):
        login = shlex.join([self.trial, "--confdir", "/etc/pam.d", "--service", self.service, "--user", user])
        return spawn(["/bin/sh", "-c", f"{login} && {COMMAND}"])


HOSTS = {host.name: host for host in (
    Ssh("keyboard-interactive"), Ssh("publickey,keyboard-interactive", asks_password=False),
    Ssh("publickey", asks_password=False), Ssh("password"), SharedSsh(), Sudo(), SudoLogin(), Su(), SuToRoot(), Login(), Libpam())}
