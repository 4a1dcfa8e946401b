"""Sites and hosts that the tests break in one way or another."""

import ipaddress
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

DEPLOY = pathlib.Path(__file__).resolve().parents[2]
SITES = DEPLOY / "tests" / "sites"
EDGEBOX = DEPLOY / "edgebox"
sys.path.insert(0, str(DEPLOY))

from edgebox_lib import documents, vault  # noqa: E402
from edgebox_lib.host import Interface, Listener  # noqa: E402
from edgebox_lib.site import Site  # noqa: E402

SECRETS = {
    "keystone_admin_password": "kK3yst0neAdm1nPassw0rd",
    "doni_keystone_password": "d0n1Keyst0nePassw0rd",
    "doni_database_password": "d0n1DatabasePassw0rd",
    "doni_database_owner_password": "d0n1DatabaseOwnerPassw0rd",
    "doni_secrets_key": "ZDBuMVMzY3IzdHNLM3lvZjMyYnl0ZXMhISEhISEhISE=",
    "balena_api_token": "balenaT0kenThatN0bodySees",
}


class HealthyHost:
    """A host on which the site new-edge can be deployed; a test changes what it is about."""

    def __init__(self):
        self.links = {
            "lo": ["127.0.0.1/8"],
            "eno1": ["10.20.0.5/24"],
            "eno2": ["203.0.113.5/24", "203.0.113.11/24"],
            "eno3": [],
        }
        self.down = set()
        self.answering = set()
        self.records = {"edge.example.org": ["203.0.113.10"], "edge1": ["10.20.0.5"]}
        self.clock = True
        self.listening = [Listener("0.0.0.0", 22, "sshd")]
        self.modules = {"wireguard", "br_netfilter", "overlay"}
        self.system = ("ubuntu", "22.04")
        self.architecture = "x86_64"
        self.memory = 62.0
        self.disk = 400.0
        self.nscd = False
        self.web = {}
        self.commands = {"git"}
        self.packages = {"postgresql": 15, "openjdk-25-jre-headless": 25}

    def name(self):
        return "edge1"

    def machine(self):
        return self.architecture

    def operating_system(self):
        return self.system

    def interfaces(self):
        return {name: Interface(name, name not in self.down, tuple(map(ipaddress.IPv4Interface, addresses)))
                for name, addresses in self.links.items()}

    def answers(self, address):
        return str(address) in self.answering

    def resolve(self, name):
        return self.records.get(name, [])

    def clock_synchronised(self):
        return self.clock

    def listeners(self):
        return self.listening

    def has_module(self, name):
        return name in self.modules

    def has_command(self, name):
        return name in self.commands

    def package_version(self, name):
        return self.packages.get(name)

    def http_status(self, url):
        return self.web.get(url)

    def memory_gib(self):
        return self.memory

    def free_gib(self, path):
        return self.disk

    def has_nscd(self):
        return self.nscd


@pytest.fixture
def host():
    return HealthyHost()


@pytest.fixture
def site_of(tmp_path):
    """Makes a usable copy of a sample site, with a vault password and encrypted secrets."""
    def make(sample="new-edge", secrets=None):
        root = tmp_path / "sites" / sample
        shutil.copytree(SITES / sample, root)
        root.chmod(0o700)
        site = Site(root)
        (root / "certificates").mkdir(exist_ok=True)
        (root / "certificates" / "haproxy.pem").write_text("certificate and key\n", encoding="utf-8")
        for path, text in ((site.vault_password, "the-vault-password\n"),
                           (site.passwords, vault.encrypted(SECRETS if secrets is None else secrets, b"the-vault-password"))):
            path.write_text(text, encoding="utf-8")
            path.chmod(0o600)
        return site

    return make


@pytest.fixture
def change():
    """Changes keys of a site's defaults.yml; None takes a key away."""
    def make(site, **keys):
        content = documents.load_mapping(site.defaults)
        for key, value in keys.items():
            if value is None:
                content.pop(key, None)
            else:
                content[key] = value
        site.defaults.write_text(documents.dump(content), encoding="utf-8")

    return make


@pytest.fixture
def edgebox():
    """Calls the command as an operator does; returns the finished process with its output."""
    def call(*arguments, **environment):
        clean = {key: value for key, value in os.environ.items() if not key.startswith("CC_ANSIBLE")}
        return subprocess.run([sys.executable, str(EDGEBOX), *map(str, arguments)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, env={**clean, **environment}, check=False, timeout=300)

    return call
