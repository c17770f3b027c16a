# SPDX-License-Identifier: Apache-2.0
"""What tests of toopher-helper as a service have in common."""

import shutil
import unittest

import helper_process
import helper_service
import system


class ServiceScene(unittest.TestCase):
    """`files`: a directory that the helper believes; `program`: a copy of the helper there."""

    def setUp(self):
        self.files = helper_process.Files()
        self.addCleanup(self.files.close)
        self.program = self.files.path / "program"
        shutil.copy(system.BUILD / "src" / "toopher-helper", self.program)
        self.program.chmod(0o755)

    def enter(self, context):
        """What ends with the test."""
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def service(self, *urls, idle=60, environment=None, options="", **api):
        """The helper for these servers, started by its first caller. `config`: its configuration, of which `api` are keys."""
        self.config = self.files.configure(*urls, options=options, **api)
        identity = system.without_privileges(self.files.path)
        directory = self.files.path / "run"
        directory.mkdir()
        for folder in (self.files.path, directory):
            folder.chmod(0o755)
        return self.enter(helper_service.Service(
            directory / "sock", [self.program, "--config", self.config, "--idle", idle],
            **dict(identity, env=environment or {})))

    @staticmethod
    def await_end_of_sessions(service):
        """Each has a thread."""
        system.wait_until(lambda: system.threads("toopher-helper", service.process.pid) == 1, "the session's end")
