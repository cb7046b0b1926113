"""Whether the collector has been round the whole fleet once: for /readyz and for the demo's ready line."""

from django.db.models import Q

from sites.models import CollectorBeat, Controller


def sweeps_done() -> dict[str, bool]:
    """For each of t0, t1, t2: every enabled controller was read whole at least once. False without a controller."""
    enabled = Controller.objects.filter(enabled=True).count()
    beats = CollectorBeat.objects.filter(controller__enabled=True)
    done = {
        tier: beats.filter(~Q(**{column: None})).count()
        for tier, column in (("t0", "t0_at"), ("t1", "t1_swept_at"), ("t2", "t2_swept_at"))
    }
    return {tier: enabled > 0 and count >= enabled for tier, count in done.items()}
