"""A new site directory: whole or not at all, never over another, secrets readable by the owner alone."""

import pathlib
import stat
import threading

import yaml

from conftest import DEPLOY
from edgebox_lib import findings, scaffold, vault
from edgebox_lib.site import Site
from edgebox_lib.validation import validate


def modes(root):
    return {str(path.relative_to(root)): stat.S_IMODE(path.lstat().st_mode) for path in root.rglob("*")}


def contents(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_only_the_owner_can_read_it(tmp_path, edgebox):
    ran = edgebox("init", "--site", tmp_path / "edge", "--hostname", "ctl01")

    assert ran.returncode == 0, ran.stderr
    assert stat.S_IMODE((tmp_path / "edge").stat().st_mode) == 0o700
    assert {mode for path, mode in modes(tmp_path / "edge").items() if (tmp_path / "edge" / path).is_file()} == {0o600}
    assert "ctl01 ansible_connection=local" in (tmp_path / "edge/inventory/hosts").read_text()
    assert (tmp_path / "edge/inventory/host_vars/ctl01.yml").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edge"]


def test_the_second_time_is_refused_and_changes_nothing(tmp_path, edgebox):
    assert edgebox("init", "--site", tmp_path / "edge").returncode == 0
    before = contents(tmp_path / "edge")

    again = edgebox("init", "--site", tmp_path / "edge")

    assert again.returncode == 2
    assert "exists already and is left as it is" in again.stderr
    assert contents(tmp_path / "edge") == before


def test_the_site_may_be_named_by_the_environment(tmp_path, edgebox):
    assert edgebox("init", CC_ANSIBLE_SITE=str(tmp_path / "edge")).returncode == 0
    assert (tmp_path / "edge" / "defaults.yml").is_file()
    assert edgebox("init").returncode == 2


def test_secrets_are_made_and_encrypted(tmp_path):
    site = Site(tmp_path / "edge")
    scaffold.create(site, "ctl01")

    secrets = vault.load(site.passwords, site.vault_password)

    wanted = yaml.safe_load((DEPLOY / "site-config.example" / "passwords.yml").read_text())
    assert site.passwords.read_text().startswith("$ANSIBLE_VAULT;")
    assert set(secrets) == set(wanted)
    assert all(secrets[name] for name, value in wanted.items() if value is None)
    made = [value for value in secrets.values() if isinstance(value, str) and value]
    assert len(set(made)) == len(made)
    assert "PRIVATE KEY" in secrets["kolla_ssh_key"]["private_key"]


def test_secrets_show_in_no_output_and_no_list_of_processes(tmp_path, edgebox):
    lines, done = set(), threading.Event()

    def watch():
        while not done.is_set():
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                try:
                    lines.add((process / "cmdline").read_bytes())
                except OSError:
                    continue
            done.wait(0.01)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    ran = edgebox("init", "--site", tmp_path / "edge")
    done.set()
    watcher.join()

    site = Site(tmp_path / "edge")
    mask = vault.Mask([*vault.load(site.passwords, site.vault_password).values(), site.vault_password.read_text()])
    seen = ran.stdout + ran.stderr + b"".join(lines).decode(errors="replace")
    assert "edgebox" in seen and mask(seen) == seen


def test_a_failure_leaves_nothing_behind(tmp_path, monkeypatch):
    site = Site(tmp_path / "edge")
    monkeypatch.setattr(vault, "filled", lambda wanted: 1 / 0)

    try:
        scaffold.create(site, "ctl01")
    except ZeroDivisionError:
        pass

    assert list(tmp_path.iterdir()) == []


def test_only_what_is_to_be_filled_in_is_wrong_with_the_example(tmp_path):
    site = Site(tmp_path / "edge")
    scaffold.create(site, "ctl01")

    found = findings.errors(validate(site.file_settings(), yaml.safe_load(site.defaults.read_text())))

    assert {one.id for one in found} == {"CFG-003"}
