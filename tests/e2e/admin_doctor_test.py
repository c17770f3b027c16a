# SPDX-License-Identifier: Apache-2.0
"""toopher-admin doctor and status, and what bash completes."""

import json
import os
import resource
import subprocess
import sys
import time
import unittest

SOURCE = os.environ.get("TOOPHER_SRCDIR") or os.path.dirname(__file__) + "/../.."
sys.path.insert(0, os.path.join(SOURCE, "tests/support"))

import admin
import system

COMPLETION = os.path.join(SOURCE, "packaging/bash-completion/toopher-admin")


class Doctor(admin.AdminCase):
    def findings(self, status=None):
        """By subject; what is not good has an advice."""
        done = self.run_it("--json", "doctor")
        found = json.loads(done.stdout)
        levels = [one["level"] for one in found]
        self.assertEqual(done.returncode, 2 if "error" in levels else 1 if "warning" in levels else 0, done)
        if status is not None:
            self.assertEqual(done.returncode, status, done)
        for one in found:
            self.assertEqual(bool(one["advice"]), one["level"] != "good", one)
        return {one["subject"]: one for one in found}

    def test_a_healthy_server(self):
        self.assertEqual(self.findings()["backup"]["level"], "warning")
        self.run_it("backup", os.path.join(self.scratch, "backup"))
        found = self.findings()
        for subject in ("configuration", "server", "key file", "database", "backup", "requests", "users", "certificate"):
            self.assertEqual(found[subject]["level"], "good", found[subject])
        text = self.run_it("doctor").stdout
        self.assertIn("good     database:     sound", text)

    def test_what_is_wrong_is_found(self):
        for _ in range(5):
            self.initiate(otp="000000000000")
        self.assertEqual(self.findings()["users"]["finding"], "1 user is locked")
        os.chmod(self.server.database, 0o644)
        self.assertEqual(self.findings(1)["database"]["level"], "good")
        text = self.run_it("doctor").stdout
        self.assertIn("can be read by others", text)
        self.assertIn("-> chmod 600", text)
        os.chmod(self.server.database, 0o600)
        self.admin("requester", "add", "idle", "--scopes", "login")
        key = os.path.join(self.server.directory, "toopherd.key")
        os.chmod(key, 0o644)
        self.assertEqual(self.findings(2)["key file"]["level"], "error")
        os.chmod(key, 0o600)
        self.run_it("key", "add")
        self.assertEqual(self.findings()["key file"]["level"], "warning")

    def test_whether_phones_are_notified(self):
        self.assertEqual(self.findings(1)["push"]["level"], "warning")
        with open(self.config, "a", encoding="ascii") as file:
            file.write("push-contact = mailto:admin@example.org\n")
        self.assertEqual(self.findings()["push"]["level"], "good")

    def beside(self, systemctl):
        """Findings with this script as systemctl."""
        place = os.path.join(self.scratch, "bin")
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, "systemctl"), "w", encoding="ascii") as file:
            file.write("#!/bin/sh\n" + systemctl)
        os.chmod(file.name, 0o755)
        done = self.run_it("--json", "doctor", env={"PATH": place + ":/usr/bin:/bin"})
        return [one for one in json.loads(done.stdout) if one["subject"] == "unit"]

    def test_the_unit(self):
        with open(os.path.join(SOURCE, "packaging/systemd/toopherd.service.in"), encoding="ascii") as file:
            installed = "LoadState=loaded\n" + file.read()
        good = self.beside(f"cat <<'END'\n{installed}\nEND\n")
        self.assertEqual([one["level"] for one in good], ["good"], good)
        bad = installed
        for old, new in (("Restart=on-failure", "Restart=no"), ("LimitNOFILE=65536", "LimitNOFILE=1024"),
                         ("ProtectSystem=strict", "ProtectSystem=no"), ("SystemCallFilter=", "Nothing=")):
            self.assertIn(old, bad)
            bad = bad.replace(old, new)
        found = self.beside(f"cat <<'END'\n{bad}\nEND\n")
        self.assertEqual({one["level"] for one in found}, {"warning"})
        text = " ".join(one["finding"] for one in found)
        for said in ("lacks ProtectSystem=strict, SystemCallFilter=", "Restart=no", "LimitNOFILE=1024"):
            self.assertIn(said, text)
        self.assertIn("not installed", self.beside("echo LoadState=not-found\n")[0]["finding"])
        self.assertEqual(self.beside("echo 'System has not been booted with systemd' >&2; exit 1\n"), [])

    def test_few_open_files(self):
        self.server.stop()
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        with open(self.config, "a", encoding="ascii") as file:
            file.write(f"max-connections = {hard}\n")
        self.server.start_again()
        found = self.findings()["open files"]
        self.assertEqual((found["level"], found["finding"].split(",")[0]), ("warning", f"the server may open {hard}"))

    def test_a_server_that_does_not_run(self):
        self.server.stop()
        self.assertEqual(self.findings()["server"]["level"], "warning")

    def certificate(self, days, host="login.example.org"):
        key, certificate = (os.path.join(self.server.directory, name) for name in ("private-key.pem", "certificate.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                        str(days), "-subj", "/CN=x", "-addext", f"subjectAltName=DNS:{host}", "-keyout", key, "-out",
                        certificate], check=True, capture_output=True)
        return self.findings()["certificate"]

    def test_certificates(self):
        with open(self.config, "a", encoding="ascii") as file:
            file.write("certificate = certificate.pem\nprivate-key = private-key.pem\norigin = https://login.example.org\n")
        self.assertIn("holds none", self.findings(2)["certificate"]["finding"])
        self.assertEqual(self.certificate(100)["level"], "good")
        self.assertIn("expires in", self.certificate(5)["finding"])
        self.assertIn("not for login.example.org", self.certificate(100, "other.example.org")["finding"])

    def test_status(self):
        status = self.json("status")
        self.assertEqual((status["url"], status["pid"]), (self.server.url, self.server.process.pid))
        self.assertLess(abs(status["started"] - time.time()), 600)
        self.assertEqual(status["queue"], 0)
        self.assertGreaterEqual(status["operations_per_commit"], 1)
        self.assertRegex(self.admin("status"), "to be committed: 0\nin one commit: +[1-9]")
        self.assertIn(self.server.url, self.admin("status"))
        self.server.stop()
        done = self.run_it("status")
        self.assertEqual(done.returncode, 1)
        self.assertIn("needs the running server", done.stderr)


