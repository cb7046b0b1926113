"""Reads one controller and its clouds, as long as this collector holds the lease."""

import asyncio
import contextlib
import tempfile
from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone

from collector import store
from collector.address_desk import AT_ONCE, RATE, AddressDesk
from collector.alarm_desk import FAULT_MANAGEMENT, AlarmDesk
from collector.batches import Batches
from collector.central import DCMANAGER, Central, every, plan_first
from collector.checks_desk import ChecksDesk
from collector.config import ControllerConfig
from collector.doors import Doors
from collector.health_desk import HealthDesk
from collector.hints import OPEN_PAGE, HintRow
from collector.inventory_desk import PLATFORM, InventoryDesk
from collector.lane import Lane
from collector.lasting import lasting
from collector.problems import problem_of
from collector.progress import Sweeps
from collector.reading import Reading, period
from collector.roster import Roster
from collector.services import FAULT, IDENTITY, Services
from collector.site import Kind, Site
from collector.writer import DatabaseLostError, Writer
from sites import ingest
from sites.ingest import Progress, ServiceLook
from starlingx.errors import BadPattern, StarlingXError, Unexpected
from starlingx.session import Connector

BEAT_SECONDS = 2.0
CONNECTIONS = 1024
WRONG_ADDRESS = "Correct the address of this System Controller under Change"
# In whose row a fault of ours in that kind of look is shown
KEPT_BY = {
    Kind.ALARMS: FAULT_MANAGEMENT,
    Kind.INVENTORY: PLATFORM,
    Kind.HOSTS: PLATFORM,
    Kind.HEALTH: PLATFORM,
    Kind.ADDRESS: DCMANAGER,
    Kind.CHECKS: PLATFORM,
}
FIRST_CERTIFICATES = 10.0  # seconds: by then the services have answered


class Reader:
    """Runs until cancelled. `writer` stores what it reads; everything it keeps in mind can be learned again."""

    def __init__(self, config: ControllerConfig, token: int, collector: str, writer: Writer) -> None:
        self.config = config
        self.token = token
        self._collector = collector
        self._writer = writer
        self.reading: Reading | None = None
        self.sweeps: Sweeps | None = None

    async def run(self) -> None:
        """Raises what no part of it could deal with; whoever runs it starts it again."""
        with _ca_file(self.config.ca_bundle) as ca_file:
            try:
                async with Connector(ca_file=ca_file, limit=CONNECTIONS) as connector:
                    self.reading = await self._prepare(connector)
                    self.sweeps = Sweeps(self.reading)
                    await self._read(self.reading, self.sweeps, ca_file)
            except DatabaseLostError:
                raise
            except StarlingXError as caught:  # the CA bundle or the address itself is of no use
                await self._say_unusable(caught)
                raise
            except Exception as caught:
                await self._say_unusable(Unexpected(FAULT.format(type(caught).__name__)))
                raise

    def hint(self, hint: HintRow, *, new: bool) -> None:
        """Look closer at this cloud: while its page is open, or once."""
        site = self.reading.roster.by_cloud.get(hint.cloud_id) if self.reading is not None else None
        if site is None or self.reading is None:
            return
        now = asyncio.get_running_loop().time()
        if hint.reason == OPEN_PAGE:
            new = site.watched_until <= now  # a page renews its hint all the time
            site.watched_until = now + hint.seconds
        for kind in hint.kinds if new else ():
            if (lane := self.reading.lanes.get(kind)) is not None:
                lane.hasten(site, now)

    async def swept(self, kinds: Collection[Kind]) -> None:
        """Return when T0 was read once and every cloud was looked at once in each of these ways."""
        # The end of a sweep is a count over all sites, not an event to wait for
        while self.sweeps is None or not all(self.sweeps.done(kind) for kind in kinds):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await self._beat(self.sweeps)

    async def _prepare(self, connector: Connector) -> Reading:
        central = await self._writer.run(ingest.ensure_central, self.config.controller_id)
        doors = Doors(self.config, connector)
        services = Services(self.config.name, doors, self.config.interface, period("subclouds"))
        roster = Roster(Site(central, None, self.config.name))
        return Reading(self.config, self.token, self._writer, doors, services, roster)

    async def _read(self, reading: Reading, sweeps: Sweeps, ca_file: str | None) -> None:
        batches = _open_lanes(reading)
        central = Central(reading, sweeps)
        plan_first(reading, [reading.roster.central])
        async with asyncio.TaskGroup() as group:
            group.create_task(every("subclouds", reading, central.poll_subclouds))
            group.create_task(every("alarm_counts", reading, central.poll_counts))
            group.create_task(every("strategy_options", reading, central.poll_options))
            for kind, each in batches.items():
                group.create_task(lasting(reading.services, KEPT_BY[kind], f"storing of {kind.name}", each.run))
            for kind, lane in reading.lanes.items():
                run = partial(_run_lane, reading, lane)
                group.create_task(lasting(reading.services, KEPT_BY[kind], f"looks of {kind.name}", run))
            group.create_task(lasting(reading.services, IDENTITY, "beats", partial(self._beats, sweeps)))
            dated = partial(self._certificates, reading.services, ca_file)
            group.create_task(lasting(reading.services, IDENTITY, "certificates", dated))

    async def _certificates(self, services: Services, ca_file: str | None) -> None:
        await asyncio.sleep(FIRST_CERTIFICATES)
        while True:
            await services.read_certificates(ca_file)
            await asyncio.sleep(period("inventory"))

    async def _say_unusable(self, problem: StarlingXError) -> None:
        error = f"{problem}. {WRONG_ADDRESS}" if isinstance(problem, BadPattern) else str(problem)
        looks = [ServiceLook(IDENTITY, timezone.now(), error=error, problem=problem_of(problem))]
        await self._writer.run(store.store_beat, self.config.controller_id, self._collector, Progress(), looks)

    async def _beats(self, sweeps: Sweeps) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            with contextlib.suppress(DatabaseLostError):  # the writer has logged it
                await self._beat(sweeps)

    async def _beat(self, sweeps: Sweeps) -> None:
        looks = sweeps.services.take_looks()
        try:
            await self._writer.run(
                store.store_beat, self.config.controller_id, self._collector, sweeps.progress(), looks
            )
        except DatabaseLostError:
            sweeps.services.give_back(looks)
            raise


