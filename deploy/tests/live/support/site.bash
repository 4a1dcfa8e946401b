# An edge site without kolla and the cluster on a booted machine: host networking, database, Doni, monitoring and the smoke test, with a real
# Keystone on this machine's loopback. Sourced after plays.bash and machine.bash; skips the test where it cannot be had.
# DEPLOY_TEST_SUITE names the release on the machine: bookworm (the default), jammy or noble (see debian-root).
# Needs root and the built jar, or the one that $DONI_JAR names.
#
# edgebox COMMAND...     edgebox with the site's directory, $site; its phases are those of $work/phases.yml
# keystone_port          where Keystone listens, here and on the machine
# site_connect           gives the machine, which has just booted, its ways to Keystone and, on jammy, to the database
# site_query DATABASE SQL   asks the site's PostgreSQL

root="$(cd "$deploy/.." && pwd)"
jar=${DONI_JAR:-$root/doni-api/target/doni.jar}
machine_needs
[[ -f $jar ]] || skip "needs the built jar (./mvnw -pl doni-api -am package)"

"$root/src/test/peers/keystone" start "$work/keystone" >"$work/keystone.log" 2>&1 || fail "no Keystone: $(tail -n 3 "$work/keystone.log")"
at_end "$root/src/test/peers/keystone" stop "$work/keystone"
# shellcheck source=/dev/null
source "$work/keystone/admin.rc"
suite=${DEPLOY_TEST_SUITE:-bookworm}
binds=("--bind-ro=$jar:/srv/doni.jar")
case $suite in
  bookworm)
    binds+=("--bind-ro=$(readlink -f "$("$root/.mvn/find-jdk")"):/opt/jdk")
    own="doni_java: /opt/jdk/bin/java"
    database_unit=postgresql@15-main.service
    ;;
  noble)
    own=''
    database_unit=postgresql@16-main.service
    ;;
  jammy)
    # Its own PostgreSQL is too old, and the repository with another one cannot be reached by tests: a server that the site names.
    database_unit=''
    database_password=$(openssl rand -hex 20)
    postgres=/usr/lib/postgresql/15/bin
    chmod 0755 "$work"
    [[ -x $postgres/initdb ]] || skip "needs PostgreSQL 15 in $postgres"
    install -d -o postgres "$work/database"
    install -m 0600 -o postgres /dev/stdin "$work/database.password" <<<"$database_password"
    database_port=$(python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
    setpriv --reuid postgres --regid postgres --init-groups "$postgres/initdb" --auth scram-sha-256 --pwfile "$work/database.password" \
      --pgdata "$work/database/data" >/dev/null
    setpriv --reuid postgres --regid postgres --init-groups "$postgres/pg_ctl" --pgdata "$work/database/data" --log "$work/database/log" --wait \
      --options "-p $database_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$work/database" start >/dev/null
    at_end setpriv --reuid postgres --regid postgres --init-groups "$postgres/pg_ctl" --pgdata "$work/database/data" --mode immediate stop
    own="doni_database_host: db.lab.example.org
doni_database_port: $database_port"
    ;;
  *) fail "no site for $suite" ;;
esac
machine_make "$suite" "${binds[@]}"
[[ $suite != jammy ]] || echo '127.0.0.1 db.lab.example.org' >>"$machine_root/etc/hosts"
keystone_port=$(sed -n 's#.*://127.0.0.1:\([0-9]*\).*#\1#p' <<<"$OS_AUTH_URL")
site_connect() {
  machine_forward "$keystone_port"
  [[ $suite != jammy ]] || machine_forward "$database_port"
}
machine_boot
site_connect
site_query() {
  if [[ $suite == jammy ]]; then
    PGPASSWORD="$database_password" psql -X -At -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$database_port" -U postgres -d "$1" -c "$2"
  else
    on_machine runuser -u postgres -- psql -X -At -v ON_ERROR_STOP=1 -d "$1" -c "$2"
  fi
}

site="$work/lab"
edgebox() { "$deploy/edgebox" "$@" --site "$site" </dev/null; }
edgebox init --hostname edge1 >/dev/null
cp "$machine_inventory" "$site/inventory/hosts"
rm -rf "$site/inventory/host_vars"
cat >"$site/defaults.yml" <<VARIABLES
openstack_region_name: RegionOne
chameleon_site_name: lab
enable_kolla: false
enable_haproxy: false
enable_k3s: false
enable_doni: true
enable_monitoring: true
keystone_internal_url: http://127.0.0.1:$keystone_port
neutron_internal_url: http://127.0.0.1:9696
keystone_admin_user: operator
kolla_internal_vip_address: 127.0.0.1
kolla_internal_fqdn: doni.internal.example.org
kolla_external_fqdn: doni.example.org
default_balena_fleet: example/edge
neutron_networks:
  - {name: physnet1, bridge_name: br_physnet1, external_interface: physnet1_veth}
  - {name: calico, bridge_name: br_calico, external_interface: physnet_calico}
  - {name: tunelo, bridge_name: br_tunelo, external_interface: physnet_tunelo}
host_networking_make_bridges: true
doni_jar_url: file:///srv/doni.jar
doni_jar_checksum: sha256:$(sha256sum "$jar" | cut -d' ' -f1)
$own
doni_environment: {DONI_WORKERS_BALENA_BACKEND: in-memory}
monitoring_host: "{{ inventory_hostname }}"
monitoring_become: true
monitoring_scrape_file: /etc/prometheus/scrape/doni.yml
monitoring_rules_file: /etc/prometheus/rules/doni.yml
monitoring_dashboard_file: /var/lib/grafana/dashboards/doni.json
smoke_patience: 60
VARIABLES
vault() { ansible-vault "$1" --vault-password-file "$site/vault_password" "$site/passwords.yml" >/dev/null 2>&1; }
vault decrypt
sed -i '/^keystone_admin_password:/d; /^balena_api_token:/d' "$site/passwords.yml"
printf 'keystone_admin_password: "%s"\nbalena_api_token: "%s"\n' "$OS_PASSWORD" "$(openssl rand -hex 16)" >>"$site/passwords.yml"
[[ $suite != jammy ]] || printf 'doni_database_admin_password: "%s"\n' "$database_password" >>"$site/passwords.yml"
vault encrypt

# The phases that need neither kolla nor k3s; host-networking, whose switch is kolla's, is on. `edgebox deploy` runs all of them.
cp -r "$deploy/playbooks" "$work/playbooks"
python3 - "$deploy/phases.yml" "$work/phases.yml" <<'PYTHON'
import sys

import yaml

plan = yaml.safe_load(open(sys.argv[1]))
wanted = ["prechecks", "host-networking", "database", "doni", "monitoring", "smoke"]
plan["phases"] = [phase for phase in plan["phases"] if phase["name"] in wanted]
assert [phase["name"] for phase in plan["phases"]] == wanted
for phase in plan["phases"]:
    phase["enabled_by"] = [switch for switch in phase.get("enabled_by", []) if switch != "enable_kolla"]
plan["commands"] = {"deploy": [{"phase": name} for name in wanted[1:]]}
yaml.safe_dump(plan, open(sys.argv[2], "w"), sort_keys=False)
PYTHON
