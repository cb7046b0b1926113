"""Filters of the lists of operations and of their targets, for HTML and REST alike."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import django_filters
from django.db.models import Case, CharField, Exists, Model, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from operations.campaign_chain import after_column
from operations.campaign_selectors import approval_word, awaits_approval, follows_column
from operations.campaigns.strategy import Kind as StrategyKind
from operations.choices import ENDED_OPERATIONS, Kind, OperationState, TargetState
from operations.models import Operation, SiteTemplate, StrategyOptions, Target
from operations.selectors import targets
from sites.access import Scopes
from sites.filters import FlagFilter, IdsFilter, MaybeIdsFilter, MomentFilter, WordsFilter, any_id
from sites.search import search_query

MOST_WORDS = 12
ASKED = [  # word, younger than so many days, what is said
    ("day", 1, "last 24 hours"), ("week", 7, "before, last 7 days"), ("month", 30, "before, last 30 days"),
    ("older", 0, "earlier"),
]  # fmt: skip


class WordsInFilter(django_filters.CharFilter):
    """Every word must be in one of `fields`, in whatever case."""

    def __init__(self, *fields: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = fields

    def filter(self, qs: QuerySet[Model], value: str | None) -> QuerySet[Model]:
        for word in (value or "").split()[:MOST_WORDS]:
            anywhere = Q()
            for field in self.fields:
                anywhere |= Q(**{f"{field}__icontains": word})
            qs = qs.filter(anywhere)
        return qs


class OperationSearchFilter(WordsInFilter):
    """Or the text is the number of an operation, or the words of a subcloud that it is for, as far as that is seen."""

    def filter(self, qs: QuerySet[Model], value: str | None) -> QuerySet[Model]:
        text = (value or "").strip()
        if not text:
            return qs
        found = Q(pk__in=super().filter(qs, text).values("pk"))
        number = text.removeprefix("#")
        if number.isascii() and number.isdecimal() and len(number) < 19:
            found |= Q(pk=int(number))
        words = search_query(text)
        if words is not None:
            seen = targets(self.parent.request.scopes).filter(operation=OuterRef("pk"), cloud__search=words)
            found |= Q(Exists(seen))
        return qs.filter(found)


class OfCloudsFilter(IdsFilter):
    """Operations with a target on one of these clouds, as far as the user sees that target."""

    def filter(self, qs: QuerySet[Model], value: Sequence[int | None] | None) -> QuerySet[Model]:
        if not value:
            return qs
        seen = targets(self.parent.request.scopes).filter(operation=OuterRef("pk"), cloud__in=value)
        return qs.filter(Exists(seen))


class ActiveFilter(FlagFilter):
    """true: what has not ended."""

    def filter(self, qs: QuerySet[Model], value: str | None) -> QuerySet[Model]:
        if not value:
            return qs
        ended = Q(state__in=ENDED_OPERATIONS)
        return qs.filter(~ended if value == "true" else ended)


class AwaitsFilter(FlagFilter):
    """true: a second person is waited for."""

    def filter(self, qs: QuerySet[Operation], value: str | None) -> QuerySet[Operation]:  # type: ignore[override]
        if not value:
            return qs
        now = getattr(self.parent.request, "now", None) or timezone.now()
        found = awaits_approval(now)
        return qs.filter(found if value == "true" else ~found)


class AskedFilter(django_filters.MultipleChoiceFilter):
    """How long ago it was asked for, in parts that do not overlap."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[(word, text) for word, _, text in ASKED], **kwargs)

    def filter(self, qs: QuerySet[Operation], value: Sequence[str] | None) -> QuerySet[Operation]:
        if not value:
            return qs
        now = getattr(self.parent.request, "now", None) or timezone.now()
        return qs.alias(asked=asked_word(now)).filter(asked__in=value)


def asked_word(now: datetime) -> Case:
    """The word of ASKED for an operation."""
    *younger, (oldest, _, _) = ASKED
    since = [When(created_at__gte=now - timedelta(days=days), then=Value(word)) for word, days, _ in younger]
    return Case(*since, default=Value(oldest), output_field=CharField())


