"""Looks at everything that would make a deployment fail late, changes nothing, and says all of it at once."""

import re
import stat
import sys
import urllib.parse

from edgebox_lib import documents, networks, vault
from edgebox_lib.findings import Finding, Severity
from edgebox_lib.host import Host
from edgebox_lib.settings import Settings
from edgebox_lib.validation import validate

SUPPORTED_SYSTEMS = {
    True: {"ubuntu": ("22.04",), "debian": ("12",)},
    False: {"ubuntu": ("22.04", "24.04", "26.04"), "debian": ("12", "13")},
}
"""By whether kolla-ansible deploys the OpenStack services: then a host must be one that the pinned release knows, and whose packages
edgebox's own roles can use. The table in README.md says what else each of them needs."""

MODULES = ("wireguard", "br_netfilter", "overlay")

NEEDED_GIB = {True: (15.0, 40.0), False: (3.5, 10.0)}
"""Memory and free disk, by whether the OpenStack services run here. 15 is what a machine sold with 16 GiB has left."""

_OURS = {"haproxy", "java", "k3s", "k3s-server", "keepalived", "kube-apiserver", "httpd", "apache2", "uwsgi", "python3",
         "neutron-server", "beam.smp", "mariadbd", "mysqld", "postgres", "memcached", "docker-proxy", "doni"}
"""Processes that hold the ports on a site that is up already."""


def run(site, host=None, hosts=None):
    """Every finding. `hosts` is the inventory (variables by host, names of controllers), read from the site if not given."""
    host = host or Host()
    found = []
    try:
        own = documents.load_mapping(site.defaults)
    except documents.Unreadable as problem:
        return [Finding("CFG-000", str(problem), "correct the file")]
    found += _files(site)
    variables, control = {}, None
    try:
        variables, control = hosts or site.hosts()
    except vault.Locked as problem:
        found.append(Finding("SEC-005", str(problem), "without it neither secrets nor inventory can be read"))
        return found
    except documents.Unreadable as problem:
        found.append(Finding("INV-001", str(problem), "correct the inventory; ansible-inventory --list shows what is read"))
    controller = control[0] if control else None
    settings = Settings({**site.file_settings().raw, **variables.get(controller, {})})
    found += validate(settings, own)
    found += _secrets(site, settings, own)
    found += _certificates(site, settings, own)
    found += _inventory(host, variables)
    found += controllers(control) if control is not None else []
    if controller and not _is_here(host, variables, controller):
        found.append(Finding("HOST-001", f"the controller {controller} is another machine, so that this one's interfaces, "
                             "clock and disks say nothing", "run edgebox prechecks there too", None, Severity.NOTE))
        return found
    return found + look_at(host, settings)


def controllers(names):
    """Findings about the hosts of the group control."""
    if not names:
        yield Finding("INV-002", "the inventory has no host in the group control", "name the controller there")
    elif len(names) > 1:
        yield Finding("INV-003", f"the inventory has {len(names)} hosts in the group control: {', '.join(names)}",
                      "keep one: an edge site has one controller, and cluster, database and Doni would be on the first alone")


def look_at(host, settings):
    """Findings about the host that becomes the controller."""
    found = []
    for check in (_interfaces, _names, _clock, _ports, _modules, _system, _space, _nscd, _packages, _tools, _downloads):
        found += check(host, settings)
    return found


def _is_here(host, variables, controller):
    own = variables.get(controller, {})
    names = {controller, str(own.get("ansible_host", controller))}
    here = {host.name(), host.name().split(".")[0], "localhost", "127.0.0.1"}
    return own.get("ansible_connection") == "local" or bool(names & here)


def _files(site):
    if not site.vault_password.is_file():
        yield Finding("SEC-001", f"{site.vault_password} is not there", "put the vault password there, mode 0600")
    for path in (site.vault_password, site.passwords):
        if path.is_file() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Finding("SEC-002", f"{path} can be read by others (mode {stat.S_IMODE(path.stat().st_mode):04o})",
                          f"chmod 600 {path}")
    if site.passwords.is_file():
        if not vault.is_locked(site.passwords):
            yield Finding("SEC-003", f"{site.passwords} is not encrypted",
                          f"ansible-vault encrypt --vault-password-file {site.vault_password} {site.passwords}")
    else:
        yield Finding("SEC-004", f"{site.passwords} is not there", "restore it from a backup; a new site gets it from init")


