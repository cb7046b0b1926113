"""Calls about the strategy of a System Controller, and fleets made ready for one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import Answer, Dcmanager
from tests.simulator.quiet import PASSWORD, quiet_fleet
from tests.simulator.site_calls import Row
from tests.waiting import wait_until

PATH = "/v1.0/sw-update-strategy"
RELEASE = "starlingx-26.09.2"
OVER = ("complete", "failed", "aborted")


@dataclass(slots=True)
class Campaign:
    """A fleet whose controllers run a patch that its sites do not."""

    fleet: Simulator
    controller: int = 1

    @property
    def dcm(self) -> Dcmanager:
        return Dcmanager(self.fleet.url, self.controller)

    def create(self, **body: Any) -> Answer:
        fields = {name.replace("_", "-") if name in HYPHENS else name: value for name, value in body.items()}
        return self.dcm.send(PATH, {"type": "sw-deploy", **fields})

    def deploy(self, **body: Any) -> Answer:
        """A software strategy that prestages what it needs."""
        return self.create(release_id=RELEASE, with_prestage=True, sysadmin_password=PASSWORD, **body)

    def act(self, action: str) -> Answer:
        return self.dcm.send(f"{PATH}/actions", {"action": action})

    def delete(self) -> Answer:
        return self.dcm.ask(PATH, "DELETE")

    def row(self) -> Row:
        row: Row = self.dcm.ask(PATH).json()
        return row

    def steps(self) -> list[Row]:
        rows: list[Row] = self.dcm.ask(f"{PATH}/steps").json()["strategy-steps"]
        return rows

    def states(self) -> dict[str, str]:
        return {step["cloud"]: step["state"] for step in self.steps()}

    def over(self, timeout: float = 60) -> Row:
        """The strategy once it has ended."""
        wait_until(lambda: self.row()["state"] in OVER, timeout=timeout)
        return self.row()

    def gone(self, timeout: float = 60) -> None:
        wait_until(lambda: self.dcm.ask(PATH).status == 404, timeout=timeout)

    def subclouds(self, names: Iterable[str]) -> list[Row]:
        wanted = set(names)
        return [row for row in self.dcm.subclouds() if row["name"] in wanted]

    def known(self, name: str) -> Row:
        """The row of a site once its software's status is known: after a reboot it is not, until the next audit."""
        wait_until(lambda: software(self.subclouds([name])[0]) != "unknown", what=f"the status of {name} is known")
        (row,) = self.subclouds([name])
        return row

    def all_out_of_sync(self) -> bool:
        """Every site that a strategy would take lacks the patch."""
        rows = {
            row["name"]: software(row)
            for row in self.dcm.subclouds()
            if (row["availability-status"], row["management-state"]) == ("online", "managed")
        }
        assert set(rows.values()) == {"out-of-sync"}, rows
        return True


HYPHENS = ("subcloud_apply_type", "max_parallel_subclouds", "stop_on_failure", "to_version", "expiry_date")


def software(row: Row) -> str:
    found: str = next(
        each["sync_status"] for each in row["endpoint_sync_status"] if each["endpoint_type"] == "software"
    )
    return found


def campaign(start: Callable[..., Simulator], **options: Any) -> Campaign:
    """Alarms that come and go are off, those that would block are cleared, and no subcloud has options of its own."""
    fleet = quiet_fleet(start, **options)
    for cloud in fleet.control("clouds")["clouds"]:
        if cloud["id"]:
            _clear_blocking(fleet, {"controller": cloud["controller"], "subcloud": cloud["id"]})
    everywhere = [Campaign(fleet, number) for number in range(1, options.get("controllers", 1) + 1)]
    for each in everywhere:
        each.delete()
        each.gone()
        for row in each.dcm.ask("/v1.0/sw-update-options").json()["sw-update-options"][1:]:
            each.dcm.ask(f"/v1.0/sw-update-options/{row['subcloud-id']}", "DELETE")
        fleet.control("controller-release", {"controller": each.controller, "release": RELEASE})
    for each in everywhere:
        wait_until(each.all_out_of_sync)
    return everywhere[0]


def _clear_blocking(fleet: Simulator, key: Row) -> None:
    for alarm in fleet.control(f"clouds/{key['controller']}/{key['subcloud']}/alarms")["alarms"]:
        if alarm["mgmt_affecting"] == "True":
            fleet.control("alarms", key | {k: alarm[k] for k in ("alarm_id", "entity_instance_id")}, "DELETE")
