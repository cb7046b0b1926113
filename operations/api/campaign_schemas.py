"""What campaigns look like in answers, for the schema."""

from rest_framework import serializers as s

from operations.api.schemas import OperationSchema, TargetSchema
from operations.campaign_chain import BEFORE, NEXT, THIS
from operations.campaigns.reasons import Effect
from operations.choices import BatchState, OperationState, WaveState
from operations.services.proposals import ELIGIBLE, HELD, INELIGIBLE

APPROVALS = ("none", "approved", "expired")


class ReasonSchema(s.Serializer[dict[str, object]]):
    key = s.CharField(help_text="Never changes: to count and to filter by")
    sentence = s.CharField()
    effect = s.ChoiceField([(effect.value, effect.value) for effect in Effect])
    remedy = s.CharField(help_text="What the portal could do about it: backup, prestage, or empty")


class LimitSchema(s.Serializer[dict[str, object]]):
    count = s.IntegerField(allow_null=True, required=False)
    percent = s.FloatField(allow_null=True, required=False)


class PlannedBatchSchema(s.Serializer[dict[str, object]]):
    number = s.IntegerField()
    controller = s.CharField()
    sites = s.ListField(child=s.IntegerField(), help_text="Ids of subclouds")
    alone = s.BooleanField(help_text="One site that is never moved to another group")


class PlannedWaveSchema(s.Serializer[dict[str, object]]):
    number = s.IntegerField(help_text="0 are the canaries")
    name = s.CharField()
    soak_minutes = s.FloatField()
    failures = LimitSchema()
    sites = s.IntegerField()
    batches = PlannedBatchSchema(many=True)


class JudgedSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    name = s.CharField()
    controller = s.CharField()
    region = s.CharField()
    site_type = s.CharField()
    zone = s.CharField(help_text="In which its windows are reckoned")
    verdict = s.ChoiceField([(word, word) for word in (ELIGIBLE, HELD, INELIGIBLE)])
    wave = s.IntegerField(allow_null=True)
    batch = s.IntegerField(allow_null=True)
    reasons = ReasonSchema(many=True)


class TallySchema(s.Serializer[dict[str, object]]):
    chosen = s.IntegerField()
    eligible = s.IntegerField()
    held = s.IntegerField(help_text="Take part, and wait with their reasons when their turn comes")
    ineligible = s.IntegerField(help_text="Left out, with their reasons")
    alone = s.IntegerField(help_text="Each as a strategy of its own")


class ReasonTallySchema(ReasonSchema):
    sites = s.IntegerField(help_text="How many it stands against; the sentence is that of one of them")


class CostSchema(s.Serializer[dict[str, object]]):
    constraint = s.CharField()
    saved = s.IntegerField(help_text="How many batches in a row fewer there would be without it")
    of = s.IntegerField()
    sentence = s.CharField()


class FindingSchema(s.Serializer[dict[str, object]]):
    key = s.CharField(help_text="window-too-short or too-long")
    sites = s.ListField(child=s.IntegerField())
    sentence = s.CharField()


class WaveEndSchema(s.Serializer[dict[str, object]]):
    number = s.IntegerField()
    name = s.CharField()
    begins = s.DateTimeField(allow_null=True)
    ends = s.DateTimeField(help_text="When it has soaked")


class EtaSchema(s.Serializer[dict[str, object]]):
    """If it began when it may at the soonest. null: it never ends as planned, see findings."""

    p50 = s.DateTimeField(allow_null=True)
    p90 = s.DateTimeField(allow_null=True)
    note = s.CharField()
    estimated = s.IntegerField(help_text="For how many sites nothing was learned yet")
    waiting_minutes = s.IntegerField(help_text="How much of it nothing runs: windows, freezes, soak")
    findings = FindingSchema(many=True)
    waves = WaveEndSchema(many=True)


class PreviewSchema(s.Serializer[dict[str, object]]):
    """Nothing was kept."""

    plan_hash = s.CharField(help_text="Give it when you create the campaign: it must be this plan then")
    judged_at = s.DateTimeField()
    pending = s.IntegerField(
        help_text="Sites that would take part and are being asked for their health: ask again while it is not 0"
    )
    not_before = s.DateTimeField(allow_null=True)
    after = s.IntegerField(allow_null=True, help_text="The campaign that it begins after")
    counts = TallySchema()
    mop_up = s.CharField(help_text="What becomes of sites that are held when their turn comes")
    reasons = ReasonTallySchema(many=True)
    waves = PlannedWaveSchema(many=True)
    sites = JudgedSchema(many=True)
    warnings = s.ListField(child=s.CharField())
    costs = CostSchema(many=True, help_text="Constraints by how much they cost")
    eta = EtaSchema()
    hardest = s.CharField()
    rules = s.DictField(help_text="With every default, as they would be kept")
    strategy = s.DictField()


class CampaignRowSchema(OperationSchema):
    strategy = s.CharField(help_text="Kind of dcmanager's strategy")
    not_before = s.DateTimeField(allow_null=True)
    follows = s.IntegerField(allow_null=True, help_text="The campaign whose failed or chosen sites it has")
    after = s.IntegerField(allow_null=True, help_text="The campaign that it begins after, where you see that")
    approval = s.ChoiceField([(word, word) for word in APPROVALS])
    approver = s.CharField()
    approval_expires_at = s.DateTimeField(allow_null=True)
    awaits_wave = s.IntegerField(allow_null=True, help_text="Number of the wave that waits for its own approval")
    whole = s.BooleanField(help_text="All of its sites are in your scope; else what may name others is not told")
    stop_reason = s.CharField(help_text="Why no further site starts; it ends so")
    stopped_at = s.DateTimeField(allow_null=True, help_text="When it was aborted, or halted itself")
    stopped_by = s.CharField(help_text="Who aborted it; empty where it halted itself")
    waits_until = s.DateTimeField(allow_null=True, help_text="When the window opens that all of it waits for")
    eta_p50 = s.DateTimeField(allow_null=True)
    eta_p90 = s.DateTimeField(allow_null=True)
    eta_note = s.CharField()
    eta_at = s.DateTimeField(allow_null=True, help_text="When that was reckoned")


