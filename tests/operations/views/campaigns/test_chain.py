"""Chains of campaigns in a browser: planned behind one another, seen as a chain, and let begin anyway."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from operations.choices import OperationState
from operations.models import Campaign, Operation
from sites.access import Scopes
from sites.models import Cloud
from tests.operations.conftest import SignIn
from tests.operations.views.campaigns.made import approve, make_campaign
from tests.operations.views.campaigns.test_acts import act, ask
from tests.operations.views.campaigns.test_plan import FORM, PATH, hash_in, previewed
from tests.sites.world import World

EVERYONE = Scopes(fleet=True)


@pytest.fixture
def first(world: World) -> Operation:
    made = make_campaign(world, title="Release 26.09.1")
    wanted = {"software": "out-of-sync", "kube-rootca": "out-of-sync", "firmware": "out-of-sync"}
    Cloud.objects.filter(kind="subcloud").update(endpoint_sync=wanted)
    return made


@pytest.fixture
def second(world: World, first: Operation) -> Operation:
    return make_campaign(
        world, patchable=False, strategy={"kind": "firmware"}, after=first.pk, title="Firmware", rules={}
    )


def page(client: Client, operation: Operation) -> str:
    return unescape(client.get(f"/operations/{operation.pk}/").content.decode())


def test_plan_what_follows_takes_sites_and_rules_over(sign_in: SignIn, world: World, first: Operation) -> None:
    client = sign_in("Engineer")
    assert f'href="{PATH}?from={first.pk}">Plan what follows' in page(client, first)
    text = unescape(client.get(f"{PATH}?from={first.pk}").content.decode())
    assert f"<b>4</b> subclouds: those of campaign #{first.pk}" in text
    assert f'<option value="{first.pk}" selected>#{first.pk} Release 26.09.1 (planned)' in text
    assert re.search(r'<input type="radio" name="kind" value="kubernetes"[^>]* checked', text)
    assert 'value="Brazil"' in text  # a wave
    form = {"kind": "firmware", "from": str(first.pk), "after": str(first.pk)}
    seen = previewed(client, **form)
    assert f"Begins after campaign #{first.pk}, once that has come to its end" in unescape(seen)
    answer = client.post(PATH, FORM | form | {"do": "plan", "plan_hash": hash_in(seen)})
    made = Campaign.objects.latest("pk")
    assert answer.headers["Location"] == f"/operations/{made.pk}/"
    assert (made.after_number, made.operation.targets.count()) == (first.pk, 4)


@pytest.mark.parametrize(("done", "offered"), [(True, True), (False, False)])
def test_what_did_its_work_nowhere_offers_nothing_to_follow(
    sign_in: SignIn, first: Operation, done: bool, offered: bool
) -> None:
    """As the engine would wait for it in vain."""
    Operation.objects.filter(pk=first.pk).update(state=OperationState.FAILED_TEMP)
    first.targets.update(state="failed")
    if done:
        first.targets.filter(name="edge-0").update(state="completed")
    assert ("Plan what follows" in page(sign_in("Engineer"), first)) is offered


def test_whoever_sees_a_part_takes_nothing_over(sign_in: SignIn, world: World, first: Operation) -> None:
    client = sign_in("Engineer", group=world.groups[0])
    answer = client.get(f"{PATH}?from={first.pk}")
    assert (answer.status_code, "Brazil" in answer.content.decode()) == (403, False)


def test_the_ceph_gate_of_a_prestage_is_not_taken_over(sign_in: SignIn, world: World, first: Operation) -> None:
    Campaign.objects.update(strategy="prestage", ask={"kind": "prestage", "release": "26.09"})
    Campaign.objects.update(rules=Campaign.objects.get().rules | {"gates": {"ceph": "off"}})
    text = sign_in("Engineer").get(f"{PATH}?from={first.pk}").content.decode()
    assert '<option value="off" selected' not in text


def test_what_the_service_refuses_stands_at_the_field(sign_in: SignIn, first: Operation, second: Operation) -> None:
    client = sign_in("Engineer")
    text = unescape(previewed(client, after=str(second.pk)))
    assert "A firmware campaign does not come before a software one" in text
    assert "Select a valid choice" in previewed(client, after="999")


def test_a_campaign_shows_what_comes_before_and_behind(sign_in: SignIn, first: Operation, second: Operation) -> None:
    client = sign_in("Viewer")
    for one, other in ((first, second), (second, first)):
        text = page(client, one)
        assert "The chain it stands in" in text
        assert f'<a href="/operations/{other.pk}/">#{other.pk} {other.title}</a>' in text
    assert f"It begins once campaign #{first.pk}, which is not started yet, has come to its end." in page(
        client, second
    )
    assert f"#{second.pk}, after #{first.pk}" in client.get("/operations/").content.decode()


def test_an_approval_that_may_be_over_by_then_is_said(
    sign_in: SignIn, world: World, first: Operation, second: Operation
) -> None:
    approve(second, world)
    Campaign.objects.filter(pk=first.pk).update(eta_p90=world.now + timedelta(days=3))
    said = "The approval may be over before that"
    client = sign_in("Viewer")
    assert said not in page(client, second)
    Campaign.objects.filter(pk=first.pk).update(eta_p90=world.now + timedelta(days=9))
    assert said in page(client, second)
    assert "Let your approval hold for longer than that." in ask(sign_in("Approver"), second, "approve")


def test_begin_anyway_is_asked_for_what_it_sets_free(
    sign_in: SignIn, world: World, first: Operation, second: Operation
) -> None:
    approve(second, world)
    Operation.objects.filter(pk=second.pk).update(state=OperationState.PROCESSING, started_at=world.now)
    client = sign_in("Approver")
    assert "Begin anyway" not in page(client, second)
    first.targets.filter(name__in=["edge-0", "edge-1", "edge-2"]).update(state="completed")
    Operation.objects.filter(pk=first.pk).update(state=OperationState.ABORTED, ended_at=world.now)
    assert "Begin anyway" in page(client, second)
    asked = ask(client, second, "begin-anyway")
    assert "1 subcloud was not done there" in asked
    assert act(client, second, "begin-anyway", asked="3", typed="4", reason="CHG-9") == 400
    assert act(client, second, "begin-anyway", asked="3", typed="3", reason="CHG-9") == 302
    assert Campaign.objects.get(pk=second.pk).begin_anyway_at is not None
    assert "let it begin anyway" in page(client, second)


def test_the_page_of_what_follows_one_out_of_scope_does_not_name_it(sign_in: SignIn, world: World) -> None:
    mine, others = world.clouds[0], world.clouds[2]
    first = make_campaign(world, clouds=[others.pk], title="Secret site")
    Cloud.objects.filter(kind="subcloud").update(endpoint_sync={"software": "out-of-sync", "firmware": "out-of-sync"})
    second = make_campaign(
        world, patchable=False, strategy={"kind": "firmware"}, after=first.pk, clouds=[mine.pk], rules={}
    )
    Campaign.objects.filter(pk=first.pk).update(eta_p90=world.now + timedelta(days=9))
    engineer, approver = sign_in("Engineer", group=world.groups[0]), sign_in("Approver", group=world.groups[0])
    texts = [page(engineer, second), ask(approver, second, "approve")]
    approve(second, world)
    texts += [page(engineer, second), ask(engineer, second, "start")]
    assert all("the campaign before it" in text for text in texts)
    Operation.objects.filter(pk=second.pk).update(state=OperationState.PROCESSING, started_at=world.now)
    Operation.objects.filter(pk=first.pk).update(state=OperationState.ABORTED, ended_at=world.now)
    texts += [page(engineer, second), ask(engineer, second, "begin-anyway")]
    assert "Begin anyway" in texts[-2]
    for text in texts:
        for secret in (f"#{first.pk}", f"{world.now + timedelta(days=9):%Y-%m-%d}", first.title):
            assert secret not in text
    assert "a campaign out of your scope, once that has come to its end" in texts[0]
