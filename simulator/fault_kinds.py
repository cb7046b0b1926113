"""The kinds of fault, what they mean and which options they take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Option = str | int | float | None


class FaultError(ValueError):
    """The kind is unknown, or an option is unknown or out of range."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """`options` maps a name to its default; the type of the default is the type of the option.

    `target`: "clouds" that exist, "central" clouds only, or "work" of dcmanager on subclouds, which may be named before
    they exist.
    """

    name: str
    text: str
    options: Mapping[str, Option] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    seconds: float | None = None  # how long without --for; None: until ended
    target: Literal["clouds", "central", "work"] = "clouds"

    def parse(self, given: Mapping[str, Any]) -> dict[str, Option]:
        """The options with defaults filled in. Raises FaultError."""
        unknown = sorted(set(given) - set(self.options))
        if unknown:
            known = ", ".join(self.options) or "none"
            raise FaultError(f"{self.name} has no option {', '.join(unknown)}; it has: {known}")
        return {name: self._value(name, given.get(name), default) for name, default in self.options.items()}

    def _value(self, name: str, given: Any, default: Option) -> Option:
        if given is None:
            return default
        try:
            value = str(given) if default is None else type(default)(given)
        except (TypeError, ValueError) as error:
            raise FaultError(f"{name}={given} is not a {type(default).__name__}") from error
        low, high = self.limits.get(name, (-1e6, 1e6))
        if isinstance(value, int | float) and not low <= value <= high:
            raise FaultError(f"{name} must be between {low:g} and {high:g}")
        allowed = self.choices.get(name)
        if allowed and value not in allowed:
            raise FaultError(f"{name} must be one of {', '.join(allowed)}")
        return value


# phases of dcmanager's work, and why they fail
PHASES = (
    "create",
    "pre-install",
    "install",
    "pre-bootstrap",
    "bootstrap",
    "pre-config",
    "configure",
    "pre-init-enroll",
    "init-enroll",
    "pre-enroll",
    "enroll",
    "pre-rehome",
    "rehome",
    "network",
    "abort",
)
CAUSES = (
    "bmc_cred",
    "ping_bmc",
    "rvmc_process",
    "rvmc_timeout",
    "dm_pod_failed",
    "dm_apply_failed",
    "images_download_failure",
    "failed_ssl_cert",
    "ssh",
    "timeout",
    "route",
)

# what a site may raise after it has been patched
AFTER_PATCHES = ("200.006", "250.001", "100.104", "100.118", "400.001", "750.002", "850.002")

KINDS: dict[str, FaultKind] = {
    kind.name: kind
    for kind in (
        FaultKind(
            "wan-cut",
            "the link is cut: the site's services do not answer, dcmanager's audit fails",
            {"mode": "abort"},
            {"mode": ("abort", "hang")},
        ),
        FaultKind(
            "power-loss",
            "the site has no power: its services do not answer, its BMCs say Off, and its hosts boot again afterwards",
            {"mode": "abort"},
            {"mode": ("abort", "hang")},
        ),
        FaultKind("cable-pulled", "a port loses its carrier", {"host": "controller-0", "port": "enp177s0f0"}),
        FaultKind("osd-lost", "an OSD is down, Ceph is degraded", {"host": "controller-0", "osd": 0}),
        FaultKind("clock-skew", "the site's clock is off by that many seconds", {"seconds": 120.0}),
        FaultKind(
            "slow",
            "answers come late by that many seconds",
            {"seconds": 5.0, "service": None},
            limits={"seconds": (0, 3600)},
        ),
        FaultKind("error", "answers are that status", {"status": 500, "service": None}, limits={"status": (400, 599)}),
        FaultKind(
            "drop",
            "the connection is dropped instead of an answer",
            {"rate": 1.0, "service": None},
            limits={"rate": (0, 1)},
        ),
        FaultKind(
            "malformed",
            "answers are broken: an HTML page, cut short, huge, with a script in every text, "
            "or with null for every value",
            {"what": "html", "mib": 32, "service": None},
            {"what": ("html", "truncated", "huge", "script", "nulls")},
            {"mib": (1, 1024)},
        ),
        FaultKind("expired-tokens", "tokens issued before the fault are refused"),
        FaultKind("no-service", "a service is missing from the catalog", {"type": "faultmanagement"}),
        FaultKind(
            "controller-restart",
            "dcmanager-manager restarts: work under way is interrupted (its status becomes the failed one), and the "
            "central services are away for a while: no connection (drop), or dcmanager answers 503",
            {"mode": "drop"},
            {"mode": ("drop", "503")},
            seconds=20.0,
            target="central",
        ),
        FaultKind(
            "controller-deploying",
            "the System Controller's own software deployment is under way: adding, deleting, redeploying, "
            "bootstrapping and prestaging are refused",
            target="central",
        ),
        FaultKind(
            "rpc-slow",
            "dcmanager's manager answers its API late by that many seconds (divided by --speed); what takes more than "
            "60 is answered with 500 although it is done",
            {"seconds": 90.0},
            limits={"seconds": (0, 3600)},
            target="central",
        ),
        FaultKind(
            "lost-answer",
            "writes are done, but their answer is an error or the connection is dropped; path= is a part of the path, "
            "times= how often",
            {"how": "error", "status": 500, "service": None, "path": None, "times": 0},
            {"how": ("error", "drop")},
            {"status": (400, 599), "times": (0, 1_000_000)},
        ),
        FaultKind(
            "deploy-fails",
            "deployments fail in a phase; --subcloud may name sites (a,b,c) that do not exist yet; times= how often "
            "for each site",
            {"phase": "install", "cause": None, "times": 0},
            {"phase": PHASES, "cause": CAUSES},
            {"times": (0, 1_000_000)},
            target="work",
        ),
        FaultKind(
            "deploy-stuck",
            "a phase of deployments does not end before the fault does; --subcloud as for deploy-fails",
            {"phase": "install"},
            {"phase": PHASES},
            target="work",
        ),
        FaultKind("unauthorized", "credentials and tokens are refused", {"service": None}),
        FaultKind(
            "backup-fails",
            "backups and restores fail in a phase; --subcloud as for deploy-fails, times= how often for each site",
            {"phase": "backing-up", "times": 0},
            {"phase": ("validating", "pre-backup", "backing-up", "deleting-backup", "pre-restore", "restoring")},
            {"times": (0, 1_000_000)},
            target="work",
        ),
        FaultKind(
            "prestage-fails",
            "prestaging one subcloud fails; --subcloud as for deploy-fails, times= how often for each site",
            {"times": 0},
            limits={"times": (0, 1_000_000)},
            target="work",
        ),
        FaultKind(
            "patch-fails",
            "strategies fail at a site in that phase, times= how often: before anything is done (pre-check), while "
            "releases are copied (prestage), while the VIM builds (create) or applies (apply) its strategy, or at the "
            "end (finish)",
            {"phase": "apply", "times": 0},
            {"phase": ("pre-check", "prestage", "create", "apply", "finish")},
            {"times": (0, 1_000_000)},
            target="work",
        ),
        FaultKind(
            "patch-raises-alarm",
            "a site that has been patched raises an alarm so many seconds later (divided by --speed); the default one "
            "is management-affecting and service-affecting",
            {"alarm_id": "200.006", "severity": "major", "after": 60.0},
            {"alarm_id": AFTER_PATCHES, "severity": ("critical", "major", "minor", "warning")},
            {"after": (0, 86400)},
            target="work",
        ),
        FaultKind(
            "bmc-unreachable",
            "the BMC of a host (without host=: of every host) does not answer; host= may be the address of a server "
            "in the rack, with --subcloud central",
            {"host": None, "mode": "abort"},
            {"mode": ("abort", "hang")},
        ),
        FaultKind(
            "bmc-bad-credentials",
            "the BMC of a host (without host=: of every host) refuses its account: somebody has changed the password",
            {"host": None},
        ),
    )
}


def kind_named(name: str) -> FaultKind:
    """Raises FaultError."""
    if name not in KINDS:
        raise FaultError(f"unknown kind {name}; there are: {', '.join(KINDS)}")
    return KINDS[name]
