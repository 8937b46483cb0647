"""Ownership of applications: one project at any instant, whatever is asked for, and a history that says what was done."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from releasemgr.activity.models import Entry
from releasemgr.changes.revisions import Moved
from releasemgr.directory.ownership import CannotHandOver, hand_over, latest_of, withdraw
from releasemgr.portfolio.models import Application, Ownership, Project
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def ledger(in_acme):
    return Application.objects.create(key="ledger", name="Ledger")


@pytest.fixture
def cards(bank):
    return Project.objects.create(key="cards", name="Cards", portfolio=bank)


def give(application, project, starts_at, *, by, at=JUNE_1, corrects_past=False):
    seen = latest_of(application)
    return hand_over(
        application,
        project=project,
        starts_at=starts_at,
        seen=seen,
        by=by,
        at=at,
        corrects_past=corrects_past,
    )


def spans(application):
    found = Ownership.objects.filter(application=application).order_by("starts_at")
    return [(row.project.key, row.starts_at, row.ends_at) for row in found]


def test_one_verb_ends_the_running_ownership_and_starts_the_next(ledger, payments, cards, rita):
    give(ledger, payments, JUNE_1, by=rita)

    give(ledger, cards, JUNE_1 + DAY, by=rita)

    assert spans(ledger) == [("payments", JUNE_1, JUNE_1 + DAY), ("cards", JUNE_1 + DAY, None)]
    assert list(Entry.objects.filter(noun="ownership").order_by("pk").values_list("verb", flat=True)) == [
        "handed over",
        "ended",
        "handed over",
    ]


def test_ownership_may_end_without_a_successor(ledger, payments, rita):
    give(ledger, payments, JUNE_1, by=rita)

    give(ledger, None, JUNE_1 + DAY, by=rita)

    assert spans(ledger) == [("payments", JUNE_1, JUNE_1 + DAY)]


def test_the_past_changes_only_when_that_is_meant(ledger, payments, cards, rita):
    give(ledger, payments, JUNE_1 - 10 * DAY, by=rita, corrects_past=True)

    with pytest.raises(CannotHandOver) as refused:
        give(ledger, cards, JUNE_1 - DAY, by=rita)
    assert list(refused.value.message_dict) == ["corrects_past"]
    give(ledger, cards, JUNE_1 - DAY, by=rita, corrects_past=True)

    assert spans(ledger)[0][2] == JUNE_1 - DAY


@pytest.mark.parametrize(
    ("project", "days", "field"),
    [("cards", 0, "starts_at"), ("cards", -1, "starts_at"), ("payments", 1, "project")],
)
def test_what_contradicts_the_record_is_refused_at_its_field(
    ledger, payments, cards, rita, project, days, field
):
    give(ledger, payments, JUNE_1, by=rita)

    with pytest.raises(CannotHandOver) as refused:
        give(
            ledger,
            {"cards": cards, "payments": payments}[project],
            JUNE_1 + days * DAY,
            by=rita,
            corrects_past=True,
        )

    assert list(refused.value.message_dict) == [field]
    assert spans(ledger) == [("payments", JUNE_1, None)]


def test_nobody_cannot_follow_nobody(ledger, rita):
    with pytest.raises(CannotHandOver):
        give(ledger, None, JUNE_1, by=rita)


def test_a_hand_over_on_old_knowledge_is_refused_with_what_is_recorded(ledger, payments, cards, rita, olga):
    hand_over(ledger, project=payments, starts_at=JUNE_1, seen=None, by=olga, at=JUNE_1)

    with pytest.raises(Moved) as moved:
        hand_over(ledger, project=cards, starts_at=JUNE_1 + DAY, seen=None, by=rita, at=JUNE_1)

    (collision,) = moved.value.collisions
    assert (collision.yours, collision.theirs, collision.actor_name) == (cards, payments, "Olga")


def test_a_planned_hand_over_can_be_withdrawn_and_a_begun_one_not(ledger, payments, cards, rita):
    give(ledger, payments, JUNE_1, by=rita)
    planned = give(ledger, cards, JUNE_1 + 7 * DAY, by=rita)

    withdraw(planned, by=rita, at=JUNE_1 + DAY)

    assert spans(ledger) == [("payments", JUNE_1, None)]
    with pytest.raises(CannotHandOver):
        withdraw(latest_of(ledger), by=rita, at=JUNE_1 + DAY)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["payments", "cards", None, "withdraw"]),
        st.integers(min_value=-5, max_value=12),
        st.booleans(),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_any_sequence_leaves_one_owner_at_any_instant_and_a_true_history(ledger, payments, cards, rita, acts):
    Ownership.objects.filter(application=ledger).delete()
    projects, expected = {"payments": payments, "cards": cards, None: None}, []
    begin = datetime(2026, 6, 1, tzinfo=UTC)

    for step, (who, days, corrects_past) in enumerate(acts):
        at = begin + step * DAY
        if who == "withdraw":
            expected = _withdrawn(expected, at) if _try_withdraw(ledger, rita, at) else expected
            continue
        starts_at = begin + days * DAY
        try:
            give(ledger, projects[who], starts_at, by=rita, at=at, corrects_past=corrects_past)
        except CannotHandOver:
            assert not _allowed(expected, who, starts_at, at, corrects_past)
        else:
            assert _allowed(expected, who, starts_at, at, corrects_past)
            expected = _handed_over(expected, who, starts_at)
        assert spans(ledger) == expected

    for instant in (begin + n * DAY for n in range(-6, 14)):
        assert Ownership.objects.at(instant).filter(application=ledger).count() <= 1


def _try_withdraw(ledger, rita, at):
    latest = latest_of(ledger)
    if latest is None:
        return False
    try:
        withdraw(latest, by=rita, at=at)
    except CannotHandOver:
        return False
    return True


def _allowed(expected, who, starts_at, at, corrects_past):
    """The rule said once more, over plain tuples."""
    if starts_at < at and not corrects_past and at - starts_at > timedelta(minutes=5):
        return False
    if not expected:
        return who is not None
    key, began, ended = expected[-1]
    if starts_at <= began:
        return False
    is_running = ended is None or starts_at < ended
    if not is_running:
        return who is not None
    return who != key and not (ended is not None and ended <= at)


def _handed_over(expected, who, starts_at):
    changed = list(expected)
    if changed and (changed[-1][2] is None or changed[-1][2] > starts_at):
        changed[-1] = (*changed[-1][:2], starts_at)
    return changed + ([(who, starts_at, None)] if who else [])


def _withdrawn(expected, at):
    _key, began, _ended = expected[-1]
    changed = expected[:-1]
    if changed and changed[-1][2] == began:
        changed[-1] = (*changed[-1][:2], None)
    return changed
