"""Planning in a browser: a form for whom it is chosen, a preview that stores nothing, and the plan that was seen."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import AuditEntry
from operations.models import Campaign, CampaignTarget, MaintenanceWindow, Operation, RunSecret
from sites.choices import Facet
from sites.models import Cloud, FacetState, Hint, Release
from tests.operations.campaign_facts.patchable import RELEASE, make_patchable
from tests.operations.conftest import SignIn
from tests.operations.views.campaigns.made import make_campaign
from tests.sites.world import World

PATH = "/operations/campaigns/new/"
EVIL = "<script>alert(1)</script>"
FORM: dict[str, Any] = {
    "kind": "sw-deploy", "mode": "deploy", "release_id": RELEASE, "overall": "10", "each": "0", "soak_minutes": "60",
    "canary_count": "0", "health": "on", "peer_groups_alone": "on", "default_zone": "UTC", "filter": "",
    "wave-rows": "0", "window-rows": "0", "do": "preview",
}  # fmt: skip


def previewed(client: Client, **form: Any) -> str:
    return client.post(PATH, FORM | form).content.decode()


def hash_in(text: str) -> str:
    found = re.search(r'name="plan_hash" value="([0-9a-f]{64})"', text)
    assert found is not None, "no plan was proposed"
    return found[1]


def test_the_form_comes_with_what_the_list_was_filtered_by(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    text = sign_in("Engineer").get(f"{PATH}?region=Europe&sort=name").content.decode()
    assert "<b>2</b> subclouds: region Europe" in text
    assert 'name="filter" value="region=Europe"' in text
    assert RELEASE in text


def test_the_form_begins_with_a_release_that_sites_can_have(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    for central in world.centrals:
        Release.objects.create(cloud=central, release_id="starlingx-99.03.0", state="available", sw_version="99.03.0")
    text = sign_in("Engineer").get(PATH).content.decode()
    assert "starlingx-99.03.0" in text
    (field,) = re.findall(r'<input[^>]*name="release_id"[^>]*>', text)
    assert f'value="{RELEASE}"' in field


def test_a_preview_names_who_takes_part_and_why_not_and_stores_nothing(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    Cloud.objects.filter(pk=world.clouds[0].pk).update(management_state="unmanaged")
    Cloud.objects.filter(pk=world.clouds[1].pk).update(availability_status="offline")
    text = previewed(sign_in("Engineer"))
    assert "2 <small>/ 4</small>" in text  # eligible
    assert "edge-0</b> It is unmanaged" in text
    assert "edge-1</b> It is offline" in text
    assert all(word in text for word in ("unmanaged", "offline", "Take no part, by reason", "Wait until it clears"))
    assert "with one server" in text
    assert not Operation.objects.exists()


def test_what_was_seen_is_planned(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    client = sign_in("Engineer")
    seen = hash_in(previewed(client, reason="CHG-9"))
    answer = client.post(PATH, FORM | {"do": "plan", "plan_hash": seen, "reason": "CHG-9"})
    operation = Operation.objects.get()
    assert answer.headers["Location"] == f"/operations/{operation.pk}/"
    assert operation.plan_hash == seen
    assert (operation.reason, operation.state) == ("CHG-9", "planned")


def test_another_plan_than_was_seen_is_refused_and_shown(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    client = sign_in("Engineer")
    seen = hash_in(previewed(client))
    Cloud.objects.filter(pk=world.clouds[3].pk).update(management_state="unmanaged")
    answer = client.post(PATH, FORM | {"do": "plan", "plan_hash": seen, "reason": "kept"})
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "another one than you saw" in text
    assert 'value="kept"' in text
    assert hash_in(text) != seen
    assert not Operation.objects.exists()


def test_a_form_that_is_sent_twice_plans_once(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    client = sign_in("Engineer")
    form = FORM | {"do": "plan", "plan_hash": hash_in(previewed(client)), "once": "6f1c1f4b3a0c4f0ca5a8a3c5b1f0e6d2"}
    assert client.post(PATH, form).headers["Location"] == client.post(PATH, form).headers["Location"]
    assert Operation.objects.count() == 1


def test_rules_come_out_as_they_went_in(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    MaintenanceWindow.objects.create(name="Sundays", weekdays=[6], start="02:00", minutes=120)
    client = sign_in("Engineer")
    later = f"{world.now + timedelta(days=400):%Y-%m-%d}T03:04"
    rules = {
        "ceph": "no-error", "backup_within_hours": "24", "per_region": "2", "regions": "Rio Grande 1",
        "chosen": "edge-2", "fail_percent": "5", "wave-rows": "1", "wave-0-name": "First", "wave-0-percent": "50",
        "wave-0-regions": "Brazil, Europe", "wave-0-soak_minutes": "30", "wave-0-fail_count": "0", "window-rows": "1",
        "window-0-name": "Night", "window-0-weekdays": ["0", "4"], "window-0-start": "23:00", "window-0-end": "04:00",
        "saved": ["Sundays"], "not_before": later, "default_zone": "Europe/Lisbon",
    }  # fmt: skip
    text = previewed(client, **rules)
    client.post(PATH, FORM | rules | {"do": "plan", "plan_hash": hash_in(text)})
    told = Campaign.objects.get().rules
    assert told["gates"]["ceph"] == "no-error"
    assert told["gates"]["backup_within_hours"] == 24
    assert told["limits"]["regions"] == {"Rio Grande": 1}
    assert told["canaries"]["chosen"] == [world.clouds[2].pk]
    assert told["failures"] == {"count": None, "percent": 5}
    assert told["waves"][0]["regions"] == ["Brazil", "Europe"]
    assert [window["name"] for window in told["windows"]] == ["Night", "Sundays"]
    change = client.get(f"{PATH}?change={Operation.objects.get().pk}").content.decode()
    for shown in ('value="Rio Grande 1"', 'value="edge-2"', 'value="Brazil, Europe"', 'value="23:00"', 'value="Night"',
                  'value="Europe/Lisbon"', f'value="{later}"'):  # fmt: skip
        assert shown in change, shown


def test_windows_are_previewed_in_the_zones_of_the_sites(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    Cloud.objects.filter(region="Europe").update(timezone="Europe/Lisbon")
    text = previewed(
        sign_in("Engineer"),
        **{"window-rows": "1", "window-0-weekdays": [str(day) for day in range(7)], "window-0-start": "01:30",
           "window-0-end": "05:00"},
    )  # fmt: skip
    assert "Windows open next" in text
    assert "<td>Europe/Lisbon" in text
    assert text.count(" 01:30 – 05:00</div>") >= 3  # in the time of each zone


def test_changing_a_plan_voids_its_approval(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    Campaign.objects.update(approved_hash=operation.plan_hash, approver_name="x", approved_at=world.now)
    client = sign_in("Engineer")
    form = FORM | {"change": str(operation.pk), "overall": "1"}
    seen = hash_in(client.post(PATH, form).content.decode())
    assert client.post(PATH, form | {"do": "plan", "plan_hash": seen}).status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.approved_hash, campaign.operation.plan_hash) == ("", seen)
    assert Operation.objects.count() == 1


def test_one_more_row_loses_nothing(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    form = {"add": "wave", "wave-rows": "1", "wave-0-name": "First", "reason": "CHG-1", "regions": "nonsense"}
    answer = sign_in("Engineer").post(PATH, FORM | form)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="wave-1-name"' in text
    assert all(value in text for value in ('value="First"', 'value="CHG-1"', 'value="nonsense"'))


@pytest.mark.parametrize(
    ("form", "said"),
    [({"release_id": ""}, "Choose the release to deploy"), ({"overall": "0"}, "greater than or equal to 1"),
     ({"regions": "North"}, "write a name and a number"), ({"default_zone": "Mars/Base"}, "is no time zone"),
     ({"chosen": "nobody"}, "Not among the subclouds of this plan: nobody"),
     ({"window-rows": "1", "window-0-weekdays": "0"}, "When does it open"),
     ({"window-rows": "1", "window-0-weekdays": "0", "window-0-start": "01:00"}, "Give either its end"),
     ({"wave-rows": "1", "wave-0-size": "3"}, "Give the wave a name"), ({"kind": "prestage"}, "Choose the release to"),
     ({"kind": "prestage", "release": "26.09"}, "Needed to prestage"), ({"kind": "x"}, "Select a valid choice")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_lost(
    form: dict[str, str], said: str, sign_in: SignIn, world: World
) -> None:
    make_patchable(world)
    answer = sign_in("Engineer").post(PATH, FORM | {"do": "plan", "reason": "CHG-3"} | form)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert said in text[text.index('id="preview"') :]
    assert 'value="CHG-3"' in text
    assert not Operation.objects.exists()


def test_a_password_is_kept_only_where_it_is_needed_and_never_given_back(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    client = sign_in("Engineer")
    text = previewed(client, sysadmin_password="Li69nux*secret", reason="CHG-4")
    assert "Li69nux" not in text
    client.post(
        PATH,
        FORM | {"do": "plan", "plan_hash": hash_in(text), "sysadmin_password": "Li69nux*secret", "reason": "CHG-4"},
    )
    assert Operation.objects.count() == 1
    assert not RunSecret.objects.exists()  # nothing is prestaged


@pytest.mark.parametrize("role", ["Viewer", "Operator", "Approver"])
def test_who_may_not_plan(role: str, sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    client = sign_in(role)
    assert client.get(PATH).status_code == 403
    assert client.post(PATH, FORM | {"do": "plan"}).status_code == 403
    assert not Operation.objects.exists()
    assert AuditEntry.objects.filter(verb="campaign.plan", outcome="refused").count() == 2


def test_only_what_is_in_scope_is_planned_for(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    client = sign_in("Engineer", region="Europe")
    seen = hash_in(previewed(client))
    client.post(PATH, FORM | {"do": "plan", "plan_hash": seen})
    assert set(CampaignTarget.objects.values_list("target__name", flat=True)) == {"edge-1", "edge-3"}
    assert client.post(PATH, FORM | {"cloud": world.clouds[0].pk}).status_code == 403


def test_nothing_to_plan_for_is_said(sign_in: SignIn, world: World) -> None:
    text = sign_in("Engineer").get(f"{PATH}?region=Nowhere").content.decode()
    assert "<b>0</b> subclouds" in text
    assert "Choose at least one subcloud" in sign_in("Engineer", region="Nowhere").post(PATH, FORM).content.decode()


def test_names_and_reasons_are_escaped(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    Cloud.objects.filter(pk=world.clouds[0].pk).update(
        name=EVIL, management_state=EVIL[:30], region=EVIL, timezone=EVIL[:30]
    )
    MaintenanceWindow.objects.create(name=EVIL, weekdays=[6], start="02:00", minutes=120)
    text = previewed(
        sign_in("Engineer"), reason=EVIL, title=EVIL, saved=[EVIL], **{"wave-rows": "1", "wave-0-name": EVIL}
    )
    assert EVIL not in text


def test_a_preview_tells_who_is_still_asked_and_reads_itself_again(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    FacetState.objects.filter(facet=Facet.HEALTH_QUERY).delete()
    client = sign_in("Engineer")
    text = previewed(client)
    assert "4 of 4 sites are being asked for their own health" in text
    assert 'data-again="2" data-tries="0"' in text
    answered, silent, *_ = world.clouds
    at = Hint.objects.values_list("at", flat=True)[0]
    FacetState.objects.create(cloud=answered, facet=Facet.HEALTH_QUERY, attempted_at=at, observed_at=at)
    FacetState.objects.create(cloud=silent, facet=Facet.HEALTH_QUERY, attempted_at=at, error="It timed out")
    text = previewed(client, again="1")
    assert "2 of 4 sites are being asked for their own health" in text
    assert 'data-again="3" data-tries="1"' in text
    Hint.objects.filter(reason="health").update(until=world.now)  # nobody is waited for without end
    text = previewed(client, again="2")
    assert "3 of 4 sites did not tell their health" in text
    assert "It timed out" in text
    assert "data-again=" not in text


def test_a_preview_that_reads_itself_again_asks_nobody_and_ends(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    FacetState.objects.filter(facet=Facet.HEALTH_QUERY).delete()
    client = sign_in("Engineer")
    assert "4 of 4 sites did not tell" in previewed(client, again="1")
    assert not Hint.objects.exists()
    previewed(client)
    assert "data-again=" not in previewed(client, again="20")
    assert 'data-tries="0"' in previewed(client, again="x")


def test_who_takes_no_part_is_not_waited_for(sign_in: SignIn, world: World) -> None:
    make_patchable(world)
    Cloud.objects.filter(kind="subcloud").update(management_state="unmanaged")
    text = previewed(sign_in("Engineer"))
    assert "being asked" not in text
    assert "did not tell" not in text


@pytest.mark.parametrize("many", [1, 40])
def test_queries_of_a_preview_are_pinned(many: int, sign_in: SignIn, world: World) -> None:
    make_campaign(world, more=many)
    Operation.objects.all().delete()
    client = sign_in("Engineer")
    previewed(client)
    with CaptureQueriesContext(connection) as captured:
        previewed(client)
    assert len(captured) <= 30, "\n".join(query["sql"][:90] for query in captured)


def test_the_lists_lead_to_a_plan_for_those_who_may(sign_in: SignIn, world: World) -> None:
    engineer, viewer = sign_in("Engineer"), sign_in("Viewer")
    text = engineer.get("/subclouds/?region=Europe&sort=name").content.decode()
    assert f'href="{PATH}?region=Europe"' in text
    assert "Plan a campaign for these 2" in text
    assert PATH in engineer.get("/operations/").content.decode()
    assert PATH not in viewer.get("/subclouds/").content.decode()
    assert PATH not in viewer.get("/operations/").content.decode()