def _secrets(site, settings, own):
    try:
        secrets = vault.load(site.passwords, site.vault_password)
    except vault.Locked as problem:
        if site.passwords.is_file() and site.vault_password.is_file():
            yield Finding("SEC-005", str(problem), "put the vault password there that the file was encrypted with")
        return
    token = secrets.get("balena_api_token") or settings.get("balena_api_token")
    if settings.enabled("enable_doni") and not token:
        yield Finding("CRED-001", "there is no Balena token, so that no device can be registered",
                      f"make an API key in the Balena dashboard; ansible-vault edit {site.passwords}", "balena_api_token")
    if isinstance(own.get("balena_api_token"), str) and own["balena_api_token"] and "{{" not in own["balena_api_token"]:
        yield Finding("SEC-006", "stands in defaults.yml in clear text", f"move it to {site.passwords}",
                      "balena_api_token", Severity.WARNING)
    wanted = ["keystone_admin_password"]
    wanted += ["doni_keystone_password", "doni_database_password", "doni_database_owner_password",
               "doni_secrets_key"] if settings.enabled("enable_doni") else []
    for key in wanted:
        if not secrets.get(key):
            yield Finding("CRED-002", f"is not in {site.passwords.name}", f"ansible-vault edit {site.passwords}", key)


def _certificates(site, settings, own):
    """What HAProxy serves TLS with, where the site leaves its place to edgebox."""
    for switch, key, name in (("kolla_enable_tls_external", "kolla_external_fqdn_cert", "haproxy.pem"),
                              ("kolla_enable_tls_internal", "kolla_internal_fqdn_cert", "haproxy-internal.pem")):
        path = site.root / "certificates" / name
        if settings.enabled("enable_kolla") and settings.enabled(switch) and not {key, "kolla_certificates_dir"} & set(own) \
                and not path.is_file():
            yield Finding("SEC-007", f"is on, but {path} is not there", "put the certificate, its chain and its key there, in one file",
                          switch)


_SSH_ARGUMENTS = ("ansible_ssh_common_args", "ansible_ssh_extra_args")


def _inventory(host, variables):
    for name, own in sorted(variables.items()):
        target = str(own.get("ansible_host", name))
        # A jump host or a client configuration of its own resolves the name.
        if re.search(r"-F\b|Proxy(Command|Jump)|-J\b", " ".join(str(own.get(key, "")) for key in _SSH_ARGUMENTS)):
            continue
        if own.get("ansible_connection") != "local" and not networks.address(target) and not host.resolve(target):
            yield Finding("DNS-001", f"host {target} has no address", "add it to the DNS or to /etc/hosts, or set ansible_host",
                          name)


def _interfaces(host, settings):
    present = host.interfaces()
    if present is None:
        yield Finding("NET-020", "the interfaces cannot be listed", "install iproute2")
        return
    kolla = settings.enabled("enable_kolla")
    for key in ("network_interface", "api_interface", "kolla_external_vip_interface") if kolla else ():
        name = settings.text(key)
        if name and name not in present:
            yield Finding("NET-021", f"there is no interface {name}", f"there are {', '.join(sorted(present))}", key)
        elif name and not present[name].up:
            yield Finding("NET-022", f"interface {name} is down", f"ip link set {name} up", key)
    if kolla:
        vips = (("kolla_internal_vip_address", "network_interface"),
                ("kolla_external_vip_address", "kolla_external_vip_interface"))
        for key, interface_key in vips:
            yield from _vip(host, settings, present, key, interface_key)
    yield from _server_address(settings, present)
    yield from _uplinks(settings, present)
    yield from _host_overlaps(settings, present)


def _vip(host, settings, present, key, interface_key):
    vip = networks.address(settings.get(key))
    interface = present.get(settings.text(interface_key) or "")
    if vip is None or interface is None:
        return
    subnets = [one.network for one in interface.networks if one.network.prefixlen < 32]
    if not any(vip in subnet for subnet in subnets):
        listed = ", ".join(map(str, subnets)) or "none"
        yield Finding("NET-023", f"{vip} is in no subnet of {interface.name} (it has {listed})",
                      f"choose a free address of the subnet of {interface.name}", key)
    holders = {one.name: entry for one in present.values() for entry in one.networks if entry.ip == vip}
    if any(entry.network.prefixlen < 32 for entry in holders.values()) and settings.enabled("enable_haproxy"):
        yield Finding("NET-024", f"{vip} is the host's own address on {', '.join(holders)}",
                      "choose an unused address: keepalived puts it on the interface", key)
    elif not holders and host.answers(vip):
        yield Finding("NET-025", f"{vip} is in use: something answers there", "choose an unused address", key)


