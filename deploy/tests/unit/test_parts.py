"""The parts that runs are made of: lock, journal, decisions, masks, and the look at a host."""

import os
import pathlib
import signal
import subprocess
import sys

import pytest

from conftest import DEPLOY
from edgebox_lib import phases, vault
from edgebox_lib.converge import State, assess
from edgebox_lib.host import Host
from edgebox_lib.journal import Journal
from edgebox_lib.lock import Busy, exclusive

HOLDER = """
import sys, time
sys.path.insert(0, sys.argv[2])
from edgebox_lib.lock import exclusive
with exclusive(sys.argv[1], "up"):
    print("held", flush=True)
    time.sleep(600)
"""


def holder(path):
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(path), str(DEPLOY)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_a_held_lock_names_its_holder(tmp_path):
    process = holder(tmp_path / "lock")
    try:
        with pytest.raises(Busy, match=f"edgebox up, process {process.pid}"), exclusive(tmp_path / "lock", "pull"):
            pass
    finally:
        process.kill()
        process.communicate()


def test_a_killed_holder_leaves_no_lock(tmp_path):
    process = holder(tmp_path / "lock")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()

    with exclusive(tmp_path / "lock", "pull", patience=0):
        assert f'"pid": {os.getpid()}' in (tmp_path / "lock").read_text()


