"""Runs phases until the site is as its configuration says."""

import dataclasses
import enum
import time
import uuid

from edgebox_lib import findings, prechecks
from edgebox_lib.runner import Problem, Result


class State(enum.Enum):
    """Where a phase stands."""

    OFF = "off"
    """The configuration does not want it."""
    OK = "ok"
    DUE = "due"
    WAITING = "waiting"
    """It cannot run yet, or ran without something that it wants."""


@dataclasses.dataclass(frozen=True)
class Assessment:
    """Where a phase stands, and why."""

    state: State
    reason: str = ""
    steps: tuple = ()


class Unseen(Exception):
    """The controller could not be looked at, so that nothing can be decided. The text says why."""


SATISFIED, FAILED, WAITS = 0, 1, 3
"""Exit codes of `up`."""


def assess(phase, plan, record, inputs, holds, enabled):
    """Pure: decides from the phase's last record and from what holds now (a missing condition is unknown, and passes for both)."""
    if not all(enabled(switch) for switch in phase.enabled_by):
        return Assessment(State.OFF, f"{' and '.join(phase.enabled_by)} not set")
    lacking = [name for name in phase.needs if holds.get(name) is False]
    wanted = plan.wanted(phase, enabled)
    why, steps = _due(phase, plan, record, inputs, holds, wanted)
    if why:
        if lacking:
            return Assessment(State.WAITING, _waits_for(plan, lacking))
        return Assessment(State.DUE, why, steps)
    absent = [name for name in wanted if holds.get(name) is False and name in record.get("without", [])]
    if absent:
        return Assessment(State.WAITING, f"ran without {_named(plan, absent)}, and runs again once that is there")
    return Assessment(State.OK)


def _due(phase, plan, record, inputs, holds, wanted):
    if record is None:
        return "has not run yet", phase.steps
    # A record without an outcome is that of a run which did not end, or a damaged one: neither says that the phase is done.
    if record.get("event") == "started" or "outcome" not in record:
        return "was interrupted", phase.steps
    if record["outcome"] == "failed":
        return "failed last time", phase.steps
    if record.get("inputs") != inputs:
        return "the configuration changed", phase.steps
    lost = [name for name in phase.gives if holds.get(name) is False]
    if lost:
        return f"{_named(plan, lost)} is gone", phase.steps
    arrived = [name for name in record.get("without", []) if name in wanted and holds.get(name)]
    if arrived:
        return f"{_named(plan, arrived)} is there now", phase.again or phase.steps
    return "", ()


def _tasks(count):
    return f"{count} task{'' if count == 1 else 's'}"


def _named(plan, names):
    return ", ".join(plan.conditions[name].what for name in names)


def _waits_for(plan, names):
    parts = []
    for name in names:
        providers = plan.providers(name)
        parts.append(plan.conditions[name].what + (f" (from {', '.join(providers)})" if providers else ""))
    return ", ".join(parts)


