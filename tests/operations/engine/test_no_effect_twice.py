"""decide() against a small dcmanager that loses requests and answers, works late, and restarts; and jobs that crash."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from operations.choices import Outcome
from operations.engine.decide import decide
from operations.engine.seen import Ask, Done, Fail, Seen, Send, Sent, View
from starlingx.records import Subcloud
from tests.operations.engine.seeing import PACE, after, subcloud

PHASES = [
    "creating", "create-complete", "pre-install", "installing", "install-complete", "pre-bootstrap", "bootstrapping",
    "bootstrap-complete", "pre-config", "configuring", "complete",
]  # fmt: skip
TWINS = {
    "creating": "create-failed", "pre-install": "pre-install-failed", "installing": "install-failed",
    "pre-bootstrap": "pre-bootstrap-failed", "bootstrapping": "bootstrap-failed", "pre-config": "pre-config-failed",
    "configuring": "config-failed",
}  # fmt: skip
RESUMED = {"pre-install": 2, "install": 2, "pre-bootstrap": 5, "bootstrap": 5, "pre-config": 8, "config": 8}
LOOK = 20.0
AROUND = 240.0  # seconds within which a restart is known by the silence
FATES = st.sampled_from(["taken", "taken", "taken", "lost", "answer lost", "late", "refused connection", "crash"])


@dataclass
class Site:
    """One subcloud's life at dcmanager. `received`: every order that took effect, and what it found."""

    at: int | None = None
    failed: str = ""
    created: float = 0.0
    moved: float = 0.0
    restarted: float | None = None
    pending: list[tuple[float, str]] = field(default_factory=list)
    received: list[tuple[str, str]] = field(default_factory=list)

    @property
    def word(self) -> str:
        return "" if self.at is None else self.failed or PHASES[self.at]

    def tick(self, now: float) -> None:
        for due, verb in [one for one in self.pending if one[0] <= now]:
            self.pending.remove((due, verb))
            self.take(verb, now)
        if self.at is not None and not self.failed and PHASES[self.at] != "complete" and now - self.moved >= 40:
            self.at, self.moved = self.at + 1, now

    def take(self, verb: str, now: float) -> bool:
        """False: refused, as dcmanager does."""
        self.received.append((verb, self.word))
        if verb == "add" and self.at is None:
            self.at, self.failed, self.created, self.moved = 0, "", now, now
        elif verb == "resume" and self.failed and self.failed != "create-failed":
            self.at, self.failed, self.moved = RESUMED[self.failed.removesuffix("-failed")], "", now
        elif verb == "delete" and self.failed:
            self.at, self.failed = None, ""
        else:
            return False
        return True

    def restart(self, now: float) -> None:
        if self.at is not None and not self.failed and PHASES[self.at] in TWINS:
            self.failed, self.moved = TWINS[PHASES[self.at]], now
        self.restarted = now

    def seen(self, now: float) -> Seen:
        found: Subcloud | None = None
        if self.at is not None:
            found = subcloud(deploy_status=self.word, created_at=after(self.created), updated_at=after(self.moved))
        silent = self.restarted is not None and now - self.restarted <= AROUND
        return Seen(after(now), found, restarted="its services did not answer" if silent else "")


def deliver(site: Site, verb: str, fate: str, now: float) -> Outcome:
    """What becomes of one request, and what its sender learns."""
    if fate == "refused connection":
        return Outcome.UNSENT
    if fate == "late":  # the manager takes its time; the API says 500 after a minute
        site.pending.append((now + 55.0, verb))
        return Outcome.UNKNOWN
    taken = fate != "lost" and site.take(verb, now)
    if fate == "taken":
        return Outcome.ACCEPTED if taken else Outcome.REFUSED
    return Outcome.PENDING if fate == "crash" else Outcome.UNKNOWN


@settings(max_examples=1500, deadline=None)
@given(fates=st.lists(FATES, max_size=12), restarts=st.sets(st.integers(3, 120), max_size=2))
def test_a_site_is_deployed_once_whatever_is_lost(fates: list[str], restarts: set[int]) -> None:
    site, requests, last, answer = Site(), list[Sent](), "", None
    ahead = iter(fates)
    for turn in range(400):
        now = turn * LOOK
        site.tick(now)
        if turn in restarts:
            site.restart(now)
        look = site.seen(now)
        decision = decide(View("add", {}, tuple(requests), last), look, after(now), PACE)
        last = site.word
        if decision.outcome is not None:
            before = requests[-1]
            requests[-1] = Sent(before.verb, decision.outcome, before.at, before.before)
        answer = decision.action
        if isinstance(answer, Send):
            outcome = deliver(site, answer.verb, next(ahead, "taken"), now)
            requests.append(Sent(answer.verb, outcome, after(now), look.before()))
        if isinstance(answer, (Done, Fail, Ask)):
            break
    adds = [found for verb, found in site.received if verb == "add"]
    resumes = [found for verb, found in site.received if verb == "resume"]
    assert all(found == "" for found in adds), "added although it was there"
    assert all(found.endswith("-failed") for found in resumes), "resumed while it was at work"
    assert not isinstance(answer, Fail), answer
    if isinstance(answer, Ask):
        assert sum(fate in ("lost", "late", "crash") for fate in fates) >= 3, "gave up too early"
    else:
        assert (isinstance(answer, Done), site.word) == (True, "complete")