class Completion(admin.AdminCase):
    def complete(self, *words):
        """What bash offers for the last word."""
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _toopher_admin; '
                  'for word in "${COMPREPLY[@]}"; do printf "%s\\n" "$word"; done')
        done = subprocess.run(["bash", "-c", script, "bash", COMPLETION, system.program("toopher-admin"), *words],
                              capture_output=True, text=True, check=True, timeout=system.PATIENCE)
        self.assertEqual(done.stderr, "")
        return done.stdout.splitlines()

    def here(self, *words):
        return self.complete("--config", self.config, *words)

    def test_commands_and_options(self):
        self.assertIn("users", self.here(""))
        self.assertNotIn("note", self.here(""))
        self.assertEqual(self.here("re"), ["recovery-codes", "requester", "requesters", "requests", "reset", "restore"])
        self.assertEqual(self.here("requester", "r"), ["remove", "rotate"])
        self.assertEqual(self.here("users", "--l"), ["--locked"])
        self.assertIn("--config", self.complete("--c"))
        self.assertEqual(self.here("requester", "add", "x", "--number-matching", "o"), ["off", "on"])
        self.assertEqual(self.here("requester", "add", "x", "--automation", ""), ["yes", "no"])

    def test_names_come_from_the_server(self):
        self.assertEqual(self.here("show", ""), ["jdoe"])
        self.assertEqual(self.here("show", "jd"), ["jdoe"])
        self.assertEqual(self.here("show", "jdoe"), ["jdoe"])
        self.assertEqual(self.here("show", "x"), [])
        self.assertEqual(self.here("audit", "log", "--user", "j"), ["jdoe"])
        self.assertEqual(self.here("requester", "set", "f"), ["first\\ requester"])
        self.assertEqual(len(self.here("device", "revoke", "")), 1)

    def test_silence_without_a_server(self):
        self.server.stop()
        self.assertEqual(self.here("show", ""), [])
        self.assertEqual(self.complete("--config", "/nonexistent", "show", ""), [])

    def test_other_programs(self):
        script = 'source "$1"; COMP_WORDS=("$2" --i); COMP_CWORD=1; _toopher_options; echo "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "-c", script, "bash", os.path.join(os.path.dirname(COMPLETION), "toopherd"),
                               system.program("toopherd")], capture_output=True, text=True, check=True, timeout=system.PATIENCE)
        self.assertEqual(done.stdout, "--init\n")


if __name__ == "__main__":
    unittest.main()
