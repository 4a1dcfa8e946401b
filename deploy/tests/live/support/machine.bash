# A machine with a real systemd for tests: a Debian root (debian-root) that systemd-nspawn boots, reached over SSH. Sourced after
# plays.bash. Its network is its own, with a loopback device alone; `machine_forward` lets it reach a server on this machine's loopback.
#
# machine_root       its files, as this machine sees them; what it writes goes to $machine/upper
# machine_leader     its init process, as this machine sees it
# machine_inventory  an inventory with the machine in the groups control and network

machine="$work/machine"
machine_root="$machine/root"
machine_inventory="$machine/inventory"
machine_leader=''
machine_nspawn=''

# Skips the test on a host that lacks a tool. machine_make skips it where the tools cannot work, for example in a container without rights.
machine_needs() {
  local tool
  ((EUID == 0)) || skip "needs root, to boot a machine"
  for tool in mmdebstrap systemd-nspawn socat nsenter ssh-keygen; do
    command -v "$tool" >/dev/null || skip "needs $tool"
  done
}

# machine_make SUITE [NSPAWN_OPTION...]: an overlay over Debian's root, an SSH key, and the inventory; the options are for systemd-nspawn.
machine_make() {
  machine_options=("${@:2}")
  machine_lower=$("$deploy/tests/live/support/debian-root" "$1") || fail "no Debian root"
  mkdir -p "$machine_root"
  # Ansible's SSH control sockets, among other things, are the user's own.
  chmod 0755 "$work"
  ssh-keygen -q -t ed25519 -N '' -f "$machine/key"
  at_end umount "$machine_root"
  machine_files
  # A host on which it starts no program cannot boot a machine; after that, a machine that does not boot is a failure.
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --quiet --directory "$machine_root" --register=no --keep-unit --private-network \
    --timezone=off --resolv-conf=off --console=pipe true >"$machine/console" 2>&1 </dev/null ||
    skip "systemd-nspawn cannot start a container here: $(tail -n 1 "$machine/console")"
  at_end machine_off

  printf 'edge1 %s\n' "$(cut -d' ' -f1,2 "$machine_root/etc/ssh/ssh_host_ed25519_key.pub")" >"$machine/known_hosts"
  cat >"$machine/connect" <<CONNECT
#!/usr/bin/env bash
exec nsenter --target "\$(<"$machine/leader")" --net socat - TCP:127.0.0.1:22
CONNECT
  chmod +x "$machine/connect"
  cat >"$machine/ssh_config" <<CONFIG
Host edge1
  User root
  IdentityFile $machine/key
  IdentitiesOnly yes
  UserKnownHostsFile $machine/known_hosts
  ProxyCommand $machine/connect
  LogLevel ERROR
CONFIG
  cat >"$machine_inventory" <<INVENTORY
[control]
edge1 ansible_ssh_common_args='-F $machine/ssh_config'

[network]
edge1
INVENTORY
}

# The files of a machine that nothing was done to.
machine_files() {
  mkdir -p "$machine/upper" "$machine/scratch"
  # volatile: what packages sync to disk while they are installed is not waited for.
  mount -t overlay overlay -o "lowerdir=$machine_lower,upperdir=$machine/upper,workdir=$machine/scratch,volatile" "$machine_root" 2>"$machine/console" ||
    skip "cannot mount an overlay here: $(head -n 1 "$machine/console")"
  install -d -m 0700 "$machine_root/root/.ssh"
  install -m 0600 "$machine/key.pub" "$machine_root/root/.ssh/authorized_keys"
  echo edge1 >"$machine_root/etc/hostname"
  printf '127.0.0.1 localhost edge1\n' >"$machine_root/etc/hosts"
}

# machine_renew: ends it, forgets all that was done to it, and boots it again.
machine_renew() {
  machine_off
  umount "$machine_root"
  rm -rf "$machine/upper" "$machine/scratch"
  machine_files
  machine_boot
}

# machine_boot: starts it, and waits until systemd is done.
machine_boot() {
  local tries=600 state
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 setsid systemd-nspawn --quiet --directory "$machine_root" --boot --register=no --keep-unit \
    --private-network --timezone=off --resolv-conf=off --machine "edge1-$$" --hostname edge1 --console=pipe "${machine_options[@]}" \
    >>"$machine/console" 2>&1 </dev/null &
  machine_nspawn=$!
  while ((tries-- > 0)); do
    kill -0 "$machine_nspawn" 2>/dev/null || fail "the machine does not boot: $(tail -n 5 "$machine/console")"
    # The process below systemd-nspawn that is number 1 in there.
    machine_leader=$(awk -v parent="$machine_nspawn" '$1 == "PPid:" && $2 == parent {print FILENAME}' /proc/[0-9]*/status 2>/dev/null |
      cut -d/ -f3 | head -n 1) || true
    if [[ -n $machine_leader ]]; then
      echo "$machine_leader" >"$machine/leader"
      state=$(on_machine systemctl is-system-running 2>/dev/null) || true
      [[ $state != running && $state != degraded ]] || break
    fi
    sleep 0.2
  done
  [[ $state == running ]] || fail "the machine is ${state:-not up}: $(on_machine systemctl --failed --no-legend 2>&1 || tail -n 5 "$machine/console")"
}

# machine_reboot: from within, as an operator does.
machine_reboot() {
  local status=0
  on_machine systemctl reboot || true
  wait "$machine_nspawn" || status=$?
  ((status == 133)) || fail "the machine ended with $status instead of rebooting"
  machine_boot
}

machine_off() {
  local tries=300
  [[ -n $machine_nspawn ]] && kill -0 "$machine_nspawn" 2>/dev/null || return 0
  # systemd-nspawn hands it on as a request to power off.
  kill -TERM "$machine_nspawn"
  while kill -0 "$machine_nspawn" 2>/dev/null && ((tries-- > 0)); do sleep 0.1; done
  # A second request ends it at once.
  kill -TERM "$machine_nspawn" 2>/dev/null || true
  wait "$machine_nspawn" 2>/dev/null || true
}

# on_machine COMMAND...: over SSH
on_machine() { ssh -F "$machine/ssh_config" -o ConnectTimeout=5 edge1 "$(printf '%q ' "$@")" </dev/null; }

# in_network COMMAND...: a program of this machine in the machine's network, for example curl
in_network() { nsenter --target "$machine_leader" --net "$@"; }

# machine_forward PORT: what listens at this port of this machine's loopback does so on the machine's, until the machine stops. The same
# port, because Keystone and certificates name it.
machine_forward() {
  local socket="$machine/forward.$1"
  rm -f "$socket"
  socat "UNIX-LISTEN:$socket,fork" "TCP:127.0.0.1:$1" >/dev/null 2>&1 </dev/null &
  at_end kill $!
  # Not in_network: the process number would be that of a shell.
  nsenter --target "$machine_leader" --net socat "TCP-LISTEN:$1,bind=127.0.0.1,reuseaddr,fork" "UNIX-CONNECT:$socket" \
    >/dev/null 2>&1 </dev/null &
  at_end kill $!
}
