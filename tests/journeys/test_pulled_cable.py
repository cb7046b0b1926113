"""A pulled cable: told by the exporter where there is one, by an alarm where StarlingX raises one, else unknown."""

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest

from tests.journeys.installation import Installation, Row
from tests.journeys.person import Person
from tests.waiting import wait_until

SRIOV, OAM = "enp177s0f1", "eno1"
HOST = "controller-0"


def has_exporter(calm: Installation, row: Row) -> bool:
    """Whether a NIC metrics exporter runs there: as the site's own Kubernetes says."""
    url = f"{calm.simulator.url}/c1/s{row['dcmanager_id']}/kube/api/v1/pods?labelSelector=app%3Dnime-app"
    request = Request(url, headers={"Authorization": "Bearer kube-reader-token"})
    with urlopen(request, timeout=10) as answer:
        return bool(json.load(answer)["items"])


def port(calm: Installation, row: Row, name: str) -> Row:
    rows = calm.rows("ports", subcloud=row["id"])
    return next(each for each in rows if each["name"] == name and each["hostname"] == HOST)


def sriov_class(calm: Installation, row: Row) -> str:
    return str(port(calm, row, SRIOV)["ifclass"])


@pytest.fixture(scope="module")
def sites(calm: Installation) -> dict[bool, Row]:
    """A quiet site with an exporter (True) and one without; on both the port is pci-sriov."""
    rows = [row for row in calm.quiet() + calm.quiet(8) if sriov_class(calm, row) == "pci-sriov"]
    found = {has_exporter(calm, row): row for row in rows}
    assert set(found) == {True, False}
    return found


@pytest.fixture
def pulled(calm: Installation) -> Iterator["Cables"]:
    cables = Cables(calm)
    yield cables
    cables.plug_all()


class Cables:
    """Pulls cables, and puts them back."""

    def __init__(self, calm: Installation) -> None:
        self.calm = calm
        self.faults: list[Row] = []

    def __call__(self, row: Row, port_name: str) -> None:
        options = {"host": HOST, "port": port_name}
        self.faults.append(self.calm.inject("cable-pulled", subcloud=row["dcmanager_id"], options=options))

    def plug_all(self) -> None:
        while self.faults:
            self.calm.lift(self.faults.pop())


def until_link(calm: Installation, row: Row, name: str, state: str, evidence: str) -> Row:
    def changed() -> Row:
        told = port(calm, row, name)
        assert (told["link_state"], told["link_evidence"]) == (state, evidence), (
            told["link_state"], told["link_evidence"], told["link_detail"],
        )  # fmt: skip
        return told

    return wait_until(changed, timeout=40, every=0.3, what=f"{name} of {row['name']} is {state} ({evidence})")


def test_where_the_exporter_measures_it_is_down(calm: Installation, sites: dict[bool, Row], pulled: Cables) -> None:
    row = sites[True]
    until_link(calm, row, SRIOV, "up", "measured")
    pulled(row, SRIOV)
    told = until_link(calm, row, SRIOV, "down", "measured")
    assert told["link_detail"]
    assert told["measured_at"]
    assert calm.detail(row["id"])["nic_status"] == "error"
    assert_no_alarm(calm, row)
    assert_page_shows(calm, row, told["id"], "down", "measured")
    pulled.plug_all()
    until_link(calm, row, SRIOV, "up", "measured")


def test_where_nothing_watches_it_is_unknown(calm: Installation, sites: dict[bool, Row], pulled: Cables) -> None:
    row = sites[False]
    before = until_link(calm, row, SRIOV, "unknown", "none")
    pulled(row, SRIOV)
    pulled(row, OAM)  # what happens later says that the first was seen, had it been seen
    until_link(calm, row, OAM, "down", "alarm")
    told = until_link(calm, row, SRIOV, "unknown", "none")
    assert told["measured_at"] is None
    assert_page_shows(calm, row, before["id"], "unknown", "none")


def test_an_oam_port_is_down_by_alarm(calm: Installation, sites: dict[bool, Row], pulled: Cables) -> None:
    row = sites[False]
    until_link(calm, row, OAM, "up", "inferred")
    pulled(row, OAM)
    told = until_link(calm, row, OAM, "down", "alarm")
    assert "100.10" in told["link_detail"], "names the alarm that says so"
    assert_page_shows(calm, row, told["id"], "down", "alarm")
    pulled.plug_all()
    until_link(calm, row, OAM, "up", "inferred")


def assert_no_alarm(calm: Installation, row: Row) -> None:
    told = calm.rows("alarms", subcloud=row["id"])
    assert [each for each in told if SRIOV in each["entity_instance_id"]] == []


def assert_page_shows(calm: Installation, row: Row, pk: int, link: str, evidence: str) -> None:
    text = Person(calm.portal).page(f"/subclouds/{row['id']}/")
    at = text.index(f'data-port="{pk}"')
    markup = text[text.rindex("<", 0, at) : text.index(">", at)]
    assert f'data-link="{link}"' in markup, markup
    assert f'data-evidence="{evidence}"' in markup, markup
