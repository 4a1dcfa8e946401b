# What the live tests of roles share; sourced. A test has a directory $work of its own.
set -euo pipefail

deploy="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)"
export ANSIBLE_CONFIG="$deploy/ansible.cfg" ANSIBLE_NOCOLOR=1 ANSIBLE_PYTHON_INTERPRETER="${ANSIBLE_PYTHON_INTERPRETER:-/usr/bin/python3}"
work="$(mktemp -d)"
# The connections that Ansible keeps open are the test's own too: two machines have the same name.
export ANSIBLE_HOME="$work/ansible" ANSIBLE_SSH_CONTROL_PATH_DIR="$work/ansible/cp"
# Without Ansible's default -C: nothing here is far away, and compressing the jar takes longer than sending it.
export ANSIBLE_SSH_ARGS='-o ControlMaster=auto -o ControlPersist=60s'
cleanups=()

# Run at the end, the last one first.
at_end() { cleanups+=("$*"); }
clean_up() {
  local i
  for ((i = ${#cleanups[@]} - 1; i >= 0; i--)); do
    eval "${cleanups[i]}" || true
  done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

fail() {
  echo "failed: $*" >&2
  exit 1
}
skip() {
  echo "$*"
  exit 77
}

# role NAME [ARGUMENT...]: applies a role to this machine, or to the hosts of the inventory in play_inventory; its output is in
# $work/output. Variables: $work/variables.yml. A command in the array `within` runs it, for example in a network namespace.
within=()
play_inventory=(-i localhost, --connection local)
role() {
  local name=$1
  shift
  cat >"$work/play.yml" <<PLAY
- hosts: all
  gather_facts: true
  tasks:
    - ansible.builtin.include_role:
        name: $name
PLAY
  "${within[@]}" ansible-playbook "${play_inventory[@]}" -e "@$work/variables.yml" "$@" "$work/play.yml" >"$work/output" 2>&1 </dev/null || {
    cat "$work/output"
    fail "role $name"
  }
}
changes() { sed -n 's/.*changed=\([0-9]*\).*/\1/p' "$work/output"; }
expect_changes() { # some|none WHAT
  local count
  count=$(changes)
  if [[ $1 == none && $count != 0 ]]; then
    grep -B 3 '^changed' "$work/output"
    fail "$2: changed=$count instead of 0"
  elif [[ $1 == some && $count == 0 ]]; then
    fail "$2: nothing was changed"
  fi
  echo "$2: changed=$count"
}
