"""Software campaigns: what is added to an operation so that a fleet can be patched in waves."""

from django.conf import settings
from django.db import models

from operations.choices import BatchState, Outcome, WaveState
from operations.models.operations import Operation
from operations.models.targets import Target
from sites.models import Controller


class Campaign(models.Model):
    """The rules and the approval of a campaign. Its targets, hold and limit are the operation's.

    `ask`: the strategy's kind and arguments; `rules`: gates, limits, windows, thresholds, soak; both as JSON that
    operations/campaigns/rulebook.py reads. `plan`: what planning found beside waves and batches: {"neighbours": pairs,
    "rings": {name: ids}, "warnings": sentences, "costs": [{"constraint", "saved", "of", "sentence"}]}.
    The plan is frozen: `operation.plan_hash` covers ask, rules, not_before, waves, batches and who is in them.
    An approval holds for the hash it was given for, until it expires. `planner`: who made the plan that stands, which
    is the requester until somebody else changes it.

    `after_number`: the campaign that this one begins after, which the hash covers; it stays when that one is forgotten,
    and `after` does not. `begin_anyway_*`: who let it begin though that one did not come through.
    """

    operation = models.OneToOneField(Operation, models.CASCADE, primary_key=True, related_name="campaign")
    strategy = models.CharField(max_length=24)
    ask = models.JSONField(default=dict)
    rules = models.JSONField(default=dict)
    plan = models.JSONField(default=dict)
    planner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    planner_name = models.CharField(max_length=150, blank=True)
    planned_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, related_name="children")
    after = models.ForeignKey("self", models.SET_NULL, null=True, related_name="next_in_chain")
    after_number = models.BigIntegerField(null=True)
    begin_anyway_at = models.DateTimeField(null=True)
    begin_anyway_by = models.CharField(max_length=150, blank=True)

    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    approver_name = models.CharField(max_length=150, blank=True)
    approved_hash = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True)
    approval_expires_at = models.DateTimeField(null=True)
    approval_note = models.CharField(max_length=500, blank=True)

    stop_reason = models.CharField(max_length=500, blank=True, help_text="Why no further site starts; it ends so")
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=150, blank=True, help_text="Empty: it halted itself")
    waits_until = models.DateTimeField(null=True, help_text="When the window opens that all of it waits for")
    hardest = models.CharField(max_length=300, blank=True, help_text="The constraint that costs most time")
    eta_p50 = models.DateTimeField(null=True)
    eta_p90 = models.DateTimeField(null=True)
    eta_note = models.CharField(max_length=300, blank=True)
    eta_at = models.DateTimeField(null=True)


