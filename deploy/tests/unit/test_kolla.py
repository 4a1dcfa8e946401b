"""What kolla-ansible is told, recorded by a stand-in that only writes it down."""

import re

import pytest
import yaml

from conftest import DEPLOY, SECRETS
from edgebox_lib import cli, documents, vault
from edgebox_lib.kolla import Kolla
from edgebox_lib.runner import Runner
from edgebox_lib.settings import Settings

SHELL = """#!/usr/bin/env bash
# Writes its arguments down, as the releases up to 2024.1 got them.
printf '%s\\n' "$@" > "$(dirname "$0")/arguments"
printf '%s\\n' "${EXTRA_OPTS:-}" "$PATH" "${VIRTUAL_ENV:-}" "$ANSIBLE_CONFIG" "$PWD" "$ANSIBLE_COLLECTIONS_PATH" > "$(dirname "$0")/environment"
echo "connecting with kK3yst0neAdm1nPassw0rd"
"""

PYTHON = """#!/usr/bin/env python3
import pathlib, sys
pathlib.Path(__file__).with_name("arguments").write_text("\\n".join(sys.argv[1:]) + "\\n")
"""

MULTINODE = """[control]
control01

[baremetal:children]
control
network

[neutron:children]
network

[tunelo:chilren]
control

[tunelo-api:children]
tunelo
"""


@pytest.fixture
def installed(tmp_path):
    """A kolla-ansible as a virtual environment has it."""
    def make(text=SHELL):
        command = tmp_path / "kolla" / "bin" / "kolla-ansible"
        command.parent.mkdir(parents=True)
        (tmp_path / "kolla" / "pyvenv.cfg").touch()
        command.write_text(text)
        command.chmod(0o755)
        shipped = tmp_path / "kolla" / "share" / "kolla-ansible" / "ansible" / "inventory"
        shipped.mkdir(parents=True)
        (shipped / "multinode").write_text(MULTINODE)
        return command

    return make


@pytest.fixture
def kolla_of(site_of, installed):
    def make(sample="new-edge", text=SHELL):
        site = site_of(sample)
        site.prepare()
        command = installed(text)
        settings = Settings({**site.file_settings().raw, "kolla_ansible_command": str(command)})
        return site, command, Kolla(site, Runner(site, vault.mask_of(site)), settings)

    return make


def arguments(command):
    return (command.parent / "arguments").read_text().splitlines()


def test_it_gets_the_sites_files_and_no_secret(kolla_of):
    site, command, kolla = kolla_of()

    result = kolla.run("deploy", tags="zun,blazar", skip_tags="horizon")

    given = arguments(command)
    assert result.ok
    assert given[0] == "deploy"
    assert given[given.index("--configdir") + 1] == str(kolla.directory)
    assert given[given.index("--passwords") + 1] == str(site.passwords)
    assert given[given.index("--vault-password-file") + 1] == str(site.vault_password)
    assert given[given.index("--tags") + 1] == "zun,blazar"
    assert given[given.index("--skip-tags") + 1] == "horizon"
    assert str(site.inventory) in given
    assert not [secret for secret in SECRETS.values() if secret in " ".join(given)]
    assert "connecting with ***" in result.log.read_text()


def test_the_sites_configuration_stands_above_the_tools(kolla_of):
    site, _, kolla = kolla_of()
    folder = site.inventory / "group_vars"
    folder.mkdir()
    (folder / "control.yml").write_text("network_interface: eno7\n")

    kolla.run("pull")

    written = yaml.safe_load((kolla.directory / "globals.yml").read_text())
    assert written["enable_zun"] is True
    assert written["enable_nova"] is False
    assert written["openstack_region_name"] == "CHI@Edge-Example"
    assert "network_interface" not in written, "given as --extra it would win over group_vars"
    assert yaml.safe_load((kolla.directory / "edgebox.yml").read_text())["enable_doni"] is False


