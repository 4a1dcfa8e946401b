"""A site that chi-in-a-box deployed: nothing of it changes without a word."""

import pytest
import yaml

from conftest import DEPLOY
from edgebox_lib import existing, phases, vault
from edgebox_lib.kolla import Kolla
from edgebox_lib.runner import Runner
from edgebox_lib.settings import Settings

GROUPS = "\n[osg:children]\n\n[fake-baremetal:children]\n"


@pytest.fixture
def running(site_of):
    """A site with the groups that chi-in-a-box's example inventory has."""
    site = site_of("running-untainted")
    with (site.inventory / "hosts").open("a") as file:
        file.write(GROUPS)
    return site


@pytest.fixture
def checkout(tmp_path):
    """What edgebox reads of chi-in-a-box: its defaults and its overrides."""
    layer = tmp_path / "chi-in-a-box" / "kolla"
    (layer / "node_custom_config" / "keystone").mkdir(parents=True)
    (layer / "defaults.yml").write_text("keystone_admin_project: openstack\nenable_central_logging: yes\nenable_nova: yes\n")
    (layer / "node_custom_config" / "keystone.conf").write_text("of chi-in-a-box")
    (layer / "node_custom_config" / "zun.conf").write_text("of chi-in-a-box")
    return layer.parent


def test_it_is_recognized(site_of, running):
    assert existing.is_chi_in_a_box(running)
    assert not existing.is_chi_in_a_box(site_of("new-edge"))
    (site := site_of("without-kolla")).root.joinpath("post_deploy.yml").touch()
    assert existing.is_chi_in_a_box(site)


def test_what_would_change_is_listed(running, change):
    change(running, enable_keystone_federation=None, keystone_idp_client_id=None)
    lines = existing.differences(running, running.file_settings())

    text = "\n".join(lines)
    assert "keystone_admin_project: runs with openstack, would be kolla-ansible's default" in text
    assert "neutron_edge_networks_router: runs with sharednet-router" in text
    assert "enable_keystone_federation" in text and "node_custom_config" in text


def test_services_that_only_its_layer_switches_on_are_listed(running, change):
    change(running, enable_nova=None, enable_ironic=None)
    (running.root / ".env").write_text("OS_CLOUD=lab\n")
    lines = existing.differences(running, running.file_settings())

    assert {"enable_nova: runs with True, would be False", "enable_ironic: runs with True, would be False"} <= set(lines)
    assert not [line for line in lines if line.startswith("enable_heat")], "the site sets it itself"
    assert lines[-1].startswith(".env: ")


def test_a_new_site_has_nothing_to_change(site_of):
    site = site_of("new-edge")

    assert existing.differences(site, site.file_settings()) == []


@pytest.mark.parametrize("command", ["up", "deploy"])
def test_nothing_is_run_without_its_layer(running, edgebox, command):
    ran = edgebox(command, "--site", running.root)

    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "would change in what runs now" in ran.stdout
    assert "chi_in_a_box_directory" in ran.stdout and "--only doni" in ran.stdout


def test_its_layer_lies_between_the_tools_and_the_sites(running, change, checkout, tmp_path):
    change(running, chi_in_a_box_directory=str(checkout), enable_nova=False, enable_central_logging=None)
    running.prepare()
    (running.root / "node_custom_config").mkdir(exist_ok=True)
    (running.root / "node_custom_config" / "zun.conf").write_text("of the site")
    command = tmp_path / "kolla-ansible"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    settings = Settings({**running.file_settings().raw, "kolla_ansible_command": str(command)})
    kolla = Kolla(running, Runner(running, vault.Mask()), settings)

    kolla.run("deploy")

    written = yaml.safe_load((kolla.directory / "globals.yml").read_text())
    assert (written["keystone_admin_project"], written["enable_central_logging"], written["enable_nova"]) == ("openstack", True, False)
    assert (kolla.node_custom_config / "keystone.conf").read_text() == "of chi-in-a-box"
    assert (kolla.node_custom_config / "zun.conf").read_text() == "of the site"
    assert existing.differences(running, settings) == []


def test_edgeboxs_own_plays_see_its_layer_below_the_sites_file(running, change, checkout):
    change(running, chi_in_a_box_directory=str(checkout), enable_nova=False)
    running.prepare()

    variables, (controller,) = running.hosts()

    assert variables[controller]["keystone_admin_project"] == "openstack"
    assert variables[controller]["enable_nova"] is False
    assert variables[controller]["neutron_edge_networks_router"] == "sharednet-router"


def test_doni_alone_brings_its_database_and_no_kolla():
    plan = phases.load(DEPLOY / "phases.yml").narrowed(["doni"])

    assert [phase.name for phase in plan.phases] == ["database", "doni"]
    assert not [step for phase in plan.phases for step in phase.steps if "kolla" in step]


def test_a_phase_that_does_not_exist_is_refused(running, edgebox):
    ran = edgebox("up", "--only", "donut", "--site", running.root)

    assert ran.returncode == 2
    assert "--only: there is no phase donut; there are prechecks," in ran.stderr
