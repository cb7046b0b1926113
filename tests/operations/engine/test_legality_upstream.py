"""Every deploy state and every verb: what the portal calls legal dcmanager takes, the rest it refuses as well.

The System Controller is the simulated one, which has tables of its own (simulator/dcmanager/). Sites get into a state
by orders and faults (routes.py) where work leads there, else the state is written into the simulator.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from operations.engine.failures import state_of
from operations.planning.conditions import RUNNING_BACKUPS
from operations.planning.error_causes import NO_ERROR
from operations.planning.legality import SubcloudState, Verb, next_verbs, refusal
from starlingx.deploy_states import STATES, Kind, Phase
from starlingx.errors import StarlingXError
from starlingx.records import Subcloud
from starlingx.session import CloudSession, Connector, Credentials
from tests.fixtures.fleet import Simulator
from tests.operations.engine.routes import ROUTES, bring, create, set_faults, until
from tests.operations.engine.upstream import ORDERS, Upstream
from tests.waiting import wait_until

WRITER = Credentials("portal-operator", "operator-secret")
AT_ONCE = 8
PLACES = itertools.product(("unmanaged", "managed"), ("offline", "online"))
PHASED = (
    Verb.INSTALL, Verb.BOOTSTRAP, Verb.CONFIGURE, Verb.COMPLETE, Verb.ABORT, Verb.RESUME, Verb.ENROLL,
)  # fmt: skip
HARMLESS = (Verb.EDIT, Verb.MOVE_GROUP, Verb.BACKUP_DELETE_CENTRAL)  # they leave the deploy status as it is
# Verbs for which dcmanager looks at management or availability
BY_PLACE = tuple(verb for verb in Verb if verb in ORDERS and verb not in PHASED and verb not in HARMLESS)


def stricter(verb: Verb, state: SubcloudState) -> bool:
    """Where the portal refuses on purpose what dcmanager would take (operations/planning/conditions.py)."""
    known = STATES[state.deploy_status]
    if state.management_state == "managed":
        return False
    unfinished = known.phase is Phase.REHOME or known.word == "create-failed"
    match verb:
        case Verb.RECONFIGURE_NETWORK:  # a site that is handed over may be another controller's by now
            return unfinished and not known.transient
        case Verb.RESTORE:  # and a secondary one certainly is
            return (unfinished or known.phase is Phase.SECONDARY) and not known.transient
        case Verb.REDEPLOY:  # and two playbooks at once would fight over one site
            return state.availability_status == "offline" and (unfinished or known.transient)
    return False


@dataclass
class Finding:
    """What portal and dcmanager said of one verb in one state."""

    verb: Verb
    state: SubcloudState
    reason: str | None
    answer: StarlingXError | None

    @property
    def agrees(self) -> bool:
        if stricter(self.verb, self.state):
            return self.reason is not None and self.answer is None
        return (self.reason is None) == (self.answer is None)

    def __str__(self) -> str:
        where = f"{self.verb} in {self.state.deploy_status}, {self.state.management_state}"
        return f"{where}, {self.state.availability_status}: portal {self.reason!r}, dcmanager {self.answer}"


@pytest.fixture(scope="module")
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    started = start_simulator(subclouds=30, controllers=1, seed=9, speed=1200)
    started.control("churn", {"on": False})
    return started


@asynccontextmanager
async def upstream_of(fleet: Simulator) -> AsyncIterator[Upstream]:
    async with Connector() as connector:
        yield Upstream(fleet, CloudSession(connector, auth_url=fleet.auth_url(), credentials=WRITER))


def state_there(subcloud: Subcloud) -> SubcloudState:
    """That a restore needs a backup is the portal's own rule, and one of sites that have any."""
    return replace(state_of(subcloud), has_backup=True)


async def ask(upstream: Upstream, verb: Verb, subcloud: Subcloud) -> Finding:
    state = state_there(subcloud)
    return Finding(verb, state, refusal(verb, state), await upstream.order(verb, subcloud))


