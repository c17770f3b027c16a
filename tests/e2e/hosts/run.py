#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real hosts: sshd, sudo, su and login, each on a private machine of namespaces; needs root, leaves nothing behind.

    tests/e2e/hosts/run.py [--workers N] [--list] [--bench] [WORD ...]      only scenarios whose names hold all WORDs

Of a build with sanitizers only those of sshd can be played: their functions have to be loaded before it.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import contextlib
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "support")]

import asked
import browser
import examples
import giving_up
import login_cost
import owners
import pairing_file
import names
import offline
import play
import refusals
import scenarios
import scene
import unattended
import unknown
import warm
import special
import system
import told
import words
import world

NAME_SERVICE = "support/libnss_toophertest.so.2"
ALL = [*((play.stack, row) for row in scenarios.STACKS), *((play.login, row) for row in scenarios.LOGINS),
       *special.ALL, *refusals.ALL, *giving_up.ALL, *unknown.ALL, *asked.ALL, *examples.ALL, *owners.ALL, *pairing_file.ALL, *unattended.ALL, *told.ALL, *words.ALL, *warm.ALL, *names.ALL,
       *offline.ALL, *browser.ALL, *login_cost.ALL]


def inside(stage, sysconfdir):
    """In the namespaces: plays the scenarios whose numbers come on standard input, one line of JSON for each."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)  # nohup and a shell's `&` ignore them, and what starts here inherits that
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    here = scene.Scene(world.enter(stage), sysconfdir)
    for line in sys.stdin:
        run, row = ALL[int(line)]
        note = ""
        began = time.monotonic()
        try:
            note = run(here, row) or ""
            failure = None
        except system.Failure as error:
            failure = str(error)
        except Exception:
            failure = traceback.format_exc()
        print(json.dumps({"failure": failure, "note": note, "seconds": round(time.monotonic() - began, 2)}), file=answers, flush=True)


def work(stage, sysconfdir, todo, results):
    """One private machine, fed until nothing is left to do."""
    with subprocess.Popen([*world.UNSHARE, sys.executable, "-B", __file__, "--inside", stage, sysconfdir],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env=dict(os.environ, TOOPHER_PREFIX=world.PREFIX,
                                   TOOPHER_SANITIZER=system.sanitizer_runtime() if system.with_sanitizers("pam_toopher.so") else "")) as machine:
        while True:
            try:
                number = todo.get_nowait()
            except queue.Empty:
                break
            try:
                machine.stdin.write(f"{number}\n")
                machine.stdin.flush()
                answer = json.loads(machine.stdout.readline())
            except (OSError, ValueError):
                answer = {"failure": "the private machine ended unexpectedly; its words are above", "seconds": 0}
            results.put((number, answer))
        with contextlib.suppress(BrokenPipeError):
            machine.stdin.close()


def install(stage):
    """The build, installed below `stage`, without touching the machine."""
    if system.configured("prefix") != world.PREFIX:
        raise system.Failure(f"the build is configured for {system.configured('prefix')}; these tests need --prefix={world.PREFIX}")
    pathlib.Path(stage + world.PREFIX).mkdir(parents=True)
    done = subprocess.run(["make", "-s", "-C", str(system.BUILD), "install", f"DESTDIR={stage}"], check=False,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise system.Failure(f"make install DESTDIR={stage} failed:\n{done.stdout}{done.stderr}")
    shutil.copy(system.BUILD / "src" / "toopher-login", stage + world.PREFIX + "/bin")  # not installed
    subprocess.run(["make", "-s", "-C", str(system.BUILD / "tests"), NAME_SERVICE], check=True, stdin=subprocess.DEVNULL)
    shutil.copy(system.BUILD / "tests" / NAME_SERVICE, stage + world.PREFIX + "/lib")
    for fetched in (system.BUILD / "fetched").glob("**/libnss_*.so.2"):  # what ./check unpacks without installing it
        shutil.copy(fetched, stage + world.PREFIX + "/lib")
    # The source may lie where a private machine has a directory of its own.
    shutil.copytree(system.SOURCE / "tests/web/support", stage + world.HANDS + "/tests/web/support")
    shutil.copy(system.SOURCE / "tests/web/package.json", stage + world.HANDS + "/tests/web")
    if (system.BUILD / "web").is_dir():  # what `make check-web` fetches
        shutil.copytree(system.BUILD / "web", stage + world.HANDS + "/build/web", symlinks=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=8, help="private machines at a time (8): they mostly wait")
    parser.add_argument("--list", action="store_true", help="only print the scenarios' names")
    parser.add_argument("--bench", action="store_true", help="those that only measure, instead of the others")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    chosen = [number for number, (_, row) in enumerate(ALL)
              if row.name.startswith("bench ") == options.bench and all(word in row.name for word in options.words)]
    if options.list:
        print("\n".join(ALL[number][1].name for number in chosen))
        return 0
    if os.geteuid() != 0:
        print("hosts: sshd, sudo, su and login can only be tested by root: sudo tests/e2e/hosts/run.py", file=sys.stderr)
        return 77
    with tempfile.TemporaryDirectory(prefix="toopher-stage-") as stage:
        os.chmod(stage, 0o755)
        install(stage)
        return play_all(chosen, options.workers, stage)


def play_all(chosen, workers, stage):
    todo, results = queue.Queue(), queue.Queue()
    for number in chosen:
        todo.put(number)
    sysconfdir = system.configured("sysconfdir")
    machines = [threading.Thread(target=work, args=(stage, sysconfdir, todo, results))
                for _ in range(min(workers, len(chosen)))]
    for machine in machines:
        machine.start()
    failed = 0
    for _ in chosen:
        number, answer = results.get()
        failed += answer["failure"] is not None
        print(f"{'FAILED' if answer['failure'] else 'ok':6} {answer['seconds']:5.1f} s  {ALL[number][1].name}"
              + (f": {answer['note']}" if answer.get("note") else ""), flush=True)
        if answer["failure"]:
            print("    " + answer["failure"].replace("\n", "\n    "), flush=True)
    for machine in machines:
        machine.join()
    print(f"hosts: {len(chosen) - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    try:
        if sys.argv[1:2] == ["--inside"]:
            inside(*sys.argv[2:])
        else:
            sys.exit(main())
    except system.Failure as error:
        print(f"hosts: {error}", file=sys.stderr)
        sys.exit(1)
