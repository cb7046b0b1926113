"""Where a controller's secrets go. Whoever may change an address must not thereby learn what it is kept for.

The same holds for the CA bundle: with an authority of one's own in it, whoever stands on the way could pose as the
System Controller. Interface and region are no such change: passwords go to Keystone's address alone, and where its
tokens go is said by the catalog of that same Keystone.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from sites.models import Controller
from starlingx.addresses import SUBCLOUD_AUTH_URL

USED_AT = {  # address: the secrets that are sent there
    "auth_url": ("password", "write_password"),
    "subcloud_auth_url": ("password", "write_password"),
    "bmc_url": ("password", "write_password"),
    "kube_url": ("kube_token",),
}
DEFAULTS = {"subcloud_auth_url": SUBCLOUD_AUTH_URL}
PORTS = {"https": ":443", "http": ":80"}
PUBLIC = b"the authorities this system trusts"
ANYBODY = b"nobody has to vouch"


def secrets_to_enter(before: Controller, after: Controller, entered: Collection[str]) -> dict[str, str]:
    """{secret: why it must be entered again}: it is kept, was not `entered`, and would now go elsewhere.

    `after` may already hold newly sealed secrets: what was kept is read from `before`.
    """
    kept = [
        secret
        for secret in ("password", "write_password", "kube_token")
        if secret not in entered and getattr(before, f"{secret}_sealed") and getattr(after, f"{secret}_sealed")
    ]
    found: dict[str, str] = {}
    for address in moved(before, after):
        for secret in [each for each in kept if each in _sent_by(address, after)]:
            found.setdefault(secret, f"{address} changes scheme, host or port: enter this secret again.")
    if authorities(after.ca_bundle) - authorities(before.ca_bundle):
        for secret in kept:
            found.setdefault(secret, "ca_bundle trusts an authority it did not: enter this secret again.")
    if ANYBODY not in boards(before) and boards(after) - boards(before):
        for secret in [each for each in kept if each in USED_AT["bmc_url"]]:
            found.setdefault(secret, "BMCs are believed that were not: enter this secret again.")
    return found


def authorities(bundle: str) -> frozenset[bytes]:
    """Digests of the certificates that vouch for the other side. The order in the bundle, and what else stands in it,
    make no difference."""
    if not bundle:
        return frozenset({PUBLIC})
    found = x509.load_pem_x509_certificates(bundle.encode())
    return frozenset(certificate.fingerprint(SHA256()) for certificate in found)


def boards(controller: Controller) -> frozenset[bytes]:
    """The same for BMCs. Where nobody has to vouch for them every one is believed."""
    if not controller.bmc_verify:
        return frozenset({ANYBODY})
    return authorities(controller.bmc_ca_bundle or controller.ca_bundle)


def moved(before: Controller, after: Controller) -> list[str]:
    """The addresses that lead elsewhere now. One that is not used any more leads nowhere."""
    return [
        name
        for name in USED_AT
        if (there := origin(_effective(after, name))) is not None and there != origin(_effective(before, name))
    ]


def origin(url: str) -> tuple[str, str] | None:
    """Scheme, and host with port; placeholders stay as they are. None without a URL.

    The text of host and port is compared, not what it means: a spelling that is new is asked about once too often,
    never once too seldom.
    """
    if not url:
        return None
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, parts.netloc.lower().removesuffix(PORTS.get(scheme, "/"))


def _sent_by(address: str, after: Controller) -> tuple[str, ...]:
    """A cloud reached through a new Keystone also says what the placeholders of the Kubernetes URL stand for."""
    told_by_clouds = address.endswith("auth_url") and "{" in "".join(origin(after.kube_url) or ())
    return (*USED_AT[address], "kube_token") if told_by_clouds else USED_AT[address]


def _effective(controller: Controller, address: str) -> str:
    return getattr(controller, address) or DEFAULTS.get(address, "")
