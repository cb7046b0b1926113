"""When the certificate of a service expires, as its TLS handshake shows it."""

import asyncio
import ssl
from datetime import UTC, datetime

from yarl import URL

SECONDS = 10.0


async def expires_at(url: str, ca_file: str | None) -> datetime | None:
    """None for plain HTTP, and where the handshake fails: then the calls themselves fail and say why."""
    address = URL(url)
    if address.scheme != "https" or address.host is None:
        return None
    try:
        context = await asyncio.to_thread(ssl.create_default_context, cafile=ca_file)
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(address.host, address.port, ssl=context)
    except (OSError, TimeoutError):
        return None
    certificate = writer.get_extra_info("peercert") or {}
    writer.close()
    told = certificate.get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(told), UTC) if isinstance(told, str) else None
