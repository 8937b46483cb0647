"""Planning backwards over working days: against a naive computation, holidays of three countries, random plans."""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_app.templates.dates import Closure, Count, Ground, count_for, dates_of
from calendar_app.templates.plan import (
    ActivityPlan,
    CriterionPlan,
    GatePlan,
    PhasePlan,
    Plan,
    document,
    parsed,
)
from releasemgr.portfolio.workdays import Workdays, holidays_of

DAY = timedelta(days=1)
LEADING = ["design", "build", "sit", "uat", "preparation", "deployment"]

workdays = st.builds(
    Workdays,
    weekend=st.sampled_from([frozenset({6, 7}), frozenset({5, 6}), frozenset({7})]),
    country=st.sampled_from(["DE", "US", "JP"]),
    off=st.dictionaries(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.just("Move"), max_size=4),
    on=st.dictionaries(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.just("Catch up"), max_size=4),
)
closures = st.lists(
    st.builds(
        lambda first, days, stops: Closure("Freeze", first, first + days * DAY, frozenset(stops)),
        st.dates(date(2025, 6, 1), date(2027, 6, 1)),
        st.integers(0, 20),
        st.sets(st.sampled_from(["go_live", "deployment", "phase"]), min_size=1),
    ),
    max_size=3,
)


@st.composite
def plans(draw):
    kinds = draw(st.lists(st.sampled_from(LEADING), min_size=1, max_size=6))
    kinds += ["hypercare"] * draw(st.integers(0, 2))
    phases = []
    for n, kind in enumerate(kinds):
        days = draw(st.integers(1, 25))
        phases.append(PhasePlan(f"p{n}", f"Phase {n}", kind, days, draw(st.integers(-4, days - 1))))
    leading = [phase.key for phase in phases if phase.kind != "hypercare"]
    gates = [
        GatePlan(
            f"g{n}",
            f"Gate {n}",
            phase=draw(st.sampled_from(["", *leading])),
            days_before=draw(st.integers(0, 12)),
        )
        for n in range(draw(st.integers(0, 4)))
    ]
    criteria = [
        CriterionPlan(f"c-{gate.key}", "Met", gate.key, days_before=draw(st.integers(0, 9))) for gate in gates
    ]
    activities = [
        ActivityPlan(f"a-{one.key}", "Done", one.key, days_before=draw(st.integers(0, 9))) for one in phases
    ]
    return Plan(tuple(phases), tuple(gates), tuple(criteria), tuple(activities))


class Naive:
    """The same by lists: every day of eight years on which one kind of work counts, and places in that list."""

    def __init__(self, workdays, closures, target):
        self.target = target
        year = [date(2022, 1, 1) + n * DAY for n in range(8 * 366)]
        free = {day for n in range(2022, 2031) for day in holidays_of(workdays.country, "", n)} | set(
            workdays.off
        )
        worked = {day for day in year if day.isoweekday() not in workdays.weekend and day not in free}
        worked |= set(workdays.on)
        self.shut = {kind: self._shut(closures, kind) for kind in ("phase", "deployment")}
        self.work = sorted((worked - self.shut["phase"]) | {target})
        self.deploy = sorted((worked - self.shut["phase"] - self.shut["deployment"]) | {target})

    def _shut(self, closures, kind):
        return {
            one.first + n * DAY
            for one in closures
            if kind in one.stops
            for n in range((one.last - one.first).days + 1)
        }

    def days(self, kind):
        return self.deploy if kind == "deployment" else self.work

    def back(self, days, day, count):
        """The ``count``-th of ``days`` before ``day``; the day itself for 0."""
        return days[bisect_left(days, day) - count] if count else day

    def forth(self, days, day, count):
        return days[bisect_right(days, day) + count - 1] if count else day

    def dates(self, plan):
        spans, start = {}, None
        for phase in [one for one in plan.phases if one.kind != "hypercare"][::-1]:
            limit = self.target
            if start is not None and phase.overlap > 0:
                limit = min(self.forth(self.work, start, phase.overlap - 1), self.target)
            elif start is not None:
                limit = self.back(self.work, start, 1 - phase.overlap)
            days = self.days(phase.kind)
            last = bisect_right(days, limit) - 1
            start = days[last - phase.days + 1]
            spans[phase.key] = (start, days[last])
        end, overlap = self.target, 0
        for phase in [one for one in plan.phases if one.kind == "hypercare"]:
            after = self.forth(self.work, self.target, 1)
            first = (
                self.forth(self.work, end, 1 - overlap)
                if overlap < 2
                else self.back(self.work, end, overlap - 1)
            )
            first = max(first, after)
            end, overlap = self.forth(self.work, first, phase.days - 1), phase.overlap
            spans[phase.key] = (first, end)
        kinds = {phase.key: phase.kind for phase in plan.phases}
        gates = {
            gate.key: self.back(
                self.days(kinds.get(gate.phase)),
                spans[gate.phase][1] if gate.phase else self.target,
                gate.days_before,
            )
            for gate in plan.gates
        }
        criteria = {one.key: self.back(self.work, gates[one.gate], one.days_before) for one in plan.criteria}
        activities = {
            one.key: self.back(self.work, spans[one.phase][1], one.days_before) for one in plan.activities
        }
        return spans, gates, criteria, activities


