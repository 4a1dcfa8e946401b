"""What the checks of a running Doni share that act as its users do, with real clients in front of real peers."""
import base64
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from peer import exports_in

HERE = Path(__file__).resolve().parent
# "Within seconds" with room for a machine that compiles something else at the same time.
PATIENCE_SECONDS = 30
BOOTSTRAP_TOKEN = re.compile(r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b")
MASK = "************"

LABELS = {"smarter-device-manager": "enabled", "smarter-device-manager/configmap": "rpi"}
WORKER_TAINT = {"key": "worker-node", "value": "true", "effect": "NoSchedule"}

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def expect(condition, why):
    if not condition:
        raise AssertionError(why)


def expect_equal(what, actual, expected):
    expect(actual == expected, f"{what} is {actual!r}, not {expected!r}")


def eventually(condition):
    """Repeats a check that may fail at first; the last failure is the one that counts."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return condition()
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.5)


class User:
    """A user at the command line, who logs in with a password or with an application credential."""

    def __init__(self, stage, name, credential=None):
        self.stage, self.name = stage, name
        settings = exports_in(stage.keystone / f"{name}.rc")
        stage.secrets.append(settings["OS_PASSWORD"])
        if credential:
            kept = ("OS_AUTH_URL", "OS_REGION_NAME", "OS_IDENTITY_API_VERSION")
            settings = {setting: settings[setting] for setting in kept} | {
                "OS_AUTH_TYPE": "v3applicationcredential", "OS_APPLICATION_CREDENTIAL_ID": credential["id"],
                "OS_APPLICATION_CREDENTIAL_SECRET": credential["secret"]}
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("OS_")}
        self.environment = inherited | settings
        # Made when asked for and kept: each costs a log-in.
        self._token = None

    def run(self, *arguments):
        return self.run_program("openstack", *arguments)

    def run_program(self, program, *arguments, **more):
        return subprocess.run([str(self.stage.client / program), *arguments], capture_output=True, text=True,
                              timeout=120, **({"env": self.environment, "input": ""} | more))

    def calls(self, method, path, body=None):
        return self.stage.call(method, path, self.token(), body)

    def token(self):
        if self._token is None:
            self._token = self.must(self.run("token", "issue", "-f", "value", "-c", "id"), "token issue").strip()
            self.stage.secrets.append(self._token)
        return self._token

    def creates_credential(self, name, *options):
        """Makes an application credential of the user's own; returns its values, for a User that logs in with it."""
        created = self.must(self.run("application", "credential", "create", name, *options, "-f", "json"),
                            "application credential create")
        credential = {key.lower(): value for key, value in json.loads(created).items()}
        self.stage.secrets.append(credential["secret"])
        return credential

    def deletes_credential(self, name):
        self.must(self.run("application", "credential", "delete", name), "application credential delete")

    def must(self, result, what):
        expect(result.returncode == 0, f"'{what}' of {self.name} failed: {result.stderr.strip()}")
        return result.stdout


class Stage:
    """A running Doni with its peers and its users."""

    def __init__(self, directory, url):
        directory = Path(directory)
        self.keystone, self.kube, self.device_directory = (directory / name for name in ("keystone", "kube", "device"))
        self.url, self.log = urlsplit(url), directory / "doni.log"
        self.bare_metal = exports_in(directory / "ironic" / "env")
        self.secrets = [exports_in(self.keystone / "env")["DONI_KEYSTONE_PASSWORD"], self.bare_metal["BMC_PASSWORD"]]
        self.client = Path(subprocess.run([str(HERE / "client")], check=True, stdout=subprocess.PIPE, text=True).stdout.strip())
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self.kubectl_program = Path(os.environ.get("KUBEBUILDER_ASSETS") or cache / "doni/kubebuilder/bin") / "kubectl"
        self.alice, self.bob, self.admin = (User(self, name) for name in ("alice", "bob", "admin"))
        self.uuid = None

    def close(self):
        """Stops what the checks have started."""

    def call(self, method, path, token=None, body=None):
        """Status, headers and body of one call without the client; JSON is decoded."""
        return self.call_service(self.url, method, path, token, body)

    @staticmethod
    def call_service(url, method, path, token=None, body=None, more_headers=()):
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
        headers = {"Content-Type": "application/json"} | dict(more_headers) | ({"X-Auth-Token": token} if token else {})
        connection.request(method, url.path.rstrip("/") + path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        is_json = answer.headers.get_content_type() == "application/json"
        return answer.status, answer.headers, json.loads(text) if text and is_json else text or None

    def kubectl(self, *arguments, stdin=None):
        return subprocess.run([str(self.kubectl_program), "--kubeconfig", str(self.kube / "admin.kubeconfig"), *arguments],
                              capture_output=True, text=True, input=stdin, timeout=60)

    def kube_object(self, *arguments):
        """An object of the cluster, or None."""
        result = self.kubectl("get", *arguments, "-o", "json", "--ignore-not-found")
        expect(result.returncode == 0, f"kubectl get failed: {result.stderr.strip()}")
        return json.loads(result.stdout) if result.stdout.strip() else None

    def node(self, name):
        node = self.kube_object("node", name)
        expect(node is not None, f"node {name} is not there")
        return node

    def expect_node_labelled(self, name):
        labels = self.node(name)["metadata"].get("labels", {})
        for key, value in LABELS.items():
            expect_equal(f"label {key}", labels.get(key), value)

    def device(self):
        """The device, read without the client, which takes a second to start."""
        status, _, device = self.alice.calls("GET", f"/v1/hardware/{self.uuid}")
        expect_equal("status of reading the device", status, 200)
        return device

    def worker(self, name="k8s", hardware=None):
        workers = {w["worker_type"]: w for w in (hardware or self.device())["workers"]}
        expect(name in workers, f"worker {name} is not among {sorted(workers)}")
        return workers[name]

    def expect_steady(self, name="k8s", hardware=None):
        worker = self.worker(name, hardware)
        expect(worker["state"] == "STEADY", f"worker {name} is {worker['state']} with {worker['state_details']}")

    def bootstrap_token(self):
        token = self.device()["properties"].get("k8s_bootstrap_token", "")
        expect(BOOTSTRAP_TOKEN.fullmatch(token), "the device has no bootstrap token of the right form")
        token_id, token_secret = token.split(".")
        # The id is not secret: it is part of the secret's name.
        if token_secret not in self.secrets:
            self.secrets.append(token_secret)
        return token_id, token_secret

    def bootstrap_secret(self, token_id):
        return self.kube_object("secret", f"bootstrap-token-{token_id}", "--namespace", "kube-system")

    def expect_bootstrap_secret(self):
        """The data of the secret that makes the device's token valid."""
        token_id, token_secret = self.bootstrap_token()
        secret = self.bootstrap_secret(token_id)
        expect(secret is not None, f"no secret for the device's token after {PATIENCE_SECONDS} s")
        expect_equal("type", secret["type"], "bootstrap.kubernetes.io/token")
        data = {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}
        expect(data["token-id"] == token_id and data["token-secret"] == token_secret, "the secret holds another token")
        return data

    def masked(self, text):
        for secret in self.secrets:
            text = text.replace(secret, MASK)
        return BOOTSTRAP_TOKEN.sub(MASK, text)


def doni_logs_no_password_and_no_token(s):
    log = s.log.read_text(errors="replace")
    expect(log.strip(), "the log is empty")
    found = sum(secret in log for secret in s.secrets)
    expect(found == 0, f"{found} of the {len(s.secrets)} secrets of this run stand in {s.log.name}")


def main(usage, stage_class=Stage, arguments=2):
    """Runs the checks in their order; the exit code is 1 if any failed."""
    if len(sys.argv) != 1 + arguments:
        sys.exit(usage)
    # Turned into an exception, so that what the stage has started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    stage = stage_class(*sys.argv[1:])
    try:
        run(stage)
    finally:
        stage.close()


def run(stage):
    checks = [*CHECKS, doni_logs_no_password_and_no_token]
    failed = 0
    for function in checks:
        name = function.__name__.replace("_", " ")
        try:
            function(stage)
        # Whatever goes wrong, a missing key of an answer included, is the failure of this check and not of the others.
        except Exception as e:
            failed += 1
            why = str(e) if isinstance(e, AssertionError) else f"{type(e).__name__}: {e}"
            print(f"FAILED {name}: {stage.masked(' '.join(why.split()))}", flush=True)
        else:
            print(f"ok {name}", flush=True)
    print(f"{len(checks) - failed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed else 0)
