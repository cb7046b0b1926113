"""The way to one System Controller with its write account, for one short step of a job."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from sites.credentials import unseal
from sites.models import Controller
from starlingx.keystone import Token
from starlingx.session import CloudSession, Connector, Credentials

_tokens: dict[int, tuple[datetime, Token]] = {}  # of this process: a step lasts seconds, a token an hour


class ReadOnlyControllerError(Exception):
    """The controller has no write account: it may not be changed from here."""


@asynccontextmanager
async def door(controller: Controller) -> AsyncIterator[CloudSession]:
    """A session for reads and writes. Raises ReadOnlyControllerError, CannotUnsealError, TlsFailed."""
    if not controller.write_username or controller.write_password_sealed is None:
        raise ReadOnlyControllerError(
            f"{controller.name} is read-only from here: an administrator must give it a write user."
        )
    credentials = Credentials(controller.write_username, unseal(controller.write_password_sealed))
    async with connector(controller) as opened:
        session = CloudSession(
            opened,
            auth_url=controller.auth_url,
            credentials=credentials,
            interface=controller.interface,
            region=controller.region or None,
            token=_known(controller),
        )
        try:
            yield session
        finally:
            if session.token is not None:
                _tokens[controller.pk] = (controller.changed_at, session.token)


@asynccontextmanager
async def connector(controller: Controller) -> AsyncIterator[Connector]:
    """Connections that trust the controller's own CA bundle."""
    with tempfile.TemporaryDirectory() as folder:  # 0700; gone with the step
        path: Path | None = None
        if controller.ca_bundle:
            path = Path(folder, "ca.pem")
            path.write_text(controller.ca_bundle, encoding="utf-8")
        async with Connector(ca_file=path, limit=4) as opened:
            yield opened


def _known(controller: Controller) -> Token | None:
    changed_at, token = _tokens.get(controller.pk, (None, None))
    return token if changed_at == controller.changed_at and token is not None and not token.is_due() else None
