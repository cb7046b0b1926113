"""When a service's certificate expires, read from its handshake."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.certificates import expires_at
from starlingx.errors import BadPattern
from starlingx.name_lookups import NameLookups
from tests.starlingx.authority import make_authority, server_tls


async def test_the_day_is_told_by_a_trusted_server_only(tmp_path: Path) -> None:
    names = NameLookups()
    ca, key = make_authority(tmp_path, "dc-root")
    other, _ = make_authority(tmp_path, "other-root")
    server = await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=server_tls(tmp_path, "dc-root", key)
    )
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v3"
    told = await expires_at(url, str(ca), names)
    assert told is not None
    assert abs(told - datetime.now(UTC) - timedelta(days=30)) < timedelta(hours=1)
    assert await expires_at(url, str(other), names) is None
    server.close()
    assert await expires_at(url, str(ca), names) is None, "nobody answers"
    await names.close()


async def test_plain_http_has_no_certificate() -> None:
    assert await expires_at("http://127.0.0.1:1/v3", None, NameLookups()) is None


BAD = ["https://10.0.0.1:99999/v3", "https://host:port", "https://[fd00::1/v3", "nonsense", "//h"]


@pytest.mark.parametrize("url", BAD)
async def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(BadPattern, match="no address"):
        await expires_at(url, None, NameLookups())


@pytest.mark.parametrize("name", ["a..b", "l" * 64 + ".example", "a.b." * 60 + "example"])
async def test_a_name_that_cannot_be_looked_up_has_no_certificate(name: str) -> None:
    assert await expires_at(f"https://{name}:5000/v3", None, NameLookups()) is None
