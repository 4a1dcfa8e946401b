"""What was run on a site and how it ended, as JSON lines that survive a crash."""

import json
import os
import time


class Journal:
    """Appends records, each on disk before the call returns; a line that a crash left half written is passed over."""

    def __init__(self, path):
        self._path = path

    def append(self, **record):
        record = {"time": time.strftime("%FT%TZ", time.gmtime()), **record}
        existed = self._path.exists()
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            line = ("\n" if torn else "") + json.dumps(record, sort_keys=True) + "\n"
            os.write(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if not existed:
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def records(self):
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                yield record

    def latest(self):
        """The last record of each phase since the site was last destroyed, by the phase's name."""
        found = {}
        for record in self.records():
            if record.get("event") == "destroyed":
                found.clear()
            elif "phase" in record:
                found[record["phase"]] = record
        return found
