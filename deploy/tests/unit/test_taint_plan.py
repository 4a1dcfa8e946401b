"""What a taint would do, on what a real API server (1.34) listed: taint/nodes.json, taint/pods.json."""

import importlib.util
import json
import pathlib

import pytest

HERE = pathlib.Path(__file__).parent
SOURCE = HERE.parents[1] / "roles/taint_rollout/filter_plugins/taint_plan.py"

spec = importlib.util.spec_from_file_location("taint_plan", SOURCE)
plan = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plan)

TAINT = {"key": "worker-node", "value": "true", "effect": "NoSchedule"}


@pytest.fixture
def nodes():
    return json.loads((HERE / "taint/nodes.json").read_text())["items"]


@pytest.fixture
def pods():
    return json.loads((HERE / "taint/pods.json").read_text())["items"]


def test_only_nodes_outside_the_control_plane_are_devices(nodes, pods):
    assert plan.taint_plan(nodes, pods, TAINT)["devices"] == ["jetson-1", "pi-1", "pi-2", "pi-3"]


def test_devices_that_have_the_taint_are_told_from_those_that_do_not(nodes, pods):
    found = plan.taint_plan(nodes, pods, TAINT)
    assert found["tainted"] == ["pi-3"]
    assert found["untainted"] == ["jetson-1", "pi-1", "pi-2"]


def test_taint_with_another_value_is_not_the_taint(nodes, pods):
    assert plan.taint_plan(nodes, pods, {**TAINT, "value": "other"})["tainted"] == []


def test_users_containers_and_daemonsets_that_do_not_tolerate_it_stand_in_the_way(nodes, pods):
    blocking = plan.taint_plan(nodes, pods, TAINT)["blocking"]
    assert [(entry["node"], entry["kind"], entry["pod"]) for entry in blocking] == [
        ("pi-1", "container", "zun-old"),
        ("pi-1", "daemonset", "site-logs-x1"),
    ]
    assert "DaemonSet kube-system/site-logs" in blocking[1]["remedy"]


def test_a_core_service_on_a_device_moves_and_blocks_nothing(nodes, pods):
    moves = plan.taint_plan(nodes, pods, TAINT)["moves"]
    assert [(entry["node"], entry["pod"]) for entry in moves] == [("pi-2", "coredns-stray")]


def test_finished_pods_mirrors_and_pods_elsewhere_do_not_count(nodes, pods):
    mirror = json.loads(json.dumps(next(pod for pod in pods if pod["metadata"]["name"] == "zun-old")))
    mirror["metadata"].update(name="static", annotations={"kubernetes.io/config.mirror": "abc"})
    named = {entry["pod"] for entry in plan.taint_plan(nodes, [*pods, mirror], TAINT)["blocking"]}
    assert named.isdisjoint({"zun-done", "metrics", "static"})


def test_report_names_every_pod_with_what_to_do(nodes, pods):
    report = plan.taint_plan(nodes, pods, TAINT)["report"]
    assert report[0] == "4 devices, 1 of them with the taint worker-node=true:NoSchedule"
    assert report[-1] == "2 pods have to tolerate it first"
    assert len(report) == 5


def test_report_of_a_cluster_that_is_ready_says_so(nodes):
    assert plan.taint_plan(nodes, [], TAINT)["report"][-1] == "nothing stands in the way"


def test_no_execute_evicts(nodes, pods):
    blocking = plan.taint_plan(nodes, pods, {**TAINT, "effect": "NoExecute"})["blocking"]
    assert blocking[0]["consequence"] == "is evicted"
    # The toleration that Zun gives is for NoSchedule alone.
    assert "zun-new" in {entry["pod"] for entry in blocking}


def test_preferring_keeps_nothing_off(nodes, pods):
    assert plan.taint_plan(nodes, pods, {**TAINT, "effect": "PreferNoSchedule"})["blocking"] == []


@pytest.mark.parametrize(
    ("toleration", "covered"),
    [
        ({"key": "worker-node", "operator": "Equal", "value": "true", "effect": "NoSchedule"}, True),
        ({"key": "worker-node", "value": "true"}, True),
        ({"key": "worker-node", "operator": "Exists"}, True),
        ({"operator": "Exists"}, True),
        ({"operator": "Exists", "effect": "NoExecute"}, False),
        ({"key": "worker-node", "operator": "Equal", "value": "yes"}, False),
        ({"key": "worker-node", "operator": "Equal"}, False),
        ({"key": "other", "operator": "Exists"}, False),
        ({"key": "worker-node", "operator": "Exists", "effect": "NoExecute"}, False),
    ],
)
def test_toleration_covers_the_taint_as_the_scheduler_sees_it(toleration, covered):
    assert plan.tolerates([toleration], TAINT) is covered


def test_toleration_that_ends_does_not_count_against_eviction():
    for_a_while = {"key": "worker-node", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
    assert not plan.tolerates([for_a_while], {**TAINT, "effect": "NoExecute"})


def test_no_tolerations_at_all():
    assert not plan.tolerates(None, TAINT)


def test_canary_that_was_asked_for_goes_first_then_waves():
    assert plan.taint_waves(["c", "a", "d", "b", "e"], "c", 2) == [["c"], ["a", "b"], ["d", "e"]]


def test_canary_is_a_device_that_is_ready_where_none_was_asked_for():
    assert plan.taint_waves(["a", "b", "c"], "", 10, ready=["b"]) == [["b"], ["a", "c"]]


def test_canary_that_is_done_already_is_not_done_again():
    assert plan.taint_waves(["a", "b"], "z", 1) == [["a"], ["b"]]


def test_nothing_to_do_makes_no_wave():
    assert plan.taint_waves([], "", 10) == []


def test_wave_that_got_there_has_no_mistakes(nodes):
    assert plan.taint_mistakes(nodes, ["pi-3"], TAINT, True, ["pi-3"]) == []
    assert plan.taint_mistakes(nodes, ["pi-2"], TAINT, False, ["pi-2"]) == []


def test_mistakes_name_the_device(nodes):
    assert plan.taint_mistakes(nodes, ["pi-2", "gone"], TAINT, True, []) == [
        "pi-2: still without the taint",
        "gone: its node is gone",
    ]
    assert plan.taint_mistakes(nodes, ["pi-3"], TAINT, False, []) == ["pi-3: still with the taint"]


def test_device_that_fell_over_is_a_mistake_and_one_that_was_offline_is_not(nodes):
    for node in nodes:
        node["status"]["conditions"] = [{"type": "Ready", "status": "Unknown"}]
    assert plan.taint_mistakes(nodes, ["pi-3"], TAINT, True, []) == []
    assert plan.taint_mistakes(nodes, ["pi-3"], TAINT, True, ["pi-3"]) == [
        "pi-3: was Ready before, and is not any more"
    ]
