"""When the certificate of a service expires, as its TLS handshake shows it."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime

from yarl import URL

from starlingx.errors import BadPattern
from starlingx.name_lookups import NameLookups

SECONDS = 10.0


async def expires_at(url: str, ca_file: str | None, names: NameLookups) -> datetime | None:
    """None for plain HTTP, and where the handshake fails: then the calls themselves fail and say why.

    `names` is the controller's own: the process's pool of threads for look-ups is everybody's. Raises BadPattern for
    what is no URL of a host: catalogs are written by people.
    """
    try:
        address = URL(url)
        scheme, host, port = address.scheme, address.host, address.port
    except ValueError:
        scheme, host, port = "", None, None
    if not host or not port:
        raise BadPattern(f"the catalog has {url[:200]!r}, which is no address")
    if scheme != "https":
        return None
    try:
        context = await asyncio.to_thread(ssl.create_default_context, cafile=ca_file)
        async with asyncio.timeout(SECONDS):
            writer = await _connect(host, port, context, names)
    except (OSError, TimeoutError, UnicodeError):  # the last: a name that no name server would take
        return None
    certificate = writer.get_extra_info("peercert") or {}
    writer.close()
    told = certificate.get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(told), UTC) if isinstance(told, str) else None


async def _connect(host: str, port: int, context: ssl.SSLContext, names: NameLookups) -> asyncio.StreamWriter:
    """To the first address that answers. Raises OSError."""
    problem = OSError(f"{host} has no address")
    for found in await names.resolve(host, port, socket.AF_UNSPEC):
        try:
            _, writer = await asyncio.open_connection(found["host"], port, ssl=context, server_hostname=host)
        except OSError as caught:
            problem = caught
        else:
            return writer
    raise problem
