"""The page of a campaign: what it waits for, its waves, its sites; who sees how much of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from operations.choices import BatchState, OperationState, TargetState, WaveState
from operations.models import Batch, BatchIntent, Campaign, CampaignTarget, Operation, Target, Wave
from operations.services import campaign_control, control
from sites.models import Cloud
from sites.services.actors import Actor
from tests.operations.conftest import SignIn
from tests.operations.views.campaigns.made import approve, begin, make_campaign, set_site
from tests.sites.world import World

EVIL = "<script>alert(1)</script>"


def body(text: str) -> str:
    return text.split("<tbody data-rows>", 1)[1].split("</tbody>", 1)[0]


def test_a_planned_campaign_says_what_it_waits_for(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    text = sign_in("Viewer").get(f"/operations/{operation.pk}/").content.decode()
    assert "Not approved: somebody else than planner must" in text
    assert all(word in text for word in ("Canaries", "Software deploy", "starlingx-26.09.1", "edge-0", "edge-3"))
    assert operation.plan_hash[:16] in text


def test_an_approval_shows_by_whom_and_until_when(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    approve(operation, world, by="somebody")
    client = sign_in("Engineer")
    text = client.get(f"/operations/{operation.pk}/campaign/head").content.decode()
    assert "Approved by somebody: it can be started" in text
    assert ">Start</a>" in text
    Campaign.objects.update(approval_expires_at=world.now - timedelta(hours=1))
    text = client.get(f"/operations/{operation.pk}/campaign/head").content.decode()
    assert "The approval by somebody is over" in text
    assert ">Start</a>" not in text


def test_an_approval_of_another_plan_does_not_count(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    approve(operation, world)
    Operation.objects.update(plan_hash="f" * 64)
    client = sign_in("Engineer")
    assert "approver approved another plan" in client.get(f"/operations/{operation.pk}/campaign/head").content.decode()
    assert "not the one that stands" in client.get(f"/operations/{operation.pk}/campaign/plan").content.decode()


def test_each_controller_says_what_it_waits_for(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world, rules={"gates": {"prestaged": False}})
    begin(operation, world)
    first, second = Batch.objects.order_by("controller__name")
    Batch.objects.filter(pk=first.pk).update(
        state=BatchState.WAITING, message="prestage strategy 9, applying is in the slot, which is not ours: other steps"
    )
    Batch.objects.filter(pk=second.pk).update(state=BatchState.HELD, message="Is sw-deploy strategy 12 ours?")
    text = sign_in("Viewer").get(f"/operations/{operation.pk}/campaign/head").content.decode()
    assert "prestage strategy 9, applying is in the slot, which is not ours" in text
    assert "needs a decision" in text


def test_what_nobody_looked_at_lately_is_stale(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    client, number = sign_in("Viewer"), Batch.objects.filter(wave__number=0).order_by("number")[0].number
    paths = [f"/operations/{operation.pk}/{path}" for path in ("campaign/head", f"batches/{number}/")]
    assert not any('class="age stale"' in client.get(path).content.decode() for path in paths)
    Batch.objects.update(seen_at=timezone.now() - timedelta(minutes=4))
    assert all('class="age stale"' in client.get(path).content.decode() for path in paths)
    Batch.objects.update(state=BatchState.COMPLETED)
    assert 'class="age stale"' not in client.get(paths[1]).content.decode()


def test_a_wave_that_ended_with_failures_says_so(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    Wave.objects.filter(number=0).update(state=WaveState.COMPLETED)
    client = sign_in("Viewer")

    def shown() -> str:
        return client.get(f"/operations/{operation.pk}/campaign/waves").content.decode()

    assert "over, nothing ran" in shown()
    set_site(operation, "edge-1", "completed")
    assert "nothing ran" not in shown()
    assert "ended with failures" not in shown()
    set_site(operation, "edge-0", "failed", error="x")
    assert "ended with failures" in shown()


def test_that_there_is_a_mop_up_wave_is_said_until_there_is_one(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    set_site(operation, "edge-0", "cancelled", cause="held", error="Alarm.", message="It comes again.")
    client = sign_in("Viewer")
    text = client.get(f"/operations/{operation.pk}/").content.decode()
    assert "1 subcloud so far: sites that were held when their turn came run once more" in text
    assert "It comes again." in text
    wave = Wave.objects.create(campaign_id=operation.pk, number=9, name="Mop-up", mop_up=True)
    Batch.objects.filter(wave__number=1).update(wave=wave)
    assert "so far: sites that were held" not in client.get(f"/operations/{operation.pk}/").content.decode()


def test_a_batch_names_sites_in_its_requests_and_says_that_some_failed(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    site = set_site(operation, "edge-0", "failed", error="x")
    batch = Batch.objects.get(sites=site.pk)
    BatchIntent.objects.create(
        batch=batch, number=1, attempt=1, verb="restore", subject=site.dcmanager_id, created_at=world.now
    )
    told = {"cloud": "edge-0", "state": "complete", "started_at": "2026-11-26T22:22:40+00:00", "finished_at": None}
    Batch.objects.filter(pk=batch.pk).update(
        state=BatchState.FAILED, message="The strategy ended as complete.", last_steps=[told]
    )
    text = sign_in("Viewer").get(f"/operations/{operation.pk}/batches/{batch.number}/").content.decode()
    assert "put a subcloud back: edge-0" in text
    assert "The strategy ended as complete. 1 subcloud failed: why stands below." in text
    assert '<time datetime="2026-11-26T22:22:40+00:00" data-time="short">' in text


def test_a_soaking_wave_says_until_when(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    Wave.objects.filter(number=0).update(state=WaveState.SOAKING, soaking_since=world.now)
    Batch.objects.filter(wave__number=0).update(state=BatchState.COMPLETED, ended_at=world.now)
    text = sign_in("Viewer").get(f"/operations/{operation.pk}/").content.decode()
    assert "Canaries: soaking" in text
    until = (world.now + timedelta(minutes=30)).isoformat()
    assert until in text
    part = sign_in("Viewer", group=world.groups[0]).get(f"/operations/{operation.pk}/").content.decode()
    assert until in part  # whichever batches are in scope


def test_percent_stands_with_its_age_and_nothing_is_reckoned(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    at = world.now - timedelta(seconds=40)
    running = set_site(operation, "edge-0", "running", percent=42, percent_at=at, step_state="applying vim strategy")
    waiting = set_site(operation, "edge-1", "running", step_state="creating vim strategy")
    text = body(sign_in("Viewer").get(f"/operations/{operation.pk}/").content.decode())
    assert f'data-target="{running.pk}" data-field="percent">42 %' in text
    assert at.isoformat() in text
    assert f'data-target="{waiting.pk}" data-field="percent">–' in text


def test_sites_say_why_they_do_not_run_and_by_whose_word(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    set_site(operation, "edge-0", "ready", held_by="olga", hold_reason="fibre works")
    set_site(operation, "edge-1", "cancelled", skipped=True, held_by="piet", hold_reason="to be rebuilt")
    set_site(operation, "edge-2", "failed", error="VIM strategy failed", excused_by="olga", excuse="known disk")
    alarms = [{"alarm_id": "800.001", "entity": "cluster=ceph"}]
    set_site(operation, "edge-3", "completed", new_alarms=alarms)
    text = body(sign_in("Viewer").get(f"/operations/{operation.pk}/").content.decode())
    for said in ("fibre works", "by olga", "to be rebuilt", "by piet", "excused by olga: known disk",
                 "New alarm 800.001 on cluster=ceph"):  # fmt: skip
        assert said in text
    assert text.index("edge-3") < text.index("edge-0") < text.index("edge-2") < text.index("edge-1")


def test_reasons_stand_against_what_has_not_begun(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    reasons = [{"key": "offline", "sentence": "It is offline.", "effect": "hold", "remedy": ""},
               {"key": "stale", "sentence": "Old.", "effect": "hold", "remedy": ""}]  # fmt: skip
    set_site(operation, "edge-0", "ready", reasons=reasons)
    client = sign_in("Viewer")
    text = body(client.get(f"/operations/{operation.pk}/").content.decode())
    assert "It is offline." in text
    assert "and 1 more, judged <time" in text
    only = body(client.get(f"/operations/{operation.pk}/?reason=offline").content.decode())
    assert "edge-0" in only
    assert "edge-1" not in only


@pytest.mark.parametrize(
    ("query", "shown"),
    [("standing=failed", {"edge-1"}), ("wave=0", {"edge-0", "edge-1"}), ("q=edge-2", {"edge-2"}),
     ("new_alarms=true", {"edge-3"}), ("region=Europe", {"edge-1", "edge-3"})],
)  # fmt: skip
def test_filters(query: str, shown: set[str], sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    set_site(operation, "edge-1", "failed", error="x")
    set_site(operation, "edge-3", "completed", new_alarms=[{"alarm_id": "1.1", "entity": ""}])
    if query == "wave=0":
        assert set(Wave.objects.get(number=0).batches.values_list("sites__target__name", flat=True)) == shown
    text = body(sign_in("Viewer").get(f"/operations/{operation.pk}/?{query}").content.decode())
    assert {name for name in ("edge-0", "edge-1", "edge-2", "edge-3") if f">{name}<" in text} == shown


@pytest.mark.parametrize("query", ["standing=x", "sort=x", "wave=x", "cursor=x"])
def test_a_filter_that_cannot_be_followed_leaves_the_page_standing(query: str, sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    answer = sign_in("Viewer").get(f"/operations/{operation.pk}/?{query}")
    assert answer.status_code == 400
    assert operation.title in answer.content.decode()


def test_it_says_who_or_what_stopped_it_and_when(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    at = world.now - timedelta(minutes=7)
    Campaign.objects.update(stop_reason="Canaries: edge-0 failed", stopped_at=at)
    whole, part = sign_in("Viewer"), sign_in("Viewer", region="Europe")
    for client in (whole, part):
        head = client.get(f"/operations/{operation.pk}/campaign/head").content.decode()
        assert "Halted by the campaign itself" in head
        assert at.isoformat() in head
    Operation.objects.update(state=OperationState.ABORTED, state_reason="Stopped by olga: Smoke (4 not run)")
    Campaign.objects.update(stop_reason="Stopped by olga: Smoke", stopped_by="olga")
    head = whole.get(f"/operations/{operation.pk}/campaign/head").content.decode()
    assert "Stopped by olga: Smoke (4 not run)" in head
    assert "Aborted by olga" in head
    report = whole.get(f"/api/v1/campaigns/{operation.pk}/report/").json()
    assert (report["outcome"], report["stopped_by"]) == ("aborted", "olga")
    page = part.get(f"/operations/{operation.pk}/campaign/report").content.decode()
    assert f"Aborted by olga, {at:%Y-%m-%d %H:%M} UTC" in page


def test_turns_are_for_everybody_and_their_reasons_for_whoever_sees_the_whole(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    control.hold(operation.pk, True, Actor("olga", "test"), world.now)
    control.hold(operation.pk, False, Actor("piet", "test"), world.now)
    campaign_control.abort(operation.pk, "edge-0 burns", Actor("olga", "test"), world.now)
    told = {}
    for name, client in (("whole", sign_in("Viewer")), ("part", sign_in("Viewer", region="Europe"))):
        rows = client.get(f"/api/v1/campaigns/{operation.pk}/").json()["turns"]
        told[name] = [(row["who"], row["verb"], row["reason"]) for row in rows]
        assert all(row["at"] for row in rows)
        history = client.get(f"/operations/{operation.pk}/campaign/history").content.decode()
        assert all(word in history for word in ("paused it", "resumed it", "aborted it", "piet"))
        assert ("edge-0 burns" in history) == (name == "whole")
    assert told["whole"] == [("olga", "hold", ""), ("piet", "release", ""), ("olga", "abort", "edge-0 burns")]
    assert told["part"] == [(who, verb, "") for who, verb, _ in told["whole"]]


def test_while_no_window_is_open_it_says_until_when(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    opens = world.now + timedelta(hours=5)
    Campaign.objects.update(waits_until=opens)
    head = sign_in("Viewer").get(f"/operations/{operation.pk}/campaign/head").content.decode()
    assert "No window is open for long enough" in head
    assert f'Until <time datetime="{opens.isoformat()}"' in head


def test_whoever_sees_a_part_sees_no_name_of_the_rest(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    Batch.objects.update(state=BatchState.WAITING, message="edge-0 is on hold: secret works")
    Campaign.objects.update(stop_reason="Canaries: edge-0 failed", hardest="edge-0 costs")
    set_site(operation, "edge-1", "running")
    client = sign_in("Viewer", region="Europe")
    text = client.get(f"/operations/{operation.pk}/").content.decode()
    assert "edge-1" in text
    assert "edge-0" not in text
    assert "secret works" not in text
    assert "that you may see" in text
    hidden = Target.objects.get(operation=operation, name="edge-0")
    assert client.get(f"/operations/{operation.pk}/targets/{hidden.pk}/").status_code == 404


def test_out_of_scope_is_not_there(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    client = sign_in("Viewer", region="Nowhere")
    for path in ("", "campaign/head", "campaign/waves", "campaign/history", "batches/1/"):
        assert client.get(f"/operations/{operation.pk}/{path}").status_code == 404


def test_text_from_upstream_is_escaped(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world, reason=EVIL, title=EVIL)
    begin(operation, world)
    evil = {
        "step_state": EVIL[:64], "step_details": EVIL, "message": EVIL, "hold_reason": EVIL, "excuse": EVIL,
        "error_before": EVIL, "new_alarms": [{"alarm_id": EVIL, "entity": EVIL}], "error": EVIL,
        "reasons": [{"key": EVIL, "sentence": EVIL, "effect": EVIL}], "before": {"ceph": EVIL, "hosts_unfit": [EVIL]},
        "after": {"health": EVIL, "sentences": [EVIL]}, "held_by": EVIL, "excused_by": EVIL, "baseline": [],
        "baseline_at": world.now,
    }  # fmt: skip
    pages = [f"/operations/{operation.pk}/", f"/operations/{operation.pk}/batches/1/"]
    for at, state in enumerate(("running", "failed", "completed", "ready")):
        target = set_site(operation, f"edge-{at}", state, **evil)
        pages.append(f"/operations/{operation.pk}/targets/{target.pk}/")
    Batch.objects.update(
        message=EVIL, strategy_state=EVIL[:32], last_steps=[{"cloud": EVIL, "state": EVIL, "details": EVIL}]
    )
    Campaign.objects.update(
        stop_reason=EVIL, hardest=EVIL, approver_name=EVIL, approval_note=EVIL, plan={"warnings": [EVIL]}
    )
    client = sign_in("Engineer")
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        assert EVIL not in answer.content.decode()


def test_one_site_tells_all_that_is_kept_of_it(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    target = set_site(
        operation, "edge-0", "completed", baseline=[{"alarm_id": "1.1"}], baseline_at=world.now, before={"ceph": "ok"},
        after={"health": "bad", "sentences": ["Its version is 26.09.0."]}, error_before="old error",
        step_state="complete", new_alarms=[{"alarm_id": "200.004", "entity": "host=controller-0"}],
    )  # fmt: skip
    text = sign_in("Viewer").get(f"/operations/{operation.pk}/targets/{target.pk}/").content.decode()
    for said in ("1 alarm stood", "Its version is 26.09.0.", "old error", "200.004", "host=controller-0"):
        assert said in text


def test_one_site_tells_its_windows_in_its_own_time(sign_in: SignIn, world: World) -> None:
    night = {"name": "Nights", "weekdays": [*range(7)], "start": "23:00", "end": "04:00"}
    operation = make_campaign(world, rules={"gates": {"prestaged": False}, "windows": [night]})
    Cloud.objects.filter(name="edge-1").update(timezone="America/Sao_Paulo")
    target = Target.objects.get(operation=operation, name="edge-1")
    path = f"/operations/{operation.pk}/targets/{target.pk}/"
    client = sign_in("Viewer")
    text = client.get(path).content.decode()
    assert "America/Sao_Paulo" in text
    assert text.count(" 23:00 – ") >= 2  # the first may be open already
    assert text.count(" 02:00 – ") >= 2
    set_site(operation, "edge-1", "completed")
    assert "Its windows" not in client.get(path).content.decode()


def test_the_history_names_who_did_what(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    client = sign_in("Engineer")
    client.post(f"/operations/{operation.pk}/campaign/abort", {"reason": "wrong release"})
    text = client.get(f"/operations/{operation.pk}/campaign/history").content.decode()
    assert "planned it" in text
    assert "cancelled it" in text
    assert "wrong release" in text
    assert Operation.objects.get().state == OperationState.CANCELLED


@pytest.mark.parametrize("many", [1, 60])
def test_queries_are_pinned(many: int, sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world, more=many)
    begin(operation, world)
    Target.objects.filter(operation=operation, name__startswith="store").update(state=TargetState.RUNNING)
    CampaignTarget.objects.update(held_by="x")
    client = sign_in("Viewer")
    client.get(f"/operations/{operation.pk}/")
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/operations/{operation.pk}/")
    # session, user, standing; operation, campaign, tally, waves, batches; sites, children, chain, audit; counts of the
    # top bar
    assert len(captured) == 13
