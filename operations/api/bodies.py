"""What is sent to ask for an operation. Keys nobody reads are refused; secrets go in and never come out."""

from rest_framework import serializers as s

from operations.kinds import KINDS, ON_SUBCLOUDS
from operations.services.requests import MOST_TARGETS
from sites.api.bodies import BodySerializer

LONGEST_SECRET = 1024


def secret(**kwargs: object) -> s.CharField:
    """A field for a secret: as it is written, blanks too."""
    return s.CharField(
        max_length=LONGEST_SECRET,
        trim_whitespace=False,
        required=False,
        write_only=True,
        **kwargs,  # type: ignore[arg-type]
    )


class Secrets(BodySerializer):
    """Kept sealed, erased when the run is over."""

    sysadmin_password = secret(help_text="Of the sites")
    bmc_password = secret(help_text="Of the servers' BMCs")


class Limits(BodySerializer):
    """How an operation goes."""

    reason = s.CharField(max_length=500, required=False, allow_blank=True, help_text="Why, or the number of the change")
    max_at_once = s.IntegerField(min_value=1, max_value=MOST_TARGETS, default=10)
    stop_after_failures = s.IntegerField(
        min_value=1, required=False, allow_null=True, help_text="No further target starts after so many"
    )
    start = s.BooleanField(default=True, help_text="false: only plan it, and see a verdict for each subcloud")


class NewOperation(Limits):
    """On subclouds that are there: `clouds` or `filter`. To deploy new ones: /operations/deploys/."""

    kind = s.ChoiceField([(name, KINDS[name].kind.label) for name in ON_SUBCLOUDS])
    clouds = s.ListField(
        child=s.IntegerField(min_value=1), required=False, max_length=MOST_TARGETS, help_text="Ids of subclouds"
    )
    filter = s.DictField(
        required=False, help_text="The parameters of /subclouds/, each with a value or a list of values"
    )
    expected = s.IntegerField(
        required=False,
        min_value=0,
        help_text="How many subclouds you mean: any other number is refused. Needed for a filter where risk is 2",
    )
    options = s.DictField(required=False, default=dict)
    secrets = Secrets(required=False, default=dict)


class StartBody(BodySerializer):
    """Secrets are needed again where a plan lay for more than a day."""

    secrets = Secrets(required=False, default=dict)


class RetryBody(BodySerializer):
    secrets = Secrets(required=False, default=dict)
    verb = s.ChoiceField(
        ["resume", "install", "bootstrap", "configure", "complete"],
        required=False,
        help_text="Begin with this instead of the step it stopped at; for deployments",
    )


class RetrySeveral(RetryBody):
    targets = s.ListField(
        child=s.IntegerField(min_value=1),
        required=False,
        max_length=MOST_TARGETS,
        help_text="All that failed, unless given",
    )


class Nothing(BodySerializer):
    """No key is read."""


class BrakeBody(BodySerializer):
    region = s.CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="Empty: the whole fleet"
    )
    reason = s.CharField(max_length=255, required=False, default="", allow_blank=True, help_text="Needed to pull it")
