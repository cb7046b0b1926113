"""The account of every BMC; all are invented, and stand in install values so that redaction can be tested."""

from __future__ import annotations

import base64

from simulator.fleet import Cloud
from simulator.hardware import in_rack

BMC_USER = "sysadmin-bmc"
RACK_PASSWORD = "not-a-real-bmc-password"


def password_of(cloud: Cloud, address: str) -> str:
    """The password of the BMC at that address; servers of the rack keep theirs when they become a site's."""
    return RACK_PASSWORD if in_rack(address) else f"{RACK_PASSWORD}-{cloud.id or 'central'}"


def encoded_password(cloud: Cloud, address: str) -> str:
    """As install values carry it, in base64."""
    return base64.b64encode(password_of(cloud, address).encode()).decode()
