"""What exists, where, and who may see it."""

from sites.models.access import ApiToken, ScopeGrant
from sites.models.brake import Brake
from sites.models.clouds import Cloud, Region, RegionBox, SubcloudGroup
from sites.models.controllers import Controller, ControllerLease, ControllerService
from sites.models.observation import (
    Certificate,
    CollectorBeat,
    CollectorProcess,
    FacetState,
    HealthFailure,
    Hint,
    KubernetesVersion,
    Release,
    StatusSpan,
)
from sites.models.requests import IdempotencyKey
from sites.models.surroundings import Neighbours, Surroundings

__all__ = [
    "ApiToken",
    "Brake",
    "Certificate",
    "Cloud",
    "CollectorBeat",
    "CollectorProcess",
    "Controller",
    "ControllerLease",
    "ControllerService",
    "FacetState",
    "HealthFailure",
    "Hint",
    "IdempotencyKey",
    "KubernetesVersion",
    "Neighbours",
    "Region",
    "RegionBox",
    "Release",
    "ScopeGrant",
    "StatusSpan",
    "SubcloudGroup",
    "Surroundings",
]