def _uplinks(settings, present):
    """Where the physical networks leave the host; the role host_networking refuses what would cut the host off, but later."""
    for key, interface in networks.uplinks(settings):
        if interface not in present:
            yield Finding("NET-028", f"there is no interface {interface}", f"there are {', '.join(sorted(present))}", key)
        elif present[interface].networks:
            held = ", ".join(str(one.ip) for one in present[interface].networks)
            yield Finding("NET-029", f"{interface} has the address {held}, which the host would lose",
                          "move the address to the bridge in the host's own network configuration first", key)


def _server_address(settings, present):
    server = networks.address(settings.get("k3s_server_ip"))
    if settings.enabled("enable_k3s") and server and not any(
            server == one.ip for interface in present.values() for one in interface.networks):
        yield Finding("NET-026", f"{server} is not an address of this host", "add the address to an interface, or choose one it has",
                      "k3s_server_ip")


def _host_overlaps(settings, present):
    """A network that the host is in already would take the packets for the site's network of that range."""
    ours = re.compile(r"^(wg|cali|tunl|vxlan\.calico|cni|flannel|veth|br_calico|br_tunelo|qg-|qr-|physnet_)")
    inner = {key: one for key, one in networks.named(settings).items() if not key.startswith("neutron_networks")}
    for interface in present.values():
        if ours.match(interface.name):
            continue
        for entry in interface.networks:
            for key, one in inner.items():
                if entry.network.overlaps(one):
                    yield Finding("NET-027", f"{one} overlaps {entry.network} of interface {interface.name}",
                                  "choose a network that the host is not in", key)


def _names(host, settings):
    for key, address_key in (("kolla_external_fqdn", "kolla_external_vip_address"),
                             ("kolla_internal_fqdn", "kolla_internal_vip_address")):
        name, wanted = settings.text(key), settings.text(address_key)
        if not settings.enabled("enable_kolla") or not name or networks.address(name):
            continue
        addresses = host.resolve(name)
        if not addresses:
            yield Finding("DNS-002", f"{name} has no address", f"let it point to {wanted}", key)
        elif wanted and wanted not in addresses:
            yield Finding("DNS-003", f"{name} is {', '.join(addresses)}, not {wanted}", f"let it point to {wanted}", key)


def _clock(host, settings):
    synchronised = host.clock_synchronised()
    if synchronised is False:
        yield Finding("TIME-001", "the clock follows no time server: tokens and certificates would not be valid",
                      "install chrony or systemd-timesyncd, and see chronyc tracking or timedatectl")
    elif synchronised is None:
        yield Finding("TIME-001", "whether the clock follows a time server cannot be seen",
                      "look with chronyc tracking or timedatectl", None, Severity.WARNING)


def needed_ports(settings):
    """Ports that the site's services will listen on, and what for."""
    ports = {}
    if settings.enabled("enable_kolla"):
        ports |= {5000: "Keystone", 9696: "Neutron", 3306: "MariaDB", 5672: "RabbitMQ", 11211: "memcached"}
        ports |= {80: "Horizon"} if settings.enabled("enable_horizon") else {}
        ports |= {9517: "Zun"} if settings.enabled("enable_zun") else {}
        ports |= {1234: "Blazar"} if settings.enabled("enable_blazar") else {}
    if settings.enabled("enable_k3s"):
        ports |= {int(settings.text("k3s_server_port") or settings.text("k3s_port") or 6443): "k3s", 10250: "the kubelet"}
    if settings.enabled("enable_doni"):
        ports |= {int(settings.text("doni_port") or 8001): "Doni", int(settings.text("doni_management_port") or 8002): "Doni's metrics"}
    return ports


def _ports(host, settings):
    try:
        needed = needed_ports(settings)
    except ValueError:
        return  # The schema has found the port that is none.
    for listener in sorted({(one.port, one.process) for one in host.listeners()}):
        port, process = listener
        if port in needed and process not in _OURS:
            yield Finding("PORT-001", f"port {port} ({needed[port]}) is taken by {process or 'a process that only root sees'}",
                          "stop what listens there, or move it to another port")


def _modules(host, settings):
    if not settings.enabled("enable_k3s"):
        return
    for module in MODULES:
        if module == "wireguard" and not settings.enabled("enable_neutron_wireguard"):
            continue
        if not host.has_module(module):
            yield Finding("KERN-001", f"the kernel has no module {module}",
                          "install the distribution's full kernel (linux-modules-extra), or one from 5.6 on")


