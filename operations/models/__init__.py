"""Operations, their targets, and what drives them."""

from operations.models.jobs import Intent, Job
from operations.models.operations import Operation, RunSecret
from operations.models.orchestration import VimStrategySeen
from operations.models.targets import Attempt, PhaseSpan, Target
from operations.models.templates import SiteTemplate

__all__ = [
    "Attempt",
    "Intent",
    "Job",
    "Operation",
    "PhaseSpan",
    "RunSecret",
    "SiteTemplate",
    "Target",
    "VimStrategySeen",
]
