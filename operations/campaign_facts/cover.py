"""Sites beside which something is down now: what covers for them does not. At most five queries for any number.

What dcmanager says of a neighbour counts, and whether the portal itself reached it: one of them is enough for "down".
Where dcmanager's word is missing or old, nobody knows whether it is up, and that is not good enough either.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from operations.campaign_facts.neighbours import around
from operations.campaigns.cover import Up, cover
from operations.campaigns.reasons import Reason
from sites.choices import Contact, Facet
from sites.models import Cloud, FacetState, Surroundings
from starlingx.deploy_states import Phase, deploy_state

Known = Mapping[int, tuple[str, Up]]  # by cloud: its System Controller, and how it is


def uncovered(cloud_ids: Iterable[int], now: datetime, fresh: timedelta) -> dict[int, tuple[Reason, ...]]:
    """What stands against each for the sake of its neighbours and its ring; those without are left out. `fresh`: how
    old statuses may be to be believed."""
    ids = set(cloud_ids)
    near, (ring_of, members) = around(ids), _rings(ids)
    known = _known({pk for sites in (*near.values(), *members.values()) for pk in sites}, now, fresh)
    found = {}
    for pk in ids & (near.keys() | ring_of.keys()):
        ring = ring_of.get(pk, "")
        reasons = (
            *cover("", [known[other] for other in near.get(pk, ()) if other in known]),
            *cover(ring, [known[other] for other in members.get(ring, ()) if other in known and other != pk]),
        )
        if reasons:
            found[pk] = reasons
    return found


def _rings(ids: Collection[int]) -> tuple[dict[int, str], dict[str, set[int]]]:
    """{site: its ring}, {ring: all of its sites}."""
    ringed = Surroundings.objects.exclude(ring="")
    ring_of = dict(ringed.filter(cloud__in=ids).values_list("cloud_id", "ring"))
    members: dict[str, set[int]] = defaultdict(set)
    for pk, ring in ringed.filter(ring__in=set(ring_of.values())).values_list("cloud_id", "ring"):
        members[ring].add(pk)
    return ring_of, members


def _known(ids: Collection[int], now: datetime, fresh: timedelta) -> Known:
    """Without stand-ins of sites that another System Controller manages: it is that one which is up or down."""
    read_at = dict(FacetState.objects.filter(cloud__in=ids, facet=Facet.SUBCLOUD).values_list("cloud", "observed_at"))
    rows = Cloud.objects.filter(pk__in=ids, removed_at=None).values_list(
        "pk", "controller__name", "availability_status", "contact", "deploy_status"
    )
    return {
        pk: (controller, _up(word, contact, read_at.get(pk), now - fresh))
        for pk, controller, word, contact, deployed in rows
        if deploy_state(deployed).phase is not Phase.SECONDARY
    }


def _up(word: str, contact: str, read_at: datetime | None, since: datetime) -> Up:
    if contact == Contact.UNREACHABLE or word not in ("", "online"):
        return Up.DOWN
    return Up.UP if word and read_at is not None and read_at >= since else Up.UNKNOWN