async def together(work: Iterable[Any]) -> list[Any]:
    """Results in order, a few at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(each: Any) -> Any:
        async with gate:
            return await each

    return list(await asyncio.gather(*(one(each) for each in work)))


def unmoved(subcloud: Subcloud) -> tuple[str, ...]:
    return subcloud.deploy_status, subcloud.management_state, subcloud.availability_status, subcloud.name


def disagreements(findings: Iterable[Finding]) -> list[str]:
    return [str(finding) for finding in findings if not finding.agrees]


def check_effects(fleet: Simulator, since: int) -> None:
    """Whatever was refused has changed nothing at dcmanager, whatever was accepted has changed something."""
    rows = fleet.control(f"requests?since={since}")["requests"]
    writes = [row for row in rows if row["method"] in ("PATCH", "DELETE") and "/dcmanager/" in row["path"]]
    assert writes
    odd = [row for row in writes if (row["status"] < 400) != row["effect"]]
    assert odd == []


def now_at(fleet: Simulator) -> int:
    """Number of the next request in the simulator's log."""
    return int(fleet.control("requests?since=999999999")["next"])


async def test_in_every_state_that_work_leads_to(fleet: Simulator) -> None:
    """One site for all that is refused (it must stay as it is), and one for each verb that is legal."""
    since = now_at(fleet)
    plan: dict[int, tuple[str, Verb | None]] = {}
    for status in ROUTES:
        online = "online" if status == "complete" else "offline"
        nominal = SubcloudState(deploy_status=status, management_state="unmanaged", availability_status=online)
        legal = [verb for verb in ORDERS if refusal(verb, nominal) is None and verb not in HARMLESS]
        for verb in (None, *legal):
            plan[len(plan) + 1] = status, verb
    async with upstream_of(fleet) as upstream:
        await upstream.writes.create_group("other", description="d", update_apply_type="serial",
                                           max_parallel_subclouds=2)  # fmt: skip
        set_faults(upstream, {number: status for number, (status, _) in plan.items()})
        found = await together(bring(upstream, number, status) for number, (status, _) in plan.items())
        sites = dict(zip(plan, found, strict=True))

        async def refusals(subcloud: Subcloud) -> list[Finding]:
            wanted = [verb for verb in ORDERS if refusal(verb, state_there(subcloud)) or verb in HARMLESS]
            told = [await ask(upstream, verb, subcloud) for verb in wanted if not stricter(verb, state_there(subcloud))]
            after = await upstream.subcloud(subcloud.id)
            assert unmoved(after) == unmoved(subcloud), "a refused verb changed something"
            return told

        refused = await together(refusals(sites[n]) for n, (_, verb) in plan.items() if verb is None)
        legal = await together(ask(upstream, verb, sites[n]) for n, (_, verb) in plan.items() if verb is not None)
    assert {state for state, _ in plan.values()} == set(ROUTES)
    findings = [*itertools.chain.from_iterable(refused), *legal]
    assert disagreements(findings) == []
    assert all(finding.reason is None for finding in legal)
    assert len(findings) >= len(ROUTES) * (len(ORDERS) - 1)
    check_effects(fleet, since)


@pytest.mark.parametrize(("management", "availability"), list(PLACES))
async def test_in_every_state_that_dcmanager_knows(fleet: Simulator, management: str, availability: str) -> None:
    since = now_at(fleet)
    verbs = tuple(ORDERS) if (management, availability) == ("unmanaged", "offline") else BY_PLACE
    findings = []
    async with upstream_of(fleet) as upstream:
        site = await placed(upstream, management, availability)
        spare = iter(range(500, 600))
        for status in STATES:
            for verb in verbs:
                upstream.put(site.id, status)
                subcloud = await upstream.subcloud(site.id)
                assert (subcloud.deploy_status, subcloud.management_state) == (status, management)
                assert subcloud.availability_status == availability
                if verb is Verb.DELETE and refusal(verb, state_there(subcloud)) is None:
                    subcloud = await doomed(upstream, next(spare), status)
                findings.append(await ask(upstream, verb, subcloud))
                await restore(upstream, site.id, management)
    assert disagreements(findings) == []
    assert len(findings) == len(STATES) * len(verbs)
    check_effects(fleet, since)


