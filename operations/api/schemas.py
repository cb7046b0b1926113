"""What a row of an answer looks like, for the schema."""

from rest_framework import serializers as s

from operations.choices import Kind, OperationState, Outcome, TargetState


class CountsSchema(s.Serializer[dict[str, object]]):
    """Targets in your scope, by state."""

    total = s.IntegerField()
    checking = s.IntegerField()
    refused = s.IntegerField()
    ready = s.IntegerField()
    waiting = s.IntegerField()
    running = s.IntegerField()
    held = s.IntegerField()
    completed = s.IntegerField()
    failed = s.IntegerField()
    cancelled = s.IntegerField()
    stuck = s.IntegerField(help_text="Running for twice as long as nine of ten did")


class OperationSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    kind = s.ChoiceField(Kind.choices)
    title = s.CharField()
    reason = s.CharField(help_text="Why, or the number of the change")
    state = s.ChoiceField(OperationState.choices)
    state_reason = s.CharField(help_text="Why it does not go on")
    held = s.BooleanField(help_text="No further target starts; what runs goes on")
    start_when_checked = s.BooleanField()
    controller = s.IntegerField(allow_null=True, help_text="null: of several System Controllers")
    controller_name = s.CharField(allow_null=True)
    options = s.DictField()
    max_at_once = s.IntegerField()
    stop_after_failures = s.IntegerField(allow_null=True)
    plan_hash = s.CharField(
        help_text="SHA-256 over kind, options, limits and every target: what was planned is what runs"
    )
    requester = s.CharField()
    created_at = s.DateTimeField()
    started_at = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    counts = CountsSchema()


class AddedOperationSchema(OperationSchema):
    matched = s.IntegerField(help_text="How many subclouds were chosen, by ids or by the filter")


class DoneOperationSchema(OperationSchema):
    did = s.CharField(help_text="What this stopped, and what goes on")


class NoteSchema(s.Serializer[dict[str, object]]):
    field = s.CharField(help_text="A column, a key, or empty")
    message = s.CharField()


class TargetSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    number = s.IntegerField(help_text="Its row in the plan, from 1")
    operation = s.IntegerField()
    name = s.CharField()
    cloud = s.IntegerField(allow_null=True, help_text="null: not in the portal's books yet, or not any more")
    controller = s.IntegerField(allow_null=True)
    group = s.IntegerField(allow_null=True)
    region = s.CharField()
    profile = s.CharField(help_text="Kind of hardware: durations are learned by it")
    state = s.ChoiceField(TargetState.choices)
    steps = s.ListField(child=s.CharField())
    step = s.IntegerField(help_text="Index of the step under way; the number of steps when all are done")
    attempt = s.IntegerField()
    abort_requested = s.BooleanField()
    deploy_status = s.CharField(help_text="dcmanager's word, as of seen_at")
    seen_at = s.DateTimeField(allow_null=True, help_text="Age of deploy_status and percent")
    stale = s.BooleanField(help_text="It runs, and was not looked at for three periods")
    percent = s.IntegerField(allow_null=True, help_text="As it was told last; never reckoned")
    percent_at = s.DateTimeField(allow_null=True)
    message = s.CharField(help_text="What it does or waits for")
    error = s.CharField()
    cause = s.CharField(help_text="What the error comes from, where that is known")
    stuck = s.BooleanField()
    problems = NoteSchema(many=True, help_text="Why it was refused")
    warnings = NoteSchema(many=True)
    started_at = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)


class UsualSchema(s.Serializer[dict[str, object]]):
    p50 = s.FloatField(allow_null=True, help_text="Seconds; null for an estimate")
    p90 = s.FloatField(help_text="Seconds")
    learned = s.BooleanField(help_text="false: an estimate, measured by nobody")
    count = s.IntegerField(help_text="From how many phases it was learned")


class PhaseSchema(s.Serializer[dict[str, object]]):
    phase = s.CharField(help_text="dcmanager's deploy status, or a step that waits (online, offline)")
    began_at = s.DateTimeField()
    ended_at = s.DateTimeField(allow_null=True)
    completed = s.BooleanField()
    seconds = s.FloatField(help_text="Until it ended, or until now")
    usual = UsualSchema(allow_null=True)


class AttemptSchema(s.Serializer[dict[str, object]]):
    number = s.IntegerField()
    verb = s.CharField()
    requester = s.CharField()
    began_at = s.DateTimeField()
    ended_at = s.DateTimeField(allow_null=True)
    outcome = s.CharField(help_text="State of the target when it ended; empty while it runs")
    error = s.CharField()
    cause = s.CharField()
    phases = PhaseSchema(many=True)


