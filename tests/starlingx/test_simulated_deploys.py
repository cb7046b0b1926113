"""A site is brought up, stopped, taken on and changed at the simulated System Controller."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio

from starlingx.bodies import BYTES, File
from starlingx.dcmanager import DcManager
from starlingx.dcmanager_writes import DcManagerWrites, DeployInputs, NewNetwork, NewOptions
from starlingx.errors import NotFound, Refused
from starlingx.records import Subcloud
from starlingx.secret import Secret
from starlingx.session import CloudSession, Connector, Credentials
from starlingx.strategies import Strategies
from tests.fixtures.fleet import Simulator

PASSWORD = Secret("Sysadmin*4")
LONGEST = 60.0


@dataclass(frozen=True)
class Central:
    """Orders to the System Controller, and looks at what came of them."""

    writes: DcManagerWrites
    reads: DcManager
    session: CloudSession

    async def until(self, number: int, *statuses: str) -> Subcloud:
        """The subcloud when its deploy-status is one of these. Fails after a minute, and at any failure."""
        async with asyncio.timeout(LONGEST):
            while True:
                subcloud = await self.reads.subcloud(number)
                if subcloud.deploy_status in statuses:
                    return subcloud
                assert "failed" not in subcloud.deploy_status, subcloud.error_description
                await asyncio.sleep(0.1)  # the condition is elsewhere: it can only be asked again


@pytest.fixture(scope="module")
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=12, controllers=1, seed=21, speed=1200)


@pytest_asyncio.fixture
async def central(fleet: Simulator, connector: Connector) -> Central:
    credentials = Credentials("portal-operator", "operator-secret")
    session = CloudSession(connector, auth_url=fleet.auth_url(), credentials=credentials)
    return Central(DcManagerWrites(session), DcManager(session), session)


def bootstrap_values(number: int) -> bytes:
    return f"""\
name: new-{number}
system_mode: simplex
management_subnet: 10.230.{number}.0/24
management_start_address: 10.230.{number}.2
management_end_address: 10.230.{number}.50
management_gateway_address: 10.230.{number}.1
systemcontroller_gateway_address: 192.168.204.101
external_oam_subnet: 10.231.{number}.0/24
external_oam_gateway_address: 10.231.{number}.1
external_oam_floating_address: 10.231.{number}.2
""".encode()


def inputs(number: int, **more: object) -> DeployInputs:
    return DeployInputs(
        bootstrap_values=bootstrap_values(number),
        bootstrap_address=f"10.231.{number}.3",
        deploy_config=b"apiVersion: starlingx.windriver.com/v1\nkind: System\n",
        **more,  # type: ignore[arg-type]  # one of its fields
    )


async def test_a_site_is_added_and_deployed_to_the_end(central: Central) -> None:
    added = await central.writes.add_subcloud(inputs(1, sysadmin_password=PASSWORD, group_id=1))
    assert (added.name, added.management_state) == ("new-1", "unmanaged")
    assert added.deploy_status in ("not-deployed", "creating")  # at this speed it may have begun before the answer
    deployed = await central.until(added.id, "complete")
    assert deployed.management_start_ip == "10.230.1.2"
    with pytest.raises(Refused, match="409") as twice:
        await central.writes.add_subcloud(inputs(1, sysadmin_password=PASSWORD))
    assert not twice.value.outcome_unknown


async def test_a_site_is_brought_up_phase_by_phase(central: Central) -> None:
    created = await central.writes.deploy_create(inputs(2))
    assert created.deploy_status == "create-complete"
    with pytest.raises(Refused, match="400"):
        await central.writes.deploy_complete(created.id)
    password = DeployInputs(sysadmin_password=PASSWORD)
    begun = await central.writes.deploy_bootstrap(created.id, password)
    assert begun.deploy_status == "pre-bootstrap"
    await central.until(created.id, "bootstrap-complete")
    assert (await central.writes.deploy_configure(created.id, password)).deploy_status == "pre-config"
    await central.until(created.id, "complete")


async def test_a_deployment_is_aborted_and_taken_on(central: Central) -> None:
    created = await central.writes.deploy_create(inputs(3))
    password = DeployInputs(sysadmin_password=PASSWORD)
    await central.writes.deploy_bootstrap(created.id, password)
    await central.until(created.id, "bootstrapping")
    assert (await central.writes.deploy_abort(created.id)).deploy_status == "aborting-bootstrap"
    await central.until(created.id, "bootstrap-aborted")
    assert (await central.writes.deploy_resume(created.id, password)).deploy_status == "pre-bootstrap"
    await central.until(created.id, "complete")


async def test_a_network_is_changed_and_a_site_removed(central: Central) -> None:
    created = await central.writes.deploy_create(inputs(4, group_id=1))
    with pytest.raises(NotFound):
        await central.writes.delete_options(created.id)
    options = await central.writes.set_options(created.id, NewOptions(alarm_restriction_type="strict"))
    assert (options.subcloud_id, options.alarm_restriction_type) == (created.id, "strict")
    assert created.id in [each.subcloud_id for each in await Strategies(central.session).options()]
    network = NewNetwork(
        management_subnet="10.232.4.0/24",
        management_gateway_ip="10.232.4.1",
        management_start_ip="10.232.4.2",
        management_end_ip="10.232.4.50",
        bootstrap_address="10.231.4.3",
    )
    await central.writes.reconfigure_network(created.id, network, PASSWORD)
    changed = await central.until(created.id, "complete")
    assert changed.management_subnet == "10.232.4.0/24"
    await central.writes.delete_subcloud(created.id)
    with pytest.raises(NotFound):
        await central.reads.subcloud(created.id)


async def test_files_of_the_deployment_manager_are_kept_for_a_release(central: Central) -> None:
    playbook, chart = File(b"- hosts: all\n", "dm.yaml"), File(b"\x1f\x8b", "dm.tgz", BYTES)
    await central.writes.upload_deploy_files(playbook=playbook, chart=chart)
    files = await central.reads.deploy_files()
    assert (files.deploy_playbook, files.deploy_chart, files.deploy_overrides) == ("dm.yaml", "dm.tgz", "")
    await central.writes.delete_deploy_files(release=files.software_version, deployment_files=True)
    assert (await central.reads.deploy_files(files.software_version)).deploy_chart == ""
