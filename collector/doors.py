"""Sessions with the clouds of one controller, opened when first needed."""

import asyncio

from django.conf import settings

from collector.config import ControllerConfig
from collector.pacing import retry_after
from collector.site import Kind, Site
from starlingx.addresses import expand
from starlingx.kubernetes import Kubernetes
from starlingx.name_lookups import NameLookups
from starlingx.session import CloudSession, Connector, Patience

CENTRAL = "central"
OAM_IP = "{oam_ip}"
LONGEST_SECONDS = 3600.0  # about a token's life


class Doors:
    """Raises BadPattern where an address pattern makes no URL for a site."""

    def __init__(self, config: ControllerConfig, connector: Connector) -> None:
        self._config = config
        self._connector = connector
        self.central = self._open_central()

    def reopen(self, site: Site) -> None:
        """Sign in anew at the next call: the catalog that came with the token lacks a service that may be there now.

        Ever more seldom while it goes on lacking it: the next token brings the next catalog anyway.
        """
        now = asyncio.get_running_loop().time()
        quiet = now - site.reopened_at
        if site.reopenings and quiet < retry_after(site.reopenings, LONGEST_SECONDS):
            return
        site.reopened_at, site.reopenings = now, 1 if quiet > 2 * LONGEST_SECONDS else site.reopenings + 1
        if site.central:
            self.central = self._open_central()
        site.session = None

    @property
    def names(self) -> NameLookups | None:
        """Look-ups of this controller's names; None outside the Connector's `async with`."""
        return self._connector.names

    @property
    def measures(self) -> bool:
        """Whether Kubernetes can be asked."""
        return bool(self._config.kube_url and self._config.kube_token)

    @property
    def uses_oam_ip(self) -> bool:
        """Whether an address pattern names the OAM address, which dcmanager's list does not have."""
        return OAM_IP in self._config.subcloud_auth_url or (self.measures and OAM_IP in self._config.kube_url)

    def waits_to_sign_in(self, site: Site) -> bool:
        """Whether its address was not asked for yet. When it was, this look is planned, whatever came of it."""
        return OAM_IP in self._config.subcloud_auth_url and _unasked(site)

    def waits_for_kube(self, site: Site) -> bool:
        """The same for its Kubernetes."""
        return OAM_IP in self._config.kube_url and _unasked(site)

    def session(self, site: Site) -> CloudSession:
        """The site's own Keystone and services; a token is valid for its cloud only."""
        if site.session is None:
            site.session = self.central if site.central else self._open(site)
        return site.session

    def kube(self, site: Site) -> Kubernetes:
        """The site's Kubernetes API."""
        if site.kube is None:
            url = self._expanded(self._config.kube_url, site)
            site.kube = Kubernetes(self._connector, url, self._config.kube_token)
        return site.kube

    def _open_central(self) -> CloudSession:
        return CloudSession(
            self._connector,
            auth_url=self._config.auth_url,
            credentials=self._config.credentials,
            interface=self._config.interface,
            region=self._config.region,
            patience=_patience(),
        )

    def _open(self, site: Site) -> CloudSession:
        return CloudSession(
            self._connector,
            auth_url=self._expanded(self._config.subcloud_auth_url, site),
            credentials=self._config.credentials,
            interface=self._config.subcloud_interface,
            region=site.region_name,
            patience=_patience(),
        )

    def _expanded(self, pattern: str, site: Site) -> str:
        number = CENTRAL if site.number is None else site.number
        return expand(
            pattern,
            id=number,
            region_name=site.region_name or CENTRAL,
            management_start_ip=site.start_ip,
            oam_ip=site.oam_ip,
        )


def _unasked(site: Site) -> bool:
    return site.needs(Kind.ADDRESS) and site.address_tries == 0


def _patience() -> Patience:
    """Paced like all reading, so that a demo at high speed sees it end."""
    periods = settings.POLL_SECONDS
    return Patience(first=periods["subclouds"], longest=periods["inventory"] / 2)
