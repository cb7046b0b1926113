"""The portal's own settings, with no pages, a door for tests, and quicker checks."""

from dcportal.settings import *  # noqa: F403  a settings module is all names of another, and a few more

ROOT_URLCONF = "tests.events.doors"
STREAM_AUTHENTICATE = "tests.events.doors.decide"
STREAM_TICK_SECONDS = 0.05
STREAM_RECHECK_SECONDS = 1.0
STREAM_SEND_SECONDS = 2.0
STREAM_SOCKETS_PER_USER = 30
ALLOWED_HOSTS = ["127.0.0.1", "portal.example"]
CSRF_TRUSTED_ORIGINS = ["https://noc.example"]
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith(("sites.", "axes."))]  # noqa: F405
