import errno
import shutil
from pathlib import Path

import pytest

from processes.logs import bound


def test_a_log_is_bounded_while_its_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    with path.open("ab", buffering=0) as writer:
        writer.write(b"x" * 100)
        assert bound(path, largest=100) is False
        writer.write(b"y")
        assert bound(path, largest=100) is True
        writer.write(b"after")
    assert path.read_bytes() == b"after"
    assert (tmp_path / "web.log.1").read_bytes() == b"x" * 100 + b"y"


def test_no_log_yet(tmp_path: Path) -> None:
    assert bound(tmp_path / "absent.log") is False


def test_a_full_disk_costs_the_part_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "web.log"
    path.write_bytes(b"x" * 101)
    monkeypatch.setattr(shutil, "copyfile", full)
    assert bound(path, largest=100) is True
    assert path.read_bytes() == b""
    assert not (tmp_path / "web.log.1").exists()
