"""Releases from plan to live: what each step writes, what it refuses, what undo brings back."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from calendar_app.claims import verify_claims
from calendar_app.conflicts import verify_conflicts
from calendar_app.conflicts.consequences import consequences
from calendar_app.models import Blockout, Claim, Conflict, Gate, Phase, Release
from calendar_app.models.releases import NotPossible
from calendar_app.releases import lifecycle
from calendar_app.releases.moves import Move, fingerprint, move
from calendar_app.releases.phases import begin_phases, edit_phase, finish_phases, plan_phases
from calendar_app.releases.plans import edit, plan
from releasemgr.activity.models import Entry
from releasemgr.changes.revisions import Moved, create, undo
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def draft(project, **fields):
    fields = {"starts_on": date(2026, 7, 1), "target_date": date(2026, 9, 1)} | fields
    return Release(kind="project", name="Instant payments", project=project, **fields)


def test_a_planned_release_has_a_number_and_claims_its_applications(world, rita):
    row = plan([draft(world.payments)], by=rita, at=JUNE_1, applications=[world.portal]).rows[0]

    assert row.reference == "REL-3"
    assert Claim.objects.filter(source_id=row.pk, kind="go_live").count() == 2
    assert Conflict.objects.count() == 0


def test_reversed_dates_are_refused_at_the_field(world, rita):
    with pytest.raises(ValidationError) as caught:
        plan([draft(world.payments, target_date=date(2026, 6, 1))], by=rita, at=JUNE_1)

    assert caught.value.message_dict == {"target_date": ["The go-live lies before the start."]}
    assert Release.objects.count() == 2


def test_only_an_enterprise_release_is_a_parent(world, rita):
    with pytest.raises(ValidationError, match="Only an enterprise release"):
        plan([draft(world.payments, parent=world.september)], by=rita, at=JUNE_1)


def test_no_release_belongs_to_itself_by_a_detour(world, rita):
    top, middle = plan(
        [Release(kind="enterprise", name="Top"), Release(kind="enterprise", name="Middle")],
        by=rita,
        at=JUNE_1,
    ).rows
    edit(middle, {"parent": top}, by=rita, at=JUNE_1)
    middle.refresh_from_db()

    with pytest.raises(ValidationError, match="Top → REL-4 Middle → REL-3 Top"):
        edit(top, {"parent": middle}, by=rita, at=JUNE_1)


def test_a_child_does_not_go_live_after_its_parent(world, rita):
    (top,) = plan(
        [Release(kind="enterprise", name="Autumn", target_date=date(2026, 8, 1))], by=rita, at=JUNE_1
    ).rows

    with pytest.raises(ValidationError, match="Autumn goes live before that"):
        edit(world.september, {"parent": top}, by=rita, at=JUNE_1)


def test_editing_sets_the_applications_that_are_changed(world, rita):
    edit(world.september, {"name": "September 26"}, by=rita, at=JUNE_1, applications=[world.portal])

    resources = Claim.objects.filter(source_id=world.september.pk, resource_kind="application")
    assert [one.resource_id for one in resources] == [world.portal.pk]
    assert verify_claims() == []
    assert verify_conflicts() == []


def test_moving_takes_open_phases_and_undecided_gates_along(world, rita):
    outcome = move([Move(world.september, date(2026, 9, 8))], by=rita, at=JUNE_1)

    row = Release.objects.get(pk=world.september.pk)
    assert (row.starts_on, row.target_date, row.baseline_date) == (date(2026, 7, 8), date(2026, 9, 8), None)
    phase, gate = Phase.objects.get(), Gate.objects.get()
    assert (phase.starts_on, phase.ends_on, gate.planned_date) == (
        date(2026, 7, 13),
        date(2026, 7, 24),
        date(2026, 7, 24),
    )
    assert set(Entry.objects.filter(act_id=outcome.act_id).values_list("verb", flat=True)) == {"moved"}
    assert verify_claims() == []


def test_what_has_begun_keeps_its_start(world, rita):
    (september,) = lifecycle.start([world.september], by=rita, at=JUNE_1).rows
    begin_phases([world.sit], by=rita, at=JUNE_1)

    move([Move(september, date(2026, 9, 8))], by=rita, at=JUNE_1)

    assert Release.objects.get(pk=september.pk).starts_on == date(2026, 7, 1)
    phase = Phase.objects.get()
    assert (phase.starts_on, phase.ends_on) == (date(2026, 7, 6), date(2026, 7, 24))


def test_undo_of_a_move_restores_every_date(world, rita):
    before = {model: sorted(model.objects.values_list("pk", "version")) for model in (Release, Phase, Gate)}
    dates = (
        list(Phase.objects.values_list("starts_on", "ends_on")),
        list(Gate.objects.values_list("planned_date")),
    )
    claims = sorted(Claim.objects.values_list())
    outcome = move([Move(world.september, date(2026, 9, 8))], by=rita, at=JUNE_1)

    undo(outcome.act_id, by=rita, at=JUNE_1)

    assert (
        list(Phase.objects.values_list("starts_on", "ends_on")),
        list(Gate.objects.values_list("planned_date")),
    ) == dates
    assert sorted(Claim.objects.values_list()) == claims
    assert {model: [pk for pk, _ in rows] for model, rows in before.items()} == {
        model: sorted(model.objects.values_list("pk", flat=True)) for model in before
    }


def test_a_preview_names_the_conflict_and_writes_nothing(world, rita):
    at = JUNE_1 + 95 * DAY
    create(
        [Blockout(name="Freeze", project=world.payments, starts_at=at, ends_at=at + 5 * DAY)],
        by=rita,
        at=JUNE_1,
    )
    before = Entry.objects.count()

    found = consequences(lambda: move([Move(world.september, date(2026, 9, 7))], by=rita, at=JUNE_1))

    assert [(row.rule, row.second_title) for row in found.caused] == [("in-blockout", "Freeze")]
    assert [entry.noun for entry in found.entries] == ["gate", "phase", "release"]
    assert (Entry.objects.count(), Conflict.objects.count()) == (before, 0)
    assert Release.objects.get(pk=world.september.pk).target_date == date(2026, 9, 1)


def test_a_preview_is_outdated_when_a_phase_changed(world, rita):
    moves = [Move(world.september, date(2026, 9, 7))]
    seen = fingerprint(moves)

    edit_phase(world.sit, {"ends_on": date(2026, 7, 18)}, by=rita, at=JUNE_1)

    assert fingerprint(moves) != seen


def test_the_baseline_is_set_once(world, rita):
    row, *_below = lifecycle.baseline([world.september], by=rita, at=JUNE_1).rows
    (row,) = move([Move(row, date(2026, 8, 25))], by=rita, at=JUNE_1).rows[:1]

    row = Release.objects.get(pk=world.september.pk)
    assert (row.baseline_date, row.target_date) == (date(2026, 9, 1), date(2026, 8, 25))
    with pytest.raises(NotPossible, match="baseline already"):
        lifecycle.baseline([row], by=rita, at=JUNE_1)


def test_a_hold_resumes_where_it_was(world, rita):
    (row,) = lifecycle.start([world.september], by=rita, at=JUNE_1).rows
    (row,) = lifecycle.hold([row], by=rita, at=JUNE_1).rows
    assert [noun for noun, _word in lifecycle.steps_for(row)] == ["baseline", "resumption", "cancellation"]

    (row,) = lifecycle.resume([row], by=rita, at=JUNE_1).rows

    assert row.status == "active"


def test_going_live_is_an_instant_in_the_past(world, rita):
    with pytest.raises(ValidationError, match="future"):
        lifecycle.go_live([world.september], by=rita, at=JUNE_1, went_live_at=JUNE_1 + DAY)

    (row,) = lifecycle.go_live([world.september], by=rita, at=JUNE_1).rows

    assert (row.status, row.actual_go_live) == ("live", JUNE_1)
    assert set(Claim.objects.filter(release_id=row.pk).values_list("is_open", flat=True)) == {False}


def test_a_cancelled_release_claims_nothing(world, rita):
    lifecycle.cancel([world.september], by=rita, at=JUNE_1)

    assert Claim.objects.filter(release_id=world.september.pk).count() == 0
    assert verify_claims() == []


def test_a_step_that_the_state_forbids_is_refused(world, rita):
    (row,) = lifecycle.cancel([world.september], by=rita, at=JUNE_1).rows

    for verb in (lifecycle.start, lifecycle.hold, lifecycle.resume, lifecycle.go_live, lifecycle.cancel):
        with pytest.raises(NotPossible):
            verb([row], by=rita, at=JUNE_1)
    with pytest.raises(NotPossible):
        move([Move(row, date(2026, 9, 8))], by=rita, at=JUNE_1)


def test_a_set_goes_whole_or_not_at_all(world, rita):
    lifecycle.start([world.october], by=rita, at=JUNE_1)

    with pytest.raises(Moved):
        lifecycle.start([world.september, world.october], by=rita, at=JUNE_1)

    assert Release.objects.get(pk=world.september.pk).status == "planned"


def test_phases_stay_inside_their_release(world, rita):
    early = Phase(
        release=world.september, kind="uat", name="UAT", starts_on=date(2026, 6, 1), ends_on=date(2026, 7, 9)
    )
    with pytest.raises(ValidationError, match="starts after that"):
        plan_phases([early], by=rita, at=JUNE_1)

    with pytest.raises(ValidationError, match="goes live before that"):
        edit_phase(world.sit, {"ends_on": date(2026, 9, 2)}, by=rita, at=JUNE_1)


def test_phases_follow_each_other_in_position(world, rita):
    rows = [
        Phase(
            release=world.september,
            kind=kind,
            name=kind,
            starts_on=date(2026, 7, 20),
            ends_on=date(2026, 7, 24),
        )
        for kind in ("uat", "deployment")
    ]
    assert [row.position for row in plan_phases(rows, by=rita, at=JUNE_1).rows] == [2, 3]


def test_a_phase_is_entered_and_left(world, rita):
    (phase,) = begin_phases([world.sit], by=rita, at=JUNE_1).rows
    (phase,) = finish_phases([phase], by=rita, at=JUNE_1 + DAY).rows

    assert (phase.status, phase.entered_at, phase.left_at) == ("done", JUNE_1, JUNE_1 + DAY)
    with pytest.raises(NotPossible):
        edit_phase(phase, {"name": "Late"}, by=rita, at=JUNE_1)
