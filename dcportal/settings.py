"""All settings of the portal, grouped by subject. What an installation may change is read through env.py."""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from dcportal.database.dsn import django_database
from dcportal.env import env_bool, env_float, env_int, env_list, env_secret, env_str

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env_str("DCPORTAL_VAR", str(BASE_DIR / "var")))

# --- Identity of this installation -----------------------------------------------------------------------------------
SECRET_KEY = env_secret("DCPORTAL_SECRET_KEY", VAR_DIR / "secret-key")
SEAL_KEY = env_secret(
    "DCPORTAL_SEAL_KEY", VAR_DIR / "seal-key"
)  # seals controllers' credentials; never in the database
DEBUG = env_bool("DCPORTAL_DEBUG", False)
ALLOWED_HOSTS = env_list("DCPORTAL_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env_list("DCPORTAL_TRUSTED_ORIGINS", [])
HTTPS = env_bool("DCPORTAL_HTTPS", False)

# --- Django ----------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "channels",
    "django_q",
    "axes",
    "csp",
    "events",
    "sites",
    "alarms",
    "hosts",
    "network",
    "ceph",
    "operations",
    "collector",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "dcportal.static.PackedStatic",
    "events.middleware.StreamCursorMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "sites.middleware.ScopesMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "dcportal.urls"
ASGI_APPLICATION = "dcportal.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "sites.context.portal",
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- Database: PostgreSQL only ---------------------------------------------------------------------------------------
DATABASES = {"default": django_database(env_str("DATABASE_URL"), VAR_DIR)}

# --- Who signs in ----------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "map"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"

# --- Browser-side safety ---------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
REQUEST_BODY_LIMIT = env_int("DCPORTAL_BODY_LIMIT", 20 * 1024 * 1024)  # bytes
REQUEST_BODY_SECONDS = env_float("DCPORTAL_BODY_SECONDS", 60)
REQUEST_THREADS = env_int("DCPORTAL_THREADS", 8)
REQUESTS_IN_FLIGHT = env_int("DCPORTAL_IN_FLIGHT", 64)

# --- Static files ----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
PACKED_ROOT = VAR_DIR / "packed"  # by dcportal.static
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# --- REST ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "sites.tokens.BearerAuthentication",  # first: it decides that a missing credential is a 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["sites.rest.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "sites.rest.JsonParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "sites.rest.explain",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "dcportal",
    "DESCRIPTION": "One pane of glass for StarlingX Distributed Clouds.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,  # what is asked and what is answered have different fields
}

# --- Live stream -----------------------------------------------------------------------------------------------------
STREAM_AUTHENTICATE = "sites.access.stream_visibility"  # (scope) -> events.visibility.Visibility | None
STREAM_ACCESS_MARK = "sites.access.stream_access_mark"  # () -> a text that changes when anybody's rights do
STREAM_TICK_SECONDS = 0.2
EVENT_RETENTION = timedelta(days=30)  # older events are pruned; a cursor from before is answered with resync
ALARM_HISTORY = timedelta(days=env_int("DCPORTAL_HISTORY_DAYS", 400))  # 13 months; of spans and removed clouds too
SIGN_IN_HISTORY = timedelta(days=90)
PRUNERS = [  # what `manage.py prune` calls, beside clearsessions
    "events.retention.prune",
    "sites.idempotency.forget_keys",
    "alarms.retention.forget_cleared",
    "sites.retention.forget_spans",
    "sites.retention.forget_clouds",
    "sites.retention.forget_sign_ins",
    "operations.retention.forget_operations",
]

# --- Background tasks (django-q2; at-least-once with overlap: see docs/decisions) -------------------------------------
Q_CLUSTER = {
    "name": "dcportal",
    "orm": "default",
    "broker_class": "operations.queue.Broker",
    "workers": env_int("DCPORTAL_WORKERS", 2),
    "timeout": 90,
    "retry": 300,
    "queue_limit": env_int("DCPORTAL_WORKERS", 2),
    "bulk": 1,
    "max_attempts": 5,
    "ack_failures": True,
    "catch_up": False,
    "poll": 0.5,
    "save_limit": 200,
    "recycle": 500,
}
WORKER_HEARTBEAT = {  # seconds; a cluster that leaves a beat unanswered for `patience` is killed and started again
    "every": env_float("DCPORTAL_HEARTBEAT", 5),
    "patience": env_float("DCPORTAL_HEARTBEAT_PATIENCE", 120),
}
HOUSEKEEPING: dict[str, float] = {  # dotted path of a function without arguments: seconds between its calls
    "operations.housekeeping.prune": 600,
    "operations.housekeeping.erase_secrets": 300,
}

# --- Reading the fleet: seconds between looks. The demo divides them by SPEED, never below half a second --------------
SPEED = env_float("DCPORTAL_SPEED", 1.0)


def _paced(seconds: float) -> float:
    return max(0.5, seconds / SPEED)


POLL_SECONDS = {
    "alarm_counts": _paced(30),  # T0: GET /v1.0/alarms, all subclouds in one call
    "central_alarms": _paced(30),  # T0: FM of the central region
    "subclouds": _paced(60),  # T0: GET /v1.0/subclouds
    "groups": _paced(60),
    "strategy_options": _paced(300),
    "alarms": _paced(300),  # T1: slow sweep; at once when counts or states change
    "inventory": _paced(3600),  # T2
    "open_page": _paced(8),  # T3: while somebody looks at the subcloud
    "health": _paced(300),  # measured Ceph and NIC exporter, where Kubernetes can be reached
}
STALE_AFTER_PERIODS = 3
CAMPAIGNS = env_bool("DCPORTAL_CAMPAIGNS", True)  # pages and REST of campaigns
OPERATION_SECONDS = {
    "lease": env_float("DCPORTAL_LEASE", 90),  # a step lasts 30 s at most; what a killed worker held waits so long
    "poll": _paced(15),  # between two looks at a subcloud that something is done to
    "unmoved": max(5.0, 120 / SPEED),  # a request is sent again only when nothing has moved for so long
    "again": _paced(60),  # before a batch of a campaign is tried again after trouble
    "look": max(10.0, 30 / SPEED),  # how often it is asked to look at a site that it waits for after the work
    "settle": max(60.0, 1800 / SPEED),  # how long a site may take to be well, and to be read, after it was worked on
}
COLLECTOR_CONCURRENCY = env_int("DCPORTAL_CONCURRENCY", 64)  # calls under way per controller

# --- Logs: one line each on stderr; secrets never reach them ----------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env_str("DCPORTAL_LOG_LEVEL", "INFO")},
}