def test_a_journal_survives_a_line_that_was_half_written(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append(event="finished", phase="services", outcome="ok")
    with (tmp_path / "journal.jsonl").open("a") as file:
        file.write('{"event": "fini')

    journal.append(event="started", phase="cluster")

    assert [record["phase"] for record in journal.records()] == ["services", "cluster"]
    assert (tmp_path / "journal.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_destroyed_site_starts_from_scratch(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append(event="finished", phase="services", outcome="ok")
    journal.append(event="destroyed")

    assert journal.latest() == {}


PLAN = phases.load()
DONE = {"event": "finished", "outcome": "changed", "inputs": "same"}


@pytest.mark.parametrize(("phase", "record", "inputs", "holds", "state", "word"), [
    ("services", None, "same", {}, State.DUE, "has not run"),
    ("services", {**DONE, "event": "started"}, "same", {}, State.DUE, "interrupted"),
    ("services", {**DONE, "outcome": "failed"}, "same", {}, State.DUE, "failed"),
    ("services", DONE, "other", {}, State.DUE, "configuration changed"),
    ("services", DONE, "same", {"keystone": False}, State.DUE, "Keystone's API is gone"),
    ("services", DONE, "same", {"keystone": True, "neutron": True, "kubeconfig": True}, State.OK, ""),
    ("services", {**DONE, "without": ["kubeconfig"]}, "same", {"kubeconfig": False}, State.WAITING, "ran without"),
    ("services", {**DONE, "without": ["kubeconfig"]}, "same", {"kubeconfig": True}, State.DUE, "is there now"),
    ("edge-networks", None, "same", {"keystone": True, "neutron": False}, State.WAITING, "Neutron's API (from services)"),
    ("edge-networks", DONE, "same", {"keystone": True, "neutron": False}, State.OK, ""),
    ("doni", DONE, "same", {"doni": False, "database": False}, State.WAITING, "Doni's database (from database)"),
])
def test_where_a_phase_stands(phase, record, inputs, holds, state, word):
    assessment = assess(PLAN.phase(phase), PLAN, record, inputs, holds, lambda switch: True)

    assert assessment.state is state
    assert word in assessment.reason


def test_what_runs_again_is_only_what_a_wish_needs():
    record = {**DONE, "without": ["kubeconfig"]}

    assessment = assess(PLAN.phase("services"), PLAN, record, "same", {"kubeconfig": True}, lambda switch: True)

    assert [step.get("tags") for step in assessment.steps] == [None, "zun,blazar"]


def test_a_phase_that_the_site_does_not_want_is_off():
    assert assess(PLAN.phase("monitoring"), PLAN, None, "", {}, lambda switch: False).state is State.OFF


def test_every_play_of_the_phases_is_there():
    named = [step["playbook"] for phase in PLAN.phases for step in (*phase.steps, *phase.again) if "playbook" in step]

    assert [name for name in named if not (DEPLOY / name).is_file()] == []


def test_a_mask_takes_the_longest_secret_first():
    mask = vault.Mask(["longsecret", "longsecretlonger", "short", {"private_key": "-----BEGIN\nabcdefghijklm\n", "public_key": "ssh-rsa"}])

    assert mask("longsecretlonger, longsecret, short, abcdefghijklm, ssh-rsa") == "***, ***, short, ***, ssh-rsa"


ADDRESSES = """[{"ifname":"lo","flags":["LOOPBACK","UP"],"addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8}]},
{"ifname":"eno1","flags":["BROADCAST"],"addr_info":[{"family":"inet","local":"10.20.0.5","prefixlen":24},
{"family":"inet6","local":"fe80::1","prefixlen":64}]}]"""


@pytest.fixture
def machine(tmp_path):
    """A tree that looks like a host, seen through the same code as a real one."""
    def write(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    write("etc/os-release", 'NAME="Ubuntu"\nID=ubuntu\nVERSION_ID="22.04"\n')
    write("proc/sys/kernel/hostname", "edge1\n")
    write("proc/sys/kernel/osrelease", "5.15.0\n")
    write("proc/meminfo", "MemTotal:       16384000 kB\nMemFree: 1 kB\n")
    write("proc/modules", "overlay 151552 1 - Live 0x0\n")
    write("lib/modules/5.15.0/modules.builtin", "kernel/net/bridge/br_netfilter.ko\n")
    write("lib/modules/5.15.0/modules.dep", "kernel/drivers/net/wireguard/wireguard.ko.zst: kernel/lib/curve.ko\n")
    write("proc/net/tcp", "  sl  local_address rem_address   st\n"
          "   0: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1\n"
          "   1: 0100007F:1F42 0100007F:1F41 01 00000000:00000000 00:00000000 00000000     0        0 4712 1\n")
    write("proc/42/comm", "java\n")
    (tmp_path / "proc/42/fd").mkdir()
    (tmp_path / "proc/42/fd/7").symlink_to("socket:[4711]")
    return Host(tmp_path, lambda command, timeout=10: (0, ADDRESSES) if command[0] == "ip" else (127, ""))


def test_a_host_is_seen_as_it_is(machine):
    interfaces = machine.interfaces()

    assert (interfaces["lo"].up, interfaces["eno1"].up) == (True, False)
    assert [str(one) for one in interfaces["eno1"].networks] == ["10.20.0.5/24"]
    assert machine.operating_system() == ("ubuntu", "22.04")
    assert machine.name() == "edge1"
    assert 15 < machine.memory_gib() < 16
    assert [(one.address, one.port, one.process) for one in machine.listeners()] == [("127.0.0.1", 8001, "java")]
    assert [machine.has_module(name) for name in ("overlay", "br_netfilter", "wireguard", "curve", "nonsense")] == [
        True, True, True, False, False]
    assert machine.answers("10.0.0.1") is None
    assert not machine.has_nscd()


def test_nscd_is_seen_where_it_runs(machine, tmp_path):
    (tmp_path / "proc/42/comm").write_text("nscd\n")

    assert machine.has_nscd()


def test_this_machine_can_be_looked_at():
    host = Host()

    assert host.name() and host.memory_gib() > 0 and host.free_gib("/var/lib/not/there") > 0
    assert host.clock_synchronised() in (True, False, None)
    assert isinstance(host.listeners(), list)


def test_the_command_says_what_it_lacks():
    clean = {"PATH": os.environ["PATH"], "HOME": str(pathlib.Path.home())}
    ran = subprocess.run([sys.executable, "-S", str(DEPLOY / "edgebox"), "plan"], capture_output=True, text=True, env=clean,
                         check=False)

    assert ran.returncode != 0
    assert "is not installed" in ran.stderr and "requirements.txt" in ran.stderr
