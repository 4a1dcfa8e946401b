"""What kolla-ansible is told, recorded by a stand-in that only writes it down."""

import pytest
import yaml

from conftest import SECRETS
from edgebox_lib import vault
from edgebox_lib.kolla import Kolla
from edgebox_lib.runner import Runner
from edgebox_lib.settings import Settings

SHELL = """#!/usr/bin/env bash
# Writes its arguments down, as the releases up to 2024.1 got them.
printf '%s\\n' "$@" > "$(dirname "$0")/arguments"
printf '%s\\n' "${EXTRA_OPTS:-}" "$PATH" > "$(dirname "$0")/environment"
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
"""


@pytest.fixture
def installed(tmp_path):
    """A kolla-ansible as a virtual environment has it."""
    def make(text=SHELL):
        command = tmp_path / "kolla" / "bin" / "kolla-ansible"
        command.parent.mkdir(parents=True)
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
    assert (kolla.directory / "inventory" / "services").read_text() == "[all]\n"


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
    assert "is not installed" in result.log.read_text()
