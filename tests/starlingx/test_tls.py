"""Private CAs, wrong CAs, IPv6."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from starlingx.errors import TlsFailed, Unreachable
from starlingx.session import CloudSession, Connector
from tests.starlingx.conftest import CREDENTIALS
from tests.starlingx.replay import Replay

DAY = datetime.timedelta(days=1)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey, ends_in: int
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    addresses = [x509.IPAddress(ipaddress.ip_address(a)) for a in ("127.0.0.1", "::1")]
    builder = x509.CertificateBuilder(
        issuer_name=_named(issuer),
        subject_name=_named(subject),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - 30 * DAY,
        not_valid_after=now + ends_in * DAY,
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=subject == issuer, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName(addresses), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _authority(folder: Path, name: str) -> tuple[Path, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    path = folder / f"{name}.pem"
    path.write_bytes(_certificate(name, key, name, key, 365).public_bytes(serialization.Encoding.PEM))
    return path, key


def _server_tls(folder: Path, ca: str, ca_key: ec.EllipticCurvePrivateKey, ends_in: int = 30) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    pem, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    own = _certificate("subcloud", key, ca, ca_key, ends_in).public_bytes(pem)
    path = folder / "server.pem"
    path.write_bytes(own + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_password))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return context


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_the_right_ca_is_trusted(host: str, tmp_path: Path) -> None:
    ca, key = _authority(tmp_path, "dc-root")
    replay = Replay()
    server = await replay.start(host, _server_tls(tmp_path, "dc-root", key))
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
    _, key = _authority(tmp_path, "dc-root")
    other, _ = _authority(tmp_path, "other-root")
    replay = Replay()
    server = await replay.start(tls=_server_tls(tmp_path, "dc-root", key))
    assert "fails against the configured CA bundle: unable to get local issuer" in str(await _failure(other, replay))
    assert "no CA bundle is configured" in str(await _failure(None, replay))
    await server.close()


async def test_an_expired_certificate_says_so(tmp_path: Path) -> None:
    ca, key = _authority(tmp_path, "dc-root")
    replay = Replay()
    server = await replay.start(tls=_server_tls(tmp_path, "dc-root", key, ends_in=-1))
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
