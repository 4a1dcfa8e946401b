"""k3s' own configuration, its environment and its unit, key by key against the options of its pinned series. k3s skips a key of config.yaml
that it does not know, with a warning in its log, so that a misspelled one would go unnoticed.
"""

import ipaddress
import pathlib
import re
import shlex
import shutil
import subprocess

import pytest
import yaml

TESTS = pathlib.Path(__file__).resolve().parents[1]
ROLE = TESTS.parent / "roles/k3s_server"
SERIES = "v1.23."
# The packaged components that it can leave out, and the values that two options take.
VALUES = {
    "disable": {"coredns", "servicelb", "traefik", "local-storage", "metrics-server"},
    "flannel-backend": {"none", "vxlan", "ipsec", "host-gw", "wireguard", "wireguard-native"},
}
# What its own unit sets; ours may set more.
UNIT = {
    "Type": "notify",
    "KillMode": "process",
    "Delegate": "yes",
    "LimitNOFILE": "1048576",
    "LimitNPROC": "infinity",
    "LimitCORE": "infinity",
    "TasksMax": "infinity",
    "TimeoutStartSec": "0",
    "Restart": "always",
    "RestartSec": "5s",
    "WantedBy": "multi-user.target",
    "Wants": "network-online.target",
    "After": "network-online.target",
}
KINDS = {
    "Bool": lambda value: isinstance(value, bool),
    "Int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    # YAML's own numbers would do too, but an octal mode would be read as another one.
    "String": lambda value: isinstance(value, str),
    "StringSlice": lambda value: isinstance(value, str) or isinstance(value, list) and all(isinstance(one, str) for one in value),
}


def options():
    lines = (TESTS / "static/k3s/options.txt").read_text().splitlines()
    return dict(line.split() for line in lines if not line.startswith("#"))


def faults(configuration):
    """What k3s would skip or misread."""
    known = options()
    found = [f"{key}: no option" for key in configuration if key not in known]
    for key, value in configuration.items():
        if key in known and not KINDS[known[key]](value):
            found.append(f"{key}: {value!r} for a {known[key]}")
        allowed = VALUES.get(key)
        if allowed and not set(value if isinstance(value, list) else [value]) <= allowed:
            found.append(f"{key}: {value!r}, not of {sorted(allowed)}")
    return found


def rendered(name):
    return [(path.parent.name, path.read_text()) for path in sorted((TESTS / "golden/sites").glob(f"*/k3s_server.{name}"))]


def test_the_options_are_those_of_the_pinned_series():
    pinned = yaml.safe_load((ROLE / "defaults/main.yml").read_text())["k3s_server_version"]
    assert f"'{SERIES}" in pinned, f"tests/static/k3s/options.txt is of {SERIES}x: make it again with tests/static/k3s/options CHECKOUT"
    assert len(options()) > 80


def test_every_key_of_the_configuration_is_an_option_and_takes_its_value():
    sites = rendered("config.yaml")
    assert len(sites) == 3
    for site, text in sites:
        configuration = yaml.safe_load(text)
        assert not faults(configuration), site
        for address in ("bind-address", "node-external-ip"):
            ipaddress.ip_address(configuration[address])
        ipaddress.ip_network(configuration["cluster-cidr"])


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ({"secrets-encrypt": True}, "secrets-encrypt: no option"),
        ({"disable-network-policy": "yes please"}, "disable-network-policy: 'yes please' for a Bool"),
        ({"https-listen-port": "6443/tcp"}, "https-listen-port: '6443/tcp' for a Int"),
        ({"write-kubeconfig-mode": 0o600}, "write-kubeconfig-mode: 384 for a String"),
        ({"disable": ["servicelb", "trafik"]}, "disable: ['servicelb', 'trafik'], not of "),
        ({"flannel-backend": "off"}, "flannel-backend: 'off', not of "),
    ],
)
def test_a_key_that_k3s_would_skip_is_found(broken, fault):
    assert [found[: len(fault)] for found in faults(broken)] == [fault]


def test_the_environment_names_the_configuration_and_nothing_else():
    for site, text in rendered("k3s.env"):
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        assert lines == ["K3S_CONFIG_FILE=/etc/rancher/k3s/config.yaml"], site


def test_the_unit_sets_what_k3s_own_unit_sets_and_passes_options_alone():
    for site, text in rendered("k3s.service"):
        lines = re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)
        settings = dict(lines)
        assert {key: settings.get(key) for key in UNIT} == UNIT, site
        _, command, *arguments = shlex.split(settings["ExecStart"])
        assert command == "server", site
        passed = [word.removeprefix("--").split("=")[0] for word in arguments if word.startswith("-")]
        assert passed == ["data-dir"], site
        assert set(passed) <= set(options()), site


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_knows_every_line_of_the_unit(tmp_path):
    _, text = rendered("k3s.service")[0]
    unit = tmp_path / "k3s.service"

    def complaints(content):
        # The programs are not on this machine.
        unit.write_text(re.sub(r"(?m)^(ExecStart\w*=-?)\S+", r"\1/bin/true", content))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
        return [line for line in done.stderr.splitlines() if "k3s.service" in line]

    assert complaints(text) == []
    assert any("LimitNOFILES" in line for line in complaints(text.replace("LimitNOFILE=", "LimitNOFILES=")))
