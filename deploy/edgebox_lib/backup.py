"""Saves a site directory."""

import os
import pathlib
import tarfile
import time

from edgebox_lib.site import NoSite


def new_folder(site, to=None):
    """Where this backup goes; made by save_site."""
    parent = pathlib.Path(to).expanduser().absolute() if to else site.root / "backups"
    return parent / f"{site.name}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"


def save_site(site, folder):
    """Packs the directory, journal included, so that only its owner can read it.

    The vault password stays out, so that a lost backup does not contain its own key.
    """
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise NoSite(f"{folder} exists already") from None
    left_out = {site.vault_password.name, "backups", "log", "lock"}

    def kept(member):
        return None if pathlib.PurePath(member.name).name in left_out else member

    descriptor = os.open(folder / "site.tar.gz", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
        archive.add(site.root, arcname=site.name, filter=kept)
        file.flush()
