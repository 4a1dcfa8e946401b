"""Whole runs of the command, with real Ansible on this machine and a site in miniature."""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import pytest

from conftest import DEPLOY, EDGEBOX, SECRETS
from edgebox_lib.journal import Journal
from edgebox_lib.runner import remote_tmp
from edgebox_lib.site import Site

PHASES = DEPLOY / "tests" / "plays" / "phases.yml"


@pytest.fixture
def small(site_of, change, tmp_path):
    """A site whose phases write into a playground, and which may go on without being told."""
    site = site_of("without-kolla")
    playground = tmp_path / "playground"
    playground.mkdir()
    change(site, playground=str(playground))
    site.playground = playground
    (playground / "go").touch()
    return site


def state(playground):
    """What a run leaves behind, without the marks that only steer it."""
    return {path.name: path.read_text() for path in playground.iterdir() if path.name not in ("go", "begun")}


def up(edgebox, site, *more):
    return edgebox("up", "--site", site.root, "--phases", PHASES, *more)


def runs(site):
    """Phases in the order in which they were begun."""
    return [record["phase"] for record in Journal(site.journal).records() if record["event"] == "started"]


def start(site):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CC_ANSIBLE")}
    return subprocess.Popen([sys.executable, str(EDGEBOX), "up", "--site", str(site.root), "--phases", str(PHASES)],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env=environment)


def wait_for(path, seconds=60):
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        threading.Event().wait(0.05)


def command_lines():
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            yield (process / "cmdline").read_bytes()
        except OSError:
            continue


def test_it_goes_round_until_services_and_cluster_have_each_other(small, edgebox):
    ran = up(edgebox, small)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert runs(small) == ["services", "cluster", "enrollment", "services"]
    assert state(small.playground)["keystone"] == "kubeconfig: True, again: True\n"
    assert "[ 2/4] network" in ran.stdout and "enable_network not set" in ran.stdout
    assert ran.stdout.endswith("the site is satisfied\n")

    again = up(edgebox, small)

    assert again.returncode == 0
    assert len(runs(small)) == 4, "a satisfied site has nothing to run"


def test_what_is_waited_for_is_said(small, edgebox, change):
    change(small, enable_network=True)

    ran = up(edgebox, small)

    assert ran.returncode == 3
    assert "network waits for the file that stands for the network" in ran.stdout
    assert "not satisfied yet" in ran.stdout


def test_after_a_failure_it_goes_on_where_it_was(small, edgebox, change):
    (small.playground / "go").unlink()
    change(small, patience=1)

    failed = up(edgebox, small)

    assert failed.returncode == 1
    assert "the file go is missing" in failed.stdout
    assert "-> put the file go into the playground" in failed.stdout
    assert runs(small) == ["services", "cluster"]

    (small.playground / "go").touch()
    resumed = up(edgebox, small)

    assert resumed.returncode == 0, resumed.stdout
    assert "(failed last time)" in resumed.stdout
    assert runs(small)[2:] == ["cluster", "enrollment", "services"]


def test_a_run_killed_in_the_middle_is_taken_up_and_ends_in_the_same_state(small, edgebox):
    (small.playground / "go").unlink()
    killed = start(small)
    wait_for(small.playground / "begun")

    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    (small.playground / "go").touch()
    resumed = up(edgebox, small)

    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert "(was interrupted)" in resumed.stdout
    assert runs(small) == ["services", "cluster", "cluster", "enrollment", "services"]
    assert state(small.playground) == {
        "keystone": "kubeconfig: True, again: True\n", "kubeconfig": "the cluster of lab\n",
        "secret": SECRETS["doni_database_password"] + "\n"}


@pytest.mark.parametrize(("event", "trace"), [("started", True), ("started", False), ("finished", True)])
def test_what_a_killed_run_left_is_removed(small, edgebox, event, trace):
    """Also of one whose files here are gone, and of one that was killed between two phases, while it observed the conditions."""
    here, there = small.state / "tmp1234", pathlib.Path(remote_tmp(small)).expanduser() / "ansible-tmp-1234"
    small.state.mkdir(exist_ok=True)
    for folder in (here, there) if trace else (there,):
        folder.mkdir(mode=0o700, parents=True)
        (folder / "source").write_text(SECRETS["doni_database_password"])
    Journal(small.journal).append(event=event, phase="services", run="1", inputs="")

    ran = up(edgebox, small)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not here.exists() and not there.exists()


def test_the_temporary_directory_on_a_host_is_of_this_site_at_this_controller_alone(small, monkeypatch):
    """So that it may be removed while another one runs."""
    own = remote_tmp(small)
    assert remote_tmp(Site(small.root.parent / "other" / small.name)) != own
    monkeypatch.setattr("platform.node", lambda: "another-controller")
    assert remote_tmp(small) != own


