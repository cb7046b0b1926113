"""What every test may use. Fixtures that start processes live in tests/fixtures/, one file per kind."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.fixtures.network",
    "tests.fixtures.cluster",
    "tests.fixtures.fleet",
    "tests.fixtures.portal",
    "tests.fixtures.chromium",
]

# How long one example takes says more about the other test processes than about the code.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")

LONGEST = (
    "test_deploy_survives_kills", "test_forty_sites", "test_campaign_faces_trouble", "test_thousand_sites",
    "test_campaign_survives", "test_campaign_windows", "test_campaign", "test_life_of_a_site",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes: the other test processes work through the rest meanwhile."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.fixture(scope="session", autouse=True)
def programs_have_the_settings_of_users() -> Iterator[None]:
    """What tests start inherits our environment, where pytest-django has put the settings of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_SETTINGS_MODULE", "dcportal.settings")
        yield


@pytest.fixture(scope="session", autouse=True)
def regions_outlast_a_flush() -> Iterator[None]:
    """A test with transactions of its own empties every table afterwards, and another file may follow in its process:
    the regions and the fleet's brake that migrations made are made again."""
    from django.apps import apps
    from django.db.models.signals import post_migrate

    from sites.models import Brake, Region

    migration: Any = importlib.import_module("sites.migrations.0002_regions")

    def restore(sender: Any, **_: Any) -> None:
        if sender.label == "sites" and not Region.objects.exists():
            migration.create(apps, None)
            Brake.objects.get_or_create(region="")

    post_migrate.connect(restore, weak=False)
    yield
    post_migrate.disconnect(restore)
