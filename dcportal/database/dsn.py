"""From a DATABASE_URL to Django's DATABASES entry. Importable without Django settings."""

from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

POINTER = "database-url"  # in var/: written by the private server, so that every command finds it


def django_database(url: str, var_dir: Path) -> dict[str, Any]:
    """DATABASES["default"] for `url`, else for the private server whose address stands in var/database-url.

    Without either the entry names a socket that does not exist: commands that need no database still run,
    and those that do fail with a message that says what is missing.
    """
    pointer = var_dir / POINTER
    if not url and pointer.exists():
        url = pointer.read_text(encoding="utf-8").strip()
    parts = conninfo_to_dict(url or "host=/no-database-set-DATABASE_URL-or-run-make-demo dbname=dcportal")
    parts.setdefault("options", "-c jit=off")  # compiling costs more than it saves in queries of milliseconds
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "dcportal"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "CONN_MAX_AGE": None,  # one connection per pool thread for its life
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": parts,
    }
