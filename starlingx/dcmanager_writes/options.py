"""How the VIM of a subcloud goes about a strategy (starlingx-dcmanager.md 2.8)."""

from __future__ import annotations

from dataclasses import dataclass

from starlingx.dcmanager_writes.groups import APPLY_TYPES
from starlingx.dcmanager_writes.orders import Orders, as_told, numbered
from starlingx.errors import BadValue
from starlingx.records import SwUpdateOptions
from starlingx.rows import Row
from starlingx.session import WRITE_TIMEOUT

DEFAULT = "SystemController"
ALARM_RESTRICTIONS = ("relaxed", "strict")
INSTANCE_ACTIONS = ("migrate", "stop-start")
WORKERS = range(2, 101)  # as Horizon allows


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOptions:
    """Options as they are to be, dcmanager's defaults where not told."""

    storage_apply_type: str = "parallel"
    worker_apply_type: str = "parallel"
    max_parallel_workers: int = 10
    alarm_restriction_type: str = "relaxed"
    default_instance_action: str = "migrate"

    def body(self) -> dict[str, str | int]:
        """dcmanager hands the body to Python's eval: only these words and this number go there. Raises BadValue."""
        if self.max_parallel_workers not in WORKERS or isinstance(self.max_parallel_workers, bool):
            raise BadValue(f"max_parallel_workers is between {WORKERS.start} and {WORKERS.stop - 1}")
        return {
            "storage-apply-type": _one_of("storage_apply_type", self.storage_apply_type, APPLY_TYPES),
            "worker-apply-type": _one_of("worker_apply_type", self.worker_apply_type, APPLY_TYPES),
            "max-parallel-workers": self.max_parallel_workers,
            "alarm-restriction-type": _one_of(
                "alarm_restriction_type", self.alarm_restriction_type, ALARM_RESTRICTIONS
            ),
            "default-instance-action": _one_of(
                "default_instance_action", self.default_instance_action, INSTANCE_ACTIONS
            ),
        }


class OptionWrites(Orders):
    """For one subcloud, or with None the default that all others have. Done when the call returns."""

    async def set_options(
        self, subcloud_id: int | None, options: NewOptions, *, timeout: float = WRITE_TIMEOUT
    ) -> SwUpdateOptions:
        """Raises BadValue for words dcmanager would store but no VIM understands."""
        body = await self._send("POST", _path(subcloud_id), json=options.body(), timeout=timeout)
        return as_told(lambda told: SwUpdateOptions.read(Row(told, "sw-update-options")), body)

    async def delete_options(self, subcloud_id: int | None, *, timeout: float = WRITE_TIMEOUT) -> None:
        """Back to the default, or to dcmanager's own. NotFound when a subcloud has none."""
        await self._send("DELETE", _path(subcloud_id), timeout=timeout)


def _path(subcloud_id: int | None) -> str:
    return f"/sw-update-options/{DEFAULT if subcloud_id is None else numbered('subcloud_id', subcloud_id)}"


def _one_of(name: str, word: str, words: tuple[str, ...]) -> str:
    if word not in words:
        raise BadValue(f"{name} is one of {', '.join(words)}")
    return word
