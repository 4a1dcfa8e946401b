"""Makes a new site directory."""

import os
import pathlib
import shutil
import socket
import tempfile

from edgebox_lib import documents, vault
from edgebox_lib.site import DEPLOY, NoSite

EXAMPLE = DEPLOY / "site-config.example"


def create(site, hostname=None):
    """Copies the example, fills the host name in and makes the secrets; only the owner can read any of it.

    A directory that exists is left as it is, unless it is empty. All of it appears at once: it is made beside its place
    and moved there.
    """
    if site.root.exists() and (not site.root.is_dir() or any(site.root.iterdir())):
        raise NoSite(f"{site.root} exists already and is left as it is; choose another directory")
    hostname = hostname or socket.gethostname().split(".")[0]
    site.root.parent.mkdir(parents=True, exist_ok=True)
    draft = pathlib.Path(tempfile.mkdtemp(prefix=f".{site.root.name}.", dir=site.root.parent))
    try:
        _fill(draft, hostname)
        os.rename(draft, site.root)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _fill(draft, hostname):
    for source in sorted(EXAMPLE.rglob("*")):
        target = draft / str(source.relative_to(EXAMPLE)).replace("HOSTNAME", hostname)
        if source.is_dir():
            target.mkdir(mode=0o700)
            continue
        text = source.read_text(encoding="utf-8")
        if "inventory" in source.relative_to(EXAMPLE).parts:
            text = text.replace("HOSTNAME", hostname)
        _write(target, text)
    secret = vault.password().encode()
    _write(draft / "vault_password", secret.decode() + "\n")
    wanted = documents.load_mapping(EXAMPLE / "passwords.yml")
    _write(draft / "passwords.yml", vault.encrypted(vault.filled(wanted), secret))


def _write(path, text):
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
