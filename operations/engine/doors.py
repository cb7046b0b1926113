"""The way to one System Controller with its write account, for one short step of a job."""

import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings

from sites.credentials import unseal
from sites.models import Controller
from starlingx.errors import Unreachable
from starlingx.keystone import Token
from starlingx.session import CloudSession, Connector, Credentials

QUIET = 20.0  # seconds for which a controller that did not answer is not asked again, by this process
_unanswered: dict[int, tuple[datetime, float, str]] = {}  # changed_at, until when (monotonic), what was said
_tokens: dict[int, tuple[datetime, Token]] = {}  # of this process: a step lasts seconds, a token an hour


class QuietControllerError(Exception):
    """It did not answer another job a moment ago: asking again for each of its sites would take all hands."""


class ReadOnlyControllerError(Exception):
    """The controller has no write account: it may not be changed from here."""


@asynccontextmanager
async def door(controller: Controller) -> AsyncIterator[CloudSession]:
    """A session for reads and writes. Raises ReadOnlyControllerError, QuietControllerError, CannotUnsealError,
    TlsFailed."""
    changed_at, until, said = _unanswered.get(controller.pk, (None, 0.0, ""))
    if changed_at == controller.changed_at and time.monotonic() < until:
        raise QuietControllerError(said)
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
        except Unreachable as problem:
            until = time.monotonic() + min(QUIET, settings.OPERATION_SECONDS["poll"])
            _unanswered[controller.pk] = (controller.changed_at, until, str(problem))
            raise
        finally:
            if session.token is not None:
                _tokens[controller.pk] = (controller.changed_at, session.token)


def connector(controller: Controller) -> AbstractAsyncContextManager[Connector]:
    """Connections that trust the controller's own CA bundle."""
    return trusting(controller.ca_bundle)


@asynccontextmanager
async def trusting(bundle: str, *, verify: bool = True) -> AsyncIterator[Connector]:
    """Connections that trust a CA bundle, "" the system's; `verify` False: any certificate."""
    with tempfile.TemporaryDirectory() as folder:  # 0700; gone with the step
        path: Path | None = None
        if bundle:
            path = Path(folder, "ca.pem")
            path.write_text(bundle, encoding="utf-8")
        async with Connector(ca_file=path, verify=verify, limit=4) as opened:
            yield opened


def _known(controller: Controller) -> Token | None:
    changed_at, token = _tokens.get(controller.pk, (None, None))
    return token if changed_at == controller.changed_at and token is not None and not token.is_due() else None
