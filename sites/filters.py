"""Filters over clouds and over what points to a cloud: the same set behind HTML and REST."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import django_filters
from django import forms
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django_filters.fields import IsoDateTimeField
from drf_spectacular.utils import extend_schema_field

from sites.backups import CONDITIONS as BACKUP_CONDITIONS
from sites.backups import BackupState, older_than
from sites.choices import Badge, CloudKind, Contact, Facet, NicStatus, Severity
from sites.expressions import stale
from sites.freshness import is_live
from sites.models import Cloud, Controller, SubcloudGroup
from sites.prestage import LACKING, PrestageState
from sites.prestage_filters import PrestagedFilter, PrestageFilter
from sites.search import search_query

M = TypeVar("M", bound=Model)
NOTHING_SET = "-"  # the value that stands for "has none" in a words filter


class WordsField(forms.Field):
    """Any number of values of one parameter, as they come."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> list[str]:
        values = [text for text in value or [] if text]
        if any(len(text) > 255 or "\x00" in text for text in values):
            raise forms.ValidationError("At most 255 characters.")
        return values


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class WordsFilter(django_filters.Filter):
    """An open list of words, as StarlingX's are: any is allowed. `?x=a&x=b` is a or b; `?x=-` is none."""

    field_class = WordsField

    def filter(self, qs: QuerySet[Model], value: Sequence[str] | None) -> QuerySet[Model]:
        if not value:
            return qs
        return qs.filter(**{f"{self.field_name}__in": ["" if text == NOTHING_SET else text for text in value]})


class IdsField(WordsField):
    def clean(self, value: Any) -> list[Any]:
        values = super().clean(value)
        if not all(text.isascii() and text.isdecimal() and len(text) < 19 for text in values):
            raise forms.ValidationError("Whole numbers only.")
        return [int(text) for text in values]


class MaybeIdsField(WordsField):
    """Ids as numbers; None for "-"."""

    def clean(self, value: Any) -> list[Any]:
        values = super().clean(value)
        ids = IdsField(required=False).clean([text for text in values if text != NOTHING_SET])
        return [*ids, None] if NOTHING_SET in values else ids


@extend_schema_field({"type": "array", "items": {"type": "integer"}})
class IdsFilter(django_filters.Filter):
    """`?x=1&x=2`: any of these ids."""

    field_class: type[WordsField] = IdsField

    def filter(self, qs: QuerySet[Model], value: Sequence[int | None] | None) -> QuerySet[Model]:
        return qs.filter(any_id(self.field_name, value)) if value else qs


@extend_schema_field({"type": "array", "items": {"type": "string", "description": "An id, or - for none"}})
class MaybeIdsFilter(IdsFilter):
    """The same, and `?x=-` is none."""

    field_class = MaybeIdsField


def any_id(field: str, ids: Sequence[int | None]) -> Q:
    """`field` is one of `ids`; None stands for null."""
    condition = Q(**{f"{field}__in": [pk for pk in ids if pk is not None]})
    return condition | Q(**{f"{field}__isnull": True}) if None in ids else condition


@extend_schema_field({"type": "string", "enum": [each.label for each in Severity]})  # each of several
class SeverityFilter(django_filters.MultipleChoiceFilter):
    """`?severity=critical&severity=major`, on the number that is kept."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[(severity.label, severity.label) for severity in Severity], **kwargs)

    def filter(self, qs: QuerySet[Model], value: Sequence[str] | None) -> QuerySet[Model]:
        if not value:
            return qs
        numbers = [severity.value for severity in Severity if severity.label in value]
        return qs.filter(**{f"{self.field_name}__in": numbers})


@extend_schema_field({"type": "string", "enum": ["true", "false"]})
class FlagFilter(django_filters.ChoiceFilter):
    """true or false, and nothing else. `method` or field_name as with any filter; it gets a bool."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[("true", "true"), ("false", "false")], **kwargs)

    def filter(self, qs: QuerySet[Model], value: str | None) -> QuerySet[Model]:
        return qs.filter(**{self.field_name: value == "true"}) if value else qs


class MomentField(IsoDateTimeField):
    """ISO 8601 with any offset that Python takes; PostgreSQL takes only those below sixteen hours, so in UTC."""

    def to_python(self, value: Any) -> datetime | None:
        moment: datetime | None = super().to_python(value)
        try:
            return moment.astimezone(UTC) if moment else None
        except OverflowError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


class MomentFilter(django_filters.IsoDateTimeFilter):
    """A time, as 2026-03-29T01:30:00Z."""

    field_class = MomentField