def _system(host, settings):
    name, version = host.operating_system()
    supported = SUPPORTED_SYSTEMS[settings.enabled("enable_kolla")]
    if not any(version == one or version.startswith(f"{one}.") for one in supported.get(name, ())):
        listed = "; ".join(f"{key} {', '.join(versions)}" for key, versions in supported.items())
        yield Finding("OS-001", f"{name or 'the system'} {version} is not supported", f"supported are {listed}")
    if host.machine() not in ("x86_64", "aarch64"):
        yield Finding("OS-002", f"{host.machine()} is not supported", "use a machine with x86_64 or aarch64")
    if sys.version_info < (3, 11):
        yield Finding("OS-003", f"Python is {sys.version.split()[0]}", "install Python 3.11 or newer")


def _space(host, settings):
    memory, disk = NEEDED_GIB[settings.enabled("enable_kolla")]
    if host.memory_gib() < memory:
        yield Finding("MEM-001", f"there are {host.memory_gib():.1f} GiB of memory", f"the services need {memory:g}")
    free = host.free_gib("/var/lib")
    if free < disk:
        yield Finding("DISK-001", f"/var/lib has {free:.1f} GiB free", f"images and databases need {disk:g}")


def _nscd(host, settings):
    if settings.enabled("enable_kolla") and host.has_nscd():
        yield Finding("SVC-001", "nscd is there, which keeps containers from resolving names", "apt-get purge nscd")


_REPOSITORIES = {
    ("ubuntu", "22.04", "postgresql"):
        ("postgres_repository_url", "https://apt.postgresql.org/pub/repos/apt", "dists/jammy-pgdg/Release"),
    ("debian", "12", "openjdk-25-jre-headless"):
        ("doni_java_repository_url", "https://packages.adoptium.net/artifactory/deb", "dists/bookworm/Release"),
}
"""Where roles get a package from on a system that has none, or one that is too old: the key of a mirror, the repository, and a file of it."""


def _packages(host, settings):
    """Packages that roles install, where neither the distribution nor a repository that the role adds has a version that is new enough."""
    if not settings.enabled("enable_doni"):
        return
    wanted = []
    if (settings.text("doni_database_host") or "127.0.0.1") in ("127.0.0.1", "localhost") and not settings.get("postgres_packages"):
        wanted.append(("postgresql", 15, "PostgreSQL", "name a server as doni_database_host"))
    if not settings.get("doni_java") and settings.text("doni_deployment") in (None, "jar") \
            and not settings.get("doni_java_packages"):
        wanted.append(("openjdk-25-jre-headless", 25, "Java", "install a JDK 25 and name its java as doni_java"))
    for package, least, what, advice in wanted:
        version = host.package_version(package)
        if version is None or version >= least:
            continue
        there = f"{what} {version}" if version else f"no package {package}"
        repository = _REPOSITORIES.get((*host.operating_system(), package))
        if not repository:
            yield Finding("PKG-001", f"this system has {there}, and Doni needs {what} {least}", advice)
            continue
        key, url, file = repository
        url = settings.text(key) or url
        status = host.http_status(f"{url}/{file}")
        if status != 200:
            answer = f"answers {status}" if status else "cannot be reached"
            yield Finding("PKG-001", f"this system has {there}, and {url}, from where {what} would come, {answer}",
                          f"open the way there, set {key} to a mirror, or {advice}")


def _tools(host, settings):
    own = settings.text("kolla_ansible_command") or ""
    if settings.enabled("enable_kolla") and own.startswith("/opt/edgebox/") and not host.has_command("git"):
        yield Finding("PKG-002", "there is no git, by which kolla-ansible is fetched", "apt-get install git")


def _downloads(host, settings):
    """A release that does not exist; a site that cannot be asked about it (no answer) may have a mirror of its own."""
    version = settings.text("k3s_version")
    if not settings.enabled("enable_k3s") or not version or settings.text("k3s_server_release_url"):
        return
    url = f"https://github.com/k3s-io/k3s/releases/download/{urllib.parse.quote(version)}/sha256sum-amd64.txt"
    if host.http_status(url) == 404:
        yield Finding("CFG-012", f"is {version}, of which there is no release", "choose one of https://github.com/k3s-io/k3s/releases",
                      "k3s_version")
