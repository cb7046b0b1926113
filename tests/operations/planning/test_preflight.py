"""From a sheet to verdicts, and from a verdict to what is sent."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from operations.planning.fleet import FleetPlan
from operations.planning.places_of_sites import group_of
from operations.planning.preflight import Verdict, check, hash_of, payload
from operations.planning.run_secrets import SecretMisfit, misfits, needed
from operations.planning.sheets import SiteRow
from operations.planning.templates import read_template
from tests.operations.planning.site_template import BOOTSTRAP, CONFIG, HEADER, INSTALL, SECRETS, line, rows, template
from tests.operations.planning.values import FLEET

KNOWN = replace(FLEET, releases_with_image=frozenset({"26.09"}))


def verdicts(*lines: str, fleet: FleetPlan = KNOWN, **defaults: str) -> list[Verdict]:
    return check(rows(*lines), template(), fleet, defaults, SECRETS)


def messages(verdict: Verdict) -> list[str]:
    return [problem.message for problem in verdict.problems]


def test_it_works() -> None:
    [verdict] = verdicts(line(7, vlan="128"))
    assert (verdict.ok, verdict.problems, verdict.warnings) == (True, (), ())
    assert (verdict.row, verdict.name, verdict.kind, verdict.hosts) == (2, "cell-0007", "AIO-SX", 1)
    assert (verdict.release, verdict.group_id, verdict.bootstrap_address) == ("26.09", 2, "10.97.0.8")
    assert verdict.position == (41.15, -8.61)
    assert verdict.phases == ("create", "install", "bootstrap", "configure")


def test_the_payload_is_shown_without_secrets() -> None:
    [verdict] = verdicts(line(7))
    shown = json.loads(json.dumps(verdict.payload))
    assert shown["form"] == {
        "bootstrap-address": "10.97.0.8",
        "release": "26.09",
        "group_id": "2",
        "sysadmin_password": "[hidden]",
        "bmc_password": "[hidden]",
    }
    assert shown["bootstrap_values"]["name"] == "cell-0007"
    assert shown["bootstrap_values"]["location"] == "Porto"
    assert shown["bootstrap_values"]["docker_registries"]["k8s.gcr.io"]["password"] == "[hidden]"
    assert shown["deploy_config"][0]["data"] == {"username": "[hidden]", "password": "[hidden]"}
    assert shown["deploy_config"][1]["spec"]["mtu"] == 1500


def test_six_bad_rows_among_good_ones() -> None:
    bad = {
        3: line(3, name="Cell_3"),
        5: line(5, mode="triplex"),
        8: line(8, oam="10.10.20"),
        9: line(9, net="192.168.100"),
        12: line(12, bmc=""),
        20: line(20, group="Wset"),
    }
    found = verdicts(*(bad.get(number, line(number)) for number in range(1, 41)))
    assert {verdict.row - 1: messages(verdict) != [] for verdict in found if not verdict.ok} == dict.fromkeys(bad, True)
    assert 'did you mean "West"?' in messages(found[19])[0]
    assert 'overlaps that of subcloud "cell-0"' in messages(found[8])[0]
    assert "Column bmc has no value" in messages(found[11])[0]


def test_rows_that_overlap_are_both_refused() -> None:
    found = verdicts(line(1), line(2, net="172.16.1"), line(3))
    assert [verdict.ok for verdict in found] == [False, False, True]
    assert "row 3" in messages(found[0])[0]


def test_problems_of_reading_a_row_stay() -> None:
    [verdict] = verdicts(line(1, location="=1+A1"))
    assert "formula" in messages(verdict)[0]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"latitude": "91"}, "no latitude"),
        ({"latitude": "nan"}, "no latitude"),
        ({"longitude": ""}, "Give both"),
        ({"group": "99"}, "There is no group"),
    ],
)
def test_facts_of_a_row(changed: dict[str, str], says: str) -> None:
    [verdict] = verdicts(line(1, **changed))
    assert any(says in message for message in messages(verdict))


@pytest.mark.parametrize(("group", "identity"), [("West", 2), ("2", 2), ("", 1)])
def test_a_group_by_name_or_number(group: str, identity: int) -> None:
    assert verdicts(line(1, group=group))[0].group_id == identity


def test_a_group_that_cannot_be_looked_up() -> None:
    unread = replace(KNOWN, groups=None)
    assert verdicts(line(1, group="7"), fleet=unread)[0].group_id == 7
    assert "have not been read" in messages(verdicts(line(1), fleet=unread)[0])[0]


@pytest.mark.parametrize("spelt", [lambda number: "region-wst-grp-1", lambda number: f"region-wst-grp-{number}"])
def test_misspelt_groups_take_no_long_time(spelt: Callable[[int], str]) -> None:
    """Ten thousand texts compared with four hundred names take minutes: each is looked up once, and few are."""
    many = replace(KNOWN, groups={number: f"region-west-group-{number:03}" for number in range(2, 400)})
    found = [SiteRow(number, {"group": spelt(number)}) for number in range(2, 10_000)]
    began = time.process_time()
    said = [group_of(row.cells, many)[1][0].message for row in found]
    assert time.process_time() - began < 5
    assert "did you mean" in said[0]
    assert "did you mean" in said[-1] or "there are region-west-group-002" in said[-1]


def test_releases() -> None:
    assert "no image of release 26.03" in messages(verdicts(line(1), release="26.03")[0])[0]
    assert "supported are 26.09, 26.03" in messages(verdicts(line(1), release="24.09")[0])[0]
    assert "write it like" in messages(verdicts(line(1), release="v26")[0])[0]


def test_defaults_stand_for_blank_cells() -> None:
    found = verdicts(line(1, mode="", prefix=""), line(2), mode="duplex", prefix="23")
    assert [verdict.kind for verdict in found] == ["AIO-DX", "AIO-SX"]
    shown = json.loads(json.dumps([verdict.payload for verdict in found]))
    assert [each["install_values"]["bootstrap_address_prefix"] for each in shown] == [23, 24]


def test_warnings() -> None:
    alone = read_template(BOOTSTRAP)
    row = replace(rows(line(1, latitude="", longitude=""))[0])
    cells = dict(row.cells) | {"bootstrap_address": "10.97.0.2"}
    [verdict] = check([SiteRow(2, cells)], alone, FleetPlan(groups={2: "West"}), {}, ["sysadmin_password"])
    assert verdict.ok
    assert [warning.field for warning in verdict.warnings] == [
        "bootstrap_values/docker_registries/k8s.gcr.io/password",
        "install_values",
        "deploy_config",
        "release",
        "bootstrap_values/systemcontroller_gateway_address",
        "latitude",
    ]
    assert verdict.phases == ("create", "bootstrap")


def test_a_bmc_password_is_missed() -> None:
    [verdict] = check(rows(line(1)), template(), KNOWN, {})
    assert "The secret bmc_password is missing: give it for the run." in [each.message for each in verdict.warnings]


def test_an_address_for_ssh_is_needed_without_install_values() -> None:
    cells = rows(line(1))[0].cells
    alone = read_template(BOOTSTRAP)
    assert "bootstrap_address is missing" in str(check([SiteRow(2, cells)], alone, KNOWN, {})[0].problems)
    other = SiteRow(2, dict(cells) | {"bootstrap_address": "10.1.1.1"})
    assert "differs from" in str(check([other], template(), KNOWN, {})[0].problems)


def test_a_template_with_problems_lets_nothing_pass() -> None:
    [verdict] = check(rows(line(1)), template(BOOTSTRAP + "token: x\n"), KNOWN, {})
    assert not verdict.ok


def test_what_is_sent_is_what_was_checked() -> None:
    [row] = rows(line(7))
    [verdict] = check([row], template(), KNOWN, {})
    sent = payload(row, template(), SECRETS, defaults={}, release=verdict.release, group_id=verdict.group_id)
    assert sent.digest == verdict.digest
    assert sent.fields == {
        "bootstrap-address": "10.97.0.8",
        "release": "26.09",
        "group_id": "2",
        "sysadmin_password": base64.b64encode(b"sysadmin-Pw-1*").decode(),
        "bmc_password": base64.b64encode(b"bmc-Pw-2*: [x]").decode(),
    }
    bootstrap = yaml.safe_load(sent.files["bootstrap_values"])
    assert bootstrap["docker_registries"]["k8s.gcr.io"]["password"] == "registry-Pw-3*\n- a: b"
    assert bootstrap["name"] == "cell-0007"
    assert "bmc_password" not in yaml.safe_load(sent.files["install_values"])
    secret, host = yaml.safe_load_all(sent.files["deploy_config"])
    assert base64.b64decode(secret["data"]["password"]) == b"bmc-Pw-5*"
    assert host["spec"]["label"] == "1500"


def test_addresses_are_sent_as_dcmanager_reads_them() -> None:
    """It splits both families at the comma and takes no blank: what people write around it is not sent."""
    dual = BOOTSTRAP.replace("${net}.0/24", "'${net}.0/24, FD01::/64'").replace("${net}.2\n", "${net}.2 , FD01::0:2\n")
    dual = dual.replace("${net}.50", "${net}.50, fd01::50").replace("${net}.1\n", "${net}.1, fd01::1\n")
    install = INSTALL.replace("bmc_address: ${bmc}", "bmc_address: ' ${bmc} '\nnexthop_gateway: '10.97.0.1 '")
    known, [row] = template(dual, install), rows(line(7))
    [verdict] = check([row], known, KNOWN, {}, SECRETS)
    assert verdict.problems == ()
    sent = payload(row, known, SECRETS, defaults={}, release=verdict.release, group_id=verdict.group_id)
    assert sent.digest == verdict.digest
    for name, wanted in {
        "bootstrap_values": {
            "management_subnet": "172.16.7.0/24,fd01::/64", "management_start_address": "172.16.7.2,fd01::2",
            "management_end_address": "172.16.7.50,fd01::50", "management_gateway_address": "172.16.7.1,fd01::1",
        },
        "install_values": {"bmc_address": "10.64.0.8", "nexthop_gateway": "10.97.0.1"},
    }.items():  # fmt: skip
        shown = json.loads(json.dumps(verdict.payload[name]))
        assert {key: shown[key] for key in wanted} == wanted
        assert {key: yaml.safe_load(sent.files[name])[key] for key in wanted} == wanted


def test_a_payload_does_not_show_itself() -> None:
    sent = payload(rows(line(7))[0], template(), SECRETS, defaults={})
    assert not any(secret in repr(sent) for secret in SECRETS.values())


def test_digests_tell_plans_apart() -> None:
    one, other = verdicts(line(1), line(2))
    assert one.digest != other.digest
    assert verdicts(line(1))[0].digest == one.digest
    assert verdicts(line(1, mtu="9000"))[0].digest != one.digest
    assert verdicts(line(1, group="Default"))[0].digest != one.digest
    assert hash_of([one, other]) != hash_of([other, one])
    assert hash_of([one]) == hash_of([one, *verdicts(line(2, name="X"))])
    assert hash_of([one], {"limit": 10}) != hash_of([one], {"limit": 11})


def test_secrets_that_are_missing_or_have_no_place() -> None:
    assert needed(template()) == tuple(SECRETS)
    assert misfits(template(), SECRETS) == []
    by_name = {"sysadmin_password", "bmc_password", "password", "username"}
    assert misfits(template(), by_name) == []
    assert [problem.field for problem in misfits(template(), {*by_name, "wifi_password"})] == ["wifi_password"]
    with pytest.raises(SecretMisfit) as caught:
        payload(rows(line(7))[0], template(), {"bmc_password": "hunter22", "token": "hunter23"}, defaults={})
    assert "sysadmin_password" in str(caught.value)
    assert "hunter" not in str(caught.value)


def test_a_path_goes_before_a_name() -> None:
    given = SECRETS | {"password": "the-other"}
    secret = next(
        iter(yaml.safe_load_all(payload(rows(line(7))[0], template(), given, defaults={}).files["deploy_config"]))
    )
    assert base64.b64decode(secret["data"]["password"]) == b"bmc-Pw-5*"


@given(st.text(st.characters(codec="utf-8"), max_size=60).filter(str.strip))
def test_any_text_survives_the_yaml_that_is_sent(text: str) -> None:
    row = SiteRow(2, dict(rows(line(7))[0].cells) | {"description": text})
    sent = payload(row, template(), SECRETS, defaults={})
    assert yaml.safe_load(sent.files["bootstrap_values"])["description"] == text


# Marked, since a chosen text may be a piece of a field's name.
hard = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40).map(lambda text: f"§{text}§")


@given(st.lists(hard, min_size=5, max_size=5, unique=True))
def test_secrets_reach_what_is_sent_and_nothing_that_is_kept(values: list[str]) -> None:
    secrets = dict(zip(SECRETS, values, strict=True))
    [row] = rows(line(7))
    [verdict] = check([row], template(), KNOWN, {}, secrets)
    sent = payload(row, template(), secrets, defaults={})
    kept = json.dumps(verdict.payload, ensure_ascii=False) + repr(verdict) + repr(sent)
    assert not any(value in kept for value in values)
    bootstrap = yaml.safe_load(sent.files["bootstrap_values"])
    assert bootstrap["docker_registries"]["k8s.gcr.io"]["password"] == values[2]


def test_thousands_of_rows_are_judged_in_seconds() -> None:
    many = rows(*(line(number) for number in range(2000)))
    started = time.process_time()
    found = check(many, template(config=CONFIG + "  more: [" + "x, " * 2000 + "x]\n"), KNOWN, {}, SECRETS)
    assert time.process_time() - started < 4
    assert all(verdict.ok for verdict in found)


COLUMNS = HEADER.split(",")
cells = st.dictionaries(
    st.sampled_from([*COLUMNS, "release"]),
    st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(["${x}", "::", "10.0.0.1/8", "-1", "9" * 30]),
)


@given(st.lists(cells, max_size=4))
def test_any_cells_get_a_verdict(given_cells: list[dict[str, str]]) -> None:
    many = [SiteRow(number, each) for number, each in enumerate(given_cells, start=2)]
    found = check(many, template(install=INSTALL), KNOWN, {"mode": "duplex"}, SECRETS)
    assert [verdict.row for verdict in found] == [row.number for row in many]
    json.dumps([verdict.payload for verdict in found])