class StaleFilter(FlagFilter):
    """Whether a facet of the cloud (its alarms) is older than three periods, or was never read. field_name: the cloud's
    id."""

    def __init__(self, *, facet: Facet = Facet.ALARMS, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.facet = facet

    def filter(self, qs: QuerySet[Model], value: str | None) -> QuerySet[Model]:
        if not value:
            return qs
        now = getattr(self.parent.request, "now", None) or timezone.now()
        if self.facet != Facet.ALARMS:
            of_cloud = "pk" if self.field_name == "id" else self.field_name
            marked: QuerySet[Model] = qs.alias(is_old=stale(now, of_cloud, self.facet))
            return marked.filter(is_old=value == "true")
        live = is_live(now, self.field_name)
        return qs.exclude(live) if value == "true" else qs.filter(live)


class SearchFilter(django_filters.CharFilter):
    """Words and word beginnings; every one must be found."""

    def filter(self, qs: QuerySet[Model], value: str | None) -> QuerySet[Model]:
        return with_words(qs, self.field_name, value)


def with_words(qs: QuerySet[M], field: str, text: str | None) -> QuerySet[M]:
    """The rows that have every word of `text`; all of them without a text, none where it holds no word."""
    if not text:
        return qs
    query = search_query(text)
    return qs.none() if query is None else qs.filter(**{field: query})


class BackupFilter(django_filters.MultipleChoiceFilter):
    """`?backup=never&backup=failed`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=BackupState.choices, **kwargs)

    def filter(self, qs: QuerySet[Model], value: Sequence[str] | None) -> QuerySet[Model]:
        condition = Q()
        for state in value or ():
            condition |= BACKUP_CONDITIONS[state]
        return qs.filter(condition)


class OlderFilter(django_filters.NumberFilter):
    """Days since the last good backup; those that have none too."""

    def filter(self, qs: QuerySet[Model], value: Any) -> QuerySet[Model]:
        if value is None:
            return qs
        now = getattr(self.parent.request, "now", None) or timezone.now()
        return qs.filter(older_than(int(value), now))


class OfCloudFilter(django_filters.FilterSet):
    """Base for what points to a cloud (alarms, hosts, ports, …): where it is."""

    cloud = IdsFilter(field_name="cloud_id")
    subcloud = IdsFilter(field_name="cloud_id")
    cloud_kind = django_filters.ChoiceFilter(field_name="cloud__kind", choices=CloudKind)
    controller = IdsFilter(field_name="cloud__controller_id")
    group = MaybeIdsFilter(field_name="cloud__group_id")
    region = WordsFilter(field_name="cloud__region")
    stale = StaleFilter(field_name="cloud_id", label="As the field stale says")


class CloudFilter(django_filters.FilterSet):
    """Filters of the subcloud list."""

    q = SearchFilter(
        field_name="search",
        label="Words in name, location, description, region, release, host names; or the beginning of an address of "
        "management, BMC, or OAM (that one only where an address pattern of the controller makes the portal learn it)",
    )
    id = IdsFilter(field_name="id")
    controller = IdsFilter(field_name="controller_id")
    group = MaybeIdsFilter(field_name="group_id")
    name = WordsFilter(field_name="name")
    region = WordsFilter(field_name="region")
    availability = WordsFilter(field_name="availability_status")
    management = WordsFilter(field_name="management_state")
    deploy = WordsFilter(field_name="deploy_status")
    sync = WordsFilter(field_name="sync_status")
    release = WordsFilter(field_name="software_version")
    severity = SeverityFilter(field_name="severity")
    ceph = django_filters.MultipleChoiceFilter(field_name="ceph_status", choices=Badge)
    nic = django_filters.MultipleChoiceFilter(field_name="nic_status", choices=NicStatus)
    contact = django_filters.MultipleChoiceFilter(choices=Contact)
    stale = StaleFilter(field_name="id", label="Alarms older than three periods, or never read")
    dcmanager_stale = StaleFilter(
        field_name="id", facet=Facet.SUBCLOUD, label="dcmanager's words older than three periods, or never read"
    )
    system_mode = WordsFilter(field_name="system_mode", label="simplex, duplex, …")
    backup = BackupFilter(field_name="backup_status", label="State of the backup")
    backup_older = OlderFilter(
        field_name="backup_at", label="Last good backup older than so many days, or none", min_value=0, max_value=36500
    )
    prestaged = PrestagedFilter(states=(PrestageState.PRESTAGED,), label="This release is prestaged there")
    not_prestaged = PrestagedFilter(
        states=LACKING, label="This release is neither prestaged nor deployed there, or it is not known whether it is"
    )
    prestage = PrestageFilter(
        label=f"STATE:RELEASE, any of several; states are {', '.join(PrestageState.values)} (see /prestage/)"
    )

    class Meta:
        model = Cloud
        fields: list[str] = []


class GroupFilter(django_filters.FilterSet):
    """Filters of the list of subcloud groups."""

    controller = IdsFilter(field_name="controller_id")
    name = WordsFilter(field_name="name")

    class Meta:
        model = SubcloudGroup
        fields: list[str] = []


class ControllerFilter(django_filters.FilterSet):
    """Filters of the list of System Controllers."""

    name = WordsFilter(field_name="name")
    enabled = FlagFilter(field_name="enabled")

    class Meta:
        model = Controller
        fields: list[str] = []
