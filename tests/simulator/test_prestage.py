"""Prestaging one subcloud."""

from collections.abc import Callable, Iterator

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import Answer, Dcmanager
from tests.simulator.quiet import PASSWORD, healthy, quiet_fleet, site_of
from tests.simulator.site_calls import Row
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def quick(start_simulator: Callable[..., Simulator]) -> Iterator[Simulator]:
    fleet = quiet_fleet(start_simulator)
    yield fleet
    fleet.child.stop()


@pytest.fixture
def dcm(quick: Simulator) -> Dcmanager:
    return Dcmanager(quick.url)


def prestage(dcm: Dcmanager, row: Row, **fields: str) -> Answer:
    body = {"sysadmin_password": PASSWORD, "force": "false", **fields}
    return dcm.send(f"/v1.0/subclouds/{row['id']}/prestage", body, "PATCH")


def reached(dcm: Dcmanager, row: Row, status: str) -> Row:
    wait_until(lambda: dcm.subcloud(row["id"])["prestage-status"] == status, timeout=30)
    return dcm.subcloud(row["id"])


def test_for_install(quick: Simulator, dcm: Dcmanager) -> None:
    (row,) = healthy(quick, "simplex", **{"prestage-status": None})
    answer = prestage(dcm, row, for_install="true")
    assert answer.status == 200
    assert (answer.json()["prestage-status"], answer.json()["prestage-software-version"]) == ("prestaging", "26.09")
    assert reached(dcm, row, "complete")["prestage-versions"] == "for-install:26.09"


def test_for_software_deploy_copies_releases(quick: Simulator, dcm: Dcmanager) -> None:
    (row,) = healthy(quick, "duplex", **{"prestage-status": None, "software-version": "26.09"})
    quick.control("controller-release", {"controller": 1, "release": "starlingx-26.09.2"})
    site = site_of(quick, row)
    path = "/usm/v1/release/starlingx-26.09.2/is_available"
    assert site.get(path).status == 404
    answer = prestage(dcm, row, for_sw_deploy="true", release="26.09")
    assert answer.status == 200
    busy = prestage(dcm, row, for_sw_deploy="true")
    assert (busy.status, "prestage-status is prestaging" in busy.json()["description"]) == (409, True)
    assert reached(dcm, row, "complete")["prestage-versions"] == "for-sw-deploy:26.09.2"
    assert site.get(path).json() is True


def test_fault(quick: Simulator, dcm: Dcmanager) -> None:
    (row,) = healthy(quick, "simplex")
    fault = quick.control("faults", {"kind": "prestage-fails", "controller": 1, "subcloud": row["name"]})["id"]
    assert prestage(dcm, row).status == 200
    assert "prestaging" in reached(dcm, row, "failed")["error-description"]
    quick.control(f"faults/{fault}", method="DELETE")
    assert prestage(dcm, row).status == 200
    reached(dcm, row, "complete")


def test_alarms_stop_it_unless_forced(quick: Simulator, dcm: Dcmanager) -> None:
    (row,) = healthy(quick, "simplex")
    site_of(quick, row).raise_alarm("250.001", "host=controller-0", "major")
    refused = prestage(dcm, row)
    assert (refused.status, "alarm" in refused.json()["description"]) == (400, True)
    assert prestage(dcm, row, force="true").status == 200


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"sysadmin_password": "abc"}, "base64"),
        ({"force": "maybe"}, "force"),
        ({"for_install": "true", "for_sw_deploy": "true"}, "one of"),
        ({"release": "26.09.1"}, "MM.mm"),
        ({"release": "24.03", "for_sw_deploy": "true"}, "software deploy"),
        ({"release": "26.03", "for_sw_deploy": "true"}, "not deployed"),
    ],
)
def test_nonsense_is_refused(quick: Simulator, dcm: Dcmanager, fields: dict[str, str], word: str) -> None:
    answer = prestage(dcm, healthy(quick)[0], **fields)
    assert (answer.status, word in answer.json()["description"]) == (400, True)


def test_states_that_do_not_allow_it(quick: Simulator, dcm: Dcmanager) -> None:
    for wanted in ({"availability-status": "offline"}, {"management-state": "unmanaged", "deploy-status": "complete"}):
        assert prestage(dcm, dcm.pick(wanted)).status == 400
    row = healthy(quick)[0]
    numbers = {"force": False, "sysadmin_password": PASSWORD}
    assert dcm.send(f"/v1.0/subclouds/{row['id']}/prestage", numbers, "PATCH").status == 400
    fault = quick.control("faults", {"kind": "controller-deploying", "controller": 1})["id"]
    refused = prestage(dcm, row)
    assert (refused.status, "software deployment in progress" in refused.json()["description"]) == (400, True)
    quick.control(f"faults/{fault}", method="DELETE")
    assert prestage(Dcmanager(quick.url, user="portal-reader"), row).status == 403