def test_groups_of_services_come_from_the_release_unless_the_site_has_them(kolla_of):
    site, _, kolla = kolla_of()

    kolla.run("pull")
    shipped = (kolla.directory / "inventory" / "services").read_text()
    (site.inventory / "services").write_text("[baremetal:children]\ncontrol\n")
    kolla.run("pull")

    assert "[neutron:children]" in shipped and "control01" not in shipped
    assert "[neutron:children]" not in (kolla.directory / "inventory" / "services").read_text()


def test_groups_of_an_edge_site_are_there_whatever_the_release_has(kolla_of):
    site, _, kolla = kolla_of()

    kolla.run("pull")
    services = (kolla.directory / "inventory" / "services").read_text()
    (site.inventory / "services").write_text("[baremetal:children]\ncontrol\n[zun-compute-k8s:children]\ncontrol\n")
    kolla.run("pull")

    assert "[tunelo:children]\ncontrol\n" in services and "chilren" not in services
    assert services.count("[tunelo-api:children]") == 1
    assert "[zun-compute-k8s:children]\nzun\n" in services
    added = (kolla.directory / "inventory" / "services").read_text()
    assert "zun-compute-k8s" not in added and "[tunelo:children]" in added


def test_it_runs_in_its_own_environment_and_not_in_edgeboxs(kolla_of, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", "/somewhere/else")
    monkeypatch.setenv("ANSIBLE_CONFIG", str(DEPLOY / "ansible.cfg"))
    site, command, kolla = kolla_of()

    kolla.run("deploy")
    _, _, virtualenv, configuration, directory, collections = (command.parent / "environment").read_text().splitlines()

    assert virtualenv == str(command.parents[1])
    assert configuration == str(kolla.directory / "ansible.cfg")
    assert directory == str(kolla.directory)
    assert collections.split(":")[0] == f"{virtualenv}/collections"


def test_a_sites_own_ansible_configuration_is_used(kolla_of):
    site, command, kolla = kolla_of()
    (site.root / "ansible.cfg").write_text("[defaults]\nforks = 2\n")

    kolla.run("deploy")

    assert (command.parent / "environment").read_text().splitlines()[3] == str(site.root / "ansible.cfg")


def test_hosts_run_modules_in_the_environment_that_bootstrap_servers_makes(kolla_of):
    site, _, kolla = kolla_of()

    def seen(action):
        kolla.run(action)
        return (yaml.safe_load((kolla.directory / "inventory" / "group_vars" / "baremetal.yml").read_text()),
                yaml.safe_load((kolla.directory / "edgebox.yml").read_text()).get("ansible_python_interpreter"))

    assert seen("deploy") == ({"ansible_python_interpreter": "/etc/ansible/venv/bin/python"}, None)
    assert seen("bootstrap-servers")[1] == "/usr/bin/python3"


def test_an_interpreter_that_the_site_sets_is_kept(site_of, installed):
    site = site_of()
    site.prepare()
    settings = Settings({**site.file_settings().raw, "kolla_ansible_command": str(installed()),
                         "ansible_python_interpreter": "/opt/python"})
    kolla = Kolla(site, Runner(site, vault.mask_of(site)), settings)

    kolla.run("deploy")

    assert yaml.safe_load((kolla.directory / "inventory" / "group_vars" / "baremetal.yml").read_text()) == {}


def test_what_the_edge_services_need_is_set(kolla_of, change):
    site, _, kolla = kolla_of()
    networks = documents.load_mapping(site.defaults)["neutron_networks"]
    networks[1]["name"] = "calico (dummy physnet)"
    change(site, neutron_networks=networks)

    kolla.run("deploy")

    written = yaml.safe_load((kolla.directory / "globals.yml").read_text())
    assert (written["docker_registry"], written["docker_namespace"]) == ("ghcr.io", "chameleoncloud/kolla")
    assert written["default_share_type"]
    assert [one["name"] for one in written["neutron_networks"]] == ["physnet1", "calico", "tunelo"]
    settings = Settings({**written, "site_config_dir": str(site.root)})
    assert settings.get("neutron_bridge_name") == "br_physnet1,br_calico,br_tunelo"
    assert settings.get("neutron_external_interface") == "physnet1_veth,physnet_calico,physnet_tunelo"
    assert settings.get("kolla_certificates_dir") == str(site.root / "certificates")


def test_the_sites_overrides_lie_over_those_of_the_role(kolla_of):
    site, _, kolla = kolla_of()
    kolla.run("pull")
    (kolla.node_custom_config / "zun.conf").write_text("of the role")
    (kolla.node_custom_config / "blazar.conf").write_text("of the role")
    (site.root / "node_custom_config").mkdir()
    (site.root / "node_custom_config" / "zun.conf").write_text("of the site")

    kolla.run("deploy")

    assert (kolla.node_custom_config / "zun.conf").read_text() == "of the site"
    assert (kolla.node_custom_config / "blazar.conf").read_text() == "of the role"


def test_kept_skip_tags_are_left_out_each_time(kolla_of):
    site, command, kolla = kolla_of()
    (site.root / "kolla-skip-tags").write_text("# done already\nkeystone\nrabbitmq\n")

    kolla.run("deploy", skip_tags="nova")

    given = arguments(command)
    assert given[given.index("--skip-tags") + 1] == "nova,keystone,rabbitmq"


def test_a_rehearsal_is_told_in_the_way_the_release_knows(kolla_of):
    _, command, kolla = kolla_of()

    kolla.run("deploy", check=True)

    environment = (command.parent / "environment").read_text().splitlines()
    assert environment[0] == "--check" and "--check" not in arguments(command)
    assert environment[1].startswith(f"{command.parent}:")


def test_newer_releases_take_check_as_an_argument(kolla_of):
    _, command, kolla = kolla_of(text=PYTHON)

    kolla.run("deploy", check=True)

    assert "--check" in arguments(command)


def test_only_a_removal_is_confirmed(kolla_of):
    _, command, kolla = kolla_of()

    kolla.run("deploy")
    deployed = arguments(command)
    kolla.run("destroy")

    assert "--yes-i-really-really-mean-it" not in deployed
    assert "--yes-i-really-really-mean-it" in arguments(command)


def test_one_that_is_not_installed_fails_and_says_so(kolla_of):
    _, command, kolla = kolla_of()
    command.unlink()

    result = kolla.run("pull")

    assert result.status == 127
    assert [one.message for one in result.problems] == [f"kolla-ansible is not installed: {command}"]


PIP = """#!/usr/bin/env bash
# Stands in for pip: installs a kolla-ansible that records its calls, and an ansible-galaxy that does, and leaves pip's record.
beside="$(dirname "$0")"
if [[ " $* " == *" install "* ]]; then
  printf '%s\\n' "$@" >> "$beside/pip-arguments"
  printf '#!/usr/bin/env bash\\necho "$1" >> "$(dirname "$0")/calls"\\n' > "$beside/kolla-ansible"
  printf '#!/usr/bin/env bash\\nprintf "%%s\\\\n" "$@" >> "$(dirname "$0")/galaxy-arguments"\\n' > "$beside/ansible-galaxy"
  chmod +x "$beside/kolla-ansible" "$beside/ansible-galaxy"
  for package in kolla_ansible-16.7.1 another-1.0; do
    mkdir -p "$beside/../lib/python3.11/site-packages/$package.dist-info"
    touch "$beside/../lib/python3.11/site-packages/$package.dist-info/direct_url.json"
  done
  echo "Successfully installed kolla-ansible"
fi
"""


@pytest.fixture
def bare_site(site_of, change, tmp_path):
    """A site whose machine does not have kolla-ansible yet, and the phases that bring the OpenStack services there."""
    site = site_of()
    virtualenv = tmp_path / "kolla"
    (virtualenv / "bin").mkdir(parents=True)
    (virtualenv / "bin" / "activate").touch()
    for name in ("pip", "pip3"):
        (virtualenv / "bin" / name).write_text(PIP)
        (virtualenv / "bin" / name).chmod(0o755)
    change(site, kolla_virtualenv=str(virtualenv), kolla_ansible_command=f"{virtualenv}/bin/kolla-ansible",
           kolla_kubeconfig=str(tmp_path / "no-kubeconfig"))
    plan = yaml.safe_load((DEPLOY / "phases.yml").read_text())
    names = ("servers", "service-prechecks", "images")
    phases = [phase for phase in plan["phases"] if phase["name"] in names]
    for phase in phases:
        phase["after"] = [name for name in phase["after"] if name in names]
        for step in phase["steps"]:
            if "playbook" in step:
                step["playbook"] = str(DEPLOY / step["playbook"])
    file = tmp_path / "phases.yml"
    file.write_text(yaml.safe_dump({"observe": str(DEPLOY / plan["observe"]), "phases": phases}))
    return site, virtualenv, file


def test_a_new_site_gets_the_pinned_kolla_ansible_once_before_it_is_called(bare_site, edgebox, tmp_path):
    site, virtualenv, phases = bare_site

    ran = edgebox("up", "--site", site.root, "--phases", phases, HOME=str(tmp_path))

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (virtualenv / "bin" / "calls").read_text().split() == ["bootstrap-servers", "prechecks", "pull"]
    pinned = documents.load_mapping(DEPLOY / "roles" / "kolla" / "defaults" / "main.yml")
    assert f"{pinned['kolla_source']}@{pinned['kolla_source_revision']}" in (virtualenv / "bin" / "pip-arguments").read_text()
    collection = (virtualenv / "bin" / "galaxy-arguments").read_text().splitlines()
    assert f"git+{pinned['kolla_collection_source']},{pinned['kolla_collection_revision']}" in collection
    assert str(virtualenv / "collections") in collection
    records = [path.parent.name for path in virtualenv.rglob("direct_url.json")]
    assert records == ["another-1.0.dist-info"], "kolla-ansible takes itself for an editable installation where it has one"

    (site.root / ".edgebox" / "journal.jsonl").unlink()
    again = edgebox("up", "--site", site.root, "--phases", phases, HOME=str(tmp_path))

    assert again.returncode == 0, again.stdout + again.stderr
    assert (virtualenv / "bin" / "galaxy-arguments").read_text().splitlines() == collection


def test_what_is_installed_is_pinned_by_a_commit():
    """A branch moves, or goes, as that of the collection did."""
    pinned = documents.load_mapping(DEPLOY / "roles" / "kolla" / "defaults" / "main.yml")

    assert all(re.fullmatch("[0-9a-f]{40}", pinned[key]) for key in ("kolla_source_revision", "kolla_collection_revision"))


def test_no_phase_calls_kolla_ansible_before_one_has_installed_it():
    brought = False
    for phase in yaml.safe_load((DEPLOY / "phases.yml").read_text())["phases"]:
        for step in phase["steps"]:
            brought = brought or step.get("playbook") == "playbooks/kolla.yml"
            assert brought or "kolla" not in step, phase["name"]


def test_prechecks_of_a_new_site_do_not_ask_a_kolla_ansible_that_is_not_there(site_of, change, tmp_path, monkeypatch, capsys):
    site = site_of()
    change(site, kolla_ansible_command=str(tmp_path / "kolla-ansible"))
    monkeypatch.setattr(cli.prechecks, "run", lambda _: [])

    status = cli.main(["prechecks", "--site", str(site.root)])

    assert status == 0
    assert "its phase servers installs kolla-ansible" in capsys.readouterr().out
