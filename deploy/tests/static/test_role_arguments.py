"""Every role that specifies its arguments specifies exactly those that it has defaults for, and has a README."""

import pathlib

import pytest
import yaml

ROLES = pathlib.Path(__file__).resolve().parents[2] / "roles"
SPECIFIED = sorted(path.parents[1].name for path in ROLES.glob("*/meta/argument_specs.yml"))


def load(*parts):
    path = ROLES.joinpath(*parts)
    return (yaml.safe_load(path.read_text()) or {}) if path.exists() else {}


def test_the_roles_of_the_cluster_are_among_them():
    assert {"calico", "device_plugins", "k3s_client", "k3s_server", "kolla", "taint_rollout"} <= set(SPECIFIED)


@pytest.mark.parametrize("role", SPECIFIED)
def test_arguments_and_defaults_are_the_same(role):
    options = load(role, "meta", "argument_specs.yml")["argument_specs"]["main"].get("options", {})
    required = {name for name, option in options.items() if option.get("required")}
    assert set(load(role, "defaults", "main.yml")) == set(options) - required


@pytest.mark.parametrize("role", SPECIFIED)
def test_every_argument_is_explained(role):
    options = load(role, "meta", "argument_specs.yml")["argument_specs"]["main"].get("options", {})
    assert not [name for name, option in options.items() if not option.get("description")]
    assert (ROLES / role / "README.md").is_file()
