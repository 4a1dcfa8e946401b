"""The site's addresses and networks, and how they may not lie to each other."""

import dataclasses
import ipaddress
import itertools

from edgebox_lib.findings import Finding, Severity
from edgebox_lib.settings import UNRESOLVED

PHYSICAL = ("physnet1", "calico", "tunelo")
"""What Neutron's flat networks public, caliconet and tunelo-calico attach to."""


@dataclasses.dataclass(frozen=True)
class Public:
    """The range of the floating IPs, as far as the configuration gives it. Keys name where each value stands."""

    key: str
    cidr: ipaddress.IPv4Network | None
    gateway: ipaddress.IPv4Address | None
    pools: tuple


def address(text):
    try:
        return ipaddress.IPv4Address(str(text))
    except ValueError:
        return None


def network(text):
    try:
        return ipaddress.IPv4Network(str(text)) if "/" in str(text) else None
    except ValueError:
        return None


def entries(settings):
    """Neutron's physical networks, as mappings."""
    value = settings.get("neutron_networks", [])
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def publics(settings):
    """Public ranges, in either way of writing them: under `public`, or at the network's own entry."""
    found = []
    for index, entry in enumerate(entries(settings)):
        nested = isinstance(entry.get("public"), dict)
        place = entry["public"] if nested else entry
        if not place.get("cidr"):
            continue
        pools = [(pool.get("start"), pool.get("end")) for pool in place.get("allocation_pools") or ()
                 if isinstance(pool, dict)]
        if place.get("ip_range_start") or place.get("ip_range_end"):
            pools.append((place.get("ip_range_start"), place.get("ip_range_end")))
        found.append(Public(f"neutron_networks[{index}]" + (".public" if nested else ""), network(place["cidr"]),
                            address(place.get("gateway") or place.get("gateway_ip")),
                            tuple((address(start), address(end)) for start, end in pools)))
    return found


def named(settings):
    """Every network that has to be the site's alone, by the key that sets it."""
    keys = ["calico_neutron_connect_cidr"]
    if settings.enabled("enable_k3s"):
        keys += ["k3s_cluster_cidr", "k3s_service_cidr"]
    if settings.enabled("enable_tunelo"):
        keys.append("k3s_tunelo_cidr")
    result = {key: network(settings.get(key)) for key in keys}
    result |= {f"{public.key}.cidr": public.cidr for public in publics(settings)}
    return {key: value for key, value in result.items() if value is not None}


def findings(settings):
    return [*_own_addresses(settings), *_overlaps(settings), *_publics(settings), *_physical(settings)]


def _own_addresses(settings):
    """k3s listens for itself: HAProxy on the same address would take its port, and keepalived may move the address away."""
    internal = settings.text("kolla_internal_vip_address")
    external = settings.text("kolla_external_vip_address")
    server = settings.text("k3s_server_ip")
    separate = settings.enabled("enable_kolla") and settings.enabled("enable_haproxy")
    if separate and settings.enabled("enable_k3s") and server:
        for key, other in (("kolla_external_vip_address", external), ("kolla_internal_vip_address", internal)):
            if server == other:
                yield Finding("NET-001", f"{server} is {key} too", "give the cluster's API server an address of its own",
                              "k3s_server_ip")
    if separate and internal and internal == external and settings.text("network_interface") != settings.text(
            "kolla_external_vip_interface"):
        yield Finding("NET-002", f"{internal} is kolla_internal_vip_address too, on another interface",
                      "give the public API an address of its own", "kolla_external_vip_address")
    for key in ("kolla_internal_vip_address", "kolla_external_vip_address", "k3s_server_ip"):
        own = address(settings.get(key))
        inside = [name for name, one in named(settings).items() if own and own in one and not name.startswith("neutron")]
        if inside:
            yield Finding("NET-003", f"{own} lies in {inside[0]}", "choose an address outside of the site's inner networks",
                          key)


def _overlaps(settings):
    for (first, one), (second, other) in itertools.combinations(sorted(named(settings).items()), 2):
        if one.overlaps(other):
            yield Finding("NET-004", f"{one} overlaps {second}, which is {other}",
                          "choose networks that have no address in common", first)