class OperationFilter(django_filters.FilterSet):
    """Filters of the list of operations."""

    q = OperationSearchFilter(
        "title", "reason", "requester_name", label="Words in title, reason, requester; a number; a subcloud"
    )
    kind = django_filters.MultipleChoiceFilter(choices=Kind)
    state = django_filters.MultipleChoiceFilter(choices=OperationState)
    active = ActiveFilter(field_name="state", label="Has not ended")
    awaits = AwaitsFilter(field_name="pk", label="A campaign whose plan, or next wave, waits for approval")
    controller = MaybeIdsFilter(field_name="controller_id")
    cloud = OfCloudsFilter(field_name="pk", label="Id of a subcloud it is for")
    requester = WordsFilter(field_name="requester_name")
    asked = AskedFilter(field_name="created_at", label="How long ago it was asked for")
    since = MomentFilter(field_name="created_at", lookup_expr="gte")
    until = MomentFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Operation
        fields: list[str] = []


class ApprovalFilter(django_filters.ChoiceFilter):
    """none, approved or expired now."""

    def filter(self, qs: QuerySet[Operation], value: str | None) -> QuerySet[Operation]:
        if not value:
            return qs
        now = getattr(self.parent.request, "now", None) or timezone.now()
        return qs.alias(approval_word=approval_word(now)).filter(approval_word=value)


class SeenIdsFilter(IdsFilter):
    """Campaigns that belong to one of these, as far as the user sees that one. `column`: of its number, by scopes."""

    def __init__(self, column: Callable[[Scopes], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.column = column

    def filter(self, qs: QuerySet[Model], value: Sequence[int | None] | None) -> QuerySet[Model]:
        if not value:
            return qs
        seen = f"seen_{self.field_name}"
        rows: QuerySet[Model] = qs.alias(**{seen: self.column(self.parent.request.scopes)})
        return rows.filter(any_id(seen, value))


class CampaignFilter(OperationFilter):
    """Filters of the list of campaigns."""

    kind = None
    strategy = django_filters.MultipleChoiceFilter(
        field_name="campaign__strategy", choices=[(kind.value, kind.value) for kind in StrategyKind]
    )
    approval = ApprovalFilter(choices=[(word, word) for word in ("none", "approved", "expired")])
    follows = SeenIdsFilter(follows_column, field_name="follows")
    after = SeenIdsFilter(after_column, field_name="after")


class TargetFilter(django_filters.FilterSet):
    """Filters of the list of an operation's targets."""

    q = WordsInFilter("name", "message", "error", "deploy_status", label="Words in name, message, error, deploy status")
    state = django_filters.MultipleChoiceFilter(choices=TargetState)
    stuck = FlagFilter(field_name="stuck")
    cloud = IdsFilter(field_name="cloud_id")

    class Meta:
        model = Target
        fields: list[str] = []


class ReasonFilter(WordsFilter):
    """Sites against which a reason of one of these keys stands."""

    def filter(self, qs: QuerySet[Model], value: Sequence[str] | None) -> QuerySet[Model]:
        found = Q()
        for key in value or ():
            found |= Q(in_campaign__reasons__contains=[{"key": key}])
        return qs.filter(found)


class FilledFilter(FlagFilter):
    """true: where there is something in the field. `nothing`: what it holds where there is not."""

    def __init__(self, nothing: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.nothing = nothing

    def filter(self, qs: QuerySet[Model], value: str | None) -> QuerySet[Model]:
        if not value:
            return qs
        empty = Q(**{self.field_name: self.nothing})
        return qs.exclude(empty) if value == "true" else qs.filter(empty)


class CampaignSiteFilter(TargetFilter):
    """Filters of the list of a campaign's sites."""

    wave = IdsFilter(field_name="in_campaign__batch__wave__number")
    batch = IdsFilter(field_name="in_campaign__batch__number")
    reason = ReasonFilter(field_name="in_campaign__reasons", label="Key of a reason that stands against it")
    held = FilledFilter("", field_name="in_campaign__held_by", label="Held or skipped by somebody")
    skipped = FlagFilter(field_name="in_campaign__skipped")
    new_alarms = FilledFilter([], field_name="in_campaign__new_alarms")
    region = WordsFilter(field_name="region")


class OptionsFilter(django_filters.FilterSet):
    """Filters of the list of strategy options."""

    controller = IdsFilter(field_name="controller_id")
    cloud = MaybeIdsFilter(field_name="cloud_id", label="- are the defaults")

    class Meta:
        model = StrategyOptions
        fields: list[str] = []


class TemplateFilter(django_filters.FilterSet):
    """Filters of the list of site templates."""

    q = WordsInFilter("name", "description", label="Words in name and description")
    name = WordsFilter(field_name="name")

    class Meta:
        model = SiteTemplate
        fields: list[str] = []
