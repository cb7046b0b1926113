"""Who may ask for which operation, in which scope. A refused verb is an audit row, and nothing else happens; so is one
on what is out of scope, of which the answer says that there is nothing."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from rest_framework.request import Request

from operations.campaign_selectors import campaign_targets, campaigns
from operations.campaign_verdicts import OF_BATCHES, PAUSE, RUN, VERBS
from operations.choices import Kind
from operations.fleet_facts import standing_groups
from operations.kinds import KINDS
from operations.models import Operation, Target
from operations.selectors import operations, targets
from sites.access import EVERYTHING, Scopes
from sites.models import Cloud, Controller, SubcloudGroup
from sites.selectors import controllers, groups, subclouds
from sites.services.actors import actor_of, audit, demand, now_of


def demand_kind(request: HttpRequest | Request, kind: str, subject: str) -> None:
    """Raises PermissionDenied, after an audit row, where the user's role does not hold the kind's permission."""
    demand(request, KINDS[kind].permission, f"operation.{kind}", subject)


def absent(request: HttpRequest | Request, there: Model | None, verb: str, subject: str, said: str) -> Http404:
    """To be raised: nobody learns that what is out of scope is there, but the audit learns who tried to change it.
    `there`: what EVERYTHING finds."""
    if there is not None:
        audit(actor_of(request), verb, subject, now_of(request), {"needs": "scope"}, "refused")
    return Http404(said)


def clouds_for(request: HttpRequest | Request, scopes: Scopes, ids: Iterable[int]) -> list[Cloud]:
    """The subclouds with these ids, by name. Raises PermissionDenied, after an audit row, for any not in scope."""
    wanted = set(ids)
    found = list(
        subclouds(scopes).filter(pk__in=wanted).select_related("controller", "group").defer("search").order_by("name")
    )
    missing = sorted(wanted - {cloud.pk for cloud in found})
    if missing:
        detail = {"clouds": missing[:50], "needs": "scope"}
        audit(actor_of(request), "operation.request", "clouds", now_of(request), detail, "refused")
        raise PermissionDenied(f"No such subclouds in your scope: {', '.join(map(str, missing[:10]))}.")
    return found


def operation_for(request: HttpRequest | Request, scopes: Scopes, pk: int) -> Operation:
    """To be changed: every target must be in the user's scope, and the kind's permission held.

    Raises Http404 where the user sees none of it, PermissionDenied (audited) where only a part.
    """
    operation = operations(scopes).filter(pk=pk).first()
    if operation is None:
        there = operations(EVERYTHING).filter(pk=pk).first()
        verb = f"operation.{there.kind}" if there else ""
        raise absent(request, there, verb, f"operation:{pk}", "There is no such operation, or it is not in your scope.")
    demand_kind(request, operation.kind, f"operation:{pk}")
    if not scopes.fleet and operation.targets.exclude(scopes.placed()).exists():
        detail = {"needs": "scope over all of its targets"}
        audit(actor_of(request), f"operation.{operation.kind}", f"operation:{pk}", now_of(request), detail, "refused")
        raise PermissionDenied("Some of its subclouds are not in your scope: it is not yours to change.")
    return operation


def target_for(request: HttpRequest | Request, scopes: Scopes, operation: int, pk: int) -> Target:
    """To be changed: the subcloud must be in the user's scope, and the kind's permission held.

    Raises Http404 where the user does not see it, PermissionDenied (audited).
    """
    target = targets(scopes).filter(pk=pk, operation=operation).select_related("operation").first()
    if target is None:
        there = targets(EVERYTHING).filter(pk=pk, operation=operation).select_related("operation").first()
        verb = f"operation.{there.operation.kind}" if there else ""
        raise absent(request, there, verb, f"target:{pk}", "There is no such target, or it is not in your scope.")
    demand_kind(request, target.operation.kind, f"target:{pk}")
    return target


def campaign_for(request: HttpRequest | Request, scopes: Scopes, pk: int, verb: str) -> Operation:
    """To be changed, by a verb of operations/campaign_verdicts.py: every site must be in the user's scope.

    Raises Http404 where the user sees none of it, PermissionDenied (audited).
    """
    operation = campaigns(scopes).filter(pk=pk).select_related("campaign").first()
    if operation is None:
        there = campaigns(EVERYTHING).filter(pk=pk).first()
        said = "There is no such campaign, or it is not in your scope."
        raise absent(request, there, f"campaign.{verb}", f"operation:{pk}", said)
    demand(request, (VERBS | OF_BATCHES)[verb], f"campaign.{verb}", f"operation:{pk}")
    if not scopes.fleet and operation.targets.exclude(scopes.placed()).exists():
        detail = {"needs": "scope over all of its sites"}
        audit(actor_of(request), f"campaign.{verb}", f"operation:{pk}", now_of(request), detail, "refused")
        raise PermissionDenied("Some of its sites are not in your scope: it is not yours to change.")
    return operation


def campaign_site_for(request: HttpRequest | Request, scopes: Scopes, pk: int, target: int, verb: str) -> Target:
    """One site of a campaign, to be changed: it must be in the user's scope. To hold it is for whoever may pause.

    Raises Http404 where the user does not see it, PermissionDenied (audited).
    """
    found = campaign_targets(scopes, pk).filter(pk=target).first()
    if found is None:
        there = campaign_targets(EVERYTHING, pk).filter(pk=target).first()
        said = "There is no such site in this campaign, or it is not in your scope."
        raise absent(request, there, f"campaign.{verb}", f"target:{target}", said)
    demand(request, PAUSE if verb == "hold_site" else RUN, f"campaign.{verb}", f"target:{target}")
    return found


def groups_to_fill(scopes: Scopes) -> QuerySet[SubcloudGroup]:
    """Those that the user may move subclouds to: whose scopes reach only some of a group's subclouds would lose sight
    of what they put in it."""
    standing = SubcloudGroup.objects.filter(removed_at=None, portal_made=False)
    if scopes.fleet:
        return standing
    return standing.filter(Q(pk__in=scopes.groups) | Q(controller_id__in=scopes.controllers))


def controller_for(request: HttpRequest | Request, scopes: Scopes, pk: int) -> tuple[Controller, frozenset[int] | None]:
    """The System Controller to add sites to, and dcmanager's ids of the groups they may go to (None: all).

    Whoever acts on groups only adds to those. Raises Http404 where the user sees nothing of it, PermissionDenied
    (audited) where there is no such group, or where the role may not deploy.
    """
    controller = controller_in(request, scopes, pk, Kind.DEPLOY)
    demand_kind(request, Kind.DEPLOY, f"controller:{pk}")
    allowed = groups_to_add(controller, scopes)
    if allowed is not None and not allowed:
        detail = {"needs": "scope over the System Controller or one of its groups"}
        audit(actor_of(request), "operation.deploy", f"controller:{pk}", now_of(request), detail, "refused")
        raise PermissionDenied(f"To deploy here you need {detail['needs']}.")
    return controller, allowed


def groups_to_add(controller: Controller, scopes: Scopes) -> frozenset[int] | None:
    """dcmanager's ids of the groups that sites may be added to; None: all."""
    if scopes.fleet or controller.pk in scopes.controllers:
        return None
    groups = standing_groups(controller).filter(pk__in=scopes.groups)
    return frozenset(groups.values_list("dcmanager_id", flat=True))


