from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class SitesConfig(AppConfig):
    name = "sites"
    verbose_name = "Sites"

    def ready(self) -> None:
        # permissions exist only when the last app has been migrated, so this waits for the last
        post_migrate.connect(_apply_roles, dispatch_uid="sites.roles")


def _apply_roles(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    from sites.roles import apply_roles  # needs the app registry

    if sender is [app for app in apps.get_app_configs() if app.models_module][-1]:
        apply_roles(apps, using)
