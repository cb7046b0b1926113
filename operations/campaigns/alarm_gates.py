"""Which alarms stop a strategy at a site: copies of the lists in StarlingX's code, by release and type, as data.

Every check below passes over some alarm ids; of the others, relaxed checks stop on management-affecting ones and strict
ones on all. A release we have no list for is judged by the list before it, one that is not known by what all agree on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce

from operations.campaigns.facts import AlarmFact
from operations.campaigns.strategy import Kind, StrategySpec, version

STX_10, STX_11, STX_12, MASTER = "24.09", "25.09", "26.03", "26.09"  # releases made from these branches


@dataclass(frozen=True, slots=True)
class AlarmCheck:
    """`who` looks at alarms before the work begins and passes over `ignores`. `strict`: it stops on any other alarm."""

    who: str
    ignores: frozenset[str]
    source: str
    strict: bool = False

    def stops_on(self, alarm: AlarmFact) -> bool:
        """An alarm of which FM does not tell whether it is management-affecting is taken for one that is."""
        return alarm.key.alarm_id not in self.ignores and (self.strict or alarm.mgmt_affecting is not False)


def _ids(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SW_DEPLOY = _ids(
    "100.119 200.001 200.003 250.001 280.001 280.002 280.003 280.004 280.005 700.004 750.006 900.004 900.005 900.020"
    " 900.021 900.022 900.023 900.201 900.231 900.701"
)
_KUBE_24_09 = _ids("100.103 100.119 200.001 280.001 280.002 700.004 750.006 900.007 900.401 900.701")
_ROOTCA = _ids(
    "100.103 100.119 200.001 280.001 280.002 500.200 500.210 700.004 750.006 900.008 900.009 900.501 900.701"
)
_FIRMWARE = _ids("700.004 280.002 900.006 900.301 200.001 100.119 900.701")
_SINCE_25_09 = {
    Kind.SW_DEPLOY: _SW_DEPLOY,
    Kind.KUBERNETES: _KUBE_24_09 | _ids("900.022 900.023"),
    Kind.KUBE_ROOTCA: _ROOTCA,
    Kind.FIRMWARE: _FIRMWARE,
}

# nfv, nfv/nfv-vim/nfv_vim/strategy/_strategy.py, IGNORE_ALARMS of the strategies, at the commits of `_VIM_SOURCE`
_VIM: Mapping[str, Mapping[Kind, frozenset[str]]] = {
    STX_10: _SINCE_25_09 | {Kind.KUBERNETES: _KUBE_24_09},
    STX_11: _SINCE_25_09,
    STX_12: _SINCE_25_09,
    MASTER: _SINCE_25_09
    | {
        Kind.SW_DEPLOY: _SW_DEPLOY | _ids("900.007 900.202 900.401 900.402"),
        Kind.KUBERNETES: _KUBE_24_09 | _ids("900.022 900.023 900.024 900.402"),
    },
}
_VIM_SOURCE = {
    STX_10: "nfv r/stx.10.0 ab63f7469538",
    STX_11: "nfv r/stx.11.0 1a28881bf9cf",
    STX_12: "nfv r/stx.12.0 cec43b2f81a8",
    MASTER: "nfv master 1fa7c309c6c8 (2026-08-06)",
}

# update, software/scripts/deploy-precheck: the same list in r/stx.10.0, r/stx.11.0, r/stx.12.0 and master. The VIM has
# it made while it builds the strategy, unless a deployment is open already; relaxed means with `force`.
_USM = _ids("280.001 280.002 280.003 280.004 280.005 900.201")
_USM_WITH_KUBERNETES = _ids("900.007 900.023 900.401")
_USM_SOURCE = "update master 51560ae01cb8 (2026-08-21), software/scripts/deploy-precheck"

# distcloud, dcmanager/orchestrator/states/kube/pre_check.py ALARM_IGNORE_LIST: the same in all four
_DCMANAGER_KUBE = _ids("100.003 200.001 700.004 750.006 900.007 900.401")
_DCMANAGER_KUBE_SOURCE = "distcloud master 8ae018234641 (2026-08-21), orchestrator/states/kube/pre_check.py"
_PRESTAGE_SOURCE = "distcloud master 8ae018234641 (2026-08-21), dcmanager/common/prestage.py"


@lru_cache(maxsize=256)
def alarm_checks(
    spec: StrategySpec, software_version: str, *, strict: bool = False, deployment_open: bool = False
) -> tuple[AlarmCheck, ...]:
    """The checks that `spec` meets at a site of `software_version` (like "26.03"), first the first one."""
    checks = []
    if spec.kind is Kind.KUBERNETES:
        checks.append(AlarmCheck("dcmanager's Kubernetes check", _DCMANAGER_KUBE, _DCMANAGER_KUBE_SOURCE))
    if spec.prestages and not (spec.force and spec.kind is Kind.PRESTAGE):
        checks.append(AlarmCheck("dcmanager's prestage check", frozenset(), _PRESTAGE_SOURCE))
    if spec.kind is not Kind.PRESTAGE:
        ignores, source = _vim_list(spec.kind, software_version)
        checks.append(AlarmCheck("the VIM", ignores, source, strict))
    if spec.deploys and not deployment_open:
        ignores = _USM | _USM_WITH_KUBERNETES if spec.kube_upgrade else _USM
        checks.append(AlarmCheck("USM's precheck", ignores, _USM_SOURCE, strict))
    return tuple(checks)


def _vim_list(kind: Kind, software_version: str) -> tuple[frozenset[str], str]:
    asked = version(software_version)[:2]
    known = [release for release in _VIM if asked and version(release) <= asked]
    if not known:
        agreed = reduce(frozenset.intersection, (lists[kind] for lists in _VIM.values()))
        return agreed, "what all known releases of nfv agree on"
    return _VIM[known[-1]][kind], _VIM_SOURCE[known[-1]]


# What a strategy raises by itself while it works, or leaves behind when all went well: never a failure of the site.
# 900.021 (deploy failed), 900.202 and the like (aborting), 900.203 and the like (failed) are not among them.
OWN_ALARMS: Mapping[Kind, frozenset[str]] = {
    Kind.SW_DEPLOY: _ids("900.005 900.020 900.022 900.023 900.201"),
    Kind.KUBERNETES: _ids("900.007 900.401"),
    Kind.KUBE_ROOTCA: _ids("900.008 900.501"),
    Kind.FIRMWARE: _ids("900.006 900.301"),
    Kind.PRESTAGE: frozenset(),
}
