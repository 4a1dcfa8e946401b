"""Tells edgebox how a play went: JSON lines in the file that EDGEBOX_EVENTS names."""

import json
import os
import re

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: edgebox_events
type: notification
short_description: Writes failures and statistics of a play as JSON lines
description:
  - Writes every failed task and, at the end, the statistics of all hosts to the file named by E(EDGEBOX_EVENTS).
  - Runs under every Ansible that kolla-ansible may bring along.
"""


_HIDDEN = "(its output is not shown, because it may hold a secret)"
_SAYS_NOTHING = re.compile(r"^(non-zero return code|one or more items failed|all items completed|MODULE FAILURE.*|"
                           r"module failed.*|the command exited with.*)?\.?$", re.IGNORECASE | re.DOTALL)
"""Messages that only say that something failed; the cause is in the output."""

_LONGEST = 600
_LONGEST_LABEL = 60


def _shortened(text, longest):
    """Keeps both ends: Ansible quotes whole templates, and closes with the cause."""
    return text if len(text) <= longest else f"{text[:longest // 3]} ... {text[-longest * 2 // 3:]}"


def _last(text, count=3):
    """The last lines that say something; tools name the cause there."""
    lines = [line.strip() for line in str(text or "").splitlines() if line.strip()]
    return " / ".join(lines[-count:])


def cause(content):
    """Why a task failed, in one line: of a loop the failed items, of a command its output."""
    if content.get("censored") or content.get("_ansible_no_log"):
        return _HIDDEN
    items = [one for one in content.get("results") or () if isinstance(one, dict) and (one.get("failed") or one.get("unreachable"))]
    if items:
        return "; ".join(f"{_label(one)}: {_shortened(cause(one), _LONGEST)}" for one in items)
    message = str(content.get("msg") or "").strip()
    if not _SAYS_NOTHING.match(message):
        return message
    said = next((found for found in (_last(content.get(key)) for key in
                 ("stderr", "module_stderr", "stdout", "module_stdout")) if found), "")
    status = f"ended with {content['rc']}" if "rc" in content else message
    return ": ".join(filter(None, [status, said])) or "no message"


def _label(item):
    """As the play shows it (loop_control.label); never the item of a loop that hides it."""
    if item.get("censored") or item.get("_ansible_no_log"):
        return "an item"
    label = item.get("_ansible_item_label", item.get("item"))
    name = label.get("name") or label.get("key") or label if isinstance(label, dict) else label
    return _shortened(str(name), _LONGEST_LABEL)


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
        self._write(event=kind, host=host.get_name(), task=task.get_name(), message=_shortened(cause(content), _LONGEST))

    def v2_runner_on_failed(self, result, ignore_errors=False):
        if not ignore_errors:
            self._problem("failed", result)

    def v2_runner_on_unreachable(self, result):
        self._problem("unreachable", result)

    def v2_playbook_on_stats(self, stats):
        hosts = {host: dict(stats.summarize(host)) for host in sorted(stats.processed)}
        self._write(event="stats", hosts=hosts, custom=stats.custom.get("_run", {}))
