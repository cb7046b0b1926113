from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = "Operations"

    def ready(self) -> None:
        from operations.busy import under_way_at  # needs the app registry
        from operations.region_names import freezes_of, operations_in
        from sites.services.controllers import KEPT_BY
        from sites.services.regions import NAMED_BY

        if under_way_at not in KEPT_BY:
            KEPT_BY.append(under_way_at)
        NAMED_BY.extend(each for each in (freezes_of, operations_in) if each not in NAMED_BY)