def _publics(settings):
    for public in publics(settings):
        if public.cidr is None:
            continue
        if public.gateway and public.gateway not in public.cidr:
            yield Finding("NET-005", f"{public.gateway} is not in {public.cidr}", "give a gateway inside of the cidr",
                          f"{public.key}.gateway")
        for start, end in public.pools:
            yield from _pool(public, start, end, settings)


def _pool(public, start, end, settings):
    key = f"{public.key} allocation range"
    if start is None or end is None:
        yield Finding("NET-006", "has no first or no last address", "give both, each an IPv4 address", key)
        return
    if start > end:
        yield Finding("NET-006", f"{start} to {end} runs backwards", "give the lower address first", key)
        return
    outside = [str(one) for one in (start, end) if one not in public.cidr]
    if outside:
        yield Finding("NET-007", f"{' and '.join(outside)} not in {public.cidr}", "choose a range inside of the cidr", key)
    if public.gateway and start <= public.gateway <= end:
        yield Finding("NET-008", f"{start} to {end} has the gateway {public.gateway} in it",
                      "leave the gateway out of the range", key)
    for name in ("kolla_external_vip_address", "kolla_internal_vip_address", "k3s_server_ip"):
        own = address(settings.get(name))
        if own and start <= own <= end:
            yield Finding("NET-009", f"{start} to {end} has {name} {own} in it: it would be given out as a floating IP",
                          f"leave {own} out of the range", key)


def physical_name(entry):
    """`calico (dummy physnet)` is how the guide writes the name of `calico`."""
    return str(entry.get("name", "")).split(" ")[0]


def uplinks(settings):
    """The interfaces that uplinks take, each with the key that names it."""
    value = settings.get("host_networking_uplinks", {})
    return [(f"host_networking_uplinks.{name}.interface", str(one["interface"])) for name, one in value.items()
            if isinstance(one, dict) and one.get("interface")] if isinstance(value, dict) else []


def _uplink(settings):
    if settings.get("host_networking_uplinks") is UNRESOLVED:
        return
    value = settings.get("host_networking_uplinks", {})
    names = {physical_name(entry) for entry in entries(settings)}
    value = value if isinstance(value, dict) else {}
    for name in sorted(set(map(str, value)) - names):
        yield Finding("NET-015", f"{name} is not a network of neutron_networks", f"there are {', '.join(sorted(names))}",
                      f"host_networking_uplinks.{name}")
    if publics(settings) and "physnet1" in names and "physnet1" not in value:
        yield Finding("NET-014", "says nothing about physnet1: its floating IPs reach no network outside of this host",
                      "name a bridge that leads there, and the interface that the bridge takes: "
                      "{physnet1: {bridge: br_uplink, interface: eno3}}", "host_networking_uplinks", Severity.WARNING)


def _physical(settings):
    if not (settings.enabled("enable_kolla") and settings.enabled("enable_neutron") and settings.enabled("enable_k3s")):
        return
    if settings.get("neutron_networks") is UNRESOLVED:
        return
    present = entries(settings)
    names = [physical_name(entry) for entry in present]
    for name in PHYSICAL:
        if name not in names and not (name == "physnet1" and publics(settings)):
            yield Finding("NET-010", f"has no network {name}",
                          f"add one with name, bridge_name and external_interface (see {name} in the example)",
                          "neutron_networks")
    if not publics(settings):
        yield Finding("NET-011", "has no public network with a cidr: there would be no floating IPs",
                      "give physnet1 a public with cidr, gateway and range", "neutron_networks", Severity.WARNING)
    for key in ("name", "bridge_name", "external_interface"):
        values = [str(entry[key]) for entry in present if entry.get(key)]
        for value in sorted({one for one in values if values.count(one) > 1}):
            yield Finding("NET-012", f"{key} {value} stands there more than once", "give each network its own",
                          "neutron_networks")
    yield from _uplink(settings)
    for index, entry in enumerate(present):
        if entry.get("external_interface") and entry["external_interface"] == settings.text("network_interface"):
            yield Finding("NET-013", f"{entry['external_interface']} is network_interface: the host would lose its address",
                          "use the end of a veth pair (physnet1_veth), which the host-networking phase makes",
                          f"neutron_networks[{index}].external_interface")