class Converger:
    """Runs the phases of one site and keeps its journal."""

    def __init__(self, site, plan, settings, runner, kolla, journal, say):
        self._site, self._plan, self._settings = site, plan, settings
        self._runner, self._kolla, self._journal, self._say = runner, kolla, journal, say
        self._run = uuid.uuid4().hex[:8]

    def observe(self, names=None):
        """Which of the conditions hold, by name."""
        wanted = {name: condition.look for name, condition in self._plan.conditions.items()
                  if names is None or name in names}
        if not wanted:
            return {}
        result = self._runner.playbook(self._plan.observe, "observe", variables={
            "edgebox_conditions": [{"name": name, **look} for name, look in wanted.items()]})
        if not result.ok:
            said = "; ".join(f"{one.host}: {one.message}" for one in result.problems)
            raise Unseen(f"the controller cannot be examined: {said}")
        return {name: bool(held) for name, held in result.facts.get("edgebox_holds", {}).items()}

    def assessments(self, holds):
        return [(phase, self._assess(phase, holds)) for phase in self._plan.phases]

    def _assess(self, phase, holds):
        record = self._journal.latest().get(phase.name)
        return assess(phase, self._plan, record, self._inputs(phase), holds, self._settings.enabled)

    def _inputs(self, phase):
        return self._site.inputs(phase.definition, phase.reads)

    def up(self, *, tags=None, skip_tags=None, check=False, only=()):
        """Runs what is due, round after round, until everything is satisfied or nothing moves any more.

        Narrowed by tags no phase gets done, so that one round is all there is to it. `only` names phases; besides these, those run
        that give what they need, unless they call kolla-ansible.
        """
        if only:
            self._plan = self._plan.narrowed(only)
        if check:
            return self._rehearse(tags, skip_tags)
        # In a phase, or between two, while the conditions were observed.
        started = any(record.get("event") == "started" for record in self._journal.latest().values())
        if started or self._runner.was_killed():
            self._runner.clear()
        told, failed = {}, {}
        for _ in range(1 if tags or skip_tags else self._plan.rounds):
            holds = self.observe()
            progress = False
            for number, phase in enumerate(self._plan.phases, start=1):
                if phase.name in failed:
                    continue
                assessment = self._assess(phase, holds)
                blocker = next((name for name in phase.after if name in failed), None)
                if assessment.state is State.DUE and blocker:
                    # What comes after this one waits for the same phase.
                    failed[phase.name] = failed[blocker]
                    assessment = Assessment(State.WAITING, f"{failed[blocker]}, which failed")
                if assessment.state is not State.DUE:
                    if told.get(phase.name) != assessment:
                        self._line(number, phase, assessment.state.value, assessment.reason or "nothing to do")
                    told[phase.name] = assessment
                    continue
                result = self.run_phase(phase, assessment.steps, holds, tags=tags, skip_tags=skip_tags, number=number,
                                        reason=assessment.reason)
                told[phase.name] = Assessment(State.OK)
                if not result.ok:
                    failed[phase.name] = phase.name
                    continue
                progress = True
                if not (tags or skip_tags):
                    # It ended well, so that what it gives was seen to hold.
                    holds |= dict.fromkeys(phase.gives, True)
            if not progress:
                return self._verdict(holds, failed)
        return self._verdict(self.observe(), failed)

    def _verdict(self, holds, failed):
        """The exit code, and what is open. What has failed was said when it did."""
        if failed:
            names = sorted(set(failed.values()))
            self._say(f"{' and '.join(names)} failed; correct that, and run it again")
            return FAILED
        open_ones = [(phase, it) for phase, it in self.assessments(holds) if it.state in (State.DUE, State.WAITING)]
        for phase, assessment in open_ones:
            verb = "waits for" if assessment.state is State.WAITING else "is due still:"
            self._say(f"{phase.name} {verb} {assessment.reason}")
            if phase.fix:
                self._say(f"  -> {phase.fix}")
        self._say("not satisfied yet; run it again when that has changed" if open_ones else "the site is satisfied")
        return WAITS if open_ones else SATISFIED

    def _rehearse(self, tags, skip_tags):
        worst = SATISFIED
        for number, (phase, assessment) in enumerate(self.assessments(self.observe()), start=1):
            if assessment.state is not State.DUE:
                self._line(number, phase, assessment.state.value, assessment.reason)
                continue
            result = self._steps(phase.steps, tags, skip_tags, True)
            self._outcome(number, phase, result, "would change" if result.changed else "ok", assessment.reason)
            worst = max(worst, SATISFIED if result.ok else FAILED)
        return worst

    def run_phase(self, phase, steps, holds, *, tags=None, skip_tags=None, check=False, number=None, reason=""):
        """Runs steps of a phase, waits for what it gives, and writes down how it went.

        A run that was narrowed by tags, or only rehearsed, says nothing about the whole phase and is not written down.
        """
        whole = not (tags or skip_tags or check)
        inputs = self._inputs(phase)
        record = {"run": self._run, "phase": phase.name, "inputs": inputs}
        if whole:
            self._journal.append(event="started", **record)
        started = time.monotonic()
        result = self._steps(steps, tags, skip_tags, check)
        if result.ok and whole:
            result = self._wait_for_gifts(phase, result)
        outcome = "failed" if not result.ok else "changed" if result.changed else "ok"
        seconds = round(time.monotonic() - started)
        if whole:
            self._journal.append(event="finished", outcome=outcome, changed=result.changed, seconds=seconds,
                                 without=[name for name in phase.wants if not holds.get(name)],
                                 problems=[f"{one.task}: {one.message}" for one in result.problems][:5], **record)
        self._outcome(number, phase, result, outcome, reason, seconds)
        return result

    def _steps(self, steps, tags, skip_tags, check):
        total = Result(0)
        for step in steps:
            result = self._step(step, tags, skip_tags, check)
            total = Result(result.status, total.changed + result.changed, total.hosts + result.hosts, result.problems,
                           result.facts, result.log)
            if not result.ok:
                break
        return total

    def _step(self, step, tags, skip_tags, check):
        tags = ",".join(filter(None, [tags, step.get("tags")])) if not (tags and step.get("tags")) else tags
        if "prechecks" in step:
            return self._prechecks()
        if "kolla" in step:
            if not self._settings.enabled("enable_kolla"):
                return Result(0)
            return self._kolla.run(step["kolla"], tags=tags, skip_tags=skip_tags, check=check)
        variables = {"node_custom_config": str(self._kolla.node_custom_config), **step.get("variables", {})}
        return self._runner.playbook(self._plan.folder / step["playbook"], step["playbook"].rsplit("/", 1)[-1][:-4],
                                     tags=tags, skip_tags=skip_tags, check=check, variables=variables)

    def _prechecks(self):
        found = prechecks.run(self._site)
        wrong = findings.errors(found)
        return Result(1 if wrong else 0, problems=tuple(
            Problem("this host", f"{one.id} {one.key or ''}".strip(), f"{one.found}; {one.do}") for one in wrong))

    def _wait_for_gifts(self, phase, result):
        if not phase.gives:
            return result
        deadline = time.monotonic() + phase.within
        while True:
            holds = self.observe(phase.gives)
            lacking = [name for name in phase.gives if not holds.get(name)]
            if not lacking:
                return result
            if time.monotonic() > deadline:
                return dataclasses.replace(result, status=1, problems=(Problem(
                    "controller", phase.name,
                    f"ran, but {_named(self._plan, lacking)} did not come within {phase.within} s"),))
            time.sleep(min(2, phase.within))

    def _line(self, number, phase, word, detail=""):
        place = f"[{number:>2}/{len(self._plan.phases)}] " if number else ""
        self._say(f"{place}{phase.name:<20} {word:<12} {detail}".rstrip())

    def _outcome(self, number, phase, result, word, reason, seconds=0):
        if result.ok:
            count = f"{_tasks(result.changed)} changed something, " if result.changed else ""
            self._line(number, phase, word, f"{count}{seconds} s" + (f" ({reason})" if reason else ""))
            return
        self._line(number, phase, "FAILED", f"{seconds} s")
        for problem in result.problems:
            self._say(f"    {problem.host}: {problem.task}: {problem.message}")
        for fix in self._plan.fixes(phase, result.problems):
            self._say(f"    -> {fix}")
        if result.log:
            self._say(f"    full log: {result.log}")
