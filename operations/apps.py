from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = "Operations"

    def ready(self) -> None:
        from operations.busy import under_way_at  # needs the app registry
        from sites.services.controllers import KEPT_BY

        if under_way_at not in KEPT_BY:
            KEPT_BY.append(under_way_at)
