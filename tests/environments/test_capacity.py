"""The arithmetic of capacity, against counting at every instant."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from environments.capacity import Load, Supply, fits, free_units, openings, peak_units, stretches
from tests.conftest import JUNE_1

HOURS = 24


def hour(number):
    return JUNE_1 + timedelta(hours=number)


hours = st.integers(0, HOURS - 1)
spans = st.tuples(hours, st.integers(1, 8)).map(lambda pair: (hour(pair[0]), hour(pair[0] + pair[1])))
loads = st.lists(
    st.builds(lambda span, units, alone: Load(*span, units, alone), spans, st.integers(1, 3), st.booleans()),
    max_size=12,
)
supplies = st.builds(
    lambda steps, closed: Supply(
        tuple(sorted((hour(at), units) for at, units in steps.items())), tuple(closed)
    ),
    st.dictionaries(st.integers(-5, HOURS), st.integers(0, 5), max_size=4),
    st.lists(
        spans | spans.map(lambda span: (span[0], None)) | spans.map(lambda span: (None, span[1])), max_size=2
    ),
)


def offered(supply, at):
    """Units at an instant, counted the long way."""
    if any((a is None or a <= at) and (b is None or at < b) for a, b in supply.closed):
        return 0
    return next((units for start, units in reversed(supply.steps) if start <= at), 0)


def taken(supply, loads, at):
    """Units in use at an instant, counted the long way."""
    running = [load for load in loads if load.starts_at <= at < load.ends_at]
    return sum(max(load.units, offered(supply, at)) if load.is_exclusive else load.units for load in running)


def instants(start, end):
    """Every hour of a window: all changes in these tests fall on hours."""
    return [hour(number) for number in range(-10, HOURS + 40) if start <= hour(number) < end]


@given(supplies, loads, spans)
def test_the_peak_by_sweep_is_the_peak_by_counting(supply, loads, span):
    counted = max(taken(supply, loads, at) for at in instants(*span))

    assert peak_units(supply, loads, *span) == counted


@given(supplies, loads, spans)
def test_stretches_cover_the_window_without_gaps_and_say_what_is_true(supply, loads, span):
    found = stretches(supply, loads, *span)

    assert (found[0].starts_at, found[-1].ends_at) == span
    assert [left.ends_at for left in found[:-1]] == [right.starts_at for right in found[1:]]
    for stretch in found:
        for at in instants(stretch.starts_at, stretch.ends_at):
            assert (stretch.capacity, stretch.taken) == (offered(supply, at), taken(supply, loads, at))


@given(supplies, loads, spans, st.integers(1, 3), st.booleans())
def test_a_wish_fits_when_it_fits_at_every_instant(supply, loads, span, units, alone):
    wish = Load(*span, units, alone)
    counted = all(taken(supply, [*loads, wish], at) <= offered(supply, at) for at in instants(*span))

    assert fits(supply, loads, wish) == counted
    if not alone and units <= free_units(supply, loads, *span):
        assert counted


@given(supplies, loads, spans, st.integers(1, 3), st.booleans())
def test_whatever_lies_in_an_opening_fits_and_what_leaves_it_does_not(supply, loads, span, units, alone):
    until = hour(HOURS + 20)
    found = list(openings(supply, loads, Load(*span, units, alone), until=until))

    open_hours = {at for start, end in found for at in instants(start, end)}
    for at in instants(span[0], until):
        assert fits(supply, loads, Load(at, at + timedelta(hours=1), units, alone)) == (at in open_hours)


def test_an_end_that_touches_a_start_is_no_conflict():
    supply = Supply(((hour(0), 1),))

    assert fits(supply, [Load(hour(0), hour(4), 1)], Load(hour(4), hour(8), 1))


def test_capacity_that_falls_inside_the_window_counts_from_there_on():
    supply = Supply(((hour(0), 3), (hour(4), 1)))
    held = [Load(hour(0), hour(8), 1)]

    assert fits(supply, held, Load(hour(0), hour(4), 2))
    assert not fits(supply, held, Load(hour(0), hour(5), 1))


def test_nothing_is_offered_before_the_first_step_and_while_closed():
    supply = Supply(((hour(2), 2),), ((hour(6), None),))

    assert [supply.at(hour(number)) for number in (1, 2, 5, 6, 20)] == [0, 2, 2, 0, 0]


def test_exclusive_use_takes_every_unit():
    supply = Supply(((hour(0), 3),))

    assert not fits(supply, [Load(hour(0), hour(4), 1)], Load(hour(2), hour(6), 1, is_exclusive=True))
    assert not fits(supply, [Load(hour(0), hour(4), 1, is_exclusive=True)], Load(hour(2), hour(6), 1))
    assert fits(supply, [Load(hour(0), hour(4), 1)], Load(hour(4), hour(6), 1, is_exclusive=True))


def test_openings_are_maximal():
    supply = Supply(((hour(0), 1),))
    held = [Load(hour(2), hour(3), 1), Load(hour(3), hour(5), 1)]

    found = list(openings(supply, held, Load(hour(0), hour(4), 1), until=hour(8)))

    assert found == [(hour(0), hour(2)), (hour(5), hour(8))]
