"""Calls kolla-ansible, which deploys the OpenStack services, with the site's configuration."""

import os
import pathlib
import re
import shutil

from edgebox_lib import documents, existing
from edgebox_lib.networks import physical_name
from edgebox_lib.runner import Problem, Result
from edgebox_lib.site import tool_defaults

_GROUPS_START = "[baremetal:children]"
"""In kolla-ansible's own multinode inventory: before this line stand example hosts, after it the groups of its services."""

_EDGE_GROUPS = {"tunelo": "control", "tunelo-api": "tunelo", "zun-compute-k8s": "zun"}
"""Groups that an edge site's services have, and whose hosts they get. No release's multinode has all of them."""

_ANSIBLE_CONFIG = """\
# Made by edgebox before each call; an ansible.cfg in the site directory takes its place.
[defaults]
retry_files_enabled = False
no_target_syslog = True
timeout = 30

[connection]
pipelining = True
"""

_SYSTEM_PYTHON = "/usr/bin/python3"


class Kolla:
    """One site's view of kolla-ansible. Its configuration directory is written again before each call.

    What the role `kolla` has rendered into node_custom_config stays; the site's own node_custom_config is laid over it.
    """

    def __init__(self, site, runner, settings):
        self._site, self._runner, self._settings = site, runner, settings
        self._command = settings.text("kolla_ansible_command") or "kolla-ansible"
        self.directory = site.state / "kolla"
        self.node_custom_config = self.directory / "node_custom_config"

    def is_installed(self):
        """Whether there is a kolla-ansible to call; on a new site the phase `servers` brings it."""
        return self._executable() is not None

    def run(self, action, *, tags=None, skip_tags=None, check=False):
        if not self.is_installed():
            return Result(127, problems=(Problem("this host", f"kolla-ansible {action}",
                                                 f"kolla-ansible is not installed: {self._command}"),))
        self._prepare(action)
        command = [
            self._command, action, "--configdir", str(self.directory),
            "--passwords", str(self._site.passwords), "--vault-password-file", str(self._site.vault_password),
            "--extra", f"@{self.directory / 'edgebox.yml'}",
        ]
        for source in [*self._site.inventories()[:1], self.directory / "inventory", self._site.inventory]:
            command += ["--inventory", str(source)]
        skip_tags = ",".join(filter(None, [skip_tags, *self._kept_skip_tags()]))
        command += ["--tags", tags] if tags else []
        command += ["--skip-tags", skip_tags] if skip_tags else []
        command += ["--yes-i-really-really-mean-it"] if action == "destroy" else []
        environment = self._environment()
        if check and self._is_shell_script():
            environment["EXTRA_OPTS"] = "--check"
        elif check:
            command.append("--check")
        return self._runner.run(command, f"kolla-{action}", environment, self.directory)

    def _environment(self):
        """kolla-ansible finds its Ansible on the PATH, and itself by VIRTUAL_ENV; neither may be edgebox's."""
        path = os.environ.get("PATH", os.defpath)
        folder = self._executable(resolve=False).parent
        virtualenv = folder.parent if (folder.parent / "pyvenv.cfg").is_file() else None
        own = self._site.root / "ansible.cfg"
        collections = [str(virtualenv / "collections")] if virtualenv else []
        return {
            "PATH": f"{folder}:{path}", "VIRTUAL_ENV": str(virtualenv) if virtualenv else None, "PYTHONPATH": None,
            "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": None, "ANSIBLE_ROLES_PATH": None,
            "ANSIBLE_CONFIG": str(own if own.is_file() else self.directory / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": ":".join([*collections, str(pathlib.Path.home() / ".ansible" / "collections"),
                                                  "/usr/share/ansible/collections"]),
        }

    def _prepare(self, action):
        self.directory.mkdir(mode=0o700, exist_ok=True)
        (self.directory / "ansible.cfg").write_text(_ANSIBLE_CONFIG, encoding="utf-8")
        self._prepare_inventory()
        layered = documents.merged(tool_defaults(), existing.layer_defaults(self._settings))
        globals_file = documents.merged(layered, documents.load_mapping(self._site.defaults))
        if isinstance(globals_file.get("neutron_networks"), list):
            globals_file["neutron_networks"] = [
                {**entry, "name": physical_name(entry)} if isinstance(entry, dict) and "name" in entry else entry
                for entry in globals_file["neutron_networks"]]
        # Given as --extra, globals would win over group_vars and host_vars; what those set is left to them.
        for key in self._overridden():
            globals_file.pop(key, None)
        (self.directory / "globals.yml").write_text(documents.dump(globals_file), encoding="utf-8")
        (self.directory / "edgebox.yml").write_text(documents.dump({
            "node_custom_config": str(self.node_custom_config),
            "cc_ansible_site_dir": str(self._site.root),
            "site_config_dir": str(self._site.root),
            # The release that is pinned has a Doni of its own; this one is not deployed by it.
            "enable_doni": False,
            # bootstrap-servers makes the environment that all other actions run in.
            **({"ansible_python_interpreter": _SYSTEM_PYTHON} if action == "bootstrap-servers" else {}),
        }), encoding="utf-8")
        self.node_custom_config.mkdir(exist_ok=True)
        between = existing.layer(self._settings)
        for custom in [*([between / "node_custom_config"] if between else []), self._site.root / "node_custom_config"]:
            if custom.is_dir():
                shutil.copytree(custom, self.node_custom_config, dirs_exist_ok=True)

    def _prepare_inventory(self):
        """The groups of the services, and the Python of the hosts that have them."""
        inventory = self.directory / "inventory"
        (inventory / "group_vars").mkdir(parents=True, exist_ok=True)
        own = self._site.inventory.rglob("*") if self._site.inventory.is_dir() else [self._site.inventory]
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in own if path.is_file()]
        has_groups = any(_GROUPS_START in text for text in texts)
        groups = "" if has_groups else self._service_groups()
        for name, parent in _EDGE_GROUPS.items():
            there = re.compile(rf"^\s*(\[{re.escape(name)}[\]:]|{re.escape(name)}:)", re.MULTILINE)
            if not any(there.search(text) for text in [groups, *texts]):
                groups += f"\n[{name}:children]\n{parent}\n"
        (inventory / "services").write_text(groups, encoding="utf-8")
        virtualenv = self._settings.text("virtualenv")
        interpreter = {"ansible_python_interpreter": f"{virtualenv}/bin/python"}
        (inventory / "group_vars" / "baremetal.yml").write_text(
            documents.dump(interpreter if virtualenv and "ansible_python_interpreter" not in self._settings else {}),
            encoding="utf-8")

    def _overridden(self):
        """Keys that group_vars and host_vars of the site's inventory set."""
        keys = set()
        for folder in ("group_vars", "host_vars"):
            for path in (self._site.inventory / folder).rglob("*"):
                if path.is_file() and path.name != "README" and not path.name.startswith("."):
                    keys.update(documents.load_mapping(path))
        return keys

    def _executable(self, resolve=True):
        found = shutil.which(self._command)
        return pathlib.Path(found).resolve() if found and resolve else pathlib.Path(found) if found else None

    def _is_shell_script(self):
        """Up to 2024.1 it was one, and took Ansible's own options from the environment."""
        executable = self._executable()
        if executable is None:
            return False
        with executable.open("rb") as file:
            return re.match(rb"#!.*\b(ba)?sh\b", file.readline()) is not None

    def _service_groups(self):
        executable = self._executable()
        if executable is None:
            return ""
        shipped = executable.parents[1] / "share" / "kolla-ansible" / "ansible" / "inventory" / "multinode"
        if not shipped.is_file():
            return ""
        text = shipped.read_text(encoding="utf-8")
        if _GROUPS_START not in text:
            return ""
        # The pinned release has [tunelo:chilren], which Ansible passes over with a warning, and the group with it.
        return re.sub(r"^\[([^\]:]+):(?!children\]|vars\])[^\]]*\]", r"[\1:children]", text[text.index(_GROUPS_START):],
                      flags=re.MULTILINE)

    def _kept_skip_tags(self):
        """Tags that the operator wants left out of every call, one a line in the site's file kolla-skip-tags."""
        try:
            lines = (self._site.root / "kolla-skip-tags").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
