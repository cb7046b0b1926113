"""What is sent to ask for an operation. Keys nobody reads are refused; secrets go in and never come out."""

from rest_framework import serializers as s

from operations.api.fields import DocumentField, SitesField, TextsField
from operations.kinds import KINDS, ON_SUBCLOUDS
from operations.services.requests import MOST_TARGETS
from sites.api.bodies import LARGEST_ID, BodySerializer, IdField

SECRETS_HELP = "sysadmin_password and bmc_password, as the kind needs them: kept sealed, erased when the run is over"
DEPLOY_SECRETS = "By the template's place (bootstrap_values/docker_registries/…) or its last key; sealed, then erased"

VERB_HELP = "Begin with this instead of the step it stopped at; for deployments"
PHASE_VERBS = ["resume", "install", "bootstrap", "configure", "complete"]
DOCUMENT_HELP = "In place of what dcmanager has, of one subcloud, where the verb takes it; secrets in it stay blank"
CELLS_HELP = "By column, in place of those of its row; then what is made of them is sent, where the verb takes it"


def secrets(help_text: str = SECRETS_HELP) -> TextsField:
    """Go in and never come out."""
    return TextsField(required=False, default=dict, write_only=True, help_text=help_text)


class Limits(BodySerializer):
    """How an operation goes."""

    reason = s.CharField(max_length=500, required=False, allow_blank=True, help_text="Why, or the number of the change")
    max_at_once = s.IntegerField(min_value=1, max_value=MOST_TARGETS, default=10)
    stop_after_failures = s.IntegerField(
        min_value=1,
        max_value=MOST_TARGETS,
        required=False,
        allow_null=True,
        help_text="No further target starts after so many",
    )
    start = s.BooleanField(default=True, help_text="false: only plan it, and see a verdict for each subcloud")


class NewOperation(Limits):
    """On subclouds that are there: `clouds` or `filter`. To deploy new ones: /operations/deploys/."""

    kind = s.ChoiceField([(name, KINDS[name].kind.label) for name in ON_SUBCLOUDS])
    clouds = s.ListField(child=IdField(), required=False, max_length=MOST_TARGETS, help_text="Ids of subclouds")
    filter = s.DictField(
        required=False, help_text="The parameters of /subclouds/, each with a value or a list of values"
    )
    expected = s.IntegerField(
        required=False,
        min_value=0,
        max_value=LARGEST_ID,
        help_text="How many subclouds you mean: any other number is refused. Needed for a filter where risk is 2",
    )
    options = s.DictField(required=False, default=dict)
    bootstrap_values = DocumentField(required=False, help_text=DOCUMENT_HELP)
    install_values = DocumentField(required=False, help_text=DOCUMENT_HELP)
    deploy_config = DocumentField(required=False, help_text=DOCUMENT_HELP)
    secrets = secrets()


class NewDeploy(Limits):
    """New sites: a template, stored or given here, and the facts of each site."""

    controller = IdField()
    template = IdField(required=False, help_text="A stored one; else bootstrap_values is needed")
    bootstrap_values = DocumentField(required=False)
    install_values = DocumentField(required=False)
    deploy_config = DocumentField(required=False)
    sites = SitesField()
    defaults = TextsField(required=False, default=dict, help_text="Values for cells that are blank, by column")
    release = s.CharField(max_length=8, required=False, allow_blank=True, help_text="For rows that name none")
    manage = s.BooleanField(default=True, help_text="Manage each site when it is up")
    secrets = secrets(DEPLOY_SECRETS)
    start = s.BooleanField(default=True, help_text="false: check and plan it, and begin when somebody starts it")


class TemplateBody(BodySerializer):
    name = s.CharField(max_length=64)
    description = s.CharField(max_length=255, required=False, allow_blank=True)
    bootstrap_values = DocumentField()
    install_values = DocumentField(required=False)
    deploy_config = DocumentField(required=False)
    seen = s.DateTimeField(
        required=False, write_only=True, help_text="changed_at of what you change: refused (409) where it is newer"
    )


class StartBody(BodySerializer):
    """Secrets are needed again where a plan lay for more than a day."""

    secrets = secrets()


class RetrySeveral(BodySerializer):
    secrets = secrets()
    verb = s.ChoiceField(PHASE_VERBS, required=False, help_text=VERB_HELP)

    targets = s.ListField(
        child=IdField(),
        required=False,
        max_length=MOST_TARGETS,
        help_text="All that failed, unless given",
    )


class RetryBody(BodySerializer):
    """Of one target: what was wrong with it may be corrected. It is checked as when it was asked for, kept as a new
    revision, and goes with the verb, which has to take it."""

    secrets = secrets()
    verb = s.ChoiceField(PHASE_VERBS, required=False, help_text=VERB_HELP)
    cells = TextsField(required=False, default=dict, help_text=CELLS_HELP)
    bootstrap_values = DocumentField(required=False, help_text=DOCUMENT_HELP)
    install_values = DocumentField(required=False, help_text=DOCUMENT_HELP)
    deploy_config = DocumentField(required=False, help_text=DOCUMENT_HELP)


class Nothing(BodySerializer):
    """No key is read."""


class BrakeBody(BodySerializer):
    region = s.CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="Empty: the whole fleet"
    )
    reason = s.CharField(max_length=255, required=False, default="", allow_blank=True, help_text="Needed to pull it")
