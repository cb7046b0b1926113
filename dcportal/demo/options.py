"""What a person may ask of the demo: variables of `make demo`, checked before anything is started."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"


class WrongOptionError(Exception):
    """A variable that cannot be used. The message names it and says what would do."""


@dataclass(frozen=True, slots=True)
class Options:
    port: int
    simulator_port: int
    subclouds: int
    controllers: int
    speed: float
    seed: int
    var: Path

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def simulator_url(self) -> str:
        return f"http://{HOST}:{self.simulator_port}"


def read() -> Options:
    """From the environment; make passes its variables there. Raises WrongOptionError."""
    return Options(
        port=_whole("PORT", 8000, 1, 65535),
        simulator_port=_whole("SIMULATOR_PORT", 9000, 1, 65535),
        subclouds=_whole("SUBCLOUDS", 500, 1, 50_000),
        controllers=_whole("CONTROLLERS", 2, 1, 100),
        speed=_number("SPEED", 1.0),
        seed=_whole("SEED", 7, 0, 2**31),
        var=Path(os.environ.get("DCPORTAL_VAR") or CHECKOUT / "var").absolute(),
    )


def _whole(name: str, default: int, least: int, most: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise WrongOptionError(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return int(text)


def _number(name: str, default: float) -> float:
    text = os.environ.get(name) or str(default)
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.01 <= number <= 10_000:
        raise WrongOptionError(f"{name} must be a number from 0.01 to 10000, not {text!r}")
    return number


def require_free(options: Options) -> None:
    """Raises WrongOptionError if one of the ports is taken: better now than in a log."""
    for name, port in (("PORT", options.port), ("SIMULATOR_PORT", options.simulator_port)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections just closed do no harm
            try:
                probe.bind((HOST, port))
            except PermissionError:
                raise WrongOptionError(f"port {port} may not be used by this account: make demo {name}=…") from None
            except OSError:
                raise WrongOptionError(f"port {port} is taken: make demo {name}={port + 1}") from None
    if options.port == options.simulator_port:
        raise WrongOptionError("PORT and SIMULATOR_PORT must differ")