async def placed(upstream: Upstream, management: str, availability: str) -> Subcloud:
    """A site of the fleet that is so, and stays so whatever is written about it."""
    rows = upstream.fleet.control("clouds")["clouds"]
    for row in rows:
        if row["id"] is None or not row["reachable"] or row["availability"] != "online" or row["alarms_active"]:
            continue
        site = await upstream.subcloud(row["id"])
        moving = (*RUNNING_BACKUPS, "prestaging")
        busy = site.backup_status in moving or site.prestage_status in moving
        if (site.management_state, site.deploy_status) == ("managed", "complete") and not busy:
            break
    else:
        pytest.fail("no subcloud is managed, online and well")
    if management == "unmanaged":
        await upstream.writes.unmanage_subcloud(site.id)
    if availability == "offline":
        upstream.fleet.control("faults", {"kind": "power-loss", "controller": 1, "subcloud": site.id})

    def offline() -> bool:
        now = next(row for row in upstream.fleet.control("clouds")["clouds"] if row["id"] == site.id)
        return bool(now["availability"] == availability)

    await asyncio.to_thread(wait_until, offline, 30, what=f"subcloud {site.id} is {availability}")
    return await upstream.subcloud(site.id)


async def doomed(upstream: Upstream, number: int, status: str) -> Subcloud:
    """A site made to be deleted: unmanaged and never online."""
    made = await create(upstream, number)
    upstream.fleet.control("faults", {"kind": "power-loss", "controller": 1, "subcloud": made.id})
    upstream.put(made.id, status)
    return await upstream.subcloud(made.id)


async def restore(upstream: Upstream, number: int, management: str) -> None:
    """At rest, and managed or not, as before: what was accepted may have changed that."""
    site = await at_rest(upstream, number)
    if site.management_state == management:
        return
    upstream.put(number, "complete")
    if management == "managed":
        await upstream.writes.manage_subcloud(number, force=True)
    else:
        await upstream.writes.unmanage_subcloud(number)


async def at_rest(upstream: Upstream, number: int) -> Subcloud:
    """When no backup and no prestaging runs any more."""
    async with asyncio.timeout(30):
        while True:
            site = await upstream.subcloud(number)
            if site.backup_status not in RUNNING_BACKUPS and site.prestage_status != "prestaging":
                return site
            await asyncio.sleep(0.1)  # the condition is elsewhere: it can only be asked again


async def test_what_a_restart_leaves_can_be_taken_up(fleet: Simulator) -> None:
    """Each phase that is interrupted becomes its failed twin, and what the portal offers first for it is taken."""
    stuck = ["pre-install", "installing", "pre-bootstrap", "bootstrapping", "pre-config", "configuring",
             "aborting-install", "aborting-bootstrap", "aborting-config", "creating", "pre-init-enroll",
             "initiating-enroll", "pre-enroll", "enrolling", "reconfiguring-network"]  # fmt: skip
    plan = dict(enumerate(stuck, 300))
    async with upstream_of(fleet) as upstream:
        set_faults(upstream, plan)
        sites = await together(bring(upstream, number, status) for number, status in plan.items())
        body = {"kind": "controller-restart", "controller": 1, "subcloud": "central", "seconds": 1}
        fleet.control("faults", body | {"options": {"mode": "503"}})
        for status, site in zip(stuck, sites, strict=True):
            known = STATES[status]
            assert known.kind is Kind.TRANSITIONAL
            found = await patient(upstream, site.id, known.restart_twin)
            assert (found.error_description or NO_ERROR).startswith(NO_ERROR), "a restart tells no reason"
            offered = next_verbs(state_of(found))[0]
            assert await upstream.order(offered, found) is None, (status, known.restart_twin, offered)


async def patient(upstream: Upstream, number: int, status: str) -> Subcloud:
    """As `until`, through a time in which dcmanager does not answer."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await until(upstream, number, status)
            except StarlingXError:
                await asyncio.sleep(0.1)  # it is away for a second
