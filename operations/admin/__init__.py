"""The administrators' console: operations and background tasks are looked at; templates and brakes are changed."""

from operations.admin import changed, observed, tasks

__all__ = ["changed", "observed", "tasks"]
