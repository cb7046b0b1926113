"""The BMCs of a subcloud, for taking it out of service: asked and told over Redfish."""

from operations.models import Target
from starlingx.secret import Secret


async def power_state(target: Target) -> str:
    """On, Off, or "" where no BMC answers."""
    return ""


async def power_off(target: Target, password: Secret) -> None:
    """Raises StarlingXError."""