def group_for(request: HttpRequest | Request, scopes: Scopes, pk: int, kind: str) -> SubcloudGroup:
    """To be changed: it, or its whole System Controller, must be in the user's scope; one that only holds some of the
    user's subclouds is not theirs. Raises Http404, PermissionDenied (audited)."""
    group = groups(scopes).filter(pk=pk).select_related("controller").first()
    if group is None:
        there = groups(EVERYTHING).filter(pk=pk).first()
        said = "There is no such group, or it is not in your scope."
        raise absent(request, there, f"operation.{kind}", f"group:{pk}", said)
    demand_kind(request, kind, f"group:{pk}")
    if pk not in scopes.groups:
        whole_controller_for(request, scopes, group.controller_id, kind)
    return group


def whole_controller_for(request: HttpRequest | Request, scopes: Scopes, pk: int, kind: str) -> Controller:
    """To change what it keeps for all of its subclouds. The caller has demanded the kind's permission.

    Raises Http404 where the user sees nothing of it, PermissionDenied (audited) where only a part.
    """
    controller = controller_in(request, scopes, pk, kind)
    if not scopes.fleet and pk not in scopes.controllers:
        detail = {"needs": "scope over the whole System Controller"}
        audit(actor_of(request), f"operation.{kind}", f"controller:{pk}", now_of(request), detail, "refused")
        raise PermissionDenied(f"This needs scope over the whole of {controller.name}.")
    return controller


def controller_in(request: HttpRequest | Request, scopes: Scopes, pk: int, kind: str) -> Controller:
    """Raises Http404, audited where there is one."""
    controller = controllers(scopes).filter(pk=pk).first()
    if controller is None:
        there = controllers(EVERYTHING).filter(pk=pk).first()
        said = "There is no such System Controller, or it is not in your scope."
        raise absent(request, there, f"operation.{kind}", f"controller:{pk}", said)
    return controller


def demand_brake(request: HttpRequest | Request, scopes: Scopes, region: str, *, release: bool) -> None:
    """The fleet's brake ("") is for those who act on the whole fleet, a region's for those who act on that region.

    Raises PermissionDenied, after an audit row.
    """
    verb, subject = "brake.release" if release else "brake.pull", f"brake:{region or 'fleet'}"[:120]
    demand(request, "operations.release_brake" if release else "operations.pull_brake", verb, subject)
    demand_region(request, scopes, region, verb, subject)


def demand_region(request: HttpRequest | Request, scopes: Scopes, region: str, verb: str, subject: str) -> None:
    """What stops a region is for those who act on that region, what stops everything ("") for those who act on the
    fleet. Raises PermissionDenied, after an audit row."""
    if scopes.fleet or region in scopes.regions - {""}:
        return
    needs = f"scope over {region or 'the whole fleet'}"[:200]
    audit(actor_of(request), verb, subject, now_of(request), {"needs": needs}, "refused")
    raise PermissionDenied(f"This needs {needs}.")
