"""What a taint on the devices of a cluster would do, worked out from what the API server lists. Nothing is changed here."""

SYSTEM_NAMESPACES = ("kube-system", "calico-system", "calico-apiserver", "tigera-operator", "smarter-device-manager-system")
CONTROL_PLANE_LABELS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")


def tolerates(tolerations, taint):
    """Whether one of a pod's tolerations covers the taint, for good: one that ends after some seconds does not count."""
    return any(_covers(toleration, taint) for toleration in tolerations or ())


def _covers(toleration, taint):
    if toleration.get("effect") and toleration["effect"] != taint["effect"]:
        return False
    if toleration.get("tolerationSeconds") is not None and taint["effect"] == "NoExecute":
        return False
    operator = toleration.get("operator") or "Equal"
    if operator == "Exists":
        return not toleration.get("key") or toleration["key"] == taint["key"]
    return toleration.get("key") == taint["key"] and (toleration.get("value") or "") == (taint.get("value") or "")


def has_taint(node, taint):
    """Whether a node has exactly this taint."""
    return any(all((present.get(part) or "") == (taint.get(part) or "") for part in ("key", "value", "effect"))
               for present in node.get("spec", {}).get("taints") or ())


def is_ready(node):
    """Whether the node's kubelet says that it is well."""
    return any(condition["type"] == "Ready" and condition["status"] == "True"
               for condition in node.get("status", {}).get("conditions") or ())


def devices(nodes):
    """Nodes that are no part of the control plane, by name."""
    return sorted((node for node in nodes if not any(label in (node["metadata"].get("labels") or {})
                                                     for label in CONTROL_PLANE_LABELS)),
                  key=lambda node: node["metadata"]["name"])


def taint_plan(nodes, pods, taint):
    """What stands in the way of the taint.

    Pods of a DaemonSet and containers of users have to tolerate it first ("blocking"). A core service that strayed to a device is
    what the taint is for: it is listed as "moves", and stays where it is until it is scheduled again (NoExecute: goes at once).
    """
    named = {node["metadata"]["name"]: node for node in devices(nodes)}
    untolerated = sorted((_entry(pod, taint) for pod in pods if _counts(pod, named, taint)),
                         key=lambda entry: (entry["node"], entry["namespace"], entry["pod"]))
    blocking = [entry for entry in untolerated if entry["kind"] != "core service"]
    tainted = [name for name, node in named.items() if has_taint(node, taint)]
    return {
        "devices": list(named),
        "ready": [name for name, node in named.items() if is_ready(node)],
        "tainted": tainted,
        "untainted": [name for name in named if name not in tainted],
        "blocking": blocking,
        "moves": [entry for entry in untolerated if entry["kind"] == "core service"],
        "report": _report(named, tainted, untolerated, blocking, taint),
    }


def _counts(pod, named, taint):
    spec = pod["spec"]
    if spec.get("nodeName") not in named or pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
        return False
    if "kubernetes.io/config.mirror" in (pod["metadata"].get("annotations") or {}):
        return False
    return taint["effect"] != "PreferNoSchedule" and not tolerates(spec.get("tolerations"), taint)


def _entry(pod, taint):
    metadata = pod["metadata"]
    owner = next(iter(metadata.get("ownerReferences") or ()), {})
    if owner.get("kind") == "DaemonSet":
        kind, remedy = "daemonset", f"add a toleration to DaemonSet {metadata['namespace']}/{owner['name']}"
    elif metadata["namespace"] in SYSTEM_NAMESPACES:
        kind = "core service"
        remedy = "moves off the device when it is scheduled again; delete the pod to move it at once"
    else:
        kind = "container"
        remedy = "started before Zun tolerated the taint: wait for the end of its lease, or have its user start it again"
    loses = "is evicted" if taint["effect"] == "NoExecute" else "cannot be scheduled there again"
    return {"node": pod["spec"]["nodeName"], "namespace": metadata["namespace"], "pod": metadata["name"],
            "kind": kind, "consequence": loses, "remedy": remedy}


def _report(named, tainted, untolerated, blocking, taint):
    text = f"{taint['key']}={taint.get('value') or ''}:{taint['effect']}"
    lines = [f"{len(named)} devices, {len(tainted)} of them with the taint {text}"]
    lines += [f"{entry['node']}: {entry['kind']} {entry['namespace']}/{entry['pod']} {entry['consequence']}; {entry['remedy']}"
              for entry in untolerated]
    lines.append(f"{len(blocking)} pods have to tolerate it first" if blocking else "nothing stands in the way")
    return lines


def taint_waves(names, canary, size, ready=()):
    """The order of the devices: a canary alone, then waves.

    The canary is the one that was asked for, else the first that is Ready: one that is offline shows nothing.
    """
    names = sorted(names)
    if not names:
        return []
    if canary:
        first = canary
    else:
        first = next((name for name in names if name in ready), names[0])
    rest = [name for name in names if name != first]
    size = max(1, int(size))
    head = [[first]] if first in names else []
    return head + [rest[start:start + size] for start in range(0, len(rest), size)]


def taint_mistakes(nodes, names, taint, wanted, was_ready):
    """What went wrong with these devices: not as wanted, gone, or no longer Ready although it was before."""
    there = {node["metadata"]["name"]: node for node in nodes}
    mistakes = []
    for name in names:
        node = there.get(name)
        if node is None:
            mistakes.append(f"{name}: its node is gone")
        elif has_taint(node, taint) != wanted:
            mistakes.append(f"{name}: still {'without' if wanted else 'with'} the taint")
        elif name in was_ready and not is_ready(node):
            mistakes.append(f"{name}: was Ready before, and is not any more")
    return mistakes


class FilterModule:
    """The functions above as filters; Ansible looks for this name."""

    def filters(self):
        return {"taint_plan": taint_plan, "taint_waves": taint_waves, "taint_mistakes": taint_mistakes}
