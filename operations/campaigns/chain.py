"""A campaign that follows another: in which order kinds may stand, when it may begin, and what that means for a site.

It begins nothing until the one ahead of it came to its end by itself. A site that was not done there is held by name:
a failed release is no ground to build Kubernetes on. What the one ahead is about to change at a site speaks against
nobody beforehand: it holds the site until that was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from operations.campaigns.reasons import Reason, hold
from operations.campaigns.strategy import Kind, StrategySpec, major

ORDER = (Kind.PRESTAGE, Kind.SW_DEPLOY, Kind.KUBERNETES, Kind.KUBE_ROOTCA, Kind.FIRMWARE)
IN_WORDS = {
    Kind.PRESTAGE: "prestage", Kind.SW_DEPLOY: "software", Kind.KUBERNETES: "Kubernetes",
    Kind.KUBE_ROOTCA: "Kubernetes root CA", Kind.FIRMWARE: "firmware",
}  # fmt: skip
AHEAD, NOT_DONE_BEFORE, READ_BEFORE = "after-campaign", "not-done-before", "read-before-campaign"
_KUBERNETES = frozenset({"kubernetes-not-there", "kubernetes-step", "kubernetes-unknown"})
_OPEN = frozenset({"deployment-open", "deployed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The campaign that another follows, as it is now. `spec` None: it is in the books no more. `over`: it has ended;
    `came_through`: by itself, within its limits, and did its work somewhere. `word`: its state. `ended_at`, and
    `expected_at`: when it is likely to end, where that was reckoned."""

    number: int
    spec: StrategySpec | None = None
    over: bool = True
    came_through: bool = False
    word: str = ""
    ended_at: datetime | None = None
    expected_at: datetime | None = None

    @property
    def stuck(self) -> bool:
        """It will never come through by itself: a person decides about the one that follows."""
        return self.over and not self.came_through

    @property
    def why(self) -> str:
        """Why the one that follows begins nothing; "" where it may. It names no campaign: whoever sees the one that
        follows need not see a site of the one ahead."""
        return self._said("the campaign before it", "")

    @property
    def why_named(self) -> str:
        """The same, for whoever sees the one ahead."""
        became = self.word if self.spec is not None else "in the books no more"
        return self._said(f"campaign #{self.number}", f", which is {became},")

    def _said(self, name: str, became: str) -> str:
        if not self.over:
            return f"It begins once {name}{became} has come to its end."
        if self.came_through:
            return ""
        return (
            f"It was to follow {name}{became} but that did not come through: somebody must say whether it may begin all"
            " the same, or abort it."
        )


@dataclass(frozen=True, slots=True)
class SiteAhead:
    """What became of a site in the campaign ahead, or in one that retried it. `how`: why it is not done, in words; ""
    where it is, `done_at`. `undone`: why what was done does not stand, or will not; "" where it does. `software_at`,
    `kubernetes_at`: when releases and versions there were read last."""

    how: str = ""
    done_at: datetime | None = None
    software_at: datetime | None = None
    kubernetes_at: datetime | None = None
    undone: str = ""


def in_order(ahead: StrategySpec, then: StrategySpec) -> str:
    """What is wrong with that order; "" where nothing is. Rollbacks and clean-ups may follow anything."""
    if then.rollback or then.cleanup or ORDER.index(ahead.kind) <= ORDER.index(then.kind):
        return ""
    order = ", ".join(IN_WORDS[kind] for kind in ORDER)
    return f"A {IN_WORDS[ahead.kind]} campaign does not come before a {IN_WORDS[then.kind]} one: the order is {order}."


def following(kind: str) -> str:
    """The kind that usually comes after that one; the last is followed by itself."""
    return ORDER[min(ORDER.index(Kind(kind)) + 1, len(ORDER) - 1)].value


def changes(ahead: StrategySpec, then: StrategySpec) -> frozenset[str]:
    """Keys of reasons against sites of `then` that a site may lose by `ahead`."""
    if ahead.kind is Kind.PRESTAGE:
        same = ahead.release == major(then.release_id) and not ahead.for_install
        return frozenset({"not-prestaged", "prestage-running"}) if same else frozenset()
    if ahead.kind is Kind.KUBERNETES:
        return frozenset({"kubernetes-step"})
    if ahead.kind is not Kind.SW_DEPLOY:
        return frozenset()
    if not ahead.deploys:
        return _OPEN
    left_open = frozenset() if ahead.delete else frozenset({"no-deployment"})
    return _KUBERNETES | left_open


def link_in_words(number: int | None) -> tuple[str, str]:
    """(term, text), as rules are told. `number` None: of a campaign that the reader does not see."""
    name = "a campaign out of your scope" if number is None else f"campaign #{number}"
    return "Begins after", f"{name}, once that has come to its end; a site that was not done there is held"


def notes(ahead: Ahead | None, then: StrategySpec) -> Iterator[str]:
    """What whoever plans it is warned of."""
    if ahead is not None and ahead.spec is not None and _leaves_open(ahead.spec, then):
        yield (
            "The campaign before it leaves its deployments open, and nothing else begins beside an open one: put a"
            " clean-up between the two, or have that campaign delete its deployments."
        )


def _leaves_open(ahead: StrategySpec, then: StrategySpec) -> bool:
    other = then.kind is Kind.KUBERNETES or (then.deploys and then.release_id != ahead.release_id)
    return ahead.deploys and not ahead.delete and other


def seen_ahead(
    reasons: Iterable[Reason], site: SiteAhead | None, ahead: Ahead, then: StrategySpec
) -> tuple[Reason, ...]:
    """`reasons` of eligibility.judge(), as they are for one that follows `ahead`. `site` None: it takes no part there,
    so that nothing is waited for."""
    if site is None or ahead.spec is None:
        return tuple(reasons)
    if site.undone and not then.rollback:  # for another rollback that is no reason to wait
        site = replace(site, how=site.undone)
    changed = changes(ahead.spec, then)
    return tuple(_seen(reasons, site, ahead, changed))


def _seen(reasons: Iterable[Reason], site: SiteAhead, ahead: Ahead, changed: frozenset[str]) -> Iterator[Reason]:
    if ahead.over and site.how:
        yield hold(NOT_DONE_BEFORE, f"It was not done in campaign #{ahead.number}: {site.how} there.")
    for reason in reasons:
        if reason.key not in changed:
            yield reason
        elif site.how:
            said = f"Held until campaign #{ahead.number} is done there. Now: {reason.sentence}"
            yield hold(AHEAD, said, reason.remedy)
        elif _is_old(reason.key, site):
            said = f"{reason.sentence} That was read before campaign #{ahead.number} was done there: wait for a look."
            yield hold(READ_BEFORE, said)
        else:
            yield reason


def _is_old(key: str, site: SiteAhead) -> bool:
    read_at = site.kubernetes_at if key in _KUBERNETES else site.software_at
    return read_at is None or (site.done_at is not None and read_at < site.done_at)
