"""Maintenance windows and freezes: what is sent, and what is answered."""

from rest_framework import serializers as s

from operations.api.campaign_bodies import WindowBody
from sites.api.bodies import BodySerializer

MOST_SHOWN = 30


class FreezeBody(BodySerializer):
    """From the beginning of `first` to the end of `last` no site of the region starts."""

    name = s.CharField(max_length=64)
    first = s.DateField()
    last = s.DateField()
    region = s.CharField(max_length=64, required=False, allow_blank=True, help_text="Empty: everywhere")
    zone = s.CharField(max_length=64, required=False, allow_blank=True, help_text="IANA name; empty: each site's own")


class OccurrencesBody(WindowBody):
    """A window that need not be saved, and the zones to show it in."""

    zones = s.ListField(child=s.CharField(max_length=64), min_length=1, max_length=20)
    count = s.IntegerField(min_value=1, max_value=MOST_SHOWN, default=3)


class WindowSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    name = s.CharField()
    weekdays = s.ListField(child=s.IntegerField(), help_text="0 is Monday")
    start = s.TimeField()
    end = s.TimeField(allow_null=True)
    minutes = s.IntegerField(allow_null=True)


class FreezeSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    name = s.CharField()
    first = s.DateField()
    last = s.DateField()
    region = s.CharField(help_text="Empty: everywhere")
    zone = s.CharField(help_text="Empty: each site's own")


class SpanSchema(s.Serializer[dict[str, object]]):
    opens = s.DateTimeField()
    closes = s.DateTimeField()
    opens_local = s.CharField(help_text="With zone, and UTC beside it")
    closes_local = s.CharField()
    minutes = s.IntegerField(help_text="How long it lasts, in real time")
    note = s.CharField(help_text="What a change of clocks does to it; empty on ordinary days")


class ZoneSchema(s.Serializer[dict[str, object]]):
    zone = s.CharField()
    spans = SpanSchema(many=True)


class OccurrencesSchema(s.Serializer[dict[str, object]]):
    zones = ZoneSchema(many=True)
