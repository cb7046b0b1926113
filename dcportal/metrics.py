"""What this process counts of itself, for Prometheus."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from prometheus_client import Counter, Gauge, Histogram

from events import hub

if TYPE_CHECKING:
    from dcportal.handler import OneHopHandler

REQUESTS = Counter("dcportal_requests_total", "Requests answered by a view.", ["view", "method", "status"])
SECONDS = Histogram(
    "dcportal_request_seconds",
    "Time in the pool thread, from the first middleware to the last byte made.",
    ["view"],
    buckets=(0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10),
)
REFUSED = Counter("dcportal_requests_refused_total", "Requests answered without a view (408, 413, 503).", ["status"])
IN_FLIGHT = Gauge("dcportal_requests_in_flight", "Requests running or waiting for a thread.", ["lane"])
UPLOADS = Gauge("dcportal_uploads", "Request bodies arriving in pieces.")
SOCKETS = Gauge("dcportal_stream_sockets", "Open sockets of the event stream.")
HORIZON = Gauge("dcportal_stream_horizon_age_seconds", "How long ago the stream was last known to be complete.")
QUEUE = Gauge("dcportal_stream_longest_queue", "Frames waiting for the slowest socket.")
FEED = Gauge("dcportal_stream_connected", "1 while the process listens to the database.")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def answered(request: HttpRequest | None, status: int, seconds: float) -> None:
    """Count one answer. Labels are names of views and methods we know: clients cannot invent new ones."""
    match = request.resolver_match if request is not None else None
    view = match.view_name or match.route if match is not None else "none"
    method = request.method if request is not None and request.method in METHODS else "other"
    REQUESTS.labels(view, method, str(status)).inc()
    SECONDS.labels(view).observe(seconds)


def refused(status: int) -> None:
    REFUSED.labels(str(status)).inc()


def measure(handler: "OneHopHandler") -> None:
    """Bring the gauges of this process up to date."""
    for lane in (handler.pages, handler.exports):
        IN_FLIGHT.labels(lane.name).set(lane.load)
    UPLOADS.set(handler.bodies.uploads)
    running = hub.running()
    if running is not None:
        SOCKETS.set(running.sockets)
        HORIZON.set(running.horizon_age)
        QUEUE.set(running.longest_queue)
        FEED.set(running.feed.connected)