@settings(max_examples=300, deadline=None)
@given(
    plan=plans(), workdays=workdays, closures=closures, target=st.dates(date(2026, 1, 1), date(2026, 12, 31))
)
def test_dates_equal_an_independent_computation(plan, workdays, closures, target):
    dates = dates_of(plan, target, Ground(workdays, tuple(closures)))

    found = {key: (span.first, span.last) for key, span in dates.phases.items()}
    assert (found, dict(dates.gates), dates.due["criteria"], dates.due["activities"]) == Naive(
        workdays, closures, target
    ).dates(plan)


@settings(max_examples=150, deadline=None)
@given(workdays=workdays, closures=closures, day=st.dates(date(2025, 6, 1), date(2027, 3, 1)))
def test_a_counting_day_keeps_its_distance_there_and_back(workdays, closures, day):
    count = count_for("deployment", Ground(workdays, tuple(closures)), date(2026, 6, 15))
    day = count.at_or_before(day)

    assert count.step(count.target, -count.between(day, count.target)) == day


@given(plan=plans())
def test_a_plan_survives_its_document(plan):
    assert parsed(document(plan)) == plan


def test_a_blockout_takes_days_from_deployments_and_leaves_tests_alone():
    plan = Plan((PhasePlan("uat", "UAT", "uat", 5), PhasePlan("go", "Deployment", "deployment", 3)))
    freeze = Closure("Year end", date(2026, 6, 10), date(2026, 6, 11), frozenset({"go_live", "deployment"}))

    open_year = dates_of(plan, date(2026, 6, 12), Ground(Workdays()))
    frozen = dates_of(plan, date(2026, 6, 12), Ground(Workdays(), (freeze,)))

    assert (open_year.phases["go"].first, frozen.phases["go"].first) == (date(2026, 6, 10), date(2026, 6, 8))
    assert (frozen.phases["uat"].first, frozen.phases["uat"].last) == (date(2026, 6, 1), date(2026, 6, 5))


def test_tests_go_on_during_a_freeze_and_stop_during_a_shutdown():
    plan = Plan((PhasePlan("uat", "UAT", "uat", 5), PhasePlan("go", "Deployment", "deployment", 1)))
    days = date(2026, 6, 8), date(2026, 6, 9)

    frozen = dates_of(
        plan, date(2026, 6, 15), Ground(Workdays(), (Closure("Freeze", *days, frozenset({"deployment"})),))
    )
    shut = dates_of(
        plan, date(2026, 6, 15), Ground(Workdays(), (Closure("Shutdown", *days, frozenset({"phase"})),))
    )

    assert (frozen.phases["uat"].first, shut.phases["uat"].first) == (date(2026, 6, 8), date(2026, 6, 4))


def test_the_day_of_the_go_live_counts_even_on_a_saturday():
    plan = Plan((PhasePlan("uat", "UAT", "uat", 2), PhasePlan("go", "Deployment", "deployment", 2)))

    dates = dates_of(plan, date(2026, 6, 13), Ground(Workdays()))

    assert (dates.phases["go"].first, dates.phases["go"].last) == (date(2026, 6, 12), date(2026, 6, 13))
    assert dates.phases["uat"].last == date(2026, 6, 11)


def test_a_holiday_of_one_country_is_a_working_day_of_another():
    fourth_of_july, unity_day = date(2025, 7, 4), date(2025, 10, 3)

    assert [Workdays(country=one).is_working(fourth_of_july) for one in ("US", "DE")] == [False, True]
    assert [Workdays(country=one).is_working(unity_day) for one in ("US", "DE")] == [True, False]
    assert Count(Ground(), unity_day, frozenset()).takes(unity_day)


def test_a_part_of_a_country_has_holidays_of_its_own():
    corpus_christi = date(2026, 6, 4)

    assert Workdays(country="DE", subdivision="BY").holiday(corpus_christi) == "Corpus Christi"
    assert Workdays(country="DE", subdivision="BE").is_working(corpus_christi)
