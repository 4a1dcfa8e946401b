"""Starts Ansible, writes down what it says, and reads how it went."""

import ctypes
import dataclasses
import hashlib
import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from edgebox_lib.site import DEPLOY, ansible_environment

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclasses.dataclass(frozen=True)
class Problem:
    """A task that failed, or a host that could not be reached."""

    host: str
    task: str
    message: str


@dataclasses.dataclass(frozen=True)
class Result:
    """How a run of Ansible ended. `facts` is what its plays handed out with set_stats."""

    status: int
    changed: int = 0
    hosts: int = 0
    problems: tuple = ()
    facts: dict = dataclasses.field(default_factory=dict)
    log: pathlib.Path | None = None

    @property
    def ok(self):
        return self.status == 0


def _dies_with_us():
    # What a killed edgebox has started must not go on beside the next one.
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def remote_tmp(site):
    """Where Ansible keeps a task's files on a host. Not its usual directory: after a killed run all of it can go, without harm to a run on
    another site, also of the same name, or of another controller."""
    owner = f"{platform.node()} {site.root}"
    return f"~/.ansible/edgebox-{hashlib.sha256(owner.encode()).hexdigest()[:12]}"


class Runner:
    """Runs Ansible for one site. Output goes to a log file of the site, masked, and with `verbose` to the terminal too."""

    def __init__(self, site, mask, lock=None, verbose=False):
        self._site, self._mask, self._lock, self._verbose = site, mask, lock, verbose

    def was_killed(self):
        """Whether a run left its temporary files here. Only a run that holds the lock has some, and so do we."""
        return any(self._leftovers())

    def _leftovers(self):
        return self._site.scratch.glob("tmp*")

    def clear(self):
        """Removes what a killed run left, which may hold secrets: temporary files on the hosts and here. Those here go last: they show
        the next run that this one did not get to the hosts."""
        here = list(self._leftovers())
        self.playbook(DEPLOY / "playbooks" / "leftovers.yml", "leftovers", variables={"edgebox_leftovers": remote_tmp(self._site)})
        for path in here:
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def playbook(self, path, title, *, tags=None, skip_tags=None, check=False, variables=None):
        command = ["ansible-playbook"]
        for source in self._site.inventories():
            command += ["-i", str(source)]
        if self._site.vault_password.is_file():
            command += ["--vault-password-file", str(self._site.vault_password)]
        if self._site.passwords.is_file():
            command += ["-e", f"@{self._site.passwords}"]
        command += ["--tags", tags] if tags else []
        command += ["--skip-tags", skip_tags] if skip_tags else []
        command += ["--check"] if check else []
        with tempfile.NamedTemporaryFile("w", suffix=".json", dir=self._site.scratch, encoding="utf-8") as extra:
            json.dump(variables or {}, extra)
            extra.flush()
            return self.run([*command, "-e", f"@{extra.name}", str(path)], title, ansible_environment())

    def run(self, command, title, environment, cwd=DEPLOY):
        """`command` is never given a secret: it can be read in the list of processes. Variables that are None are taken away."""
        log = self._site.logs / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{title}.log"
        with tempfile.TemporaryDirectory(dir=self._site.scratch) as scratch:
            events = pathlib.Path(scratch) / "events"
            environment = {
                **os.environ, **environment, "EDGEBOX_EVENTS": str(events), "PYTHONUNBUFFERED": "1", "ANSIBLE_REMOTE_TMP": remote_tmp(self._site),
                "ANSIBLE_CALLBACK_PLUGINS": str(DEPLOY / "plugins" / "callback"),
                "ANSIBLE_CALLBACKS_ENABLED": "edgebox_events",
            }
            environment = {name: value for name, value in environment.items() if value is not None}
            descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                status = self._stream(command, environment, cwd, file)
            return self._result(status, events, log, title)

    def _stream(self, command, environment, cwd, file):
        try:
            process = subprocess.Popen(
                command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, errors="replace", preexec_fn=_dies_with_us,
                pass_fds=() if self._lock is None else (self._lock,))
        except FileNotFoundError:
            file.write(f"{command[0]} is not installed\n")
            return 127
        try:
            for line in process.stdout:
                line = self._mask(line)
                file.write(line)
                if self._verbose:
                    sys.stdout.write(line)
            return process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise

    def _result(self, status, events, log, title):
        changed, hosts, problems, facts = 0, 0, [], {}
        for line in events.read_text(encoding="utf-8").splitlines() if events.exists() else ():
            event = json.loads(line)
            if event["event"] == "stats":
                changed += sum(host["changed"] for host in event["hosts"].values())
                hosts += len(event["hosts"])
                facts.update(event["custom"])
            else:
                problems.append(Problem(event["host"], event["task"], self._mask(event["message"])))
        if status != 0 and not problems:
            # It ended before a task could fail: a wrong argument, a playbook that cannot be parsed, a script that gave up.
            said = [line.strip() for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
            problems.append(Problem("this host", title, " / ".join(said[-3:]) or f"ended with {status} and no message"))
        return Result(status, changed, hosts, tuple(problems), facts, log)
