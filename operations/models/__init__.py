"""Operations, their targets, and what drives them."""

from operations.models.calendar import FreezeSpan, MaintenanceWindow
from operations.models.campaigns import ArchivedStep, Batch, BatchIntent, Campaign, CampaignTarget, Wave
from operations.models.jobs import Intent, Job
from operations.models.operations import Operation, RunSecret
from operations.models.options import StrategyOptions
from operations.models.orchestration import VimStrategySeen
from operations.models.plans import DeployPlan, SiteRevision
from operations.models.targets import Attempt, PhaseSpan, Target
from operations.models.templates import SiteTemplate

__all__ = [
    "ArchivedStep",
    "Attempt",
    "Batch",
    "BatchIntent",
    "Campaign",
    "CampaignTarget",
    "DeployPlan",
    "FreezeSpan",
    "Intent",
    "Job",
    "MaintenanceWindow",
    "Operation",
    "PhaseSpan",
    "RunSecret",
    "SiteRevision",
    "SiteTemplate",
    "StrategyOptions",
    "Target",
    "VimStrategySeen",
    "Wave",
]