class IntentSchema(s.Serializer[dict[str, object]]):
    """A request to the System Controller, written down before it was sent."""

    number = s.IntegerField()
    attempt = s.IntegerField()
    verb = s.CharField()
    step = s.CharField()
    before = s.DictField(help_text="What was seen right before it")
    outcome = s.ChoiceField(Outcome.choices)
    status = s.IntegerField(allow_null=True, help_text="HTTP status of the answer")
    detail = s.CharField()
    created_at = s.DateTimeField()
    answered_at = s.DateTimeField(allow_null=True)
    settled_at = s.DateTimeField(allow_null=True, help_text="When its effect showed, or that it had none")


class VerdictSchema(s.Serializer[dict[str, object]]):
    verb = s.CharField()
    legal = s.BooleanField()
    reason = s.CharField(help_text="Why not, and what would be needed; empty where it is legal")


class ExplanationSchema(s.Serializer[dict[str, object]]):
    summary = s.CharField(help_text="The cause in plain words")
    advice = s.CharField(help_text="What to do about it; empty where nothing is known")
    stage = s.CharField(help_text="Playbook that the error text names")
    task = s.CharField(help_text="Ansible task that it names last")


class TargetDetailSchema(TargetSchema):
    explanation = ExplanationSchema(allow_null=True, help_text="null where nothing went wrong")
    facts = s.DictField(help_text="What it is done with; holds no secret")
    payload = s.DictField(help_text="Of a new site: what is sent, secrets as [hidden]; empty for other kinds")
    attempts = AttemptSchema(many=True)
    intents = IntentSchema(many=True)
    next = VerdictSchema(many=True, help_text="What may be asked for it now")


class RowSchema(s.Serializer[dict[str, object]]):
    row = s.IntegerField(help_text="As the sheet counts: of a CSV, the header is 1")
    name = s.CharField()
    ok = s.BooleanField()
    problems = NoteSchema(many=True)
    warnings = NoteSchema(many=True)
    release = s.CharField()
    group = s.IntegerField(allow_null=True, help_text="dcmanager's id")
    bootstrap_address = s.CharField()
    profile = s.CharField(help_text="AIO-SX, AIO-DX; empty: unknown")
    hosts = s.IntegerField(allow_null=True)
    phases = s.ListField(child=s.CharField())
    latitude = s.FloatField(allow_null=True)
    longitude = s.FloatField(allow_null=True)
    digest = s.CharField(help_text="SHA-256 of what is sent, without secrets")
    payload = s.DictField(
        allow_null=True, help_text="What would be sent, secrets as [hidden]; null where there are over 200 rows"
    )


class DryRunSchema(s.Serializer[dict[str, object]]):
    """Nothing was stored or sent."""

    total = s.IntegerField()
    ok = s.IntegerField()
    refused = s.IntegerField()
    plan_hash = s.CharField()
    needed = s.ListField(child=s.CharField(), help_text="Secrets that a run needs")
    rows = RowSchema(many=True)


class TemplateListSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    name = s.CharField()
    description = s.CharField()
    created_at = s.DateTimeField()
    changed_at = s.DateTimeField()
    changed_by = s.CharField()


class TemplateSchema(TemplateListSchema):
    bootstrap_values = s.CharField()
    install_values = s.CharField()
    deploy_config = s.CharField()


class KindSchema(s.Serializer[dict[str, object]]):
    kind = s.ChoiceField(Kind.choices)
    title = s.CharField()
    legal = s.BooleanField()
    reason = s.CharField(help_text="Why not, and what would be needed; empty where it is legal")
    permitted = s.BooleanField(help_text="Whether your role may ask for it")
    steps = s.ListField(child=s.CharField())
    risk = s.IntegerField(help_text="0 none, 1 confirm, 2 an outage, or something that cannot be taken back")
    secrets = s.ListField(child=s.CharField(), help_text="Needed for a run")
    may_have = s.ListField(child=s.CharField(), help_text="Secrets that may be given")
    options = s.ListField(child=s.CharField())


class VerbsSchema(s.Serializer[dict[str, object]]):
    """By what dcmanager said at `observed_at`; it is asked again before anything is sent."""

    deploy_status = s.CharField()
    management_state = s.CharField()
    availability_status = s.CharField()
    backup_status = s.CharField()
    prestage_status = s.CharField()
    observed_at = s.DateTimeField(allow_null=True)
    stale = s.BooleanField()
    operation = s.IntegerField(allow_null=True, help_text="What works on it now")
    verbs = KindSchema(many=True)


class BrakeSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    region = s.CharField(help_text="Empty: the whole fleet")
    on = s.BooleanField(help_text="While it is on, nothing is sent to a System Controller")
    reason = s.CharField()
    changed_by = s.CharField()
    changed_at = s.DateTimeField(allow_null=True)
