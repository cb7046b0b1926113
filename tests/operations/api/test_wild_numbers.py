"""Numbers that no column, clock or page can hold are refused wherever a number is taken, and no error of ours."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django import forms
from django.test import Client
from rest_framework import serializers as s

import operations.api
import operations.forms
import sites.api
from operations.forms.ask import limit_fields
from operations.forms.plan_fields import NamedLimitsField
from operations.models import Operation
from sites.api.bodies import LARGEST_ID, BodySerializer
from tests.operations.api.asking import OPERATIONS, PASSWORD, asked, faults_of, post
from tests.operations.api.sheets import DEPLOYS, body, ready
from tests.operations.campaign_facts.patchable import RELEASE, make_patchable
from tests.operations.planning.site_template import line
from tests.sites.world import World

V1 = "/api/v1/"
DIGITS = "9" * 5000  # more than int() reads
WILD = (2**31, 2**63, 2**64, -(2**64), 1e308, "nan", "Infinity", "9" * 900, DIGITS, f"0000000001{DIGITS}", True)
FAILURES = {"count": 1, "percent": 5}
RULES = {
    "gates": {"backup_within_hours": 24}, "failures": FAILURES,
    "limits": {"overall": 5, "per_region": 2, "per_link": 1, "regions": {"Brazil": 1}, "links": {"a": 1}},
    "canaries": {"each": 1, "soak_minutes": 10, "failures": FAILURES},
    "waves": [{"name": "First", "percent": 50, "soak_minutes": 5, "failures": FAILURES}, {"name": "B", "size": 2}],
    "windows": [{"name": "Night", "weekdays": [6], "start": "01:30", "minutes": 90}],
}  # fmt: skip
DATES = ("0001-01-01", "9999-12-31")


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the numbers of a body stand."""
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, (*path, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def changed(value: Any, path: tuple[Any, ...], wild: Any) -> Any:
    if not path:
        return wild
    part = changed(value[path[0]], path[1:], wild)
    if isinstance(value, dict):
        return value | {path[0]: part}
    return [part if at == path[0] else each for at, each in enumerate(value)]


@pytest.fixture
def bodies(world: World) -> list[tuple[str, dict[str, Any]]]:
    """Every body that holds numbers, each of them good."""
    make_patchable(world)
    ready(world.controllers[0])
    clouds, controller = [cloud.pk for cloud in world.clouds[:2]], world.controllers[0]
    limits = {"max_at_once": 5, "stop_after_failures": 2}
    window = RULES["windows"][0]  # type: ignore[index]
    return [
        (OPERATIONS, {"kind": "edit", "clouds": clouds, "options": {"location": "x"}, "expected": 2} | limits),
        (f"{DEPLOYS}check/", body(controller, line(1), **limits)),
        (f"{V1}campaigns/preview/", {
            "strategy": {"kind": "sw-deploy", "release_id": RELEASE}, "clouds": clouds, "rules": RULES}),
        (f"{V1}subcloud-groups/", {
            "controller": controller.pk, "name": "N", "description": "d", "max_parallel_subclouds": 3}),
        (f"{V1}subcloud-groups/{world.groups[0].pk}/members/", {"clouds": clouds, "expected": 2}),
        (f"{V1}strategy-options/", {"clouds": clouds[:1], "max_parallel_workers": 5}),
        (f"{V1}maintenance-windows/preview/", window | {"zones": ["UTC"], "count": 3}),
        (f"{V1}maintenance-windows/", window),
    ]  # fmt: skip


def test_no_body_brings_it_down(client_of: Any, bodies: list[tuple[str, dict[str, Any]]]) -> None:
    for path, good in bodies:
        api = client_of("Engineer", fleet=True)
        api.raise_request_exception = False
        for place in leaves(good):
            for wild in WILD:
                answer = post(api, path, changed(good, place, wild))
                told = (path, place, str(wild)[:30], answer.content[:300])
                assert answer.status_code < 500, told
                assert answer.status_code != 429, told
        assert post(api, path, good).status_code < 300, path


@pytest.mark.parametrize("number", [0, 2**31, 2**63, DIGITS])
def test_failures_that_stop_it_have_a_bound(number: object, api: Client, world: World) -> None:
    answer = asked(api, "edit", [world.clouds[0].pk], options={"location": "x"}, stop_after_failures=number)
    assert (answer.status_code, list(faults_of(answer))) == (400, ["stop_after_failures"])
    assert not Operation.objects.exists()


@pytest.mark.parametrize("group", [DIGITS, "9" * 30, -1, 2**70, "٣"])
def test_a_group_that_no_number_is_of(group: object, api: Client, world: World) -> None:
    answer = asked(api, "move_group", [world.clouds[0].pk], options={"group": group})
    assert (answer.status_code, list(faults_of(answer))) == (400, ["group"])


@pytest.mark.parametrize("query", [f"limit=000000001{DIGITS}", "limit=0000000010000000", f"cursor={DIGITS}"])
def test_pages(query: str, api: Client) -> None:
    for path in (OPERATIONS, f"{V1}subclouds/"):
        assert api.get(f"{path}?{query}").status_code == 400


@pytest.mark.parametrize("path", ["operations/{}/", "campaigns/{}/", "subclouds/{}/", "subcloud-groups/{}/"])
@pytest.mark.parametrize("number", [str(2**31), str(2**63), DIGITS], ids=["2^31", "2^63", "digits"])
def test_ids_that_no_row_can_have(path: str, number: str, api: Client) -> None:
    assert api.get(V1 + path.format(number)).status_code == 404


@pytest.mark.parametrize("name", ["controller", "group", "id"])
def test_filters(name: str, api: Client) -> None:
    for number in ("9" * 18, DIGITS, str(2**63)):
        assert api.get(f"{V1}subclouds/", {name: number}).status_code in (200, 400)
        body = {"kind": "backup", "filter": {name: number}, "start": False, "secrets": {"sysadmin_password": PASSWORD}}
        assert post(api, OPERATIONS, body).status_code == 400


@pytest.mark.parametrize("days", ["nan", "1e999", "-1", DIGITS, "36501"])
def test_days_of_a_backup(days: str, api: Client) -> None:
    assert api.get(f"{V1}subclouds/", {"backup_older": days}).status_code == 400


@pytest.mark.parametrize("first", DATES)
@pytest.mark.parametrize("last", DATES)
@pytest.mark.parametrize("zone", ["", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_the_first_and_the_last_day(first: str, last: str, zone: str, client_of: Any, world: World) -> None:
    api = client_of("Administrator", fleet=True)
    api.raise_request_exception = False
    made = post(api, f"{V1}freezes/", {"name": "F", "first": first, "last": last, "zone": zone})
    assert made.status_code < 500, made.content
    if made.status_code == 201:
        assert api.get(f"{V1}freezes/{made.json()['id']}/occurrences/?zone={zone or 'UTC'}").status_code < 500
        assert api.get(f"{V1}freezes/").status_code == 200


@pytest.mark.parametrize("count", [f"0001{DIGITS}", "00010", DIGITS])
def test_occurrences(count: str, client_of: Any, world: World) -> None:
    api = client_of("Administrator", fleet=True)
    made = post(api, f"{V1}maintenance-windows/", RULES["windows"][0])  # type: ignore[index]
    assert made.status_code == 201, made.content
    place = f"{V1}maintenance-windows/{made.json()['id']}/occurrences/"
    assert api.get(f"{place}?count={count}").status_code == 400


@pytest.mark.parametrize("limit", [f"000001{DIGITS}", "0000019999", DIGITS])
def test_named_limits_of_a_form(limit: str) -> None:
    with pytest.raises(forms.ValidationError):
        NamedLimitsField().clean(f"North {limit}")


def of_package(package: Any, base: type) -> list[Any]:
    """Every subclass of `base` that the modules of a package define."""
    modules = [import_module(f"{package.__name__}.{each.name}") for each in pkgutil.iter_modules(package.__path__)]
    found = {kind for module in modules for _, kind in inspect.getmembers(module, inspect.isclass)}
    return sorted((kind for kind in found if issubclass(kind, base)), key=lambda kind: kind.__name__)


def test_every_number_of_a_body_has_a_bound() -> None:
    kinds = [*of_package(operations.api, BodySerializer), *of_package(sites.api, BodySerializer)]
    assert len(kinds) > 25
    for kind in kinds:
        for name, field in kind().fields.items():
            number = getattr(field, "child", field)
            if isinstance(number, s.IntegerField) and not field.read_only:
                assert number.max_value is not None, f"{kind.__name__}.{name}"
                assert number.max_value <= LARGEST_ID


def test_every_number_of_a_form_has_a_bound() -> None:
    kinds = [kind for kind in of_package(operations.forms, forms.BaseForm) if kind.__module__ != "django.forms.forms"]
    fields = [(kind.__name__, name, field) for kind in kinds for name, field in kind.base_fields.items()]
    fields += [("limits", name, field) for name, field in limit_fields().items()]
    numbers = [(where, name, field) for where, name, field in fields if isinstance(field, forms.IntegerField)]
    assert len(numbers) > 10
    for where, name, field in numbers:
        assert field.max_value is not None, f"{where}.{name}"
