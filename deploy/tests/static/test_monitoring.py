"""Alert rules and dashboard: what promtool says, and that every metric is one that the service registers."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest
import yaml

DEPLOY = pathlib.Path(__file__).resolve().parents[2]
MONITORING = DEPLOY / "monitoring"
SOURCES = [path for module in ("doni-workers", "doni-sync", "doni-api") for path in
           (DEPLOY.parent / module / "src/main/java").rglob("*.java")]

# Registered by Spring Boot, Micrometer and HikariCP; deploy/tests/live/metrics finds them at a running service.
OF_THE_PLATFORM = {
    "http_server_requests_seconds",
    "hikaricp_connections_active",
    "hikaricp_connections_max",
    "hikaricp_connections_pending",
    "hikaricp_connections_timeout_total",
    "jvm_memory_max_bytes",
    "jvm_memory_used_bytes",
}
OF_PROMETHEUS = {"up", "ALERTS"}
WORDS = {
    "sum", "max", "min", "avg", "count", "rate", "increase", "absent", "by", "on", "and", "or", "unless", "without", "ignoring",
    "max_over_time", "label_values", "group_left", "group_right", "bool",
}


def registered():
    """The names that our sources register, as Prometheus sees them."""
    names = set(OF_THE_PLATFORM)
    for source in SOURCES:
        text = source.read_text()
        for kind, name in re.findall(r'(Timer|Counter|Gauge)\s*\.builder\(\s*"(doni[a-z.]+)"', text):
            base = name.replace(".", "_")
            names.add({"Timer": f"{base}_seconds", "Counter": f"{base}_total", "Gauge": base}[kind])
        for name in re.findall(r'(?:\.gauge\(|\bgauge\()\s*"(doni[a-z.]+)"', text):
            names.add(name.replace(".", "_"))
        for name in re.findall(r'gauge\(\s*"(doni[a-z.]+)"', text):
            names.add(name.replace(".", "_"))
        for name, unit in re.findall(r'BackgroundDatabaseGauge\.register\(\s*\w+,\s*"(doni[a-z.]+)",[^"]+"([a-z]+)"', text):
            names.add(f"{name}.{unit}".replace(".", "_"))
        for name in re.findall(r'String [A-Z_]+ = "(doni\.[a-z.]+)"', text):
            names.add(name.replace(".", "_"))
    return names


def metrics(expression):
    """The names of metrics in an expression."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    bare = re.sub(r"\b(by|on|without|ignoring)\s*\([^)]*\)", "", bare)
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    if bare.strip().startswith("label_values"):
        bare = bare.split("(")[1].split(",")[0]
    return {word for word in re.findall(r"[a-zA-Z_][a-zA-Z0-9_]*", bare) if word not in WORDS}


def known(name, names):
    return name in OF_PROMETHEUS or name in names or re.sub("_(count|sum|max|bucket)$", "", name) in names


@pytest.fixture(scope="module")
def rules():
    return yaml.safe_load((MONITORING / "rules.yml").read_text())["groups"][0]["rules"]


@pytest.fixture(scope="module")
def dashboard():
    return json.loads((MONITORING / "dashboard.json").read_text())


def dashboard_expressions(dashboard):
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]["query"]


def test_the_sources_register_what_is_looked_for_here():
    names = registered()
    assert {"doni_reconcile_seconds", "doni_remote_seconds", "doni_keystone_validations_total", "doni_lane_due"} <= names


def test_every_metric_of_a_rule_is_one_that_the_service_has(rules):
    names = registered()
    unknown = {rule["alert"]: sorted(name for name in metrics(rule["expr"]) if not known(name, names)) for rule in rules}
    assert not {alert: missing for alert, missing in unknown.items() if missing}


def test_every_metric_of_the_dashboard_is_one_that_the_service_has(dashboard):
    names = registered()
    used = list(dashboard_expressions(dashboard))
    assert len(used) > 20
    unknown = {title: sorted(name for name in metrics(expression) if not known(name, names)) for title, expression in used}
    assert not {title: missing for title, missing in unknown.items() if missing}


def test_a_metric_that_doni_does_not_register_is_noticed():
    assert not known("doni_lane_lagg", registered())
    assert metrics('sum by (worker) (rate(doni_made_up_total{job="doni"}[5m])) > 1') == {"doni_made_up_total"}


def test_every_alert_says_what_it_means_and_what_to_do(rules):
    assert len(rules) == len({rule["alert"] for rule in rules})
    for rule in rules:
        assert rule["labels"]["severity"] in ("critical", "warning", "info"), rule["alert"]
        for text in ("summary", "description", "runbook"):
            assert len(rule["annotations"][text]) > 15, (rule["alert"], text)
        assert 'job="doni"' in rule["expr"], rule["alert"]


def test_what_the_operator_asked_for_is_watched(rules):
    watched = " ".join(rule["expr"] for rule in rules)
    for metric in ("doni_lane_lag_seconds", 'outcome="failed"', "doni_remote_circuit_open", "doni_keystone_validations_total",
                   "hikaricp_connections_pending", 'outcome="drifted"'):
        assert metric in watched, metric


def test_every_alert_of_the_dashboard_and_the_readme_exists(rules, dashboard):
    alerts = {rule["alert"] for rule in rules}
    told = set(re.findall(r"\| (Doni\w+) \|", (MONITORING / "README.md").read_text()))
    assert told == alerts
    named = set(re.findall(r"\bDoni[A-Z]\w+", json.dumps(dashboard)))
    assert named <= alerts


def test_panels_of_the_dashboard_do_not_overlap(dashboard):
    taken = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


@pytest.fixture(scope="module")
def promtool(tmp_path_factory):
    """The one on the PATH, or that of Debian's package prometheus, unpacked into the cache without its service."""
    there = shutil.which("promtool")
    if there:
        return there
    cached = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "doni/promtool/promtool"
    if not cached.exists():
        if not shutil.which("apt-get"):
            pytest.skip("neither promtool nor apt-get is here")
        folder = tmp_path_factory.mktemp("prometheus")

        def run(*command):
            return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0

        assert run("apt-get", "download", "prometheus") or (run("apt-get", "update") and run("apt-get", "download", "prometheus"))
        assert run("dpkg-deb", "--extract", str(next(folder.glob("prometheus_*.deb"))), "unpacked")
        cached.parent.mkdir(parents=True, exist_ok=True)
        # Moved within the cache, so that no other run sees half of it.
        with tempfile.TemporaryDirectory(dir=cached.parent) as beside:
            shutil.copy2(folder / "unpacked/usr/bin/promtool", beside)
            os.replace(pathlib.Path(beside) / "promtool", cached)
    return str(cached)


@pytest.mark.parametrize("arguments", [("check", "rules", "rules.yml"), ("test", "rules", "rules_test.yml")])
def test_promtool_accepts_the_rules_and_their_tests_pass(promtool, arguments):
    done = subprocess.run([promtool, *arguments], cwd=MONITORING, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_fails_on_an_expression_that_is_wrong(promtool, tmp_path):
    wrong = tmp_path / "rules.yml"
    wrong.write_text((MONITORING / "rules.yml").read_text().replace("expr: ", "expr: ) ", 1))
    done = subprocess.run([promtool, "check", "rules", str(wrong)], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "parse error" in done.stdout + done.stderr
