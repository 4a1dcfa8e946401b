"""Keeps two runs on one site apart."""

import contextlib
import fcntl
import json
import os
import time


class Busy(Exception):
    """Another run is at work. The text says which."""


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _holder(descriptor):
    try:
        return json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        return {}


@contextlib.contextmanager
def exclusive(path, command, patience=60.0):
    """Holds the lock; yields its descriptor, which every process that works on the site has to inherit.

    The lock belongs to the open descriptor, not to the file: the kernel gives it back with the last process that has it. After
    a run was killed, that is when what it had started has ended too; so long, at most `patience` seconds, this waits. A run
    that is alive is not waited for.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = _holder(descriptor)
                alive = "pid" not in holder or _alive(holder["pid"])
                if alive or time.monotonic() > deadline:
                    state = "is at work" if alive else "was killed, but what it had started is still at work"
                    raise Busy(f"another run on this site {state}: edgebox {holder.get('command', '?')}, "
                               f"process {holder.get('pid', '?')}, since {holder.get('since', '?')}") from None
                time.sleep(0.2)
        note = json.dumps({"pid": os.getpid(), "command": command, "since": time.strftime("%FT%TZ", time.gmtime())})
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, note.encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)
