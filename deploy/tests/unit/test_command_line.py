"""What an operator may do to the command line and to the site directory: one clear line, never a traceback."""

import os
import pathlib
import subprocess
import sys

import pytest

from conftest import DEPLOY, EDGEBOX, SECRETS
from edgebox_lib import cli, documents, phases, vault
from edgebox_lib.journal import Journal

SMALL = DEPLOY / "tests" / "plays" / "phases.yml"


def refused(ran, *words):
    """One line that has these words, and nothing that a programmer would have to read."""
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr
    assert not [word for word in words if word not in ran.stdout + ran.stderr], ran.stdout + ran.stderr


@pytest.fixture
def small(site_of, change, tmp_path):
    site = site_of("without-kolla")
    change(site, playground=str(tmp_path))
    return site


@pytest.mark.parametrize("arguments", [
    ["--site", "DIR", "up", "--check", "--tags", "a"],
    ["up", "--site", "DIR", "--check", "--tags", "a"],
    ["--check", "--tags", "a", "up", "--site", "DIR"],
])
def test_options_stand_before_or_after_the_command(arguments):
    options = cli.parser().parse_args(arguments)

    assert (options.site, options.check, options.tags, options.skip_tags) == ("DIR", True, "a", None)


def test_an_option_after_the_command_wins():
    assert cli.parser().parse_args(["--site", "A", "plan", "--site", "B"]).site == "B"


def test_ansible_is_found_beside_the_python_that_runs_edgebox(small):
    ran = subprocess.run([sys.executable, str(EDGEBOX), "plan", "--offline", "--site", str(small.root), "--phases", str(SMALL)],
                         capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "HOME": str(pathlib.Path.home())},
                         check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "services" in ran.stdout


def test_a_missing_ansible_is_named(small, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "/nonexistent")

    assert cli.main(["plan", "--offline", "--site", str(small.root)]) == 2
    assert "ansible-inventory is not on the PATH" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["plan", "status"])
def test_looking_writes_nothing_into_the_site(small, edgebox, command):
    before = sorted(small.root.rglob("*"))

    ran = edgebox(command, "--offline", "--site", small.root, "--phases", SMALL)

    assert ran.returncode in (0, 3), ran.stderr
    assert sorted(small.root.rglob("*")) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a read-only file system")
@pytest.mark.parametrize("command", ["init", "up", "backup"])
def test_a_read_only_file_system_is_refused(small, tmp_path, command):
    (small.root if command == "init" else tmp_path / "unused").mkdir(exist_ok=True)
    target = tmp_path / "sites" / "new" if command == "init" else small.root
    # In a mount namespace of its own, so that nothing has to be cleaned up.
    mounted = tmp_path / "sites"
    script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
    ran = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", str(mounted), sys.executable, str(EDGEBOX), command,
                          "--site", str(target)], capture_output=True, text=True, check=False)

    refused(ran, "Read-only file system", "edgebox: ")


def test_a_reader_that_leaves_is_no_failure(small):
    process = subprocess.Popen([sys.executable, str(EDGEBOX), "plan", "--offline", "--site", str(small.root), "--phases", str(SMALL)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()

    assert process.wait(timeout=60) == 141
    assert errors == ""


@pytest.mark.parametrize("name", ["edge site", "edge;site", "edge'site", "edgé"])
def test_a_path_that_kolla_ansible_cannot_take_is_refused(tmp_path, edgebox, name):
    ran = edgebox("init", "--site", tmp_path / name)

    refused(ran, "characters in its path")
    assert list(tmp_path.iterdir()) == []


def test_keys_that_stand_twice_are_named_with_their_lines(small, edgebox):
    lines = small.defaults.read_text().splitlines()
    with small.defaults.open("a") as file:
        file.write("chameleon_site_name: another\n")
    first = next(number for number, line in enumerate(lines, start=1) if line.startswith("chameleon_site_name"))

    ran = edgebox("plan", "--offline", "--site", small.root)

    refused(ran, f"chameleon_site_name (lines {first} and {len(lines) + 1})")


def test_a_key_that_stands_twice_in_a_nested_mapping_is_named(tmp_path):
    (tmp_path / "x.yml").write_text("a:\n  - {b: 1, b: 2}\nc: {d: &d {e: 1}}\nf:\n  <<: {e: 3}\n  e: 1\n")

    with pytest.raises(documents.Unreadable, match=r"b \(lines 2 and 2\)$"):
        documents.load_mapping(tmp_path / "x.yml")


@pytest.mark.parametrize(("hosts", "word"), [("[control]\n", "no host in the group control"),
                                             ("[control]\na\nb\n", "2 hosts in the group control: a, b")])
def test_one_controller_is_wanted(small, edgebox, hosts, word):
    (small.inventory / "hosts").write_text(hosts)

    refused(edgebox("plan", "--offline", "--site", small.root), word)


@pytest.mark.parametrize(("content", "word"), [("", "is empty"), ("not-the-password\n", "does not open it")])
def test_a_wrong_vault_password_is_named_as_such(small, edgebox, content, word):
    small.vault_password.write_text(content)

    ran = edgebox("plan", "--offline", "--site", small.root)

    refused(ran, word)
    assert "inventory" not in ran.stderr


def test_a_journal_with_records_that_lack_fields_is_read(small, edgebox):
    small.state.mkdir(mode=0o700)
    Journal(small.journal).append(event="finished", phase="services")
    with small.journal.open("a") as file:
        file.write('{"event": "finished", "phase": "cluster"}\n{"phase": "enrollment"}\n')

    ran = edgebox("status", "--offline", "--site", small.root, "--phases", SMALL)

    assert ran.returncode == 3, ran.stderr
    assert ran.stdout.count("was interrupted") == 3


def test_a_command_that_the_phases_do_not_define_is_refused(small, edgebox):
    refused(edgebox("reconfigure", "--site", small.root, "--phases", SMALL), "does not say what reconfigure runs")


@pytest.mark.parametrize(("content", "word"), [
    ({}, "has no key observe"),
    ({"observe": "x", "phases": [{"name": "a"}]}, "phase a: has no key does"),
    ({"observe": "x", "phases": [], "causes": [{"says": "("}]}, "causes"),
    ({"observe": "x", "phases": [], "causes": [{"says": "(", "fix": "x"}]}, "is not a regular expression"),
])
def test_a_wrong_file_of_phases_is_refused(tmp_path, content, word):
    (tmp_path / "phases.yml").write_text(documents.dump(content))

    with pytest.raises(documents.Unreadable, match=word):
        phases.load(tmp_path / "phases.yml")


def test_no_command_shows_a_traceback_for_a_site_that_is_not_there(tmp_path, edgebox):
    refused(edgebox("--site", tmp_path / "none", "up"), "is not a site directory")


def test_secrets_of_an_unencrypted_file_need_no_vault_password(tmp_path):
    (tmp_path / "passwords.yml").write_text("a: b\n")

    assert vault.load(tmp_path / "passwords.yml", tmp_path / "none") == {"a": "b"}
    assert SECRETS
