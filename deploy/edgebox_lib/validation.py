"""Judges a site's configuration by itself, before any host is checked: all findings at once."""

import difflib
import ipaddress
import json

import jsonschema

from edgebox_lib import documents, networks
from edgebox_lib.documents import Tagged
from edgebox_lib.findings import Finding, Severity
from edgebox_lib.settings import UNRESOLVED, is_placeholder
from edgebox_lib.site import DEPLOY, tool_defaults

SCHEMA = DEPLOY / "schema" / "site.schema.json"

_formats = jsonschema.FormatChecker(formats=())


@_formats.checks("ipv4", raises=ValueError)
def _is_address(value):
    return isinstance(value, str) and bool(ipaddress.IPv4Address(value))


@_formats.checks("ipv4-network", raises=ValueError)
def _is_network(value):
    return isinstance(value, str) and "/" in value and bool(ipaddress.IPv4Network(value))


def validate(settings, own):
    """Findings about the configuration. `own` is what the site's own file says, without the tool's defaults."""
    return [*_schema(settings, own), *_missing(settings), *_placeholders(own), *_switches(settings), *_taint(settings),
            *networks.findings(settings), *_unknown(own), *_loops(settings), *_releases(settings)]


def known_keys():
    return set(json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"]) | set(tool_defaults())


def _schema(settings, own):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    resolved = {key: _plain(settings.resolve(value, (key,)), value) for key, value in own.items()}
    validator = jsonschema.Draft202012Validator(schema, format_checker=_formats)
    missing_at = set()
    for error in sorted(validator.iter_errors(resolved), key=lambda one: [str(part) for part in one.absolute_path]):
        if error.validator == "required":
            # The validator complains once for each missing key; one of these complaints has all of them.
            if tuple(error.absolute_path) in missing_at:
                continue
            missing_at.add(tuple(error.absolute_path))
        yield from _findings_of(error, schema)


def _plain(resolved, raw):
    """What the schema is to look at: a value that only Ansible can work out stays the template it is."""
    if isinstance(resolved, list):
        return [_plain(one, other) for one, other in zip(resolved, raw, strict=False)] if isinstance(raw, list) else resolved
    if isinstance(resolved, dict):
        return {key: _plain(value, raw[key]) for key, value in resolved.items()} if isinstance(raw, dict) else resolved
    if resolved is UNRESOLVED:
        return "{{ }}" if isinstance(raw, Tagged) or is_placeholder(raw) else raw
    return resolved


def _findings_of(error, schema):
    path = list(error.absolute_path)
    if error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                yield Finding("CFG-002", "is missing", f"set it: {_describe(schema, [*path, key])}", _dotted([*path, key]))
        return
    shown = "(not shown)" if _is_secret(path) else json.dumps(error.instance, default=str)
    yield Finding("CFG-001", f"is {shown}", f"allowed: {_allowed(error)}", _dotted(path))


def _is_secret(path):
    return bool(path) and any(word in str(path[0]) for word in ("token", "password", "secret"))


def _allowed(error):
    if isinstance(error.schema, dict) and "x-allowed" in error.schema:
        return error.schema["x-allowed"]
    if error.validator == "enum":
        return ", ".join(map(str, error.validator_value))
    return f"{error.validator}: {error.validator_value}"


def _describe(schema, path):
    entry = schema
    for part in path:
        entry = entry.get("items", {}) if isinstance(part, int) else entry.get("properties", {}).get(part, {})
    return entry.get("description", "it is required")


def _dotted(path):
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _missing(settings):
    wanted = []
    if settings.enabled("enable_kolla"):
        wanted += [("network_interface", "name the interface of the internal API"),
                   ("kolla_internal_vip_address", "give a free address in the subnet of network_interface")]
    if settings.enabled("enable_k3s"):
        wanted.append(("k3s_server_ip", "give the address that the cluster's API server listens on"))
    if settings.enabled("enable_doni"):
        wanted.append(("default_balena_fleet", "name the Balena fleet that new devices go to"))
    for key, do in wanted:
        if key == "default_balena_fleet" and settings.get("balena_device_fleet_mapping"):
            continue
        # A default that refers to a key that is missing itself comes to nothing.
        if settings.get(key) is None or (settings.get(key) is UNRESOLVED and "{{" in str(settings.raw.get(key, ""))
                                         and settings.raw.get(key) == tool_defaults().get(key)):
            yield Finding("CFG-002", "is missing", do, key)


def _placeholders(own):
    def walk(value, path):
        if isinstance(value, dict):
            for key, part in value.items():
                yield from walk(part, [*path, key])
        elif isinstance(value, list):
            for index, part in enumerate(value):
                yield from walk(part, [*path, index])
        elif is_placeholder(value):
            yield Finding("CFG-003", f"is still the example's {value}", "write the site's own value", _dotted(path))

    yield from walk(own, [])


_NEEDS = (
    ("enable_zun_compute_k8s", "enable_zun"),
    ("enable_zun_compute_k8s", "enable_k3s"),
    ("enable_tunelo", "enable_neutron_wireguard"),
    ("enable_neutron_wireguard", "enable_neutron"),
    ("blazar_enable_device_plugin_k8s", "enable_blazar"),
    ("blazar_enable_device_plugin_k8s", "enable_k3s"),
)


def _switches(settings):
    for switch, needed in _NEEDS:
        if settings.enabled(switch) and not settings.enabled(needed):
            yield Finding("CFG-004", f"is on, but {needed} is off", f"set {needed}: yes, or switch it off", switch)


def _taint(settings):
    if settings.enabled("doni_enable_worker_taint") and settings.enabled("enable_zun") \
            and not settings.enabled("zun_tolerate_worker_taint"):
        yield Finding("CFG-005", "is on, but zun_tolerate_worker_taint is off: no user's container could start",
                      "set zun_tolerate_worker_taint: yes first (edgebox taint enable keeps the order)",
                      "doni_enable_worker_taint")
    taint = settings.get("k8s_worker_taint")
    if isinstance(taint, dict) and taint.get("effect") == "NoExecute":
        yield Finding("CFG-006", "is NoExecute, which evicts running pods that do not tolerate the taint",
                      "use NoSchedule unless that is wanted", "k8s_worker_taint.effect", Severity.WARNING)


def _loops(settings):
    for loop in settings.loops():
        yield Finding("CFG-010", f"refers to itself, by way of {' -> '.join([*loop[1:], loop[0]])}", "write a value into one of them",
                      loop[0])


def _releases(settings):
    """Releases that a role would refuse only after an hour."""
    if not settings.enabled("enable_k3s") or not settings.enabled("k3s_enable_calico") or settings.get("calico_operator_checksum"):
        return
    version = settings.text("k3s_calico_version")
    known = documents.load_mapping(DEPLOY / "roles" / "calico" / "defaults" / "main.yml")["calico_operator_checksums"]
    if version and version not in known:
        yield Finding("CFG-011", f"is {version}, whose manifest has no known digest",
                      f"use {' or '.join(known)}, or give its sha256 as calico_operator_checksum", "k3s_calico_version")


def _unknown(own):
    known = known_keys()
    unknown = sorted(str(key) for key in own if key not in known)
    for key in unknown:
        close = difflib.get_close_matches(key, known, n=1, cutoff=0.9)
        if close:
            yield Finding("CFG-007", f"is not known here, {close[0]} is", f"write {close[0]} if that was meant", key,
                          Severity.WARNING)
    if unknown:
        yield Finding("CFG-008", f"passed on to kolla: {', '.join(unknown)}",
                      "nothing; kolla-ansible and the roles see these keys as they are", None, Severity.NOTE)
