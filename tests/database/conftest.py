import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dcportal.database import layout
from tests.database.running import PrivateServer


@pytest.fixture
def private_server(tmp_path: Path) -> Iterator[Callable[..., PrivateServer]]:
    """Start the private server of a pretended checkout called `name`."""
    made: list[PrivateServer] = []

    def start(name: str = "portal") -> PrivateServer:
        var = tmp_path / name / "var"
        made.append(PrivateServer(var, tmp_path / "database.log"))
        return made[-1].start()

    yield start
    for each in made:
        each.stop()
        if os.geteuid() == 0:
            shutil.rmtree(layout.for_checkout(each.var).home, ignore_errors=True)
