"""A site that chi-in-a-box deployed: recognized by its directory, and never deployed without the layer that it runs with.

chi-in-a-box lays its own kolla/defaults.yml and kolla/node_custom_config between kolla-ansible and the site. With
`chi_in_a_box_directory`, the place of its checkout, edgebox lays them there too, so that nothing of a running service changes.
"""

import pathlib
import re

from edgebox_lib import documents
from edgebox_lib.settings import Settings
from edgebox_lib.site import tool_defaults

_MARKS = re.compile(r"^\[(chameleon-image-tools|fake-baremetal|osg)(:children)?\]", re.MULTILINE)
"""Groups that only chi-in-a-box's example inventory has."""

LAYER = {
    "keystone_admin_project": "openstack",
    "enable_keystone_federation": "{{ keystone_idp_client_id is truthy }}",
    "haproxy_service_template": "haproxy_single_service_split.cfg.j2",
    "haproxy_listen_neutron_server_extra": "timeout server 15m",
    "neutron_type_drivers": "flat,vlan",
    "neutron_tenant_network_types": "vlan",
    "neutron_edge_networks_router": "sharednet-router",
    "memcached_max_memory": 2048,
    "enable_blazar": True,
    "enable_central_logging": True,
    "enable_chrony": True,
    "enable_doni": True,
    "enable_glance": True,
    "enable_heat": True,
    "enable_ironic": True,
    "enable_ironic_ipxe": True,
    "enable_nova": True,
    "enable_nova_serialconsole_proxy": True,
    "enable_prometheus": True,
}
"""What a site of stable/2023.1 runs with, and a new site of edgebox does not. The router is made by its post-deploy."""

DETAILS = (
    "admin_openrc_directory", "ansible_python_interpreter", "backup_location", "blazar_*", "ceph_*", "chameleon_*", "cloud",
    "enable_blazar_allocation_enforcement", "enable_ceph", "enable_chameleon_multisite", "enable_cinder", "enable_grafana", "enable_image_*",
    "enable_ironic_*", "enable_jupyterhub*", "enable_keycloak*", "enable_neutron_fwaas", "enable_nova_*", "enable_osg", "enable_portal",
    "enable_precis", "enable_preemptible", "enable_prometheus_*", "enable_swift*", "enable_usage_reporting", "encoded_ironic_*", "es_*",
    "glance_*", "hammer*", "horizon_*", "identity_provider_*", "ironic_*", "keycloak_*", "keystone_*", "kolla_external_fqdn_cert",
    "mariabackup_location", "mysqldump_location", "neutron_*", "nova_*", "openstack_keystone_auth_url", "portal_*", "prometheus_*",
    "redfish_*", "rgw_port", "swift_*", "switch_configs", "use_blazar_prefilter",
)
"""The rest of what its layer sets otherwise, by name: details of services, and what is off there too."""


def is_chi_in_a_box(site):
    if (site.root / "post_deploy.yml").is_file():
        return True
    hosts = [site.inventory] if site.inventory.is_file() else site.inventory.glob("*")
    return any(_MARKS.search(path.read_text(encoding="utf-8", errors="replace")) for path in hosts if path.is_file())


def layer(settings):
    """Directory of chi-in-a-box's layer, or None where the site does not name it."""
    named = settings.text("chi_in_a_box_directory")
    return pathlib.Path(named) / "kolla" if named else None


def layer_defaults(settings):
    folder = layer(settings)
    return documents.load_mapping(folder / "defaults.yml") if folder else {}


def differences(site, settings):
    """What deploying would change: lines of text. None once the site names chi-in-a-box's directory, or sets each key itself."""
    if not settings.enabled("enable_kolla") or not is_chi_in_a_box(site) or layer(settings):
        return []
    own = documents.load_mapping(site.defaults)
    ours = Settings({**tool_defaults(), **own})
    default = "kolla-ansible's default"
    lines = [f"{key}: runs with {value}, would be {ours.text(key) or default}" for key, value in LAYER.items() if key not in own]
    if lines:
        lines.append(f"its settings {', '.join(DETAILS)} would not be there, unless {site.defaults.name} sets them")
        lines.append("node_custom_config: its files for Keystone, Horizon, Blazar, Zun and Neutron would not be there")
    if lines and (site.root / ".env").is_file():
        lines.append(".env: cc-ansible exports its variables; export them where edgebox is called")
    return lines


def report(site, lines):
    return "\n".join([
        f"{site.root} is a site of chi-in-a-box. Without its layer these would change in what runs now:",
        *(f"  {line}" for line in lines),
        "  -> keep the layer: set chi_in_a_box_directory to chi-in-a-box's checkout, in defaults.yml",
        "  -> or leave kolla-ansible to cc-ansible, and take over Doni alone: edgebox up --only doni"])
