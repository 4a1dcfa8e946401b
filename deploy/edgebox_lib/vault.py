"""The site's secrets: made once, encrypted with ansible-vault inside this process, and never on a command line."""

import base64
import os
import secrets
import string
import subprocess
import uuid

import yaml
from ansible.constants import DEFAULT_VAULT_IDENTITY
from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, VaultSecret, is_encrypted
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from edgebox_lib import documents

PASSWORD_LENGTH = 40
"""What kolla-genpwd makes too; 40 letters and digits are more than 230 bits."""

_ALPHABET = string.ascii_letters + string.digits
_UUIDS = {"rbd_secret_uuid", "cinder_rbd_secret_uuid", "gnocchi_project_id", "gnocchi_resource_id",
          "gnocchi_user_id", "designate_pool_id"}


class Locked(Exception):
    """The secrets cannot be read. The text says why, and nothing of them."""


def password():
    return "".join(secrets.choice(_ALPHABET) for _ in range(PASSWORD_LENGTH))


def encryption_key():
    """For doni.secrets.keys: 32 bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def ssh_key():
    """A key pair as kolla-ansible's roles expect it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
                                serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return {"private_key": private.decode(), "public_key": public.decode()}


def generated(name):
    if name in _UUIDS:
        return str(uuid.uuid4())
    if name.endswith("_ssh_key"):
        return ssh_key()
    if name == "doni_secrets_key":
        return encryption_key()
    return password()


def filled(wanted):
    """A copy in which everything that is empty (null) was made; what another service issues stands as "" and stays so."""
    def missing(value):
        return value is None or (isinstance(value, dict) and all(part is None for part in value.values()))
    return {name: generated(name) if missing(value) else value for name, value in wanted.items()}


def _vault(secret):
    return VaultLib([(DEFAULT_VAULT_IDENTITY, VaultSecret(secret))])


def encrypted(content, secret):
    """The mapping as the text of an encrypted file."""
    return _vault(secret).encrypt(yaml.safe_dump(content, sort_keys=True)).decode()


def read_vault_password(path):
    """The vault password; an executable file is a program that prints it, as Ansible has it."""
    try:
        if os.access(path, os.X_OK):
            output = subprocess.run([str(path)], check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout
        else:
            output = path.read_bytes()
    except OSError as failure:
        raise Locked(f"{path}: {failure.strerror}") from failure
    except subprocess.CalledProcessError as failure:
        raise Locked(f"{path}: ended with {failure.returncode}") from None
    if not output.strip():
        raise Locked(f"{path}: is empty; put the vault password there")
    return output.strip()


def is_locked(path):
    return is_encrypted(path.read_bytes())


def load(passwords, vault_password):
    """The secrets in the file, whether it is encrypted or not."""
    try:
        content = passwords.read_bytes()
    except OSError as failure:
        raise Locked(f"{passwords}: {failure.strerror}") from failure
    if is_encrypted(content):
        try:
            content = _vault(read_vault_password(vault_password)).decrypt(content)
        except AnsibleError:
            raise Locked(f"{passwords}: {vault_password.name} does not open it") from None
    try:
        values = yaml.safe_load(content) or {}
    except yaml.YAMLError:
        raise Locked(f"{passwords}: is not YAML") from None
    if not isinstance(values, dict):
        raise Locked(f"{passwords}: must be a mapping of names to secrets")
    return values


class Mask:
    """Removes secrets from text."""

    _SHORTEST = 8
    """Shorter ones would mask innocent words; no generated one is."""

    def __init__(self, values=()):
        found = set()
        pending = list(values)
        while pending:
            value = pending.pop()
            if isinstance(value, dict):
                pending.extend(part for name, part in value.items() if name != "public_key")
            elif isinstance(value, list):
                pending.extend(value)
            elif isinstance(value, str):
                found.update(line.strip() for line in value.splitlines())
        self._secrets = sorted((one for one in found if len(one) >= self._SHORTEST and "-----" not in one),
                               key=len, reverse=True)

    def __call__(self, text):
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def mask_of(site):
    """Masks what the site's files hold as secrets; what cannot be read cannot leak either."""
    try:
        values = list(load(site.passwords, site.vault_password).values())
    except Locked:
        values = []
    try:
        values.append(documents.load_mapping(site.defaults).get("balena_api_token"))
    except documents.Unreadable:
        pass
    return Mask(values)
