"""In which order phases run, and what a failure keeps from running; Ansible is played by a stand-in that only answers."""

import jinja2
import pytest
import yaml

from edgebox_lib import phases
from edgebox_lib.converge import FAILED, SATISFIED, WAITS, Converger
from edgebox_lib.journal import Journal
from edgebox_lib.runner import Problem, Result


class Answers:
    """In place of Ansible: plays named in `broken` fail, and observing finds the conditions that plays have brought."""

    def __init__(self, broken=(), brings=()):
        self.broken, self.brings, self.ran, self.held = set(broken), dict(brings), [], set()

    def was_killed(self):
        return False

    def playbook(self, path, title, *, variables=None, **_):
        if title == "observe":
            names = [one["name"] for one in variables["edgebox_conditions"]]
            return Result(0, facts={"edgebox_holds": {name: name in self.held for name in names}})
        self.ran.append(title)
        if title in self.broken:
            return Result(1, problems=(Problem("edge1", title, "it broke"),))
        self.held |= set(self.brings.get(title, ()))
        return Result(0, 1)


class Configuration:
    def __init__(self, off=()):
        self.off = off

    def enabled(self, switch):
        return switch not in self.off


class Directory:
    def inputs(self, *_):
        return "same"


class Kolla:
    node_custom_config = "/nowhere"


def phase(name, **more):
    return {"name": name, "does": name, "steps": [{"playbook": f"{name}.yml"}], **more}


@pytest.fixture
def converge(tmp_path):
    def make(entries, answers, conditions=()):
        file = tmp_path / "phases.yml"
        file.write_text(yaml.safe_dump({"observe": "observe.yml", "phases": entries,
                                        "conditions": {name: {"what": f"the {name}", "file": name} for name in conditions}}))
        said = []
        made = Converger(Directory(), phases.load(file), Configuration(), answers, Kolla(), Journal(tmp_path / "journal"), said.append)
        return made.up(), "\n".join(said)

    return make


def test_what_does_not_depend_on_a_failed_phase_goes_on(converge):
    answers = Answers(broken=["images"])

    status, said = converge([phase("servers"), phase("images", after=["servers"]), phase("services", after=["images"]),
                             phase("networks", after=["services"]), phase("database", after=["servers"])], answers)

    assert status == FAILED
    assert answers.ran == ["servers", "images", "database"]
    assert said.count("images, which failed") == 2, "services waits for it, and networks with services"
    assert said.endswith("images failed; correct that, and run it again")


def test_a_failed_phase_is_not_tried_again_in_the_same_run(converge):
    answers = Answers(broken=["a"], brings={"b": ["thing"]})

    status, _ = converge([phase("a"), phase("b", gives=["thing"], within=0), phase("c", needs=["thing"])], answers, ["thing"])

    assert status == FAILED
    assert answers.ran == ["a", "b", "c"]


def test_a_phase_after_another_that_is_satisfied_runs(converge):
    answers = Answers()

    assert converge([phase("a"), phase("b", after=["a"])], answers)[0] == SATISFIED
    assert answers.ran == ["a", "b"]


def test_a_phase_can_only_come_after_an_earlier_one(tmp_path):
    (tmp_path / "phases.yml").write_text(yaml.safe_dump({"observe": "x", "phases": [phase("a", after=["b"]), phase("b")]}))

    with pytest.raises(Exception, match="phase a: after: there is no earlier phase b"):
        phases.load(tmp_path / "phases.yml")


BRINGS = {"k3s": ["kubeconfig", "cluster"], "postgres": ["database"], "doni": ["doni"], "wireguard_hub": ["hub"]}


@pytest.fixture
def real(tmp_path):
    """deploy/phases.yml, with kolla-ansible's steps replaced by plays of the same name."""
    def make(broken=(), off=()):
        content = yaml.safe_load((phases.DEPLOY / "phases.yml").read_text())
        for entry in content["phases"]:
            for step in [*entry["steps"], *entry.get("again", [])]:
                if "kolla" in step:
                    step["playbook"] = f"{step.pop('kolla')}.yml"
                if "prechecks" in step:
                    step.pop("prechecks")
                    step["playbook"] = "looks.yml"
            entry["within"] = 0
        file = tmp_path / "phases.yml"
        file.write_text(yaml.safe_dump(content))
        answers = Answers(broken, {**BRINGS, "deploy": ["keystone", "neutron"]})
        if "enable_kolla" in off:
            answers.held |= {"keystone", "neutron"}
        said = []
        made = Converger(Directory(), phases.load(file), Configuration(off), answers, Kolla(), Journal(tmp_path / "journal"),
                         said.append)
        return made.up(), answers, "\n".join(said)

    return make


def test_a_new_site_is_satisfied_in_one_run(real):
    status, answers, said = real()

    assert status == SATISFIED, said
    assert answers.ran.index("wireguard_hub") < answers.ran.index("cluster_network"), "Calico takes its address from the hub"
    assert answers.ran.index("edge_networks") < answers.ran.index("wireguard_hub"), "the hub is a port of these networks"
    assert answers.ran.index("k3s") < answers.ran.index("edge_networks")


def test_a_hub_that_does_not_come_keeps_calico_from_waiting_for_it(real):
    status, answers, said = real(broken=["wireguard_hub"])

    assert status == FAILED
    assert "cluster_network" not in answers.ran
    assert "doni" in answers.ran and "smoke" in answers.ran
    assert "the hub of the devices' tunnels (from wireguard-hub)" in said


def test_images_that_cannot_be_had_do_not_keep_the_database_and_the_cluster_from_running(real):
    status, answers, said = real(broken=["pull"])

    assert status == FAILED
    assert {"k3s", "postgres", "monitoring"} <= set(answers.ran)
    assert not {"deploy", "edge_networks", "doni"} & set(answers.ran)
    assert "the hub of the devices' tunnels" in said, "what the cluster's network waits for"


def test_a_site_without_a_cluster_waits_for_no_kubeconfig(real):
    status, answers, said = real(off=["enable_k3s", "enable_kolla", "enable_neutron_wireguard"])

    assert status == SATISFIED, said
    assert answers.ran == ["looks", "postgres", "doni", "monitoring", "smoke"]
    assert "kubeconfig" not in said


def test_findings_keep_everything_from_running(real):
    _, answers, _ = real(broken=["looks"])

    assert answers.ran == ["looks"]


def test_nothing_is_satisfied_while_something_is_waited_for(converge):
    assert converge([phase("a", needs=["thing"])], Answers(), ["thing"])[0] == WAITS


@pytest.mark.parametrize(("settings", "where"), [
    ({}, ("127.0.0.1", "5432")),
    ({"doni_database_host": "db.example.org", "doni_database_port": 6432}, ("db.example.org", "6432")),
])
def test_the_database_is_looked_for_where_the_site_has_it(settings, where):
    database = yaml.safe_load((phases.DEPLOY / "phases.yml").read_text())["conditions"]["database"]

    assert tuple(jinja2.Template(str(database[key])).render(settings) for key in ("host", "port")) == where
