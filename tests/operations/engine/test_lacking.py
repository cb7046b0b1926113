"""A request whose secrets were erased is held and asked about, not sent and refused."""

from typing import Any

import pytest

from operations.engine.lacking import lacking
from operations.engine.request import Request
from operations.payloads import SitePlan
from operations.planning.sheets import SiteRow
from starlingx.secret import Secret
from tests.operations.engine.sites import BOOTSTRAP, HEADER, INSTALL, row
from tests.simulator.new_sites import DEPLOY_CONFIG

CELLS = dict(zip(HEADER, row(1).split(","), strict=True))
TEXTS = {"bootstrap_values": BOOTSTRAP, "install_values": INSTALL, "deploy_config": DEPLOY_CONFIG}
SYSADMIN = Secret("sysadmin*4")


def request(verb: str, status: str, *secrets: str, revised: tuple[str, ...] = (), **more: Any) -> Request:
    site = SitePlan(TEXTS, {}, SiteRow(1, CELLS), {"revised": list(revised)})
    return Request(verb, 7, {}, "", dict.fromkeys(secrets, SYSADMIN), {}, {}, site, None, status, **more)


@pytest.mark.parametrize(
    ("verb", "status", "revised", "missing"),
    [
        ("resume", "bootstrap-failed", (), ""),
        ("resume", "bootstrap-failed", ("bootstrap_values",), "docker_registries/docker.io/password"),
        ("resume", "config-failed", ("bootstrap_values",), ""),  # dcmanager takes only those of phases that are left
        ("bootstrap", "install-complete", ("bootstrap_values",), "docker_registries/docker.io/password"),
        ("add", "", (), "docker_registries/docker.io/password"),
    ],
)
def test_corrected_documents_want_their_secrets(verb: str, status: str, revised: tuple[str, ...], missing: str) -> None:
    told = lacking(request(verb, status, "sysadmin_password", "bmc_password", revised=revised))
    assert (missing in told) if missing else told == ""
    whole = request(verb, status, "sysadmin_password", "bmc_password", "password", revised=revised)
    assert lacking(whole) == ""


def test_the_password_of_sysadmin_always() -> None:
    assert "sysadmin" in lacking(request("resume", "bootstrap-failed", "password", revised=("bootstrap_values",)))
