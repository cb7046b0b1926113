"""The administrators' console: operations and tasks are looked at; templates, brakes and the calendar are changed."""

from operations.admin import calendar, changed, observed, tasks

__all__ = ["calendar", "changed", "observed", "tasks"]
