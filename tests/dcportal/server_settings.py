"""The portal's own settings, with the views of tests/dcportal/views.py and smaller limits."""

from dcportal.settings import *  # noqa: F403  a settings module is all names of another, and a few more

ROOT_URLCONF = "tests.dcportal.views"
REQUEST_BODY_LIMIT = 4_000_000
REQUEST_BODY_SECONDS = 3.0
REQUESTS_IN_FLIGHT = 16
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith(("sites.", "axes.", "django.contrib.auth"))]  # noqa: F405
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
SILENCED_SYSTEM_CHECKS = ["axes.W002", "axes.W003"]
