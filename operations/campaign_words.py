"""What a campaign asks for and is run by, in the words of people: for its page, its approver, and the report."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from operations.campaign_mop_up import RULE
from operations.campaigns.approvals import Approvals
from operations.campaigns.failure_limits import FailureLimit
from operations.campaigns.plan import CanaryRule, Limits, WaveRule
from operations.campaigns.rulebook import Rulebook
from operations.campaigns.rules import CampaignRules, CephGate
from operations.campaigns.site_time import lasting
from operations.campaigns.strategy import StrategySpec
from operations.strategy_words import name_of

CEPH = {
    CephGate.OK: "Ceph healthy, where there is any",
    CephGate.NO_ERROR: "Ceph without an error, where there is any",
    CephGate.OFF: "Ceph in whatever state",
}
FLAGS = {
    "snapshot": "with a snapshot to roll back to",
    "delete": "the deployment is deleted afterwards, so that there is no way back",
    "with_prestage": "prestaged by the same strategy",
    "for_install": "for installing",
    "force": "forced",
}
EACH_WAVE = (
    "the plan with its first wave; then each wave for itself, by somebody else than who planned it, when the one before"
    " has soaked. The mop-up wave needs none"
)
Row = tuple[str, str]


def stopped_in_words(stopped_at: datetime | None, stopped_by: str, *, begun: bool = True) -> str:
    """By whom or what it was ended early; "" where it was not, or nobody noted it."""
    if stopped_at is None:
        return ""
    if not stopped_by:
        return "Halted by the campaign itself"
    return f"{'Aborted' if begun else 'Cancelled'} by {stopped_by}"


def ask_in_words(spec: StrategySpec) -> list[Row]:
    """(term, text), the most important first."""
    given = [
        ("What", name_of(spec)),
        ("Release", spec.release_id or spec.release),
        ("Kubernetes version", spec.to_version or spec.kube_upgrade),
        ("Subject of the root CA", spec.subject),
        ("It expires on", spec.expiry_date),
        ("How", ", ".join(word for name, word in FLAGS.items() if getattr(spec, name))),
    ]
    return [(term, text) for term, text in given if text]


def rules_in_words(book: Rulebook) -> list[Row]:
    """(term, text) of everything but the waves, whose own rows say what they are."""
    each = book.approvals is Approvals.EACH_WAVE
    return [
        *([("Approvals", EACH_WAVE)] if each else []),
        ("Takes part", "; ".join(_gates(book.gates))),
        ("At once", limits_in_words(book.limits)),
        ("Windows", windows_in_words(book)),
        ("Stops", limit_in_words(book.failures)),
        ("Canaries", canaries_in_words(book.canaries)),
        ("Mop-up", RULE),
    ]


def limits_in_words(limits: Limits) -> str:
    """ "at most 40; 10 in a region, North 5; 4 behind a WAN link"."""
    parts = [f"at most {limits.overall:,}"]
    for each, rest, kind in (
        (limits.per_region, limits.regions, "in a region"),
        (limits.per_link, limits.links, "behind a WAN link"),
    ):
        named = ", ".join(f"{name} {number:,}" for name, number in rest)
        if each is not None:
            parts.append(f"{each:,} {kind}{f', {named}' if named else ''}")
        elif named:
            parts.append(f"{kind}: {named}")
    return "; ".join(parts)


def limit_in_words(limit: FailureLimit) -> str:
    """ "when more than 3 sites or 2 % have failed", "when any site has failed", "never, however many fail"."""
    if limit.count == 0 or limit.percent == 0:
        return "when any site has failed"
    parts = []
    if limit.count is not None:
        parts.append(f"{limit.count:,} site{'' if limit.count == 1 else 's'}")
    if limit.percent is not None:
        parts.append(f"{limit.percent:g} %")
    return f"when more than {' or '.join(parts)} have failed" if parts else "never, however many fail"


def windows_in_words(book: Rulebook) -> str:
    """Their rules; local to each site."""
    if not book.windows:
        return "at any time, but for freezes"
    return f"{'; '.join(rule.told for rule in book.windows)}, local to each site ({book.default_zone} where unknown)"


def canaries_in_words(rule: CanaryRule) -> str:
    parts = []
    if rule.chosen:
        parts.append(f"{len(rule.chosen)} chosen by name")
    if rule.each:
        parts.append(f"{rule.each} of each kind of site in each region")
    if not parts:
        return "none"
    return f"{' and '.join(parts)}; then {soak_in_words(rule.soak)}; stops {limit_in_words(rule.failures)}"


def wave_in_words(rule: WaveRule) -> str:
    """ "30 % of label:gold in North; soaks 2 h"."""
    size = f"{rule.size:,} sites" if rule.size is not None else f"{rule.percent:g} %" if rule.percent else "all"
    chosen = [*sorted(rule.labels), *sorted(rule.regions), *sorted(rule.site_types)]
    return f"{size} of {', '.join(chosen)}" if chosen else size


def soak_in_words(soak: timedelta) -> str:
    return f"soaks {lasting(soak)}" if soak else "no soak"


def _gates(gates: CampaignRules) -> Iterator[str]:
    yield CEPH[gates.ceph]
    if gates.health:
        yield "hosts and the site's own health query well"
    if gates.prestaged and not gates.spec.prestages:
        yield "the release prestaged"
    if gates.backup_within is not None:
        first = ", made first where it is missing" if gates.start_backups else ""
        yield f"a backup younger than {lasting(gates.backup_within)}{first}"
    yield "no alarm at all" if gates.strict_alarms else "no management-affecting alarm"
    yield "members of peer groups alone" if gates.peer_groups_alone else "no members of peer groups"
