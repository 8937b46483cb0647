"""The verb contract: sets, compare and set, one act, rehearsal, undo."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from calendar_app.models import Blockout, Claim, Milestone, Phase, Release
from releasemgr.activity.models import Entry, FactMark
from releasemgr.changes import nouns
from releasemgr.changes.nouns import one_act
from releasemgr.changes.revisions import CannotUndo, Moved, Revision, create, rehearse, revise, undo
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

LATER = JUNE_1 + timedelta(hours=1)


def state_of(*models):
    """Every column of every row of the models, for comparing before and after."""
    return {model: sorted(model.objects.values_list()) for model in models}


def test_a_revision_writes_the_value_the_version_and_the_trail(september, rita):
    outcome = revise(
        [Revision(september, 1, {"target_date": date(2026, 9, 8)})], by=rita, at=LATER, verb="moved"
    )

    september.refresh_from_db()
    assert (september.target_date, september.version) == (date(2026, 9, 8), 2)
    entry = Entry.objects.get(act_id=outcome.act_id)
    assert (entry.verb, entry.actor_name, entry.at, entry.subject_version) == ("moved", "Rita", LATER, 2)
    assert entry.changes == {"target_date": ["2026-09-01", "2026-09-08"]}


def test_a_revision_without_a_change_writes_nothing(september, rita):
    before = Entry.objects.count()

    outcome = revise([Revision(september, 1, {"name": september.name})], by=rita, at=LATER)

    assert outcome.act_id is None
    assert (Release.objects.get().version, Entry.objects.count()) == (1, before)


def test_a_set_is_written_as_one_act(pair, rita):
    first, second = pair

    outcome = revise(
        [Revision(first, 1, {"name": "First"}), Revision(second, 1, {"risk": "high"})], by=rita, at=LATER
    )

    assert [
        entry.changes for entry in Entry.objects.filter(act_id=outcome.act_id).order_by("subject_label")
    ] == [
        {"name": ["Payments 1", "First"]},
        {"risk": ["medium", "high"]},
    ]
    assert list(Release.objects.order_by("number").values_list("name", "risk", "version")) == [
        ("First", "medium", 2),
        ("Payments 2", "high", 2),
    ]


def test_several_nouns_change_in_one_act(september, rita):
    phase = create([sit_of(september)], by=rita, at=JUNE_1).rows[0]

    outcome = revise(
        [
            Revision(september, 1, {"target_date": date(2026, 9, 8)}),
            Revision(phase, 1, {"ends_on": date(2026, 9, 8)}),
        ],
        by=rita,
        at=LATER,
    )

    assert sorted(Entry.objects.filter(act_id=outcome.act_id).values_list("noun", flat=True)) == [
        "phase",
        "release",
    ]


def test_who_comes_second_learns_both_values_who_and_when(september, rita, olga):
    revise([Revision(september, 1, {"target_date": date(2026, 9, 8)})], by=olga, at=LATER)

    with pytest.raises(Moved) as caught:
        revise(
            [Revision(september, 1, {"target_date": date(2026, 9, 15), "name": "Mine"})],
            by=rita,
            at=LATER + timedelta(minutes=1),
        )

    (collision,) = caught.value.collisions
    assert (collision.field, collision.yours, collision.theirs) == (
        "target_date",
        date(2026, 9, 15),
        date(2026, 9, 8),
    )
    assert (collision.label, collision.actor_name, collision.at) == ("planned go-live", "Olga", LATER)
    assert Release.objects.get().name == "Payments 1"


def test_who_comes_second_with_another_field_learns_what_moved(september, rita, olga):
    revise([Revision(september, 1, {"risk": "high"})], by=olga, at=LATER)

    with pytest.raises(Moved) as caught:
        revise([Revision(september, 1, {"name": "Mine"})], by=rita, at=LATER)

    assert [(one.field, one.yours, one.theirs) for one in caught.value.collisions] == [
        ("risk", "medium", "high")
    ]


def test_a_set_with_one_moved_row_writes_nothing(pair, rita, olga):
    first, second = pair
    revise([Revision(second, 1, {"risk": "high"})], by=olga, at=LATER)
    before = state_of(Release, Claim, Entry, FactMark)

    with pytest.raises(Moved) as caught:
        revise([Revision(first, 1, {"risk": "low"}), Revision(second, 1, {"risk": "low"})], by=rita, at=LATER)

    assert [one.subject for one in caught.value.collisions] == [second]
    assert state_of(Release, Claim, Entry, FactMark) == before


def test_a_consequence_needs_no_version(september, rita, olga):
    revise([Revision(september, 1, {"risk": "high"})], by=olga, at=LATER)

    revise([Revision(september, None, {"scope_locked_at": LATER})], by=rita, at=LATER)

    assert Release.objects.get().scope_locked_at == LATER


def test_a_row_named_twice_is_a_mistake(september, rita):
    with pytest.raises(ValueError, match="twice"):
        revise(
            [Revision(september, 1, {"risk": "low"}), Revision(september, 1, {"risk": "high"})],
            by=rita,
            at=LATER,
        )


def test_a_row_that_is_gone_is_named(september, rita):
    Claim.objects.all().delete()
    Release.objects.all().delete()

    with pytest.raises(Release.DoesNotExist):
        revise([Revision(september, 1, {"risk": "low"})], by=rita, at=LATER)


def test_claims_follow_the_change(september, rita):
    revise([Revision(september, 1, {"target_date": date(2026, 9, 8)})], by=rita, at=LATER)

    go_live = Claim.objects.get(kind=Claim.Kind.GO_LIVE)
    assert go_live.starts_at.isoformat() == "2026-09-07T22:00:00+00:00"  # midnight in Berlin


def test_a_database_rule_takes_back_everything(september, rita):
    before = state_of(Release, Claim, Entry, FactMark)

    with pytest.raises(IntegrityError), transaction.atomic():
        revise([Revision(september, 1, {"target_date": date(2026, 5, 1)})], by=rita, at=LATER)

    assert state_of(Release, Claim, Entry, FactMark) == before


def test_a_rehearsal_takes_everything_back(september, rita, django_capture_on_commit_callbacks):
    before = state_of(Release, Phase, Claim, Entry, FactMark)

    with django_capture_on_commit_callbacks() as callbacks, rehearse():
        revise([Revision(september, 1, {"target_date": date(2026, 9, 8)})], by=rita, at=LATER)
        create([sit_of(september)], by=rita, at=LATER)
        transaction.on_commit(lambda: None)
        assert Claim.objects.filter(kind=Claim.Kind.PHASE).count() == 1

    assert state_of(Release, Phase, Claim, Entry, FactMark) == before
    assert callbacks == []


def test_after_a_rehearsal_the_scope_goes_on(september, rita):
    with rehearse():
        revise([Revision(september, 1, {"risk": "high"})], by=rita, at=LATER)

    revise([Revision(september, 1, {"risk": "low"})], by=rita, at=LATER)

    assert Release.objects.get().risk == "low"


def test_undo_restores_every_value(september, rita):
    phase = create([sit_of(september)], by=rita, at=JUNE_1).rows[0]
    before = state_of(Claim)
    act_id = revise(
        [
            Revision(
                september, 1, {"target_date": None, "risk": "high", "actual_go_live": LATER, "status": "live"}
            ),
            Revision(phase, 1, {"starts_on": date(2026, 6, 9), "entered_at": LATER}),
        ],
        by=rita,
        at=LATER,
    ).act_id

    undo(act_id, by=rita, at=LATER)

    release, phase = Release.objects.get(), Phase.objects.get()
    assert (release.target_date, release.risk, release.actual_go_live, release.status, release.version) == (
        date(2026, 9, 1),
        "medium",
        None,
        "planned",
        3,
    )
    assert (phase.starts_on, phase.entered_at, phase.version) == (date(2026, 6, 8), None, 3)
    assert state_of(Claim) == before


def test_undo_of_an_undo_does_it_again(september, rita):
    act_id = revise([Revision(september, 1, {"risk": "high"})], by=rita, at=LATER).act_id
    (undone,) = undo(act_id, by=rita, at=LATER)

    undo(undone.act_id, by=rita, at=LATER)

    assert Release.objects.get().risk == "high"


def test_undo_refuses_when_something_moved_since(pair, rita, olga):
    first, second = pair
    act_id = revise(
        [Revision(first, 1, {"risk": "high"}), Revision(second, 1, {"risk": "high"})], by=rita, at=LATER
    ).act_id
    revise([Revision(second, 2, {"risk": "low"})], by=olga, at=LATER)

    with pytest.raises(Moved) as caught:
        undo(act_id, by=rita, at=LATER)

    assert [(one.subject, one.yours, one.theirs) for one in caught.value.collisions] == [
        (second, "medium", "low")
    ]
    assert list(Release.objects.order_by("number").values_list("risk", flat=True)) == ["high", "low"]


def test_what_was_made_is_not_undone(september, rita):
    act_id = Entry.objects.get(noun="release").act_id

    with pytest.raises(CannotUndo):
        undo(act_id, by=rita, at=LATER)


def test_making_a_blockout_writes_its_claims_and_trail(payments, rita):
    create([Blockout(name="Year end", project=payments, starts_at=JUNE_1, ends_at=LATER)], by=rita, at=JUNE_1)

    assert Claim.objects.get().title == "Year end"
    assert Entry.objects.get().verb == "created"


def test_a_milestone_needs_no_rules_of_its_own(september, rita):
    milestone = create(
        [Milestone(release=september, name="Summit", starts_on=date(2026, 7, 1), ends_on=date(2026, 7, 3))],
        by=rita,
        at=JUNE_1,
    ).rows[0]

    revise([Revision(milestone, 1, {"name": "Vote"})], by=rita, at=LATER)

    assert Claim.objects.get(kind="milestone").title == "Vote"


def sit_of(release):
    return Phase(
        release=release, kind="sit", name="SIT", starts_on=date(2026, 6, 8), ends_on=date(2026, 6, 19)
    )


@pytest.fixture
def watched(monkeypatch):
    """What watchers are told: a list of ``({model: names}, at)``, with one that answers a late release."""
    told = []

    def note(changed, at):
        told.append(({model: sorted(str(row) for row in rows) for model, rows in changed.items()}, at))

    def answer(changed, at):
        late = [row for row in changed.get(Release, ()) if row.target_date == date(2026, 12, 1)]
        revise([Revision(row, None, {"target_date": date(2026, 12, 2)}) for row in late], by=None, at=at)

    monkeypatch.setattr(nouns, "_watchers", [note, answer])
    return told


def test_watchers_hear_once_of_each_act_and_of_what_watchers_do(pair, rita, watched):
    first, second = pair
    with one_act():
        revise([Revision(first, 1, {"target_date": date(2026, 11, 1)})], by=rita, at=JUNE_1)
        revise([Revision(second, 1, {"target_date": date(2026, 12, 1)})], by=rita, at=LATER)

    assert watched == [
        ({Release: sorted([str(first), str(second)])}, LATER),
        ({Release: [str(second)]}, LATER),
    ]
    second.refresh_from_db()
    assert second.target_date == date(2026, 12, 2)


def test_a_failing_watcher_takes_the_act_back(september, rita, monkeypatch):
    def fail(changed, at):
        raise ValueError("not today")

    monkeypatch.setattr(nouns, "_watchers", [fail])
    before = state_of(Release, Claim, Entry)

    with pytest.raises(ValueError, match="not today"):
        revise([Revision(september, 1, {"target_date": date(2026, 9, 8)})], by=rita, at=LATER)

    assert state_of(Release, Claim, Entry) == before
