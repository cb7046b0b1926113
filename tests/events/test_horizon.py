"""The age of the horizon says no more and no less than what is known."""

from events.horizon import Horizon


def test_an_idle_system_is_of_age_zero():
    horizon = Horizon(0.0)
    horizon.mark(100, 100, 5.0)
    horizon.mark(100, 100, 60.0)
    assert horizon.age(60.0) == 0


def test_an_open_transaction_with_commits_behind_it_makes_it_grow():
    horizon = Horizon(0.0)
    horizon.mark(100, 100, 1.0)
    for second in range(2, 31):
        horizon.mark(100, 100 + second, float(second))
    assert horizon.age(30.0) == 29


def test_it_is_complete_up_to_the_look_whose_transactions_have_all_ended():
    horizon = Horizon(0.0)
    horizon.mark(100, 110, 1.0)
    horizon.mark(100, 120, 2.0)
    horizon.mark(115, 130, 3.0)
    assert horizon.age(3.0) == 2
    horizon.mark(130, 131, 4.0)
    assert horizon.age(4.0) == 1


def test_without_looks_it_grows():
    horizon = Horizon(10.0)
    assert horizon.age(25.0) == 15


def test_a_long_wait_costs_no_memory_and_tells_rather_too_much_than_too_little():
    horizon = Horizon(0.0)
    for number in range(10_000):
        horizon.mark(1, 2 + number, float(number))
    horizon.mark(5000, 10_002, 10_000.0)
    assert horizon.age(10_000.0) >= 5000
    horizon.mark(10_002, 10_002, 10_001.0)
    assert horizon.age(10_001.0) == 0
