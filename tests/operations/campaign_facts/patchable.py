"""Makes the small fleet fit for a campaign: a release on the controllers that every site wants and may have."""

from datetime import timedelta

from hosts.models import Host
from sites.credentials import seal
from sites.models import Cloud, CollectorBeat, Controller, Release
from tests.sites.world import World

RELEASE = "starlingx-26.09.1"
BEFORE = "starlingx-26.09.0"
WELL = {
    "software_version": "26.09", "endpoint_sync": {"software": "out-of-sync", "kubernetes": "out-of-sync"},
    "sync_status": "out-of-sync", "backup_status": "complete-central", "ceph_status": "ok", "ceph_source": "measured",
    "system_mode": "simplex", "timezone": "UTC",
}  # fmt: skip


def make_patchable(world: World) -> None:
    """Every subcloud of the world."""
    Controller.objects.update(write_username="writer", write_password_sealed=seal("write-secret"))
    for controller in world.controllers:
        controller.refresh_from_db()
        CollectorBeat.objects.create(
            controller=controller, collector="test", beat_at=world.now, t0_at=world.now - timedelta(seconds=1)
        )
    make_sites_patchable(world, list(Cloud.objects.filter(kind="subcloud")))
    for central in world.centrals:
        Cloud.objects.filter(pk=central.pk).update(software_version="26.09")
        for release in (BEFORE, RELEASE):
            Release.objects.create(cloud=central, release_id=release, state="deployed", sw_version=release[10:])


def leave_open(*names: str) -> None:
    """The release runs at these sites, or failed to, and its deployment was not deleted."""
    Release.objects.filter(cloud__name__in=names, release_id=RELEASE).update(state="deploying")


def make_sites_patchable(world: World, clouds: list[Cloud]) -> None:
    Cloud.objects.filter(pk__in=[cloud.pk for cloud in clouds]).update(backup_at=world.now - timedelta(hours=3), **WELL)
    Release.objects.bulk_create(
        Release(cloud=cloud, release_id=release, state=state, sw_version=release[10:])
        for cloud in clouds
        for release, state in ((BEFORE, "deployed"), (RELEASE, "available"))
    )
    Host.objects.bulk_create(
        Host(
            cloud=cloud, uuid=f"host-{cloud.pk}", hostname="controller-0", administrative="unlocked",
            operational="enabled", availability="available", active_controller=True, changed_at=world.now,
        )
        for cloud in clouds
    )  # fmt: skip
