"""Counts and badge of a cloud from what stands there."""

from dataclasses import dataclass

from sites.choices import Severity


@dataclass(frozen=True, slots=True)
class Standing:
    """How many alarms stand, by severity. `other` have a word we do not know; suppressed ones are not counted."""

    critical: int = 0
    major: int = 0
    minor: int = 0
    warning: int = 0
    other: int = 0

    @property
    def active(self) -> int:
        return self.critical + self.major + self.minor + self.warning + self.other

    @property
    def badge(self) -> Severity:
        """The worst of them; cleared when nothing stands, indeterminate when only unknown words do."""
        for severity, count in (
            (Severity.CRITICAL, self.critical),
            (Severity.MAJOR, self.major),
            (Severity.MINOR, self.minor),
            (Severity.WARNING, self.warning),
            (Severity.INDETERMINATE, self.other),
        ):
            if count:
                return severity
        return Severity.CLEARED
