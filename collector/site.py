"""What the collector keeps in mind of one cloud between looks. All of it can be learned again after a restart."""

import math
from dataclasses import dataclass, field
from enum import IntFlag

from sites.choices import Facet
from starlingx.kubernetes import Kubernetes
from starlingx.session import CloudSession


class Kind(IntFlag):
    """Looks at one cloud; each kind has a lane of its own. Flags, as there are twenty thousand sites."""

    ALARMS = 1  # T1: what stands
    INVENTORY = 2  # T2: everything sysinv and USM know
    HOSTS = 4  # T3: hosts and software, while somebody looks
    HEALTH = 8  # measured Ceph and links, where Kubernetes can be asked
    ADDRESS = 16  # its OAM address, where a pattern needs it and it is not known
    CHECKS = 32  # T4: its own health query, only when somebody asks


NOTHING = Kind(0)
NEVER = 1e9  # seconds: the next look is planned by whoever wants it
WAIT_SECONDS = 60.0  # for an address that was not asked for yet; then the look says that it is missing


@dataclass(slots=True, eq=False)
class Site:
    """One cloud. `number` is dcmanager's id, None for the central cloud."""

    cloud_id: int
    number: int | None
    name: str
    region_name: str = ""
    start_ip: str = ""
    online: bool = True  # dcmanager's word
    status: tuple[str, ...] = ()  # dcmanager's status words: a change is a reason to look
    counts: tuple[int | None, ...] | None = None  # dcmanager's alarm counts
    oam_ip: str = ""
    address_tries: int = 0  # to learn the OAM address
    address_error: str = ""  # why it is not known
    waited: Kind = NOTHING  # looks that waited for it once
    session: CloudSession | None = None
    kube: Kubernetes | None = None
    digest: int | None = None  # of the alarm list that is stored; None: not known
    failures: int = 0  # tries in a row without any answer
    whole_at: float = 0.0  # event loop time; then the whole inventory is due, until then only what is `unread`
    unread: frozenset[Facet] = frozenset()  # parts of the inventory whose last try failed
    unread_tries: int = 0  # in a row
    reopened_at: float = -math.inf  # event loop time of the last sign-in for the sake of a fresh catalog
    reopenings: int = 0  # such sign-ins in a row
    watched_until: float = 0.0  # event loop time; somebody's page is open until then
    due: dict[Kind, float] = field(default_factory=dict)
    asked: Kind = NOTHING  # somebody wants this look out of turn
    tried: Kind = NOTHING  # at least once, however it ended
    failed: Kind = NOTHING  # the last try had no whole answer
    ports_known: bool = False  # its ports were stored under this lease
    gone: bool = False  # it left the fleet: no look is planned any more

    def needs(self, kind: Kind) -> bool:
        """Whether such looks are made without being asked for."""
        return kind != Kind.CHECKS and (kind != Kind.ADDRESS or not (self.central or self.oam_ip))

    def waits(self, kind: Kind) -> bool:
        """True the first time: such a look may wait once, or a fleet whose addresses hang would never be swept."""
        first = kind not in self.waited
        self.waited |= kind
        return first

    @property
    def central(self) -> bool:
        return self.number is None
