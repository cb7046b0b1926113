"""Whether a campaign may go on: failed sites, counted over all System Controllers, against limits of wave and campaign.

A site has failed when its step failed, when it is not well afterwards, or when an alarm stands that did not before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from operations.campaigns.facts import AlarmKey
from operations.campaigns.failure_limits import FailureLimit
from operations.planning.problems import listed

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class SiteResult:
    """What has become of one site so far. `error`: why its step or its check failed, "" when neither did.

    `new_alarms` need not be all there are: `more` is how many beside. `excused`: a person looked at it and said that it
    does not count.
    """

    name: str
    wave: int
    error: str = ""
    new_alarms: tuple[AlarmKey, ...] = ()
    excused: bool = False
    more: int = 0

    @property
    def failed(self) -> bool:
        return bool(self.error or self.new_alarms) and not self.excused

    @property
    def told(self) -> str:
        if self.new_alarms:
            others = len(self.new_alarms) - 1 + self.more
            more = f" and {others:,} more" if others else ""
            return f"{self.name} (new alarm {self.new_alarms[0]}{more})"
        return f"{self.name} ({self.error[:80]})"


@dataclass(frozen=True, slots=True)
class WaveLimit:
    """`size`: how many sites the wave has, without those that were skipped."""

    name: str
    size: int
    failures: FailureLimit


@dataclass(frozen=True, slots=True)
class Verdict:
    """`stop`: no further site may start. `sentence`: why, with counts, limit and names; "" where it may go on."""

    stop: bool
    sentence: str = ""
    wave: int | None = None


GO_ON = Verdict(False)


def verdict(results: Iterable[SiteResult], waves: Mapping[int, WaveLimit], campaign: FailureLimit) -> Verdict:
    """The first wave that is beyond its limit is named, else the campaign. `results` of all System Controllers."""
    failed: dict[int, list[SiteResult]] = {}
    for result in results:
        if result.failed:
            failed.setdefault(result.wave, []).append(result)
    for number in sorted(failed):
        wave = waves[number]
        limit = wave.failures.reached(len(failed[number]), wave.size)
        if limit:
            name = wave.name if number == 0 else f"Wave {number} ({wave.name})"
            return Verdict(True, _sentence(name, failed[number], wave.size, limit), number)
    everyone = [result for results_of in failed.values() for result in results_of]
    total = sum(wave.size for wave in waves.values())
    limit = campaign.reached(len(everyone), total)
    return Verdict(True, _sentence("The campaign", everyone, total, limit)) if limit else GO_ON


def _sentence(what: str, failed: Sequence[SiteResult], of: int, limit: str) -> str:
    share = f" ({len(failed) * 100 / of:.3g} %)" if of else ""
    names = listed([result.told for result in failed], MOST_NAMED)
    return f"{what}: {len(failed)} of {of} sites failed{share}, {limit}: {names}. No further site starts."
