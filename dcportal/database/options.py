"""Settings of the private server and of the portal's role in it."""

from collections.abc import Mapping
from pathlib import Path

SERVER: Mapping[str, str] = {
    "listen_addresses": "",  # unix socket only
    "unix_socket_permissions": "0700",
    "port": "5432",
    "max_connections": "150",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",  # costs more than it saves in queries of a few milliseconds
    "max_parallel_workers_per_gather": "0",  # keeps clear of the small /dev/shm of containers
    "autovacuum_naptime": "15s",  # facts are overwritten all the time
    "autovacuum_vacuum_scale_factor": "0.05",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and details carry values, and values may be secret: the log names errors only.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
THROW_AWAY: Mapping[str, str] = {  # for tests: nothing survives a crash, and nothing has to
    "shared_buffers": "64MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def arguments(data: Path, socket_folder: Path, extra: Mapping[str, str]) -> list[str]:
    """Command line of `postgres`. It wins over files in the data directory."""
    quoted = '"' + str(socket_folder).replace('"', '""') + '"'  # the value is a list: a path may hold a comma
    chosen = {**SERVER, "unix_socket_directories": quoted, **extra}
    return ["-D", str(data), *(part for name, value in chosen.items() for part in ("-c", f"{name}={value}"))]


def role(major: int) -> Mapping[str, str]:
    """Limits of the portal's role. An open writing transaction holds back the delivery of all events (design §5)."""
    limits = {
        "idle_in_transaction_session_timeout": "15s",
        "statement_timeout": "0",
        "timezone": "UTC",
    }
    return limits | ({"transaction_timeout": "60s"} if major >= 17 else {})
