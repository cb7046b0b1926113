"""Says once that something began to fail, and once that it works again."""

import logging

log = logging.getLogger(__name__)


class Turns:
    """Remembers what fails. Bounded by what can fail: a handful of services for each controller."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._failing: set[str] = set()

    def failed(self, what: str, reason: object) -> None:
        if what not in self._failing:
            self._failing.add(what)
            log.warning("%s: %s fails: %s", self._owner, what, reason)

    def succeeded(self, what: str) -> None:
        if what in self._failing:
            self._failing.discard(what)
            log.info("%s: %s works again", self._owner, what)
