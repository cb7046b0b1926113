"""Addresses of sites: pages, fragments, sign-in; and its share of the REST interface (`api`)."""

from django.contrib.auth import views as auth
from django.urls import URLPattern, URLResolver, path

from sites.views import fleetmap

urlpatterns: list[URLPattern | URLResolver] = [
    path("", fleetmap.page, name="map"),
    path("sign-in/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("sign-out/", auth.LogoutView.as_view(), name="logout"),
    path("password/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
]

api: list[URLPattern | URLResolver] = []
