"""Every role that specifies its arguments specifies exactly those that it has defaults for, and has a README.

A role that uses the variables of another one includes it with `public: true`: without that, they end with the included role.
"""

import pathlib
import re

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


def includes(role):
    """The roles that this one includes, and whether each is public."""
    for path in sorted((ROLES / role / "tasks").glob("*.yml")):
        for task in tasks(yaml.safe_load(path.read_text()) or []):
            if included := task.get("ansible.builtin.include_role"):
                yield path, included["name"], included.get("public", False)


def tasks(entries):
    for entry in entries:
        yield entry
        for key in ("block", "rescue", "always"):
            yield from tasks(entry.get(key, []))


@pytest.mark.parametrize("role", sorted(path.parent.name for path in ROLES.glob("*/tasks")))
def test_a_role_whose_variables_are_used_is_included_as_public(role):
    for path, included, public in includes(role):
        own = load(included, "defaults", "main.yml")
        text = path.read_text()
        # As a value; a key is what the including role passes on.
        used = [name for name in own if re.search(rf"(?m)^[^#\n]*\b{name}\b(?!:)", text)]
        assert public or not used, f"{path.name} uses {used} of {included}"
