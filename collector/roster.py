"""The subclouds of one controller as dcmanager listed them last, and what is new in a list that comes in."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from collector.site import Site
from starlingx.records import AlarmSummary, Subcloud

ONLINE = "online"
UNMANAGED = "unmanaged"


@dataclass(slots=True)
class News:
    """Sites that came, that went, and that should be looked at because their status or address changed."""

    added: list[Site] = field(default_factory=list)
    gone: list[Site] = field(default_factory=list)
    changed: list[Site] = field(default_factory=list)


class Roster:
    """Sites by cloud and by name. dcmanager's alarm counts name subclouds by their name: one told twice names none."""

    def __init__(self, central: Site) -> None:
        self.central = central
        self.by_cloud: dict[int, Site] = {central.cloud_id: central}
        self.by_name: dict[str, Site] = {}
        self._digests: dict[int, int] = {}
        self._memory = 0  # how often the database had been lost when it took that list

    @property
    def sites(self) -> Iterable[Site]:
        return self.by_cloud.values()

    def regions(self) -> dict[int, str]:
        """Region name by dcmanager id, as the last list that was stored had them."""
        return {site.number: site.region_name for site in self.sites if site.number is not None}

    def unmanaged(self) -> set[int]:
        """dcmanager ids of those that were unmanaged in that list."""
        return {site.number for site in self.sites if site.number is not None and UNMANAGED in site.status}

    def differing(self, subclouds: Sequence[Subcloud], memory: int = 0) -> list[int] | None:
        """Ids of those that differ from the last list that was stored; None when nobody knows.

        That is when there was none, or when the database was lost since: `memory` counts its losses.
        """
        if not self._digests or memory != self._memory:
            return None
        return [subcloud.id for subcloud in subclouds if self._digests.get(subcloud.id) != hash(subcloud)]

    def stored(
        self,
        subclouds: Sequence[Subcloud],
        clouds: Mapping[int, int],
        homeless: Collection[int] = (),
        memory: int = 0,
    ) -> News:
        """This list is in the database; `clouds` are its cloud ids by dcmanager id.

        `homeless`: those whose group is not known there yet. They are stored again until it is. `memory`: losses of the
        database before it was.
        """
        news = News()
        listed = {clouds[subcloud.id]: subcloud for subcloud in subclouds if subcloud.id in clouds}
        for cloud_id in [pk for pk, site in self.by_cloud.items() if not site.central and pk not in listed]:
            site = self.by_cloud.pop(cloud_id)
            site.gone = True
            site.due.clear()
            news.gone.append(site)
        for cloud_id, subcloud in listed.items():
            self._take(cloud_id, subcloud, news)
        named = Counter(site.name for site in self.sites if not site.central)
        self.by_name = {site.name: site for site in self.sites if not site.central and named[site.name] == 1}
        self._memory = memory
        self._digests = {subcloud.id: hash(subcloud) for subcloud in subclouds if subcloud.id not in homeless}
        return news

    def count_changes(self, summaries: Iterable[AlarmSummary]) -> tuple[list[int], list[Site]]:
        """Clouds whose counts were reported, and sites whose counts changed since they were last."""
        reported, changed = [], []
        for summary in summaries:
            site = self.by_name.get(summary.name)
            if site is None or not summary.reported:
                continue
            reported.append(site.cloud_id)
            counts = (summary.critical, summary.major, summary.minor, summary.warnings)
            if site.counts is not None and site.counts != counts:
                changed.append(site)
            site.counts = counts
        return reported, changed

    def _take(self, cloud_id: int, subcloud: Subcloud, news: News) -> None:
        site = self.by_cloud.get(cloud_id)
        status = (subcloud.availability_status, subcloud.management_state, subcloud.deploy_status)
        if site is None:
            site = self.by_cloud[cloud_id] = Site(cloud_id, subcloud.id, subcloud.name)
            news.added.append(site)
        elif site.status != status or site.start_ip != subcloud.management_start_ip:
            news.changed.append(site)
        if (site.start_ip, site.region_name) != (subcloud.management_start_ip, subcloud.region_name):
            site.session = site.kube = None
        site.name, site.status, site.online = subcloud.name, status, subcloud.availability_status == ONLINE
        site.start_ip, site.region_name = subcloud.management_start_ip, subcloud.region_name
