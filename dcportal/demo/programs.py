"""The programs of the demo, in the order in which they start; they stop in the opposite one."""

import sys
from pathlib import Path

from dcportal.demo.options import CHECKOUT, HOST, Options
from processes.child import Program

PYTHON = sys.executable


def all_of(options: Options, *, own_database: bool) -> dict[str, Program]:
    """Programs by name. The database is left out where DATABASE_URL names one."""
    commands = {
        "database": ("-m", "dcportal.database", "run"),
        "simulator": (
            *("-m", "simulator", f"--subclouds={options.subclouds}", f"--controllers={options.controllers}"),
            *(f"--seed={options.seed}", f"--speed={options.speed}", f"--port={options.simulator_port}"),
            f"--state-dir={options.var / 'simulator'}",
        ),
        "web": (
            *("-m", "uvicorn", "dcportal.asgi:application", f"--host={HOST}", f"--port={options.port}"),
            *("--ws=websockets-sansio", "--no-access-log", "--timeout-graceful-shutdown=3"),
            # Packing costs each socket ten times its memory, for frames of a few hundred bytes; clients say little.
            *("--ws-per-message-deflate=false", "--ws-max-size=16384"),
        ),
        "collector": ("manage.py", "collect"),
        "worker": ("manage.py", "worker"),
    }
    if not own_database:
        del commands["database"]
    return {name: program(name, command, options) for name, command in commands.items()}


def setup(options: Options) -> Program:
    """What runs once at each start: migrations, users, controllers."""
    return program("setup", ("-m", "dcportal.demo.setup"), options)


def program(name: str, command: tuple[str, ...], options: Options) -> Program:
    environment = {"DCPORTAL_VAR": str(options.var), "DCPORTAL_SPEED": str(options.speed), "PYTHONUNBUFFERED": "1"}
    # The database ends last and may have much to write; nobody gains by killing it early.
    patience = 90.0 if name == "database" else 15.0
    return Program(name, (PYTHON, *command), log_of(options, name), environment, CHECKOUT, patience)


def log_of(options: Options, name: str) -> Path:
    return options.var / "log" / f"{name}.log"
