"""The administrators' console: operations and background tasks are looked at, never changed here."""

from operations.admin import observed, tasks

__all__ = ["observed", "tasks"]
