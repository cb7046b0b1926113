"""What django-q2 runs: one step of one job. It may run it twice, late, or beside itself: the token sorts that out."""

import logging
from collections.abc import Callable
from contextlib import suppress

from django.utils import timezone

from operations.engine import conduct, drive, faults, jobs
from operations.engine.campaign import drive as campaign
from operations.engine.pace import backoff
from operations.models import Job

log = logging.getLogger(__name__)


def _driver(job: Job) -> Callable[[jobs.Claim, Job], None]:
    if job.target_id is not None:
        return drive.step
    return conduct.step if job.controller_id is None else campaign.step


def step(job_id: int, token: int) -> None:
    """Does nothing when the job was claimed again meanwhile."""
    claim = jobs.Claim(job_id, token)
    job = Job.objects.filter(pk=job_id, token=token).first()
    if job is None:
        return
    try:
        _driver(job)(claim, job)
    except jobs.StaleTokenError:
        log.info("job %s goes on under another token", job_id)
    except Exception as fault:  # whatever it is: the job must not spin, and django-q2 logs and keeps the failure
        now = timezone.now()
        with suppress(jobs.StaleTokenError):  # somebody else drives it: what happens there counts
            faults.note(claim, type(fault).__name__, now, now + backoff(job.failures))
        raise
