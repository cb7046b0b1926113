"""Private CAs, wrong CAs, IPv6."""

from __future__ import annotations

from pathlib import Path

import pytest

from starlingx.errors import TlsFailed, Unreachable
from starlingx.session import CloudSession, Connector
from tests.starlingx.authority import make_authority, server_tls
from tests.starlingx.conftest import CREDENTIALS
from tests.starlingx.replay import Replay


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_the_right_ca_is_trusted(host: str, tmp_path: Path) -> None:
    ca, key = make_authority(tmp_path, "dc-root")
    replay = Replay()
    server = await replay.start(host, server_tls(tmp_path, "dc-root", key))
    async with Connector(ca_file=ca) as connector:
        session = CloudSession(connector, auth_url=replay.auth_url, credentials=CREDENTIALS)
        assert (await session.catalog()).central_region() == "RegionOne"
    await server.close()


async def _failure(ca_file: Path | None, replay: Replay) -> TlsFailed:
    async with Connector(ca_file=ca_file) as connector:
        session = CloudSession(connector, auth_url=replay.auth_url, credentials=CREDENTIALS)
        with pytest.raises(TlsFailed) as failure:
            await session.catalog()
    assert isinstance(failure.value, Unreachable)
    return failure.value


async def test_other_authorities_are_not_trusted(tmp_path: Path) -> None:
    _, key = make_authority(tmp_path, "dc-root")
    other, _ = make_authority(tmp_path, "other-root")
    replay = Replay()
    server = await replay.start(tls=server_tls(tmp_path, "dc-root", key))
    assert "fails against the configured CA bundle: unable to get local issuer" in str(await _failure(other, replay))
    assert "no CA bundle is configured" in str(await _failure(None, replay))
    await server.close()


async def test_an_expired_certificate_says_so(tmp_path: Path) -> None:
    ca, key = make_authority(tmp_path, "dc-root")
    replay = Replay()
    server = await replay.start(tls=server_tls(tmp_path, "dc-root", key, ends_in=-1))
    assert "certificate has expired" in str(await _failure(ca, replay))
    await server.close()


async def test_a_plain_port_is_no_tls_port(replay: Replay) -> None:
    replay.base = replay.base.replace("http://", "https://")
    assert "the port may speak plain HTTP" in str(await _failure(None, replay))


@pytest.mark.parametrize("content", [None, "not a certificate"])
async def test_an_unusable_bundle_is_told_at_once(content: str | None, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_text(content)
    with pytest.raises(TlsFailed, match=r"the CA bundle .*bundle\.pem' cannot be used"):
        async with Connector(ca_file=bundle):
            pass


async def test_ipv6_without_tls() -> None:
    replay = Replay()
    server = await replay.start("::1")
    async with Connector() as connector:
        session = CloudSession(connector, auth_url=replay.auth_url, credentials=CREDENTIALS)
        assert (await session.catalog()).endpoints
    await server.close()
