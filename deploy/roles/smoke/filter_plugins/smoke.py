"""How far a device is, read from what Doni's API says of it. Nothing is asked here."""

WAITS_FOR_NODE = ("k8s", "blazar.device")
"""Workers that cannot be done before the device has joined the cluster."""


def waiting(hardware, joins=True):
    """Workers that did not get there yet, each with what it says about that, as lines.

    `joins` is whether the device gets a Node; where it does not, a worker that waits for one has done what it can.
    """
    if not hardware.get("workers"):
        return ["no worker is on (doni.workers.enabled)"]
    return [_line(task) for task in hardware["workers"]
            if task["state"] != "STEADY" and not (not joins and _has_done_what_it_can(task))]


def _has_done_what_it_can(task):
    return task["worker_type"] in WAITS_FOR_NODE and task["state"] == "PENDING" and bool(_reason(task))


def _reason(task):
    details = task.get("state_details") or {}
    return details.get("last_error") or details.get("defer_reason")


def _line(task):
    reason = _reason(task)
    return f"{task['worker_type']} is {task['state']}" + (f": {reason}" if reason else "")


def report(hardware):
    """A line for each worker, for an operator."""
    return [f"{hardware['name']}: {_line(task)}" for task in hardware["workers"]]


def lingering(hardware, events):
    """Workers of a deleted device that have not said yet that they cleaned up."""
    gone = {event.get("worker_type") for event in events.get("events", ()) if event["kind"] == "worker.gone"}
    return [task["worker_type"] for task in hardware.get("workers", ()) if task["worker_type"] not in gone]


class FilterModule:
    """What the role's tasks call."""

    def filters(self):
        return {"smoke_waiting": waiting, "smoke_report": report, "smoke_lingering": lingering}