def _open_lanes(reading: Reading) -> dict[Kind, Batches[Any]]:
    """A lane for each kind of look; the batches they fill."""
    limit = settings.COLLECTOR_CONCURRENCY
    few = max(4, limit // 4)
    alarms, inventory, health = AlarmDesk(reading), InventoryDesk(reading), HealthDesk(reading)
    checks = ChecksDesk(reading)
    lanes = [
        Lane(Kind.ALARMS, alarms.look, limit=limit, rate=4.0 * limit),
        Lane(Kind.INVENTORY, inventory.look, limit=few, rate=float(limit)),
        Lane(Kind.HOSTS, inventory.look_closer, limit=few, rate=float(limit)),
        Lane(Kind.CHECKS, checks.look, limit=few, rate=float(limit), strict=True),
    ]
    if reading.doors.measures:
        lanes.append(Lane(Kind.HEALTH, health.look, limit=few, rate=float(limit)))
    if reading.doors.uses_oam_ip:
        lanes.append(Lane(Kind.ADDRESS, AddressDesk(reading).look, limit=AT_ONCE, rate=RATE, strict=True))
    reading.lanes.update((lane.kind, lane) for lane in lanes)
    return {
        Kind.ALARMS: alarms.batches,
        Kind.INVENTORY: inventory.batches,
        Kind.HEALTH: health.batches,
        Kind.CHECKS: checks.batches,
    }


async def _run_lane(reading: Reading, lane: Lane) -> None:
    """Begun anew after a fault, a lane has lost the looks that were under way: they are planned again."""
    now = asyncio.get_running_loop().time()
    for site in reading.roster.sites:
        if lane.kind not in site.due and site.needs(lane.kind):
            lane.put(site, now)
    await lane.run()


@contextlib.contextmanager
def _ca_file(bundle: str) -> Iterator[str | None]:
    """The CA bundle as a file for as long as it is needed; None for the system's trust store."""
    if not bundle.strip():
        yield None
        return
    with tempfile.NamedTemporaryFile("w", prefix="dcportal-ca-", suffix=".pem") as file:
        file.write(bundle)
        file.flush()
        yield file.name
