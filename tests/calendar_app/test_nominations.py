"""Nominations: asking for a place in a release, and what is decided; pages as people use them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from calendar_app.models import ExceptionRequest, Gate, Nomination, Phase, Release, Stakeholder, Train
from calendar_app.models.releases import NotPossible
from calendar_app.releases.plans import plan
from calendar_app.trains import nominations as verbs
from calendar_app.trains.cadence import Cadence, Unit
from calendar_app.trains.load import load_of, weigh, with_wishes
from calendar_app.trains.previous import Parts, start_from
from calendar_app.trains.running import start_trains
from releasemgr.activity.models import Entry
from releasemgr.changes.revisions import CannotUndo, Moved, create, undo
from releasemgr.portfolio.models import Person, Project
from releasemgr.tenancy.ids import uuid7
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db
State = Nomination.State
MOUNT = "/o/acme/calendar"


@pytest.fixture
def train(bank, rita):
    """A monthly train whose first release goes live on 18 July and closes entry on 20 June."""
    row = Train(
        name="Monthly",
        rrule=Cadence(1, Unit.MONTHS_BY_WEEKDAY).rule(date(2026, 7, 18)),
        first_on=date(2026, 7, 18),
        name_pattern="{year}-{month}",
        ahead=1,
        entry_days=28,
    )
    return start_trains([row], by=rita, at=JUNE_1).rows[0]


@pytest.fixture
def july(train):
    return Release.objects.get(train=train)


def nominated(release, project, rita, *, applications=(), at=JUNE_1, weeks=None, **values):
    row = Nomination(release=release, project=project, **values)
    return verbs.nominate(row, by=rita, at=at, applications=applications, weeks=weeks).rows[0]


def test_an_accepted_project_gets_a_release_that_changes_the_systems_it_named(july, world, rita):
    one = nominated(july, world.payments, rita, applications=[world.ledger], test_weeks=3)

    verbs.accept([one], by=rita, at=JUNE_1)

    one.refresh_from_db()
    child = one.child
    assert (one.state, one.decided_by_name) == (State.ACCEPTED, "Rita")
    assert (child.parent, child.project, child.target_date) == (july, world.payments, july.target_date)
    assert [impact.application for impact in child.impacts.all()] == [world.ledger]


def test_a_project_may_join_with_a_release_it_has_planned(july, world, rita):
    one = nominated(july, world.payments, rita)
    own = plan(
        [Release(kind="project", name="Payments 7", project=world.payments, target_date=date(2026, 7, 10))],
        by=rita,
        at=JUNE_1,
    ).rows[0]

    verbs.accept([one], by=rita, at=JUNE_1, children={one.pk: own})

    own.refresh_from_db()
    assert own.parent == july
    assert Release.objects.filter(parent=july).count() == 1


def test_a_release_of_another_project_cannot_stand_in(july, world, rita):
    one = nominated(july, world.payments, rita)
    with pytest.raises(ValidationError) as refusal:
        verbs.accept([one], by=rita, at=JUNE_1, children={one.pk: world.october})
    assert "child" in refusal.value.error_dict
    one.refresh_from_db()
    assert one.state == State.SUBMITTED


def test_a_project_is_nominated_once_for_a_release_and_again_after_a_refusal(july, world, rita):
    one = nominated(july, world.payments, rita)
    with pytest.raises(ValidationError) as refusal:
        nominated(july, world.payments, rita)
    assert "project" in refusal.value.error_dict

    verbs.decline([one], by=rita, at=JUNE_1, note="No test capacity")

    assert nominated(july, world.payments, rita).state == State.SUBMITTED


def test_who_misses_the_train_takes_the_next_which_is_planned_when_it_is_missing(july, world, rita):
    one = nominated(
        july, world.payments, rita, applications=[world.ledger], weeks={"sit": 2}, people=5, reason="SEPA"
    )
    assert Release.objects.filter(train=july.train).count() == 1

    verbs.defer([one], None, by=rita, at=JUNE_1, note="Too full")

    one.refresh_from_db()
    follower = one.followers.get()
    assert (one.state, follower.state) == (State.DEFERRED, State.SUBMITTED)
    assert follower.release.train_slot == date(2026, 8, 15)
    assert (follower.people, follower.reason) == (5, "SEPA")
    assert [system.application for system in follower.systems.all()] == [world.ledger]
    assert list(follower.environments.values_list("type", "weeks")) == [("sit", 2)]


def test_nobody_is_deferred_to_an_earlier_release(july, world, rita):
    one = nominated(july, world.payments, rita)
    june = plan(
        [Release(kind="enterprise", name="June", target_date=date(2026, 6, 20))], by=rita, at=JUNE_1
    ).rows[0]
    with pytest.raises(ValidationError, match="does not go live later"):
        verbs.defer([one], june, by=rita, at=JUNE_1)


def test_a_late_nomination_gets_in_only_by_an_exception_in_force(july, world, rita):
    late = JUNE_1 + timedelta(days=30)
    one = nominated(july, world.payments, rita, at=late)
    assert one.is_late
    with pytest.raises(NotPossible, match="after the entry deadline"):
        verbs.accept([one], by=rita, at=late)

    boss = Person.objects.create(name="Boss")
    ExceptionRequest.objects.create(
        number=1,
        kind=ExceptionRequest.Kind.LATE_ENTRY,
        release=july,
        nomination=one,
        subject="Late",
        reason="Law",
        risk_if_granted="Less test",
        risk_if_refused="Fine",
        approver=boss,
        state=ExceptionRequest.State.GRANTED,
        requested_at=late,
        decided_at=late,
        expires_at=late + timedelta(days=2),
    )
    with pytest.raises(NotPossible):
        verbs.accept([one], by=rita, at=late + timedelta(days=3))
    verbs.accept([one], by=rita, at=late + timedelta(days=1))

    one.refresh_from_db()
    assert one.state == State.ACCEPTED


def test_the_entry_deadline_itself_is_not_late(july, world, rita):
    midday = JUNE_1.replace(day=20, hour=12)
    assert not nominated(july, world.payments, rita, at=midday).is_late


def test_two_who_decide_at_once_reach_one_outcome(july, world, rita):
    one = nominated(july, world.payments, rita)
    seen = Nomination.objects.select_related("release", "project").get(pk=one.pk)
    verbs.decline([one], by=rita, at=JUNE_1, note="Full")

    with pytest.raises(Moved):
        verbs.accept([seen], by=rita, at=JUNE_1)

    assert not Release.objects.filter(parent=july).exists()


def test_accepting_several_is_all_or_none(july, world, rita):
    late = JUNE_1 + timedelta(days=30)
    fine = nominated(july, world.payments, rita)
    outside = nominated(july, world.cards, rita, at=late)

    with pytest.raises(NotPossible):
        verbs.accept([fine, outside], by=rita, at=late)

    assert set(Nomination.objects.values_list("state", flat=True)) == {State.SUBMITTED}
    assert not Release.objects.filter(parent=july).exists()


def test_a_closed_release_takes_no_nominations(world, rita):
    with pytest.raises(ValidationError):
        nominated(world.september, world.cards, rita)


def test_a_refusal_needs_its_reason_and_can_be_undone_but_not_an_acceptance(july, world, rita):
    one = nominated(july, world.payments, rita)
    with pytest.raises(ValidationError) as refusal:
        verbs.decline([one], by=rita, at=JUNE_1, note="  ")
    assert "note" in refusal.value.error_dict

    undo(verbs.decline([one], by=rita, at=JUNE_1, note="Full").act_id, by=rita, at=JUNE_1)
    one.refresh_from_db()
    assert one.state == State.SUBMITTED

    act = verbs.accept([one], by=rita, at=JUNE_1).act_id
    with pytest.raises(CannotUndo):
        undo(act, by=rita, at=JUNE_1)


def test_the_load_of_a_release_counts_systems_once_and_names_those_that_are_shared(july, world, rita):
    nominated(
        july, world.payments, rita, applications=[world.ledger], test_weeks=3, people=4, weeks={"sit": 2}
    )
    nominated(
        july,
        world.cards,
        rita,
        applications=[world.ledger, world.portal],
        test_weeks=2,
        people=1,
        weeks={"sit": 1, "uat": 2},
    )
    first, second = with_wishes(july.nominations.order_by("submitted_at", "pk"))

    load = load_of([first, second])
    assert (load.projects, len(load.systems), load.test_weeks, load.people) == (2, 2, 5, 5)
    assert load.weeks_in_words == "SIT 3, UAT 2"

    beside = weigh([second], load_of([first]))[0]
    assert (beside.systems, beside.test_weeks, beside.people) == (2, 5, 5)
    assert beside.shared == [(world.ledger, 1)]


def test_a_release_like_the_previous_one_has_its_manifest_people_and_plans(world, rita):
    previous = plan(
        [
            Release(
                kind="enterprise", name="Autumn", starts_on=date(2026, 7, 1), target_date=date(2026, 10, 3)
            )
        ],
        by=rita,
        at=JUNE_1,
    ).rows[0]
    Release.objects.filter(pk__in=[world.september.pk, world.october.pk]).update(parent=previous)
    top = Gate(release=previous, name="Go / no-go", kind="go_no_go", planned_date=date(2026, 9, 30))
    create([top], by=rita, at=JUNE_1)
    Gate.objects.filter(pk=world.gate.pk).update(parent=top)
    create(
        [Stakeholder(release=previous, person=Person.objects.create(name="Ann"), part="accountable")],
        by=rita,
        at=JUNE_1,
    )

    fresh = start_from(
        previous, name="Winter", target_date=date(2027, 1, 2), parts=Parts(), by=rita, at=JUNE_1
    )

    shift = date(2027, 1, 2) - previous.target_date
    assert fresh.starts_on == previous.starts_on + shift
    children = {child.project: child for child in fresh.children.all()}
    assert set(children) == {world.payments, world.cards}
    assert children[world.payments].target_date == world.september.target_date + shift
    phase = Phase.objects.get(release=children[world.payments])
    assert (phase.starts_on, phase.status) == (world.sit.starts_on + shift, Phase.Status.PLANNED)
    gate = Gate.objects.get(release=children[world.payments])
    assert (gate.parent.release, gate.phase) == (fresh, phase)
    assert fresh.stakeholders.get().part == "accountable"
    assert Entry.objects.of(fresh).exists()


def test_only_the_chosen_parts_are_taken_over(world, rita):
    previous = plan(
        [Release(kind="enterprise", name="Autumn", target_date=date(2026, 10, 3))], by=rita, at=JUNE_1
    ).rows[0]
    Release.objects.filter(pk=world.september.pk).update(parent=previous)

    fresh = start_from(
        previous,
        name="Winter",
        target_date=date(2027, 1, 2),
        parts=Parts(manifest=False, people=False, plans=False),
        by=rita,
        at=JUNE_1,
    )

    assert not fresh.children.exists()


# Pages ---------------------------------------------------------------------------------------------------------


def form_of(project, application, **values):
    return {
        "project": project.pk,
        "size": "L",
        "people": 4,
        "test_weeks": 3,
        "applications": [application.pk],
        "reason": "Instant payments",
        "weeks_sit": 2,
        **values,
    }


def test_a_project_lead_nominates_and_the_release_manager_accepts(client, pete, rita, july, world):
    Release.objects.filter(pk=july.pk).update(entry_deadline=None)
    client.force_login(pete)
    url = f"{MOUNT}/releases/{july.number}/nominations/"
    answer = client.post(f"{url}new/", form_of(world.payments, world.ledger))
    one = Nomination.objects.get()
    assert answer.headers["Location"].endswith(f"/nominations/{one.pk}/")
    assert client.get(f"{MOUNT}/nominations/{one.pk}/acceptance/").status_code == 403
    assert "Accept the chosen" not in client.get(url).content.decode()

    client.force_login(rita)
    page = client.get(url).content.decode()
    assert "1 system · 3 test weeks · 4 people" in page
    client.post(f"{MOUNT}/nominations/{one.pk}/acceptance/", {"version": one.version})

    one.refresh_from_db()
    assert one.state == State.ACCEPTED


def test_what_is_wrong_with_a_nomination_is_said_at_its_field_and_nothing_is_lost(client, pete, july, world):
    client.force_login(pete)
    url = f"{MOUNT}/releases/{july.number}/nominations/new/"
    answer = client.post(url, form_of(world.payments, world.ledger, people=-1, reason="Keep this"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "id_people-error" in text
    assert "Keep this" in text
    assert client.post(url, form_of(world.payments, world.ledger, reason="x" * 5_001)).status_code == 422
    assert not Nomination.objects.exists()


def test_a_project_that_this_organisation_does_not_have_cannot_be_nominated(client, pete, july, world):
    client.force_login(pete)
    url = f"{MOUNT}/releases/{july.number}/nominations/new/"
    answer = client.post(url, {**form_of(world.payments, world.ledger), "project": uuid7()})
    assert answer.status_code == 422
    assert "id_project-error" in answer.content.decode()


def test_chosen_nominations_are_accepted_together(client, rita, july, world):
    one, two = nominated(july, world.payments, rita), nominated(july, world.cards, rita)
    client.force_login(rita)
    url = f"{MOUNT}/releases/{july.number}/nominations/acceptance/"

    verbs.edit_nomination(two, {"people": 9}, by=rita, at=JUNE_1, applications=[], weeks={})
    client.post(url, {"chosen": [f"{one.pk}:1", f"{two.pk}:1"]})
    assert set(Nomination.objects.values_list("state", flat=True)) == {State.SUBMITTED}

    client.post(url, {"chosen": [f"{one.pk}:1", f"{two.pk}:2"]})
    assert set(Nomination.objects.values_list("state", flat=True)) == {State.ACCEPTED}


def test_a_nomination_somebody_changed_is_shown_with_both_values(client, pete, rita, july, world):
    one = nominated(july, world.payments, rita, people=2)
    verbs.edit_nomination(one, {"people": 7}, by=rita, at=JUNE_1, applications=[world.ledger], weeks={})
    client.force_login(pete)
    given = form_of(world.payments, world.ledger, version=1, people=3)
    answer = client.post(f"{MOUNT}/nominations/{one.pk}/edit/", given)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "7" in text
    assert "Rita" in text


def test_a_train_is_started_changed_and_stopped_on_its_pages(client, rita, bank):
    client.force_login(rita)
    given = {
        "name": "Fortnightly",
        "first_on": "2031-01-04",
        "interval": 2,
        "unit": "weeks",
        "name_pattern": "{year} W{week}",
        "ahead": 3,
        "entry_days": 10,
        "portfolio": bank.pk,
    }
    client.post(f"{MOUNT}/trains/new/", given)
    train = Train.objects.get()
    assert [release.name for release in train.releases.order_by("train_slot")] == [
        "2031 W01",
        "2031 W03",
        "2031 W05",
    ]
    assert client.post(f"{MOUNT}/trains/new/", given).status_code == 422
    wrong = client.post(f"{MOUNT}/trains/new/", {**given, "name": "Other", "name_pattern": "{foo}"})
    assert "id_name_pattern-error" in wrong.content.decode()

    client.post(f"{MOUNT}/trains/{train.pk}/edit/", {**given, "version": 1, "ahead": 4})
    assert train.releases.count() == 4
    client.post(f"{MOUNT}/trains/{train.pk}/stop/", {"version": 2})
    train.refresh_from_db()
    assert train.stopped_at
    assert "Stopped" in client.get(f"{MOUNT}/trains/").content.decode()


def test_a_release_is_started_from_the_previous_one_on_its_page(client, rita, july):
    client.force_login(rita)
    url = f"{MOUNT}/releases/from-previous/"
    given = {"previous": july.pk, "name": "August", "target_date": "2026-07-01", "manifest": "on"}
    assert "id_target_date-error" in client.post(url, given).content.decode()

    client.post(url, {**given, "target_date": "2026-08-15"})

    assert Release.objects.get(name="August").entry_deadline == date(2026, 7, 18)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("path", "statements"),
    [("releases/1/nominations/", 13), ("nominations/", 12), ("trains/", 8), ("train", 16), ("one", 11)],
)
def test_pages_cost_the_same_for_any_number_of_nominations(
    client, rita, bank, world, django_assert_num_queries, path, statements, count
):
    release = plan(
        [Release(kind="enterprise", name="Big", target_date=date(2026, 12, 5))], by=rita, at=JUNE_1
    ).rows[0]
    trains = [
        Train(
            name=f"Train {n}",
            rrule=Cadence(4, Unit.WEEKS).rule(date(2031, 1, 4)),
            first_on=date(2031, 1, 4),
            name_pattern="{year} {n}",
            ahead=count,
        )
        for n in range(count)
    ]
    start_trains(trains, by=rita, at=JUNE_1)
    for n in range(count):
        project = Project.objects.create(key=f"p{n}", name=f"Project {n}", portfolio=bank)
        for one in (release, *trains[0].releases.all()):
            nominated(one, project, rita, applications=[world.ledger, world.portal], weeks={"sit": 1})
    known = {
        "releases/1/nominations/": f"releases/{release.number}/nominations/",
        "train": f"trains/{trains[0].pk}/",
        "one": f"nominations/{release.nominations.first().pk}/",
    }
    client.force_login(rita)
    url = f"{MOUNT}/{known.get(path, path)}"
    client.get(url)
    with django_assert_num_queries(statements):
        assert client.get(url).status_code == 200


def test_the_export_holds_the_narrowed_rows(client, rita, july, world):
    nominated(july, world.payments, rita, applications=[world.ledger])
    verbs.decline([nominated(july, world.cards, rita)], by=rita, at=JUNE_1, note="=Full")
    client.force_login(rita)
    text = b"".join(client.get(f"{MOUNT}/nominations/export/?state=declined").streaming_content).decode()
    assert "Cards" in text
    assert "'=Full" in text
    assert "Payments" not in text
