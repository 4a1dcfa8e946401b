"""The phases of a site, read from phases.yml: what each runs, needs and brings about."""

import dataclasses
import pathlib
import re

from edgebox_lib import documents
from edgebox_lib.site import DEPLOY


@dataclasses.dataclass(frozen=True)
class Condition:
    """Something that can be looked at from outside: a file, an answer, an open port or a command that succeeds."""

    name: str
    what: str
    look: dict
    enabled_by: tuple = ()
    """Switches of the site without which it never holds, so that no phase waits for it."""


@dataclasses.dataclass(frozen=True)
class Phase:
    """One step towards the site.

    It runs unless a phase of `after` has failed in the same run, and once all of `needs` hold. It uses those of `wants` that
    hold: a phase that ran without one runs again (the steps `again`, where it names any) as soon as that one holds. After it
    ran, all of `gives` must hold within `within` seconds; when one of them is lost later, the phase is due again.
    """

    name: str
    does: str
    steps: tuple
    again: tuple
    enabled_by: tuple
    after: tuple
    needs: tuple
    wants: tuple
    gives: tuple
    within: int
    reads: tuple | None
    fix: str
    definition: dict


@dataclasses.dataclass(frozen=True)
class Cause:
    """A message that a failed task may show, whatever the phase, and what to do about it."""

    pattern: re.Pattern
    fix: str


@dataclasses.dataclass(frozen=True)
class Plan:
    """All of phases.yml."""

    rounds: int
    observe: pathlib.Path
    conditions: dict
    phases: tuple
    commands: dict
    folder: pathlib.Path
    causes: tuple = ()

    def phase(self, name):
        return next(phase for phase in self.phases if phase.name == name)

    def narrowed(self, names):
        """A plan of these phases alone, and those that give what they need, but none of these that calls kolla-ansible."""
        wanted, pending = set(), list(names)
        while pending:
            name = pending.pop()
            if name in wanted:
                continue
            wanted.add(name)
            for condition in self.phase(name).needs:
                pending += [other for other in self.providers(condition)
                            if not any("kolla" in step for step in self.phase(other).steps)]
        kept = tuple(dataclasses.replace(phase, after=tuple(name for name in phase.after if name in wanted))
                     for phase in self.phases if phase.name in wanted)
        return dataclasses.replace(self, phases=kept)

    def fixes(self, phase, problems):
        """What to do about these problems: what their causes need, or, where none is known, what the phase says in general."""
        known = [cause.fix for cause in self.causes if any(cause.pattern.search(one.message) for one in problems)]
        return known or ([phase.fix] if phase.fix else [])

    def providers(self, condition):
        return [phase.name for phase in self.phases if condition in phase.gives]

    def wanted(self, phase, enabled):
        """The conditions that the phase wants, without those that this site's switches rule out."""
        return [name for name in phase.wants if all(enabled(switch) for switch in self.conditions[name].enabled_by)]


_KEYS = {"name", "does", "steps", "again", "enabled_by", "after", "needs", "wants", "gives", "within", "reads", "fix"}
_STEPS = {"playbook", "kolla", "prechecks"}


def load(path=None):
    """The plan; a mistake in it is an Unreadable that names phase and key."""
    path = pathlib.Path(path) if path else DEPLOY / "phases.yml"
    content = documents.load_mapping(path)
    for key in ("observe", "phases"):
        if key not in content:
            raise documents.Unreadable(f"{path}: has no key {key}")
    folder = path.resolve().parent
    conditions = {name: _condition(name, entry)
                  for name, entry in content.get("conditions", {}).items()}
    phases = tuple(_phase(entry, conditions, path) for entry in content["phases"])
    names = [phase.name for phase in phases]
    for number, phase in enumerate(phases):
        for name in phase.after:
            if name not in names[:number]:
                raise documents.Unreadable(f"{path}: phase {phase.name}: after: there is no earlier phase {name}")
    for command, parts in content.get("commands", {}).items():
        for part in parts:
            if part["phase"] not in names:
                raise documents.Unreadable(f"{path}: command {command}: there is no phase {part['phase']}")
    return Plan(content.get("rounds", 6), folder / content["observe"], conditions, phases,
                content.get("commands", {}), folder, _causes(content.get("causes", []), path))


def _condition(name, entry):
    look = {key: value for key, value in entry.items() if key not in ("what", "enabled_by")}
    return Condition(name, entry["what"], look, tuple(entry.get("enabled_by", ())))


def _causes(entries, path):
    try:
        return tuple(Cause(re.compile(entry["says"]), entry["fix"]) for entry in entries)
    except (KeyError, TypeError) as missing:
        raise documents.Unreadable(f"{path}: causes: each has says and fix ({missing} is missing)") from None
    except re.error as wrong:
        raise documents.Unreadable(f"{path}: causes: {wrong.pattern!r} is not a regular expression: {wrong}") from None


def _phase(entry, conditions, path):
    where = f"{path}: phase {entry.get('name')}"
    for key in ("name", "does", "steps"):
        if key not in entry:
            raise documents.Unreadable(f"{where}: has no key {key}")
    strange = set(entry) - _KEYS
    if strange:
        raise documents.Unreadable(f"{where}: unknown key {', '.join(sorted(strange))}")
    for key in ("needs", "wants", "gives"):
        for name in entry.get(key, []):
            if name not in conditions:
                raise documents.Unreadable(f"{where}: {key}: there is no condition {name}")
    for step in [*entry["steps"], *entry.get("again", [])]:
        if len(_STEPS & set(step)) != 1:
            raise documents.Unreadable(f"{where}: a step is one of {', '.join(sorted(_STEPS))}")
    return Phase(
        name=entry["name"], does=entry["does"], steps=tuple(entry["steps"]), again=tuple(entry.get("again", ())),
        enabled_by=tuple(entry.get("enabled_by", ())), after=tuple(entry.get("after", ())), needs=tuple(entry.get("needs", ())),
        wants=tuple(entry.get("wants", ())), gives=tuple(entry.get("gives", ())), within=entry.get("within", 120),
        reads=tuple(entry["reads"]) if "reads" in entry else None, fix=entry.get("fix", ""), definition=entry)
