"""Static files come packed to whoever takes them packed, and whole to anybody else."""

import gzip
from pathlib import Path

import pytest
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.test import RequestFactory
from pytest_django import Settings

from dcportal import static

ADDRESS = "/static/js/live.js"
SOURCE = settings.BASE_DIR / "static/js/live.js"


@pytest.fixture(autouse=True)
def packed(settings: Settings, tmp_path: Path) -> Path:
    settings.PACKED_ROOT = tmp_path / "packed"
    static.packed_file.cache_clear()
    return tmp_path / "packed"


def fetch(address: str, **headers: str) -> tuple[dict[str, str], bytes]:
    """Through the whole chain of middleware, made anew as when a process starts."""
    handler = BaseHandler()
    handler.load_middleware()
    response = handler.get_response(RequestFactory().get(address, headers=headers))
    assert response.status_code == 200
    return dict(response.items()), b"".join(response)  # type: ignore[arg-type] # a file is streamed


def test_packed_for_those_who_take_it(packed: Path) -> None:
    headers, body = fetch(ADDRESS, accept_encoding="br, gzip")
    assert (headers["Content-Encoding"], headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert headers["Content-Type"].startswith("text/javascript")
    assert int(headers["Content-Length"]) == len(body) < len(SOURCE.read_bytes()) / 2
    assert gzip.decompress(body) == SOURCE.read_bytes()
    headers, body = fetch(ADDRESS)
    assert "Content-Encoding" not in headers
    assert body == SOURCE.read_bytes()


def test_the_second_start_finds_everything_packed(packed: Path) -> None:
    fetch(ADDRESS, accept_encoding="gzip")
    written = {file: file.stat().st_mtime_ns for file in packed.iterdir()}
    assert len(written) > 40
    static.packed_file.cache_clear()
    fetch(ADDRESS, accept_encoding="gzip")
    assert {file: file.stat().st_mtime_ns for file in packed.iterdir()} == written


def test_what_is_packed_in_itself_or_has_a_packed_one_beside_it_is_left_alone(packed: Path) -> None:
    headers, _ = fetch("/static/vendor/fontsource-variable-inter@5.3.0/files/inter-latin-wght-normal.woff2",
                       accept_encoding="gzip")  # fmt: skip
    assert "Content-Encoding" not in headers
    headers, body = fetch("/static/basemap/lite.topo.json", accept_encoding="gzip")
    beside = settings.BASE_DIR / "static/basemap/lite.topo.json.gz"
    assert (headers["Content-Encoding"], body) == ("gzip", beside.read_bytes())


def test_where_nothing_can_be_kept_files_come_whole(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    settings.PACKED_ROOT = tmp_path / "file" / "packed"
    headers, body = fetch(ADDRESS, accept_encoding="gzip")
    assert "Content-Encoding" not in headers
    assert body == SOURCE.read_bytes()
    assert "unpacked" in caplog.text
