"""What all orders to dcmanager have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlingx.bodies import Form, Json
from starlingx.errors import BadValue, StarlingXError
from starlingx.records import Subcloud
from starlingx.rows import Row, read_list
from starlingx.session import WRITE_TIMEOUT, CloudSession

Told = TypeVar("Told")


class Orders:
    """Sends an order and reads the answer."""

    def __init__(self, session: CloudSession) -> None:
        self._session = session

    async def _send(
        self,
        method: str,
        path: str,
        *,
        json: Json | None = None,
        form: Form | None = None,
        timeout: float = WRITE_TIMEOUT,
    ) -> object:
        return await self._session.send(
            method, "dcmanager", "v1.0", path, json=json, form=form, central=True, timeout=timeout
        )

    async def _form(self, method: str, path: str, form: Form, timeout: float) -> Subcloud:
        """A form about one subcloud; the answer is that subcloud."""
        body = await self._send(method, path, form=form, timeout=timeout)
        return as_told(lambda told: Subcloud.read(Row(told, "subcloud")), body)

    async def _forms(self, method: str, path: str, form: Form, timeout: float) -> list[Subcloud]:
        """A form about one or more subclouds; the answer is a list of those taken."""
        body = await self._send(method, path, form=form, timeout=timeout)
        return as_told(lambda told: read_list(told, "subclouds", Subcloud.read), body)


def as_told(read: Callable[[object], Told], body: object) -> Told:
    """The record in an answer. The order has been taken: if we cannot read what came of it, the outcome is unknown."""
    try:
        return read(body)
    except StarlingXError as caught:
        caught.outcome_unknown = True
        raise


def flags(**chosen: bool) -> dict[str, str]:
    """Only those that are set: dcmanager takes some for set as soon as they are there, "false" included."""
    return {name: "true" for name, is_set in chosen.items() if is_set}


def texts(**given: str | None) -> dict[str, str]:
    """Only those that are given. An empty text is given: it empties a description."""
    return {name: text for name, text in given.items() if text is not None}


def numbered(name: str, number: int) -> str:
    """A number of a subcloud or group, for a path or field. Raises BadValue."""
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise BadValue(f"{name} must be a positive number")
    return str(number)


def one_target(subcloud_id: int | None, group_id: int | None) -> dict[str, str]:
    """The one subcloud or the one group an order is for, as dcmanager's field. Raises BadValue for none and both."""
    if (subcloud_id is None) == (group_id is None):
        raise BadValue("name either one subcloud or one group")
    if subcloud_id is not None:
        return {"subcloud": numbered("subcloud_id", subcloud_id)}
    return {"group": numbered("group_id", group_id or 0)}