class SiteCountsSchema(s.Serializer[dict[str, object]]):
    """Sites in your scope, by state."""

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


class BatchSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    number = s.IntegerField(help_text="Order through the whole plan")
    controller = s.IntegerField()
    controller_name = s.CharField()
    state = s.ChoiceField(BatchState.choices)
    max_parallel = s.IntegerField()
    alone = s.BooleanField()
    group_name = s.CharField(help_text="The temporary group its sites pass through")
    strategy_id = s.IntegerField(allow_null=True)
    strategy_state = s.CharField()
    message = s.CharField(help_text="What it does or waits for")
    seen_at = s.DateTimeField(allow_null=True, help_text="Age of what is told of the strategy")
    started_at = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    sites = SiteCountsSchema()


class WaveSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    number = s.IntegerField(help_text="0 are the canaries")
    name = s.CharField()
    mop_up = s.BooleanField(help_text="Not in the plan: it takes sites that were held in their turn")
    state = s.ChoiceField(WaveState.choices)
    soak_seconds = s.IntegerField()
    failures = LimitSchema()
    started_at = s.DateTimeField(allow_null=True)
    soaking_since = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    own_approval = s.BooleanField(help_text="It needs one of its own, when the wave before has soaked")
    awaits_since = s.DateTimeField(allow_null=True, help_text="Since when it waits for that, or did")
    approver = s.CharField(help_text="Who approved it; empty where nobody did, or that expired unused")
    approved_at = s.DateTimeField(allow_null=True)
    approval_expires_at = s.DateTimeField(allow_null=True, help_text="Does not count any more once something has begun")
    approval_note = s.CharField()
    sites = SiteCountsSchema()
    batches = BatchSchema(many=True)


class CampaignVerdictSchema(s.Serializer[dict[str, object]]):
    verb = s.CharField()
    legal = s.BooleanField()
    reason = s.CharField(help_text="Why not; empty where it is legal")
    permitted = s.BooleanField(help_text="Whether your role may")


class TurnSchema(s.Serializer[dict[str, object]]):
    at = s.DateTimeField()
    who = s.CharField(help_text="campaign: it did so itself")
    verb = s.CharField(help_text="start, hold, release, halt, abort or cancel")
    what = s.CharField(help_text="In words")
    reason = s.CharField(help_text="Empty where there is none, or where it may name sites out of your scope")


class LinkSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    title = s.CharField()
    state = s.ChoiceField(OperationState.choices)
    strategy = s.CharField()
    place = s.ChoiceField([(word, word) for word in (BEFORE, THIS, NEXT)])
    ended_at = s.DateTimeField(allow_null=True)
    eta_p90 = s.DateTimeField(allow_null=True)


class CampaignSchema(CampaignRowSchema):
    ask = s.DictField(help_text="The strategy's arguments")
    rules = s.DictField()
    planner = s.CharField(help_text="Who made the plan that stands")
    planned_at = s.DateTimeField(allow_null=True)
    approved_at = s.DateTimeField(allow_null=True)
    approval_note = s.CharField()
    approval_problem = s.CharField(help_text="Why it does not count; empty where it does")
    hardest = s.CharField(help_text="The constraint that costs most time")
    costs = CostSchema(many=True)
    warnings = s.ListField(child=s.CharField())
    followed_by = s.ListField(child=s.IntegerField(), help_text="Campaigns that follow from this one")
    begin_anyway_by = s.CharField(help_text="Who let it begin though the campaign before did not come through")
    begin_anyway_at = s.DateTimeField(allow_null=True)
    chain = LinkSchema(many=True, help_text="Campaigns that begin one after the other, as far as you see them")
    turns = TurnSchema(many=True, help_text="When it was started, paused, resumed, halted, aborted; the oldest first")
    waves = WaveSchema(many=True)
    blocking = ReasonTallySchema(many=True, help_text="What stands against sites that are not over")
    left_out = ReasonTallySchema(many=True, help_text="Why sites were refused when it was planned")
    next = CampaignVerdictSchema(many=True, help_text="What may be asked for it now")


class NewAlarmSchema(s.Serializer[dict[str, object]]):
    alarm_id = s.CharField()
    entity = s.CharField()


class CampaignSiteSchema(TargetSchema):
    wave = s.IntegerField(allow_null=True, help_text="null: refused, or its plan is gone")
    batch = s.IntegerField(allow_null=True)
    reasons = ReasonSchema(many=True, help_text="What stands against it now")
    held_by = s.CharField(help_text="Who holds or skipped it")
    hold_reason = s.CharField()
    skipped = s.BooleanField()
    excused_by = s.CharField(help_text="Who said that its failure does not count")
    excuse = s.CharField()
    step_state = s.CharField(help_text="dcmanager's word for its step of the strategy")
    step_details = s.CharField()
    step_started_at = s.DateTimeField(allow_null=True)
    step_finished_at = s.DateTimeField(allow_null=True)
    new_alarms = NewAlarmSchema(many=True, help_text="That affect now and did not before")
    baseline_at = s.DateTimeField(allow_null=True)
    home_group = s.IntegerField(allow_null=True, help_text="dcmanager's id of the group it goes back to")
    wan_link = s.CharField()
