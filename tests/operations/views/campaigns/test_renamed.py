"""The page of a site that was renamed after the plan was made."""

from operations.models import ArchivedStep, Batch, Target
from tests.operations.conftest import SignIn
from tests.operations.views.campaigns.made import begin, make_campaign
from tests.sites.world import World


def test_its_steps_are_found_by_the_name_it_had_when_its_batch_began(sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world)
    begin(operation, world)
    target = Target.objects.get(operation=operation, name="edge-0")
    batch = Batch.objects.get(sites=target.pk)
    batch.progress = {"roster": [{"site": target.cloud_id, "dcmanager_id": 1, "name": "edge-renamed", "home_group": 1}]}
    batch.save()
    ArchivedStep.objects.create(
        batch=batch, step_id=1, cloud_name="edge-renamed", state="failed", details="odd disk", archived_at=world.now
    )
    text = sign_in("Engineer").get(f"/operations/{operation.pk}/targets/{target.pk}/").content.decode()
    assert "odd disk" in text
