"""What the scripts that start a real peer share."""
import http.client
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path


class Peer:
    """A program that runs from a directory, under a name that its messages begin with."""

    def __init__(self, name, directory):
        self.name, self.directory = name, directory

    def say(self, text):
        print(f"{self.name}: {text}", file=sys.stderr, flush=True)

    def install(self, packages, needed):
        """Installs Debian's packages if one of the files that they bring is missing."""
        missing = [path for path in needed if not os.path.exists(path)]
        if not missing:
            return
        if os.geteuid() != 0:
            sys.exit(f"{self.name}: {', '.join(missing)} missing and not root: apt-get install {' '.join(packages)}")
        self.say(f"installing {', '.join(packages)}")
        # RUNLEVEL=1 keeps a package's service from being started by its installation.
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", RUNLEVEL="1")
        command = ["apt-get", "-qq", "-y", "--no-install-recommends", "install", *packages]
        if subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode != 0:
            subprocess.run(["apt-get", "-qq", "update"], check=True, stdout=sys.stderr)
            subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=True)

    def is_ours(self, pid):
        """A pid may have been given to another program since; ours carry the directory in their arguments."""
        try:
            return f"{self.directory}/".encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False

    def is_running(self, pid_file="pid"):
        path = self.directory / pid_file
        return path.exists() and self.is_ours(int(path.read_text()))

    def run(self, command, log, pid_file="pid"):
        """Starts a server, which leads a process group of its own."""
        with open(self.directory / "log" / log, "wb") as output:
            server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                      start_new_session=True)
        (self.directory / pid_file).write_text(str(server.pid))
        return server

    def stop(self, pid_file="pid"):
        path = self.directory / pid_file
        if not path.exists():
            return
        pid = int(path.read_text())
        if self.is_ours(pid):
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + 10
            while self.is_ours(pid) and time.monotonic() < deadline:
                time.sleep(0.1)
            # Reaches what may be left of its group, and nothing else.
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        path.unlink()

    def show_logs(self, lines=20):
        for log in sorted((self.directory / "log").iterdir()):
            self.say(f"the last lines of {log.name}:")
            subprocess.run(["tail", "-n", str(lines), str(log)], stdout=sys.stderr)

    def await_answer(self, server, port, path, seconds):
        """Until the server answers a GET with 200."""
        deadline = time.monotonic() + seconds
        while True:
            if server.poll() is not None:
                raise RuntimeError(f"it ended with exit code {server.returncode}")
            try:
                return KeystoneApi(port).call("GET", path)
            except (OSError, http.client.HTTPException, RuntimeError) as e:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"it is not ready after {seconds} s: {e}") from None
            time.sleep(0.2)

    def play(self, start, stop):
        """Does what the command line asks for: start DIR or stop DIR."""
        # Turned into an exception, so that an interrupted start stops what it has started.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        if sys.argv[1] == "stop":
            return stop()
        # The folder holds passwords and keys.
        os.umask(0o077)
        try:
            start()
        except BaseException as e:
            if isinstance(e, Exception) and (self.directory / "log").is_dir():
                self.show_logs()
            stop()
            if isinstance(e, (RuntimeError, subprocess.CalledProcessError)):
                sys.exit(f"{self.name}: {e}")
            raise


def directory_of(usage):
    """The directory that the command line names; ends the program when it asks for neither start nor stop."""
    if len(sys.argv) != 3 or sys.argv[1] not in ("start", "stop"):
        sys.exit(usage)
    directory = Path(sys.argv[2]).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def write_exports(path, prefix, settings):
    lines = [f"export {prefix}{name}={shlex.quote(value)}\n" for name, value in settings.items()]
    path.write_text("".join(lines))


def exports_in(path):
    """The settings of a file of "export NAME=value" lines."""
    words = shlex.split(path.read_text())
    return dict(word.split("=", 1) for word in words if word != "export")


class KeystoneApi:
    """Keystone's REST API, as its administrator."""

    def __init__(self, port, token=None):
        self.port, self.token = port, token

    def call(self, method, path, body=None, expected=(200, 201, 204)):
        # Two writers still exclude each other, which Keystone answers with a bare 500: the same call works later.
        for attempt in range(10):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            headers = {"Content-Type": "application/json"}
            if self.token:
                headers["X-Auth-Token"] = self.token
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read()
            connection.close()
            if answer.status in expected:
                return answer.headers, json.loads(text) if text else None
            if answer.status != 500:
                break
            time.sleep(0.2 * (attempt + 1))
        # Neither body: the request may hold a password, the answer may quote it.
        raise RuntimeError(f"{method} {path} was answered {answer.status}")

    def log_in(self, user, password, project):
        domain = {"name": "Default"}
        headers, _ = self.call("POST", "/v3/auth/tokens", {"auth": {
            "identity": {"methods": ["password"],
                         "password": {"user": {"name": user, "password": password, "domain": domain}}},
            "scope": {"project": {"name": project, "domain": domain}}}})
        self.token = headers["X-Subject-Token"]

    def create(self, kind, **fields):
        return self.call("POST", f"/v3/{kind}s", {kind: fields})[1][kind]["id"]

    def find(self, kind, name):
        return self.call("GET", f"/v3/{kind}s?name={name}")[1][f"{kind}s"][0]["id"]

    def user_in(self, project, name, password, role):
        user = self.create("user", name=name, password=password, domain_id="default")
        self.call("PUT", f"/v3/projects/{project}/users/{user}/roles/{role}")

    def register(self, service_type, name, region, url):
        """An entry of the catalog, with one address for all three interfaces."""
        service = self.create("service", type=service_type, name=name)
        for interface in ("public", "internal", "admin"):
            self.create("endpoint", service_id=service, interface=interface, region_id=region, url=url)
