"""Control charts: worked examples W14 to W17 and the properties of limits, runs and segments."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.percentiles import median, percentile
from reporting.spc import (
    Assurance,
    Break,
    Domain,
    Meaning,
    Point,
    Rule,
    State,
    analyse,
    assurance,
    limits_of,
    signals_of,
    xmr_limits,
)
from reporting.spc.chart import days_between, is_rare
from reporting.spc.shifts import change_points, cusum, penalty

W14 = [30, 34, 28, 36, 32, 38, 30, 34, 31, 37, 33, 35]
W15 = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]


def close(value):
    return pytest.approx(value, abs=5e-7)


def fired(values):
    return [(signal.rule, signal.marks, signal.detected) for signal in signals_of(values, xmr_limits(W14))]


def series(values, start=date(2026, 1, 5)):
    return [Point(start + n * timedelta(days=7), value) for n, value in enumerate(values)]


def test_w14_limits():
    limits = xmr_limits(W14)

    assert limits.centre == close(33.166667)
    assert limits.mean_range == close(5.0)
    assert (limits.upper, limits.lower) == (close(46.466667), close(19.866667))
    assert limits.range_limit == close(16.335)
    assert (limits.lower_two_sigma, limits.upper_two_sigma) == (close(24.3), close(42.033333))


@pytest.mark.parametrize(
    ("tail", "rule", "marks"),
    [
        ([35, 48, 33], "R1", (1,)),
        ([30, 31, 29, 32, 30, 28, 31, 29], "R2", tuple(range(8))),
        ([24, 28, 23], "R3", (0, 2)),
        ([30, 31, 32, 33, 34, 35], "R4", tuple(range(6))),
    ],
)
def test_w14_tails_that_signal(tail, rule, marks):
    assert fired(tail) == [(rule, marks, len(tail) - 1 if rule != "R1" else 1)]


@pytest.mark.parametrize(
    "tail",
    [
        [30, 31, 29, 32, xmr_limits(W14).centre, 28, 31, 29, 30, 31, 32, 30],
        [24, 43, 33],
        [24, 34, 23],
        [30, 31, 32, 32, 33, 34, 35],
    ],
)
def test_w14_tails_that_say_nothing(tail):
    assert [rule for rule, _, _ in fired(tail) if rule != Rule.RANGE] == []


def test_a_leap_beyond_the_range_limit_is_only_a_note():
    signals = signals_of([24, 43, 33], xmr_limits(W14))

    assert [(signal.rule, signal.meaning(1)) for signal in signals] == [(Rule.RANGE, Meaning.NOTE)]


def test_w15_published_check():
    """The published lower limit is the difference of two rounded figures; exactly it is -3.0626144."""
    plain, screened = xmr_limits(W15), xmr_limits(W15, screened=True)

    assert plain.centre == close(1.944444)
    assert (plain.upper, plain.lower) == (close(6.951503), pytest.approx(-3.062615, abs=1e-6))
    assert (screened.upper, screened.lower) == (close(4.604444), close(-0.715556))


def test_w16_cusum_flags_at_the_ninth_value():
    limits = xmr_limits(W14)
    sums = cusum([30, 31, 29, 28, 27, 29, 28, 26, 28, 27], limits)

    assert limits.sigma == close(4.432624)
    assert [round(value, 4) for value in sums.below] == [
        0.2144, 0.2032, 0.6432, 1.3088, 2.2, 2.64, 3.3056, 4.4224, 5.088, 5.9792,
    ]  # fmt: skip
    assert sums.flagged == 8


def test_w17_one_change_after_point_twelve():
    values = [*W14, 24, 26, 23, 25, 27, 24, 22, 26]

    assert penalty(values) == close(138.056680)
    assert change_points(values) == [12]


def test_too_short_a_series_has_no_change():
    assert change_points(W14[:7]) == []


@pytest.mark.parametrize(
    ("values", "state"),
    [
        (W14[:5], State.TOO_FEW),
        (W14[:6], State.TRIAL),
        (W14[:11], State.TRIAL),
        (W14, State.LOCKED),
        ([5] * 12, State.NO_VARIATION),
        ([0] * 7 + [1, 2, 1, 3, 1], State.RARE),
        ([0] * 6 + [1, 2, 1, 3, 1, 1], State.LOCKED),
    ],
)
def test_how_far_limits_may_be_trusted(values, state):
    assert limits_of(values)[0] is state


def test_locked_limits_stay_when_points_follow():
    assert limits_of([*W14, 90, 95, 99])[1] == xmr_limits(W14)


def test_trial_limits_know_only_the_first_rule():
    steady_rise = [1, 2, 3, 4, 5, 6, 7, 8]

    assert [
        signal.rule for signal in analyse(series(steady_rise)).segments[0].signals if signal.rule != "R1"
    ] == []


def test_a_clipped_side_cannot_signal():
    limits = xmr_limits([0.9, 0.99, 0.9, 0.99, 0.9, 0.99])

    assert signals_of([1.5], limits, domain=Domain(0.0, 1.0)) == []
    assert [signal.rule for signal in signals_of([1.5], limits)] == [Rule.BEYOND_LIMIT]


def test_side_and_direction_give_the_meaning():
    (above,) = signals_of([35, 48, 33], xmr_limits(W14))

    assert [above.meaning(good) for good in (1, -1, 0)] == [
        Meaning.IMPROVEMENT,
        Meaning.CONCERN,
        Meaning.CHANGE,
    ]


def test_a_long_run_proposes_a_baseline_from_its_first_point():
    points = series([*W14, 30, 31, 29, 32, 30, 28, 31, 29])
    analysis = analyse(points)

    assert analysis.proposal == points[12]
    assert analyse(points, refused={points[12].start_on}).proposal is None


def test_an_accepted_proposal_starts_a_segment_and_leaves_the_old_limits():
    points = series([*W14, 30, 31, 29, 32, 30, 28, 31, 29])
    old, new = analyse(points, breaks=[Break(points[12].start_on, "new tool")]).segments

    assert (old.limits, old.state) == (xmr_limits(W14), State.LOCKED)
    assert (new.first, new.state, new.reason) == (12, State.TRIAL, "new tool")


def test_the_strongest_rule_colours_a_point():
    segment = analyse(series([*W14, 48, 47, 50, 34, 34, 34, 34, 34])).segments[0]

    assert [segment.rule_at(n) for n in (12, 13, 15)] == [Rule.BEYOND_LIMIT, Rule.BEYOND_LIMIT, Rule.LONG_RUN]


def test_without_limits_the_line_is_the_median():
    assert analyse(series([3, 1, 10])).segments[0].centre == 3


@pytest.mark.parametrize(
    ("target", "good", "said"),
    [
        (33, 1, Assurance.BY_CHANCE),
        (10, 1, Assurance.MEETS),
        (50, 1, Assurance.MISSES),
        (50, -1, Assurance.MEETS),
        (10, -1, Assurance.MISSES),
    ],
)
def test_what_a_target_means(target, good, said):
    assert assurance(xmr_limits(W14), target, good) is said


def test_rare_events_are_charted_by_the_days_between_them():
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)

    assert is_rare([0] * 10 + [1, 1])
    assert days_between([noon + timedelta(days=9), noon, noon + timedelta(days=1.5)]) == [1.5, 7.5]


def test_percentiles_of_the_catalogue():
    hours = [1.5, 12, 24, 36, 47, 96, 144, 240]

    assert (median(hours), percentile(hours, 0.85)) == (close(41.5), close(141.6))
    assert (median([]), percentile([7], 0.85)) == (None, 7)


numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@given(st.lists(numbers, min_size=1, max_size=40), st.floats(0, 1))
def test_a_percentile_lies_between_the_extremes_and_ignores_order(values, share):
    result = percentile(values, share)

    assert min(values) <= result <= max(values)
    assert result == percentile(values[::-1], share)


@given(st.lists(numbers, min_size=12, max_size=40), st.integers(-1000, 1000))
def test_moving_every_value_moves_the_limits_and_no_signal(values, shift):
    before, after = (
        analyse(series([round(v) for v in values])),
        analyse(series([round(v) + shift for v in values])),
    )
    old, new = before.segments[0], after.segments[0]

    if State.RARE in (old.state, new.state):
        return
    assert old.state is new.state
    if old.limits:
        assert new.limits.upper == pytest.approx(old.limits.upper + shift, abs=1e-6)


@given(st.lists(numbers, max_size=60), st.lists(st.integers(0, 60), max_size=5))
def test_segments_partition_the_series(values, cuts):
    points = series(values)
    breaks = [Break(points[cut].start_on) for cut in cuts if cut < len(points)]

    analysis = analyse(points, breaks=breaks)

    assert analysis.points == points
    assert len(analysis.segments) == len({0, *(cut for cut in cuts if cut < len(points))} if points else [])


@given(st.lists(st.integers(0, 9), min_size=12, max_size=60))
def test_later_points_never_change_an_earlier_verdict(values):
    """Once limits are locked, whatever was detected stays detected, whatever follows."""
    whole = analyse(series(values)).segments[0]
    part = analyse(series(values[:-1])).segments[0]

    if part.state is State.LOCKED:
        assert {(s.rule, s.detected) for s in part.signals} <= {(s.rule, s.detected) for s in whole.signals}


@given(st.lists(st.integers(0, 30), min_size=8, max_size=14))
def test_change_points_cost_no_more_than_any_single_cut(values):
    """Against brute force over every partition of a short series."""

    def cost(part):
        centre = sum(part) / len(part)
        return sum((value - centre) ** 2 for value in part)

    def partitions(start):
        yield [len(values)]
        for cut in range(start + 4, len(values) - 3):
            for rest in partitions(cut):
                yield [cut, *rest]

    def price(ends):
        starts = [0, *ends[:-1]]
        return sum(cost(values[a:b]) for a, b in zip(starts, ends, strict=True)) + penalty(values) * (
            len(ends) - 1
        )

    found = price([*change_points(values), len(values)])
    assert found == pytest.approx(min(price(ends) for ends in partitions(0)), abs=1e-6)
