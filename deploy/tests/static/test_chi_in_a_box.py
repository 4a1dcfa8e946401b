"""The tables of roles/kolla/README.md name everything that chi-in-a-box lays over the pinned kolla-ansible, and nothing of it would change
at an existing site without a word. tests/static/chi-in-a-box.txt has the names.
"""

import fnmatch
import pathlib
import re
import sys

import pytest
import yaml

DEPLOY = pathlib.Path(__file__).resolve().parents[2]
ROLE = DEPLOY / "roles/kolla"
sys.path.insert(0, str(DEPLOY))

from edgebox_lib import existing  # noqa: E402

VERDICT = re.compile(r"taken|otherwise|not here|the fork's own|added|exist empty")


def names(kind):
    lines = (DEPLOY / "tests/static/chi-in-a-box.txt").read_text().splitlines()
    return [line.split(" ", 1)[1] for line in lines if line.startswith(f"{kind} ")]


def rows(heading):
    """(the names of a row's first cell, its second cell) of the table with that heading; a name may be a pattern."""
    table = (ROLE / "README.md").read_text().split(f"| {heading} | here |\n| --- | --- |\n")[1].split("\n\n")[0]
    cells = [line.strip("| ").split(" | ") for line in table.splitlines()]
    return [(re.findall(r"`([^`]+)`", first), verdict) for first, verdict in cells]


def covers(pattern, name):
    return fnmatch.fnmatchcase(name, pattern)


TABLES = [("setting", "`kolla/defaults.yml`"), ("file", "`kolla/node_custom_config/`"), ("group", "inventory, command line")]


@pytest.mark.parametrize(("kind", "heading"), TABLES)
def test_every_name_of_the_layer_is_in_the_table(kind, heading):
    patterns = [pattern for row, _ in rows(heading) for pattern in row]
    assert names(kind)
    assert [name for name in names(kind) if not any(covers(pattern, name) for pattern in patterns)] == []


@pytest.mark.parametrize(("kind", "heading"), TABLES[:2])
def test_the_table_names_nothing_that_the_layer_does_not_have(kind, heading):
    patterns = [pattern for row, _ in rows(heading) for pattern in row]
    assert [pattern for pattern in patterns if not any(covers(pattern, name) for name in names(kind))] == []


@pytest.mark.parametrize("heading", [heading for _, heading in TABLES])
def test_every_row_says_what_becomes_of_it(heading):
    assert [row for row, verdict in rows(heading) if not VERDICT.match(verdict)] == []


def test_what_is_taken_is_known_to_edgebox():
    known = yaml.safe_load((DEPLOY / "inventory/group_vars/all.yml").read_text())
    used = "\n".join(path.read_text() for folder in ("templates", "defaults", "tasks") for path in (ROLE / folder).iterdir())
    # Read under a name of its own; enable_polling_monitor of blazar.conf.
    otherwise_named = {"worker_taint": "k8s_worker_taint", "blazar_zun_polling_monitor": "enable_polling_monitor"}
    taken = [name for row, verdict in rows(TABLES[0][1]) if verdict.startswith("taken") for name in row]
    assert len(taken) > 25
    for name in taken:
        own = otherwise_named.get(name, name)
        assert own in known or re.search(rf"\b{own}\b", used), f"{name} is taken, but nothing here has it"


def test_nothing_of_an_existing_site_changes_without_a_word():
    """What is not taken is listed by `edgebox plan` for a site of chi-in-a-box."""
    changed = [pattern for row, verdict in rows(TABLES[0][1]) if verdict.startswith(("not here", "otherwise")) for pattern in row]
    for name in names("setting"):
        if any(covers(pattern, name) for pattern in changed):
            assert name in existing.LAYER or any(covers(pattern, name) for pattern in existing.DETAILS), f"{name} would change silently"


def test_what_is_listed_as_a_change_is_one():
    kept = [pattern for row, verdict in rows(TABLES[0][1]) if verdict.startswith(("taken", "the fork's own")) for pattern in row]
    # No setting of the layer: the router that its post-deploy makes.
    for name in set(existing.LAYER) - {"neutron_edge_networks_router"}:
        assert name in names("setting")
        assert not any(covers(pattern, name) for pattern in kept), f"{name} is taken, and does not change"
    for pattern in existing.DETAILS:
        assert any(covers(pattern, name) for name in names("setting")), f"{pattern} names no setting"
