#!/usr/bin/env python
"""Entry of every Django command: migrate, collect, worker, add_controller, prune, …"""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dcportal.settings")
    from django.core.management import execute_from_command_line  # after the settings module is named

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