class Wave(models.Model):
    """Batches that may run at the same time; the next wave begins after its soak. `failures`: {"count", "percent"}.

    `mop_up`: not part of what was planned and hashed; it takes sites of the plan that were held in their turn.
    An approval of its own is kept here where the plan demands one; for the hash of that plan, until it expires.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="waves")
    number = models.PositiveIntegerField(help_text="0 are the canaries, where there are any")
    name = models.CharField(max_length=80)
    soak_seconds = models.PositiveIntegerField(default=0)
    failures = models.JSONField(default=dict)
    mop_up = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=WaveState, default=WaveState.PENDING)
    started_at = models.DateTimeField(null=True)
    soaking_since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    awaits_since = models.DateTimeField(null=True, help_text="Since when it waits for approval, or did")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    approver_name = models.CharField(max_length=150, blank=True)
    approved_hash = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True)
    approval_expires_at = models.DateTimeField(null=True)
    approval_note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="wave_unique")]


class Batch(models.Model):
    """One strategy of one System Controller: its sites, the temporary group they pass through, and what was seen.

    `alone`: of one site that is never moved to another group. `progress`: what operations/campaigns remembers between
    looks (batch.Memory), as JSON; `last_steps`: the strategy's steps as they were seen last. `confirmed_id` and
    `disowned_id`: strategies of which a person said that they are this batch's, or not. `forgiven`: number of the last
    request when a person said to try again: what was refused until then does not count.
    """

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="batches")
    controller = models.ForeignKey(Controller, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField(help_text="Order on its controller")
    group_name = models.CharField(max_length=64, blank=True)
    max_parallel = models.PositiveIntegerField(default=1)
    alone = models.BooleanField(default=False)
    confirmed_id = models.IntegerField(null=True)
    disowned_id = models.IntegerField(null=True)
    forgiven = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=16, choices=BatchState, default=BatchState.PENDING)
    strategy_id = models.IntegerField(null=True)
    strategy_state = models.CharField(max_length=32, blank=True)
    message = models.CharField(max_length=500, blank=True)
    progress = models.JSONField(default=dict)
    last_steps = models.JSONField(default=list)
    seen_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["wave__number", "number"]
        constraints = [models.UniqueConstraint(fields=["wave", "controller", "number"], name="batch_unique")]


class CampaignTarget(models.Model):
    """What a campaign keeps of one site beside its Target: home group, baseline, its step, what came of it.

    `baseline` and `new_alarms`: lists of {"alarm_id", "entity", "severity", …}. A site that is on hold waits with its
    reason; one that is skipped is left out for good. One that is excused does not count as failed, by a person's word.
    `planned_batch`: where the plan had it, if it has come into the mop-up wave since. `away_since`: it was done, and
    since then it is seen not to be online, or its alarms are not read; `away_read_at`: when that was seen last.
    """

    target = models.OneToOneField(Target, models.CASCADE, primary_key=True, related_name="in_campaign")
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, related_name="sites")
    planned_batch = models.ForeignKey(Batch, models.SET_NULL, null=True, related_name="planned_sites")
    home_group_id = models.IntegerField(null=True, help_text="dcmanager's id of the group to go back to")
    wan_link = models.CharField(max_length=64, blank=True)
    error_before = models.CharField(max_length=2048, blank=True, help_text="Creating a strategy wipes it upstream")
    baseline = models.JSONField(null=True)
    baseline_at = models.DateTimeField(null=True)
    before = models.JSONField(default=dict, help_text="Ceph and unfit hosts when its batch began")
    after = models.JSONField(default=dict, help_text="operations.campaigns.postcheck.After, as JSON")
    new_alarms = models.JSONField(default=list)
    away_since = models.DateTimeField(null=True)
    away_read_at = models.DateTimeField(null=True)
    reasons = models.JSONField(default=list)  # [{"key", "sentence", "effect"}] that stand against it now
    step_state = models.CharField(max_length=64, blank=True)
    step_details = models.CharField(max_length=1000, blank=True)
    step_started_at = models.DateTimeField(null=True)
    step_finished_at = models.DateTimeField(null=True)
    held_by = models.CharField(max_length=150, blank=True)
    hold_reason = models.CharField(max_length=300, blank=True)
    skipped = models.BooleanField(default=False)
    excused_by = models.CharField(max_length=150, blank=True)
    excuse = models.CharField(max_length=300, blank=True)


class ArchivedStep(models.Model):
    """A strategy step as it was last seen before its strategy was deleted upstream."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="archive")
    step_id = models.IntegerField()
    cloud_name = models.CharField(max_length=255)
    stage = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=64, blank=True)
    details = models.CharField(max_length=1000, blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField()

    class Meta:
        ordering = ["batch_id", "step_id"]
        constraints = [models.UniqueConstraint(fields=["batch", "step_id"], name="archived_step_unique")]


class BatchIntent(models.Model):
    """A request about a batch, written before it is sent, as an Intent is for a target.

    `subject`: dcmanager's id of the site it moves; `meant`: the group or strategy it is about; `answered_id`: what a
    creation was answered with.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="intents")
    number = models.PositiveIntegerField()
    attempt = models.PositiveSmallIntegerField()
    verb = models.CharField(max_length=24)
    subject = models.IntegerField(null=True)
    meant = models.IntegerField(null=True)
    answered_id = models.IntegerField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.PENDING)
    status = models.PositiveSmallIntegerField(null=True)
    detail = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="batch_intent_unique")]
