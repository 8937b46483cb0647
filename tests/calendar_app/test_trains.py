"""Trains: their cadence, the releases they plan, and that each slot is planned once."""

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.models import Release, Train
from calendar_app.releases.lifecycle import cancel
from calendar_app.tasks import extend_trains
from calendar_app.templates.starters import take_over
from calendar_app.trains.cadence import Cadence, Unit, slots
from calendar_app.trains.running import edit_train, extend, resume_trains, start_trains, stop_trains
from releasemgr.changes.revisions import Moved
from tests.conftest import JUNE_1

MONTHLY = Cadence(1, Unit.MONTHS_BY_WEEKDAY).rule(date(2026, 6, 20))  # the third Saturday


def train(**values):
    given = {
        "name": "Monthly",
        "rrule": MONTHLY,
        "first_on": date(2026, 6, 20),
        "name_pattern": "{year}-{month}",
        "ahead": 3,
        "entry_days": 21,
        **values,
    }
    return Train(**given)


def days_of(one):
    return list(
        Release.objects.filter(train=one).order_by("train_slot").values_list("target_date", flat=True)
    )


@pytest.mark.django_db
def test_a_train_plans_its_releases_with_names_and_entry_deadlines(bank, rita):
    one = start_trains([train(portfolio=bank)], by=rita, at=JUNE_1).rows[0]

    assert days_of(one) == [date(2026, 6, 20), date(2026, 7, 18), date(2026, 8, 15)]
    first = Release.objects.get(train=one, train_slot=date(2026, 6, 20))
    assert (first.name, first.kind, first.portfolio) == ("2026-06", Release.Kind.ENTERPRISE, bank)
    assert first.entry_deadline == date(2026, 5, 30)


@pytest.mark.django_db
def test_the_next_release_appears_when_one_is_over_and_none_appears_twice(bank, rita):
    one = start_trains([train()], by=rita, at=JUNE_1).rows[0]

    assert extend([one], by=None, at=JUNE_1) == []
    extend([one], by=None, at=JUNE_1 + timedelta(days=30))

    assert days_of(one)[-1] == date(2026, 9, 19)
    assert len(days_of(one)) == 4


@pytest.mark.django_db
def test_a_cancelled_or_moved_release_keeps_its_slot(bank, rita):
    one = start_trains([train()], by=rita, at=JUNE_1).rows[0]
    second = Release.objects.get(train=one, train_slot=date(2026, 7, 18))
    cancel([second], by=rita, at=JUNE_1)

    extend([one], by=None, at=JUNE_1)

    assert len(days_of(one)) == 3


@pytest.mark.django_db
def test_a_stopped_train_plans_nothing_until_it_runs_again(bank, rita):
    one = start_trains([train()], by=rita, at=JUNE_1).rows[0]
    later = JUNE_1 + timedelta(days=60)
    stopped = stop_trains([one], by=rita, at=JUNE_1).rows[0]
    assert extend([stopped], by=None, at=later) == []

    resume_trains([stopped], by=rita, at=later)

    assert days_of(one)[-1] == date(2026, 10, 17)


@pytest.mark.django_db
def test_a_new_cadence_holds_for_the_releases_that_are_not_planned_yet(bank, rita):
    one = start_trains([train()], by=rita, at=JUNE_1).rows[0]

    weekly = {"rrule": Cadence(2, Unit.WEEKS).rule(one.first_on), "ahead": 5}
    edit_train(one, weekly, by=rita, at=JUNE_1)

    assert days_of(one)[:3] == [date(2026, 6, 20), date(2026, 7, 18), date(2026, 8, 15)]
    assert days_of(one)[3:] == [date(2026, 8, 29), date(2026, 9, 12)]


@pytest.mark.django_db
def test_two_people_who_change_a_train_at_once_do_not_overwrite_each_other(bank, rita):
    one = start_trains([train()], by=rita, at=JUNE_1).rows[0]
    seen = Train.objects.get(pk=one.pk)
    edit_train(one, {"ahead": 4}, by=rita, at=JUNE_1)

    with pytest.raises(Moved):
        edit_train(seen, {"ahead": 5}, by=rita, at=JUNE_1)


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", ["{year.__class__}", "{nothing}", "{", "Release", "{0}"])
def test_a_pattern_that_cannot_name_releases_is_refused_at_its_field(bank, rita, pattern):
    with pytest.raises(ValidationError) as refusal:
        start_trains([train(name_pattern=pattern)], by=rita, at=JUNE_1)
    assert "name_pattern" in refusal.value.error_dict
    assert not Train.objects.exists()


@pytest.mark.django_db
def test_the_database_refuses_a_second_release_for_a_slot(bank, rita):
    one = start_trains([train()], by=rita, at=JUNE_1).rows[0]
    copied = Release.objects.filter(train=one).first()
    with (
        pytest.raises(IntegrityError, match="release_one_per_slot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE calendar_app_release SET train_slot = %s WHERE train_id = %s AND id <> %s",
            [copied.train_slot, one.pk, copied.pk],
        )


@pytest.mark.django_db(transaction=True)
def test_the_worker_plans_for_every_organisation(acme, globex):
    from releasemgr.tenancy.scope import org_scope  # noqa: PLC0415 (both scopes are opened one after the other)

    for org in (acme, globex):
        with org_scope(org):
            Train.objects.create(
                name="Weekly",
                rrule=Cadence(1, Unit.WEEKS).rule(date(2026, 1, 3)),
                first_on=date(2026, 1, 3),
                name_pattern="{year} W{week}",
                ahead=2,
            )
    extend_trains()
    for org in (acme, globex):
        with org_scope(org):
            assert Release.objects.filter(train__isnull=False).count() == 2


@given(
    first_on=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    interval=st.integers(1, 6),
    months=st.integers(0, 40),
)
def test_monthly_trains_run_on_the_same_day_or_the_last_the_month_has(first_on, interval, months):
    """Against a computation of its own: months counted on, the day clamped to the month's length."""
    rule = Cadence(interval, Unit.MONTHS_BY_DAY).rule(first_on)
    found = slots(rule, first_on, after=None, count=months + 1)[months]

    month = first_on.month - 1 + interval * months
    year, month = first_on.year + month // 12, month % 12 + 1
    assert found == date(year, month, min(first_on.day, monthrange(year, month)[1]))


@given(first_on=st.dates(date(2020, 1, 1), date(2030, 12, 31)), interval=st.integers(1, 4))
def test_trains_on_a_weekday_keep_it_and_come_once_in_each_month(first_on, interval):
    rule = Cadence(interval, Unit.MONTHS_BY_WEEKDAY).rule(first_on)
    days = slots(rule, first_on, after=first_on - timedelta(days=1), count=12)

    assert {day.weekday() for day in days} == {first_on.weekday()}
    months = [day.year * 12 + day.month for day in days]
    assert [later - earlier for earlier, later in pairwise(months)] == [interval] * 11


@given(
    first_on=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    interval=st.integers(1, 52),
    unit=st.sampled_from(list(Unit)),
)
def test_a_stored_rule_is_read_back_as_it_was_chosen(first_on, interval, unit):
    assert Cadence.of(Cadence(interval, unit).rule(first_on)) == Cadence(interval, unit)


@pytest.mark.django_db
def test_a_train_builds_its_releases_from_the_newest_published_version_of_its_template(bank, rita):
    template = take_over("monthly", by=rita, at=JUNE_1)
    one = start_trains([train(template=template)], by=rita, at=JUNE_1).rows[0]

    for release in Release.objects.filter(train=one):
        assert release.template_version.template == template
        assert release.phases.exists()
        assert release.gates.exists()
