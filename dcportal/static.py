"""Static files, packed by the portal itself: nobody has to run collectstatic, and nothing can be out of step with it.

Each file that gains by it is packed once, when a web process starts, and kept below var/ under the digest of its
content, so the next start finds it there. Files with a packed one beside them (the basemap) are served with that.
"""

import gzip
import hashlib
import logging
import os
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

log = logging.getLogger(__name__)
WORTH_PACKING = {".css", ".html", ".js", ".json", ".map", ".svg", ".txt", ".xml"}  # others are packed in themselves
SMALLEST = 512  # bytes
LEVEL = 9

Stats = Mapping[str, os.stat_result]


class PackedStatic(WhiteNoiseMiddleware):
    """WhiteNoise, which looks for packed files only beside the original, with those that lie elsewhere."""

    def get_static_file(
        self, path: str, url: str, stat_cache: Mapping[str, os.stat_result] | None = None
    ) -> StaticFile:
        """Raises MissingFileError, as WhiteNoise's own does."""
        found = super().get_static_file(path, url, stat_cache)
        if len(found.alternatives) > 1:
            return found
        about = os.stat(path)
        packed = packed_file(Path(path), about.st_mtime_ns, about.st_size)
        if packed is None:
            return found
        ((_, _, headers),) = found.alternatives
        kept = [(name, value) for name, value in headers if name != "Content-Length"]
        return StaticFile(path, kept, encodings={"gzip": str(packed)})


@lru_cache(maxsize=4096)
def packed_file(path: Path, changed_ns: int, size: int) -> Path | None:
    """The file packed; None where that is not worth it or nothing can be kept. A file is read once per version."""
    if path.suffix not in WORTH_PACKING or size < SMALLEST:
        return None
    content = path.read_bytes()
    packed = Path(settings.PACKED_ROOT) / f"{hashlib.sha256(content).hexdigest()[:32]}.gz"
    try:
        if not packed.exists():
            _write(packed, gzip.compress(content, LEVEL, mtime=0))
    except OSError as error:
        _complain(str(error))
        return None
    return packed


def _write(target: Path, content: bytes) -> None:
    """Whole or not at all: other web processes may be doing the same."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, target)


@lru_cache(maxsize=1)
def _complain(why: str) -> None:
    """Once."""
    log.warning("static files are sent unpacked, which costs only time: %s", why)
