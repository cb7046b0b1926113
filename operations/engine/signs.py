"""Signs that a request took effect although the word is the one that was there before it.

A moved row is none: people edit it, and dcmanager's audit counts the failed looks at an offline site in the same row
every 40 s (dc:dcmanager/audit/subcloud_audit_worker_manager.py).
"""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from operations.engine.seen import NETWORK, Progress, Sent, digest
from starlingx.records import Subcloud


def moved(subcloud: Subcloud, sent: Sent) -> bool:
    """Whether anything at all was written into the row since."""
    told = subcloud.updated_at.isoformat() if subcloud.updated_at else None
    return told != sent.before.get("updated_at")


def same_word(subcloud: Subcloud, sent: Sent, ended: Progress, *, sign: bool) -> Progress:
    """The word is what it was before the request. Without a `sign` of work nobody knows whether it came and went:
    "perhaps" then, and not before the row has moved."""
    if not moved(subcloud, sent):
        return Progress("untouched", ended.message or subcloud.deploy_status)
    return ended if sign else replace(ended, state=f"perhaps {ended.state}")


def other_error(subcloud: Subcloud, sent: Sent) -> bool:
    """dcmanager clears the text when work begins (3.8): another one is of work since then."""
    before = sent.before.get("error_digest")
    return before is not None and digest(subcloud.error_description) != before


def network_changed(subcloud: Subcloud, sent: Sent, facts: Mapping[str, Any]) -> bool:
    """dcmanager writes the new addresses only once the site has them (dc:dcmanager/manager/subcloud_manager.py)."""
    wanted = {name: str(facts[name]) for name in NETWORK if facts.get(name)}
    there = all(same_address(getattr(subcloud, name), text) for name, text in wanted.items())
    return there and any(not same_address(str(sent.before.get(name) or ""), text) for name, text in wanted.items())


def same_address(one: str, other: str) -> bool:
    """IPv6 addresses are written in many ways, and what people gave may come back in another one."""
    try:
        return ip_address(one) == ip_address(other)
    except ValueError:
        return one == other
