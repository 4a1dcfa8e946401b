"""Names of plays, tasks and handlers: a verb and its object, readable in a log without the file beside it."""

import pathlib
import re

import pytest
import yaml

DEPLOY = pathlib.Path(__file__).resolve().parents[2]

VERBS = frozenset("""
    Add Allow Apply Assign Attach Back Calculate Check Choose Collect Configure Connect Copy Create Delete Deploy Disconnect
    Download Drop Dump End Enroll Extract Fetch Find Get Grant Install Lift Limit Link List Load Log Look Migrate Move Prepare Pull Read
    Reconfigure Record Register Reload Remember Remove Report Request Require Reset Restart Restrict Resync Revoke Roll Run
    Select Show Start Stop Taint Test Unmount Wait Write
""".split())
"""A new verb is added here when none of these says what a task does."""

RIDDLES = re.compile(r"\b(it|its|them|they|their|so|all of|something else)\b|^Look (?!up )|\btoo$", re.IGNORECASE)
"""Words that refer to something outside of the name."""


def names(entries):
    """The names of these tasks or plays and of those within them."""
    for entry in entries or ():
        yield entry.get("name")
        for key in ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks", "handlers"):
            yield from names(entry.get(key))


def problem(name):
    if not name:
        return "has no name"
    words = name.split()
    if words[0] not in VERBS:
        return f"{name!r} does not start with a verb of the list"
    if len(words) < 2:
        return f"{name!r} has no object"
    found = RIDDLES.search(name)
    return f"{name!r}: {found.group().strip()!r} refers to something outside of the name" if found else None


def files():
    return [path for pattern in ("roles/*/tasks/*.yml", "roles/*/handlers/*.yml", "playbooks/*.yml") for path in sorted(DEPLOY.glob(pattern))]


def test_every_name_is_a_verb_and_its_object():
    problems = [f"{path.relative_to(DEPLOY)}: {wrong}" for path in files()
                for name in names(yaml.safe_load(path.read_text())) if (wrong := problem(name))]

    assert problems == []


def test_all_roles_and_playbooks_are_read():
    assert sum(1 for path in files() for _ in names(yaml.safe_load(path.read_text()))) > 200


@pytest.mark.parametrize("name", [None, "Walk", "Keep it so", "Bring the dashboard", "Join them", "Look at the router",
                                  "Create the network and their router", "The range is known", "Check"])
def test_a_riddle_is_refused(name):
    assert problem(name)


@pytest.mark.parametrize("name", ["Create the public network", "Look up the router", "Wait for Doni's health check"])
def test_a_clear_name_is_accepted(name):
    assert problem(name) is None
