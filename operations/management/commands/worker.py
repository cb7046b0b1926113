"""manage.py worker: runs background tasks until it is stopped."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Run background tasks: supervises a django-q2 cluster and enqueues what is due."
    requires_system_checks = []  # migrations and settings are checked where they change, not at each restart

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cluster", action="store_true", help="the supervised part itself; not for people")

    def handle(self, *args: Any, cluster: bool, **options: Any) -> None:
        if cluster:
            from operations import cluster as supervised

            supervised.run()
        else:
            from operations.worker import Worker

            Worker().run()
