"""Which subcloud an alarm of the System Controller tells of: dcmanager names it in the entity of its 280.* alarms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from alarms.entity import parts
from sites.access import Scopes
from sites.selectors import subclouds

OF_DCMANAGER = "280."  # alarm ids of the group "distributed cloud"


@dataclass(frozen=True, slots=True)
class Named:
    """The subcloud that an alarm of a central cloud is about."""

    pk: int
    name: str


def named_in(scopes: Scopes, rows: Iterable[Mapping[str, Any]]) -> dict[int, Named]:
    """By alarm. Rows have id, alarm_id, entity_instance_id and controller. One query, none where no alarm names any.

    A name is unique only on its own controller; one that is not (or no longer) in scope is not linked.
    """
    wanted = {
        row["id"]: (row["controller"], name)
        for row in rows
        if row["alarm_id"].startswith(OF_DCMANAGER) and (name := parts(row["entity_instance_id"]).get("subcloud"))
    }
    if not wanted:
        return {}
    found = {
        (controller, name): Named(pk, name)
        for pk, name, controller in subclouds(scopes)
        .filter(name__in={name for _, name in wanted.values()}, controller__in={of for of, _ in wanted.values()})
        .values_list("pk", "name", "controller_id")
    }
    return {pk: found[key] for pk, key in wanted.items() if key in found}
