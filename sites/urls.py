"""Addresses of sites: pages, fragments, sign-in; and its share of the REST interface (`api`)."""

from django.contrib.auth import views as auth
from django.urls import URLPattern, URLResolver, path

from sites.api import clouds, events, history, tokens
from sites.api import controllers as rest_controllers
from sites.views import cloudlist, cloudpage, controllers, fleetmap, lateness, signin
from sites.views import tokens as token_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", fleetmap.page, name="map"),
    path("controllers/", controllers.index, name="controllers"),
    path("controllers/<int:pk>/", controllers.page, name="controller"),
    path("fleet/late", lateness.banner, name="fleet-late"),
    path("map/feed", fleetmap.feed, name="map-feed"),
    path("map/counts", fleetmap.counts, name="map-counts"),
    path("map/unlocated", fleetmap.unlocated, name="map-unlocated"),
    path("subclouds/", cloudlist.page, name="subclouds"),
    path("subclouds/export.csv", cloudlist.export, name="subclouds-export"),
    path("subclouds/<int:pk>/", cloudpage.page, name="subcloud"),
    path("subclouds/<int:pk>/watch", cloudpage.watch, name="subcloud-watch"),
    path("subclouds/<int:pk>/ask", cloudpage.ask, name="subcloud-ask"),
    path("subclouds/<int:pk>/head", cloudpage.head, name="subcloud-head"),
    path("subclouds/<int:pk>/tiles", cloudpage.tiles, name="subcloud-tiles"),
    path("subclouds/<int:pk>/software", cloudpage.software, name="subcloud-software"),
    path("subclouds/<int:pk>/timeline", cloudpage.history, name="subcloud-timeline"),
    path("subclouds/<int:pk>/place", cloudpage.place, name="subcloud-place"),
    path("subclouds/<int:pk>/panel", fleetmap.panel, name="subcloud-panel"),
    path("login/", signin.SignIn.as_view(), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("tokens/", token_pages.page, name="tokens"),
    path("tokens/<int:pk>/revoke", token_pages.revoke, name="token-revoke"),
    path("password/", signin.PasswordChange.as_view(), name="password_change"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
]

api: list[URLPattern | URLResolver] = [
    path("controllers/", rest_controllers.Controllers.as_view(), name="controllers"),
    path("controllers/<int:pk>/", rest_controllers.OneController.as_view(), name="controller"),
    path("subclouds/", clouds.Subclouds.as_view(), name="subclouds"),
    path("subclouds/<int:pk>/", clouds.Subcloud.as_view(), name="subcloud"),
    path("subclouds/<int:pk>/history/", history.SubcloudHistory.as_view(), name="subcloud-history"),
    path("events/", events.Events.as_view(), name="events"),
    path("audit/", events.Audit.as_view(), name="audit"),
    path("tokens/", tokens.Tokens.as_view(), name="tokens"),
    path("tokens/<int:pk>/", tokens.Token.as_view(), name="token"),
]
