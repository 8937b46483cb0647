"""The work of a phase, and the times it is entered: again and again, each with its reason."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from calendar_app.models import Phase, PhaseActivity, PhaseVisit
from calendar_app.models.releases import NotPossible
from calendar_app.phases.activities import (
    add_activities,
    edit_activity,
    move_activity,
    percents_of,
    remove_activities,
    set_percent,
)
from calendar_app.releases.phases import begin_phases, enter_again, finish_phases
from releasemgr.changes.revisions import Moved, Revision, revise, undo
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def activities(world, *names, **values):
    return [PhaseActivity(phase=world.sit, name=name, **values) for name in names]


def visits():
    return list(
        PhaseVisit.objects.order_by("number").values_list("number", "entered_at", "left_at", "reason")
    )


def test_a_phase_is_as_far_as_its_activities(world, rita):
    data, report, _gone = add_activities(activities(world, "Data", "Report", "Gone"), by=rita, at=JUNE_1).rows
    assert percents_of([world.sit]) == {world.sit.pk: 0}

    set_percent(data, 100, by=rita, at=JUNE_1)
    set_percent(report, 99, by=rita, at=JUNE_1)
    remove_activities([_gone], by=rita, at=JUNE_1)

    assert percents_of([world.sit]) == {world.sit.pk: 99}  # not 100 before everything is done


def test_a_phase_without_activities_has_no_per_cent(world):
    assert percents_of([world.sit]) == {}


@pytest.mark.parametrize("percent", [-1, 101])
def test_more_than_all_cannot_be_done(world, rita, percent):
    (row,) = add_activities(activities(world, "Data"), by=rita, at=JUNE_1).rows

    with pytest.raises(ValidationError) as caught:
        set_percent(row, percent, by=rita, at=JUNE_1)

    assert list(caught.value.message_dict) == ["percent_done"]


@pytest.mark.parametrize("due_on", [date(2026, 7, 5), date(2026, 7, 18)])
def test_an_activity_is_due_within_its_phase(world, rita, due_on):
    with pytest.raises(ValidationError) as caught:
        add_activities(activities(world, "Data", due_on=due_on), by=rita, at=JUNE_1)

    assert list(caught.value.message_dict) == ["due_on"]
    assert not PhaseActivity.objects.exists()


def test_of_two_who_set_the_per_cent_the_second_sees_the_first(world, rita, pete):
    (row,) = add_activities(activities(world, "Data"), by=rita, at=JUNE_1).rows
    seen_by_pete = PhaseActivity.objects.select_related("phase").get()
    set_percent(row, 50, by=rita, at=JUNE_1)

    with pytest.raises(Moved):
        set_percent(seen_by_pete, 80, by=pete, at=JUNE_1)

    assert PhaseActivity.objects.get().percent_done == 50


def test_activities_are_put_in_order(world, rita):
    rows = add_activities(activities(world, *"ABC"), by=rita, at=JUNE_1).rows

    move_activity(rows[0], 2, by=rita, at=JUNE_1)

    assert "".join(PhaseActivity.objects.order_by("position").values_list("name", flat=True)) == "BCA"


def test_a_removed_activity_no_longer_changes(world, rita):
    (row,) = add_activities(activities(world, "Data"), by=rita, at=JUNE_1).rows
    (row,) = remove_activities([row], by=rita, at=JUNE_1).rows

    with pytest.raises(NotPossible, match="removed"):
        edit_activity(row, {"name": "More data"}, by=rita, at=JUNE_1)


def test_a_phase_is_entered_left_and_entered_again(world, rita):
    (sit,) = begin_phases([world.sit], by=rita, at=JUNE_1).rows
    (sit,) = finish_phases([sit], by=rita, at=JUNE_1 + HOUR).rows
    (sit,) = enter_again([sit], "A defect in the clearing file", by=rita, at=JUNE_1 + 2 * HOUR).rows

    assert (sit.status, sit.entered_at, sit.left_at) == ("active", JUNE_1, None)
    assert visits() == [
        (1, JUNE_1, JUNE_1 + HOUR, ""),
        (2, JUNE_1 + 2 * HOUR, None, "A defect in the clearing file"),
    ]


def test_entering_again_says_why(world, rita):
    (sit,) = begin_phases([world.sit], by=rita, at=JUNE_1).rows
    (sit,) = finish_phases([sit], by=rita, at=JUNE_1 + HOUR).rows

    with pytest.raises(ValidationError) as caught:
        enter_again([sit], " ", by=rita, at=JUNE_1 + 2 * HOUR)

    assert list(caught.value.message_dict) == ["reason"]


def test_only_a_phase_that_was_left_is_entered_again(world, rita):
    with pytest.raises(NotPossible):
        enter_again([world.sit], "Too early", by=rita, at=JUNE_1)

    assert visits() == []


def test_undo_takes_the_visit_back_too(world, rita):
    first = begin_phases([world.sit], by=rita, at=JUNE_1)
    left = finish_phases(first.rows, by=rita, at=JUNE_1 + HOUR)
    again = enter_again(left.rows, "A defect", by=rita, at=JUNE_1 + 2 * HOUR)

    undo(again.act_id, by=rita, at=JUNE_1 + 3 * HOUR)
    assert visits() == [(1, JUNE_1, JUNE_1 + HOUR, "")]

    sit = Phase.objects.select_related("release").get()
    again = enter_again([sit], "Another", by=rita, at=JUNE_1 + 4 * HOUR)
    finished = finish_phases(again.rows, by=rita, at=JUNE_1 + 5 * HOUR)
    undo(finished.act_id, by=rita, at=JUNE_1 + 6 * HOUR)
    assert visits() == [(1, JUNE_1, JUNE_1 + HOUR, ""), (2, JUNE_1 + 4 * HOUR, None, "Another")]


def test_a_phase_entered_before_visits_were_kept_gets_its_first(world, rita):
    values = {"status": "done", "entered_at": JUNE_1, "left_at": JUNE_1 + HOUR}
    revise([Revision(world.sit, None, values)], by=None, at=JUNE_1)
    sit = Phase.objects.select_related("release").get()

    enter_again([sit], "Again", by=rita, at=JUNE_1 + 2 * HOUR)

    assert [row[:3] for row in visits()] == [(1, JUNE_1, JUNE_1 + HOUR), (2, JUNE_1 + 2 * HOUR, None)]
