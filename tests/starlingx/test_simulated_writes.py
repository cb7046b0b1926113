"""Orders to the simulated System Controller, which shares no code with us."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import pytest_asyncio

from starlingx.dcmanager import DcManager
from starlingx.dcmanager_writes import DcManagerWrites
from starlingx.errors import Forbidden, NotFound, Refused
from starlingx.session import CloudSession, Connector, Credentials
from tests.fixtures.fleet import Simulator

OPERATOR = Credentials("portal-operator", "operator-secret")
READER = Credentials("portal-reader", "reader-secret")


@pytest.fixture(scope="module")
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=30, controllers=1, seed=11, speed=60)


@pytest_asyncio.fixture
async def central(fleet: Simulator, connector: Connector) -> CloudSession:
    return CloudSession(connector, auth_url=fleet.auth_url(), credentials=OPERATOR)


async def test_a_group_is_made_changed_filled_and_removed(central: CloudSession) -> None:
    writes, reads = DcManagerWrites(central), DcManager(central)
    made = await writes.create_group(
        "dcportal-1", description="A wave of the portal", update_apply_type="parallel", max_parallel_subclouds=7
    )
    assert (await reads.group(made.id)).max_parallel_subclouds == 7
    with pytest.raises(Refused, match="name already exists") as twice:
        await writes.create_group("dcportal-1", description="d", update_apply_type="serial", max_parallel_subclouds=1)
    assert not twice.value.outcome_unknown

    changed = await writes.update_group(made.id, description="Another", update_apply_type="serial")
    assert (changed.description, changed.update_apply_type, changed.max_parallel_subclouds) == ("Another", "serial", 7)

    subcloud = (await reads.subclouds())[0]
    moved = await writes.describe_subcloud(subcloud.id, group_id=made.id, description="é <b>", location="")
    assert (moved.group_id, moved.description, moved.location) == (made.id, "é <b>", "")
    assert [member.id for member in await reads.group_subclouds(made.id)] == [subcloud.id]
    with pytest.raises(Refused, match="not empty"):
        await writes.delete_group(made.id)
    await writes.describe_subcloud(subcloud.id, group_id=subcloud.group_id)
    await writes.delete_group(made.id)
    with pytest.raises(NotFound):
        await reads.group(made.id)


async def test_a_subcloud_is_unmanaged_renamed_and_managed(central: CloudSession) -> None:
    writes, reads = DcManagerWrites(central), DcManager(central)
    subcloud = next(
        s
        for s in await reads.subclouds()
        if (s.management_state, s.availability_status, s.deploy_status) == ("managed", "online", "complete")
    )
    unmanaged = await writes.unmanage_subcloud(subcloud.id)
    assert unmanaged.management_state == "unmanaged"
    with pytest.raises(Refused, match=r"422.*already unmanaged"):
        await writes.unmanage_subcloud(subcloud.id)
    assert (await writes.rename_subcloud(subcloud.id, "renamed-1")).name == "renamed-1"
    with pytest.raises(Refused):
        await writes.rename_subcloud(subcloud.id, "Not A Name")
    with pytest.raises(Refused, match="powered down"):
        await writes.delete_subcloud(subcloud.id)
    assert (await writes.manage_subcloud(subcloud.id)).management_state == "managed"
    assert (await reads.subcloud(subcloud.id)).name == "renamed-1"


async def test_a_reader_is_forbidden_to_order(fleet: Simulator, connector: Connector) -> None:
    reader = CloudSession(connector, auth_url=fleet.auth_url(), credentials=READER)
    with pytest.raises(Forbidden) as refused:
        await DcManagerWrites(reader).unmanage_subcloud(1)
    assert not refused.value.outcome_unknown
