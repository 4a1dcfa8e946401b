"""A failure names its cause in one line, and the advice belongs to that cause."""

import json
import os
import subprocess
import sys

import pytest
import yaml

from conftest import DEPLOY
from edgebox_lib import phases, vault
from edgebox_lib.kolla import Kolla
from edgebox_lib.runner import Problem, Runner
from edgebox_lib.settings import Settings

PLAY = """
- hosts: localhost
  connection: local
  gather_facts: false
  vars: {{ansible_python_interpreter: {python}}}
  tasks:
    - name: Break
{task}
"""

TASKS = {
    "a command": ("ansible.builtin.command: {argv: [sh, -c, 'echo started; echo noise >&2; echo the cause >&2; exit 3']}",
                  "ended with 3: noise / the cause"),
    "a command that only prints": ("ansible.builtin.command: {argv: [sh, -c, 'echo the cause; exit 4']}",
                                   "ended with 4: the cause"),
    "a command without a word": ("ansible.builtin.command: {argv: ['false']}", "ended with 1"),
    "a failed item": ("ansible.builtin.command: {argv: [test, '{{ item }}', '=', good]}\n      loop: [good, bad, worse]",
                      "bad: ended with 1; worse: ended with 1"),
    "an assertion in a loop": (
        "ansible.builtin.assert: {that: item.name == 'good', fail_msg: 'the name {{ item.name }} is wrong', quiet: true}\n"
        "      loop: [{name: good}, {name: bad}]", "bad: the name bad is wrong"),
    "a hidden command": ("ansible.builtin.command: {argv: [sh, -c, 'echo secret >&2; exit 1']}\n      no_log: true",
                         "(its output is not shown, because it may hold a secret)"),
    "a variable that is not defined": (
        "ansible.builtin.debug: {msg: \"" + "{{ something }} " * 100 + "\"}", "'something' is undefined"),
    "a message": ("ansible.builtin.fail: {msg: plain words}", "plain words"),
}


@pytest.mark.parametrize("name", TASKS)
def test_the_cause_is_in_the_line(name, tmp_path):
    task, wanted = TASKS[name]
    (tmp_path / "play.yml").write_text(PLAY.format(python=sys.executable, task=f"      {task}"))
    ran = subprocess.run(["ansible-playbook", "-i", "localhost,", str(tmp_path / "play.yml")], capture_output=True, text=True,
                         check=False, env={**os.environ, "EDGEBOX_EVENTS": str(tmp_path / "events"),
                                           "ANSIBLE_CALLBACK_PLUGINS": str(DEPLOY / "plugins" / "callback"),
                                           "ANSIBLE_CALLBACKS_ENABLED": "edgebox_events"})

    events = [json.loads(line) for line in (tmp_path / "events").read_text().splitlines()]

    assert [event["message"] for event in events if event["event"] == "failed"] == [wanted] or (
        "undefined" in wanted and all(event["message"].endswith(wanted) and len(event["message"]) < 700
                                      for event in events if event["event"] == "failed")), ran.stdout
    assert "secret" not in wanted or "secret\n" not in (tmp_path / "events").read_text()


@pytest.mark.parametrize(("message", "advice"), [
    ("kolla-ansible is not installed: /opt/x", "bootstrap-servers installs it"),
    ("fatal: Could not resolve host: example.org", "resolv.conf"),
    ("write: No space left on device", "free some space"),
    ("something new", "docker ps -a"),
])
def test_the_advice_belongs_to_the_cause(message, advice):
    plan = phases.load()

    fixes = plan.fixes(plan.phase("services"), [Problem("edge1", "Deploy", message)])

    assert len(fixes) == 1 and advice in fixes[0]


def test_a_kolla_ansible_that_is_missing_is_the_cause(site_of, change, edgebox, tmp_path):
    site = site_of()
    change(site, kolla_ansible_command=str(tmp_path / "none"), kolla_kubeconfig=str(tmp_path / "none"))
    plan = yaml.safe_load((DEPLOY / "phases.yml").read_text())
    services = next(phase for phase in plan["phases"] if phase["name"] == "services")
    file = tmp_path / "phases.yml"
    file.write_text(yaml.safe_dump({"observe": str(DEPLOY / plan["observe"]), "conditions": plan["conditions"],
                                    "causes": plan["causes"], "commands": {"deploy": [{"phase": "services"}]},
                                    "phases": [{**services, "steps": [{"kolla": "deploy"}], "again": [], "after": [], "wants": [],
                                                "gives": []}]}))

    ran = edgebox("deploy", "--check", "--site", site.root, "--phases", file)

    assert ran.returncode == 1, ran.stderr
    assert "kolla-ansible is not installed: " in ran.stdout
    assert "bootstrap-servers installs it" in ran.stdout and "docker ps" not in ran.stdout


def test_a_program_that_ends_before_any_task_is_quoted(site_of, tmp_path):
    site = site_of()
    site.prepare()
    command = tmp_path / "kolla-ansible"
    command.write_text("#!/bin/sh\necho usage\necho 'unknown option' >&2\nexit 2\n")
    command.chmod(0o755)

    result = Kolla(site, Runner(site, vault.Mask()), Settings({"kolla_ansible_command": str(command)})).run("pull")

    assert [(one.host, one.task, one.message) for one in result.problems] == [("this host", "kolla-pull", "usage / unknown option")]
