"""Every kind of event with its payload: the contract with browsers and scripts. The list is closed."""

from enum import StrEnum
from typing import Any, NotRequired, TypedDict


class Kind(StrEnum):
    """What happened; the part before the dot is the noun that `subject` names."""

    CLOUD_ADDED = "cloud.added"
    CLOUD_CHANGED = "cloud.changed"
    CLOUD_REMOVED = "cloud.removed"
    CLOUD_ALARMS = "cloud.alarms"
    CLOUD_CONTACT = "cloud.contact"
    CLOUD_CEPH = "cloud.ceph"
    CLOUD_NIC = "cloud.nic"
    ALARM_RAISED = "alarm.raised"
    ALARM_CHANGED = "alarm.changed"
    ALARM_CLEARED = "alarm.cleared"
    HOST_CHANGED = "host.changed"
    PORT_CHANGED = "port.changed"
    VIM_CHANGED = "vim.changed"
    CONTROLLER_CHANGED = "controller.changed"
    GROUP_CHANGED = "group.changed"
    BRAKE_CHANGED = "brake.changed"
    OPERATION_ADDED = "operation.added"
    OPERATION_CHANGED = "operation.changed"
    TARGET_CHANGED = "target.changed"
    CAMPAIGN_CHANGED = "campaign.changed"


class CloudNamed(TypedDict, total=False):
    """cloud.added, cloud.removed. `moved`: from one home group or region to another, told at both places."""

    name: str
    moved: bool


class Changed(TypedDict):
    """cloud.changed, host.changed, vim.changed, controller.changed, group.changed, brake.changed and operation.changed:
    the new value of each field that changed."""

    fields: dict[str, Any]


class CloudAlarms(TypedDict):
    """cloud.alarms: the badge and the counts of active alarms; sent when any of them changes."""

    severity: str
    critical: int
    major: int
    minor: int
    warning: int
    active: int


class CloudContact(TypedDict):
    """cloud.contact: reachable, unreachable or unknown. `stale`, of a reachable one: its alarms are not current."""

    contact: str
    stale: NotRequired[bool]


class CloudCeph(TypedDict):
    """cloud.ceph: ok, warn, error, unknown or none, and how it is known (measured, alarm, inferred)."""

    status: str
    source: str


class CloudNic(TypedDict):
    """cloud.nic: the worst link and how many ports are up, down, unknown."""

    status: str
    up: int
    down: int
    unknown: int


class AlarmFacts(TypedDict):
    """alarm.raised, alarm.changed, alarm.cleared; `reason_text` at most 255 characters."""

    alarm_id: str
    entity_instance_id: str
    severity: str
    reason_text: str


class PortLink(TypedDict):
    """port.changed."""

    host: str
    name: str
    link_state: str


class OperationNamed(TypedDict):
    """operation.added."""

    kind: str
    title: str


class TargetFacts(TypedDict):
    """target.changed: `operation` is its id; `step` a name of ours, `deploy_status` dcmanager's word, `message` what it
    does or waits for; `percent` None where none was told, `percent_at` when it was: other things may have changed."""

    operation: int
    name: str
    state: str
    step: str
    attempt: int
    deploy_status: str
    message: str
    percent: int | None
    percent_at: str | None
    stuck: bool


class CampaignFacts(TypedDict, total=False):
    """campaign.changed: a batch, or (without `batch`) a wave or the whole campaign."""

    operation: int
    batch: int
    wave: int
    state: str
    message: str
    strategy: int | None
    strategy_state: str


PAYLOAD: dict[Kind, type] = {
    Kind.CLOUD_ADDED: CloudNamed,
    Kind.CLOUD_CHANGED: Changed,
    Kind.CLOUD_REMOVED: CloudNamed,
    Kind.CLOUD_ALARMS: CloudAlarms,
    Kind.CLOUD_CONTACT: CloudContact,
    Kind.CLOUD_CEPH: CloudCeph,
    Kind.CLOUD_NIC: CloudNic,
    Kind.ALARM_RAISED: AlarmFacts,
    Kind.ALARM_CHANGED: AlarmFacts,
    Kind.ALARM_CLEARED: AlarmFacts,
    Kind.HOST_CHANGED: Changed,
    Kind.PORT_CHANGED: PortLink,
    Kind.VIM_CHANGED: Changed,
    Kind.CONTROLLER_CHANGED: Changed,
    Kind.GROUP_CHANGED: Changed,
    Kind.BRAKE_CHANGED: Changed,
    Kind.OPERATION_ADDED: OperationNamed,
    Kind.OPERATION_CHANGED: Changed,
    Kind.TARGET_CHANGED: TargetFacts,
    Kind.CAMPAIGN_CHANGED: CampaignFacts,
}
