"""Documents of the deployment point at what is there, plays name roles that exist, and no task passes a secret where others can read it."""

import pathlib
import re

import pytest
import yaml

DEPLOY = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(path for path in DEPLOY.rglob("*.md") if ".ansible" not in path.parts)
TASKS = sorted([*DEPLOY.glob("roles/*/tasks/*.yml"), *DEPLOY.glob("roles/*/handlers/*.yml"), *DEPLOY.glob("playbooks/*.yml")])
SECRET = re.compile(r"(?i)(password|secret|token|_key\b)")


def anchors(text):
    """Of headings, as the usual renderers make them."""
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


def dead_links(document, text):
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (document.parent / path).resolve() if path else document
        if not place.exists():
            yield target
        elif anchor and place.suffix == ".md" and anchor not in anchors(place.read_text()):
            yield target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_links_lead_somewhere(document):
    assert not list(dead_links(document, document.read_text()))


def test_a_dead_link_is_noticed():
    text = "[one](roles/no-such-role/README.md) [two](README.md#no-such-part) [three](README.md) [four](https://example.org)"
    assert list(dead_links(DEPLOY / "README.md", text)) == ["roles/no-such-role/README.md", "README.md#no-such-part"]


def tasks(content):
    """Every task of a list of tasks or plays, those of blocks included."""
    for task in content or ():
        yield task
        for part in ("tasks", "pre_tasks", "post_tasks", "block", "rescue", "always"):
            yield from tasks(task.get(part))


def test_every_role_that_is_named_exists():
    named = {}
    for path in TASKS:
        for task in tasks(yaml.safe_load(path.read_text())):
            for module in ("ansible.builtin.include_role", "ansible.builtin.import_role"):
                if module in task:
                    named.setdefault(task[module]["name"], path)
    assert {"doni", "postgres", "smoke"} <= set(named)
    assert not {role: str(path) for role, path in named.items() if not (DEPLOY / "roles" / role / "tasks/main.yml").is_file()}


def test_every_role_is_in_the_operators_guide():
    guide = (DEPLOY / "README.md").read_text()
    assert not [path.name for path in sorted((DEPLOY / "roles").iterdir()) if path.is_dir() and f"roles/{path.name}/README.md" not in guide]


# Ansible puts a task's environment into the arguments of the shell that starts its module: everybody can read it there.
def test_no_secret_goes_by_a_tasks_environment_or_arguments():
    wrong = []
    for path in TASKS:
        for task in tasks(yaml.safe_load(path.read_text())):
            environment = task.get("environment") or {}
            command = task.get("ansible.builtin.command") or {}
            argv = command.get("argv") or [] if isinstance(command, dict) else [command]
            spoken = [f"{name} {value}" for name, value in environment.items()] if isinstance(environment, dict) else [environment]
            # The names of files and of switches are no secrets.
            spoken += [one for one in map(str, argv) if "{{" in one and not re.search(r"(?i)--[a-z-]*password[a-z-]*$", one)]
            wrong += [f"{path.relative_to(DEPLOY)}: {task.get('name')}: {one}" for one in spoken
                      if SECRET.search(re.sub(r"PGPASSFILE|passwords\.yml|vault_password|/secrets/?", "", one))]
    assert not wrong


def test_the_registry_proxy_is_looked_after_when_it_is_off_too():
    play = yaml.safe_load((DEPLOY / "playbooks/cluster_network.yml").read_text())[0]
    (proxy,) = [task for task in play["tasks"] if task["ansible.builtin.include_role"]["name"] == "registry_proxy"]
    assert "when" not in proxy, "switched off, the role has to run to remove what it made"
