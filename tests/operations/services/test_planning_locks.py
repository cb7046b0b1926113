"""To plan takes long: whom that holds up meanwhile, and what may have changed when it is over."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from operations.choices import OperationState, TargetState
from operations.models import Campaign, Operation, Target
from operations.services import campaigns
from operations.services.campaign_children import retry_failed
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from sites.models import Cloud
from tests.operations.services.campaigning import Crew, actor, campaign_of

WANTED = {"software": "out-of-sync", "kubernetes": "out-of-sync", "kube-rootca": "out-of-sync"}
SOON = "SET LOCAL lock_timeout = '500ms'"
ROOT_CA = {"kind": "kube-rootca-update", "force": True}
Meanwhile = Callable[[Callable[[], Any]], None]


@pytest.fixture(autouse=True)
def wanting(crew: Crew) -> None:
    """Every site wants a root CA too."""
    Cloud.objects.filter(kind="subcloud").update(endpoint_sync=WANTED)


def elsewhere(do: Callable[[], Any]) -> Any:
    """What comes of it on a connection of its own, where nobody is waited for."""

    def alone() -> Any:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(SOON)
                return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(alone).result()


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Has something done once, when a plan has been made and is not written yet."""

    def arrange(do: Callable[[], Any]) -> None:
        todo, propose = [do], campaigns.propose

        def planned(*given: Any, **more: Any) -> Any:
            found = propose(*given, **more)
            if todo:
                todo.pop()()
            return found

        monkeypatch.setattr(campaigns, "propose", planned)

    return arrange


def retry(crew: Crew, operation: Operation) -> Operation:
    return retry_failed(operation.pk, {}, crew.planner, actor(crew.planner), crew.now)


@pytest.fixture
def failed(crew: Crew) -> Operation:
    """It runs, and one of its sites has failed."""
    operation = crew.running()
    Target.objects.filter(name="edge-0").update(state=TargetState.FAILED)
    return operation


@pytest.mark.django_db(transaction=True)
def test_a_campaign_goes_on_while_what_failed_is_planned_again(
    crew: Crew, failed: Operation, meanwhile: Meanwhile
) -> None:
    seen: list[int] = []

    def goes_on() -> None:
        row = Campaign.objects.select_for_update().get(pk=failed.pk)
        row.save(update_fields=["waits_until"])
        seen.append(row.pk)

    meanwhile(lambda: elsewhere(goes_on))
    retry(crew, failed)
    assert seen == [failed.pk]


@pytest.mark.django_db(transaction=True)
def test_the_same_is_not_planned_twice_at_once(crew: Crew, failed: Operation, meanwhile: Meanwhile) -> None:
    def second() -> None:
        with pytest.raises(OperationalError, match="lock timeout"):  # it would wait for the first
            elsewhere(lambda: retry(crew, failed))

    meanwhile(second)
    child = retry(crew, failed)
    with pytest.raises(NotNowError, match=f"Campaign {child.pk} "):
        retry(crew, failed)
    assert Campaign.objects.filter(parent=failed.pk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_once_the_plan_is_written_the_engine_may_still_write_the_parent(
    crew: Crew, failed: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds the head of the audit then, which the engine may hold too: neither may wait for the other."""
    seen: list[int] = []
    audit = campaigns.audit

    def written(*given: Any) -> None:
        audit(*given)
        seen.append(elsewhere(lambda: Campaign.objects.filter(pk=failed.pk).update(waits_until=None)))

    monkeypatch.setattr(campaigns, "audit", written)
    retry(crew, failed)
    assert seen == [1]


def test_the_one_before_that_is_forgotten_meanwhile_is_said_to_be_gone(crew: Crew, meanwhile: Meanwhile) -> None:
    first = crew.plan()
    meanwhile(lambda: Operation.objects.filter(pk=first.pk).delete())
    with pytest.raises(RefusedError) as caught:
        crew.plan(strategy=ROOT_CA, after=first.pk)
    assert caught.value.problems == {"after": f"There is no campaign #{first.pk}."}
    assert Operation.objects.get() == first  # nothing of the other was written, nor in this test of what was deleted


def test_a_parent_that_is_forgotten_meanwhile_is_said_to_be_gone(crew: Crew, meanwhile: Meanwhile) -> None:
    first = crew.running()
    Target.objects.filter(name="edge-0").update(state=TargetState.FAILED)
    Operation.objects.filter(pk=first.pk).update(state=OperationState.FAILED_TEMP, ended_at=crew.now)
    meanwhile(lambda: Operation.objects.filter(pk=first.pk).delete())
    with pytest.raises(NotNowError, match="forgotten"):
        retry(crew, first)


def test_a_link_that_is_inherited_outlives_the_one_before(crew: Crew, meanwhile: Meanwhile) -> None:
    before = crew.plan()
    first = crew.running(strategy=ROOT_CA, after=before.pk)
    Target.objects.filter(operation=first, name="edge-0").update(state=TargetState.FAILED)
    meanwhile(lambda: Operation.objects.filter(pk=before.pk).delete())
    again = campaign_of(retry(crew, first))
    assert (again.after_number, again.after_id) == (before.pk, None)
