"""What is wrong, and what to do about it."""

import dataclasses
import enum


class Severity(enum.Enum):
    ERROR = "error"
    """Nothing is run while there is one."""
    WARNING = "warning"
    """May be meant; said, and no obstacle."""
    NOTE = "note"
    """Good to know."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """One observation.

    `id` is stable, so that it can be looked up and silenced; `found` says what is there and `do` what would be right.
    Neither ever holds a secret's value.
    """

    id: str
    found: str
    do: str
    key: str | None = None
    severity: Severity = Severity.ERROR

    def __str__(self):
        where = f"{self.key}: " if self.key else ""
        return f"{self.id:<9}{self.severity.value:<8} {where}{self.found}\n{'':<18}-> {self.do}"


def errors(findings):
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def report(findings):
    """The findings as text, errors first, and a line that counts them."""
    order = list(Severity)
    lines = [str(finding) for finding in sorted(findings, key=lambda one: (order.index(one.severity), one.id))]
    counts = ", ".join(
        f"{sum(one.severity is severity for one in findings)} {severity.value}s" for severity in order)
    return "\n".join([*lines, counts])
