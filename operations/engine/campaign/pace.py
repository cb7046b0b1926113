"""How fast campaigns go, from settings; the demo divides by SPEED. Windows and soak stay real time."""

from datetime import timedelta

from django.conf import settings

from operations.campaigns.batch import Pace


def pace() -> Pace:
    told = settings.OPERATION_SECONDS
    return Pace(
        poll=timedelta(seconds=told["poll"]),
        unmoved=timedelta(seconds=told["unmoved"]),
        again=timedelta(seconds=told["again"]),
        settle=timedelta(seconds=told["settle"]),
        look=timedelta(seconds=told["look"]),
        longest=timedelta(seconds=15 * told["again"]),
    )
