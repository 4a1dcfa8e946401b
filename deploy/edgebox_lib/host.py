"""What the prechecks see of a host. Looks only; tests put another root or another `run` in its place."""

import ctypes
import dataclasses
import ipaddress
import json
import os
import pathlib
import platform
import re
import shutil
import socket
import subprocess
import urllib.error
import urllib.request

_STA_UNSYNC = 0x40
"""Of adjtimex(2): the kernel's clock follows no reference."""


@dataclasses.dataclass(frozen=True)
class Interface:
    """A network interface; `networks` are its addresses with their prefixes."""

    name: str
    up: bool
    networks: tuple


@dataclasses.dataclass(frozen=True)
class Listener:
    """A TCP socket that listens, and the process that does, where that can be seen."""

    address: str
    port: int
    process: str


def _run(command, timeout=10):
    """Status and output; a command that is not there or does not end in time counts as failed."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL,
                             check=False, env={**os.environ, "LC_ALL": "C"})
        return ran.returncode, ran.stdout
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return 127, ""


class Host:
    """The machine this runs on, or what a test makes of it."""

    def __init__(self, root="/", run=_run):
        self._root = pathlib.Path(root)
        self._run = run

    def _read(self, path):
        try:
            return (self._root / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def name(self):
        return self._read("proc/sys/kernel/hostname").strip()

    def machine(self):
        return platform.machine()

    def operating_system(self):
        """ID and VERSION_ID of os-release."""
        fields = dict(line.split("=", 1) for line in self._read("etc/os-release").splitlines() if "=" in line)
        return fields.get("ID", "").strip('"'), fields.get("VERSION_ID", "").strip('"')

    def interfaces(self):
        """Every interface by name, or None where that cannot be asked."""
        status, output = self._run(["ip", "-json", "address", "show"])
        if status != 0:
            return None
        found = {}
        for link in json.loads(output or "[]"):
            if "ifname" not in link:
                continue
            networks = tuple(ipaddress.IPv4Interface(f"{one['local']}/{one['prefixlen']}")
                             for one in link.get("addr_info", ()) if one.get("family") == "inet")
            found[link["ifname"]] = Interface(link["ifname"], "UP" in link.get("flags", ()), networks)
        return found

    def answers(self, address):
        """Whether something at that address answers a ping; None where that cannot be tried."""
        status, _ = self._run(["ping", "-c", "1", "-W", "1", str(address)], timeout=5)
        return None if status == 127 else status == 0

    def resolve(self, name):
        """The IPv4 addresses of a name; none if it has none."""
        try:
            return sorted({found[4][0] for found in socket.getaddrinfo(name, None, socket.AF_INET)})
        except OSError:
            return []

    def has_command(self, name):
        return shutil.which(name) is not None

    def package_version(self, name):
        """First number of the version that apt would install, 0 where it knows none, None where there is no apt."""
        status, output = self._run(["apt-cache", "policy", name])
        if status != 0:
            return None
        found = re.search(r"Candidate: (?:\d+:)?(\d+)", output)
        return int(found.group(1)) if found else 0

    def http_status(self, url):
        """Status of a HEAD request, or None where there is no answer."""
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code
        except (OSError, ValueError):
            return None

    def clock_synchronised(self):
        """As the kernel has it, whichever service keeps the time; None where it does not tell."""
        try:
            buffer = ctypes.create_string_buffer(512)
            state = ctypes.CDLL(None, use_errno=True).adjtimex(buffer)
        except (OSError, AttributeError):
            return None
        if state < 0:
            return None
        # struct timex: modes (int, padded), offset, freq, maxerror, esterror (long), then status (int).
        status = ctypes.c_int.from_buffer(buffer, 5 * ctypes.sizeof(ctypes.c_long)).value
        return not status & _STA_UNSYNC

    def listeners(self):
        owners = self._socket_owners()
        found = []
        for table in ("proc/net/tcp", "proc/net/tcp6"):
            for line in self._read(table).splitlines()[1:]:
                fields = line.split()
                if len(fields) > 9 and fields[3] == "0A":
                    address, port = fields[1].rsplit(":", 1)
                    found.append(Listener(_address(address), int(port, 16), owners.get(fields[9], "")))
        return found

    def _socket_owners(self):
        """Names of processes by the inodes of their sockets; of others' processes only root sees them."""
        owners = {}
        for process in (self._root / "proc").glob("[0-9]*"):
            name = self._read(process.relative_to(self._root) / "comm").strip()
            try:
                for descriptor in (process / "fd").iterdir():
                    target = os.readlink(descriptor)
                    if target.startswith("socket:["):
                        owners.setdefault(target[8:-1], name)
            except OSError:
                continue
        return owners

    def has_module(self, name):
        """Whether the kernel has the module loaded, built in or at hand."""
        loaded = {line.split(" ", 1)[0] for line in self._read("proc/modules").splitlines()}
        if name in loaded or (self._root / "sys/module" / name).exists():
            return True
        release = self._read("proc/sys/kernel/osrelease").strip()
        known = "".join(self._read(f"lib/modules/{release}/{table}") for table in ("modules.builtin", "modules.dep"))
        names = {name, name.replace("_", "-")}
        return any(line.split(":")[0].rsplit("/", 1)[-1].split(".ko")[0] in names for line in known.splitlines() if line)

    def memory_gib(self):
        for line in self._read("proc/meminfo").splitlines():
            if line.startswith("MemTotal:"):
                return int(line.split()[1]) / 2**20
        return 0.0

    def free_gib(self, path):
        """Free space where the path is, or will be once it exists."""
        place = self._root / str(path).lstrip("/")
        while not place.exists():
            place = place.parent
        return shutil.disk_usage(place).free / 2**30

    def has_nscd(self):
        return (self._root / "usr/sbin/nscd").exists() or any(
            self._read(process.relative_to(self._root) / "comm").strip() == "nscd"
            for process in (self._root / "proc").glob("[0-9]*"))


def _address(text):
    """/proc writes addresses as words of the host's byte order."""
    if len(text) == 8:
        return socket.inet_ntoa(bytes.fromhex(text)[::-1])
    words = [bytes.fromhex(text[start:start + 8])[::-1] for start in range(0, 32, 8)]
    return socket.inet_ntop(socket.AF_INET6, b"".join(words))