def test_nothing_is_removed_where_no_run_was_killed(small, edgebox):
    there = pathlib.Path(remote_tmp(small)).expanduser() / "ansible-tmp-1234"
    there.mkdir(mode=0o700, parents=True)

    assert up(edgebox, small).returncode == 0
    assert there.exists()


def test_two_runs_are_kept_apart(small, edgebox):
    (small.playground / "go").unlink()
    first = start(small)
    wait_for(small.playground / "begun")

    second = up(edgebox, small)
    (small.playground / "go").touch()
    first.communicate(timeout=120)

    assert second.returncode == 2
    assert f"another run on this site is at work: edgebox up, process {first.pid}" in second.stderr
    assert first.returncode == 0


def test_a_changed_configuration_runs_again(small, edgebox, change):
    assert up(edgebox, small).returncode == 0
    change(small, chameleon_site_name="laboratory")

    plan = edgebox("plan", "--site", small.root, "--phases", PHASES, "--offline")
    ran = up(edgebox, small)

    assert "the configuration changed" in plan.stdout
    assert ran.returncode == 0
    assert state(small.playground)["kubeconfig"] == "the cluster of laboratory\n"


def test_what_gets_lost_is_made_again(small, edgebox):
    assert up(edgebox, small).returncode == 0
    (small.playground / "kubeconfig").unlink()

    status = edgebox("status", "--site", small.root, "--phases", PHASES)
    ran = up(edgebox, small)

    assert status.returncode == 3
    assert "the file that stands for the kubeconfig is gone" in status.stdout
    assert ran.returncode == 0
    assert (small.playground / "kubeconfig").exists()


def test_check_changes_nothing(small, edgebox):
    ran = up(edgebox, small, "--check")

    assert "services             would change" in ran.stdout
    assert state(small.playground) == {}
    assert runs(small) == []


def test_one_phase_by_its_command_with_tags_is_no_finished_phase(small, edgebox):
    ran = edgebox("deploy", "--site", small.root, "--phases", PHASES, "--tags", "write")

    assert ran.returncode == 0, ran.stdout
    assert "keystone" in state(small.playground)
    assert runs(small) == []


def test_a_run_narrowed_by_tags_goes_round_once_and_marks_nothing_as_done(small, edgebox):
    ran = up(edgebox, small, "--tags", "write")

    assert ran.returncode == 3, ran.stdout
    assert ran.stdout.count("[ 1/4] services") == 1
    assert not (small.playground / "kubeconfig").exists(), "the cluster's play has no such tag"
    assert runs(small) == []


def test_a_wrong_configuration_is_refused_before_anything_runs(small, edgebox, change):
    change(small, k3s_server_ip="192.0.2.300", k3s_server_port=0)

    ran = up(edgebox, small)

    assert ran.returncode == 2
    assert "k3s_server_ip" in ran.stdout and "k3s_server_port" in ran.stdout
    assert state(small.playground) == {}


def test_no_secret_is_seen_in_output_logs_or_the_list_of_processes(small, edgebox):
    (small.playground / "go").unlink()
    secrets = [*SECRETS.values(), "the-vault-password"]
    seen, done = set(), threading.Event()

    def watch():
        while not done.is_set():
            for line in command_lines():
                seen.update(secret for secret in secrets if secret.encode() in line)
            done.wait(0.01)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    process = start(small)
    wait_for(small.playground / "begun")
    (small.playground / "go").touch()
    output, _ = process.communicate(timeout=120)
    done.set()
    watcher.join()

    assert process.returncode == 0, output
    assert seen == set()
    kept = "".join(path.read_text() for path in small.state.rglob("*") if path.is_file())
    assert "the password is ***" in kept
    assert not [secret for secret in secrets if secret in output + kept]
    assert [path for path in small.logs.iterdir() if path.stat().st_mode & 0o077] == []


def test_a_backup_leaves_the_vault_password_out(small):
    from edgebox_lib import backup

    folder = backup.new_folder(small)
    backup.save_site(small, folder)

    listed = subprocess.run(["tar", "tzf", str(folder / "site.tar.gz")], check=True, capture_output=True, text=True).stdout
    assert "without-kolla/passwords.yml" in listed
    assert "vault_password" not in listed
    assert (folder / "site.tar.gz").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_nothing_is_destroyed_without_the_sites_name(small, edgebox):
    for answer in ((), ("--yes-destroy", "another")):
        ran = edgebox("destroy", "--site", small.root, "--phases", PHASES, *answer)

        assert ran.returncode == 2
        assert "nothing was destroyed" in ran.stderr
