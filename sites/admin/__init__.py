"""The administrators' console."""

from django.contrib import admin
from django.contrib.auth.decorators import login_required

from sites.admin import controllers, observed, people, regions

__all__ = ["controllers", "observed", "people", "regions"]

admin.site.site_header = "dcportal administration"
admin.site.site_title = "dcportal"
admin.site.index_title = "Administration"
# one way in: the portal's own sign-in with its lock-out, not a second form
admin.site.login = login_required(admin.site.login)  # type: ignore[method-assign]
