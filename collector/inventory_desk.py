"""T2 and T3 of one controller's clouds: looking and storing in batches."""

import asyncio
import logging

from django.utils import timezone

from collector import store_inventory
from collector.batches import Batches
from collector.inventory_looks import INVENTORY_FACETS, InventoryLook, look_at_hosts, look_at_inventory
from collector.pacing import jittered, retry_after
from collector.reading import Reading, period
from collector.redo import Redo
from collector.services import FAULT
from collector.site import NEVER, WAIT_SECONDS, Kind, Site
from sites.choices import Facet
from starlingx.errors import BadPattern, MissingService, Unexpected

log = logging.getLogger(__name__)
BATCH = 40
PLATFORM, USM = "platform", "usm"


class InventoryDesk:
    """The looks of Kind.INVENTORY and Kind.HOSTS, and the batches they fill."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        redo = Redo[tuple[Kind, InventoryLook]](reading, Kind.INVENTORY, _hourly, INVENTORY_FACETS)
        self.batches: Batches[tuple[Kind, InventoryLook]] = Batches(self._store, redo, most=BATCH)

    async def look(self, site: Site) -> float:
        """T2. Seconds until the next one. A cloud out of reach is read when it is back: see AlarmDesk."""
        if self._reading.doors.waits_to_sign_in(site) and site.waits(Kind.INVENTORY):
            return WAIT_SECONDS
        wanted = _wanted(site)
        try:
            look = await look_at_inventory(site, self._reading.doors.session(site), wanted)
        except BadPattern as caught:
            look = InventoryLook(site, timezone.now(), failures=dict.fromkeys(wanted, caught), wanted=wanted)
        except Exception as caught:  # a fault of ours at one site: it stands beside its inventory
            log.exception("the look at the inventory of %s failed", site.name)
            fault = Unexpected(FAULT.format(type(caught).__name__))
            look = InventoryLook(site, timezone.now(), failures=dict.fromkeys(wanted, fault), wanted=wanted)
        if site.central:
            await self._note(look)
        if any(isinstance(problem, MissingService) for problem in look.failures.values()):
            self._reading.doors.reopen(site)
        await self.batches.put((Kind.INVENTORY, look))
        return _next(site, look)

    async def look_closer(self, site: Site) -> float:
        """T3: hosts and software, as long as somebody's page is open, or once where somebody waits for them."""
        asked = Kind.HOSTS in site.asked
        site.asked &= ~Kind.HOSTS
        if not asked and not _is_watched(site):
            return NEVER
        try:
            look = await look_at_hosts(site, self._reading.doors.session(site))
        except BadPattern:
            return NEVER
        await self.batches.put((Kind.HOSTS, look))
        return jittered(period("open_page")) if _is_watched(site) else NEVER

    async def _note(self, look: InventoryLook) -> None:
        """How sysinv and USM of the System Controller itself answered."""
        services = self._reading.services
        for service, facet in ((PLATFORM, Facet.HOSTS), (USM, Facet.SOFTWARE)):
            if facet not in look.wanted:
                continue
            if (problem := look.failures.get(facet)) is not None:
                services.note_failure(service, look.requested_at, problem)
            else:
                seconds = (timezone.now() - look.requested_at).total_seconds()
                await services.note_success(service, look.requested_at, seconds)

    async def _store(self, looks: list[tuple[Kind, InventoryLook]]) -> None:
        reading = self._reading
        await reading.writer.run(store_inventory.store, [look for _, look in looks], reading.token)
        health = reading.lanes.get(Kind.HEALTH)
        for kind, look in looks:
            if health is not None and look.network is not None and not look.site.ports_known:
                health.hasten(look.site, asyncio.get_running_loop().time())  # what it measures has rows only now
            look.site.ports_known = look.site.ports_known or look.network is not None
            look.site.tried |= kind
            if look.failures:
                look.site.failed |= kind
            else:
                look.site.failed &= ~kind


def _is_watched(site: Site) -> bool:
    return site.watched_until > asyncio.get_running_loop().time()


def _hourly(result: tuple[Kind, InventoryLook]) -> Site | None:
    """Whose inventory it is; the looks while a page is open come every few seconds anyway."""
    kind, look = result
    return look.site if kind == Kind.INVENTORY else None


def _wanted(site: Site) -> frozenset[Facet]:
    """Everything when its time has come or somebody asks; between, only the parts whose last try failed."""
    asked = Kind.INVENTORY in site.asked
    site.asked &= ~Kind.INVENTORY
    whole = asked or not site.unread or asyncio.get_running_loop().time() >= site.whole_at
    return INVENTORY_FACETS if whole else site.unread


def _next(site: Site, look: InventoryLook) -> float:
    """Seconds until the next look. Parts that fail are tried again ever more seldom, and never beside a whole look."""
    now = asyncio.get_running_loop().time()
    if look.wanted == INVENTORY_FACETS:
        site.whole_at = now + jittered(period("inventory"))
    site.unread = frozenset(look.failures)
    site.unread_tries = site.unread_tries + 1 if look.failures else 0
    left = max(site.whole_at - now, 0.0)
    if not look.failures or (look.unreachable and site.failures):
        return left
    pause = retry_after(RETRY_STEP + site.unread_tries - 1, period("inventory"))
    return pause if 2 * pause < left else left


RETRY_STEP = 6  # a part that failed is tried again after about a minute, then ever later
