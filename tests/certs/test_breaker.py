"""An authority that fails three times in a row is left alone for a while, then one try decides."""

from certs.breaker import FAILURES, FIRST_REST_S, Breaker


def broken(ticks) -> Breaker:
    breaker = Breaker(lambda: ticks[0])
    for _ in range(FAILURES):
        assert breaker.may_try()
        breaker.failed()
    return breaker


def test_after_three_failures_it_rests_and_after_a_rest_one_is_let_through():
    ticks = [0.0]
    breaker = broken(ticks)
    assert not breaker.may_try()
    ticks[0] = FIRST_REST_S
    assert [breaker.may_try(), breaker.may_try()] == [True, False]
    breaker.worked()
    assert breaker.may_try()


def test_a_try_that_fails_makes_the_rest_longer():
    ticks = [0.0]
    breaker = broken(ticks)
    ticks[0] = FIRST_REST_S
    assert breaker.may_try()
    breaker.failed()
    ticks[0] += 2 * FIRST_REST_S - 1
    assert not breaker.may_try()
    ticks[0] += 1
    assert breaker.may_try()


def test_failures_that_are_not_in_a_row_do_not_count():
    breaker = Breaker(lambda: 0.0)
    for _ in range(3 * FAILURES):
        breaker.failed()
        breaker.worked()
    assert breaker.may_try()
