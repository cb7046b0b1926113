"""django-q2's own tables in the admin console: to be read. A schedule names any function: who may write one may run
any program as the worker, which is more than an administrator of the portal is given."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django_q.models import Failure, OrmQ, Schedule, Success


class Looked(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no arguments at run time
    """Nobody adds, changes, deletes or runs again anything here, whatever their permissions."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TaskAdmin(Looked):
    list_display = ["name", "func", "started", "stopped"]


class QueueAdmin(Looked):
    list_display = ["id", "key", "lock"]
    fields = ["key", "lock"]  # the payload is pickled: nothing to unpack for a page


admin.site.unregister([Failure, OrmQ, Schedule, Success])
admin.site.register([Failure, Success], TaskAdmin)
admin.site.register(OrmQ, QueueAdmin)
