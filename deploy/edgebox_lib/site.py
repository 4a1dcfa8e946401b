"""A site directory: what the operator keeps in it, and what edgebox keeps beside that."""

import atexit
import fnmatch
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from edgebox_lib import documents, vault
from edgebox_lib.settings import Settings

DEPLOY = pathlib.Path(__file__).resolve().parents[1]
TOOL_INVENTORY = DEPLOY / "inventory"

_SAFE_PATH = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
"""kolla-ansible's shell script splits its arguments at spaces, and its roles put paths into commands unquoted."""

_CONFIGURATION = ("defaults.yml", "globals.yml", "globals.d", "passwords.yml", "inventory", "node_custom_config", "certificates")
"""What of a site directory is configuration; kolla-ansible writes other files there, such as admin-openrc.sh."""


class NoSite(Exception):
    """There is no site directory, or it cannot be used. The text says what to do."""


class Site:
    """Paths and contents of one site directory.

    The layers of its configuration, lowest first: `deploy/inventory/group_vars/all`, the site's `defaults.yml`, the group_vars
    and host_vars of its inventory. `passwords.yml` stands above all of them, as it does for kolla-ansible.
    """

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.name = self.root.name
        self.defaults = self.root / "defaults.yml"
        self.passwords = self.root / "passwords.yml"
        self.inventory = self.root / "inventory"
        self.state = self.root / ".edgebox"
        self.lock = self.state / "lock"
        self.journal = self.state / "journal.jsonl"
        self.logs = self.state / "log"
        self.layer = self.state / "inventory"
        self.scratch = self.state
        named = os.environ.get("CC_ANSIBLE_VAULT_PASSWORD")
        self.vault_password = pathlib.Path(named).absolute() if named else self.root / "vault_password"

    @classmethod
    def named(cls, option):
        """The site that --site or CC_ANSIBLE_SITE names; whether it exists is not looked at."""
        name = option or os.environ.get("CC_ANSIBLE_SITE")
        if not name:
            raise NoSite("no site is named: give --site DIR, or set CC_ANSIBLE_SITE")
        root = pathlib.Path(name).expanduser().absolute()
        if not _SAFE_PATH.fullmatch(str(root)):
            raise NoSite(f"the site directory {str(root)!r} has characters in its path that kolla-ansible cannot take; use "
                         "letters, digits and _ @ % + = : , . / -")
        return cls(root)

    @classmethod
    def existing(cls, option, writes=True):
        """The site directory, ready for work. One that must not be written to gets its layer and logs in a temporary directory."""
        site = cls.named(option)
        if not site.defaults.is_file():
            raise NoSite(f"{site.root} is not a site directory (it has no defaults.yml): "
                         f"make one with edgebox init --site {site.root}")
        if not writes:
            site.scratch = pathlib.Path(tempfile.mkdtemp(prefix="edgebox."))
            atexit.register(shutil.rmtree, site.scratch, ignore_errors=True)
            site.logs, site.layer = site.scratch / "log", site.scratch / "inventory"
        site.prepare()
        return site

    def prepare(self):
        """Makes what edgebox keeps for itself: state, logs, and the inventory layer that brings defaults.yml in."""
        for folder in (self.scratch, self.logs, self.layer / "group_vars" / "all"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.scratch.chmod(0o700)
        layer = self.layer
        (layer / "site.yml").write_text("all: {}\n", encoding="utf-8")
        link = layer / "group_vars" / "all" / "50-site.yml"
        if not link.is_symlink():
            link.symlink_to(self.defaults if self.scratch != self.state else pathlib.Path("../../../../defaults.yml"))
        self._prepare_foreign_layer(layer / "group_vars" / "all")
        own = {
            "edgebox_site_directory": str(self.root),
            "edgebox_state_directory": str(self.state),
            # Under these names existing configurations refer to the directory.
            "cc_ansible_site_dir": str(self.root),
            "site_config_dir": str(self.root),
        }
        (layer / "group_vars" / "all" / "90-edgebox.yml").write_text(documents.dump(own), encoding="utf-8")

    def _prepare_foreign_layer(self, folder):
        """Below the site's own file: the defaults of the chi-in-a-box that a running site was deployed with."""
        try:
            named = documents.load_mapping(self.defaults).get("chi_in_a_box_directory")
        except documents.Unreadable:
            named = None
        link, beside = folder / "40-chi-in-a-box.yml", folder / "41-chi-in-a-box.yml"
        link.unlink(missing_ok=True)
        beside.unlink(missing_ok=True)
        if named:
            link.symlink_to(pathlib.Path(named) / "kolla" / "defaults.yml")
            # Its interpreter is kolla-ansible's environment, in which edgebox's own roles lack the system's libraries; and its
            # post-deploy gave the router another name.
            beside.write_text(documents.dump({"ansible_python_interpreter": "/usr/bin/python3",
                                              "neutron_edge_networks_router": "sharednet-router"}), encoding="utf-8")

    def inventories(self):
        """Inventory sources, lowest layer first."""
        return [TOOL_INVENTORY, self.layer, self.inventory]

    def file_settings(self):
        """The tool's defaults and the site's defaults.yml, without what the inventory adds."""
        return Settings(documents.merged(tool_defaults(), documents.load_mapping(self.defaults)))

    def hosts(self):
        """Every host of the inventory with its variables, and the names of the controllers, as Ansible reads them."""
        if self.vault_password.is_file():
            # Ansible would blame the inventory for a vault password that is empty.
            vault.read_vault_password(self.vault_password)
        sources = [part for source in self.inventories() for part in ("-i", str(source))]
        unlock = ["--vault-password-file", str(self.vault_password)] if self.vault_password.is_file() else []
        try:
            ran = subprocess.run(["ansible-inventory", *sources, *unlock, "--list"], capture_output=True, text=True,
                                 stdin=subprocess.DEVNULL, env={**os.environ, **ansible_environment()}, check=False)
        except FileNotFoundError:
            raise NoSite(f"ansible-inventory is not on the PATH. Once: python3 -m venv {DEPLOY}/.venv && "
                         f"{DEPLOY}/.venv/bin/pip install -r {DEPLOY}/requirements.txt") from None
        if ran.returncode != 0:
            raise documents.Unreadable(f"{self.inventory}: {_first_error(ran.stderr)}")
        content = json.loads(ran.stdout)
        variables = content["_meta"]["hostvars"]
        return variables, _members(content, "controller")

    def inputs(self, phase, keys=None):
        """A hash over everything that decides what a phase does.

        `keys` restricts that to keys of the site's defaults.yml (shell patterns) and the inventory.
        """
        digest = hashlib.sha256(json.dumps(phase, sort_keys=True).encode())
        roots = [DEPLOY / "playbooks", DEPLOY / "roles", DEPLOY / "inventory"]
        if keys is None:
            roots += [self.root / name for name in _CONFIGURATION]
        else:
            chosen = {key: value for key, value in documents.load_mapping(self.defaults).items()
                      if any(fnmatch.fnmatch(key, pattern) for pattern in keys)}
            digest.update(documents.dump(chosen).encode())
            roots.append(self.inventory)
        for root in roots:
            for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
                if path.is_file() and "__pycache__" not in path.parts:
                    name = f"{root.name}/{path.relative_to(root)}"
                    digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()


def tool_defaults():
    return documents.load_mapping(TOOL_INVENTORY / "group_vars" / "all.yml")


def ansible_environment():
    """What every call of Ansible gets, independent of the caller's directory."""
    return {"ANSIBLE_CONFIG": str(DEPLOY / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0"}


def _first_error(stderr):
    """The line that names the cause; Ansible closes with remarks that do not."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("[ERROR]", "ERROR!", "Error"))]
    return re.sub(r"^(\[ERROR\]:|ERROR!)\s*", "", (errors or lines or ["ansible-inventory failed"])[0])


def _members(content, group):
    found, pending, seen = [], [group], set()
    while pending:
        name = pending.pop(0)
        if name in seen:
            continue
        seen.add(name)
        entry = content.get(name, {})
        found.extend(host for host in entry.get("hosts", []) if host not in found)
        pending.extend(entry.get("children", []))
    return found
