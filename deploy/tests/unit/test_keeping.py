"""`edgebox backup` and `edgebox destroy`, with what they work on moved into a temporary folder."""

import os
import sqlite3
import tarfile

import pytest

from conftest import SECRETS
from edgebox_lib.journal import Journal

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the plays become root")

PG_DUMP = """#!/usr/bin/env bash
# Stands in for pg_dump: shows what it was given, and that the password came by a file.
for argument in "$@"; do
  [[ $argument == --file=* ]] && file="${argument#--file=}"
done
IFS=: read -r _ _ _ _ password < "$PGPASSFILE"
printf '%s\\n' "$@" "password of ${#password} characters, mode $(stat -c %a "$PGPASSFILE")" > "$file"
"""


@pytest.fixture
def site(site_of, change, tmp_path):
    made = site_of("without-kolla")
    pg_dump = tmp_path / "pg_dump"
    pg_dump.write_text(PG_DUMP)
    pg_dump.chmod(0o755)
    server = tmp_path / "server"
    (server / "db").mkdir(parents=True)
    (server / "tls").mkdir()
    (server / "tls" / "server-ca.crt").write_text("certificate")
    (server / "token").write_text("join-token")
    with sqlite3.connect(server / "db" / "state.db") as database:
        database.execute("create table kine (name text)")
        database.execute("insert into kine values ('/registry/nodes/pi-01')")
    change(made, backup_pg_dump=str(pg_dump), backup_cluster_directory=str(server), doni_database_host="db.example.org")
    return made


def test_a_backup_holds_everything_but_what_opens_it(site, edgebox, tmp_path):
    ran = edgebox("backup", "--site", site.root, "--to", tmp_path / "saved")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    (folder,) = (tmp_path / "saved").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == [
        "doni.pgdump", "k3s-identity.tar.gz", "k3s-state.db", "site.tar.gz"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    dump = (folder / "doni.pgdump").read_text()
    assert "--host=db.example.org" in dump
    assert f"password of {len(SECRETS['doni_database_password'])} characters, mode 600" in dump
    with sqlite3.connect(folder / "k3s-state.db") as copy:
        assert copy.execute("select name from kine").fetchall() == [("/registry/nodes/pi-01",)]
    with tarfile.open(folder / "k3s-identity.tar.gz") as archive:
        assert {"token", "tls/server-ca.crt"} <= set(archive.getnames())
    assert not [secret for secret in SECRETS.values() if secret in ran.stdout + ran.stderr]


def test_a_removal_takes_what_is_named_and_starts_a_new_journal(site, edgebox, change, tmp_path):
    host = tmp_path / "host"
    (host / "data").mkdir(parents=True)
    (host / "bin").mkdir()
    (host / "bin" / "k3s").touch()
    (host / "bin" / "kubectl").symlink_to(host / "bin" / "k3s")
    (host / "bin" / "crictl").symlink_to("/usr/bin/true")
    change(site, teardown_units=[], teardown_leftover_pattern="", teardown_mounts=[str(host)], teardown_interfaces=[],
           teardown_paths=[str(host / "data"), str(host / "bin" / "k3s")], teardown_k3s_binary=str(host / "bin" / "k3s"),
           teardown_links=[str(host / "bin" / name) for name in ("kubectl", "crictl")])
    site.prepare()
    Journal(site.journal).append(event="finished", phase="cluster", outcome="ok")

    ran = edgebox("destroy", "--site", site.root, "--yes-destroy", site.name)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [path.name for path in host.rglob("*")] == ["bin", "crictl"], "a link to something else is not ours"
    assert Journal(site.journal).latest() == {}

    again = edgebox("destroy", "--site", site.root, "--yes-destroy", site.name)

    assert "done, 0 tasks changed something" in again.stdout, again.stdout
