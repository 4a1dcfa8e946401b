"""Every template of these roles, rendered by Ansible itself for three sites and compared with deploy/tests/golden/sites.

GOLDEN=rewrite rewrites the golden files.
"""

import configparser
import json
import os
import pathlib
import shutil
import subprocess

import pytest
import yaml

TESTS = pathlib.Path(__file__).resolve().parents[1]
DEPLOY = TESTS.parent
GOLDEN = TESTS / "golden/sites"
ROLES = ("calico", "device_plugins", "doni", "k3s_server", "kolla", "monitoring", "postgres", "registry_proxy", "taint_rollout")
SITES = ("new-edge", "running-untainted", "without-kolla")
# Where another team runs OpenStack, kolla-ansible is not configured.
LEFT_OUT = {"without-kolla": ("kolla", "monitoring")}


def templates(site):
    return [
        {"role": role, "name": path.name}
        for role in ROLES
        if role not in LEFT_OUT.get(site, ())
        for path in sorted((DEPLOY / "roles" / role / "templates").glob("*.j2"))
    ]


@pytest.fixture(scope="module", params=SITES)
def rendered(request, tmp_path_factory):
    output = tmp_path_factory.mktemp(request.param)
    ansible = shutil.which("ansible-playbook")
    assert ansible, "deploy/test brings it"
    done = subprocess.run(
        [
            ansible,
            "-i",
            "localhost,",
            "-e",
            json.dumps({"site": request.param, "output": str(output), "templates": templates(request.param)}),
            str(TESTS / "render.yml"),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "ANSIBLE_CONFIG": str(DEPLOY / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return request.param, {path.name: path.read_text() for path in sorted(output.iterdir())}


def test_templates_render_as_their_golden_files(rendered):
    site, files = rendered
    folder = GOLDEN / site
    if os.environ.get("GOLDEN") == "rewrite":
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text)
    golden = {path.name: path.read_text() for path in sorted(folder.iterdir())}
    assert sorted(files) == sorted(golden)
    for name, text in files.items():
        assert text == golden[name], f"{site}/{name} (GOLDEN=rewrite, if that is meant)"


def test_what_is_rendered_can_be_read_by_what_it_is_for(rendered):
    _, files = rendered
    assert files
    for name, text in files.items():
        if name.endswith(".yaml") or name.endswith(".yml"):
            assert all(isinstance(document, dict) for document in yaml.safe_load_all(text)), name
        elif name == "postgres.doni.conf":
            configparser.RawConfigParser().read_string(f"[server]\n{text}")
        elif name.endswith((".conf", ".ini", ".service")):
            configparser.RawConfigParser(strict=False).read_string(text)


def test_every_daemonset_tolerates_the_sites_taint(rendered):
    _, files = rendered
    daemonsets = [
        document
        for name, text in files.items()
        if name.startswith("device_plugins.")
        for document in yaml.safe_load_all(text)
        if document["kind"] == "DaemonSet"
    ]
    assert len(daemonsets) == 3
    wanted = {"key": "worker-node", "operator": "Equal", "value": "true", "effect": "NoSchedule"}
    assert all(wanted in daemonset["spec"]["template"]["spec"]["tolerations"] for daemonset in daemonsets)


def test_zun_tolerates_the_taint_where_the_site_says_so(rendered):
    site, files = rendered
    if "kolla.zun.conf" not in files:
        assert site in LEFT_OUT
        return
    zun = configparser.RawConfigParser(strict=False)
    zun.read_string(files["kolla.zun.conf"])
    assert zun["k8s"]["enable_worker_taint"] == str(site == "new-edge")
    assert zun["k8s"]["worker_taint_value"] == "true"


def test_doni_is_configured_as_the_site_says(rendered):
    site, files = rendered
    settings = yaml.safe_load(files["doni.application.yml"])
    workers = {
        "new-edge": ["k8s", "tunelo", "balena", "blazar.device"],
        "running-untainted": ["k8s", "tunelo", "balena", "blazar.device"],
        "without-kolla": ["k8s", "balena"],
    }
    assert settings["doni"]["workers"]["enabled"] == workers[site]
    # Behind HAProxy only HAProxy reaches it; without HAProxy clients reach it directly.
    assert settings["server"]["address"] == ("0.0.0.0" if site == "without-kolla" else "127.0.0.1")
    assert settings["doni"]["workers"]["k8s"]["worker-taint"]["enabled"] is (site == "new-edge")
    fleets = settings["doni"]["workers"]["balena"]["device-fleet-mapping"]
    assert len(fleets) == 9
    assert fleets["[jetson-nano]"] == {"new-edge": "example/edge-jetson", "running-untainted": "edge_old_fleet",
                                       "without-kolla": "lab/devices"}[site]


def test_the_rights_in_the_cluster_are_the_documented_ones(rendered):
    _, files = rendered
    documents = list(yaml.safe_load_all(files["doni.rbac.yaml"]))
    rules = {document["kind"]: document["rules"] for document in documents if "rules" in document}
    assert rules == {
        "ClusterRole": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch", "patch", "delete"]}],
        "Role": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "create", "patch", "delete"]}],
    }


def test_haproxy_speaks_tls_where_the_site_does_and_keeps_metrics_inside(rendered):
    site, files = rendered
    if "kolla.haproxy-doni.cfg" not in files:
        assert site in LEFT_OUT
        return
    text = files["kolla.haproxy-doni.cfg"]
    settings = yaml.safe_load((DEPLOY / "tests" / "sites" / site / "defaults.yml").read_text())
    apis, *management = text.split("\nbackend doni_back")[0].split("frontend doni_management_front")
    inside, outside = apis.split("frontend doni_external_front")
    assert ":8001 ssl crt /etc/haproxy/certificates/haproxy.pem" in outside
    assert "ssl" not in inside
    assert ":8002" not in apis
    assert bool(management) == settings.get("enable_monitoring", False)
    for metrics in management:
        assert f"bind {settings['kolla_internal_vip_address']}:8002\n" in metrics
        assert f"{settings['kolla_external_vip_address']}:" not in metrics
        assert "deny unless { path -i -m beg /actuator }" in metrics


def test_nothing_that_is_rendered_is_a_secret(rendered):
    _, files = rendered
    for name, text in files.items():
        assert "$ANSIBLE_VAULT" not in text, name
        for line in text.splitlines():
            key = line.split("=")[0].split(":")[0].strip().lower()
            assert not key.endswith(("password", "secret", "api_token")), f"{name}: {key}"
