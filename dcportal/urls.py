"""Every page of every app, and the REST interface."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("dcportal.api")),
    path("alarms/", include("alarms.urls")),
    path("hosts/", include("hosts.urls")),
    path("network/", include("network.urls")),
    path("ceph/", include("ceph.urls")),
    path("operations/", include("operations.urls")),
    path("", include("sites.urls")),
]
handler400 = "dcportal.faults.bad_request"
handler403 = "dcportal.faults.forbidden"
handler404 = "dcportal.faults.not_found"
handler500 = "dcportal.faults.server_error"
