"""What a cloud says of itself: its health query, a text in a JSON string, and its Kubernetes versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starlingx.errors import Unexpected
from starlingx.records import read_health
from starlingx.session import CloudSession
from starlingx.sysinv import SysInv
from tests.starlingx.replay import Replay, recorded, spoken

TEXT = """System Health:
All hosts are provisioned: [OK]
All hosts are unlocked/enabled: [Fail]
Locked or disabled hosts: controller-1
No alarms: [Fail]
[2] alarms found, [1] of which are management affecting and [0] are certificate expiration alarms. Use "fm alarm-list"
All kubernetes nodes are ready: [OK]
Something new: [Perhaps]
"""


def test_checks_by_name_with_what_is_said_below_them() -> None:
    checks = {check.name: check for check in read_health(TEXT)}
    assert list(checks) == [
        "All hosts are provisioned", "All hosts are unlocked/enabled", "No alarms", "All kubernetes nodes are ready",
        "Something new",
    ]  # fmt: skip
    assert [name for name, check in checks.items() if not check.ok] == [
        "All hosts are unlocked/enabled", "No alarms", "Something new",
    ]  # fmt: skip
    assert checks["All hosts are unlocked/enabled"].detail == "Locked or disabled hosts: controller-1"
    assert checks["No alarms"].detail.startswith("[2] alarms found, [1] of which")
    assert checks["Something new"].word == "Perhaps"


@pytest.mark.parametrize("body", [None, {}, [], 7, "", "all is well", {"health": TEXT}])
def test_what_holds_no_check_is_no_answer(body: object) -> None:
    with pytest.raises(Unexpected):
        read_health(body)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        checks = read_health(text + "\nAll kubernetes nodes are ready: [OK]\n")
    except Unexpected:
        return
    assert all(len(check.name) <= 200 and len(check.detail) <= 300 for check in checks)


async def test_the_query_that_upgrades_ask_for(session: CloudSession, replay: Replay) -> None:
    replay.answers["sysinv/v1/health/kube-upgrade"] = spoken(TEXT)
    assert len(await SysInv(session).health()) == 5


async def test_kubernetes_versions_as_recorded(session: CloudSession, replay: Replay) -> None:
    replay.answers["sysinv/v1/kube_versions"] = recorded("sysinv", "kube_versions.json")
    found = await SysInv(session).kube_versions()
    assert [(each.version, each.state, each.target) for each in found] == [
        ("v1.31.5", "unavailable", False), ("v1.32.2", "active", True), ("v1.33.0", "available", False),
    ]  # fmt: skip
