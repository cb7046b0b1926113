"""Answers of StarlingX as frozen records: snake_case fields, enum values as the texts they came as, UTC datetimes.

An empty text, None or an empty tuple means "not told". Each record reads itself from a `Row`.
"""

from starlingx.records.bmc import BmcInterface, ComputerSystem
from starlingx.records.dcmanager import AlarmSummary, EndpointSync, Subcloud, SubcloudGroup
from starlingx.records.deploy_files import DeployFiles
from starlingx.records.fault import Alarm, AlarmList, EventLogEntry
from starlingx.records.health import HealthCheck, KubeVersion, read_health
from starlingx.records.inventory import Certificate, Host, ServiceGroup, System
from starlingx.records.kubernetes import CephCheck, CephHealth, NicLink, NicLinkList
from starlingx.records.lldp import LldpAgent, LldpNeighbour
from starlingx.records.networks import AddressPool, PlatformNetwork
from starlingx.records.peers import PeerGroup, PeerGroupAssociation, SystemPeer
from starlingx.records.ports import DataNetwork, EthernetPort, Interface, InterfaceDataNetwork, InterfaceNetwork
from starlingx.records.software import Deploy, DeployHost, Release, VimStrategy
from starlingx.records.storage import CephCluster, CephMon, Disk, Osd, StorageBackend
from starlingx.records.strategies import Strategy, StrategyStep, SwUpdateOptions
from starlingx.records.vim import VimPhase, VimStage, VimStep, VimStrategyDetail

__all__ = [
    "AddressPool",
    "Alarm",
    "AlarmList",
    "AlarmSummary",
    "BmcInterface",
    "CephCheck",
    "CephCluster",
    "CephHealth",
    "CephMon",
    "Certificate",
    "ComputerSystem",
    "DataNetwork",
    "Deploy",
    "DeployFiles",
    "DeployHost",
    "Disk",
    "EndpointSync",
    "EthernetPort",
    "EventLogEntry",
    "HealthCheck",
    "Host",
    "Interface",
    "InterfaceDataNetwork",
    "InterfaceNetwork",
    "KubeVersion",
    "LldpAgent",
    "LldpNeighbour",
    "NicLink",
    "NicLinkList",
    "Osd",
    "PeerGroup",
    "PeerGroupAssociation",
    "PlatformNetwork",
    "Release",
    "ServiceGroup",
    "StorageBackend",
    "Strategy",
    "StrategyStep",
    "Subcloud",
    "SubcloudGroup",
    "SwUpdateOptions",
    "System",
    "SystemPeer",
    "VimPhase",
    "VimStage",
    "VimStep",
    "VimStrategy",
    "VimStrategyDetail",
    "read_health",
]
