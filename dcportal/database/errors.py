"""What can go wrong with the private server, in words for the person who started it."""


class DatabaseError(Exception):
    """The private PostgreSQL cannot be used. The message says why, and what to do about it."""


class InUseError(DatabaseError):
    """Another process owns the data directory."""
