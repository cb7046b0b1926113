"""Back-off, token bucket and breaker, with the time as an argument."""

from collector.pacing import Breaker, TokenBucket, jittered, retry_after


def test_retries_come_ever_later_up_to_a_limit() -> None:
    assert 1.0 <= retry_after(1, 300) <= 2.0
    assert 200 <= retry_after(40, 300) <= 400
    assert retry_after(10_000, 300) <= 400


def test_jitter_stays_near() -> None:
    assert all(90 <= jittered(100) <= 110 for _ in range(200))


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = TokenBucket(rate=10, burst=5, now=0.0)
    assert [bucket.take(0.0) for _ in range(5)] == [0.0] * 5
    assert bucket.take(0.0) == 0.1
    assert bucket.take(0.1) == 0.0
    assert bucket.take(0.1) > 0


def test_a_breaker_opens_after_failures_in_a_row_and_closes_at_the_first_success() -> None:
    breaker = Breaker(threshold=3, longest=60)
    for now in (0.0, 1.0):
        breaker.failed(now)
        assert breaker.allows(now)
    breaker.failed(2.0)
    assert not breaker.allows(2.0)
    assert breaker.open_until is not None
    assert breaker.allows(breaker.open_until), "one try is let through"
    breaker.succeeded()
    assert breaker.allows(0.0)
