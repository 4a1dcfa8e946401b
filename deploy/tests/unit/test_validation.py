"""The sample sites are valid, an existing site's file is taken as it is, and templates are judged by what they come to."""

import pytest

from edgebox_lib import documents, findings, networks
from edgebox_lib.settings import UNRESOLVED, Settings
from edgebox_lib.validation import validate


def judged(site):
    return validate(site.file_settings(), documents.load_mapping(site.defaults))


@pytest.mark.parametrize("sample", ["new-edge", "running-untainted", "without-kolla"])
def test_a_sample_site_is_valid(sample, site_of):
    assert findings.errors(judged(site_of(sample))) == []


def test_keys_of_an_existing_site_that_are_not_known_are_passed_on(site_of):
    notes = [one.found for one in judged(site_of("running-untainted")) if one.id == "CFG-008"]

    assert len(notes) == 1
    assert notes[0].startswith("passed on to kolla: ")
    assert "blazar_usage_default_allocated" in notes[0] and "switch_configs" in notes[0]


def test_both_ways_of_writing_a_public_range_are_read(site_of):
    nested, flat = (networks.publics(site_of(sample).file_settings()) for sample in ("new-edge", "running-untainted"))

    assert str(nested[0].gateway) == "203.0.113.1" and len(nested[0].pools) == 1
    assert str(flat[0].gateway) == "198.51.100.1" and len(flat[0].pools) == 2


def test_a_missing_key_is_named_once(site_of):
    site = site_of()
    site.defaults.write_text("")

    missing = [one.key for one in judged(site) if one.id == "CFG-002"]

    assert sorted(missing) == sorted(set(missing))
    assert {"openstack_region_name", "chameleon_site_name"} <= set(missing)


def test_a_value_that_refers_to_itself_is_named(site_of, change):
    site = site_of()
    change(site, network_interface="{{ my_interface }}", my_interface="{{ network_interface }}")

    found = [one for one in judged(site) if one.id == "CFG-010"]

    assert [(one.key, one.found) for one in found] == [
        ("my_interface", "refers to itself, by way of network_interface -> my_interface")]


@pytest.mark.parametrize(("key", "value", "identifier"), [
    ("openstack_region_name", "two\nlines", "CFG-001"),
    ("openstack_region_name", "one line\n", "CFG-001"),
    ("k3s_calico_version", "v3.27.0", "CFG-011"),
])
def test_a_value_that_a_role_would_refuse_an_hour_later_is_named_now(key, value, identifier, site_of, change):
    site = site_of()
    change(site, **{key: value})

    assert [(one.id, one.key) for one in findings.errors(judged(site))] == [(identifier, key)]


def test_a_release_whose_digest_the_site_gives_is_taken(site_of, change):
    site = site_of()
    change(site, k3s_calico_version="v3.27.0", calico_operator_checksum="sha256:" + "0" * 64)

    assert findings.errors(judged(site)) == []


def test_a_misspelled_key_gets_a_hint(site_of, change):
    site = site_of()
    change(site, k3s_sever_port=6443)

    hints = [one for one in judged(site) if one.id == "CFG-007"]

    assert [(one.key, one.severity.value) for one in hints] == [("k3s_sever_port", "warning")]
    assert "k3s_server_port" in hints[0].do


def test_a_vaulted_value_is_taken_unread(site_of):
    site = site_of()
    with site.defaults.open("a") as file:
        file.write("balena_api_token: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3132\n")

    assert findings.errors(judged(site)) == []
    assert "3132" not in findings.report(judged(site))


def test_references_between_keys_are_followed():
    settings = Settings({"a": "{{ b }}", "b": "{{ c | bool }}", "c": "yes", "d": "{{ a | community.filter }}", "e": "{{ e }}"})

    assert settings.get("a") is True and settings.enabled("a")
    assert settings.get("d") is UNRESOLVED
    assert settings.get("e") is UNRESOLVED


def test_a_file_that_is_no_yaml_is_named_without_its_text(tmp_path):
    path = tmp_path / "defaults.yml"
    path.write_text("password: [secretvalue\nother: 1\n")

    with pytest.raises(documents.Unreadable) as refusal:
        documents.load_mapping(path)

    assert "defaults.yml:" in str(refusal.value) and "secretvalue" not in str(refusal.value)
