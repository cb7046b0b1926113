"""What the report of a campaign looks like, for the schema."""

from rest_framework import serializers as s

from operations.campaigns.batch import End
from operations.standings import Standing

HASH = "SHA-256 of the plan: strategy, rules, waves, batches and who is in them"


def _at(help_text: str = "") -> s.DateTimeField:
    return s.DateTimeField(allow_null=True, help_text=help_text)


def _alarms(help_text: str) -> s.ListField:
    return s.ListField(child=s.CharField(), allow_null=True, help_text=f"{help_text}; null: not known")


class TermSchema(s.Serializer[dict[str, object]]):
    term = s.CharField()
    text = s.CharField()


class ReportPlanSchema(s.Serializer[dict[str, object]]):
    hash = s.CharField(help_text=HASH)
    intact = s.BooleanField(allow_null=True, help_text="What is stored still comes to this hash")
    planner = s.CharField()
    planned_at = _at()
    strategy = s.DictField()
    limits = s.DictField()
    failures = s.DictField()
    windows = s.ListField(child=s.CharField(), help_text="In each site's local time")
    in_words = TermSchema(many=True, help_text="What it does, and by which rules")
    sites = s.IntegerField(help_text="In your scope")


class ReportApprovalSchema(s.Serializer[dict[str, object]]):
    wave = s.IntegerField(allow_null=True, help_text="Number of the wave it is for; null: the plan and its first wave")
    who = s.CharField()
    at = s.DateTimeField()
    hash = s.CharField(help_text="Of the plan that was approved")
    expires_at = _at()
    note = s.CharField()
    stands = s.BooleanField(help_text="false: taken back, replaced by another, or expired unused")
    problems = s.ListField(child=s.CharField(), help_text="Why it does not hold for this plan")


class ReportCountsSchema(s.Serializer[dict[str, object]]):
    sites = s.IntegerField()
    done = s.IntegerField()
    failed = s.IntegerField()
    not_run = s.IntegerField()
    held = s.IntegerField(help_text="Its batch went without it, as something stood against it")
    skipped = s.IntegerField()
    gone = s.IntegerField(help_text="It was another subcloud, or none, when its turn came")
    open = s.IntegerField(help_text="Not over yet")
    without = s.IntegerField(help_text="not_run, held and skipped")
    with_new_alarms = s.IntegerField()
    excused = s.IntegerField()
    count_as_failed = s.IntegerField(help_text="Failed, gone or with new alarms, and not excused")
    median_minutes = s.FloatField(allow_null=True)
    longest_minutes = s.FloatField(allow_null=True)


class ReportSummarySchema(ReportCountsSchema):
    left_out = s.IntegerField(help_text="Chosen, and could not take part")
    out_of_scope = s.IntegerField(help_text="Sites that you may not see: in no other number")


class ReportWaveSchema(ReportCountsSchema):
    number = s.IntegerField(help_text="0 are the canaries")
    name = s.CharField()
    began_at = _at()
    ended_at = _at("null while a site of it is open")
    own_approval = s.BooleanField(help_text="It needs an approval of its own")
    approved_by = s.CharField(help_text="Of that; empty where it needs none, or has none yet")
    approved_at = _at()


class FailureSchema(s.Serializer[dict[str, object]]):
    name = s.CharField()
    wave = s.IntegerField()
    batch = s.IntegerField()
    error = s.CharField()
    state = s.CharField(help_text="dcmanager's word for its step")
    new_alarms = _alarms("Id and entity")
    excused = s.BooleanField(help_text="It does not count, by a person's word")
    said_by = s.CharField()
    said = s.CharField()


class ExceptionSchema(s.Serializer[dict[str, object]]):
    name = s.CharField()
    wave = s.IntegerField()
    standing = s.ChoiceField([(word.label, word.label) for word in Standing])
    who = s.CharField(help_text="Empty: nobody, its batch went without it")
    reason = s.CharField()


class LeftOutSchema(s.Serializer[dict[str, object]]):
    name = s.CharField()
    controller = s.CharField()
    region = s.CharField()
    reasons = s.ListField(child=s.CharField())


class DecisionSchema(s.Serializer[dict[str, object]]):
    at = s.DateTimeField()
    who = s.CharField()
    what = s.CharField()
    subject = s.CharField(help_text="The site, or what a brake stopped; empty: the campaign")
    reason = s.CharField()
    refused = s.BooleanField(help_text="They were not allowed to")


class ReportSiteSchema(s.Serializer[dict[str, object]]):
    name = s.CharField()
    controller = s.CharField()
    region = s.CharField()
    wave = s.IntegerField()
    batch = s.IntegerField()
    end = s.ChoiceField([(end.value, end.value) for end in End], allow_null=True, help_text="null: not over yet")
    standing = s.ChoiceField([(word.label, word.label) for word in Standing])
    began_at = _at()
    finished_at = _at("When its step ended")
    ended_at = _at("When it had been checked afterwards")
    minutes = s.FloatField(allow_null=True, help_text="Of work")
    state = s.CharField()
    error = s.CharField()
    alarms_before = _alarms("What stood when its batch began")
    alarms_after = _alarms("What stood when it was checked")
    new_alarms = _alarms("What affects and did not before, soak and later waves included")
    said_by = s.CharField(help_text="Who holds, skipped or excused it")
    said = s.CharField()
    excused = s.BooleanField()


class ReportSchema(s.Serializer[dict[str, object]]):
    """null is what is not known, or has not happened."""

    campaign = s.IntegerField()
    title = s.CharField()
    reason = s.CharField()
    requester = s.CharField()
    requested_at = s.DateTimeField()
    follows = s.IntegerField(allow_null=True, help_text="The campaign whose failed or chosen sites it has")
    after = s.IntegerField(allow_null=True, help_text="The campaign that it began after, where you see that")
    begin_anyway_by = s.CharField(help_text="Who let it begin though that one did not come through")
    as_of = s.DateTimeField(help_text="Everything is as it stood then")
    over = s.BooleanField()
    outcome = s.CharField()
    started_at = _at()
    ended_at = _at()
    stop_reason = s.CharField(help_text="Why no further site started; empty where it was not stopped")
    stopped_at = _at()
    stopped_by = s.CharField(help_text="Who aborted it; empty where it halted itself, or was not stopped")
    plan = ReportPlanSchema()
    approvals = ReportApprovalSchema(many=True)
    summary = ReportSummarySchema()
    waves = ReportWaveSchema(many=True)
    failures = FailureSchema(many=True)
    exceptions = ExceptionSchema(
        many=True, help_text="Sites held, skipped or excused, or at which nothing was begun in their turn"
    )
    left_out = LeftOutSchema(many=True)
    decisions = DecisionSchema(many=True, help_text="What people decided, and the brakes meanwhile; the oldest first")
    decisions_out_of_scope = s.IntegerField()
    sites = ReportSiteSchema(many=True)
