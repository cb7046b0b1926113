"""Link states with their evidence: no alarm alone is no link, and nobody may say up who does not know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.badge import nic_badge
from network.choices import LinkEvidence, LinkState
from network.links import PortAlarm, PortFacts, link_of, names, upward
from sites.choices import NicStatus

UUID = "5a1d0000-0000-4000-8000-000000000001"


def port(
    *,
    name: str = "enp3s0f0",
    roles: tuple[str, ...] = ("oam",),
    classes: tuple[str, ...] = ("platform",),
    enabled: bool = True,
    measured: bool | None = None,
) -> PortFacts:
    return PortFacts(UUID, name, "controller-0", roles, classes, enabled, measured)


def about(what: str, alarm_id: str = "100.106") -> list[PortAlarm]:
    return [PortAlarm(alarm_id, f"host=controller-0.port={what}")]


@pytest.mark.parametrize("what", [UUID, "enp3s0f0", f"{UUID}.100", "enp3s0f0.100"])
def test_an_alarm_on_uuid_or_name_says_down(what: str) -> None:
    link = link_of(port(measured=True), about(what), alarms_known=True)
    assert (link.state, link.evidence, link.detail) == (LinkState.DOWN, LinkEvidence.ALARM, "alarm 100.106")


@pytest.mark.parametrize("what", ["enp3s0f1", "enp3s0f00", UUID[:-1], "enp3s0f0x.100"])
def test_an_alarm_on_another_port_says_nothing_of_this_one(what: str) -> None:
    assert link_of(port(), about(what), alarms_known=True).state == LinkState.UP


def test_the_same_name_on_another_host_is_another_port() -> None:
    assert not names("host=controller-1.port=enp3s0f0", port())
    assert names(f"host=controller-1.port={UUID}", port()), "a uuid means one port wherever it is named"


def test_a_watched_port_of_a_host_in_service_is_inferred_up() -> None:
    link = link_of(port(), [], alarms_known=True)
    assert (link.state, link.evidence) == (LinkState.UP, LinkEvidence.INFERRED)


def test_nothing_is_inferred_from_alarms_nobody_read() -> None:
    assert link_of(port(), [], alarms_known=False).state == LinkState.UNKNOWN


def test_nothing_is_inferred_of_a_locked_host() -> None:
    assert link_of(port(enabled=False), [], alarms_known=True).state == LinkState.UNKNOWN


def test_nobody_watches_an_sriov_port() -> None:
    link = link_of(port(roles=(), classes=("pci-sriov",)), [], alarms_known=True)
    assert (link.state, link.evidence) == (LinkState.UNKNOWN, LinkEvidence.NONE)


def test_the_exporter_sees_what_fm_does_not() -> None:
    for word, state in ((True, LinkState.UP), (False, LinkState.DOWN)):
        link = link_of(port(roles=(), classes=("pci-sriov",), measured=word), [], alarms_known=True)
        assert (link.state, link.evidence) == (state, LinkEvidence.MEASURED)


def test_a_silent_spare_port_is_not_down() -> None:
    link = link_of(port(roles=(), classes=("none",), measured=False), [], alarms_known=True)
    assert (link.state, link.detail) == (LinkState.UNKNOWN, "not in use")


@given(st.text(max_size=60))
def test_any_entity_is_understood_or_ignored(entity: str) -> None:
    assert names(entity, port()) in (True, False)


def test_roles_come_from_the_bond_and_vlan_above() -> None:
    used_by = {"enp3s0f0": ["bond0"], "bond0": ["vlan10"], "vlan10": ["bond0"]}
    assert upward("enp3s0f0", used_by) == {"enp3s0f0", "bond0", "vlan10"}


def test_the_badge_is_as_bad_as_the_worst_link_and_never_green_without_one_up() -> None:
    up, down, unknown = LinkState.UP, LinkState.DOWN, LinkState.UNKNOWN
    assert nic_badge([up, down, unknown]).status == NicStatus.ERROR
    assert nic_badge([up, up]).status == NicStatus.OK
    assert nic_badge([up, unknown]).status == NicStatus.PARTLY, "what nobody knows is not hidden behind what is up"
    assert nic_badge([unknown]).status == NicStatus.UNKNOWN
    assert nic_badge([]).status == NicStatus.NONE
