"""Tells edgebox how a play went: JSON lines in the file that EDGEBOX_EVENTS names."""

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: edgebox_events
type: notification
short_description: Writes failures and statistics of a play as JSON lines
description:
  - Writes every failed task and, at the end, the statistics of all hosts to the file named by E(EDGEBOX_EVENTS).
  - Runs under every Ansible that kolla-ansible may bring along.
"""


class CallbackModule(CallbackBase):
    """Events C(failed), C(unreachable) and C(stats)."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "edgebox_events"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._path = os.environ.get("EDGEBOX_EVENTS")

    def _write(self, **event):
        if not self._path:
            return
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps(event, default=str) + "\n")

    def _problem(self, kind, result):
        # Ansible 2.19 made these attributes public; before, they began with an underscore.
        content, host, task = (
            getattr(result, name, None) or getattr(result, f"_{name}") for name in ("result", "host", "task"))
        if content.get("censored") or content.get("_ansible_no_log"):
            message = "(what it said is not shown, because a secret may be in it)"
        else:
            message = str(content.get("msg") or content.get("stderr") or "no message")
        self._write(event=kind, host=host.get_name(), task=task.get_name(), message=message[:2000])

    def v2_runner_on_failed(self, result, ignore_errors=False):
        if not ignore_errors:
            self._problem("failed", result)

    def v2_runner_on_unreachable(self, result):
        self._problem("unreachable", result)

    def v2_playbook_on_stats(self, stats):
        hosts = {host: dict(stats.summarize(host)) for host in sorted(stats.processed)}
        self._write(event="stats", hosts=hosts, custom=stats.custom.get("_run", {}))
