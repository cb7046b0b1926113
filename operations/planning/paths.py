"""Where in a document a value stands: `bootstrap_values/docker_registries/k8s.gcr.io/url`, as JSON Pointer writes it
("~1" for "/", "~0" for "~"), because keys of registries have dots."""

from __future__ import annotations

Path = tuple[str | int, ...]


def written(path: Path) -> str:
    """The path as text."""
    return "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in path)
